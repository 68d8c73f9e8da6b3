//! The simulator's HTML: templates that escape by themselves and refuse undefined values.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, UndefinedBehavior, Value};

use super::error::SimulatorError;

const TEMPLATES: &[(&str, &str)] = &[
    ("slds.css", include_str!("templates/slds.css")),
    ("classic.css", include_str!("templates/classic.css")),
    ("login.html", include_str!("templates/login.html")),
    ("home.html", include_str!("templates/home.html")),
    ("setup.html", include_str!("templates/setup.html")),
    ("usage_list.html", include_str!("templates/usage_list.html")),
    ("user_list.html", include_str!("templates/user_list.html")),
    ("approval.html", include_str!("templates/approval.html")),
    ("oauth_error.html", include_str!("templates/oauth_error.html")),
    ("notice.html", include_str!("templates/notice.html")),
    ("identity.css", include_str!("templates/identity.css")),
    ("setup_home.html", include_str!("templates/setup_home.html")),
    ("eca_usage.html", include_str!("templates/eca_usage.html")),
    ("eca_usage.css", include_str!("templates/eca_usage.css")),
    ("register_phone.html", include_str!("templates/register_phone.html")),
    ("passkey_enrolment.html", include_str!("templates/passkey_enrolment.html")),
    ("passkey_verification.html", include_str!("templates/passkey_verification.html")),
    ("change_password.html", include_str!("templates/change_password.html")),
    ("reminder.html", include_str!("templates/reminder.html")),
    ("session_timeout.html", include_str!("templates/session_timeout.html")),
    ("control.html", include_str!("templates/control.html")),
];

/// All pages, parsed once.
#[derive(Debug, Clone)]
pub(super) struct Pages {
    environment: Arc<Environment<'static>>,
}

impl Pages {
    /// Parses every template.
    pub(super) fn load() -> Result<Self, SimulatorError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in TEMPLATES {
            environment.add_template(name, source)?;
        }
        Ok(Self { environment: Arc::new(environment) })
    }

    /// A page as a response; a template that cannot be rendered is a 500 that says why.
    pub(super) fn show(&self, name: &str, context: Value) -> Response {
        let rendered =
            self.environment.get_template(name).and_then(|template| template.render(context));
        match rendered {
            Ok(html) => ([("cache-control", "no-store")], Html(html)).into_response(),
            Err(error) => {
                (StatusCode::INTERNAL_SERVER_ERROR, format!("simulator page {name}: {error:#}"))
                    .into_response()
            }
        }
    }
}
