//! Which rows of the usage page are the user's. Names may be shared: then what the API told
//! decides, or which row moves when the grant is used; and where nothing does, nothing is touched.

use crate::failure::Failure;
use crate::salesforce::OauthTokenRow;
use crate::salesforce::pages::{GrantRow, Identity, RowOwner};

/// How it is known that rows are the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Id or user name say so, or there are as many rows of that name as the API lists grants.
    Known,
    /// Of several namesakes' rows these have the use counts that the API told.
    Counts,
    /// Nothing but the name says so: the row has to move when the grant is used.
    None,
}

/// The user's rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OwnRows {
    /// At least one.
    pub(super) rows: Vec<GrantRow>,
    /// How that is known.
    pub(super) proof: Proof,
}

/// The user's rows among all; `api` is what a witness lists of the user's grants.
pub(super) fn own_rows(
    rows: &[GrantRow],
    identity: &Identity,
    api: Option<&[OauthTokenRow]>,
) -> Result<OwnRows, Failure> {
    let candidates = candidates(rows, identity);
    let is_certain = candidates.iter().any(|row| identity.owns(&row.user) == RowOwner::Ours);
    if is_certain {
        return Ok(OwnRows { rows: candidates, proof: Proof::Known });
    }
    match (candidates.len(), api) {
        (0, _) | (_, Some([])) => Err(not_listed(rows.len(), identity)),
        (count, Some(api)) if count == api.len() => {
            Ok(OwnRows { rows: candidates, proof: Proof::Known })
        }
        (_, Some(api)) => {
            let counts: Vec<u64> = api.iter().map(|row| row.use_count).collect();
            let (counted, _): (Vec<_>, Vec<_>) = candidates
                .iter()
                .cloned()
                .partition(|row| number(&row.use_count).is_some_and(|n| counts.contains(&n)));
            if counted.len() == api.len() {
                Ok(OwnRows { rows: counted, proof: Proof::Counts })
            } else {
                Err(ambiguous(&candidates, identity))
            }
        }
        (1, None) => Ok(OwnRows { rows: candidates, proof: Proof::None }),
        (_, None) => Err(ambiguous(&candidates, identity)),
    }
}

/// The rows that may be the user's: those that certainly are, else those that share a name.
pub(super) fn candidates(rows: &[GrantRow], identity: &Identity) -> Vec<GrantRow> {
    let owned = |owner| {
        rows.iter().filter(|row| identity.owns(&row.user) == owner).cloned().collect::<Vec<_>>()
    };
    let certain = owned(RowOwner::Ours);
    if certain.is_empty() { owned(RowOwner::PerhapsOurs) } else { certain }
}

/// The rows of `after` that were not there before: those whose use count or last use moved.
pub(super) fn moved(before: &[GrantRow], after: Vec<GrantRow>) -> Vec<GrantRow> {
    after.into_iter().filter(|row| !before.contains(row)).collect()
}

fn not_listed(rows: usize, identity: &Identity) -> Failure {
    Failure::scenario(
        "salesforce.user_not_listed",
        format!(
            "none of the {rows} rows on the usage page is {}'s (looked for the user id, \"{}\", the user name and the alias)",
            identity.username, identity.name
        ),
    )
    .hint("the screenshot shows how the page writes users; the page record names the links")
    .hint("or revoke by API: --revoke-via api")
}

/// Rows that read like the user's, and no certainty: nothing is touched.
pub(super) fn ambiguous(rows: &[GrantRow], identity: &Identity) -> Failure {
    let read = match rows {
        [_] => "1 row on the usage page reads".to_owned(),
        _ => format!("{} rows on the usage page read", rows.len()),
    };
    Failure::scenario(
        "salesforce.ambiguous_row",
        format!(
            "{read} \"{}\", and nothing tells which is {}'s: none was touched",
            rows.first().map_or("", |row| row.user.text.as_str()),
            identity.username
        ),
    )
    .hint("revoke by API: --revoke-via api")
    .hint("or give the integration user a full name of its own")
}

/// `1,234` and `1.234` are both 1234.
fn number(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::Cell;

    fn row(user: &str, link: Option<&str>, count: &str) -> GrantRow {
        let links = link.map(str::to_owned).into_iter().collect();
        GrantRow {
            user: Cell { text: user.into(), links },
            use_count: count.into(),
            last_used: "11/24/2026 6:00 PM".into(),
        }
    }

    fn zoe() -> Identity {
        Identity {
            user_id: "0055g00000AbCdEAAV".into(),
            username: "zoe@acme.example.qa".into(),
            name: "Zoë O'Brien".into(),
            alias: None,
        }
    }

    fn api(counts: &[u64]) -> Vec<OauthTokenRow> {
        counts
            .iter()
            .map(|count| OauthTokenRow {
                id: format!("0CQ{count}"),
                app_name: "App".into(),
                user_id: "0055g00000AbCdEAAV".into(),
                user_name: None,
                use_count: *count,
                last_used: None,
                delete_token: None,
                app_installed: true,
            })
            .collect()
    }

    fn known(rows: &[GrantRow]) -> OwnRows {
        OwnRows { rows: rows.to_vec(), proof: Proof::Known }
    }

    #[test]
    fn certain_rows_are_taken_and_namesakes_left() {
        let rows = [
            row("Zoë O'Brien", Some("/0055g00000AbCdE"), "3"),
            row("Zoë O'Brien", Some("/0055g00000Other"), "3"),
        ];
        assert_eq!(own_rows(&rows, &zoe(), None).unwrap(), known(&rows[..1]));
    }

    #[test]
    fn namesakes_are_told_apart_by_use_count_or_left_alone() {
        let rows = [row("Zoë O'Brien", None, "1,003"), row("Zoë O'Brien", None, "7")];
        let counted = OwnRows { rows: rows[..1].to_vec(), proof: Proof::Counts };
        assert_eq!(own_rows(&rows, &zoe(), Some(&api(&[1003]))).unwrap(), counted);
        for api in [None, Some(api(&[5])), Some(api(&[1003, 5, 6]))] {
            let failure = own_rows(&rows, &zoe(), api.as_deref()).unwrap_err();
            assert_eq!(failure.code, "salesforce.ambiguous_row");
        }
        let same = [row("Zoë O'Brien", None, "7"), row("Zoë O'Brien", None, "7")];
        assert!(own_rows(&same, &zoe(), Some(&api(&[7]))).is_err());
    }

    #[test]
    fn a_name_alone_proves_nothing() {
        let rows = [row("Zoë O'Brien", None, "7")];
        let unproven = OwnRows { rows: rows.to_vec(), proof: Proof::None };
        assert_eq!(own_rows(&rows, &zoe(), None).unwrap(), unproven);
        assert_eq!(own_rows(&rows, &zoe(), Some(&api(&[7]))).unwrap(), known(&rows));
        // The user holds no grant of this app: the row is a namesake's.
        let failure = own_rows(&rows, &zoe(), Some(&[])).unwrap_err();
        assert_eq!(failure.code, "salesforce.user_not_listed");
    }

    #[test]
    fn nobody_elses_row_is_taken() {
        let rows = [row("Ann Admin", None, "3")];
        assert_eq!(own_rows(&rows, &zoe(), None).unwrap_err().code, "salesforce.user_not_listed");
    }

    #[test]
    fn the_row_that_moved_is_ours() {
        let before = [row("Zoë", None, "3"), row("Zoë", None, "7")];
        let after = vec![row("Zoë", None, "3"), row("Zoë", None, "8")];
        assert_eq!(moved(&before, after), [row("Zoë", None, "8")]);
    }
}
