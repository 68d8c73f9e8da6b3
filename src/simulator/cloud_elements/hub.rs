//! Calls through an instance: `/ping`, `/query`, `/hubs/{hub}/{object}` and `/{object}`.

use super::auth::FullHeader;
use super::body::JsonBody;
use super::error::ApiError;
use super::instances::on_instance;
use super::service::CloudElements;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

/// Records on a page if the caller does not say.
const PAGE_SIZE: u64 = 200;
/// Most records on a page.
const MAX_PAGE_SIZE: u64 = 2000;
/// Response header with the number of records that there are in all.
const TOTAL_COUNT: &str = "Elements-Total-Count";
/// Response header with the number of records.
const RETURNED_COUNT: &str = "Elements-Returned-Count";

/// What a list is asked with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListParameters {
    page_size: Option<String>,
    /// A condition, as SOQL writes it.
    r#where: Option<String>,
    return_total_count: Option<String>,
}

/// What a query is asked with.
#[derive(Deserialize)]
pub(super) struct QueryParameters {
    q: Option<String>,
}

/// `GET /ping`: whether Salesforce lets the instance in.
pub(super) async fn ping(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
) -> Response {
    let soql = soql_list("Account", 1);
    let answer = service.query_as(id, &soql).await.map(|_| {
        let now = service.state().now().to_string();
        Json(json!({"dateTime": now, "endpoint": "Salesforce Sales Cloud"}))
    });
    on_instance(id, answer)
}

/// `GET /query?q=<SOQL>`.
pub(super) async fn query(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
    Query(parameters): Query<QueryParameters>,
) -> Response {
    let answer = match parameters.q.as_deref() {
        None | Some("") => Err(ApiError::bad_request("Parameter q is required")),
        Some(soql) => records(&service, id, soql).await.map(page),
    };
    on_instance(id, answer)
}

/// `GET /hubs/{hub}/{object}`; the hub's name says nothing.
pub(super) async fn list_of_hub(
    service: State<CloudElements>,
    header: FullHeader,
    Path((_, object)): Path<(String, String)>,
    parameters: Query<ListParameters>,
) -> Response {
    list(service, header, Path(object), parameters).await
}

/// `GET /{object}`.
pub(super) async fn list(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
    Path(object): Path<String>,
    Query(parameters): Query<ListParameters>,
) -> Response {
    let answer = async {
        let object = salesforce_object(&object)?;
        let size = page_size(parameters.page_size.as_deref())?;
        let condition = parameters.r#where.as_deref().filter(|condition| !condition.is_empty());
        let condition = condition.map(|condition| format!(" WHERE {condition}"));
        let condition = condition.unwrap_or_default();
        let soql = format!("SELECT Id, Name FROM {object}{condition} LIMIT {size}");
        let mut answer = page(records(&service, id, &soql).await?);
        if matches!(parameters.return_total_count.as_deref(), Some("true" | "True")) {
            let soql = format!("SELECT Id, Name FROM {object}{condition}");
            let total = service.query_as(id, &soql).await?.len();
            answer.headers_mut().insert(TOTAL_COUNT, HeaderValue::from(total));
        }
        Ok(answer)
    };
    on_instance(id, answer.await)
}

/// `POST /hubs/{hub}/{object}`.
pub(super) async fn create_of_hub(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
    Path((_, object)): Path<(String, String)>,
    JsonBody(fields): JsonBody<Value>,
) -> Response {
    let answer = async {
        let object = salesforce_object(&object)?;
        let made = service.write_as(id, &Method::POST, &object, Some(&fields)).await?;
        let mut record = fields;
        record["Id"] = made.into();
        Ok(Json(record))
    };
    on_instance(id, answer.await)
}

/// `PATCH /hubs/{hub}/{object}/{id}`.
pub(super) async fn update_of_hub(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
    Path((_, object, record)): Path<(String, String, String)>,
    JsonBody(fields): JsonBody<Value>,
) -> Response {
    let answer = async {
        let path = record_path(&object, &record)?;
        service.write_as(id, &Method::PATCH, &path, Some(&fields)).await?;
        let mut changed = fields;
        changed["Id"] = record.into();
        Ok(Json(changed))
    };
    on_instance(id, answer.await)
}

/// `DELETE /hubs/{hub}/{object}/{id}`.
pub(super) async fn delete_of_hub(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
    Path((_, object, record)): Path<(String, String, String)>,
) -> Response {
    let answer = async {
        let path = record_path(&object, &record)?;
        service.write_as(id, &Method::DELETE, &path, None).await?;
        Ok(StatusCode::OK)
    };
    on_instance(id, answer.await)
}

fn record_path(object: &str, record: &str) -> Result<String, ApiError> {
    let is_id = record.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_id {
        return Err(ApiError::not_found(format!("No {object} found with id {record}")));
    }
    Ok(format!("{}/{record}", salesforce_object(object)?))
}

/// `GET /hubs/{hub}/{object}/{id}`.
pub(super) async fn read_of_hub(
    service: State<CloudElements>,
    header: FullHeader,
    Path((_, object, record)): Path<(String, String, String)>,
) -> Response {
    read(service, header, Path((object, record))).await
}

/// `GET /{object}/{id}`.
pub(super) async fn read(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
    Path((object, record)): Path<(String, String)>,
) -> Response {
    let missing = || ApiError::not_found(format!("No {object} found with id {record}"));
    let answer = async {
        let object = salesforce_object(&object)?;
        // Anything else could end the quotation in the query below.
        if !record.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(missing());
        }
        let soql = format!("SELECT Id, Name FROM {object} WHERE Id = '{record}' LIMIT 1");
        let found = records(&service, id, &soql).await?.into_iter().next();
        found.map(Json).ok_or_else(missing)
    };
    on_instance(id, answer.await)
}

fn page(records: Vec<Value>) -> Response {
    let count = HeaderValue::from(records.len());
    ([(RETURNED_COUNT, count)], Json(records)).into_response()
}

/// The records of a query as the platform shows them: without Salesforce's own `attributes`, and
/// without members that are null if the instance says so.
async fn records(service: &CloudElements, id: u64, soql: &str) -> Result<Vec<Value>, ApiError> {
    let answer = service.query_as(id, soql).await;
    let mut records = service.state().through_cache(id, soql, answer)?;
    let filter_nulls = service.state().instances.get(&id).is_some_and(|instance| {
        instance.configuration.get("filter.response.nulls") == Some(&Value::Bool(true))
    });
    for record in records.iter_mut().filter_map(Value::as_object_mut) {
        record.retain(|key, value| key != "attributes" && !(filter_nulls && value.is_null()));
    }
    Ok(records)
}

fn soql_list(object: &str, size: u64) -> String {
    format!("SELECT Id, Name FROM {object} LIMIT {size}")
}

fn page_size(given: Option<&str>) -> Result<u64, ApiError> {
    match given {
        None => Ok(PAGE_SIZE),
        Some(text) => match text.parse() {
            Ok(size @ 1..=MAX_PAGE_SIZE) => Ok(size),
            _ => Err(ApiError::bad_request(format!(
                "Parameter pageSize must be a number from 1 to {MAX_PAGE_SIZE}"
            ))),
        },
    }
}

/// The Salesforce object behind a name of the hub; Salesforce's own names are passed on.
fn salesforce_object(name: &str) -> Result<String, ApiError> {
    let object = match name {
        "accounts" => "Account",
        "contacts" => "Contact",
        "leads" => "Lead",
        "opportunities" => "Opportunity",
        "users" => "User",
        own if own.starts_with(|first: char| first.is_ascii_uppercase())
            && own.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
        {
            own
        }
        _ => return Err(ApiError::not_found(format!("Resource /{name} not found"))),
    };
    Ok(object.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_objects_of_the_hub_and_salesforce_s_own() {
        for (name, object) in [
            ("accounts", Some("Account")),
            ("opportunities", Some("Opportunity")),
            ("Account", Some("Account")),
            ("My_Thing__c", Some("My_Thing__c")),
            ("nothings", None),
            ("Account WHERE", None),
            ("", None),
        ] {
            assert_eq!(salesforce_object(name).ok().as_deref(), object, "{name}");
        }
    }

    #[test]
    fn page_sizes_have_limits() {
        for (given, size) in [
            (None, Some(200)),
            (Some("1"), Some(1)),
            (Some("2000"), Some(2000)),
            (Some("2001"), None),
            (Some("0"), None),
            (Some("-1"), None),
            (Some("x"), None),
        ] {
            assert_eq!(page_size(given).ok(), size, "{given:?}");
        }
    }
}
