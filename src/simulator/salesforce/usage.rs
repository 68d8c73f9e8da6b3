//! The Classic pages behind Connected Apps OAuth Usage: the list of apps, and an app's users with
//! Revoke.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Deserialize;

use super::super::clock::for_people;
use super::super::random::short_id;
use super::Salesforce;
use super::org::{App, Org, Session};
use super::session::{Visitor, query, redirect};
use super::settings::RevokeControl;
use super::setup::Listed;

/// The list of apps.
pub(super) const LIST_PATH: &str = "/identity/app/connectedAppsUsage.apexp";
/// An app's users.
pub(super) const USERS_PATH: &str = "/identity/app/connectedAppsUserList.apexp";

/// The session of somebody who may see Setup, or what to answer instead.
pub(super) fn administrator(
    salesforce: &Salesforce,
    visitor: &Visitor,
) -> Result<Session, Box<Response>> {
    let session = visitor.require_session()?;
    if salesforce.org().may_set_up(&session.user_id) {
        return Ok(session);
    }
    let mut page = salesforce.pages.show(
        "notice.html",
        context! {
            title => "Insufficient Privileges",
            heading => "Insufficient Privileges",
            text => "You do not have the level of access necessary to perform the operation you \
                     requested. Please contact the owner of the record or your administrator if \
                     access is necessary.",
        },
    );
    *page.status_mut() = StatusCode::FORBIDDEN;
    Err(Box::new(page))
}

/// Which slice of so many rows a page shows.
#[derive(Debug, PartialEq, Eq)]
struct Slice {
    number: usize,
    pages: usize,
    first: usize,
}

/// Pages count from 1; a number beyond the last means the last.
fn slice(rows: usize, page_size: usize, number: usize) -> Slice {
    let size = page_size.max(1);
    let pages = rows.div_ceil(size).max(1);
    let number = number.clamp(1, pages);
    Slice { number, pages, first: (number - 1) * size }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ListForm {
    #[serde(default)]
    page: usize,
    #[serde(rename = "com.salesforce.visualforce.ViewState", default)]
    view_state: String,
}

/// The first page of the list of apps.
pub(super) async fn list(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    match administrator(&salesforce, &visitor) {
        Ok(session) => show_list(&salesforce, &session, 1),
        Err(instead) => *instead,
    }
}

/// Another page of it: Classic re-posts the form. A form of another session starts again.
pub(super) async fn list_posted(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Form(form): Form<ListForm>,
) -> Response {
    match administrator(&salesforce, &visitor) {
        Ok(session) if form.view_state == session.view_state => {
            show_list(&salesforce, &session, form.page)
        }
        Ok(session) => show_list(&salesforce, &session, 1),
        Err(instead) => *instead,
    }
}

fn show_list(salesforce: &Salesforce, session: &Session, number: usize) -> Response {
    let org = salesforce.org();
    let rows = app_rows(&org);
    let size = org.settings.usage_page_size;
    let slice = slice(rows.len(), size, number);
    let shown: Vec<Value> = rows.into_iter().skip(slice.first).take(size.max(1)).collect();
    salesforce.pages.show(
        "usage_list.html",
        context! {
            action => LIST_PATH,
            view_state => session.view_state.as_str(),
            apps => shown,
            page => slice.number,
            pages => slice.pages,
            pager_buttons => org.settings.setup.pager_buttons,
            next_forever => org.settings.setup.next_forever,
        },
    )
}

/// All apps that the list shows, by name.
fn app_rows(org: &Org) -> Vec<Value> {
    let mut rows: Vec<(String, Value)> = (1..=org.settings.setup.more_apps)
        .map(|number| {
            let name = format!("Bulk Integration {number:04}");
            (name.to_lowercase(), app_row(org, &org.apps[0], &name, 1))
        })
        .collect();
    for app in org.apps.iter().filter(|app| !org.is_external(app)) {
        let mut users: Vec<&str> =
            org.live_grants(&app.consumer_key, None).map(|grant| grant.user_id.as_str()).collect();
        users.sort_unstable();
        users.dedup();
        let listed = match app.consumer_key == org.connected_app().consumer_key {
            true => org.settings.setup.listed,
            false => Listed::AsItIs,
        };
        let is_shown = !users.is_empty() || app.listed_without_grants;
        if !is_shown || listed == Listed::Hidden {
            continue;
        }
        if listed == Listed::AfterATwin {
            let twin = format!("{}\u{a0}", app.name);
            let other = org.apps.iter().find(|other| other.name == "Cloud Elements");
            let row = app_row(org, other.unwrap_or(app), &twin, 3);
            rows.push((app.name.to_lowercase(), row));
        }
        let name = match listed {
            Listed::InCapitals => app.name.to_uppercase(),
            Listed::Spaced => format!("{}\u{a0}", app.name.replacen(' ', "\u{a0}", 1)),
            _ => app.name.clone(),
        };
        let count = if listed == Listed::WithoutUsers { 0 } else { users.len() };
        rows.push((app.name.to_lowercase(), app_row(org, app, &name, count)));
    }
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn app_row(org: &Org, app: &App, name: &str, user_count: usize) -> Value {
    let link = query(&[("app_name", name), ("consumer_key", &app.consumer_key)]);
    context! {
        name,
        description => app.description.as_str(),
        installed => org.is_installed(&app.consumer_key),
        blocked => org.is_blocked(&app.consumer_key),
        user_count,
        users_url => format!("{USERS_PATH}?{link}"),
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct UsersQuery {
    #[serde(default)]
    app_name: String,
    #[serde(default)]
    consumer_key: String,
    #[serde(default)]
    page: usize,
    /// Set by a plain Revoke link.
    revoke: Option<String>,
    #[serde(rename = "vs", default)]
    view_state: String,
}

/// An app's users; a plain Revoke link revokes by being followed.
pub(super) async fn users(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<UsersQuery>,
) -> Response {
    let session = match administrator(&salesforce, &visitor) {
        Ok(session) => session,
        Err(instead) => return *instead,
    };
    let Some(row) = &asked.revoke else {
        return show_users(&salesforce, &session, &asked.consumer_key, asked.page);
    };
    if asked.view_state == session.view_state {
        revoke_row(&mut salesforce.org(), &asked.consumer_key, row);
    }
    let back = query(&[("app_name", &asked.app_name), ("consumer_key", &asked.consumer_key)]);
    redirect(&format!("{USERS_PATH}?{back}"))
}

#[derive(Debug, Deserialize)]
pub(super) struct UsersForm {
    #[serde(default)]
    consumer_key: String,
    #[serde(default)]
    page: usize,
    #[serde(default)]
    revoke: String,
    #[serde(rename = "revokeAll")]
    revoke_all: Option<String>,
    #[serde(rename = "com.salesforce.visualforce.ViewState", default)]
    view_state: String,
}

/// Revoke or Revoke All by form; the page comes back in any case.
pub(super) async fn users_posted(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Form(form): Form<UsersForm>,
) -> Response {
    let session = match administrator(&salesforce, &visitor) {
        Ok(session) => session,
        Err(instead) => return *instead,
    };
    if form.view_state == session.view_state {
        let mut org = salesforce.org();
        if form.revoke_all.is_some() {
            revoke_all(&mut org, &form.consumer_key);
        } else {
            revoke_row(&mut org, &form.consumer_key, &form.revoke);
        }
    }
    show_users(&salesforce, &session, &form.consumer_key, form.page)
}

/// Ends the grant of one row, if it is this app's and the org does what its page promises.
fn revoke_row(org: &mut Org, consumer_key: &str, id: &str) {
    let is_of_app = org.live_grants(consumer_key, None).any(|grant| grant.id == id);
    if !is_of_app || org.settings.revoke_does_nothing {
        return;
    }
    if org.settings.setup.revoke_only_hides {
        org.hidden.push(id.to_owned());
    } else {
        org.end_grant(id, "setup_page");
    }
}

/// Ends every user's grants of this app.
fn revoke_all(org: &mut Org, consumer_key: &str) {
    if org.settings.revoke_does_nothing {
        return;
    }
    let ids: Vec<String> =
        org.live_grants(consumer_key, None).map(|grant| grant.id.clone()).collect();
    for id in ids {
        org.end_grant(&id, "revoke_all");
    }
}

fn show_users(
    salesforce: &Salesforce,
    session: &Session,
    consumer_key: &str,
    number: usize,
) -> Response {
    let org = salesforce.org();
    let grants: Vec<_> = org
        .live_grants(consumer_key, None)
        .filter(|grant| !org.hidden.contains(&grant.id))
        .collect();
    let size = org.settings.user_page_size;
    let slice = slice(grants.len(), size, number);
    let app_name = org.app(consumer_key).map_or("", |app| &app.name);
    let link = query(&[("app_name", app_name), ("consumer_key", consumer_key)]);
    let rows: Vec<Value> = grants
        .into_iter()
        .skip(slice.first)
        .take(size.max(1))
        .filter_map(|grant| {
            let user = org.user(&grant.user_id)?;
            let revoke = query(&[("revoke", &grant.id), ("vs", &session.view_state)]);
            Some(context! {
                id => grant.id.as_str(),
                full_name => user.name.as_str(),
                username => user.username.as_str(),
                alias => user.alias.as_str(),
                user_url => format!("/{}", short_id(&user.id)),
                first_used => for_people(grant.created_ms),
                last_used => for_people(grant.last_used_ms),
                use_count => grant.use_count,
                revoke_url => format!("{USERS_PATH}?{link}&{revoke}"),
            })
        })
        .collect();
    let control = match org.settings.revoke_control {
        RevokeControl::JavascriptLink => "javascript_link",
        RevokeControl::FormButton => "form_button",
        RevokeControl::PlainLink => "plain_link",
        RevokeControl::ScriptButton => "script_button",
        RevokeControl::InPlace => "in_place",
    };
    salesforce.pages.show(
        "user_list.html",
        context! {
            app_name,
            consumer_key,
            action => format!("{USERS_PATH}?{link}"),
            list_url => LIST_PATH,
            page_url => format!("{USERS_PATH}?{link}&page="),
            view_state => session.view_state.as_str(),
            rows,
            control,
            shown_as => Serde(org.settings.user_shown_as),
            confirm => org.settings.revoke_confirm,
            page => slice.number,
            pages => slice.pages,
            pager_buttons => org.settings.setup.pager_buttons,
            next_forever => org.settings.setup.next_forever,
            trap => org.settings.setup.revoke_all_trap,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_all_rows() {
        for (rows, size, asked, number, pages, first) in [
            (14, 5, 1, 1, 3, 0),
            (14, 5, 2, 2, 3, 5),
            (14, 5, 9, 3, 3, 10),
            (14, 5, 0, 1, 3, 0),
            (0, 5, 1, 1, 1, 0),
            (3, 0, 3, 3, 3, 2),
        ] {
            assert_eq!(slice(rows, size, asked), Slice { number, pages, first });
        }
    }
}
