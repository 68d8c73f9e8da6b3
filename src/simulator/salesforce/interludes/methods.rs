//! The choice of methods, and the request to approve on the phone that leads to it.

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::response::Response;
use axum::routing::get;
use minijinja::context;
use serde::Deserialize;

use super::super::super::hosts::Origin;
use super::super::Salesforce;
use super::super::org::Session;
use super::super::session::Visitor;
use super::super::verification::{Method, masked_address, masked_phone};
use super::Interlude;

pub(super) const CHOICE_PATH: &str = "/_ui/identity/verification/policy/VerificationStartUi";
pub(super) const PHONE_PATH: &str = "/_ui/identity/verification/method/LLVerificationFinishUi/e";

const NOT_THERE: &str = "Error: This verification method isn't available right now.";

pub(super) fn routes() -> Router<Salesforce> {
    Router::new()
        .route(CHOICE_PATH, get(choice).post(choose))
        .route(PHONE_PATH, get(approve_on_phone))
}

fn value_of(method: Method) -> &'static str {
    match method {
        Method::PhoneApp => "SFDC_AUTHENTICATOR",
        Method::SecurityKey => "U2F",
        Method::Totp => "TOTP",
        Method::Email => "EMAIL",
        Method::Sms => "SMS",
    }
}

async fn choice(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    render(&salesforce, &visitor, "")
}

fn render(salesforce: &Salesforce, visitor: &Visitor, error: &str) -> Response {
    let session = match visitor.before(Interlude::ChooseMethod) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    let offered = salesforce.settings().methods_offered;
    let address = salesforce.org().user(&session.user_id).map(masked_address).unwrap_or_default();
    let label_of = |method| match method {
        Method::PhoneApp => "Approve a notification in Salesforce Authenticator".to_owned(),
        Method::SecurityKey => "Use a security key".to_owned(),
        Method::Totp => "Use a code from an authenticator app".to_owned(),
        Method::Email => format!("Email a code to {address}"),
        Method::Sms => format!("Text a code to {}", masked_phone()),
    };
    let methods: Vec<_> = offered
        .into_iter()
        .map(|method| context! { value => value_of(method), label => label_of(method) })
        .collect();
    let context =
        context! { path => CHOICE_PATH, view_state => session.view_state, methods, error };
    salesforce.pages.show("verification_methods.html", context)
}

#[derive(Debug, Deserialize)]
struct Chosen {
    #[serde(rename = "selectedMethod", default)]
    method: String,
    #[serde(rename = "_CONFIRMATIONTOKEN", default)]
    token: String,
}

async fn choose(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Form(chosen): Form<Chosen>,
) -> Response {
    let session = match visitor.before(Interlude::ChooseMethod) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    let settings = salesforce.settings();
    let offered = settings.methods_offered.into_iter();
    let method = offered
        .filter(|_| !settings.method_refused)
        .find(|method| value_of(*method) == chosen.method);
    let next = match method {
        Some(Method::Totp) => Interlude::TotpCode,
        Some(Method::Email) => Interlude::EmailCode,
        Some(Method::Sms) => Interlude::SmsCode,
        _ => return render(&salesforce, &visitor, NOT_THERE),
    };
    if chosen.token != session.view_state {
        return render(&salesforce, &visitor, "Error: This page is no longer valid.");
    }
    let session = salesforce.org().exchange_interlude(&session.sid, next).unwrap_or(session);
    super::lead_on(&salesforce, &visitor.origin, &session)
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// The answer to the link that leads to the choice.
    #[serde(default)]
    other: bool,
}

async fn approve_on_phone(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let session = match visitor.before(Interlude::ApproveOnPhone) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    if asked.other {
        return lead_to_choice(&salesforce, &visitor.origin, session);
    }
    salesforce.pages.show("verification_push.html", context! { path => PHONE_PATH })
}

/// The choice comes instead of the page that the session stands before.
pub(super) fn lead_to_choice(
    salesforce: &Salesforce,
    origin: &Origin,
    session: Session,
) -> Response {
    let next = Interlude::ChooseMethod;
    let session = salesforce.org().exchange_interlude(&session.sid, next).unwrap_or(session);
    super::lead_on(salesforce, origin, &session)
}
