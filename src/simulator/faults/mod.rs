//! What can be wrong with an org or a platform, by name. A fault is a change to the settings;
//! several may be combined, and come in the order in which they are named.

mod external_client;
mod interludes;
mod login;
mod markup;
mod oauth;
mod passkeys;
mod platform;
mod services;
mod setup;
mod verification;
mod ways_in;

use super::settings::Settings;

/// A named change to how the services behave.
#[derive(Debug)]
pub struct Fault {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it concerns.
    pub kind: Kind,
    /// What it does, in a line.
    pub about: &'static str,
    apply: fn(&mut Settings),
}

/// What a fault concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A page that comes, or looks otherwise.
    Page,
    /// How it stands with the instance's grant at the start.
    Start,
    /// How the services answer.
    Service,
}

impl Kind {
    /// Its heading in the list of faults.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "pages",
            Self::Start => "start states",
            Self::Service => "services",
        }
    }
}

/// A name that no fault has.
#[derive(Debug, thiserror::Error)]
#[error("the simulator has no fault \"{name}\"{}", near.map(|near| format!(": did you mean \"{near}\"?")).unwrap_or_default())]
pub struct UnknownFault {
    name: String,
    near: Option<&'static str>,
}

const fn page(name: &'static str, about: &'static str, apply: fn(&mut Settings)) -> Fault {
    Fault { name, kind: Kind::Page, about, apply }
}

const fn start(name: &'static str, about: &'static str, apply: fn(&mut Settings)) -> Fault {
    Fault { name, kind: Kind::Start, about, apply }
}

const fn service(name: &'static str, about: &'static str, apply: fn(&mut Settings)) -> Fault {
    Fault { name, kind: Kind::Service, about, apply }
}

/// All faults, kind by kind.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    [
        login::FAULTS,
        verification::FAULTS,
        passkeys::FAULTS,
        interludes::FAULTS,
        ways_in::FAULTS,
        setup::FAULTS,
        external_client::FAULTS,
        markup::FAULTS,
        oauth::START_STATES,
        oauth::FAULTS,
        services::FAULTS,
        platform::FAULTS,
    ]
    .into_iter()
    .flatten()
}

/// The faults of these names, in that order.
///
/// # Errors
/// [`UnknownFault`] for the first name that no fault has.
pub fn faults_named<'a>(
    names: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<&'static Fault>, UnknownFault> {
    let named = |name: &str| faults().find(|fault| fault.name == name);
    names
        .into_iter()
        .map(|name| {
            named(name).ok_or_else(|| UnknownFault { name: name.to_owned(), near: nearest(name) })
        })
        .collect()
}

impl Settings {
    /// These settings with faults laid over them, in that order.
    #[must_use]
    pub fn under(mut self, faults: &[&'static Fault]) -> Self {
        for fault in faults {
            (fault.apply)(&mut self);
        }
        self
    }

    /// These settings with the faults named laid over them, in that order.
    ///
    /// # Errors
    /// [`UnknownFault`] for the first name that no fault has.
    pub fn with_faults<'a>(
        self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, UnknownFault> {
        Ok(self.under(&faults_named(names)?))
    }
}

fn nearest(name: &str) -> Option<&'static str> {
    faults()
        .map(|fault| (strsim::jaro_winkler(name, fault.name), fault.name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kinds_together() {
        let mut names = std::collections::HashSet::new();
        let mut kinds = Vec::new();
        for fault in faults() {
            assert!(names.insert(fault.name), "{} twice", fault.name);
            if kinds.last() != Some(&fault.kind) {
                assert!(!kinds.contains(&fault.kind), "{} is out of place", fault.name);
                kinds.push(fault.kind);
            }
        }
    }

    #[test]
    fn every_fault_changes_something() {
        let before = serde_json::to_value(Settings::default()).unwrap();
        for fault in faults() {
            let after = Settings::default().with_faults([fault.name]).unwrap();
            assert_ne!(serde_json::to_value(after).unwrap(), before, "{}", fault.name);
        }
    }

    #[test]
    fn a_slip_is_understood() {
        let error = Settings::default().with_faults(["register-fone"]).unwrap_err();
        assert!(error.to_string().contains("did you mean \"register-phone\"?"), "{error}");
        assert!(Settings::default().with_faults(["nothing-of-the-kind"]).is_err());
    }
}
