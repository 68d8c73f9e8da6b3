//! Step 3: the instance, by the full header; and whether it works.

use url::Url;

use super::context::{Context, Step, lock};
use super::proofs::{DeadGrant, Holder, LiveGrant};
use super::witnesses::{self, Says};
use crate::cloud_elements::{HubAnswer, Instance};
use crate::config::InstanceRef;
use crate::failure::Failure;
use crate::report::{Event, StepId};
use crate::salesforce::pages::{Identity, Notes as _, TrustedOrigins};
use crate::salesforce::{Cause, OrgHosts, UserInfo, UserInfoAnswer};
use crate::secrets::Secret;

/// An instance that was located, by whether its grant lives.
#[derive(Debug)]
pub enum Located {
    /// It works.
    Alive(Box<LiveGrant>),
    /// It does not, for this reason.
    Dead(Box<DeadGrant>, String),
}

/// Locates the instance with the full header, and reads a record through it.
pub async fn locate(context: &Context, reference: &InstanceRef) -> Result<Located, Failure> {
    context
        .step(StepId::Locate, async |step| {
            let token = match &reference.token {
                Some(token) => token.clone(),
                None => context.platform.instance(reference.id).await?.token,
            };
            let instance = context.platform.instance_with_token(&token).await?;
            if instance.id != reference.id {
                return Err(Failure::usage(
                    "cloud_elements.other_instance",
                    format!(
                        "the element token belongs to instance {}, not to {}",
                        instance.id, reference.id
                    ),
                )
                .hint("set `cloud_elements.instance.token` to the token of that instance, or leave it out: it is read from the platform then"));
            }
            let expected = &context.config.cloud_elements.element_key;
            if instance.element_key != *expected {
                return Err(Failure::usage(
                    "cloud_elements.other_element",
                    format!(
                        "instance {} is one of the element `{}`, expected `{expected}`",
                        instance.id, instance.element_key
                    ),
                )
                .hint("name an instance of the Salesforce element, or set `cloud_elements.element_key`"));
            }
            let located = examine(context, step, instance).await?;
            context.learn(|learnt| learnt.is_dead = matches!(located, Located::Dead(..)));
            let summary = match &located {
                Located::Alive(grant) => describe(grant),
                Located::Dead(grant, reason) => {
                    format!("instance {} is not authenticated: {reason}", grant.instance.id)
                }
            };
            Ok((located, summary))
        })
        .await
}

async fn examine(
    context: &Context,
    step: &Step<'_>,
    instance: Instance,
) -> Result<Located, Failure> {
    context.events.send(Event::Instance {
        id: instance.id,
        name: Some(instance.name.clone()),
        element: instance.element_key.clone(),
    });
    step.fact("instance_id", instance.id);
    context.baseline(&instance);
    baseline_list(context, step, instance.id).await;
    if instance.disabled {
        return Err(Failure::usage(
            "cloud_elements.instance_disabled",
            format!("instance {} is disabled", instance.id),
        )
        .hint("enable it (PUT /instances/{id}/enabled), then run again"));
    }
    match context.platform.read_record(&instance.token).await? {
        HubAnswer::Record { instance_id, count } => {
            context.events.send(Event::Seen(Some(true)));
            step.fact("records_read", count);
            step.fact("answered_by_instance", instance_id);
            // Read again: the call may have made the platform refresh its access token.
            let now = context.platform.instance_with_token(&instance.token).await?;
            context.observe_rotation(&instance, &now);
            let grant = live_grant(context, now).await?;
            if grant.holder.is_none() && grant.instance.user_token.readable().is_some() {
                let said = "the platform answers, but Salesforce calls the access token dead that it shows";
                step.warn(
                    "scenario.sides_disagree",
                    format!(
                        "instance {}: {said}; a platform that answers from a cache does so",
                        grant.instance.id
                    ),
                );
                // We know that the grant was cut: the platform's word is not enough.
                if may_be_cut(context) {
                    return Ok(dead_all_the_same(context, grant, said));
                }
            }
            if may_be_cut(context) && is_known_dead(context, &grant).await {
                let said =
                    "the platform answers, but introspection knows its refresh token no more";
                return Ok(dead_all_the_same(context, grant, said));
            }
            if let Some(holder) = &grant.holder {
                step.fact("user", holder.user.username.clone());
                step.fact("organization_id", holder.organization_id.clone());
            }
            Ok(Located::Alive(Box::new(grant)))
        }
        HubAnswer::Unauthenticated { message, .. } => {
            context.events.send(Event::Seen(Some(false)));
            step.fact("platform_said", message.clone());
            other_side(context, step, &instance).await;
            let reason = match Cause::told_in(&message) {
                Some(cause) => format!("{}: {message}", cause.meaning),
                None => message,
            };
            Ok(Located::Dead(Box::new(DeadGrant { instance, before: None }), reason))
        }
    }
}

/// Whether we have a reason to believe that the grant is dead: it is being restored, or an earlier run
/// left it.
fn may_be_cut(context: &Context) -> bool {
    context.is_restoring() || context.phase_in_flight().is_some()
}

fn dead_all_the_same(context: &Context, grant: LiveGrant, said: &str) -> Located {
    context.events.send(Event::Seen(Some(false)));
    let dead = DeadGrant { instance: grant.instance, before: None };
    Located::Dead(Box::new(dead), said.to_owned())
}

/// Whether introspection, which knew a token of this app in this run, calls the refresh token dead.
async fn is_known_dead(context: &Context, grant: &LiveGrant) -> bool {
    let learnt = context.learnt();
    let is_believed = learnt.introspection_sees == Some(true) && !learnt.no_refresh_token;
    match grant.instance.user_refresh_token.readable() {
        Some(token) if is_believed => {
            let hosts = grant.hosts.as_ref();
            witnesses::introspection(context, hosts, token).await.says == Says::Dead
        }
        _ => false,
    }
}

/// Reads the configuration as a list, once: what it shows beyond the instance itself is compared at
/// the end as well. Not every platform gives it.
async fn baseline_list(context: &Context, step: &Step<'_>, id: u64) {
    if lock(&context.baseline_list).is_some() {
        return;
    }
    match context.platform.configuration(id).await {
        Ok(entries) => *lock(&context.baseline_list) = Some(entries),
        // A side question: it keeps nobody from bringing the instance back.
        Err(error) => step.fact("configuration_list", format!("not given: {error}")),
    }
}

/// What Salesforce says of a grant that the platform calls dead. That it cannot be asked keeps
/// nobody from bringing the instance back.
async fn other_side(context: &Context, step: &Step<'_>, instance: &Instance) {
    let Some(token) = instance.user_token.readable() else {
        step.fact("salesforce", "unknown (the platform shows no access token)");
        return;
    };
    let user = match holder_of(context, None, token).await {
        Ok(user) => user,
        Err(failure) => {
            step.fact("salesforce", format!("unknown ({failure})"));
            return;
        }
    };
    step.fact(
        "salesforce",
        if user.is_some() { "the access token lives" } else { "the access token is dead" },
    );
    if let Some(user) = user {
        step.warn(
            "scenario.sides_disagree",
            format!(
                "Salesforce still accepts the access token of instance {} (as {}), but the platform cannot use it",
                instance.id, user.username
            ),
        );
    }
}

/// Asks Salesforce whose grant it is.
pub(super) async fn live_grant(
    context: &Context,
    instance: Instance,
) -> Result<LiveGrant, Failure> {
    let configured = context.config.salesforce.my_domain.clone();
    let mut my_domain = configured.or_else(|| my_domain_of(&instance, &context.trusted));
    let mut holder = None;
    if let Some(token) = instance.user_token.readable() {
        let base = my_domain.as_ref().and_then(|url| OrgHosts::from_my_domain(url).ok());
        if let Some(user) = holder_of(context, base.as_ref(), token).await? {
            if my_domain.is_none() {
                my_domain = user.my_domain().filter(|url| context.trusted.is_family(url));
            }
            holder = Some(Holder {
                user: Identity {
                    user_id: user.user_id.clone(),
                    username: user.username.clone(),
                    name: user.name.clone(),
                    alias: None,
                },
                organization_id: user.organization_id.clone(),
                app_installed: user.is_app_installed,
            });
        }
    }
    let hosts = my_domain.as_ref().map(OrgHosts::from_my_domain).transpose()?;
    if let Some(hosts) = &hosts {
        context.trusted.trust(&hosts.my_domain);
    }
    let organization_id = holder.as_ref().map(|holder| holder.organization_id.as_str());
    lock(&context.org).learn(organization_id, hosts.as_ref());
    Ok(LiveGrant { instance, holder, hosts })
}

/// Where the platform keeps the org's address (`base.url`, or the token's instance_url), if that is
/// of the family of hosts that is trusted.
pub(super) fn my_domain_of(instance: &Instance, trusted: &TrustedOrigins) -> Option<Url> {
    ["base.url", "oauth.user.instance_url", "instance_url"]
        .iter()
        .find_map(|key| instance.setting(key).and_then(|text| Url::parse(text).ok()))
        .filter(|url| trusted.is_family(url))
}

/// Who holds an access token; none if it is dead.
pub(super) async fn holder_of(
    context: &Context,
    hosts: Option<&OrgHosts>,
    token: &Secret,
) -> Result<Option<UserInfo>, Failure> {
    match context.oauth(hosts).userinfo(token).await? {
        UserInfoAnswer::Alive(user) => Ok(Some(user)),
        UserInfoAnswer::Dead => Ok(None),
    }
}

fn describe(grant: &LiveGrant) -> String {
    let instance = &grant.instance;
    match &grant.holder {
        Some(holder) => format!(
            "instance {} \"{}\" works, as {} in org {}",
            instance.id, instance.name, holder.user.username, holder.organization_id
        ),
        None => format!("instance {} \"{}\" works", instance.id, instance.name),
    }
}
