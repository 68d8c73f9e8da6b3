//! The simulator's HTML: templates that escape by themselves and refuse undefined values.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::error::SimulatorError;
use super::markup::{Language, Markup, translated};

const TEMPLATES: &[(&str, &str)] = &[
    ("slds.css", include_str!("templates/slds.css")),
    ("classic.css", include_str!("templates/classic.css")),
    ("login.html", include_str!("templates/login.html")),
    ("home.html", include_str!("templates/home.html")),
    ("bounce.html", include_str!("templates/bounce.html")),
    ("setup.html", include_str!("templates/setup.html")),
    ("setup_wrapper.html", include_str!("templates/setup_wrapper.html")),
    ("usage_list.html", include_str!("templates/usage_list.html")),
    ("user_list.html", include_str!("templates/user_list.html")),
    ("approval.html", include_str!("templates/approval.html")),
    ("oauth_error.html", include_str!("templates/oauth_error.html")),
    ("oauth_refusal.html", include_str!("templates/oauth_refusal.html")),
    ("notice.html", include_str!("templates/notice.html")),
    ("identity.css", include_str!("templates/identity.css")),
    ("rendered_again.js", include_str!("templates/rendered_again.js")),
    ("forged.js", include_str!("templates/forged.js")),
    ("setup_home.html", include_str!("templates/setup_home.html")),
    ("eca_usage.html", include_str!("templates/eca_usage.html")),
    ("eca_usage.css", include_str!("templates/eca_usage.css")),
    ("register_phone.html", include_str!("templates/register_phone.html")),
    ("passkey_enrolment.html", include_str!("templates/passkey_enrolment.html")),
    ("passkey_verification.html", include_str!("templates/passkey_verification.html")),
    ("change_password.html", include_str!("templates/change_password.html")),
    ("reminder.html", include_str!("templates/reminder.html")),
    ("session_timeout.html", include_str!("templates/session_timeout.html")),
    ("verification_code.html", include_str!("templates/verification_code.html")),
    ("verification_methods.html", include_str!("templates/verification_methods.html")),
    ("verification_push.html", include_str!("templates/verification_push.html")),
    ("control.html", include_str!("templates/control.html")),
    ("control.css", include_str!("templates/control.css")),
    ("control.js", include_str!("templates/control.js")),
];

/// All pages, parsed once in each language. Clones are dressed alike.
#[derive(Debug, Clone)]
pub(super) struct Pages {
    environments: Arc<HashMap<Language, Environment<'static>>>,
    markup: Arc<Mutex<Markup>>,
}

impl Pages {
    /// Parses every template.
    pub(super) fn load() -> Result<Self, SimulatorError> {
        let mut environments = HashMap::new();
        // What is not translated into French stays English.
        for language in Language::ALL.into_iter().chain([Language::French]) {
            let mut environment = Environment::new();
            environment.set_undefined_behavior(UndefinedBehavior::Strict);
            // Texts that a handler chose; those of a template are translated with it.
            environment.add_filter("t", move |text: String| {
                language.of(&text).map_or(text, str::to_owned)
            });
            for (name, source) in TEMPLATES {
                environment.add_template_owned(*name, translated(source, language))?;
            }
            environments.insert(language, environment);
        }
        Ok(Self { environments: Arc::new(environments), markup: Arc::default() })
    }

    /// The same pages, dressed apart from these.
    pub(super) fn dressed(&self, markup: Markup) -> Self {
        Self { environments: Arc::clone(&self.environments), markup: Arc::new(markup.into()) }
    }

    /// Dresses all clones otherwise, from the next page on.
    pub(super) fn set_markup(&self, markup: Markup) {
        *self.markup.lock().unwrap_or_else(PoisonError::into_inner) = markup;
    }

    /// A page as a response; a template that cannot be rendered is a 500 that says why.
    pub(super) fn show(&self, name: &str, context: Value) -> Response {
        let markup = *self.markup.lock().unwrap_or_else(PoisonError::into_inner);
        self.show_as(markup, name, context)
    }

    /// A page of the simulator's own, which no fault dresses otherwise.
    pub(super) fn show_own(&self, name: &str) -> Response {
        self.show_as(Markup::default(), name, context! {})
    }

    fn show_as(&self, markup: Markup, name: &str, context: Value) -> Response {
        let context = context! { markup => Serde(markup), ..context };
        let rendered = self.environments[&markup.language]
            .get_template(name)
            .and_then(|template| template.render(context));
        match rendered {
            Ok(html) => ([("cache-control", "no-store")], Html(markup.dress(html))).into_response(),
            Err(error) => {
                (StatusCode::INTERNAL_SERVER_ERROR, format!("simulator page {name}: {error:#}"))
                    .into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::markup::untranslated;
    use super::*;

    /// The control page is not the org's.
    #[test]
    fn every_text_of_the_org_is_translated() {
        let missing: Vec<(&str, String)> = TEMPLATES
            .iter()
            .filter(|(name, _)| name.ends_with(".html") && *name != "control.html")
            .flat_map(|(name, source)| {
                untranslated(source, Language::German).into_iter().map(|text| (*name, text))
            })
            .collect();
        assert!(missing.is_empty(), "add them to markup/words.rs: {missing:#?}");
    }
}
