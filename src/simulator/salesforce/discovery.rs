//! `/.well-known/openid-configuration`, on the login host and on My Domain.

use axum::Json;
use serde_json::{Value, json};

use super::super::hosts::Origin;
use super::authorize::SCOPES;

/// Where clients look (OpenID Connect Discovery 1.0, section 4).
pub(super) const PATH: &str = "/.well-known/openid-configuration";

/// What is offered here, and where. The issuer is whichever host was asked, as Salesforce has it.
pub(super) async fn document(origin: Origin) -> Json<Value> {
    let here = origin.url(origin.site);
    let oauth = |path: &str| format!("{here}/services/oauth2/{path}");
    Json(json!({
        "issuer": here,
        "authorization_endpoint": oauth("authorize"),
        "token_endpoint": oauth("token"),
        "revocation_endpoint": oauth("revoke"),
        "userinfo_endpoint": oauth("userinfo"),
        "introspection_endpoint": oauth("introspect"),
        "jwks_uri": format!("{here}/id/keys"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "display_values_supported": ["page", "popup", "touch"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
    }))
}
