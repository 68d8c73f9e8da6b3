//! What the simulator says when it is ready, and the same as a configuration file.

use serde::Serialize;

/// What `reauth simulate` prints when it serves: the keys that were agreed, as one line. What later
/// doors need besides stands in the configuration file alone.
#[derive(Debug, Clone, Serialize)]
pub struct Ready {
    /// Always true.
    pub ready: bool,
    /// The process that serves.
    pub pid: u32,
    /// The port of every host.
    pub port: u16,
    /// How to work with the Salesforce half.
    pub salesforce: SalesforceReady,
    /// How to work with the Cloud Elements half.
    pub cloud_elements: CloudElementsReady,
}

/// How to work with the Salesforce half.
#[derive(Debug, Clone, Serialize)]
pub struct SalesforceReady {
    /// The generic login host.
    pub login_url: String,
    /// The org's My Domain.
    pub my_domain_url: String,
    /// The integration user.
    pub username: String,
    /// Their password.
    pub password: String,
    /// An access token that the integration user has from another app.
    #[serde(skip)]
    pub access_token: String,
    /// How the browser is to come in: `form` or `frontdoor`.
    #[serde(skip)]
    pub login: String,
    /// What the integration user's authenticator makes codes from: base32, or an `otpauth://` URL
    /// where codes last other than 30 seconds.
    #[serde(skip)]
    pub totp_secret: String,
    /// Where the code that was sent last to the integration user can be read, as text.
    #[serde(skip)]
    pub mailbox_url: String,
    /// The connected app's consumer key.
    pub consumer_key: String,
    /// The connected app's consumer secret.
    pub consumer_secret: String,
    /// The callback that nobody may reach.
    pub callback_url: String,
    /// The connected app's name.
    pub connected_app: String,
    /// A passkey of the integration user, where one was prepared, as `reauth` keeps one.
    #[serde(skip)]
    pub passkey: Option<String>,
    /// What kind of app it is: `connected` or `external-client`.
    #[serde(skip)]
    pub app_kind: &'static str,
}

/// How to work with the Cloud Elements half.
#[derive(Debug, Clone, Serialize)]
pub struct CloudElementsReady {
    /// The platform API.
    pub base_url: String,
    /// The user's secret.
    pub user_secret: String,
    /// The organization's secret.
    pub organization_secret: String,
    /// The instance that is live at the start.
    pub instance_id: u64,
    /// That instance's element token.
    pub element_token: String,
}

/// A `reauth.toml` for this simulator.
pub fn config_toml(ready: &Ready) -> String {
    let mut text = String::from("# Written by `reauth simulate`: good until that process ends.\n");
    let Ready { salesforce, cloud_elements, .. } = ready;
    let mut values = vec![
        ("login_url", salesforce.login_url.as_str()),
        ("my_domain", &salesforce.my_domain_url),
        ("username", &salesforce.username),
        ("password", &salesforce.password),
        ("access_token", &salesforce.access_token),
        ("login", &salesforce.login),
        ("connected_app", &salesforce.connected_app),
        ("app_kind", salesforce.app_kind),
        ("consumer_key", &salesforce.consumer_key),
        ("consumer_secret", &salesforce.consumer_secret),
        ("callback_url", &salesforce.callback_url),
        ("totp_secret", &salesforce.totp_secret),
    ];
    values.extend(salesforce.passkey.as_deref().map(|passkey| ("passkey", passkey)));
    section(&mut text, "salesforce", &values);
    // A mailbox on this machine is reached without a proxy.
    let command = ["curl", "-fsS", "--noproxy", "*", &salesforce.mailbox_url].map(basic_string);
    text.push_str(&format!("verification_code_command = [{}]\n", command.join(", ")));
    section(
        &mut text,
        "cloud_elements",
        &[
            ("base_url", &cloud_elements.base_url),
            ("user_secret", &cloud_elements.user_secret),
            ("organization_secret", &cloud_elements.organization_secret),
            ("element_key", "sfdc"),
        ],
    );
    section(&mut text, "cloud_elements.instance", &[("token", &cloud_elements.element_token)]);
    text.push_str(&format!("id = {}\n", cloud_elements.instance_id));
    text
}

fn section(text: &mut String, name: &str, values: &[(&str, &str)]) {
    text.push_str(&format!("\n[{name}]\n"));
    for (key, value) in values {
        text.push_str(&format!("{key} = {}\n", basic_string(value)));
    }
}

/// A TOML basic string.
fn basic_string(value: &str) -> String {
    let mut quoted = String::from('"');
    for letter in value.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            control if control.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_toml() {
        for value in ["plain", "a\"b\\c", "tab\tand\nline", "Zoë O'Brien", ""] {
            let document = format!("value = {}", basic_string(value));
            let read: toml::Table = toml::from_str(&document).unwrap();
            assert_eq!(read["value"].as_str(), Some(value), "{document}");
        }
    }
}
