//! Which path is served by what.

use super::error::ApiError;
use super::service::CloudElements;
use super::{configuration, elements, hub, instances, oauth_url, recorder};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, patch, post, put};

/// Where the platform's API begins.
const BASE: &str = "/elements/api-v2";

/// All routes of the platform.
pub(super) fn router(service: &CloudElements) -> Router {
    let api = Router::new()
        .route("/elements", get(elements::list))
        .route("/elements/keys", get(elements::keys))
        .route("/elements/{element}", get(elements::read))
        .route("/elements/{element}/oauth/url", get(oauth_url::read))
        .route("/elements/{element}/instances", post(instances::create_of_element))
        .route(
            "/instances",
            get(instances::list_or_read)
                .post(instances::create)
                .patch(instances::patch_this)
                .put(instances::put_this)
                .delete(instances::delete_this),
        )
        .route("/instances/configuration", get(configuration::list_of_this))
        .route("/instances/configuration/{config}", patch(configuration::change_of_this))
        .route("/instances/enabled", put(instances::enable_this).delete(instances::disable_this))
        .route(
            "/instances/{id}",
            get(instances::read)
                .patch(instances::patch)
                .put(instances::put)
                .delete(instances::delete),
        )
        .route("/instances/{id}/configuration", get(configuration::list))
        .route("/instances/{id}/configuration/{config}", patch(configuration::change))
        .route("/instances/{id}/enabled", put(instances::enable).delete(instances::disable))
        .route("/ping", get(hub::ping))
        .route("/query", get(hub::query))
        .route("/hubs", get(elements::hubs))
        .route("/hubs/keys", get(elements::hub_keys))
        .route("/hubs/{hub}", get(elements::hub))
        .route("/hubs/{hub}/elements", get(elements::of_hub))
        .route("/hubs/{hub}/query", get(hub::query))
        .route("/hubs/{hub}/ping", get(hub::ping))
        .route("/hubs/{hub}/{object}", get(hub::list_of_hub).post(hub::create_of_hub))
        .route(
            "/hubs/{hub}/{object}/{record}",
            get(hub::read_of_hub).patch(hub::update_of_hub).delete(hub::delete_of_hub),
        )
        .route("/{object}", get(hub::list))
        .route("/{object}/{record}", get(hub::read))
        .fallback(async || ApiError::not_found("Resource not found"))
        .method_not_allowed_fallback(async || {
            ApiError::method_not_allowed("Request method not supported")
        })
        .layer(from_fn_with_state(service.clone(), recorder::record))
        .with_state(service.clone());
    Router::new().nest(BASE, api)
}
