//! Pages between a login and what the user wanted. A session that has some before it is half a
//! session: every page of the org leads to the first of them, and each that is passed to the next.

mod codes;
mod methods;
mod passkey;
mod password;
mod phone;
mod reminder;
mod timeout;

use axum::Router;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::super::hosts::{Origin, Site};
use super::Salesforce;
use super::doors;
use super::org::Session;
use super::session::redirect_with_session;

/// A page that comes between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interlude {
    /// Register a phone number, or not.
    RegisterPhone,
    /// Create a passkey, for a user who has none.
    PasskeyEnrolment,
    /// Show a passkey, for a user who has one.
    PasskeyVerification,
    /// The password has expired.
    ChangePassword,
    /// Something to be looked at some time.
    Reminder,
    /// The session was idle for too long.
    SessionTimeout,
    /// A code that was sent by e-mail.
    EmailCode,
    /// A code that was sent by SMS.
    SmsCode,
    /// A code of an authenticator app.
    TotpCode,
    /// A code that was sent by e-mail, at an address that nobody knows.
    EmailElsewhere,
    /// A code that was sent by SMS, at an address that nobody knows.
    SmsElsewhere,
    /// A code of an authenticator app, at an address that nobody knows.
    TotpElsewhere,
    /// A code of a kind that nobody knows.
    UnknownCode,
    /// A choice between methods of verification.
    ChooseMethod,
    /// A request to approve on the phone, with a link to the choice.
    ApproveOnPhone,
}

impl Interlude {
    /// Where its page is.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::RegisterPhone => phone::PATH,
            Self::PasskeyEnrolment => passkey::ENROLMENT_PATH,
            Self::PasskeyVerification => passkey::VERIFICATION_PATH,
            Self::ChangePassword => password::PATH,
            Self::Reminder => reminder::PATH,
            Self::SessionTimeout => timeout::PATH,
            Self::EmailCode => codes::EMAIL_PATH,
            Self::SmsCode => codes::SMS_PATH,
            Self::TotpCode => codes::TOTP_PATH,
            Self::EmailElsewhere => codes::EMAIL_ELSEWHERE_PATH,
            Self::SmsElsewhere => codes::SMS_ELSEWHERE_PATH,
            Self::TotpElsewhere => codes::TOTP_ELSEWHERE_PATH,
            Self::UnknownCode => codes::UNKNOWN_PATH,
            Self::ChooseMethod => methods::CHOICE_PATH,
            Self::ApproveOnPhone => methods::PHONE_PATH,
        }
    }

    /// Whether it comes for a user with or without a passkey.
    pub(super) fn comes(self, has_passkey: bool) -> bool {
        match self {
            Self::PasskeyEnrolment => !has_passkey,
            Self::PasskeyVerification => has_passkey,
            _ => true,
        }
    }
}

/// The pages of all of them.
pub(super) fn routes() -> Router<Salesforce> {
    Router::new()
        .merge(passkey::routes())
        .merge(phone::routes())
        .merge(password::routes())
        .merge(reminder::routes())
        .merge(timeout::routes())
        .merge(codes::routes())
        .merge(methods::routes())
}

/// Leads a session on: to the page that comes next, else to what its user wanted.
pub(super) fn lead_on(salesforce: &Salesforce, origin: &Origin, session: &Session) -> Response {
    match session.before_it.first() {
        // My Domain's pages lead there by themselves, once it has the session.
        Some(_) if origin.site == Site::Login && salesforce.settings().verified_at_my_domain => {
            doors::after_login(salesforce, origin, session, &session.start_url)
        }
        Some(next) => redirect_with_session(salesforce, session, next.path()),
        None => doors::after_login(salesforce, origin, session, &session.start_url),
    }
}

/// The session has passed the page that it stood before, and is led on.
pub(super) fn pass(salesforce: &Salesforce, origin: &Origin, session: &Session) -> Response {
    let session = salesforce.org().pass_interlude(&session.sid).unwrap_or_else(|| session.clone());
    lead_on(salesforce, origin, &session)
}
