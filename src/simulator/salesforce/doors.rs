//! How a session gets from one of the org's hosts to another: one-time tickets and redirects.

use axum::Json;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::super::hosts::{Origin, Site};
use super::Salesforce;
use super::identity::bearer_token;
use super::interludes;
use super::org::Session;
use super::session::{Visitor, query, redirect, redirect_with_session};

const HOME: &str = "/lightning/page/home";

/// What a host is called in a content door's query.
pub(super) fn name_of(site: Site) -> &'static str {
    match site {
        Site::Login => "login",
        Site::Setup => "setup",
        Site::Lightning => "lightning",
        Site::MyDomain | Site::AnotherOrg | Site::CloudElements | Site::Plain => "my",
    }
}

fn site_named(name: &str) -> Site {
    match name {
        "login" => Site::Login,
        "setup" => Site::Setup,
        "lightning" => Site::Lightning,
        _ => Site::MyDomain,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct FrontdoorQuery {
    otp: Option<String>,
    sid: Option<String>,
    #[serde(rename = "startURL")]
    start_url: Option<String>,
    #[serde(rename = "retURL")]
    return_url: Option<String>,
}

/// `/secur/frontdoor.jsp`: trades a ticket, a session id or an access token for a cookie.
pub(super) async fn frontdoor(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<FrontdoorQuery>,
) -> Response {
    let start_url = asked.start_url.or(asked.return_url).unwrap_or_default();
    let now = salesforce.now_ms();
    let let_in = {
        let mut org = salesforce.org();
        let by_ticket = asked.otp.and_then(|ticket| org.redeem_ticket(&ticket, now));
        let let_in = by_ticket.or_else(|| {
            let sid = asked.sid?;
            match org.session(&sid, now).cloned() {
                Some(session) => Some((session, false)),
                None => Some((org.front_door_session(&sid, now)?, true)),
            }
        });
        match let_in {
            Some((session, true)) => org.enter(&session.sid, &start_url).map(|it| (it, true)),
            other => other,
        }
    };
    match let_in {
        Some((session, true)) => interludes::lead_on(&salesforce, &visitor.origin, &session),
        Some((session, false)) => onward(&salesforce, &visitor.origin, &session, &start_url),
        None => redirect(&format!(
            "{}/?{}",
            visitor.origin.url(Site::MyDomain),
            query(&[("ec", "302"), ("startURL", &start_url)])
        )),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ContentDoorQuery {
    from: String,
    #[serde(rename = "startURL")]
    start_url: String,
}

/// `/secur/contentDoor` on My Domain: sends a session to the host that has none, or its user to a
/// login page first.
pub(super) async fn content_door(
    State(salesforce): State<Salesforce>,
    visitor: Visitor,
    Query(asked): Query<ContentDoorQuery>,
) -> Response {
    let site = site_named(&asked.from);
    let wanted = format!("{}{}", visitor.origin.url(site), asked.start_url);
    match &visitor.session {
        Some(session) => onward(&salesforce, &visitor.origin, session, &wanted),
        None if let Some(session) = visitor.arriving() => {
            onward(&salesforce, &visitor.origin, &session, &wanted)
        }
        None if site == Site::Login => redirect(&format!(
            "{}/?{}",
            visitor.origin.url(Site::Login),
            query(&[("ec", "302"), ("startURL", &asked.start_url)])
        )),
        None => redirect(&format!("/?{}", query(&[("ec", "302"), ("startURL", &wanted)]))),
    }
}

/// Leaves the cookie here and goes where the session's user wanted, by way of that host's front
/// door if it is another one. An address outside the org leads home, as does none.
pub(super) fn onward(
    salesforce: &Salesforce,
    origin: &Origin,
    session: &Session,
    start_url: &str,
) -> Response {
    let (site, path) = destination(origin, start_url);
    if site == origin.site || origin.site == Site::Plain {
        return redirect_with_session(salesforce, session, &path);
    }
    let ticket = salesforce.org().issue_ticket(&session.sid, salesforce.now_ms());
    let hop = query(&[("otp", &ticket), ("startURL", &path)]);
    let door = format!("{}/secur/frontdoor.jsp?{hop}", origin.url(site));
    redirect_with_session(salesforce, session, &door)
}

/// Leads a fresh login on: from the generic login host through My Domain, which every other host
/// asks for its session.
pub(super) fn after_login(
    salesforce: &Salesforce,
    origin: &Origin,
    session: &Session,
    start_url: &str,
) -> Response {
    if origin.site != Site::Login {
        return onward(salesforce, origin, session, start_url);
    }
    let ticket = salesforce.org().issue_ticket(&session.sid, salesforce.now_ms());
    let hop = query(&[("otp", &ticket), ("startURL", start_url)]);
    let door = format!("{}/secur/frontdoor.jsp?{hop}", origin.url(Site::MyDomain));
    redirect_with_session(salesforce, session, &door)
}

#[derive(Debug, Deserialize)]
pub(super) struct SingleAccessForm {
    #[serde(default)]
    redirect_uri: String,
}

/// `/services/oauth2/singleaccess`: a front door for the bearer of a token that may open web pages.
/// Dead tokens, tokens without the scope and users without the permission get the same answer.
pub(super) async fn single_access(
    State(salesforce): State<Salesforce>,
    origin: Origin,
    headers: HeaderMap,
    Form(form): Form<SingleAccessForm>,
) -> Response {
    let now = salesforce.now_ms();
    let mut org = salesforce.org();
    let session = match bearer_token(&headers) {
        Some(token) if !org.settings.single_access_forbidden => org.front_door_session(token, now),
        _ => None,
    };
    let Some(session) = session else {
        return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response();
    };
    let ticket = org.issue_login_ticket(&session.sid, now);
    let hop = query(&[("otp", &ticket), ("startURL", &form.redirect_uri)]);
    let host = if org.settings.single_access_foreign {
        origin.outside()
    } else {
        origin.url(Site::MyDomain)
    };
    Json(json!({ "frontdoor_uri": format!("{host}/secur/frontdoor.jsp?{hop}") })).into_response()
}

/// `/` on the Lightning host.
pub(super) async fn to_home() -> Response {
    redirect(HOME)
}

/// The host and the path that a start address means.
fn destination(origin: &Origin, start_url: &str) -> (Site, String) {
    if start_url.starts_with('/') && !start_url.starts_with("//") {
        return (origin.site, start_url.to_owned());
    }
    [Site::Login, Site::MyDomain, Site::Setup, Site::Lightning]
        .into_iter()
        .find_map(|site| {
            let path = start_url.strip_prefix(&origin.url(site))?;
            path.starts_with('/').then(|| (site, path.to_owned()))
        })
        .unwrap_or_else(|| (Site::Lightning, HOME.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_address_stays_in_the_org() {
        let origin = Origin::at(Site::MyDomain, 9);
        let setup = format!("{}/lightning/setup/x?y=1", origin.url(Site::Setup));
        for (start_url, site, path) in [
            ("/identity/x", Site::MyDomain, "/identity/x"),
            (setup.as_str(), Site::Setup, "/lightning/setup/x?y=1"),
            ("", Site::Lightning, HOME),
            ("//evil.example/", Site::Lightning, HOME),
            ("https://evil.example/", Site::Lightning, HOME),
            ("http://login.salesforce.localhost:99/", Site::Lightning, HOME),
        ] {
            assert_eq!(destination(&origin, start_url), (site, path.to_owned()), "{start_url}");
        }
    }
}
