//! Whose row it is. How the usage page writes a user is not known to be the same everywhere, so
//! the question is who the user *is*: the services were asked for id, names and alias.

use super::names::as_compared;
use crate::browser::Cell;
use crate::config::UserKey;

/// A user as the services know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// 15 or 18 character id, `005…`.
    pub user_id: String,
    /// User name, like an e-mail address.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Alias, where it could be asked for.
    pub alias: Option<String>,
}

/// What a cell says about whose row it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOwner {
    /// By user id or user name: unique in the org.
    Ours,
    /// By full name or alias, which colleagues may share.
    PerhapsOurs,
    /// Somebody else.
    Another,
}

/// Ids are compared by their first 15 characters: the other three are a checksum.
const ID_LENGTH: usize = 15;

impl Identity {
    /// Whether the row with this user cell is the user's.
    pub fn owns(&self, cell: &Cell) -> RowOwner {
        let own_id = self.user_id.get(..ID_LENGTH).unwrap_or(&self.user_id);
        let linked: Vec<&str> = cell.links.iter().filter_map(|link| user_id_in(link)).collect();
        if !linked.is_empty() {
            let is_ours = linked.iter().any(|id| id.get(..ID_LENGTH) == Some(own_id));
            return if is_ours { RowOwner::Ours } else { RowOwner::Another };
        }
        let text = as_compared(&cell.text);
        let text = text.as_str();
        if UserKey::of(text) == UserKey::of(&self.username) || text.get(..ID_LENGTH) == Some(own_id)
        {
            return RowOwner::Ours;
        }
        let is_alias = self.alias.as_deref().is_some_and(|alias| text == as_compared(alias));
        if text == as_compared(&self.name) || is_alias {
            RowOwner::PerhapsOurs
        } else {
            RowOwner::Another
        }
    }
}

/// A user id in a link: `/005…`, `?id=005…`, `/005…?noredirect=1`.
fn user_id_in(link: &str) -> Option<&str> {
    link.split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.starts_with("005") && (word.len() == 15 || word.len() == 18))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            user_id: "0055g00000AbCdEAAV".into(),
            username: "zoe@acme.example.qa".into(),
            name: "Zoë O'Brien".into(),
            alias: Some("zobri".into()),
        }
    }

    #[test]
    fn whose_row_it_is() {
        for (text, link, owner) in [
            ("Zoë O'Brien", Some("/0055g00000AbCdEAAV"), RowOwner::Ours),
            ("Zoë O'Brien", Some("/0055g00000AbCdE?noredirect=1"), RowOwner::Ours),
            ("anything", Some("/0055g00000AbCdE"), RowOwner::Ours),
            ("Zoë O'Brien", Some("/0055g00000XXXXXAAV"), RowOwner::Another),
            ("ZOE@acme.example.qa", None, RowOwner::Ours),
            ("0055g00000AbCdEAAV", None, RowOwner::Ours),
            ("Zoë O'Brien", None, RowOwner::PerhapsOurs),
            ("Zoë O'Brien", Some("javascript:void(0)"), RowOwner::PerhapsOurs),
            ("zobri", None, RowOwner::PerhapsOurs),
            ("Zoë O'Brien Jr", None, RowOwner::Another),
            ("", None, RowOwner::Another),
        ] {
            let cell =
                Cell { text: text.into(), links: link.map(str::to_owned).into_iter().collect() };
            assert_eq!(identity().owns(&cell), owner, "{text:?} {link:?}");
        }
    }

    #[test]
    fn spaces_and_directions_of_a_name_do_not_matter() {
        let rtl =
            Identity { name: "זואי  \u{200f}(O'Brien)\u{200e} زوي".into(), ..identity() };
        for (text, owner) in [
            ("זואי (O'Brien)\u{a0}زوي", RowOwner::PerhapsOurs),
            ("זואי (OBrien) زوي", RowOwner::Another),
        ] {
            let cell = Cell { text: text.into(), links: Vec::new() };
            assert_eq!(rtl.owns(&cell), owner, "{text}");
        }
    }

    #[test]
    fn ids_differ_by_case() {
        let cell = Cell { text: String::new(), links: vec!["/0055g00000abcdeAAV".into()] };
        assert_eq!(identity().owns(&cell), RowOwner::Another);
    }
}
