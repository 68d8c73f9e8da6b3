//! "Register your mobile phone": may be declined.

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use minijinja::context;
use serde::Deserialize;

use super::super::Salesforce;
use super::super::session::Visitor;
use super::Interlude;
use crate::simulator::markup::Language;

pub(super) const PATH: &str = "/_ui/identity/phone/AddPhoneNumber";

pub(super) fn routes() -> Router<Salesforce> {
    Router::new().route(PATH, get(show))
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// The answer to the link that declines.
    #[serde(default)]
    skip: bool,
}

async fn show(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let session = match visitor.before(Interlude::RegisterPhone) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    if asked.skip {
        return super::pass(&salesforce, &visitor.origin, &session);
    }
    let settings = salesforce.settings();
    let language = settings.language(settings.register_phone_language);
    let (heading, text, label, register, later, never) = match language {
        Language::English => (
            "Register Your Mobile Phone",
            "To help keep your account secure, register your mobile phone number.",
            "Mobile phone number",
            "Register",
            "Remind Me Later",
            "I Don't Want to Register My Phone",
        ),
        Language::German => (
            "Registrieren Ihres Mobiltelefons",
            "Registrieren Sie Ihre Mobiltelefonnummer, um Ihren Account zu schützen.",
            "Mobiltelefonnummer",
            "Registrieren",
            "Später erinnern",
            "Ich möchte mein Telefon nicht registrieren",
        ),
        Language::Japanese => (
            "携帯電話の登録",
            "アカウントを保護するために、携帯電話番号を登録してください。",
            "携帯電話番号",
            "登録",
            "後で通知",
            "電話を登録しない",
        ),
        Language::French => (
            "Enregistrer votre téléphone mobile",
            "Enregistrez votre numéro de téléphone mobile afin de protéger votre compte.",
            "Numéro de téléphone mobile",
            "Enregistrer",
            "Me le rappeler plus tard",
            "Je ne souhaite pas enregistrer mon téléphone",
        ),
    };
    salesforce.pages.show(
        "register_phone.html",
        context! {
            path => PATH,
            view_state => session.view_state,
            language => language.tag(),
            heading, text, label, register, later, never,
        },
    )
}
