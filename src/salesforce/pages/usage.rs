//! Setup → Apps → Connected Apps → Connected Apps OAuth Usage → User Count → Revoke.

use tokio::time::Instant;
use url::{Url, form_urlencoded};

use super::external_client::{self, ROW_MENU};
use super::names::as_read;
use super::paging::{Paging, Shown};
use super::{Arrival, PageError, UsageError, Visitor};
use crate::browser::{
    Cell, Column, Expected, Look, Pressed, Row, Seen, Session, Spend, Table, View,
};
use crate::config::{self, AppKind};

/// On Lightning's Setup host.
const USAGE_PATH: &str = "/lightning/setup/ConnectedAppsUsage/home";

/// What the pages of one kind of app are called.
#[derive(Debug)]
struct Names {
    /// The list of apps, in the catalogue.
    apps: &'static str,
    users: &'static str,
    no_users: &'static str,
    /// The list of texts that the header of the app's column may say.
    app_column: &'static str,
    /// What Setup calls the list of apps.
    title: &'static str,
    /// Where the next look may find us after Revoke was pressed.
    after_revoke: &'static [&'static str],
}

const CONNECTED: Names = Names {
    apps: "usage-list",
    users: "user-list",
    no_users: "user-list-empty",
    app_column: "connected_app",
    title: "Connected Apps OAuth Usage",
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
        ROW_MENU,
    ],
};

/// How often Setup may go back to its first page by itself before that is an error.
const MOST_RETURNS: usize = 5;

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
    app: String,
    consumer_key: &'visit str,
    names: &'static Names,
    /// Where the list of apps was found, if it had to be looked for.
    found_at: Option<Url>,
    /// All rows, as they were read last.
    listed: Vec<GrantRow>,
    /// Whether they were read from more than one page.
    is_paged: bool,
}

/// What shows the users of the app.
enum Users {
    /// The list, which may have more pages.
    Listed(Box<Seen>, Table),
    /// No list: the app has no grants left.
    Gone,
    /// The list of apps again: Lightning renders its frame when it pleases.
    ThrownBack,
}

impl<'visit, 'run> UsagePages<'visit, 'run> {
    /// The usage pages of the configured app, on the org's Setup host. Where several apps read the
    /// same, the one whose link holds the consumer key is meant.
    pub fn new(
        visitor: &'visit mut Visitor<'run>,
        setup: &'visit Url,
        salesforce: &'visit config::Salesforce,
    ) -> Self {
        let names = match salesforce.app_kind {
            AppKind::Connected => &CONNECTED,
            AppKind::ExternalClient => &EXTERNAL_CLIENT,
        };
        let app = as_read(&salesforce.connected_app);
        let consumer_key = &salesforce.consumer_key;
        let (found_at, listed) = (None, Vec::new());
        Self { visitor, setup, app, consumer_key, names, found_at, listed, is_paged: false }
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
        let url = match &self.found_at {
            Some(url) => url.clone(),
            None if self.names.apps == external_client::APPS => {
                self.found_at = Some(external_client::find(self.visitor, self.setup).await?);
                return Ok(());
            }
            None => {
                let mut url = self.setup.clone();
                url.set_path(USAGE_PATH);
                url
            }
        };
        match self.visitor.go(url.as_str(), &[self.names.apps]).await? {
            Arrival::Page(_) => Ok(()),
            Arrival::Callback(_) => Err(unexpected_callback()),
        }
    }

    /// What the login page looked like, if there was one.
    pub fn take_login_view(&mut self) -> Option<View> {
        self.visitor.take_login_view()
    }

    /// All grants of the app, of all users, over all pages. Empty where the app has none. Leaves
    /// the browser at the last page of the user list.
    ///
    /// # Errors
    /// [`UsageError::AppNotListed`], [`UsageError::AppWithoutUsers`] and others.
    pub async fn grants(&mut self) -> Result<Vec<GrantRow>, PageError> {
        for _ in 0..MOST_RETURNS {
            self.open_user_list().await?;
            if let Some(grants) = self.all_pages().await? {
                self.listed.clone_from(&grants);
                return Ok(grants);
            }
            self.visitor.progress("Setup went back to the list of apps: opening the users again");
        }
        Err(self.thrown_back())
    }

    /// The rows of all pages of the user list; `None` where Setup went back to the list of apps.
    async fn all_pages(&mut self) -> Result<Option<Vec<GrantRow>>, PageError> {
        let mut grants = Vec::new();
        let mut paging = self.paging_of(self.names.users);
        self.is_paged = false;
        loop {
            match paging.came(self.users().await)? {
                Users::ThrownBack => return Ok(None),
                Users::Gone => break,
                Users::Listed(seen, table) => {
                    match paging.shows(&table.mark)? {
                        Shown::New => grants.extend(table.rows.iter().map(grant_row)),
                        Shown::Known => {}
                        Shown::End => break,
                    }
                    if !self.turn_page(&seen, &table).await? {
                        break;
                    }
                    self.is_paged = true;
                }
            }
        }
        Ok(Some(grants))
    }

    /// Presses Revoke in exactly the row given, answers the dialog if one opens, and makes sure
    /// that the list has one row less that reads so. That the grant is dead is for the services to say.
    ///
    /// # Errors
    /// [`PageError::RowGone`], [`PageError::RevokeWithoutEffect`] and others.
    pub async fn revoke(&mut self, grant: &GrantRow) -> Result<Option<String>, PageError> {
        if !self.press_revoke(grant).await? {
            self.find_and_press(grant).await?;
        }
        let names = self.names;
        let session = self.visitor.session();
        let mut said = session.dialog().await?;
        if said.is_some() {
            session.accept_dialog().await?;
        }
        let without_effect = || PageError::RevokeWithoutEffect { user: grant.user.text.clone() };
        let deadline = Instant::now() + self.visitor.limit();
        let shown = loop {
            let session = self.visitor.session();
            match session.look(names.after_revoke, deadline).await? {
                Look::Dialog(text) if Instant::now() < deadline => {
                    said = Some(text);
                    session.accept_dialog().await?;
                }
                Look::Page(seen) if seen.page == ROW_MENU => {
                    self.visitor.press(&seen, "revoke", Spend::Content).await?;
                }
                Look::Page(seen) if seen.page == external_client::CONFIRM => {
                    said = external_client::confirm(self.visitor, &seen).await?;
                }
                Look::Page(seen) if seen.page == names.users => {
                    if !session.end_press().await? {
                        let user = grant.user.text.clone();
                        return Err(UsageError::NotPressed { user }.into());
                    }
                    break self.read_users().await?;
                }
                // No row is shown, or nothing known, or a page that comes between, or a login page:
                // whether the row is gone is seen where the list is read anew.
                _ => break None,
            }
        };
        let alike = self.alike(grant).max(1);
        let is_gone =
            shown.is_some_and(|table| !table.rows.iter().any(|row| grant_row(row) == *grant));
        // On a list of several pages, the row may be in another. Grants made and used in the same
        // minute read the same: they have to be counted.
        if !is_gone || self.is_paged || alike > 1 {
            self.recount().await?;
            if self.alike(grant) >= alike {
                return Err(without_effect());
            }
        }
        Ok(said)
    }

    /// Reads all rows anew; an app that is not listed any more, or with nobody, has none.
    async fn recount(&mut self) -> Result<(), PageError> {
        match self.grants().await {
            Err(PageError::Usage(error)) if error.is_absence() => self.listed.clear(),
            other => drop(other?),
        }
        Ok(())
    }

    /// How many rows of the list as it was read last read like this one.
    fn alike(&self, grant: &GrantRow) -> usize {
        self.listed.iter().filter(|row| *row == grant).count()
    }

    /// From the list of apps to the list of the app's users.
    async fn open_user_list(&mut self) -> Result<(), PageError> {
        self.open().await?;
        let mut names = Vec::new();
        let mut same = Vec::new();
        let mut paging = self.paging_of(self.names.apps);
        loop {
            let (seen, table) = paging.came(self.app_table().await)?;
            let shown = paging.shows(&table.mark)?;
            if shown == Shown::End {
                break;
            }
            for row in table.rows.iter().filter(|_| shown == Shown::New) {
                let name = row.text("app");
                if name == self.app {
                    if self.has_our_key(row) {
                        return self.open_users_of(row).await;
                    }
                    same.push(row.clone());
                }
                names.push(name.to_owned());
            }
            if !self.turn_page(&seen, &table).await? {
                break;
            }
        }
        match same.as_slice() {
            [] => Err(UsageError::not_listed(&self.app, self.names.title, &names).into()),
            [row] => {
                self.open().await?;
                self.open_wherever_it_is(row).await
            }
            several => Err(UsageError::AppAmbiguous {
                app: self.app.clone(),
                page: self.names.title,
                count: several.len(),
            }
            .into()),
        }
    }

    /// Whether the link of the app's user count holds the consumer key. Public tools build such links.
    fn has_our_key(&self, row: &Row) -> bool {
        let links = row.cells.get("user_count").into_iter().flat_map(|cell| &cell.links);
        links.filter_map(|link| link.split_once('?')).any(|(_, query)| {
            form_urlencoded::parse(query.as_bytes())
                .any(|(name, value)| name == "consumer_key" && value == self.consumer_key)
        })
    }

    /// Opens the users of the app that reads so, on whichever page of the list it is.
    async fn open_wherever_it_is(&mut self, wanted: &Row) -> Result<(), PageError> {
        let mut paging = self.paging_of(self.names.apps);
        loop {
            let (seen, table) = paging.came(self.app_table().await)?;
            if paging.shows(&table.mark)? == Shown::End {
                break;
            }
            if table.rows.iter().any(|row| row.cells == wanted.cells) {
                return self.open_users_of(wanted).await;
            }
            if !self.turn_page(&seen, &table).await? {
                break;
            }
        }
        Err(UsageError::not_listed(&self.app, self.names.title, &[]).into())
    }

    /// Presses the user count of an app on the page that is shown.
    async fn open_users_of(&mut self, row: &Row) -> Result<(), PageError> {
        let count = row.text("user_count").to_owned();
        if count == "0" {
            return Err(UsageError::AppWithoutUsers {
                app: self.app.clone(),
                page: self.names.title,
            }
            .into());
        }
        let session = self.visitor.session();
        let mut expected = vec![Expected::text("app", row.text("app"))];
        expected.extend(row.cells.get("user_count").map(|cell| Expected::cell("user_count", cell)));
        let columns = app_columns(session, self.names);
        let pressed = session.press_in_row(self.names.apps, &columns, &expected, &[count]).await;
        match pressed {
            Ok(Pressed::Yes) => Ok(()),
            // The page went away under the click: what comes now is looked at by who asked.
            Ok(Pressed::NoRow) => Ok(()),
            Err(error) if error.is_page_gone() => Ok(()),
            Ok(Pressed::NotOne(_)) => Err(PageError::NoElement {
                page: self.names.apps.into(),
                element: "User Count link",
            }),
            Err(error) => Err(error.into()),
        }
    }

    async fn app_table(&mut self) -> Result<(Seen, Table), PageError> {
        let mut deadline = Instant::now() + self.visitor.limit();
        loop {
            let seen = match self.visitor.go_on_until(&[self.names.apps], &mut deadline).await? {
                Arrival::Page(seen) => seen,
                Arrival::Callback(_) => return Err(unexpected_callback()),
            };
            let session = self.visitor.session();
            match session.read_table(self.names.apps, &app_columns(session, self.names)).await {
                Ok(Some(table)) => return Ok((seen, table)),
                // Re-rendered under our eyes: look again, within the visitor's limit.
                Ok(None) => session.spend(self.names.apps, Spend::Content).await?,
                Err(error) if error.is_page_gone() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The users of the app, as the page that is shown or comes next lists them.
    async fn users(&mut self) -> Result<Users, PageError> {
        let mut deadline = Instant::now() + self.visitor.limit();
        loop {
            let names = self.names;
            let wanted = [names.users, names.no_users, names.apps];
            let seen = match self.visitor.go_on_until(&wanted, &mut deadline).await? {
                Arrival::Page(seen) => seen,
                Arrival::Callback(_) => return Err(unexpected_callback()),
            };
            if seen.page == names.no_users {
                return Ok(Users::Gone);
            }
            if seen.page == names.apps {
                return Ok(Users::ThrownBack);
            }
            if let Some(table) = self.read_users().await? {
                return Ok(Users::Listed(Box::new(seen), table));
            }
        }
    }

    async fn read_users(&mut self) -> Result<Option<Table>, PageError> {
        let session = self.visitor.session();
        match session.read_table(self.names.users, &user_columns(session)).await {
            Ok(Some(table)) => Ok(Some(table)),
            Ok(None) => {
                session.spend(self.names.users, Spend::Content).await?;
                Ok(None)
            }
            Err(error) if error.is_page_gone() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Presses the one Revoke of exactly this row, if the page that is shown has the row.
    async fn press_revoke(&mut self, grant: &GrantRow) -> Result<bool, PageError> {
        let session = self.visitor.session();
        let expected = [
            Expected::cell("user", &grant.user),
            Expected::text("use_count", &grant.use_count),
            Expected::text("last_used", &grant.last_used),
        ];
        let columns = user_columns(session);
        let page = self.names.users;
        let press = async |labels| session.press_in_row(page, &columns, &expected, labels).await;
        let mut pressed = press(session.texts("revoke")).await;
        // Lightning may keep what can be done with a row in a menu of its own.
        if matches!(pressed, Ok(Pressed::NotOne(0))) && self.names.after_revoke.contains(&ROW_MENU)
        {
            pressed = press(session.texts("row_actions")).await;
        }
        match pressed {
            Ok(Pressed::Yes) => Ok(true),
            Ok(Pressed::NoRow) => Ok(false),
            Ok(Pressed::NotOne(count)) => {
                Err(UsageError::RevokeControls { user: grant.user.text.clone(), count }.into())
            }
            Err(error) if error.is_page_gone() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Presses the one Revoke of exactly this row, on whichever page of the list it is.
    async fn find_and_press(&mut self, grant: &GrantRow) -> Result<(), PageError> {
        for _ in 0..MOST_RETURNS {
            self.open_user_list().await?;
            let mut paging = self.paging_of(self.names.users);
            loop {
                let (seen, table) = match paging.came(self.users().await)? {
                    Users::Listed(seen, table) => (seen, table),
                    Users::Gone => return Err(row_gone(grant)),
                    Users::ThrownBack => break,
                };
                if paging.shows(&table.mark)? == Shown::End {
                    return Err(row_gone(grant));
                }
                if table.rows.iter().any(|row| grant_row(row) == *grant) {
                    if self.press_revoke(grant).await? {
                        return Ok(());
                    }
                    // Rendered again under the click.
                    paging.again();
                } else if !self.turn_page(&seen, &table).await? {
                    return Err(row_gone(grant));
                }
            }
        }
        Err(self.thrown_back())
    }

    fn thrown_back(&self) -> PageError {
        UsageError::ThrownBack { app: self.app.clone(), times: MOST_RETURNS }.into()
    }

    /// One of the two lists, from its first page on.
    fn paging_of(&self, list: &'static str) -> Paging {
        Paging::new(self.names.title, list)
    }

    /// Whether there was another page to turn to.
    async fn turn_page(&mut self, seen: &Seen, table: &Table) -> Result<bool, PageError> {
        let Some(candidate) = table.more else { return Ok(false) };
        if candidate > 0 {
            self.visitor.warn_of_fallback(&seen.page, "next_page");
        }
        let session = self.visitor.session();
        let turned = if seen.page == self.names.apps {
            session.turn_page(&seen.page, &app_columns(session, self.names)).await
        } else {
            session.turn_page(&seen.page, &user_columns(session)).await
        };
        match turned {
            // It went away under the click: what comes now is looked at next.
            Err(error) if error.is_page_gone() => Ok(true),
            other => Ok(other.map(|()| true)?),
        }
    }
}

fn app_columns<'session>(session: &'session Session, names: &Names) -> [Column<'session>; 2] {
    [
        Column::needed("app", session.texts(names.app_column)),
        Column::needed("user_count", session.texts("user_count")),
    ]
}

fn user_columns(session: &Session) -> [Column<'_>; 3] {
    [
        Column::needed("user", session.texts("user")),
        Column::needed("use_count", session.texts("use_count")),
        // Helps to tell rows apart; a page that words it differently is read all the same.
        Column::optional("last_used", session.texts("last_used")),
    ]
}

fn row_gone(grant: &GrantRow) -> PageError {
    PageError::RowGone { user: grant.user.text.clone() }
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
