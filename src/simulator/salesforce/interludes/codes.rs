//! Pages that want a code.

use axum::extract::{Form, Query, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Router, extract::OriginalUri};
use minijinja::context;
use serde::Deserialize;

use super::super::Salesforce;
use super::super::org::Session;
use super::super::session::{Visitor, remember_browser};
use super::super::verification::{masked_address, masked_phone};
use super::Interlude;

pub(super) const EMAIL_PATH: &str = "/_ui/identity/verification/method/EmailVerificationFinishUi/e";
pub(super) const SMS_PATH: &str = "/_ui/identity/verification/method/SmsVerificationFinishUi/e";
pub(super) const TOTP_PATH: &str = "/_ui/identity/verification/method/TotpVerificationUi/e";
pub(super) const EMAIL_ELSEWHERE_PATH: &str = "/_ui/identity/verification/method/MailedCodeUi/e";
pub(super) const SMS_ELSEWHERE_PATH: &str = "/_ui/identity/verification/method/TextedCodeUi/e";
pub(super) const TOTP_ELSEWHERE_PATH: &str =
    "/_ui/identity/verification/method/AuthenticatorCodeUi/e";
pub(super) const UNKNOWN_PATH: &str = "/_ui/identity/verification/method/TemporaryCodeUi/e";

/// The text of a page whose field says where the code went.
const SENT: &str = "Enter the verification code that we sent you.";

/// What a page looks like.
struct Look {
    field: &'static str,
    heading: &'static str,
    /// What is written before where the code went.
    text: &'static str,
    label: &'static str,
    /// May the browser be trusted from now on, by a check box?
    may_trust: bool,
}

fn look_of(page: Interlude) -> Look {
    match page {
        Interlude::SmsCode | Interlude::SmsElsewhere => Look {
            field: "smc",
            heading: "Verify Your Identity",
            text: "We sent a text message with a verification code to",
            label: "Verification Code",
            may_trust: false,
        },
        Interlude::TotpCode | Interlude::TotpElsewhere => Look {
            field: "tc",
            heading: "Verify Your Identity",
            text: "Open your authenticator app and enter the code that it shows for this account.",
            label: "Verification Code",
            may_trust: true,
        },
        Interlude::UnknownCode => Look {
            field: "tvc",
            heading: "Verify Your Identity",
            text: "Enter the temporary code that your administrator gave you.",
            label: "Temporary Code",
            may_trust: false,
        },
        _ => Look {
            field: "emc",
            heading: "Verify Your Identity",
            text: "We emailed a verification code to",
            label: "Verification Code",
            may_trust: false,
        },
    }
}

const PAGES: [Interlude; 7] = [
    Interlude::EmailCode,
    Interlude::SmsCode,
    Interlude::TotpCode,
    Interlude::EmailElsewhere,
    Interlude::SmsElsewhere,
    Interlude::TotpElsewhere,
    Interlude::UnknownCode,
];

pub(super) fn routes() -> Router<Salesforce> {
    PAGES
        .iter()
        .fold(Router::new(), |router, page| router.route(page.path(), get(show).post(submit)))
}

/// The page that an address belongs to.
fn page_at(uri: &OriginalUri) -> Interlude {
    let page = PAGES.iter().find(|page| page.path() == uri.path());
    page.copied().unwrap_or(Interlude::EmailCode)
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// The answer to the link that asks for another code.
    #[serde(default)]
    resend: bool,
    /// The answer to the link that leads to the choice of methods.
    #[serde(default)]
    other: bool,
}

async fn show(
    State(salesforce): State<Salesforce>,
    uri: OriginalUri,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let page = page_at(&uri);
    let session = match visitor.before(page) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    if asked.other && salesforce.settings().other_methods_linked {
        return super::methods::lead_to_choice(&salesforce, &visitor.origin, session);
    }
    let now = salesforce.now_ms();
    salesforce.org().ask_for_code(&session, page, now);
    if asked.resend {
        salesforce.org().resend_code(&session, page, now);
    }
    render(&salesforce, &session, page, "")
}

#[derive(Debug, Deserialize)]
struct Answer {
    emc: Option<String>,
    smc: Option<String>,
    tc: Option<String>,
    tvc: Option<String>,
    #[serde(rename = "_CONFIRMATIONTOKEN", default)]
    token: String,
    /// "Don't ask again."
    daa: Option<String>,
}

async fn submit(
    State(salesforce): State<Salesforce>,
    uri: OriginalUri,
    visitor: Visitor,
    Form(answer): Form<Answer>,
) -> Response {
    let page = page_at(&uri);
    let session = match visitor.before(page) {
        Ok(session) => session,
        Err(elsewhere) => return *elsewhere,
    };
    if answer.token != session.view_state {
        return render(&salesforce, &session, page, "Error: This page is no longer valid.");
    }
    let code = [answer.emc, answer.smc, answer.tc, answer.tvc].into_iter().flatten().next();
    let now = salesforce.now_ms();
    let checked =
        salesforce.org().check_code(&session, page, code.as_deref().unwrap_or_default(), now);
    if let Err(words) = checked {
        return render(&salesforce, &session, page, words);
    }
    let device = salesforce.org().know_browser(&session, answer.daa.is_some());
    remember_browser(super::pass(&salesforce, &visitor.origin, &session), &device)
}

fn render(salesforce: &Salesforce, session: &Session, page: Interlude, error: &str) -> Response {
    let look = look_of(page);
    let settings = salesforce.settings();
    let sent_to = sent_to(salesforce, session, page);
    let (text, label) = match &sent_to {
        None => (look.text.to_owned(), look.label.to_owned()),
        Some(sent_to) if settings.code_sent_to_in_label => {
            (SENT.to_owned(), format!("{} sent to {sent_to}", look.label))
        }
        Some(sent_to) => (format!("{} {sent_to}.", look.text), look.label.to_owned()),
    };
    salesforce.pages.show(
        "verification_code.html",
        context! {
            path => page.path(),
            view_state => &session.view_state,
            return_url => &session.start_url,
            field => look.field,
            heading => look.heading,
            text,
            label,
            may_trust => look.may_trust,
            may_resend => sent_to.is_some(),
            may_choose => settings.other_methods_linked,
            error,
            rendered_again => salesforce.settings().code_rendered_again,
        },
    )
}

/// Where the page's code went, for pages that tell it: not all of it.
fn sent_to(salesforce: &Salesforce, session: &Session, page: Interlude) -> Option<String> {
    match page {
        Interlude::EmailCode | Interlude::EmailElsewhere => {
            salesforce.org().user(&session.user_id).map(masked_address)
        }
        Interlude::SmsCode | Interlude::SmsElsewhere => Some(masked_phone().to_owned()),
        _ => None,
    }
}
