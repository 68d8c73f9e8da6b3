//! `GET /instances` and `GET /instances/{id}`.

use super::super::auth::Platform;
use super::super::error::ApiError;
use super::super::service::CloudElements;
use super::{instance_of, on_instance, shown};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::form_urlencoded;

/// Instances on a page if the caller does not say.
const PAGE_SIZE: usize = 200;
/// Response header with the `nextPage` of the page that follows, absent from the last one.
const NEXT_PAGE: &str = "Elements-Next-Page-Token";
/// Response header with the number of instances on this page.
const RETURNED_COUNT: &str = "Elements-Returned-Count";

/// `GET /instances/{id}`.
pub(in super::super) async fn read(
    State(service): State<CloudElements>,
    caller: Platform,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let id = instance_of(&service, &caller, &id)?;
    Ok(on_instance(id, shown(&service, id).map(Json)))
}

/// `GET /instances`: with an element token the instance it belongs to, else the list.
pub(in super::super) async fn list_or_read(
    State(service): State<CloudElements>,
    caller: Platform,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    if let Some(id) = caller.instance {
        return Ok(on_instance(id, shown(&service, id).map(Json)));
    }
    let selection = Selection::parse(query.as_deref().unwrap_or_default())?;
    Ok(list(&service, &selection))
}

fn list(service: &CloudElements, selection: &Selection) -> Response {
    let state = service.state();
    let mut found = state
        .instances
        .range(selection.after + 1..)
        .map(|(_, instance)| instance)
        .filter(|instance| !instance.is_anothers)
        .filter(|instance| selection.tags.iter().all(|tag| instance.tags.contains(tag)));
    let page: Vec<_> = found.by_ref().take(selection.page_size).collect();
    let more = found.next().is_some();
    let shown: Vec<Value> = page
        .iter()
        .map(|instance| instance.to_json(selection.hydrate, state.settings.mask_tokens))
        .collect();
    let mut response =
        ([(RETURNED_COUNT, HeaderValue::from(shown.len()))], Json(shown)).into_response();
    if let (true, Some(last)) = (more, page.last())
        && let Ok(token) = HeaderValue::from_str(&next_page(last.id))
    {
        response.headers_mut().insert(NEXT_PAGE, token);
    }
    response
}

/// Which instances are asked for, and how they are to be shown.
#[derive(Debug, PartialEq, Eq)]
struct Selection {
    /// All of them have to be there.
    tags: Vec<String>,
    hydrate: bool,
    page_size: usize,
    /// The id after which the page begins.
    after: u64,
}

impl Selection {
    fn parse(query: &str) -> Result<Self, ApiError> {
        let mut selection =
            Self { tags: Vec::new(), hydrate: true, page_size: PAGE_SIZE, after: 0 };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "tags[]" | "tags" => selection.tags.push(value.into_owned()),
                "hydrate" => selection.hydrate = value != "false",
                "pageSize" => {
                    selection.page_size =
                        value.parse().ok().filter(|size| *size > 0).ok_or_else(|| {
                            ApiError::bad_request("Parameter pageSize must be a positive number")
                        })?;
                }
                "nextPage" => {
                    selection.after = page_start(&value)
                        .ok_or_else(|| ApiError::bad_request("Parameter nextPage is not valid"))?;
                }
                _ => {}
            }
        }
        Ok(selection)
    }
}

fn next_page(last: u64) -> String {
    URL_SAFE_NO_PAD.encode(last.to_string())
}

fn page_start(token: &str) -> Option<u64> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    // The range that starts after it must not overflow.
    std::str::from_utf8(&bytes).ok()?.parse().ok().filter(|last| *last < u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_asked_for() {
        let selection =
            Selection::parse("tags%5B%5D=reauth%3A1&tags[]=b&hydrate=false&pageSize=2&other=1")
                .unwrap();
        assert_eq!(
            selection,
            Selection {
                tags: vec!["reauth:1".into(), "b".into()],
                hydrate: false,
                page_size: 2,
                after: 0
            }
        );
        let next = format!("nextPage={}", next_page(42));
        assert_eq!(Selection::parse(&next).unwrap().after, 42);
    }

    #[test]
    fn refuses_pages_that_are_none() {
        for query in ["pageSize=0", "pageSize=x", "nextPage=%21", "nextPage=eA"] {
            assert!(Selection::parse(query).is_err(), "{query}");
        }
    }
}
