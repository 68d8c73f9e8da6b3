//! Step 5a: Setup → Connected Apps OAuth Usage → User Count → Revoke, in this user's rows only.

use serde_json::json;

use super::context::{Context, Step};
use super::grants;
use super::proofs::{CutGrant, GrantsLeft, LiveGrant, Witness};
use crate::browser::Session;
use crate::failure::Failure;
use crate::salesforce::pages::{GrantRow, Identity, Notes as _, RowOwner, UsagePages};
use crate::salesforce::{OauthTokenRow, OrgHosts};

/// Revokes the instance's row on the usage page.
pub(super) async fn revoke(
    context: &Context,
    step: &Step<'_>,
    mut grant: LiveGrant,
) -> Result<(CutGrant, String), Failure> {
    let salesforce = &context.config.salesforce;
    let hosts = known_hosts(&grant)?;
    let account = salesforce.admin.as_ref().unwrap_or(&salesforce.user);
    let window = context.window(step, account).await?;
    let mut visitor = context.browsers.visitor(&window, account, step);
    let mut usage = UsagePages::new(&mut visitor, &hosts.setup, &salesforce.connected_app);

    step.progress("opening Connected Apps OAuth Usage");
    let rows = usage.grants().await?;
    if let Some(png) = usage.take_login_picture() {
        step.picture(&png, Some("login"));
    }
    picture(step, &window, "before").await;
    let witness = setup_session(&window, &hosts).await?;
    let identity = grants::identity(context, &grant, witness.as_ref()).await?;
    let api = match &witness {
        Some(witness) => grants::listed(context, &hosts, witness, &identity.user_id).await?,
        None => None,
    };
    step.fact("grants_on_page", rows.len());
    step.fact("witness", api.as_ref().and(witness.as_ref()).map(|witness| witness.source));
    step.fact("grants_of_user", api.as_ref().map(Vec::len));

    let mut targets = own_rows(&rows, &identity, api.as_deref())?;
    if targets.len() > 1 && !context.config.run.revoke_all_of_user {
        grant.instance = grants::nudge(context, step, &grant, targets.len()).await?;
        let after = own_rows(&usage.grants().await?, &identity, None)?;
        targets = moved(&targets, after);
        if targets.len() != 1 {
            return Err(grants::shared(rows.len(), "no single row moved when it was used"));
        }
        step.fact("singled_out", true);
    }
    context.about_to_cut(grant.instance.id)?;
    let mut dialogs = Vec::new();
    for target in &targets {
        step.progress(&format!("revoking the row of {}", target.user.text));
        dialogs.extend(usage.revoke(target).await?);
    }
    picture(step, &window, "after").await;
    step.fact("rows_revoked", targets.len());
    step.fact("dialogs", json!(dialogs));
    let summary = format!(
        "{} of {} on the usage page revoked for {}",
        targets.len(),
        rows.len(),
        identity.username
    );
    let witness = match (witness, api) {
        (Some(witness), Some(api)) => Some(GrantsLeft {
            witness,
            user_id: identity.user_id,
            expected: api.len().saturating_sub(targets.len()),
        }),
        _ => None,
    };
    Ok((CutGrant { before: grant, witness }, summary))
}

/// The org's hosts, which Setup's address is made of.
pub(super) fn known_hosts(grant: &LiveGrant) -> Result<OrgHosts, Failure> {
    grant.hosts.clone().ok_or_else(|| {
        Failure::usage(
            "salesforce.my_domain_unknown",
            "the org's My Domain is not known: the instance's token does not tell it",
        )
        .hint("set `salesforce.my_domain`, e.g. \"https://acme--qa.sandbox.my.salesforce.com\"")
    })
}

/// The browser's session, for the org's API.
pub(super) async fn setup_session(
    window: &Session,
    hosts: &OrgHosts,
) -> Result<Option<Witness>, Failure> {
    let bearer = window.cookie(&hosts.my_domain, "sid", "Setup session").await?;
    Ok(bearer.map(|bearer| Witness { bearer, source: "Setup session" }))
}

async fn picture(step: &Step<'_>, window: &Session, detail: &str) {
    match window.screenshot().await {
        Ok(png) => drop(step.picture(&png, Some(detail))),
        Err(error) => step.warn("browser.no_picture", format!("no screenshot: {error}")),
    }
}

/// The rows that are the user's. Names may be shared: then the use counts that the API told decide,
/// and where they do not, nothing is touched.
fn own_rows(
    rows: &[GrantRow],
    identity: &Identity,
    api: Option<&[OauthTokenRow]>,
) -> Result<Vec<GrantRow>, Failure> {
    let owned = |owner| {
        rows.iter().filter(|row| identity.owns(&row.user) == owner).cloned().collect::<Vec<_>>()
    };
    let certain = owned(RowOwner::Ours);
    if !certain.is_empty() {
        return Ok(certain);
    }
    let perhaps = owned(RowOwner::PerhapsOurs);
    match (perhaps.len(), api) {
        (0, _) => Err(Failure::scenario(
            "salesforce.user_not_listed",
            format!(
                "none of the {} rows on the usage page is {}'s (looked for the user id, \"{}\", the user name and the alias)",
                rows.len(),
                identity.username,
                identity.name
            ),
        )
        .hint("the screenshot shows how the page writes users; the page record names the links")
        .hint("or revoke by API: --revoke-via api")),
        (1, _) => Ok(perhaps),
        (_, Some(api)) => {
            let counts: Vec<u64> = api.iter().map(|row| row.use_count).collect();
            let matching: Vec<GrantRow> = perhaps
                .iter()
                .filter(|row| number(&row.use_count).is_some_and(|count| counts.contains(&count)))
                .cloned()
                .collect();
            if !matching.is_empty() && matching.len() == api.len() {
                Ok(matching)
            } else {
                Err(ambiguous(&perhaps, identity))
            }
        }
        (_, None) => Err(ambiguous(&perhaps, identity)),
    }
}

fn ambiguous(rows: &[GrantRow], identity: &Identity) -> Failure {
    Failure::scenario(
        "salesforce.ambiguous_row",
        format!(
            "{} rows on the usage page read \"{}\", and nothing tells which is {}'s: none was touched",
            rows.len(),
            rows.first().map_or("", |row| row.user.text.as_str()),
            identity.username
        ),
    )
    .hint("revoke by API: --revoke-via api")
    .hint("or give the integration user a full name of its own")
}

/// The rows of `after` that were not there before: those whose use count or last use moved.
fn moved(before: &[GrantRow], after: Vec<GrantRow>) -> Vec<GrantRow> {
    after.into_iter().filter(|row| !before.contains(row)).collect()
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

    #[test]
    fn certain_rows_are_taken_and_namesakes_left() {
        let rows = [
            row("Zoë O'Brien", Some("/0055g00000AbCdE"), "3"),
            row("Zoë O'Brien", Some("/0055g00000Other"), "3"),
        ];
        assert_eq!(own_rows(&rows, &zoe(), None).unwrap(), rows[..1]);
    }

    #[test]
    fn namesakes_are_told_apart_by_use_count_or_left_alone() {
        let rows = [row("Zoë O'Brien", None, "1,003"), row("Zoë O'Brien", None, "7")];
        assert_eq!(own_rows(&rows, &zoe(), Some(&api(&[1003]))).unwrap(), rows[..1]);
        for api in [None, Some(api(&[5])), Some(api(&[1003, 5]))] {
            let failure = own_rows(&rows, &zoe(), api.as_deref()).unwrap_err();
            assert_eq!(failure.code, "salesforce.ambiguous_row");
        }
        let same = [row("Zoë O'Brien", None, "7"), row("Zoë O'Brien", None, "7")];
        assert!(own_rows(&same, &zoe(), Some(&api(&[7]))).is_err());
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
