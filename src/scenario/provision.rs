//! Step 2: a fresh instance, made of a code.

use backon::Retryable as _;
use serde_json::{Map, json};

use super::context::Context;
use super::patience::{PATIENCE, questions};
use super::{authorize, oauth_url};
use crate::cloud_elements::{CloudElementsError, Instance, ListedInstance, NewInstance, RUN_TAG};
use crate::config::InstanceRef;
use crate::failure::Failure;
use crate::report::{Event, StepId};
use crate::salesforce::Cause;
use crate::salesforce::pages::Notes as _;

/// Instances that earlier runs made and did not remove, because something ended them.
async fn warn_of_orphans(context: &Context) -> Result<(), Failure> {
    let orphans: Vec<String> = context
        .platform
        .list(None)
        .await?
        .into_iter()
        .filter(ListedInstance::is_of_a_run)
        .map(|instance| instance.id.to_string())
        .collect();
    if !orphans.is_empty() {
        context.events.warn(
            "cloud_elements.orphans",
            format!(
                "instances {} were made for other runs of reauth (tag {RUN_TAG}…) and are still there: delete those that no run works on and that nobody keeps on purpose",
                orphans.join(", ")
            ),
        );
    }
    Ok(())
}

/// Makes an instance. Its tag `reauth:<run id>` lets a later run find what this one may leave.
pub async fn provision(context: &Context) -> Result<InstanceRef, Failure> {
    if let Err(failure) = warn_of_orphans(context).await {
        // A side question: an odd instance of somebody else's must not end a run.
        tracing::info!(code = failure.code, %failure, "orphans are unknown");
    }
    let url = oauth_url::ask(context).await?;
    let code = authorize::authorize(context, url).await?;
    context
        .step(StepId::Provision, async |step| {
            let salesforce = &context.config.salesforce;
            let configuration = Map::from_iter([
                ("oauth.callback.url".to_owned(), json!(salesforce.callback_url)),
                ("oauth.api.key".to_owned(), json!(salesforce.consumer_key)),
                ("oauth.api.secret".to_owned(), json!(salesforce.consumer_secret.expose())),
                ("filter.response.nulls".to_owned(), json!(true)),
            ]);
            let new = NewInstance {
                name: format!("reauth {}", context.run_id),
                tags: vec![format!("{RUN_TAG}{}", context.run_id)],
                configuration,
            };
            // Who is stopped before the answer comes looks for it by its tag.
            context.making(&new.tags[0]);
            let instance = match context.platform.create_instance(code.0, &new).await {
                Ok(instance) => instance,
                Err(error) => match made_all_the_same(context, &new.tags[0], &error).await? {
                    Some(instance) => {
                        step.warn(
                            "cloud_elements.unclear_answer",
                            format!("{error}; but the instance was made"),
                        );
                        instance
                    }
                    None => {
                        context.not_made();
                        return Err(refused(error));
                    }
                },
            };
            context.provisioned(instance.id);
            context.events.send(Event::Instance {
                id: instance.id,
                name: Some(instance.name.clone()),
                element: instance.element_key.clone(),
            });
            step.fact("instance_id", instance.id);
            step.fact("tags", instance.tags.clone());
            let summary = format!("instance {} \"{}\"", instance.id, instance.name);
            Ok((InstanceRef { id: instance.id, token: Some(instance.token) }, summary))
        })
        .await
}

fn refused(error: CloudElementsError) -> Failure {
    match Cause::told_in(&error.to_string()) {
        Some(cause) if error.status() == Some(400) => cause.failure(&error.to_string()),
        _ => error.into(),
    }
}

/// The instance, if it was made although the answer says otherwise or was lost: it carries the run's
/// tag. Nobody else would remove it.
async fn made_all_the_same(
    context: &Context,
    tag: &str,
    error: &CloudElementsError,
) -> Result<Option<Instance>, Failure> {
    if error.was_not_sent() || matches!(error.status(), Some(400..=499)) {
        return Ok(None);
    }
    let Some(id) = find(context, tag).await? else { return Ok(None) };
    Ok(Some(context.platform.instance(id).await?))
}

/// After a run that ended while its instance was being made: finds out whether there is one.
pub(super) async fn find_made(context: &Context) -> Result<(), Failure> {
    let Some(tag) = context.tag_in_the_making() else { return Ok(()) };
    match find(context, &tag).await? {
        Some(id) => context.provisioned(id),
        None => context.not_made(),
    }
    Ok(())
}

/// The instance with this tag, once the platform lists it.
async fn find(context: &Context, tag: &str) -> Result<Option<u64>, Failure> {
    let id = (|| async {
        let made = context.platform.list(Some(tag)).await.map_err(Some)?;
        // A platform that does not filter by tag lists everybody's.
        let ours = made.iter().find(|instance| instance.tags.iter().any(|held| held == tag));
        ours.map(|instance| instance.id).ok_or(None)
    })
    .retry(questions(PATIENCE))
    .when(Option::<CloudElementsError>::is_none)
    .await;
    match id {
        Ok(id) => Ok(Some(id)),
        Err(None) => Ok(None),
        Err(Some(error)) => Err(error.into()),
    }
}

/// Says that an existing instance is used.
pub async fn adopt(context: &Context, reference: &InstanceRef) -> Result<InstanceRef, Failure> {
    context
        .step(StepId::Provision, async |step| {
            step.fact("adopted", true);
            Ok((reference.clone(), format!("adopting instance {}", reference.id)))
        })
        .await
}
