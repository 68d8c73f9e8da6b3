//! The objects that SOQL can read, as rows that the asking user may see.

use serde_json::{Map, Value, json};

use super::super::clock::for_rest;
use super::org::Org;
use super::settings::RefreshTokenPolicy;
use super::soql::{Condition, Order, Query};

/// A row: values by field, related fields under their dotted name.
type Row = Map<String, Value>;

/// A query that cannot be answered: an error code and its message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueryError {
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// The records that a query selects, in the REST API's shape.
pub(super) fn select(
    org: &mut Org,
    user_id: &str,
    version: &str,
    query: &Query,
) -> Result<Vec<Value>, QueryError> {
    let (object, columns, mut rows) = table(org, user_id, &query.object)?;
    let column = |name: &str| {
        columns.iter().copied().find(|column| column.eq_ignore_ascii_case(name)).ok_or_else(|| {
            QueryError {
                code: "INVALID_FIELD",
                message: format!("No such column '{name}' on entity '{object}'."),
            }
        })
    };
    let fields = query.fields.iter().map(|field| column(field)).collect::<Result<Vec<_>, _>>()?;
    for Condition { field, equal, value } in &query.conditions {
        let field = column(field)?;
        rows.retain(|row| same(&row[field], value) == *equal);
    }
    if let Some(Order { field, descending }) = &query.order {
        let field = column(field)?;
        rows.sort_by_key(|row| row[field].to_string());
        if *descending {
            rows.reverse();
        }
    }
    rows.truncate(query.limit.unwrap_or(usize::MAX));
    Ok(rows.iter().map(|row| record(object, version, &fields, row)).collect())
}

/// SOQL compares texts without regard to case, and ids in either length.
fn same(held: &Value, wanted: &Value) -> bool {
    match (held, wanted) {
        (Value::String(held), Value::String(wanted)) => {
            held.eq_ignore_ascii_case(wanted)
                || (held.len() == 18 && wanted.len() == 15 && held.starts_with(wanted.as_str()))
        }
        _ => held == wanted,
    }
}

fn record(object: &str, version: &str, fields: &[&str], row: &Row) -> Value {
    let url = |object: &str, id: &Value| {
        let id = id.as_str().unwrap_or_default();
        format!("/services/data/{version}/sobjects/{object}/{id}")
    };
    let mut record = json!({ "attributes": { "type": object, "url": url(object, &row["Id"]) } });
    for field in fields {
        match field.split_once('.') {
            None => record[*field] = row[*field].clone(),
            Some((relation, related)) => {
                if record.get(relation).is_none() {
                    let url = url(relation, &row["UserId"]);
                    record[relation] = json!({ "attributes": { "type": relation, "url": url } });
                }
                record[relation][related] = row[*field].clone();
            }
        }
    }
    record
}

type Table = (&'static str, &'static [&'static str], Vec<Row>);

const ACCOUNT: &[&str] = &["Id", "Name"];
const USER: &[&str] = &["Id", "Name", "Username", "Alias", "Email", "IsActive"];
const OAUTH_TOKEN: &[&str] = &[
    "Id",
    "AppName",
    "AppMenuItemId",
    "UserId",
    "User.Name",
    "User.Username",
    "UseCount",
    "CreatedDate",
    "LastUsedDate",
    "DeleteToken",
];
const CONNECTED_APPLICATION: &[&str] = &[
    "Id",
    "Name",
    "RefreshTokenValidityPeriod",
    "OptionsRefreshTokenValidityMetric",
    "OptionsAllowAdminApprovedUsersOnly",
];

fn table(org: &mut Org, user_id: &str, object: &str) -> Result<Table, QueryError> {
    let manages = org.may_set_up(user_id);
    match object.to_ascii_lowercase().as_str() {
        "account" => Ok(("Account", ACCOUNT, accounts(org))),
        "user" => Ok(("User", USER, users(org))),
        "oauthtoken" if org.settings.oauth_token_query => {
            let user_id = (!manages).then_some(user_id);
            let ended_too = org.lists_ended_grants();
            Ok(("OauthToken", OAUTH_TOKEN, oauth_tokens(org, user_id, ended_too)))
        }
        "connectedapplication" if manages => {
            Ok(("ConnectedApplication", CONNECTED_APPLICATION, connected_applications(org)))
        }
        _ => Err(QueryError {
            code: "INVALID_TYPE",
            message: format!("sObject type '{object}' is not supported."),
        }),
    }
}

fn rows(values: impl Iterator<Item = Value>) -> Vec<Row> {
    values
        .filter_map(|value| match value {
            Value::Object(row) => Some(row),
            _ => None,
        })
        .collect()
}

fn accounts(org: &Org) -> Vec<Row> {
    rows(org.accounts.iter().map(|(id, name)| json!({ "Id": id, "Name": name })))
}

fn users(org: &Org) -> Vec<Row> {
    rows(org.users.iter().map(|user| {
        json!({
            "Id": user.id,
            "Name": user.name,
            "Username": user.username,
            "Alias": user.alias,
            "Email": user.username,
            "IsActive": org.is_active(&user.id),
        })
    }))
}

/// Live grants; only this user's unless `None`.
fn oauth_tokens(org: &Org, user_id: Option<&str>, ended_too: bool) -> Vec<Row> {
    let visible = org.grants.iter().filter(|grant| {
        (ended_too || grant.ended_by.is_none())
            && user_id.is_none_or(|user_id| grant.user_id == user_id)
            && !org.app(&grant.consumer_key).is_some_and(|app| org.is_external(app))
    });
    rows(visible.map(|grant| {
        let app = org.app(&grant.consumer_key);
        let user = org.user(&grant.user_id);
        json!({
            "Id": grant.id,
            "AppName": app.map(|app| &app.name),
            "AppMenuItemId": app.filter(|app| org.is_installed(&app.consumer_key)).map(|app| &app.menu_item_id),
            "UserId": grant.user_id,
            "User.Name": user.map(|user| &user.name),
            "User.Username": user.map(|user| &user.username),
            "UseCount": grant.use_count,
            "CreatedDate": for_rest(grant.created_ms),
            "LastUsedDate": for_rest(grant.last_used_ms),
            "DeleteToken": grant.delete_token,
        })
    }))
}

/// Installed apps. Period and metric are inferred from the object's documentation: an unlimited
/// token has no period; the metric says whether the period counts from the last use.
fn connected_applications(org: &Org) -> Vec<Row> {
    let (period, metric) = match org.settings.refresh_token_policy {
        RefreshTokenPolicy::ValidUntilRevoked => (Value::Null, false),
        RefreshTokenPolicy::ImmediatelyExpire => (0.into(), false),
        RefreshTokenPolicy::ExpireIfUnused => (org.settings.oauth.policy_days.into(), true),
        RefreshTokenPolicy::ExpireAfter => (org.settings.oauth.policy_days.into(), false),
    };
    let installed =
        org.apps.iter().filter(|app| org.is_installed(&app.consumer_key) && !org.is_external(app));
    rows(installed.map(|app| {
        let tested = app.consumer_key == org.connected_app().consumer_key;
        json!({
            "Id": app.id,
            "Name": app.name,
            "RefreshTokenValidityPeriod": if tested { period.clone() } else { Value::Null },
            "OptionsRefreshTokenValidityMetric": tested && metric,
            "OptionsAllowAdminApprovedUsersOnly": false,
        })
    }))
}
