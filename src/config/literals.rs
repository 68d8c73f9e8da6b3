//! Which secrets stand in the file itself.

use toml::de::DeValue;

use crate::secrets::Redactor;

use super::document::Document;
use super::keys::KEYS;
use super::reference::{self, Reference};

/// Paths of the secret keys whose value stands in `text` in clear, in the order of the reference:
/// whoever can read the file has them. Empty for a text that is no TOML.
pub fn literal_secrets(text: &str, redactor: &Redactor) -> Vec<&'static str> {
    let document = Document::parse(text, redactor, &mut Vec::new());
    let is_literal = |content: &DeValue<'_>| {
        matches!(content, DeValue::String(value)
            if !value.is_empty() && !matches!(reference::find(value), Reference::Variable(_)))
    };
    KEYS.iter()
        .filter(|key| key.is_secret())
        .filter(|key| document.entry(key).is_some_and(|entry| is_literal(&entry.content)))
        .map(|key| key.path)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_there() {
        let text = "[salesforce]\nusername = \"u\"\npassword = \"pa${X}ss\"\nconsumer_secret = \"${S}\"\n\
                    [cloud_elements]\nuser_secret = \"abc\"\norganization_secret = { file = \"x\" }\n";
        assert_eq!(
            literal_secrets(text, &Redactor::new()),
            ["salesforce.password", "cloud_elements.user_secret"]
        );
        assert!(literal_secrets("[salesforce", &Redactor::new()).is_empty());
    }
}
