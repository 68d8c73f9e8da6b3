//! Step 2: a fresh instance, made of a code.

use serde_json::{Map, json};

use super::context::Context;
use super::{authorize, oauth_url};
use crate::cloud_elements::{ListedInstance, NewInstance, RUN_TAG};
use crate::config::InstanceRef;
use crate::failure::Failure;
use crate::report::{Event, StepId};
use crate::salesforce::Cause;

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
            let created = context.platform.create_instance(code.0, &new).await;
            let instance = created.map_err(|error| match Cause::told_in(&error.to_string()) {
                Some(cause) if error.status() == Some(400) => cause.failure(&error.to_string()),
                _ => error.into(),
            })?;
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

/// Says that an existing instance is used.
pub async fn adopt(context: &Context, reference: &InstanceRef) -> Result<InstanceRef, Failure> {
    context
        .step(StepId::Provision, async |step| {
            step.fact("adopted", true);
            Ok((reference.clone(), format!("adopting instance {}", reference.id)))
        })
        .await
}
