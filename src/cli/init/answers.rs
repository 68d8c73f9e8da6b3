//! What somebody at a terminal is asked, and how the answers come into the template.

use std::time::Duration;

use url::Url;

use super::to_stderr;
use crate::config;
use crate::failure::Failure;
use crate::http::{Call, HttpClient, Limits};
use crate::report::Glyphs;
use crate::secrets::ask;

/// How long a host may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(10);
const SANDBOX: &str = "https://test.salesforce.com";
const PRODUCTION: &str = "https://login.salesforce.com";

/// A question, with what Enter stands for.
pub(super) struct Question {
    text: String,
    default: String,
    accepts: Accepts,
}

/// What is an answer.
enum Accepts {
    Anything,
    /// One of these words, or its beginning.
    OneOf(&'static [&'static str]),
    /// `sandbox`, `production`, or a host or address over https (http on this machine).
    Login,
    /// An address over https, or http on this machine.
    Address,
    /// As an address, and as it was typed.
    Callback,
    /// A number, or nothing.
    Number,
}

impl Question {
    fn new(text: &str, default: &str, accepts: Accepts) -> Self {
        Self { text: text.to_owned(), default: default.to_owned(), accepts }
    }

    /// `yes` or `no`.
    pub(super) fn yes_or_no(text: &str, default: bool) -> Self {
        Self::new(text, if default { "yes" } else { "no" }, Accepts::OneOf(&["yes", "no"]))
    }

    /// Asks until there is an answer.
    ///
    /// # Errors
    /// `init.no_answer` (usage) at the end of input.
    pub(super) async fn ask_one(&self) -> Result<String, Failure> {
        let glyphs = Glyphs::of_environment();
        loop {
            let default = match (&self.accepts, self.default.as_str()) {
                (_, "") => String::new(),
                (Accepts::OneOf(words), default) => format!(" [{default}; {}]", words.join(", ")),
                (_, default) => format!(" [{default}]"),
            };
            let question = glyphs.line(&format!("{}{default}", self.text));
            let line = async {
                // What is typed before the question is none of its answer.
                let shown = ask::Shown::begin()?;
                to_stderr(&format!("{question} "));
                shown.line().await
            }
            .await;
            let line = line.ok().flatten().ok_or_else(no_answer)?;
            match self.accepts.read(if line.is_empty() { &self.default } else { &line }) {
                Ok(answer) => return Ok(answer),
                Err(expected) => to_stderr(&format!("  expected {expected}\n")),
            }
        }
    }
}

impl Accepts {
    /// The answer as it is written down, or what was expected.
    fn read(&self, line: &str) -> Result<String, String> {
        let line = line.trim();
        match self {
            Self::Anything if line.is_empty() => Err("a name".to_owned()),
            Self::Anything if line.contains(char::is_control) => {
                Err("letters alone; a key that was pressed has left a sign that is none".to_owned())
            }
            Self::Anything => Ok(line.to_owned()),
            Self::OneOf(words) => {
                let mut fitting = words
                    .iter()
                    .filter(|word| !line.is_empty() && word.starts_with(&line.to_lowercase()));
                match (fitting.next(), fitting.next()) {
                    (Some(word), None) => Ok((*word).to_owned()),
                    _ => Err(format!("one of {}", words.join(", "))),
                }
            }
            Self::Login => match line.to_lowercase().as_str() {
                "" => Err("sandbox, production, or an address".to_owned()),
                word if "sandbox".starts_with(word) => Ok(SANDBOX.to_owned()),
                word if "production".starts_with(word) => Ok(PRODUCTION.to_owned()),
                _ => origin(line),
            },
            Self::Address => address(line).map(|url| url.as_str().trim_end_matches('/').to_owned()),
            // Salesforce compares it letter by letter.
            Self::Callback => address(line).map(|url| match line.contains("://") {
                true => line.to_owned(),
                false => url.into(),
            }),
            Self::Number if line.is_empty() => Ok(String::new()),
            Self::Number => line
                .parse::<u64>()
                .map(|id| id.to_string())
                .map_err(|_| "a number, or nothing".to_owned()),
        }
    }
}

/// What a person types for an address, without `https://` too.
fn address(line: &str) -> Result<Url, String> {
    let expected = || "an address such as https://acme--qa.sandbox.my.salesforce.com".to_owned();
    let text = if line.contains("://") { line.to_owned() } else { format!("https://{line}") };
    let url = Url::parse(&text).map_err(|_| expected())?;
    let host = url.host_str().unwrap_or_default();
    let is_here = host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1";
    match url.scheme() {
        _ if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() => {
            Err("an address without a name, a password or a #".to_owned())
        }
        "https" if host.contains('.') || is_here => Ok(url),
        "http" if is_here => Ok(url),
        "http" => Err("https".to_owned()),
        _ => Err(expected()),
    }
}

fn origin(line: &str) -> Result<String, String> {
    Ok(address(line)?.origin().ascii_serialization())
}

fn no_answer() -> Failure {
    Failure::usage("init.no_answer", "expected an answer, the input came to its end")
        .hint("`reauth init --defaults` asks nothing and writes the commented template")
}

/// The template with what the person says. Secrets are named by environment variables, and stay
/// where they are.
///
/// # Errors
/// `init.no_answer`.
pub(super) async fn fill(template: &str) -> Result<String, Failure> {
    to_stderr(
        "Enter takes what stands in brackets. No secret is asked for: the file names variables.\n",
    );
    let login = loop {
        let question = Question::new(
            "Where do users log in: sandbox, production, or your My Domain address?",
            "sandbox",
            Accepts::Login,
        );
        let login = question.ask_one().await?;
        if is_kept(answers_as_salesforce(&login).await).await? {
            break login;
        }
    };
    let mut file = Template(template.to_owned());
    file.set("salesforce", "login_url", &quoted(&login));
    let kind = Question::new(
        "What kind of app does the instance authenticate with?",
        "connected",
        Accepts::OneOf(&["connected", "external-client"]),
    );
    let kind = kind.ask_one().await?;
    if kind != "connected" {
        file.set("salesforce", "app_kind", &quoted(&kind));
    }
    let app = Question::new("What is it called in Setup?", "Cloud Elements QA", Accepts::Anything);
    file.set("salesforce", "connected_app", &quoted(&app.ask_one().await?));
    let callback = Question::new(
        "Its callback URL?",
        "https://auth.cloudelements.io/oauth",
        Accepts::Callback,
    );
    file.set("salesforce", "callback_url", &quoted(&callback.ask_one().await?));
    let via = Question::new(
        "How is the grant to be ended: in Setup (ui) or by API (api)?",
        "ui",
        Accepts::OneOf(&["ui", "api"]),
    );
    let via = via.ask_one().await?;
    file.set("run", "revoke_via", &quoted(&via));
    if via == "ui"
        && Question::yes_or_no("May the integration user work in Setup?", true).ask_one().await?
            == "no"
    {
        file.uncomment("[salesforce.admin]", 3);
    }
    let platform = loop {
        let question = Question::new(
            "The address of Cloud Elements' API?",
            "https://api.cloud-elements.com/elements/api-v2",
            Accepts::Address,
        );
        let platform = question.ask_one().await?;
        if is_kept(answers(&platform).await).await? {
            break platform;
        }
    };
    file.set("cloud_elements", "base_url", &quoted(&platform));
    let id = Question::new(
        "The id of the instance to test (nothing: each run makes a fresh one)?",
        "",
        Accepts::Number,
    );
    let id = id.ask_one().await?;
    if !id.is_empty() {
        file.uncomment("[cloud_elements.instance]", 2);
        file.set("cloud_elements.instance", "id", &id);
    }
    Ok(file.0)
}

/// Whether an address is kept: it answers, or the person says so.
async fn is_kept(seen: Result<String, String>) -> Result<bool, Failure> {
    let glyphs = Glyphs::of_environment();
    match seen {
        Ok(said) => {
            to_stderr(&format!("  {} {}\n", glyphs.passed, glyphs.line(&said)));
            Ok(true)
        }
        Err(reason) => {
            to_stderr(&format!("  {} {}\n", glyphs.failed, glyphs.line(&reason)));
            let keeps = Question::yes_or_no("Keep it all the same?", false).ask_one().await?;
            Ok(keeps == "yes")
        }
    }
}

/// Whether there is a login of Salesforce's: every host of theirs tells of its endpoints.
async fn answers_as_salesforce(login: &str) -> Result<String, String> {
    let url = format!("{login}/.well-known/openid-configuration");
    let answer = get(&url).await?;
    let document: serde_json::Value = answer.json().unwrap_or_default();
    match document["token_endpoint"].as_str() {
        Some(endpoint) if endpoint.ends_with("/services/oauth2/token") => {
            Ok(format!("{login} is a login of Salesforce's"))
        }
        _ => Err(format!("{login} answers with {}, and not as Salesforce does", answer.status)),
    }
}

/// Whether anybody answers there, whatever the answer.
async fn answers(address: &str) -> Result<String, String> {
    get(address).await.map(|answer| format!("{address} answers ({})", answer.status))
}

async fn get(url: &str) -> Result<crate::http::Answer, String> {
    let limits = Limits { total: PATIENCE, connect: PATIENCE, ..Limits::default() };
    let client = HttpClient::with_limits(&config::Http::default(), limits)
        .map_err(|failure| failure.message)?;
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    client.send(Call::get(url)).await.map_err(|error| error.to_string())
}

/// A string in TOML: JSON's escapes are among its own.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The commented file.
struct Template(String);

impl Template {
    /// Gives a key of a section a value, where it is commented out as well.
    fn set(&mut self, section: &str, key: &str, value: &str) {
        let mut current = String::new();
        let mut is_done = false;
        let lines = self.0.lines().map(|line| {
            let bare = line.trim_start_matches("# ");
            if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.clone_into(&mut current);
            }
            let is_it = !is_done
                && current == section
                && bare.split_once(" = ").is_some_and(|(name, _)| name == key);
            is_done |= is_it;
            if is_it { format!("{key} = {value}\n") } else { format!("{line}\n") }
        });
        self.0 = lines.collect();
    }

    /// Takes the comment sign from a line and those that follow it.
    fn uncomment(&mut self, first: &str, count: usize) {
        let mut left = 0;
        let lines = self.0.lines().map(|line| {
            if line.trim_start_matches("# ") == first {
                left = count;
            }
            let bare = if left > 0 { line.strip_prefix("# ").unwrap_or(line) } else { line };
            left = left.saturating_sub(1);
            format!("{bare}\n")
        });
        self.0 = lines.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_answer() {
        let one_of = Accepts::OneOf(&["connected", "external-client"]);
        for (accepts, line, expected) in [
            (&one_of, "e", Some("external-client")),
            (&one_of, "CONN", Some("connected")),
            (&one_of, "x", None),
            (&one_of, "", None),
            (&Accepts::Login, "s", Some(SANDBOX)),
            (&Accepts::Login, "Production", Some(PRODUCTION)),
            (
                &Accepts::Login,
                "acme--qa.sandbox.my.salesforce.com/home",
                Some("https://acme--qa.sandbox.my.salesforce.com"),
            ),
            (&Accepts::Login, "http://acme.my.salesforce.com", None),
            (&Accepts::Login, "acme", None),
            (
                &Accepts::Callback,
                "http://localhost:3000/callback/",
                Some("http://localhost:3000/callback/"),
            ),
            (&Accepts::Callback, "acme.example/oauth/", Some("https://acme.example/oauth/")),
            (&Accepts::Callback, "https://x:y@acme.example/", None),
            (&Accepts::Address, "acme.example/api/", Some("https://acme.example/api")),
            (&Accepts::Address, "https://acme.example/#x", None),
            (&Accepts::Anything, "Acme\u{1b}[D", None),
            (&Accepts::Address, "ftp://acme.example", None),
            (&Accepts::Number, "", Some("")),
            (&Accepts::Number, " 123 ", Some("123")),
            (&Accepts::Number, "12a", None),
            (&Accepts::Anything, "", None),
        ] {
            assert_eq!(accepts.read(line).ok().as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn the_template_takes_every_answer() {
        let mut file = Template(config::template().to_owned());
        for (section, key) in [
            ("salesforce", "login_url"),
            ("salesforce", "app_kind"),
            ("salesforce", "connected_app"),
            ("salesforce", "callback_url"),
            ("run", "revoke_via"),
            ("cloud_elements", "base_url"),
        ] {
            let mark = format!("\"mark of {section}.{key}\"");
            file.set(section, key, &mark);
            assert!(file.0.contains(&format!("\n{key} = {mark}\n")), "{key}: {}", file.0);
        }
        file.uncomment("[salesforce.admin]", 3);
        file.uncomment("[cloud_elements.instance]", 2);
        file.set("cloud_elements.instance", "id", "7");
        for part in [
            "\n[salesforce.admin]\nusername = \"${",
            "_ADMIN_PASSWORD}\"\n\n",
            "\n[cloud_elements.instance]\nid = 7\n# token",
        ] {
            assert!(file.0.contains(part), "{part}: {}", file.0);
        }
    }
}
