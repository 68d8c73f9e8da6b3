//! `PUT /instances/{id}?reAuthenticate=true` and `PUT /instances`: the whole instance anew.
//!
//! What was sent replaces the configuration *before* the code is exchanged, as it is: a `********`
//! that a careless client read and sent back is from then on the app's secret, and the exchange
//! fails with it, as does every later one.

use super::super::auth::{FullHeader, Platform};
use super::super::body::{InstanceBody, JsonBody};
use super::super::error::ApiError;
use super::super::properties::Configuration;
use super::super::service::CloudElements;
use super::super::settings::{PutBehaviour, PutForm};
use super::{apply, change, instance_of, on_instance, shown};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

/// What the documented form is asked with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Parameters {
    re_authenticate: Option<String>,
}

/// `PUT /instances`: the article's form.
pub(in super::super) async fn put_this(
    State(service): State<CloudElements>,
    FullHeader(id): FullHeader,
    JsonBody(body): JsonBody<InstanceBody>,
) -> Response {
    service.state().saw_code(body.code());
    let answer = async {
        require_form(&service, PutForm::Article)?;
        replace(&service, id, &body).await.map(Json)
    };
    on_instance(id, answer.await)
}

/// `PUT /instances/{id}?reAuthenticate=true`: the documented form.
pub(in super::super) async fn put(
    State(service): State<CloudElements>,
    caller: Platform,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
    JsonBody(body): JsonBody<InstanceBody>,
) -> Result<Response, ApiError> {
    let id = instance_of(&service, &caller, &id)?;
    service.state().saw_code(body.code());
    let answer = async {
        require_form(&service, PutForm::Documented)?;
        let reauthenticate = parameters.re_authenticate.as_deref() == Some("true");
        match (reauthenticate, body.code()) {
            (true, None) => {
                Err(ApiError::bad_request("providerData.code is required with reAuthenticate=true"))
            }
            (false, Some(_)) => Err(ApiError::bad_request(
                "providerData.code is taken with reAuthenticate=true only",
            )),
            _ => replace(&service, id, &body).await.map(Json),
        }
    };
    Ok(on_instance(id, answer.await))
}

fn require_form(service: &CloudElements, form: PutForm) -> Result<(), ApiError> {
    let settings = service.settings();
    if settings.put_form != PutForm::Both && settings.put_form != form {
        return Err(ApiError::method_not_allowed("Request method 'PUT' not supported"));
    }
    match settings.put {
        PutBehaviour::Accept | PutBehaviour::Rename => Ok(()),
        PutBehaviour::Refuse => Err(ApiError::bad_request("The instance cannot be replaced")),
    }
}

async fn replace(service: &CloudElements, id: u64, body: &InstanceBody) -> Result<Value, ApiError> {
    let sent = body
        .configuration
        .clone()
        .ok_or_else(|| ApiError::bad_request("configuration is required"))?;
    let renewal = service.renewal(id)?;
    let _turn = renewal.lock().await;
    let renames = service.settings().put == PutBehaviour::Rename;
    let configuration = kept(sent, &service.settings().drop_configuration_on_put);
    change(service, id, |instance| {
        instance.configuration = configuration.clone();
        apply(body, instance);
        // Unlike a PATCH, a PUT that leaves these out takes them away.
        if body.tags.is_none() {
            instance.tags.clear();
        }
        if body.description.is_none() {
            instance.description = None;
        }
        if renames {
            instance.name.push_str(" (2)");
            instance.tags = vec!["reauthenticated".to_owned()];
        }
    })?;
    if let Some(code) = body.code() {
        let tokens = service.exchange(&configuration, code).await?;
        change(service, id, |instance| {
            tokens.store_in(&mut instance.configuration, instance.updated);
            instance.exchanges += 1;
        })?;
    }
    shown(service, id)
}

/// What is left of a configuration that was sent.
fn kept(mut sent: Configuration, dropped: &[String]) -> Configuration {
    sent.retain(|key, _| !dropped.iter().any(|name| name == key));
    sent
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_put_keeps_what_was_sent_and_nothing_else() {
        let Value::Object(sent) = json!({
            "a": "1", "b": true, "oauth.api.secret": "********",
        }) else {
            unreachable!()
        };
        let kept = kept(sent, &["b".to_owned()]);
        assert_eq!(Value::Object(kept), json!({"a": "1", "oauth.api.secret": "********"}));
    }
}
