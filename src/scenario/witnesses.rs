//! Who can be asked whether a grant lives, and what each says. Three witnesses, as far as they may
//! be asked: the instance's own call, the tokens' own endpoints, and Salesforce's list of grants.
//! None of them is believed alone: a platform may answer from a cache, introspection may say "not
//! active" of a living token of another app, a list may be late.

use serde_json::{Value, json};

use super::context::Context;
use super::grants;
use super::patience::may_pass;
use super::proofs::{GrantsLeft, Witness};
use crate::cloud_elements::{HubAnswer, Instance};
use crate::failure::Failure;
use crate::salesforce::{OrgHosts, UserInfoAnswer};
use crate::secrets::Secret;

/// What a witness says of the grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// It works.
    Alive,
    /// It does not.
    Dead,
    /// Could not be asked, or cannot be believed.
    Nothing,
}

impl Says {
    fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Dead => "dead",
            Self::Nothing => "nothing",
        }
    }
}

/// One witness's word.
#[derive(Debug)]
pub(super) struct Testimony {
    /// Who says it.
    pub(super) by: &'static str,
    pub(super) says: Says,
    /// In what words, for a person.
    pub(super) words: String,
    /// Why it could not be asked, where that is a failure.
    failure: Option<Failure>,
}

impl Testimony {
    fn new(by: &'static str, says: Says, words: impl Into<String>) -> Self {
        Self { by, says, words: words.into(), failure: None }
    }

    fn failed(by: &'static str, failure: Failure) -> Self {
        let words = could_not_be_asked(&failure);
        Self { by, says: Says::Nothing, words, failure: Some(failure) }
    }

    /// The same, if it was seen to know a living grant: else its "dead" says nothing.
    pub(super) fn believed_if(mut self, sees: bool) -> Self {
        if self.says == Says::Dead && !sees {
            self.says = Says::Nothing;
            self.words.push_str(", but it was not seen to know a living one");
        }
        self
    }

    fn to_json(&self) -> Value {
        json!({ "by": self.by, "says": self.says.as_str(), "words": self.words })
    }
}

impl std::fmt::Display for Testimony {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {} ({})", self.by, self.says.as_str(), self.words)
    }
}

fn could_not_be_asked(failure: &Failure) -> String {
    format!("could not be asked: {failure}")
}

/// All that was said at one time, the platform's word first.
#[derive(Debug)]
pub(super) struct Testimonies(Vec<Testimony>);

/// What comes of comparing them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The platform and somebody on Salesforce's side say so, and nobody says otherwise.
    Agreed(Says),
    /// One says that it lives, another that it is dead.
    Disagreed,
    /// The platform spoke, and nobody on Salesforce's side could.
    OneSided,
}

impl Testimonies {
    pub(super) fn new(
        platform: Testimony,
        salesforce: impl IntoIterator<Item = Testimony>,
    ) -> Self {
        Self(std::iter::once(platform).chain(salesforce).collect())
    }

    pub(super) fn platform(&self) -> &Testimony {
        &self.0[0]
    }

    pub(super) fn verdict(&self) -> Verdict {
        let platform = self.platform().says;
        let others = self.0[1..].iter().map(|testimony| testimony.says);
        let heard: Vec<Says> = others.filter(|says| *says != Says::Nothing).collect();
        if heard.is_empty() {
            Verdict::OneSided
        } else if heard.iter().all(|says| *says == platform) {
            Verdict::Agreed(platform)
        } else {
            Verdict::Disagreed
        }
    }

    /// Why somebody could not be asked, where that was a failure.
    pub(super) fn take_failure(&mut self) -> Option<Failure> {
        self.0.iter_mut().find_map(|testimony| testimony.failure.take())
    }

    /// For the report.
    pub(super) fn to_json(&self) -> Value {
        self.0.iter().map(Testimony::to_json).collect()
    }
}

impl std::fmt::Display for Testimonies {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let each: Vec<String> = self.0.iter().map(Testimony::to_string).collect();
        formatter.write_str(&each.join("; "))
    }
}

/// The instance's own call. An instance that is gone, or a platform that cannot be asked, is a
/// failure and no testimony.
pub(super) async fn platform(context: &Context, instance: &Instance) -> Result<Testimony, Failure> {
    let by = "a call through the instance";
    match context.platform.read_record(&instance.token).await? {
        HubAnswer::Record { .. } => Ok(Testimony::new(by, Says::Alive, "it reads a record")),
        HubAnswer::Unauthenticated { message, .. } => {
            // Still there for its owner: so the 401 is about the grant and nothing else.
            context.platform.instance(instance.id).await?;
            Ok(Testimony::new(by, Says::Dead, message))
        }
    }
}

/// `userinfo`, of an access token.
async fn userinfo(context: &Context, hosts: Option<&OrgHosts>, token: &Secret) -> Testimony {
    let by = "userinfo";
    match context.oauth(hosts).userinfo(token).await {
        Ok(UserInfoAnswer::Dead) => Testimony::new(by, Says::Dead, "the access token is dead"),
        Ok(UserInfoAnswer::Alive(user)) => {
            Testimony::new(by, Says::Alive, format!("the access token is {}'s", user.username))
        }
        Err(error) => Testimony::failed(by, error.into()),
    }
}

/// Introspection, of a refresh token (or, without one, of the access token).
pub(super) async fn introspection(
    context: &Context,
    hosts: Option<&OrgHosts>,
    token: &Secret,
) -> Testimony {
    let by = "introspection";
    match context.oauth(hosts).introspect(token).await {
        Ok(answer) if answer.active => Testimony::new(by, Says::Alive, "the token is active"),
        Ok(_) if context.learnt().introspection_sees == Some(false) => {
            Testimony::new(by, Says::Nothing, "it called a living token inactive too")
        }
        Ok(_) => Testimony::new(by, Says::Dead, "the token is not active"),
        Err(error) => {
            tracing::info!(%error, "no witness by introspection");
            let failure = Failure::from(error);
            let mut testimony = Testimony::new(by, Says::Nothing, could_not_be_asked(&failure));
            // Not every app may introspect: that is no failure.
            testimony.failure = may_pass(&failure).then_some(failure);
            testimony
        }
    }
}

/// `userinfo` and introspection, as far as the platform shows the tokens.
pub(super) async fn tokens(
    context: &Context,
    hosts: Option<&OrgHosts>,
    instance: &Instance,
) -> (Testimony, Testimony) {
    let access = instance.user_token.readable();
    // A refresh token that its policy lets end at once says nothing of the grant.
    let refresh = instance.user_refresh_token.readable();
    let introspected = refresh.filter(|_| !context.learnt().no_refresh_token).or(access);
    tokio::join!(
        async {
            match access {
                Some(token) => userinfo(context, hosts, token).await,
                None => Testimony::new("userinfo", Says::Nothing, NOT_SHOWN),
            }
        },
        async {
            match introspected {
                Some(token) => introspection(context, hosts, token).await,
                None => Testimony::new("introspection", Says::Nothing, NOT_SHOWN),
            }
        }
    )
}

const NOT_SHOWN: &str = "the platform shows no token to ask about";

/// Salesforce's list of the user's grants for the app, after the revocation: the grant is dead if no
/// more are listed than have to be left.
pub(super) async fn list_after(context: &Context, left: Option<&GrantsLeft>) -> Testimony {
    let Some(GrantsLeft { witness, user_id, expected }) = left else {
        let words = "nobody who may ask outlives the grant";
        return Testimony::new(grants::list_name(context), Says::Nothing, words);
    };
    list(context, witness, user_id, |listed| {
        if listed > *expected {
            (Says::Alive, format!("it lists {}, expected {expected}", count(listed)))
        } else {
            (Says::Dead, format!("the grant is no longer listed, {} left", count(listed)))
        }
    })
    .await
}

/// The same list after the re-authentication: the grant lives if the user has one for the app.
pub(super) async fn list_now(
    context: &Context,
    witness: Option<&Witness>,
    user_id: Option<&str>,
) -> Testimony {
    let (Some(witness), Some(user_id)) = (witness, user_id) else {
        return Testimony::new(grants::list_name(context), Says::Nothing, NOT_SHOWN);
    };
    list(context, witness, user_id, |listed| match listed {
        0 => (Says::Dead, "it lists no grant of the user for the app".to_owned()),
        _ => (Says::Alive, format!("it lists {}", count(listed))),
    })
    .await
}

/// What follows from how many grants a witness is shown.
async fn list(
    context: &Context,
    witness: &Witness,
    user_id: &str,
    says: impl FnOnce(usize) -> (Says, String),
) -> Testimony {
    let by = grants::list_name(context);
    match grants::listed(context, witness, user_id).await {
        Err(failure) => Testimony::failed(by, failure),
        Ok(listing) => match listing.grants() {
            None => Testimony::new(by, Says::Nothing, "it is not shown to whoever asked"),
            Some(rows) => {
                let (says, words) = says(rows.len());
                Testimony::new(by, says, words)
            }
        },
    }
}

fn count(grants: usize) -> String {
    if grants == 1 { "1 grant".to_owned() } else { format!("{grants} grants") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        use Says::{Alive, Dead, Nothing};
        let testimony = |says| Testimony::new("x", says, "");
        for (platform, salesforce, expected) in [
            (Dead, &[Dead, Nothing, Dead][..], Verdict::Agreed(Dead)),
            (Alive, &[Alive, Alive, Nothing], Verdict::Agreed(Alive)),
            (Dead, &[Dead, Alive, Dead], Verdict::Disagreed),
            (Dead, &[Alive, Alive, Alive], Verdict::Disagreed),
            (Alive, &[Dead, Dead, Dead], Verdict::Disagreed),
            (Alive, &[Nothing, Nothing, Dead], Verdict::Disagreed),
            (Dead, &[Nothing, Nothing], Verdict::OneSided),
            (Alive, &[], Verdict::OneSided),
        ] {
            let salesforce = salesforce.iter().map(|says| testimony(*says));
            let all = Testimonies::new(testimony(platform), salesforce);
            assert_eq!(all.verdict(), expected, "{all}");
        }
    }
}
