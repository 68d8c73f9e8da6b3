//! The process environment as a value, so that nothing but `main` reads the real one.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::keys::PREFIX;

/// Environment variables. Cannot be printed: any of them may be a secret.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, Option<String>>);

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable<'a> {
    /// It is set, to something.
    Set(&'a str),
    /// It is set to the empty text, which counts as missing.
    Empty,
    /// It is set to something that is not UTF-8.
    NotUnicode,
    /// It is not set.
    Unset,
}

impl Environment {
    /// No variables at all, e.g. for a configuration that must stand for itself.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The variables of this process.
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    pub(super) fn get(&self, name: &str) -> Variable<'_> {
        match self.0.get(name) {
            None => Variable::Unset,
            Some(None) => Variable::NotUnicode,
            Some(Some(value)) if value.is_empty() => Variable::Empty,
            Some(Some(value)) => Variable::Set(value),
        }
    }

    /// Names of variables with our prefix that hold something.
    pub(super) fn ours(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(name, value)| name.starts_with(PREFIX) && value.as_deref() != Some(""))
            .map(|(name, _)| name.as_str())
    }

    /// Names of all variables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl FromIterator<(OsString, OsString)> for Environment {
    /// Variables whose name is not UTF-8 are left out: no reference can name them.
    fn from_iter<Variables: IntoIterator<Item = (OsString, OsString)>>(
        variables: Variables,
    ) -> Self {
        Self(
            variables
                .into_iter()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()))
                })
                .collect(),
        )
    }
}

impl<Name: Into<String>, Value: Into<String>, const COUNT: usize> From<[(Name, Value); COUNT]>
    for Environment
{
    fn from(variables: [(Name, Value); COUNT]) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), Some(value.into()))).collect())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt as _;

    #[test]
    fn tells_unset_empty_and_unreadable_apart() {
        let environment: Environment = [
            ("FULL".into(), "x".into()),
            ("EMPTY".into(), "".into()),
            ("RAW".into(), OsString::from_vec(vec![0xff])),
        ]
        .into_iter()
        .collect();
        assert_eq!(environment.get("FULL"), Variable::Set("x"));
        assert_eq!(environment.get("EMPTY"), Variable::Empty);
        assert_eq!(environment.get("RAW"), Variable::NotUnicode);
        assert_eq!(environment.get("ABSENT"), Variable::Unset);
    }
}
