//! Credentials, as far as services can be asked about them without a login. The instance's refresh
//! token is never used.

use std::time::Duration;

use super::check::{Check, CheckId, within};
use super::groups::accounts;
use super::hosts::Hosts;
use crate::cloud_elements::{CloudElementsClient, Instance, ListedInstance};
use crate::config::{Config, InstanceRef, Salesforce};
use crate::failure::Failure;
use crate::http::HttpClient;
use crate::salesforce::frontdoor::FrontDoor;
use crate::salesforce::pages::TrustedOrigins;
use crate::salesforce::{
    AuthorizeProbe, OauthClient, SalesforceError, authorize_request, probe_authorize,
};
use crate::secrets::Redactor;

/// No token of anybody's: only who asks about it is of interest.
const NO_TOKEN: &str = "reauth-doctor-asks-about-no-token";
/// No code of anybody's.
const NO_CODE: &str = "reauth-doctor-sends-no-code";

/// Asks both services.
pub(super) async fn checks(
    config: &Config,
    http: &HttpClient,
    hosts: &Hosts,
    redactor: &Redactor,
    limit: Duration,
) -> Vec<Check> {
    let platform = CloudElementsClient::new(&config.cloud_elements, http.clone(), redactor.clone());
    let oauth = OauthClient::new(
        config.salesforce.login_url.clone(),
        config.salesforce.consumer_key.clone(),
        config.salesforce.consumer_secret.clone(),
        http.clone(),
        redactor.clone(),
    );
    let of_platform = async {
        match hosts.silence(&config.cloud_elements.base_url).await {
            Some(why) => {
                not_asked(&[CheckId::Platform, CheckId::Instance, CheckId::Provisioned], &why)
            }
            None => of_platform(config, &platform, limit).await,
        }
    };
    let of_salesforce = async {
        match hosts.silence(&config.salesforce.login_url).await {
            Some(why) => not_asked(&[CheckId::Client, CheckId::ClientSecret], &why),
            None => {
                let client = within(limit, CheckId::Client, client(config, http));
                let secret =
                    within(limit, CheckId::ClientSecret, client_secret(config, &oauth, redactor));
                let tokens = access_tokens(config, http, redactor, limit);
                let (client, secret, tokens) = tokio::join!(client, secret, tokens);
                [vec![client, secret], tokens].concat()
            }
        }
    };
    let (mut checks, more) = tokio::join!(of_platform, of_salesforce);
    checks.extend(more);
    checks
}

fn not_asked(ids: &[CheckId], why: &str) -> Vec<Check> {
    ids.iter().map(|id| Check::skipped(*id, format!("not asked: {why}"))).collect()
}

async fn of_platform(
    config: &Config,
    platform: &CloudElementsClient,
    limit: Duration,
) -> Vec<Check> {
    let mut all = None;
    let listing = within(limit, CheckId::Platform, async {
        match platform.list(None).await {
            Ok(instances) => {
                let count = match instances.len() {
                    1 => "1 instance is there".to_owned(),
                    count => format!("{count} instances are there"),
                };
                let seen = format!("accepted; {count}");
                all = Some(instances);
                Check::passed(CheckId::Platform, seen)
            }
            Err(error) => Check::failed(CheckId::Platform, error).of_configuration(),
        }
    });
    let reference = config.cloud_elements.instance.as_ref();
    let element = &config.cloud_elements.element_key;
    let (secrets, instance) = tokio::join!(
        listing,
        within(limit, CheckId::Instance, instance(platform, reference, element))
    );
    let made = made_instances(all.as_deref(), reference);
    vec![secrets, instance, made]
}

/// Whose the element token is, by a reading; whether the instance is authenticated is for `status`.
async fn instance(
    platform: &CloudElementsClient,
    reference: Option<&InstanceRef>,
    element: &str,
) -> Check {
    let Some(reference) = reference else {
        return Check::skipped(CheckId::Instance, "none is named: a run provisions one");
    };
    let read = match &reference.token {
        Some(token) => platform.instance_with_token(token).await,
        None => platform.instance(reference.id).await,
    };
    let instance = match read {
        Ok(instance) => instance,
        Err(error) => return Check::failed(CheckId::Instance, error).of_configuration(),
    };
    match wrong(&instance, reference.id, element) {
        Some(failure) => Check::failed(CheckId::Instance, failure),
        None => {
            let id = instance.id;
            let token = match &reference.token {
                Some(_) => "the element token is its own",
                None => "its element token can be read",
            };
            Check::passed(CheckId::Instance, format!("{id} {:?}: {token}", instance.name))
        }
    }
}

fn wrong(instance: &Instance, id: u64, element: &str) -> Option<Failure> {
    if instance.id != id {
        return Some(
            Failure::usage(
                "cloud_elements.other_instance",
                format!("the element token belongs to instance {}, not to {id}", instance.id),
            )
            .hint("set `cloud_elements.instance.token` to the token of that instance, or leave it out: it is read from the platform then"),
        );
    }
    if instance.element_key != element {
        return Some(
            Failure::usage(
                "cloud_elements.other_element",
                format!(
                    "instance {id} is one of the element `{}`, expected `{element}`",
                    instance.element_key
                ),
            )
            .hint(
                "name an instance of the Salesforce element, or set `cloud_elements.element_key`",
            ),
        );
    }
    instance.disabled.then(|| {
        Failure::usage("cloud_elements.instance_disabled", format!("instance {id} is disabled"))
            .hint("enable it (PUT /instances/{id}/enabled)")
    })
}

/// Instances with our tag, but for the one that is worked on.
fn made_instances(all: Option<&[ListedInstance]>, ours: Option<&InstanceRef>) -> Check {
    let Some(all) = all else {
        return Check::skipped(CheckId::Provisioned, "needs the platform's list of instances");
    };
    let made: Vec<String> = all
        .iter()
        .filter(|instance| ours.is_none_or(|ours| ours.id != instance.id))
        .filter(|instance| instance.is_of_a_run())
        .map(|instance| instance.id.to_string())
        .collect();
    if made.is_empty() {
        return Check::passed(CheckId::Provisioned, "none is left of earlier runs");
    }
    Check::warning(
        CheckId::Provisioned,
        "doctor.provisioned_left",
        format!("{} of earlier runs are there: {}", made.len(), made.join(", ")),
    )
    .hint("`provision` and `--keep` leave them on purpose; delete those that nobody uses")
}

/// Asks Salesforce to authorise, without a session: it leads to its login page unless it does not
/// know the client or its callback.
async fn client(config: &Config, http: &HttpClient) -> Check {
    let salesforce = &config.salesforce;
    let request = authorize_request(
        &salesforce.login_url,
        &salesforce.consumer_key,
        &salesforce.callback_url,
    );
    match probe_authorize(http, request, &trusted(salesforce)).await {
        Ok(AuthorizeProbe::Login) => {
            Check::passed(CheckId::Client, "Salesforce knows it, and its callback")
        }
        Ok(AuthorizeProbe::Refused(error)) => {
            Check::failed(CheckId::Client, error).of_configuration()
        }
        Ok(AuthorizeProbe::Unclear { status }) => Check::warning(
            CheckId::Client,
            "doctor.client_unknown",
            format!("Salesforce answers {status} and leads to no login page: unknown"),
        )
        .hint("open the app in Setup and compare consumer key and callback URL by eye"),
        Err(error) => Check::failed(CheckId::Client, error),
    }
}

/// One line for each account that comes in by the front door: whose its token is.
async fn access_tokens(
    config: &Config,
    http: &HttpClient,
    redactor: &Redactor,
    limit: Duration,
) -> Vec<Check> {
    let trusted = trusted(&config.salesforce);
    let doors = accounts(config).filter_map(|account| {
        let door = FrontDoor::of(account, &config.salesforce, &trusted, http, redactor)?;
        Some((account, door))
    });
    let asked = doors.map(|(account, door)| async move {
        let check = within(limit, CheckId::AccessToken, async {
            match door.check().await {
                Ok(()) => Check::passed(CheckId::AccessToken, "lives, and is this user's"),
                // As in a run: the login page is the other way.
                Err(error) if error.may_fall_back() && account.password.is_some() => {
                    let code = "salesforce.front_door_passed_over";
                    let seen = format!("{error}: the login page will be used instead");
                    Check::warning(CheckId::AccessToken, code, seen)
                        .hint("get a fresh access token of this user, or set `login = \"form\"`")
                }
                Err(error) => Check::failed(CheckId::AccessToken, error).of_configuration(),
            }
        });
        check.await.of(&account.username)
    });
    futures_util::future::join_all(asked).await
}

fn trusted(salesforce: &Salesforce) -> TrustedOrigins {
    let trusted = TrustedOrigins::default();
    trusted.trust(&salesforce.login_url);
    if let Some(my_domain) = &salesforce.my_domain {
        trusted.trust(my_domain);
    }
    trusted
}

/// Introspects what is no token: who may ask is answered first. An app that may not introspect is
/// seen by a code that is none, which is refused only after the client was accepted.
async fn client_secret(config: &Config, oauth: &OauthClient, redactor: &Redactor) -> Check {
    let accepted = |how: &str| Check::passed(CheckId::ClientSecret, format!("accepted ({how})"));
    let asked = oauth.introspect(&redactor.learn("no token", NO_TOKEN)).await;
    let refusal = match asked {
        Ok(_) => return accepted("by an introspection of no token"),
        Err(error) => error,
    };
    if is_about_the_client(&refusal) || refusal.code().is_none() {
        return Check::failed(CheckId::ClientSecret, refusal);
    }
    let code = redactor.learn("no code", NO_CODE);
    match oauth.exchange(code, &config.salesforce.callback_url).await {
        Err(error) if is_about_the_client(&error) => Check::failed(CheckId::ClientSecret, error),
        Err(error) if error.code() == Some("invalid_grant") => {
            accepted("a code that is none was refused for itself")
        }
        _ => Check::skipped(
            CheckId::ClientSecret,
            "unknown: Salesforce does not say what it thinks of it before a login",
        ),
    }
}

fn is_about_the_client(error: &SalesforceError) -> bool {
    matches!(error.code(), Some("invalid_client" | "invalid_client_id"))
}
