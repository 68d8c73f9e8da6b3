//! A reminder that wants nothing now. Languages differ in what they dismiss it by: a button with
//! the id `cancel`, a link, a button that has no id.

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

pub(super) const PATH: &str = "/secur/reminder.jsp";

pub(super) fn routes() -> Router<Salesforce> {
    Router::new().route(PATH, get(show))
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// The answer to what dismisses it.
    #[serde(default)]
    later: bool,
}

async fn show(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let session = match visitor.before(Interlude::Reminder) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    if asked.later {
        return super::pass(&salesforce, &visitor.origin, &session);
    }
    let settings = salesforce.settings();
    let language = settings.language(settings.reminder_language);
    let (heading, text, review, later) = match language {
        Language::English => (
            "Review Your Recovery Options",
            "Keep your email address and phone number up to date, so that you can always log in.",
            "Review Now",
            "Cancel",
        ),
        Language::German => (
            "Wiederherstellungsoptionen überprüfen",
            "Halten Sie Ihre E-Mail-Adresse und Telefonnummer aktuell.",
            "Jetzt überprüfen",
            "Später erinnern",
        ),
        Language::Japanese => (
            "リカバリオプションの確認",
            "メールアドレスと電話番号を最新の状態にしてください。",
            "今すぐ確認",
            "後で通知",
        ),
        Language::French => (
            "Vérifier vos options de récupération",
            "Tenez à jour votre adresse e-mail et votre numéro de téléphone.",
            "Vérifier",
            "Me le rappeler plus tard",
        ),
    };
    let control = match language {
        Language::English => "cancel",
        Language::German | Language::French => "link",
        Language::Japanese => "button",
    };
    salesforce.pages.show(
        "reminder.html",
        context! { path => PATH, language => language.tag(), heading, text, review, later, control },
    )
}
