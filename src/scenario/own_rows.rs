//! Which rows of the usage page are the user's. Names may be shared: then what the API told
//! decides, or which row moves when the grant is used; and where nothing does, nothing is touched.

use super::grants::{ListedGrant, shared};
use crate::failure::Failure;
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
    api: Option<&[ListedGrant]>,
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
            let mut told: Vec<u64> = api.iter().map(|row| row.use_count).collect();
            let (mut read, counted): (Vec<u64>, Vec<GrantRow>) = candidates
                .iter()
                .filter_map(|row| Some((number(&row.use_count)?, row.clone())))
                .filter(|(count, _)| told.contains(count))
                .unzip();
            told.sort_unstable();
            read.sort_unstable();
            // Each as often as it was told: equal counts are grants of their own.
            if read == told {
                Ok(OwnRows { rows: counted, proof: Proof::Counts })
            } else {
                Err(ambiguous(&candidates, identity))
            }
        }
        (1, None) => Ok(OwnRows { rows: candidates, proof: Proof::None }),
        (_, None) => Err(ambiguous(&candidates, identity)),
    }
}

/// The user's rows among those of an external client app, of which each may stand for one token or
/// for all that a user has: which, nothing on the page says. So a row that cannot be shown to be one
/// grant is left alone, unless all of the user's may go.
pub(super) fn own_rows_by_user(
    rows: &[GrantRow],
    identity: &Identity,
    api: Option<&[ListedGrant]>,
    all_may_go: bool,
) -> Result<OwnRows, Failure> {
    let candidates = candidates(rows, identity);
    let is_certain = candidates.iter().any(|row| identity.owns(&row.user) == RowOwner::Ours);
    let proof = match (candidates.len(), api) {
        (0, _) => return Err(not_listed(rows.len(), identity)),
        (_, Some([])) if !is_certain => return Err(not_listed(rows.len(), identity)),
        // Whose rows they are is not certain: namesakes' rows may be among them.
        (2.., _) if !is_certain => return Err(ambiguous(&candidates, identity)),
        (1, None) if !is_certain => Proof::None,
        _ => Proof::Known,
    };
    let why = match (candidates.len(), api) {
        (1, None) => Some("the API does not tell how many grants the row stands for".to_owned()),
        (count, Some(api)) if api.len() > count => {
            Some(format!("the API lists {}, the usage page {count}", api.len()))
        }
        _ => None,
    };
    match why.filter(|_| !all_may_go) {
        Some(why) => Err(shared(api.map(<[_]>::len), &why)),
        None => Ok(OwnRows { rows: candidates, proof }),
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
    use super::super::grants::Handle;
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

    fn api(counts: &[u64]) -> Vec<ListedGrant> {
        counts
            .iter()
            .map(|count| ListedGrant {
                handle: Handle::Row { id: format!("0CQ{count}"), delete_token: None },
                use_count: *count,
                last_used: None,
            })
            .collect()
    }

    #[test]
    fn a_row_that_may_stand_for_several_grants_is_left_alone() {
        let ours = row("Zoë O'Brien", Some("/0055g00000AbCdE"), "5");
        let namesake = row("Zoë O'Brien", None, "3");
        let by_user = |rows: &[GrantRow], counts: Option<&[u64]>, all_may_go| {
            let listed = counts.map(api);
            own_rows_by_user(rows, &zoe(), listed.as_deref(), all_may_go)
                .map(|own| (own.rows.len(), own.proof))
                .map_err(|failure| failure.code)
        };
        let one = std::slice::from_ref(&ours);
        let two = [ours.clone(), ours.clone()];
        let shared = Err("salesforce.shared_grant");
        assert_eq!(by_user(one, Some(&[5]), false), Ok((1, Proof::Known)));
        assert_eq!(by_user(one, Some(&[2, 3]), false), shared);
        assert_eq!(by_user(one, None, false), shared);
        assert_eq!(by_user(one, Some(&[2, 3]), true), Ok((1, Proof::Known)));
        assert_eq!(by_user(one, None, true), Ok((1, Proof::Known)));
        assert_eq!(by_user(&two, Some(&[5, 5]), false), Ok((2, Proof::Known)));
        assert_eq!(by_user(&two, None, false), Ok((2, Proof::Known)));
        assert_eq!(by_user(&two, Some(&[5, 5, 5]), false), shared);
        // By name only: one row is ours if the API says that we have a grant; two are anybody's.
        let named = std::slice::from_ref(&namesake);
        assert_eq!(by_user(named, Some(&[3]), false), Ok((1, Proof::Known)));
        assert_eq!(by_user(named, Some(&[1, 2]), false), shared);
        assert_eq!(by_user(named, None, true), Ok((1, Proof::None)));
        assert_eq!(by_user(named, Some(&[]), true), Err("salesforce.user_not_listed"));
        let namesakes = [namesake.clone(), namesake.clone()];
        for counts in [None, Some([3, 3].as_slice())] {
            assert_eq!(by_user(&namesakes, counts, true), Err("salesforce.ambiguous_row"));
        }
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
        // As many rows as grants, of which one has a count that the API told once.
        let twice = [row("Zoë O'Brien", None, "7"), row("Zoë O'Brien", None, "7"), rows[0].clone()];
        let failure = own_rows(&twice, &zoe(), Some(&api(&[7, 9]))).unwrap_err();
        assert_eq!(failure.code, "salesforce.ambiguous_row");
        let counted = own_rows(&twice, &zoe(), Some(&api(&[7, 7]))).unwrap();
        assert_eq!(counted, OwnRows { rows: twice[..2].to_vec(), proof: Proof::Counts });
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
