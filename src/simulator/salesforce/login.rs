//! The login page: user name and password on one page, or the user name first.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use super::super::hosts::Site;
use super::Salesforce;
use super::another_org;
use super::detours::MAINTENANCE_PATH;
use super::interludes;
use super::session::{Visitor, query, redirect};
use super::settings::{LoginStyle, Settings};
use super::verification;

const WRONG: &str = "Error: Please check your username and password. If you still can't log in, \
                     contact your Salesforce administrator.";
const NO_PASSWORD: &str = "Error: Please enter your password.";
const NO_USERNAME: &str = "Error: Enter a valid username.";

#[derive(Debug, Deserialize)]
pub(super) struct LoginQuery {
    #[serde(rename = "startURL", default)]
    start_url: String,
    /// A user name to begin with.
    #[serde(default)]
    un: String,
}

/// The empty page.
pub(super) async fn show(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<LoginQuery>,
) -> Response {
    let settings = salesforce.settings();
    if let Some(elsewhere) = elsewhere(&settings, &visitor, &asked.start_url) {
        return redirect(&elsewhere);
    }
    let with_password = settings.login_style == LoginStyle::OneStep;
    let (start_url, username) = (&asked.start_url, &asked.un);
    let form = Page { start_url, username, error: "", with_password };
    form.render(&salesforce, &visitor)
}

/// Where the page is, if it is none of the org's.
fn elsewhere(settings: &Settings, visitor: &Visitor, start_url: &str) -> Option<String> {
    let origin = &visitor.origin;
    if origin.site == Site::Plain {
        None
    } else if settings.login_elsewhere {
        Some(format!("{}/?{}", origin.outside(), query(&[("startURL", start_url)])))
    } else if settings.maintenance_elsewhere {
        Some(format!("{}{MAINTENANCE_PATH}", origin.outside()))
    } else if settings.code_elsewhere {
        Some(format!("{}{}", origin.url(Site::AnotherOrg), another_org::CODE_PATH))
    } else {
        None
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct LoginForm {
    #[serde(default)]
    username: String,
    #[serde(rename = "pw")]
    password: Option<String>,
    #[serde(rename = "startURL", default)]
    start_url: String,
}

/// The page sent back: a password is checked, a user name alone leads to the password.
pub(super) async fn submit(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Form(form): Form<LoginForm>,
) -> Response {
    let settings = salesforce.settings();
    let page = |error, with_password| Page {
        start_url: &form.start_url,
        username: &form.username,
        error,
        with_password,
    };
    let one_step = settings.login_style == LoginStyle::OneStep;
    // Every user name has the form of an address.
    if !form.username.contains('@') {
        return page(NO_USERNAME, one_step).render(&salesforce, &visitor);
    }
    let Some(password) = &form.password else {
        return page("", true).render(&salesforce, &visitor);
    };
    if password.is_empty() {
        return page(NO_PASSWORD, true).render(&salesforce, &visitor);
    }
    let start_url = if settings.unknown_page_after_login {
        format!("/secur/notice.jsp?{}", query(&[("retURL", &form.start_url)]))
    } else {
        form.start_url.clone()
    };
    let now = salesforce.now_ms();
    let session = salesforce.org().log_in(&form.username, password, &start_url, now);
    match session {
        None => page(WRONG, true).render(&salesforce, &visitor),
        Some(session) if settings.login_unanswered => {
            salesforce.org().sessions.remove(&session.sid);
            redirect(MAINTENANCE_PATH)
        }
        Some(session) => {
            let session = verification::activate_device(&salesforce, &visitor, session);
            interludes::lead_on(&salesforce, &visitor.origin, &session)
        }
    }
}

/// A page that no catalogue knows and that has no way on.
pub(super) async fn unknown_page(State(salesforce): State<Salesforce>) -> Response {
    salesforce.pages.show(
        "notice.html",
        context! {
            title => "Important Notice | Salesforce",
            heading => "Your organization's annual notice",
            text => "Your administrator has published a notice for all users. It will be shown \
                     until your administrator withdraws it.",
        },
    )
}

struct Page<'a> {
    start_url: &'a str,
    username: &'a str,
    error: &'a str,
    with_password: bool,
}

impl Page<'_> {
    /// Outside the org, the host that the page pretends to be.
    fn claimed_origin(&self, settings: &Settings, visitor: &Visitor) -> Option<String> {
        let is_outside = visitor.origin.site == Site::Plain;
        (settings.login_forged && is_outside).then(|| visitor.origin.inside(Site::Login))
    }

    fn render(&self, salesforce: &Salesforce, visitor: &Visitor) -> Response {
        let settings = salesforce.settings();
        let identifier_first = settings.login_style == LoginStyle::IdentifierFirst;
        salesforce.pages.show(
            "login.html",
            context! {
                start_url => self.start_url,
                username => self.username,
                error => self.error,
                with_password => self.with_password,
                username_fixed => identifier_first && self.with_password,
                rendered_again => settings.login_rendered_again,
                claimed_origin => self.claimed_origin(&settings, visitor),
                my_domain_link => visitor.origin.site == Site::Login,
                button => if visitor.origin.site == Site::Login { "Log In" } else { "Log In to Sandbox" },
            },
        )
    }
}
