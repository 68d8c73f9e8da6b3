//! The My Domain of another org: nothing but a page that wants an authenticator's code. What it is
//! given is counted, and leads nowhere.

use axum::Router;
use axum::extract::{Form, State};
use axum::response::Response;
use axum::routing::get;
use minijinja::context;
use serde::Deserialize;

use super::Salesforce;

/// Where the page is.
pub(super) const CODE_PATH: &str = "/_ui/identity/verification/method/TotpVerificationUi/e";
const WRONG: &str = "Error: The verification code is invalid. Check the code and try again.";

pub(super) fn routes() -> Router<Salesforce> {
    Router::new().route(CODE_PATH, get(show).post(submit))
}

async fn show(State(salesforce): State<Salesforce>) -> Response {
    render(&salesforce, "")
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    tc: String,
}

async fn submit(State(salesforce): State<Salesforce>, Form(answer): Form<Answer>) -> Response {
    if !answer.tc.is_empty() {
        salesforce.org().counters.codes_given_elsewhere += 1;
    }
    render(&salesforce, WRONG)
}

fn render(salesforce: &Salesforce, error: &str) -> Response {
    salesforce.pages.show(
        "verification_code.html",
        context! {
            path => CODE_PATH,
            view_state => "",
            return_url => "",
            field => "tc",
            heading => "Verify Your Identity",
            text => "Open your authenticator app and enter the code that it shows for this account.",
            label => "Verification Code",
            may_trust => false,
            may_resend => false,
            sent_to => "",
            error,
            rendered_again => false,
        },
    )
}
