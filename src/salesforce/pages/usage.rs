//! Setup's OAuth usage pages → User Count → Revoke: of connected apps, and of external client apps.

use tokio::time::Instant;
use url::Url;

use super::external_client::{self, Pressed};
use super::{Arrival, PageError, Visitor};
use crate::browser::{Cell, Column, Look, Row, Seen, Spend, Table};
use crate::config::AppKind;

/// On Lightning's Setup host.
const USAGE_PATH: &str = "/lightning/setup/ConnectedAppsUsage/home";
/// What Setup calls the usage page of connected apps.
const CONNECTED_TITLE: &str = "Connected Apps OAuth Usage";

/// What the pages of one kind of app are called in the catalogue.
#[derive(Debug)]
struct Names {
    apps: &'static str,
    users: &'static str,
    no_users: &'static str,
    /// The list of texts that the header of the app's column may say.
    app_column: &'static str,
    /// What Setup calls it.
    title: &'static str,
    /// Where the next look may find us after Revoke was pressed.
    after_revoke: &'static [&'static str],
}

const CONNECTED: Names = Names {
    apps: "usage-list",
    users: "user-list",
    no_users: "user-list-empty",
    app_column: "connected_app",
    title: CONNECTED_TITLE,
    after_revoke: &["user-list", "user-list-empty", "usage-list"],
};

const EXTERNAL_CLIENT: Names = Names {
    apps: external_client::APPS,
    users: external_client::USERS,
    no_users: external_client::NO_USERS,
    app_column: "external_client_app",
    title: external_client::TITLE,
    after_revoke: &[
        external_client::USERS,
        external_client::NO_USERS,
        external_client::APPS,
        external_client::CONFIRM,
    ],
};

/// Names this similar are worth showing to somebody whose app is not listed (Jaro-Winkler).
const SIMILAR: f64 = 0.8;
/// More pages than any org has, so that a list that pages in a circle ends.
const MOST_PAGES: usize = 500;

/// One row of the user list: one grant of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// The user as written.
    pub user: Cell,
    /// How often its refresh token was used, as written.
    pub use_count: String,
    /// When it was last used, as written.
    pub last_used: String,
}

/// The usage pages of one app.
pub struct UsagePages<'visit, 'run> {
    visitor: &'visit mut Visitor<'run>,
    setup: &'visit Url,
    app: &'visit str,
    kind: AppKind,
    names: &'static Names,
    /// Where the list of apps was found, if it had to be looked for.
    found_at: Option<Url>,
    /// All rows, as they were read last.
    listed: Vec<GrantRow>,
}

impl<'visit, 'run> UsagePages<'visit, 'run> {
    /// The usage pages of the app named `app`, on the org's Setup host.
    pub fn new(
        visitor: &'visit mut Visitor<'run>,
        setup: &'visit Url,
        app: &'visit str,
        kind: AppKind,
    ) -> Self {
        let names = match kind {
            AppKind::Connected => &CONNECTED,
            AppKind::ExternalClient => &EXTERNAL_CLIENT,
        };
        Self { visitor, setup, app, kind, names, found_at: None, listed: Vec::new() }
    }

    /// What Setup calls the list of apps.
    pub fn title(&self) -> &'static str {
        self.names.title
    }

    /// Opens the list of apps, which proves that Setup is open to the visitor. Leaves the browser
    /// at the list.
    ///
    /// # Errors
    /// [`PageError`]
    pub async fn open(&mut self) -> Result<(), PageError> {
        let url = match (&self.found_at, self.kind) {
            (Some(url), _) => url.clone(),
            (None, AppKind::Connected) => {
                let mut url = self.setup.clone();
                url.set_path(USAGE_PATH);
                url
            }
            (None, AppKind::ExternalClient) => {
                let url = external_client::find(self.visitor, self.setup).await?;
                self.found_at = Some(url);
                return Ok(());
            }
        };
        match self.visitor.go(url.as_str(), &[self.names.apps]).await? {
            Arrival::Page(_) => Ok(()),
            Arrival::Callback(_) => Err(unexpected_callback()),
        }
    }

    /// What the login page looked like, if there was one.
    pub fn take_login_picture(&mut self) -> Option<Vec<u8>> {
        self.visitor.take_picture()
    }

    /// All grants of the app, of all users, over all pages. Empty where the app has none. Leaves
    /// the browser at the last page of the user list.
    ///
    /// # Errors
    /// [`PageError::AppNotListed`] and others.
    pub async fn grants(&mut self) -> Result<Vec<GrantRow>, PageError> {
        self.open_user_list().await?;
        let mut grants = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some((seen, table)) = self.user_table().await? else { break };
            grants.extend(table.rows.iter().map(grant_row));
            if !self.turn_page(&seen).await? {
                break;
            }
        }
        self.listed.clone_from(&grants);
        Ok(grants)
    }

    /// Presses Revoke in exactly the row given, answers the dialog if one opens, and makes sure
    /// that the list has one row less that reads so. That the grant is dead is for the services to say.
    ///
    /// # Errors
    /// [`PageError::RowGone`], [`PageError::RevokeWithoutEffect`] and others.
    pub async fn revoke(&mut self, grant: &GrantRow) -> Result<Option<String>, PageError> {
        let revoke = match self.row_here(grant).await? {
            Some(revoke) => revoke,
            None => {
                self.open_user_list().await?;
                self.find_row(grant).await?
            }
        };
        let names = self.names;
        let deadline = Instant::now() + self.visitor.limit();
        let session = self.visitor.session();
        session.spend(names.users, Spend::Content).await?;
        revoke.press(self.visitor, deadline).await?;
        let session = self.visitor.session();
        let mut said = session.dialog().await?;
        if said.is_some() {
            session.accept_dialog().await?;
        }
        let alike = self.alike(grant).max(1);
        let mut is_shown = true;
        loop {
            let session = self.visitor.session();
            match session.look(names.after_revoke, deadline).await? {
                Look::Dialog(text) if Instant::now() < deadline => {
                    said = Some(text);
                    session.accept_dialog().await?;
                }
                Look::Page(seen) if seen.page == external_client::CONFIRM => {
                    said = external_client::confirm(self.visitor, &seen).await?;
                }
                Look::Page(seen) if seen.page == names.users => {
                    let table = self.read_users().await?.unwrap_or_default();
                    is_shown = table.rows.iter().any(|row| grant_row(row) == *grant);
                    // A page that does not load anew may say more before the row goes.
                    let goes_on = is_shown && alike == 1 && self.kind == AppKind::ExternalClient;
                    if !goes_on || Instant::now() >= deadline {
                        break;
                    }
                    self.visitor.session().spend(names.users, Spend::Content).await?;
                }
                Look::Page(seen) if seen.page == names.no_users || seen.page == names.apps => {
                    return Ok(said);
                }
                _ if is_shown && self.kind == AppKind::ExternalClient => break,
                _ => return Err(PageError::RevokeWithoutEffect { user: grant.user.text.clone() }),
            }
        }
        // Grants made and used in the same minute read the same: then all pages have to be counted.
        if is_shown || alike > 1 {
            self.grants().await?;
            if self.alike(grant) >= alike {
                return Err(PageError::RevokeWithoutEffect { user: grant.user.text.clone() });
            }
        }
        Ok(said)
    }

    /// How many rows of the list as it was read last read like this one.
    fn alike(&self, grant: &GrantRow) -> usize {
        self.listed.iter().filter(|row| *row == grant).count()
    }

    /// From the list of apps to the list of the app's users.
    async fn open_user_list(&mut self) -> Result<(), PageError> {
        self.open().await?;
        let mut names = Vec::new();
        for _ in 0..MOST_PAGES {
            let (seen, table) = self.app_table().await?;
            let found = table.rows.iter().find(|row| row.text("app") == self.app);
            if let Some(row) = found {
                let count = row.text("user_count");
                let link = row.controls.iter().find(|(label, _)| label == count);
                let Some((_, link)) = link else {
                    return Err(PageError::NoElement {
                        page: seen.page,
                        element: "User Count link",
                    });
                };
                let link = link.clone();
                let session = self.visitor.session();
                session.spend(self.names.apps, Spend::Document).await?;
                session.click(&link).await?;
                return Ok(());
            }
            names.extend(table.rows.iter().map(|row| row.text("app").to_owned()));
            if !self.turn_page(&seen).await? {
                break;
            }
        }
        Err(PageError::AppNotListed {
            app: self.app.to_owned(),
            page: self.names.title,
            listed: names.len(),
            near: near_misses(self.app, &names),
        })
    }

    async fn app_table(&mut self) -> Result<(Seen, Table), PageError> {
        let deadline = Instant::now() + self.visitor.limit();
        loop {
            let seen = match self.visitor.go_on_until(&[self.names.apps], deadline).await? {
                Arrival::Page(seen) => seen,
                Arrival::Callback(_) => return Err(unexpected_callback()),
            };
            let session = self.visitor.session();
            let columns = [
                Column::needed("app", session.texts(self.names.app_column)),
                Column::needed("user_count", session.texts("user_count")),
            ];
            match session.read_table(&columns).await {
                Ok(Some(table)) => return Ok((seen, table)),
                // Re-rendered under our eyes: look again, within the visitor's limit.
                Ok(None) => session.spend(self.names.apps, Spend::Content).await?,
                Err(error) if error.is_page_gone() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The user list that is shown; `None`: the app has no grants left.
    async fn user_table(&mut self) -> Result<Option<(Seen, Table)>, PageError> {
        let deadline = Instant::now() + self.visitor.limit();
        loop {
            let wanted = [self.names.users, self.names.no_users];
            let seen = match self.visitor.go_on_until(&wanted, deadline).await? {
                Arrival::Page(seen) if seen.page == self.names.no_users => return Ok(None),
                Arrival::Page(seen) => seen,
                Arrival::Callback(_) => return Err(unexpected_callback()),
            };
            if let Some(table) = self.read_users().await? {
                return Ok(Some((seen, table)));
            }
        }
    }

    async fn read_users(&mut self) -> Result<Option<Table>, PageError> {
        let session = self.visitor.session();
        let columns = [
            Column::needed("user", session.texts("user")),
            Column::needed("use_count", session.texts("use_count")),
            // Helps to tell rows apart; a page that words it differently is read all the same.
            Column::optional("last_used", session.texts("last_used")),
        ];
        match session.read_table(&columns).await {
            Ok(Some(table)) => Ok(Some(table)),
            Ok(None) => {
                session.spend(self.names.users, Spend::Content).await?;
                Ok(None)
            }
            Err(error) if error.is_page_gone() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The Revoke control of exactly this row, if the page that is shown has it.
    async fn row_here(&mut self, grant: &GrantRow) -> Result<Option<Pressed>, PageError> {
        let table = self.read_users().await?.unwrap_or_default();
        let row = table.rows.iter().find(|row| grant_row(row) == *grant);
        Ok(row.and_then(|row| self.revoke_of(row)))
    }

    /// What has to be pressed for Revoke in a row.
    fn revoke_of(&self, row: &Row) -> Option<Pressed> {
        let texts = |name| self.visitor.session().texts(name);
        let direct = row.control(texts("revoke")).cloned().map(Pressed::Control);
        direct.or_else(|| row.control(texts("row_actions")).cloned().map(Pressed::Menu))
    }

    /// The Revoke control of exactly this row, on whichever page of the list it is.
    async fn find_row(&mut self, grant: &GrantRow) -> Result<Pressed, PageError> {
        for _ in 0..MOST_PAGES {
            let Some((seen, table)) = self.user_table().await? else { break };
            if let Some(row) = table.rows.iter().find(|row| grant_row(row) == *grant) {
                return self.revoke_of(row).ok_or(PageError::NoElement {
                    page: seen.page,
                    element: "Revoke control in the row",
                });
            }
            if !self.turn_page(&seen).await? {
                break;
            }
        }
        Err(PageError::RowGone { user: grant.user.text.clone() })
    }

    /// Whether there was another page to turn to.
    async fn turn_page(&mut self, seen: &Seen) -> Result<bool, PageError> {
        if seen.element("next_page").is_none() {
            return Ok(false);
        }
        self.visitor.press(seen, "next_page", Spend::Content).await?;
        Ok(true)
    }
}

fn grant_row(row: &Row) -> GrantRow {
    GrantRow {
        user: row
            .cells
            .get("user")
            .cloned()
            .unwrap_or(Cell { text: String::new(), links: Vec::new() }),
        use_count: row.text("use_count").to_owned(),
        last_used: row.text("last_used").to_owned(),
    }
}

pub(super) fn unexpected_callback() -> PageError {
    PageError::Oauth {
        error: "unexpected_callback".into(),
        description: Some("the browser was sent to the callback from a Setup page".into()),
    }
}

/// `; similar: "A", "B"`, or nothing.
pub(in crate::salesforce) fn near_misses(app: &str, names: &[String]) -> String {
    let mut near: Vec<(f64, &String)> = names
        .iter()
        .map(|name| (strsim::jaro_winkler(app, name), name))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .collect();
    near.sort_by(|left, right| right.0.total_cmp(&left.0));
    let near: Vec<String> = near.iter().take(3).map(|(_, name)| format!("\"{name}\"")).collect();
    if near.is_empty() { String::new() } else { format!("; similar: {}", near.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_are_shown_best_first() {
        let names =
            ["Cloud Elements QA (old)", "Cloud Elements", "Ant Migration"].map(str::to_owned);
        assert_eq!(
            near_misses("Cloud Elements QA", &names),
            "; similar: \"Cloud Elements\", \"Cloud Elements QA (old)\""
        );
        assert_eq!(near_misses("Data Loader", &names), "");
    }
}
