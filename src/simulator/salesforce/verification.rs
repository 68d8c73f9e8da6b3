//! Who has to prove more than a password: codes that are sent, codes that an authenticator makes,
//! and browsers that are known. Every code is really checked.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use totp_rs::{Algorithm, Builder, Secret};

use super::Salesforce;
use super::interludes::Interlude;
use super::org::{Org, Session, User};
use super::session::Visitor;

/// How long a code that was sent is good.
const CODE_MS: i64 = 10 * 60 * 1000;
/// After so many wrong codes the verification takes none any more.
const MOST_WRONG: u32 = 3;

const WRONG: &str = "Error: The verification code is invalid. Check the code and try again.";
const EXPIRED: &str = "Error: The verification code has expired. We've sent you a new one.";
const OLD: &str = "Error: The verification code has expired. Enter a new one.";
const USED: &str = "Error: This verification code was already used. Wait for a new one.";
const LOCKED: &str = "Error: You've entered too many wrong codes. Try again later, or contact your \
                      Salesforce administrator.";

/// A method that a user may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A tap in Salesforce's own app.
    PhoneApp,
    /// A key that is plugged in.
    SecurityKey,
    /// A code of any authenticator app.
    Totp,
    /// A code by e-mail.
    Email,
    /// A code by SMS.
    Sms,
}

impl Method {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 5] =
        [Self::PhoneApp, Self::SecurityKey, Self::Totp, Self::Email, Self::Sms];
}

/// A code on its way.
#[derive(Debug)]
struct Mail {
    username: String,
    method: Interlude,
    code: String,
    sent_ms: i64,
    /// Not in the mailbox yet.
    held: bool,
}

impl Mail {
    fn to_json(&self) -> Value {
        json!({
            "username": self.username,
            "method": self.method,
            "code": self.code,
            "sent_ms": self.sent_ms,
        })
    }
}

/// A code that a session's user has to give.
#[derive(Debug, Default)]
struct Demand {
    code: String,
    issued_ms: i64,
    wrong: u32,
    refused_once: bool,
}

/// A browser that was verified.
#[derive(Debug)]
struct Device {
    user_id: String,
    /// "Don't ask again" was ticked.
    trusted: bool,
}

/// How often what happened.
#[derive(Debug, Default, Serialize)]
struct Counters {
    codes_asked: u64,
    codes_sent: u64,
    codes_given: u64,
    codes_refused: u64,
    codes_accepted: u64,
    resends: u64,
    locked: u64,
}

/// Everything that verifications leave behind.
#[derive(Debug, Default)]
pub(super) struct Verification {
    mails: Vec<Mail>,
    open: HashMap<(String, Interlude), Demand>,
    /// Windows of the authenticator whose codes were used, by user.
    used_windows: HashMap<String, HashSet<u64>>,
    devices: HashMap<String, Device>,
    counters: Counters,
    /// Every code that was given, right or wrong.
    given: Vec<String>,
}

impl Verification {
    pub(super) fn to_json(&self) -> Value {
        let devices: Vec<Value> = self
            .devices
            .iter()
            .map(|(cookie, device)| {
                json!({"cookie": cookie, "user": device.user_id, "trusted": device.trusted})
            })
            .collect();
        json!({ "counters": self.counters, "given": self.given, "sent": self.mails.iter().map(Mail::to_json).collect::<Vec<_>>(), "devices": devices })
    }

    /// What has arrived, oldest first.
    pub(super) fn mailbox_json(&self) -> Value {
        self.mails.iter().filter(|mail| !mail.held).map(Mail::to_json).collect()
    }

    /// Whether a code was ever refused.
    pub(super) fn was_any_refused(&self) -> bool {
        self.counters.codes_refused > 0
    }

    pub(super) fn latest_code(&self, username: &str) -> Option<String> {
        let mut mails = self.mails.iter().rev();
        mails.find(|mail| !mail.held && mail.username == username).map(|mail| mail.code.clone())
    }
}

/// Whether a code of this page was sent to somebody.
fn is_sent(interlude: Interlude) -> bool {
    matches!(
        interlude,
        Interlude::EmailCode
            | Interlude::EmailElsewhere
            | Interlude::SmsCode
            | Interlude::SmsElsewhere
            | Interlude::UnknownCode
    )
}

/// Whether who passes this page has proved more than a password.
fn is_verification(interlude: Interlude) -> bool {
    matches!(
        interlude,
        Interlude::EmailCode
            | Interlude::SmsCode
            | Interlude::TotpCode
            | Interlude::EmailElsewhere
            | Interlude::SmsElsewhere
            | Interlude::TotpElsewhere
            | Interlude::UnknownCode
            | Interlude::ChooseMethod
            | Interlude::ApproveOnPhone
            | Interlude::PasskeyEnrolment
            | Interlude::PasskeyVerification
    )
}

impl Org {
    /// A session's user stands before a page that wants a code. The first time, one is sent.
    pub(super) fn ask_for_code(&mut self, session: &Session, page: Interlude, now: i64) {
        let key = (session.sid.clone(), page);
        if self.verification.open.contains_key(&key) {
            return;
        }
        self.verification.counters.codes_asked += 1;
        self.verification.open.insert(key, Demand::default());
        if is_sent(page) {
            if self.settings.mail_late {
                self.send_code(session, page, now, false);
            }
            let held = self.settings.mail_late;
            self.send_code(session, page, now, held);
        }
    }

    /// Sends another code; the one before is no longer good.
    pub(super) fn resend_code(&mut self, session: &Session, page: Interlude, now: i64) {
        self.verification.counters.resends += 1;
        self.send_code(session, page, now, false);
    }

    fn send_code(&mut self, session: &Session, page: Interlude, now: i64, held: bool) {
        let Some(username) = self.user(&session.user_id).map(|user| user.username.clone()) else {
            return;
        };
        let code = self.random.digits(6);
        self.verification.counters.codes_sent += 1;
        let demand = self.verification.open.entry((session.sid.clone(), page)).or_default();
        demand.code.clone_from(&code);
        demand.issued_ms = now;
        self.verification.mails.push(Mail { username, method: page, code, sent_ms: now, held });
    }

    /// Whether this is the code that the page wants.
    ///
    /// # Errors
    /// The page's words if it is not.
    pub(super) fn check_code(
        &mut self,
        session: &Session,
        page: Interlude,
        code: &str,
        now: i64,
    ) -> Result<(), &'static str> {
        self.verification.counters.codes_given += 1;
        self.verification.given.push(code.trim().to_owned());
        let checked = self.judge_code(session, page, code.trim(), now);
        let counters = &mut self.verification.counters;
        match &checked {
            Ok(()) => {
                counters.codes_accepted += 1;
                self.verification.open.remove(&(session.sid.clone(), page));
            }
            Err(_) => {
                counters.codes_refused += 1;
                for mail in &mut self.verification.mails {
                    mail.held = false;
                }
            }
        }
        checked
    }

    fn judge_code(
        &mut self,
        session: &Session,
        page: Interlude,
        code: &str,
        now: i64,
    ) -> Result<(), &'static str> {
        let window = self.window_of(session, code, now);
        let demand = self.verification.open.entry((session.sid.clone(), page)).or_default();
        if demand.wrong >= MOST_WRONG {
            return Err(LOCKED);
        }
        let is_right = if is_sent(page) { demand.code == code } else { window.is_some() };
        if !is_right {
            demand.wrong += 1;
            if demand.wrong < MOST_WRONG {
                return Err(WRONG);
            }
            self.verification.counters.locked += 1;
            return Err(LOCKED);
        }
        let first = !std::mem::replace(&mut demand.refused_once, true);
        if is_sent(page) {
            let refuse = first && self.settings.code_refused_once;
            if refuse || now - demand.issued_ms > CODE_MS {
                self.send_code(session, page, now, false);
                return Err(EXPIRED);
            }
            return Ok(());
        }
        let used = self.verification.used_windows.entry(session.user_id.clone()).or_default();
        let spent = !window.is_none_or(|window| used.insert(window));
        if spent || (first && self.settings.totp_used_once) {
            return Err(USED);
        }
        if first && self.settings.code_refused_once { Err(OLD) } else { Ok(()) }
    }

    /// The window whose code this is, of the present one and its neighbours.
    fn window_of(&self, session: &Session, code: &str, now: i64) -> Option<u64> {
        let seed = Secret::try_from_base32(&self.user(&session.user_id)?.totp_seed).ok()?;
        let period = self.settings.totp_period_s.max(1);
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_step_duration(period)
            .with_secret(seed)
            .build_noncompliant();
        let now = u64::try_from(now / 1000).ok()? / period;
        (now.saturating_sub(1)..=now + 1)
            .find(|window| totp.generate(window * period).to_string() == code)
    }

    /// A browser that has passed is known from now on, by what this answers.
    pub(super) fn know_browser(&mut self, session: &Session, trusted: bool) -> String {
        let cookie = self.random.alphanumeric(40);
        let device = Device { user_id: session.user_id.clone(), trusted };
        self.verification.devices.insert(cookie.clone(), device);
        cookie
    }
}

/// What a browser that is not known has to pass first; one where "don't ask again" was ticked is
/// spared the authenticator.
pub(super) fn activate_device(
    salesforce: &Salesforce,
    visitor: &Visitor,
    session: Session,
) -> Session {
    let mut org = salesforce.org();
    let known = visitor.device().and_then(|cookie| org.verification.devices.get(cookie));
    let known = known.filter(|device| device.user_id == session.user_id);
    let is_spared = known.is_some_and(|device| device.trusted);
    if is_spared && session.before_it.first() == Some(&Interlude::TotpCode) {
        return org.pass_interlude(&session.sid).unwrap_or(session);
    }
    let is_verified = session.before_it.iter().any(|page| is_verification(*page));
    if known.is_some() || is_verified || !org.settings.device_activation {
        return session;
    }
    org.put_before(&session.sid, Interlude::EmailCode).unwrap_or(session)
}

/// Where a code went, as a page may tell it: not all of it.
pub(super) fn masked_address(user: &User) -> String {
    let (name, domain) = user.username.split_once('@').unwrap_or((&user.username, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}{}@{domain}", "*".repeat(name.chars().count().saturating_sub(1)))
}

/// The phone that a code went to.
pub(super) fn masked_phone() -> &'static str {
    "+49 *** *****34"
}
