//! `/__simulator/`: the simulator's own state and switches, on every host.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::{Fault, faults, faults_named};
use super::gate::{Held, Matching};
use super::server::Shared;
use super::settings::Settings;

/// Where everything here begins.
pub(super) const PREFIX: &str = "/__simulator";

/// The control page and its API.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/__simulator", get(page))
        .route("/__simulator/", get(page))
        .route("/__simulator/state", get(state))
        .route("/__simulator/settings", get(show_settings).post(change_settings))
        .route("/__simulator/faults", get(list_faults).post(choose_faults))
        .route("/__simulator/requests", get(requests).delete(forget_requests))
        .route("/__simulator/held", get(until_held))
        .route("/__simulator/held/{id}/gone", get(until_gone))
        .route("/__simulator/clock", get(clock).post(advance_clock))
        .route("/__simulator/grants", post(add_grant))
        .route("/__simulator/grants/{id}/revoke", post(revoke_grant))
        .route("/__simulator/mailbox", get(mailbox))
        .route("/__simulator/mailbox/latest", get(latest_code))
        .with_state(shared)
}

/// The page draws itself from the state, again and again.
async fn page(State(shared): State<Arc<Shared>>) -> Response {
    shared.pages.show_own("control.html")
}

async fn state(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({
        "ready": shared.ready,
        "salesforce": shared.salesforce.state_json(),
        "cloud_elements": shared.cloud_elements.state_json(),
        "requests": shared.requests.all(),
        "held": held(&shared),
        "faults": chosen(&shared).iter().map(|fault| fault.name).collect::<Vec<_>>(),
        "mailbox": shared.salesforce.mailbox_json(),
        "tripwire_hits": shared.tripwire_hits.load(Ordering::SeqCst),
        "clock": clock_json(&shared),
    }))
}

fn clock_json(shared: &Shared) -> Value {
    json!({
        "now_ms": shared.clock.now_ms(),
        "advanced_seconds": shared.clock.advanced_seconds(),
    })
}

async fn clock(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(clock_json(&shared))
}

async fn requests(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!(shared.requests.all()))
}

async fn forget_requests(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.requests.clear();
    StatusCode::NO_CONTENT
}

fn chosen(shared: &Shared) -> MutexGuard<'_, Vec<&'static Fault>> {
    shared.faults.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn list_faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let chosen = chosen(&shared);
    let each = faults().map(|fault| {
        json!({
            "name": fault.name,
            "kind": fault.kind.as_str(),
            "about": fault.about,
            "chosen": chosen.iter().any(|chosen| chosen.name == fault.name),
        })
    });
    Json(each.collect())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    faults: Vec<String>,
}

/// The settings become those that the simulator was started with, under these faults alone. What
/// happened stays.
async fn choose_faults(State(shared): State<Arc<Shared>>, Json(asked): Json<Chosen>) -> Response {
    match faults_named(asked.faults.iter().map(String::as_str)) {
        Ok(faults) => {
            let settings = shared.base.clone().under(&faults);
            *chosen(&shared) = faults;
            apply(&shared, &settings);
            Json(settings).into_response()
        }
        Err(error) => refused(&error.to_string()),
    }
}

fn refused(message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "message": message }))).into_response()
}

fn apply(shared: &Shared, settings: &Settings) {
    shared.salesforce.set_settings(settings.salesforce.clone());
    shared.cloud_elements.set_settings(settings.cloud_elements.clone());
    shared.disturbances.set(settings.disturbances.clone());
    // Last: whoever is let go meets the other new settings.
    shared.gate.set_hold(settings.hold.clone());
}

fn held(shared: &Shared) -> Vec<Value> {
    shared.gate.held().into_iter().map(|(id, request)| held_json(id, &request)).collect()
}

fn held_json(id: u64, request: &Held) -> Value {
    let mut json = json!(request);
    json["id"] = id.into();
    json
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    matching: Matching,
}

/// Answers when such a request is held back: an event to wait for.
async fn until_held(State(shared): State<Arc<Shared>>, Query(asked): Query<Asked>) -> Response {
    match shared.gate.until_held(&asked.matching).await {
        Some((id, request)) => Json(held_json(id, &request)).into_response(),
        None => {
            let body = Json(json!({ "message": "the simulator stops" }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

/// Answers when a request is held back no more: it was let go, or its client went away.
async fn until_gone(State(shared): State<Arc<Shared>>, Path(id): Path<u64>) -> StatusCode {
    shared.gate.until_gone(id).await;
    StatusCode::NO_CONTENT
}

fn settings(shared: &Shared) -> Settings {
    Settings {
        salesforce: shared.salesforce.settings(),
        cloud_elements: shared.cloud_elements.settings(),
        hold: shared.gate.hold(),
        disturbances: shared.disturbances.all(),
    }
}

async fn show_settings(State(shared): State<Arc<Shared>>) -> Json<Settings> {
    Json(settings(&shared))
}

async fn change_settings(
    State(shared): State<Arc<Shared>>,
    Json(changes): Json<Value>,
) -> Response {
    match settings(&shared).merged(&changes) {
        Ok(settings) => {
            apply(&shared, &settings);
            Json(settings).into_response()
        }
        Err(error) => refused(&error.to_string()),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: i64,
}

async fn advance_clock(
    State(shared): State<Arc<Shared>>,
    Json(asked): Json<Advance>,
) -> Json<Value> {
    shared.clock.advance(asked.advance_seconds);
    Json(clock_json(&shared))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewGrant {
    username: String,
}

async fn add_grant(
    State(shared): State<Arc<Shared>>,
    Json(asked): Json<NewGrant>,
) -> (StatusCode, Json<Value>) {
    match shared.salesforce.add_grant(&asked.username) {
        Some(id) => (StatusCode::CREATED, Json(json!({ "id": id }))),
        None => {
            let message = format!("nobody is called {}", asked.username);
            (StatusCode::NOT_FOUND, Json(json!({ "message": message })))
        }
    }
}

async fn revoke_grant(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    if shared.salesforce.end_grant(&id) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let body = Json(json!({ "message": format!("there is no live grant {id}") }));
        (StatusCode::NOT_FOUND, body).into_response()
    }
}

async fn mailbox(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.salesforce.mailbox_json())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Addressee {
    username: String,
}

/// The code alone, as a program that reads mail would print it.
async fn latest_code(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Addressee>,
) -> (StatusCode, String) {
    match shared.salesforce.latest_code(&asked.username) {
        Some(code) => (StatusCode::OK, format!("{code}\n")),
        None => (StatusCode::NOT_FOUND, format!("no code was sent to {}\n", asked.username)),
    }
}
