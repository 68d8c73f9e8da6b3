//! "Create a Passkey", and "Verify Your Identity" with one. Both are on My Domain, whose host's
//! name is the relying party's id.

use std::time::Duration;

use axum::Router;
use axum::extract::{Form, State};
use axum::response::Response;
use axum::routing::get;
use minijinja::context;
use serde::Deserialize;
use serde_json::Value;

use super::super::super::hosts::Site;
use super::super::Salesforce;
use super::super::doors;
use super::super::org::Session;
use super::super::passkeys::{Party, Refusal};
use super::super::session::{Visitor, redirect};
use super::Interlude;

pub(super) const ENROLMENT_PATH: &str = "/_ui/identity/webauthn/AddPasskeyUi";
pub(super) const VERIFICATION_PATH: &str =
    "/_ui/identity/verification/method/UnifiedPasskeyVerificationUi";

pub(super) fn routes() -> Router<Salesforce> {
    Router::new()
        .route(ENROLMENT_PATH, get(show_enrolment).post(enrol))
        .route(VERIFICATION_PATH, get(show_verification).post(verify))
}

#[derive(Debug, Deserialize)]
struct Answer {
    /// What the browser's credential says of itself, as JSON.
    #[serde(default)]
    credential: String,
}

async fn show_verification(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    match before(&salesforce, &visitor, Interlude::PasskeyVerification) {
        Ok(session) => verification(&salesforce, &visitor, &session, ""),
        Err(elsewhere) => *elsewhere,
    }
}

async fn verify(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Form(answer): Form<Answer>,
) -> Response {
    let session = match before(&salesforce, &visitor, Interlude::PasskeyVerification) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    let now = salesforce.now_ms();
    let done = with_party(&salesforce, &visitor, |org, party| {
        let user = org.user(&session.user_id).cloned().ok_or(Refusal::OtherUser)?;
        org.verify_passkey(party, &session.sid, &user, &answer.credential, now)
    });
    let delay = salesforce.settings().passkeys.answer_delay_ms;
    tokio::time::sleep(Duration::from_millis(delay)).await;
    match done {
        Ok(()) => super::pass(&salesforce, &visitor.origin, &session),
        Err(refusal) => verification(&salesforce, &visitor, &session, &refusal.to_string()),
    }
}

fn verification(
    salesforce: &Salesforce,
    visitor: &Visitor,
    session: &Session,
    error: &str,
) -> Response {
    let now = salesforce.now_ms();
    let options = with_party(salesforce, visitor, |org, party| {
        let user = org.user(&session.user_id).cloned().ok_or(Refusal::OtherUser)?;
        org.offer_authentication(party, &session.sid, &user, now)
    });
    let by_button = salesforce.settings().passkeys.by_button;
    page(
        salesforce,
        "passkey_verification.html",
        VERIFICATION_PATH,
        session,
        options,
        error,
        by_button,
    )
}

async fn show_enrolment(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    match enrolling(&salesforce, &visitor) {
        Ok(session) => enrolment(&salesforce, &visitor, &session, ""),
        Err(elsewhere) => *elsewhere,
    }
}

async fn enrol(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Form(answer): Form<Answer>,
) -> Response {
    let session = match enrolling(&salesforce, &visitor) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    let now = salesforce.now_ms();
    let done = with_party(&salesforce, &visitor, |org, party| {
        let user = org.user(&session.user_id).cloned().ok_or(Refusal::OtherUser)?;
        org.register_passkey(party, &session.sid, &user, &answer.credential, now)
    });
    match done {
        Ok(()) if salesforce.settings().passkeys.enrolment_silent => {
            enrolment(&salesforce, &visitor, &session, "")
        }
        Ok(()) if session.before_it.is_empty() => {
            doors::onward(&salesforce, &visitor.origin, &session, "")
        }
        Ok(()) => super::pass(&salesforce, &visitor.origin, &session),
        Err(refusal) => enrolment(&salesforce, &visitor, &session, &refusal.to_string()),
    }
}

fn enrolment(
    salesforce: &Salesforce,
    visitor: &Visitor,
    session: &Session,
    error: &str,
) -> Response {
    let now = salesforce.now_ms();
    let options = with_party(salesforce, visitor, |org, party| {
        let user = org.user(&session.user_id).cloned().ok_or(Refusal::OtherUser)?;
        org.offer_registration(party, &session.sid, &user, now)
    });
    page(salesforce, "passkey_enrolment.html", ENROLMENT_PATH, session, options, error, true)
}

/// The session that stands before the page; on My Domain, wherever its user logged in.
fn before(
    salesforce: &Salesforce,
    visitor: &Visitor,
    interlude: Interlude,
) -> Result<Session, Box<Response>> {
    let session = visitor.before(interlude)?;
    if visitor.origin.site == Site::Login {
        let there = format!("{}{}", visitor.origin.url(Site::MyDomain), interlude.path());
        return Err(Box::new(doors::onward(salesforce, &visitor.origin, &session, &there)));
    }
    Ok(session)
}

/// Whoever is led to the page, or opens it while logged in: then one who has a passkey has to show
/// it first.
fn enrolling(salesforce: &Salesforce, visitor: &Visitor) -> Result<Session, Box<Response>> {
    let Some(session) = &visitor.session else {
        return before(salesforce, visitor, Interlude::PasskeyEnrolment);
    };
    let mut org = salesforce.org();
    if org.passkeys.has_any(&session.user_id) && !org.passkeys.is_proved(&session.sid) {
        if let Some(session) = org.sessions.get_mut(&session.sid) {
            session.before_it.push(Interlude::PasskeyVerification);
            ENROLMENT_PATH.clone_into(&mut session.start_url);
        }
        return Err(Box::new(redirect(VERIFICATION_PATH)));
    }
    Ok(session.clone())
}

fn with_party<T>(
    salesforce: &Salesforce,
    visitor: &Visitor,
    ceremony: impl FnOnce(&mut super::super::org::Org, &Party) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let origin = visitor.origin.url(visitor.origin.site);
    let party = Party::at(&origin).ok_or(Refusal::NoChallenge)?;
    ceremony(&mut salesforce.org(), &party)
}

fn page(
    salesforce: &Salesforce,
    template: &str,
    path: &str,
    session: &Session,
    options: Result<Value, Refusal>,
    error: &str,
    by_button: bool,
) -> Response {
    let (options, error) = match options {
        Ok(options) => (options, error.to_owned()),
        Err(refusal) => (Value::Null, refusal.to_string()),
    };
    salesforce.pages.show(
        template,
        context! {
            path => path,
            view_state => &session.view_state,
            options => options.to_string().replace('<', "\\u003c"),
            // A page that has said no waits for its user.
            by_button => by_button || !error.is_empty(),
            error => error,
        },
    )
}
