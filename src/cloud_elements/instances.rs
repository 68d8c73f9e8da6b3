//! Instances: create, read, list, re-authenticate, switch, delete.

use http::Method;
use serde_json::{Map, Value, json};

use super::client::body;
use super::fields::unexpected;
use super::model::{USER_REFRESH_TOKEN, USER_TOKEN};
use super::{
    CloudElementsClient, CloudElementsError, ConfigurationEntry, Instance, ListedInstance, PutBody,
};
use crate::secrets::Secret;

/// Pages of a list of instances that are read at most.
const MOST_PAGES: usize = 100;
/// Instances on a page.
const PAGE_SIZE: &str = "200";
/// Header that holds the token of the next page, where there is one.
const NEXT_PAGE_HEADER: &str = "elements-next-page-token";

/// An instance to create.
#[derive(Clone)]
pub struct NewInstance {
    /// Name.
    pub name: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Configuration, `oauth.callback.url`, `oauth.api.key` and `oauth.api.secret` included.
    pub configuration: Map<String, Value>,
}

/// Which of the two forms of a re-authenticating PUT is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutForm {
    /// `PUT /instances/{id}?reAuthenticate=true`, as the platform documents it.
    Documented,
    /// `PUT /instances` with the full header, as the article has it.
    Article,
}

impl CloudElementsClient {
    /// Creates an instance with an authorization code, which is spent whatever the outcome.
    ///
    /// # Errors
    /// [`CloudElementsError`]; the call is made once.
    pub async fn create_instance(
        &self,
        code: Secret,
        new: &NewInstance,
    ) -> Result<Instance, CloudElementsError> {
        let what = "create an instance";
        let request = json!({
            "element": {"key": self.element_key},
            "providerData": {"code": code.expose()},
            "configuration": new.configuration,
            "tags": new.tags,
            "name": new.name,
        });
        let call = self.call(Method::POST, self.url(&["instances"]), None)?.json(&request);
        let answer = self.expect_success(what, false, call).await?;
        self.instance_in(what, None, &answer, body(what, &answer)?)
    }

    /// Reads an instance by id with the platform header, which works whatever its grant's state.
    ///
    /// # Errors
    /// [`CloudElementsError`]; 404 becomes `cloud_elements.unknown_instance`.
    pub async fn instance(&self, id: u64) -> Result<Instance, CloudElementsError> {
        let what = "read the instance";
        let url = self.url(&["instances", &id.to_string()]);
        let call = self.call(Method::GET, url, None)?.retrying();
        let answer = self.on_instance(what, Some(id), call).await?;
        self.instance_in(what, Some(id), &answer, body(what, &answer)?)
    }

    /// Reads the instance to which an element token belongs, with the full header.
    ///
    /// # Errors
    /// [`CloudElementsError`]; 401 for a wrong token.
    pub async fn instance_with_token(
        &self,
        token: &Secret,
    ) -> Result<Instance, CloudElementsError> {
        let what = "read the instance by its element token";
        let call = self.call(Method::GET, self.url(&["instances"]), Some(token))?.retrying();
        let answer = self.on_instance(what, self.owner(token), call).await?;
        let mut found = body(what, &answer)?;
        // One instance in a list is an instance; several would be a header that was not understood.
        if let Value::Array(items) = &mut found
            && items.len() == 1
        {
            found = items.remove(0);
        }
        self.instance_in(what, self.owner(token), &answer, found)
    }

    /// Lists instances, those with a tag or all of them, without their configuration. One without
    /// an id is left out: an odd instance of somebody else's hides no other.
    ///
    /// # Errors
    /// [`CloudElementsError`]; also for a list that goes in a circle.
    pub async fn list(&self, tag: Option<&str>) -> Result<Vec<ListedInstance>, CloudElementsError> {
        let what = "list the instances";
        let mut instances = Vec::new();
        let mut next_page: Option<String> = None;
        for pages in 1..=MOST_PAGES {
            let mut url = self.url(&["instances"]);
            {
                let mut query = url.query_pairs_mut();
                query.append_pair("hydrate", "false").append_pair("pageSize", PAGE_SIZE);
                if let Some(tag) = tag {
                    query.append_pair("tags[]", tag);
                }
                if let Some(page) = &next_page {
                    query.append_pair("nextPage", page);
                }
            }
            let call = self.call(Method::GET, url, None)?.retrying();
            let answer = self.expect_success(what, false, call).await?;
            let asked_for = next_page.take();
            next_page = answer.first_header(&[NEXT_PAGE_HEADER]).filter(|page| !page.is_empty());
            match body(what, &answer)? {
                Value::Array(items) => {
                    // An empty page ends a list, whatever its header says.
                    if items.is_empty() {
                        next_page = None;
                    }
                    for item in items {
                        match ListedInstance::parse(what, &item, &self.redactor) {
                            Ok(instance) => instances.push(instance),
                            Err(error) => tracing::info!(%error, "left out of the list"),
                        }
                    }
                }
                other => return Err(unexpected(what, "body", "a list", Some(&other))),
            }
            if next_page.is_none() {
                return Ok(instances);
            }
            if next_page == asked_for {
                return Err(CloudElementsError::EndlessList { what, pages });
            }
        }
        Err(CloudElementsError::EndlessList { what, pages: MOST_PAGES })
    }

    /// Re-authenticates by PATCH, exactly as the article has it. The code is spent whatever the
    /// outcome, unless [`CloudElementsError::was_not_sent`]. What the instance is afterwards is
    /// read with a call of its own.
    ///
    /// # Errors
    /// [`CloudElementsError`]; the call is made once.
    pub async fn patch_code(&self, token: &Secret, code: Secret) -> Result<(), CloudElementsError> {
        let request = json!({
            "configuration": {USER_TOKEN: "", USER_REFRESH_TOKEN: ""},
            "providerData": {"code": code.expose()},
        });
        let call = self.call(Method::PATCH, self.url(&["instances"]), Some(token))?.json(&request);
        let what = "re-authenticate the instance by PATCH";
        self.on_instance(what, self.owner(token), call).await?;
        Ok(())
    }

    /// Re-authenticates by PUT with a body of [`super::put_body`]. The code in it is spent
    /// whatever the outcome, unless [`CloudElementsError::was_not_sent`].
    ///
    /// # Errors
    /// [`CloudElementsError`]; the call is made once.
    pub async fn put(
        &self,
        id: u64,
        token: &Secret,
        body: PutBody,
        form: PutForm,
    ) -> Result<(), CloudElementsError> {
        let url = match form {
            PutForm::Article => self.url(&["instances"]),
            PutForm::Documented => {
                let mut url = self.url(&["instances", &id.to_string()]);
                url.query_pairs_mut().append_pair("reAuthenticate", "true");
                url
            }
        };
        let call = self.call(Method::PUT, url, Some(token))?.json(body.as_json());
        self.on_instance("re-authenticate the instance by PUT", Some(id), call).await?;
        Ok(())
    }

    /// The instance's configuration as a list, with the ids by which entries are changed.
    ///
    /// # Errors
    /// [`CloudElementsError`].
    pub async fn configuration(
        &self,
        id: u64,
    ) -> Result<Vec<ConfigurationEntry>, CloudElementsError> {
        let what = "read the instance's configuration";
        let url = self.url(&["instances", &id.to_string(), "configuration"]);
        let call = self.call(Method::GET, url, None)?.retrying();
        let answer = self.on_instance(what, Some(id), call).await?;
        let body = body(what, &answer)?;
        let entries =
            body.as_array().ok_or_else(|| unexpected(what, "body", "a list", Some(&body)))?;
        entries.iter().map(|entry| ConfigurationEntry::parse(what, entry, &self.redactor)).collect()
    }

    /// Enables an instance.
    ///
    /// # Errors
    /// [`CloudElementsError`].
    pub async fn enable(&self, id: u64) -> Result<(), CloudElementsError> {
        self.switch("enable the instance", Method::PUT, id).await
    }

    /// Disables an instance: calls on it answer 403 until it is enabled.
    ///
    /// # Errors
    /// [`CloudElementsError`].
    pub async fn disable(&self, id: u64) -> Result<(), CloudElementsError> {
        self.switch("disable the instance", Method::DELETE, id).await
    }

    async fn switch(
        &self,
        what: &'static str,
        method: Method,
        id: u64,
    ) -> Result<(), CloudElementsError> {
        let url = self.url(&["instances", &id.to_string(), "enabled"]);
        let call = self.call(method, url, None)?;
        self.on_instance(what, Some(id), call).await?;
        Ok(())
    }

    /// Deletes an instance, with the platform header only: the full one is refused.
    ///
    /// # Errors
    /// [`CloudElementsError`].
    pub async fn delete(&self, id: u64) -> Result<(), CloudElementsError> {
        let url = self.url(&["instances", &id.to_string()]);
        let call = self.call(Method::DELETE, url, None)?;
        self.on_instance("delete the instance", Some(id), call).await?;
        Ok(())
    }
}
