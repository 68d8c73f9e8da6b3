//! Setup's Lightning pages: the home page with Quick Find, the manager, and the OAuth usage of
//! external client apps. What they show is built in the browser, in shadow roots.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use minijinja::context;
use minijinja::value::Serde;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::clock::for_people;
use super::super::super::random::short_id;
use super::super::Salesforce;
use super::super::org::{Grant, Org, Session, User};
use super::super::session::{Visitor, query};
use super::super::settings::UserShownAs;
use super::super::usage::administrator;
use super::settings::{RevokeIn, UsagePage, UsageRows};

/// The list of apps.
pub(super) const APPS_PATH: &str = "/lightning/setup/ExternalClientAppOAuthUsage/home";
/// An app's users.
pub(super) const USERS_PATH: &str = "/lightning/setup/ExternalClientAppOAuthUsage/users";
/// What the page asks the server to end.
pub(super) const REVOKE_PATH: &str = "/lightning/setup/ExternalClientAppOAuthUsage/revoke";
const MANAGER_PATH: &str = "/lightning/setup/ManageExternalClientApplication/home";

/// Setup's front page: a tree of pages, and the box that filters it.
pub(super) async fn home(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    let session = match administrator(&salesforce, &visitor) {
        Ok(session) => session,
        Err(instead) => return *instead,
    };
    let org = salesforce.org();
    let mut tree = vec![
        ("Users", "/lightning/setup/ManageUsers/home"),
        ("App Manager", "/lightning/setup/NavigationMenus/home"),
        ("Connected Apps OAuth Usage", "/lightning/setup/ConnectedAppsUsage/home"),
        ("Manage Connected Apps", "/lightning/setup/ConnectedApplication/home"),
        ("External Client App Manager", MANAGER_PATH),
        ("External Client App Settings", "/lightning/setup/ExternalClientAppSettings/home"),
        ("Session Settings", "/lightning/setup/SecuritySession/home"),
        ("OAuth and OpenID Connect Settings", "/lightning/setup/OauthOidcSettings/home"),
    ];
    if org.settings.external_client.page == UsagePage::QuickFind {
        tree.insert(5, ("External Client App OAuth Usage", APPS_PATH));
    }
    let link = |(label, path): &(&str, &str)| {
        let by_script = *path == APPS_PATH && org.settings.external_client.link_by_script;
        json!({ "label": label, "path": path, "by_script": by_script })
    };
    let tree: Vec<Value> = tree.iter().map(link).collect();
    let name = org.user(&session.user_id).map_or("", |user| &user.name);
    salesforce.pages.show("setup_home.html", context! { name, tree => Serde(&tree) })
}

/// The External Client App Manager.
pub(super) async fn manager(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    if let Err(instead) = administrator(&salesforce, &visitor) {
        return *instead;
    }
    let org = salesforce.org();
    let rows: Vec<Value> = org
        .apps
        .iter()
        .filter(|app| org.is_external(app))
        .map(|app| {
            let detail = format!(
                "/lightning/setup/ManageExternalClientApplication/{}/detail",
                short_id(&app.external_id)
            );
            let name = if app.name.is_empty() { &app.developer_name } else { &app.name };
            json!({ "cells": [
                { "text": name, "href": detail },
                { "text": app.developer_name },
                { "text": app.description },
            ]})
        })
        .collect();
    let page = json!({
        "title": "External Client App Manager",
        "columns": ["Name", "API Name", "Description"],
        "rows": rows,
        "size": 50,
    });
    salesforce.pages.show(
        "eca_usage.html",
        context! { page => Serde(&page), title => "External Client App Manager" },
    )
}

/// The apps in use, each with how many use it.
pub(super) async fn apps(State(salesforce): State<Salesforce>, visitor: Visitor) -> Response {
    if let Err(instead) = admit(&salesforce, &visitor) {
        return *instead;
    }
    let org = salesforce.org();
    let mut rows: Vec<(String, Value)> = Vec::new();
    for app in org.apps.iter().filter(|app| org.is_external(app)) {
        let mut users: Vec<&str> =
            org.live_grants(&app.consumer_key, None).map(|grant| grant.user_id.as_str()).collect();
        users.sort_unstable();
        users.dedup();
        if users.is_empty() {
            continue;
        }
        let name = if app.name.is_empty() { &app.developer_name } else { &app.name };
        let link = query(&[("app", &app.external_id)]);
        let row = json!({ "cells": [
            { "text": name, "href": format!("{MANAGER_PATH}#{}", short_id(&app.external_id)) },
            { "text": app.description },
            { "text": users.len().to_string(), "href": format!("{USERS_PATH}?{link}") },
        ]});
        rows.push((name.to_lowercase(), row));
    }
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    let page = json!({
        "title": "External Client Apps OAuth Usage",
        "columns": ["External Client App", "Description", "User Count"],
        "rows": rows,
        "size": org.settings.usage_page_size,
        "plain": org.settings.external_client.plain_elements,
        "next_forever": org.settings.setup.next_forever,
    });
    salesforce.pages.show(
        "eca_usage.html",
        context! { page => Serde(&page), title => "External Client Apps OAuth Usage" },
    )
}

#[derive(Debug, Deserialize)]
pub(super) struct UsersQuery {
    #[serde(default)]
    app: String,
}

/// External Client Apps Usage by User.
pub(super) async fn users(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<UsersQuery>,
) -> Response {
    let session = match admit(&salesforce, &visitor) {
        Ok(session) => session,
        Err(instead) => return *instead,
    };
    let org = salesforce.org();
    let settings = &org.settings;
    let page = json!({
        "title": "External Client Apps Usage by User",
        "columns": ["User", "First Used", "Most Recently Used", "Use Count", "Actions"],
        "rows": user_rows(&org, &asked.app),
        "size": settings.user_page_size,
        "plain": settings.external_client.plain_elements,
        "next_forever": settings.setup.next_forever,
        "revoke": {
            "path": REVOKE_PATH,
            "app": asked.app,
            "view_state": session.view_state,
            "confirm": settings.revoke_confirm,
            "in_menu": settings.external_client.revoke_in == RevokeIn::RowMenu,
        },
    });
    salesforce.pages.show(
        "eca_usage.html",
        context! { page => Serde(&page), title => "External Client Apps Usage by User" },
    )
}

/// Rows of an app's users, of which each stands for these grants.
fn rows_with_grants<'org>(org: &'org Org, identifier: &str) -> Vec<(&'org User, Vec<&'org Grant>)> {
    let app = org.apps.iter().find(|app| app.external_id == identifier && org.is_external(app));
    let Some(app) = app else { return Vec::new() };
    let mut rows: Vec<(&User, Vec<&Grant>)> = Vec::new();
    for grant in org.live_grants(&app.consumer_key, None) {
        let Some(user) = org.user(&grant.user_id) else { continue };
        let same = rows.iter_mut().find(|(known, _)| {
            org.settings.external_client.rows == UsageRows::User && known.id == user.id
        });
        match same {
            Some((_, grants)) => grants.push(grant),
            None => rows.push((user, vec![grant])),
        }
    }
    rows
}

fn user_rows(org: &Org, identifier: &str) -> Vec<Value> {
    rows_with_grants(org, identifier)
        .into_iter()
        .map(|(user, grants)| {
            let link = format!("/{}", short_id(&user.id));
            let shown = match org.settings.user_shown_as {
                UserShownAs::FullName => json!({ "text": user.name, "href": link }),
                UserShownAs::FullNameText => json!({ "text": user.name }),
                UserShownAs::Username => json!({ "text": user.username }),
                UserShownAs::Alias => json!({ "text": user.alias }),
                UserShownAs::LinkOnly => json!({ "text": "View", "href": link }),
            };
            let times = |time: fn(&Grant) -> i64| grants.iter().map(move |grant| time(grant));
            let first = times(|grant| grant.created_ms).min().unwrap_or_default();
            let last = times(|grant| grant.last_used_ms).max().unwrap_or_default();
            let count: u64 = grants.iter().map(|grant| grant.use_count).sum();
            let row = grants.first().map(|grant| grant.id.as_str());
            json!({ "row": row, "cells": [
                shown,
                { "text": for_people(first) },
                { "text": for_people(last) },
                { "text": count.to_string() },
                { "actions": true },
            ]})
        })
        .collect()
}

#[derive(Debug, Deserialize)]
pub(super) struct Ends {
    app: String,
    view_state: String,
    /// Rows by the first of their grants.
    rows: Vec<String>,
    bulk: bool,
}

/// Ends what the rows stand for; answers with the rows that are left.
pub(super) async fn revoke(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Json(ends): Json<Ends>,
) -> Response {
    let session = match admit(&salesforce, &visitor) {
        Ok(session) => session,
        Err(instead) => return *instead,
    };
    if ends.view_state != session.view_state {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut org = salesforce.org();
    let meant: Vec<String> = rows_with_grants(&org, &ends.app)
        .iter()
        .filter(|(_, grants)| grants.first().is_some_and(|first| ends.rows.contains(&first.id)))
        .flat_map(|(_, grants)| grants.iter().map(|grant| grant.id.clone()))
        .collect();
    if !org.settings.revoke_does_nothing {
        for id in meant {
            org.end_grant(&id, if ends.bulk { "eca_bulk_revoke" } else { "eca_setup_page" });
        }
    }
    let rows = user_rows(&org, &ends.app);
    Json(json!({ "rows": rows })).into_response()
}

/// An address under Setup that it does not have.
pub(super) async fn no_such_page(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
) -> Response {
    match visitor.require_session() {
        Ok(_) => missing(&salesforce),
        Err(way) => *way,
    }
}

fn missing(salesforce: &Salesforce) -> Response {
    salesforce.pages.show(
        "notice.html",
        context! {
            title => "Page doesn't exist",
            heading => "Page doesn't exist",
            text => "Enter a valid URL and try again.",
        },
    )
}

/// The session of an administrator, where the page is there.
fn admit(salesforce: &Salesforce, visitor: &Visitor) -> Result<Session, Box<Response>> {
    let session = administrator(salesforce, visitor)?;
    if salesforce.org().settings.external_client.page == UsagePage::Missing {
        return Err(Box::new(missing(salesforce)));
    }
    Ok(session)
}
