//! A virtual authenticator: the device that a passkey lies on, played by the driver (W3C WebAuthn
//! level 2, section 11, extension commands). It confirms and verifies its user by itself, so pages
//! that ask for a passkey get one without a person.
//!
//! A window has at most one: a second, empty one would answer in the first one's place.

use std::fmt;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::command::RawCommand;
use super::session::SLICE;
use super::{BrowserError, Session};
use crate::secrets::{Redactor, Secret};

/// A credential as an authenticator holds it. All ids are base64url without padding.
#[derive(Clone, PartialEq)]
pub struct Credential {
    /// Its id.
    pub id: String,
    /// The relying party: the host that it is good for.
    pub host: String,
    /// What the relying party knows its user by.
    pub user_handle: String,
    /// PKCS#8, in base64url.
    pub private_key: Secret,
    /// The signature counter: what the last answer was signed with. The next one is higher by one.
    pub sign_count: u32,
    /// Whether it may be copied to other devices; a relying party refuses one that changes its mind.
    pub may_be_backed_up: bool,
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a credential for {}", self.host)
    }
}

/// What came of a page's attempt to create a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// The authenticator has it; the page has not been told yet.
    Held,
    /// The authenticator refused: name of the error (W3C WebAuthn level 2, section 5.1.3).
    Refused(String),
    /// The page made no attempt that could be seen before the deadline, or went away.
    Unseen,
}

impl Session {
    /// Gives the window its authenticator, unless it has it already. It must be there before a page
    /// asks for a passkey.
    ///
    /// # Errors
    /// Any [`BrowserError`]; `unknown command` of a driver that cannot play one.
    pub async fn add_authenticator(&self) -> Result<(), BrowserError> {
        self.authenticator_id().await.map(drop)
    }

    async fn authenticator_id(&self) -> Result<&str, BrowserError> {
        const COMMAND: &str = "add virtual authenticator";
        let add = async || {
            let options = json!({
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": true,
                "hasUserVerification": true,
                "isUserConsenting": true,
                "isUserVerified": true,
            });
            let command = RawCommand::add_authenticator(options);
            let answer = self.command(COMMAND, self.client.issue_cmd(command)).await?;
            answer.as_str().map(str::to_owned).ok_or_else(|| BrowserError::Driver {
                command: COMMAND,
                error: "unexpected answer".into(),
                message: answer.to_string(),
            })
        };
        self.authenticator.get_or_try_init(add).await.map(String::as_str)
    }

    /// Puts a credential on the window's authenticator.
    ///
    /// # Errors
    /// Any [`BrowserError`]; `invalid argument` for a private key that is none.
    pub async fn add_credential(&self, credential: &Credential) -> Result<(), BrowserError> {
        let authenticator = self.authenticator_id().await?;
        let mut fields = json!({
            "credentialId": credential.id,
            "isResidentCredential": true,
            "rpId": credential.host,
            "privateKey": credential.private_key.expose(),
            "userHandle": credential.user_handle,
            "signCount": credential.sign_count,
        });
        // Older drivers do not know the field.
        if credential.may_be_backed_up {
            fields["backupEligibility"] = Value::Bool(true);
        }
        let command = RawCommand::add_credential(authenticator, fields);
        self.command("add credential", self.client.issue_cmd(command)).await.map(drop)
    }

    /// What the window's authenticator holds; nothing where the window has none.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn credentials(&self) -> Result<Vec<Credential>, BrowserError> {
        const COMMAND: &str = "get credentials";
        let Some(authenticator) = self.authenticator.get() else { return Ok(Vec::new()) };
        let command = RawCommand::credentials(authenticator);
        let answer = self.command(COMMAND, self.client.issue_cmd(command)).await?;
        let credentials = answer.as_array().into_iter().flatten();
        credentials.map(|fields| read(COMMAND, fields, &self.redactor)).collect()
    }

    /// Takes everything from the window's authenticator.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn remove_credentials(&self) -> Result<(), BrowserError> {
        let Some(authenticator) = self.authenticator.get() else { return Ok(()) };
        let command = RawCommand::remove_credentials(authenticator);
        self.command("remove all credentials", self.client.issue_cmd(command)).await.map(drop)
    }

    /// From now on a credential that this document creates is kept from the page until
    /// [`Session::release_created`]: whatever the page does with it comes after that.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn hold_created(&self) -> Result<(), BrowserError> {
        const SCRIPT: &str = r"
            const held = document[Symbol.for('reauth.created')] = {};
            held.released = new Promise(release => { held.release = release; });
            held.seen = new Promise(tell => { held.tell = tell; });
            const original = CredentialsContainer.prototype.create;
            CredentialsContainer.prototype.create = async function (...options) {
              try {
                const credential = await original.apply(this, options);
                held.tell({ tag: 'held' });
                await held.released;
                return credential;
              } catch (error) {
                held.tell({ tag: 'refused', name: String(error.name) });
                throw error;
              }
            };
            return true;";
        self.script("hold what is created", SCRIPT, Vec::new()).await.map(drop)
    }

    /// Waits until the page has tried to create a credential.
    ///
    /// # Errors
    /// Any [`BrowserError`] but that the page went away.
    pub async fn created(&self, deadline: Instant) -> Result<Created, BrowserError> {
        const SCRIPT: &str = r"
            const [limit, answer] = arguments;
            const held = document[Symbol.for('reauth.created')];
            if (!held) { answer({ tag: 'gone' }); return; }
            const late = new Promise(end => setTimeout(() => end({ tag: 'nothing' }), limit));
            Promise.race([held.seen, late]).then(answer);";
        loop {
            let left = deadline.saturating_duration_since(Instant::now()).min(SLICE);
            let limit = u64::try_from(left.as_millis()).unwrap_or(0).max(1);
            let answer =
                match self.waiting_script("await a credential", SCRIPT, vec![json!(limit)]).await {
                    Err(error) if error.is_page_gone() => return Ok(Created::Unseen),
                    answer => answer?,
                };
            match answer["tag"].as_str() {
                Some("held") => return Ok(Created::Held),
                Some("refused") => {
                    let name = answer["name"].as_str().unwrap_or_default();
                    return Ok(Created::Refused(self.redactor.redact(name).into_owned()));
                }
                Some("nothing") if Instant::now() < deadline => {}
                _ => return Ok(Created::Unseen),
            }
        }
    }

    /// Gives the page the credential that was held back.
    ///
    /// # Errors
    /// Any [`BrowserError`] but that the page went away.
    pub async fn release_created(&self) -> Result<(), BrowserError> {
        const SCRIPT: &str = "document[Symbol.for('reauth.created')]?.release(); return true;";
        match self.script("release what was created", SCRIPT, Vec::new()).await {
            Err(error) if !error.is_page_gone() => Err(error),
            _ => Ok(()),
        }
    }
}

fn read(
    command: &'static str,
    fields: &Value,
    redactor: &Redactor,
) -> Result<Credential, BrowserError> {
    let text = |name: &str| fields[name].as_str().map(|text| text.trim_end_matches('='));
    let credential = || {
        Some(Credential {
            id: text("credentialId")?.to_owned(),
            host: text("rpId")?.to_owned(),
            user_handle: text("userHandle").unwrap_or_default().to_owned(),
            private_key: redactor.learn_key("passkey", text("privateKey")?),
            sign_count: u32::try_from(fields["signCount"].as_u64()?).ok()?,
            may_be_backed_up: fields["backupEligibility"].as_bool().unwrap_or_default(),
        })
    };
    credential().ok_or_else(|| BrowserError::Driver {
        command,
        error: "unexpected answer".into(),
        message: format!(
            "expected a credential, with {} fields",
            fields.as_object().map_or(0, serde_json::Map::len)
        ),
    })
}
