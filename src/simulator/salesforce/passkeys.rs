//! The org's side of passkeys: who has registered which, and the two ceremonies (W3C Web
//! Authentication, level 2), verified by `webauthn-rs-core`.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto_glue::ecdsa_p256;
use crypto_glue::traits::Pkcs8EncodePrivateKey as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::error::WebauthnError;
use webauthn_rs_core::proto::{
    AttestationConveyancePreference, AttestationFormat, AttestationMetadata, AuthenticationState,
    COSEKey, Credential, ParsedAttestation, ParsedAttestationData, PublicKeyCredential,
    RegisterPublicKeyCredential, RegisteredExtensions, RegistrationState,
    RequestRegistrationExtensions, UserVerificationPolicy,
};

use super::org::{Org, User};

/// How the org deals with passkeys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasskeySettings {
    /// The integration user has a passkey from the start, and the ready line holds it.
    pub prepared: Option<Prepared>,
    /// The verification page waits for a button to be pressed; else it begins by itself.
    pub by_button: bool,
    /// The org has seen the highest counter that there is: none will ever rise above it.
    pub counter_at_its_end: bool,
    /// New passkeys are refused.
    pub enrolment_refused: bool,
    /// A new passkey is taken, and its page comes again without a word.
    pub enrolment_silent: bool,
    /// How long a challenge is good, in seconds.
    pub challenge_lifetime_s: i64,
    /// How long the org takes to answer whoever shows a passkey, in milliseconds.
    pub answer_delay_ms: u64,
}

impl Default for PasskeySettings {
    fn default() -> Self {
        Self {
            prepared: None,
            by_button: false,
            counter_at_its_end: false,
            enrolment_refused: false,
            enrolment_silent: false,
            challenge_lifetime_s: 300,
            answer_delay_ms: 0,
        }
    }
}

/// What became of the passkey that the ready line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prepared {
    /// It is registered.
    Registered,
    /// The org knows of none, as after a sandbox refresh.
    Forgotten,
    /// The org knows another one of this user, and not this.
    Replaced,
    /// It is registered, but was made for another host.
    ForOtherHost,
}

/// A passkey whose private key the simulator made itself, to be handed over.
#[derive(Debug, Clone)]
pub(in super::super) struct HandedOver {
    pub(in super::super) host: String,
    pub(in super::super) username: String,
    pub(in super::super) credential_id: String,
    pub(in super::super) user_handle: String,
    /// PKCS#8, in base64url.
    pub(in super::super) private_key: String,
}

/// A passkey that the org knows.
#[derive(Debug, Clone)]
struct Registered {
    user_id: String,
    host: String,
    credential: Credential,
    registered_ms: i64,
    last_used_ms: Option<i64>,
    uses: u64,
}

/// A challenge that waits for its answer.
#[derive(Debug)]
struct Challenge {
    ceremony: Ceremony,
    issued_ms: i64,
}

#[derive(Debug)]
enum Ceremony {
    Registration(RegistrationState),
    Authentication(AuthenticationState),
}

/// All passkeys of the org, and the challenges that are open.
#[derive(Debug, Default)]
pub(super) struct Passkeys {
    registered: Vec<Registered>,
    /// By session id: one challenge each, good for one answer.
    open: HashMap<String, Challenge>,
    /// Sessions that showed a passkey.
    proved: HashSet<String>,
    pub(super) handed_over: Option<HandedOver>,
    challenges_issued: u64,
    refusals: Vec<String>,
}

/// Why the answer to a challenge is not accepted, as the page says it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("Your session has no open request for a passkey. Try again.")]
    NoChallenge,
    #[error("The request for a passkey has expired. Try again.")]
    Expired,
    #[error("The answer of your browser could not be read: {0}")]
    Unreadable(String),
    #[error("This org doesn't accept new passkeys at the moment.")]
    NotNow,
    #[error("The passkey was not saved on the device.")]
    NotResident,
    #[error("This passkey belongs to another user.")]
    OtherUser,
    #[error("This passkey was used with a counter that didn't go up. It may have been copied.")]
    Counter,
    #[error("We couldn't verify your passkey: {0}.")]
    Ceremony(WebauthnError),
}

impl From<WebauthnError> for Refusal {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::CredentialPossibleCompromise => Self::Counter,
            other => Self::Ceremony(other),
        }
    }
}

impl Passkeys {
    /// Whether a user has registered any.
    pub(super) fn has_any(&self, user_id: &str) -> bool {
        self.registered.iter().any(|passkey| passkey.user_id == user_id)
    }

    /// Whether this session showed a passkey.
    pub(super) fn is_proved(&self, sid: &str) -> bool {
        self.proved.contains(sid)
    }

    fn of(&self, user_id: &str) -> Vec<Credential> {
        let own = self.registered.iter().filter(|passkey| passkey.user_id == user_id);
        own.map(|passkey| passkey.credential.clone()).collect()
    }

    fn open(&mut self, sid: &str, ceremony: Ceremony, issued_ms: i64) {
        self.challenges_issued += 1;
        self.open.insert(sid.to_owned(), Challenge { ceremony, issued_ms });
    }

    /// The challenge of a session, spent by this.
    fn take(&mut self, sid: &str, now: i64, lifetime_s: i64) -> Result<Ceremony, Refusal> {
        let challenge = self.open.remove(sid).ok_or(Refusal::NoChallenge)?;
        if now - challenge.issued_ms >= lifetime_s.saturating_mul(1000) {
            return Err(Refusal::Expired);
        }
        Ok(challenge.ceremony)
    }

    /// What tests ask about; the org holds no private key but the one that it hands over.
    pub(super) fn to_json(&self, username: impl Fn(&str) -> String) -> Value {
        let registered: Vec<Value> = self
            .registered
            .iter()
            .map(|passkey| {
                json!({
                    "user": username(&passkey.user_id),
                    "host": passkey.host,
                    "credential_id": URL_SAFE_NO_PAD.encode(&passkey.credential.cred_id),
                    "counter": passkey.credential.counter,
                    "user_verified": passkey.credential.user_verified,
                    "attestation": passkey.credential.attestation_format,
                    "registered_ms": passkey.registered_ms,
                    "last_used_ms": passkey.last_used_ms,
                    "uses": passkey.uses,
                })
            })
            .collect();
        json!({
            "registered": registered,
            "challenges_issued": self.challenges_issued,
            "challenges_open": self.open.len(),
            "refusals": self.refusals,
        })
    }
}

/// Where a ceremony takes place.
#[derive(Debug, Clone)]
pub(super) struct Party {
    host: String,
    core: WebauthnCore,
}

impl Party {
    /// The relying party at this origin: its id is the host's name.
    pub(super) fn at(origin: &str) -> Option<Self> {
        let url = Url::parse(origin).ok()?;
        let host = url.host_str()?.to_owned();
        let limit = Duration::from_secs(60);
        let core = WebauthnCore::new_unsafe_experts_only(
            "Salesforce",
            &host,
            vec![url],
            limit,
            Some(false),
            Some(false),
        );
        Some(Self { host, core })
    }
}

impl Org {
    /// What a page gives to `navigator.credentials.create()`.
    pub(super) fn offer_registration(
        &mut self,
        party: &Party,
        sid: &str,
        user: &User,
        now: i64,
    ) -> Result<Value, Refusal> {
        let existing = self.passkeys.of(&user.id).into_iter().map(|one| one.cred_id).collect();
        let builder = party
            .core
            .new_challenge_register_builder(user.id.as_bytes(), &user.username, &user.name)?
            .attestation(AttestationConveyancePreference::Direct)
            .user_verification_policy(UserVerificationPolicy::Required)
            .require_resident_key(true)
            .extensions(Some(RequestRegistrationExtensions { uvm: None, ..Default::default() }))
            .exclude_credentials(Some(existing));
        let (options, state) = party.core.generate_challenge_register(builder)?;
        self.passkeys.open(sid, Ceremony::Registration(state), now);
        Ok(json!(options)["publicKey"].take())
    }

    /// What came of it. Whoever registers a passkey has shown it as well.
    pub(super) fn register_passkey(
        &mut self,
        party: &Party,
        sid: &str,
        user: &User,
        answer: &str,
        now: i64,
    ) -> Result<(), Refusal> {
        let done = self.verify_registration(party, sid, answer, now).map(|credential| {
            self.passkeys.registered.push(Registered {
                user_id: user.id.clone(),
                host: party.host.clone(),
                credential,
                registered_ms: now,
                last_used_ms: None,
                uses: 0,
            });
            self.passkeys.proved.insert(sid.to_owned());
        });
        done.inspect_err(|refusal| self.passkeys.refusals.push(refusal.to_string()))
    }

    fn verify_registration(
        &mut self,
        party: &Party,
        sid: &str,
        answer: &str,
        now: i64,
    ) -> Result<Credential, Refusal> {
        let lifetime = self.settings.passkeys.challenge_lifetime_s;
        let Ceremony::Registration(state) = self.passkeys.take(sid, now, lifetime)? else {
            return Err(Refusal::NoChallenge);
        };
        if self.settings.passkeys.enrolment_refused {
            return Err(Refusal::NotNow);
        }
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let resident = answer.extensions.cred_props.as_ref().and_then(|properties| properties.rk);
        if resident != Some(true) {
            return Err(Refusal::NotResident);
        }
        let credential = party.core.register_credential(&answer, &state, None)?;
        if self.passkeys.registered.iter().any(|one| one.credential.cred_id == credential.cred_id) {
            return Err(Refusal::Ceremony(WebauthnError::CredentialAlreadyExists));
        }
        Ok(credential)
    }

    /// What a page gives to `navigator.credentials.get()`.
    pub(super) fn offer_authentication(
        &mut self,
        party: &Party,
        sid: &str,
        user: &User,
        now: i64,
    ) -> Result<Value, Refusal> {
        let policy = Some(UserVerificationPolicy::Required);
        let builder =
            party.core.new_challenge_authenticate_builder(self.passkeys.of(&user.id), policy)?;
        let (options, state) = party.core.generate_challenge_authenticate(builder)?;
        self.passkeys.open(sid, Ceremony::Authentication(state), now);
        Ok(json!(options)["publicKey"].take())
    }

    /// What came of it.
    pub(super) fn verify_passkey(
        &mut self,
        party: &Party,
        sid: &str,
        user: &User,
        answer: &str,
        now: i64,
    ) -> Result<(), Refusal> {
        let done = self.verify_assertion(party, sid, user, answer, now);
        done.inspect_err(|refusal| self.passkeys.refusals.push(refusal.to_string()))
    }

    fn verify_assertion(
        &mut self,
        party: &Party,
        sid: &str,
        user: &User,
        answer: &str,
        now: i64,
    ) -> Result<(), Refusal> {
        let lifetime = self.settings.passkeys.challenge_lifetime_s;
        let Ceremony::Authentication(mut state) = self.passkeys.take(sid, now, lifetime)? else {
            return Err(Refusal::NoChallenge);
        };
        let answer: PublicKeyCredential = read(answer)?;
        // A credential that lies on the device gives the user's handle with every answer.
        if answer.response.user_handle.as_deref() != Some(user.id.as_bytes()) {
            return Err(Refusal::OtherUser);
        }
        // Those of now, counters included: another session may have used one meanwhile.
        let mut credentials = self.passkeys.of(&user.id);
        if self.settings.passkeys.counter_at_its_end {
            credentials.iter_mut().for_each(|credential| credential.counter = u32::MAX);
        }
        state.set_allowed_credentials(credentials);
        let result = party.core.authenticate_credential(&answer, &state)?;
        let used = self
            .passkeys
            .registered
            .iter_mut()
            .find(|passkey| passkey.credential.cred_id == *result.cred_id());
        if let Some(used) = used {
            used.credential.counter = result.counter();
            used.last_used_ms = Some(now);
            used.uses += 1;
        }
        self.passkeys.proved.insert(sid.to_owned());
        Ok(())
    }

    /// Gives the integration user a passkey from the start, if the settings want one.
    pub(super) fn prepare_passkey(&mut self, host: &str, now: i64) {
        let Some(prepared) = self.settings.passkeys.prepared else { return };
        let user = self.integration_user().clone();
        let handed_over = match prepared {
            Prepared::Replaced => {
                let (_, kept) = self.make_passkey(&user, host);
                self.register_made(&user, host, kept, now);
                self.make_passkey(&user, host).0
            }
            Prepared::Forgotten => self.make_passkey(&user, host).0,
            Prepared::Registered | Prepared::ForOtherHost => {
                let (mut made, credential) = self.make_passkey(&user, host);
                self.register_made(&user, host, credential, now);
                if prepared == Prepared::ForOtherHost {
                    made.host = host.replacen("acme--qa", "acme--uat", 1);
                }
                made
            }
        };
        self.passkeys.handed_over = Some(handed_over);
    }

    fn make_passkey(&mut self, user: &User, host: &str) -> (HandedOver, Option<Credential>) {
        let key = ecdsa_p256::new_key();
        let id = self.random.alphanumeric(32).into_bytes();
        let made = HandedOver {
            host: host.to_owned(),
            username: user.username.clone(),
            credential_id: URL_SAFE_NO_PAD.encode(&id),
            user_handle: URL_SAFE_NO_PAD.encode(&user.id),
            private_key: key
                .to_pkcs8_der()
                .map(|der| URL_SAFE_NO_PAD.encode(der.as_bytes()))
                .unwrap_or_default(),
        };
        let credential = COSEKey::try_from(&key.public_key()).ok().map(|cred| Credential {
            cred_id: id,
            cred,
            counter: 0,
            transports: None,
            user_verified: true,
            backup_eligible: false,
            backup_state: false,
            registration_policy: UserVerificationPolicy::Required,
            extensions: RegisteredExtensions::none(),
            attestation: ParsedAttestation {
                data: ParsedAttestationData::None,
                metadata: AttestationMetadata::None,
            },
            attestation_format: AttestationFormat::None,
        });
        (made, credential)
    }

    fn register_made(&mut self, user: &User, host: &str, made: Option<Credential>, now: i64) {
        self.passkeys.registered.extend(made.map(|credential| Registered {
            user_id: user.id.clone(),
            host: host.to_owned(),
            credential,
            registered_ms: now,
            last_used_ms: None,
            uses: 0,
        }));
    }
}

fn read<'a, T: Deserialize<'a>>(answer: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(answer).map_err(|error| Refusal::Unreadable(error.to_string()))
}
