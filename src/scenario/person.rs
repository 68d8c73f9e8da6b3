//! Makes sure that what a browser does is done as the configured user, in the instance's org. A
//! browser may come with somebody else's session: from a kept profile, single sign-on, or whoever
//! used it before. The services are asked whose it is, with the session itself as Bearer.

use url::Url;

use super::context::{Context, Step, lock};
use crate::browser::{BrowserError, Session};
use crate::config::{Account, Login};
use crate::failure::Failure;
use crate::salesforce::pages::{self, Notes as _, PageError, Person, PersonError};
use crate::salesforce::{OrgHosts, UserInfo, UserInfoAnswer};
use crate::secrets::Secret;

/// The org as this run has come to know it.
#[derive(Debug, Default, Clone)]
pub(super) struct KnownOrg {
    /// Its id, as far as ids of 15 and 18 characters have in common.
    id: Option<String>,
    my_domain: Option<Url>,
}

impl KnownOrg {
    /// What a token or session id says by itself: it begins with the org's id, `00D…!`.
    pub(super) fn learn_from_token(&mut self, token: &Secret) {
        if self.id.is_none() {
            self.id = organization_of(token);
        }
    }

    /// What the service says of a grant.
    pub(super) fn learn(&mut self, organization_id: Option<&str>, hosts: Option<&OrgHosts>) {
        if let Some(id) = organization_id {
            self.id = Some(short(id).to_owned());
        }
        if let Some(hosts) = hosts {
            self.my_domain = Some(hosts.my_domain.clone());
        }
    }
}

/// Who somebody has to be, and where the browser is asked who it is.
pub(super) struct Expected<'run> {
    context: &'run Context,
    step: &'run Step<'run>,
    account: &'run Account,
    /// A host whose session is looked at, and the host that is asked whose it is.
    places: Vec<(Url, Url)>,
}

/// Whose a session is.
enum Whose {
    Expected,
    Other(PersonError),
    Unknown(String),
}

impl<'run> Expected<'run> {
    /// `account`, in the org of these hosts.
    pub(super) fn in_org(
        context: &'run Context,
        step: &'run Step<'run>,
        account: &'run Account,
        hosts: &OrgHosts,
    ) -> Self {
        let my_domain = &hosts.my_domain;
        // Setup's host knows sessions and has no service to ask.
        let places = [my_domain, &hosts.setup].map(|host| (host.clone(), my_domain.clone()));
        Self { context, step, account, places: places.into() }
    }

    /// `account`, where an OAuth URL leads: to its host, the login host, the org.
    pub(super) fn at_authorisation(
        context: &'run Context,
        step: &'run Step<'run>,
        account: &'run Account,
        oauth_url: &Secret,
    ) -> Self {
        let mut hosts: Vec<Url> = Vec::new();
        let org = lock(&context.org).my_domain.clone();
        let at = Url::parse(oauth_url.expose()).ok();
        let configured = &context.config.salesforce;
        let known = [at, Some(configured.login_url.clone()), configured.my_domain.clone(), org];
        for url in known.into_iter().flatten() {
            if !hosts.iter().any(|known| known.origin() == url.origin()) {
                let origin = Url::parse(&url.origin().ascii_serialization());
                hosts.extend(origin.ok().filter(|origin| {
                    context.trusted.contains(&origin.origin().ascii_serialization())
                        || context.trusted.is_family(origin)
                }));
            }
        }
        let places = hosts.into_iter().map(|host| (host.clone(), host)).collect();
        Self { context, step, account, places }
    }

    /// Goes somewhere as the person expected. Where the browser turns out to be somebody else, that
    /// one is logged out, and `visit` made once more.
    ///
    /// # Errors
    /// Those of `visit`; [`PersonError`] if the browser is still somebody else, or nobody can say.
    pub(super) async fn visit<T>(
        &self,
        window: &Session,
        mut visit: impl AsyncFnMut() -> Result<T, PageError>,
    ) -> Result<T, Failure> {
        let wrong = match self.once(window, &mut visit).await {
            Err(PageError::Person(
                wrong @ (PersonError::OtherUser { .. } | PersonError::OtherOrg { .. }),
            )) => wrong,
            other => return Ok(other?),
        };
        self.step.warn(
            "salesforce.other_session",
            format!("{wrong}; that session was ended, to log in anew"),
        );
        let hosts: Vec<Url> = self.places.iter().map(|(host, _)| host.clone()).collect();
        pages::log_out(window, &hosts).await?;
        Ok(self.once(window, &mut visit).await?)
    }

    /// A visit, and who it was made as. Whoever may not do what was wanted may be somebody else, too.
    async fn once<T>(
        &self,
        window: &Session,
        visit: &mut impl AsyncFnMut() -> Result<T, PageError>,
    ) -> Result<T, PageError> {
        match visit().await {
            Err(error @ (PageError::Browser(_) | PageError::Person(_) | PageError::Stopped(_))) => {
                Err(error)
            }
            Ok(done) => {
                self.check(window).await?;
                Ok(done)
            }
            Err(error) => match self.whose(window).await? {
                Whose::Other(wrong) => Err(wrong.into()),
                Whose::Expected => {
                    // The login is behind us, whatever page came after it.
                    self.context.browsers.has_session(self.account);
                    Err(error)
                }
                Whose::Unknown(_) => Err(error),
            },
        }
    }

    /// Makes sure that the browser is who it should be, before something is done in that name. That
    /// nobody can say it is let pass, with a warning, only where the login was made by this run.
    ///
    /// # Errors
    /// [`PersonError`], or the browser's.
    pub(super) async fn check(&self, window: &Session) -> Result<(), PageError> {
        let reason = match self.whose(window).await? {
            Whose::Expected => return Ok(()),
            Whose::Other(wrong) => return Err(wrong.into()),
            Whose::Unknown(reason) => reason,
        };
        let is_by_token = matches!(self.account.login, Login::Frontdoor { .. });
        if !is_by_token && self.context.browsers.logins(self.account) == 0 {
            return Err(PersonError::Unknown { expected: self.person(), reason }.into());
        }
        self.step.warn(
            "salesforce.session_not_asked",
            format!(
                "nobody can say whose the browser's session is ({reason}): it is taken for {}'s, as whom this run logged in",
                self.account.username
            ),
        );
        Ok(())
    }

    async fn whose(&self, window: &Session) -> Result<Whose, PageError> {
        let mut whose = Whose::Unknown("it has no cookie `sid`".to_owned());
        for (host, asked) in &self.places {
            let sid = match window.cookie(host, "sid", "browser session").await {
                Ok(Some(sid)) => sid,
                Ok(None) => continue,
                Err(error @ (BrowserError::Hung { .. } | BrowserError::Lost { .. })) => {
                    return Err(error.into());
                }
                Err(error) => {
                    whose = Whose::Unknown(format!("the browser shows no cookies: {error}"));
                    continue;
                }
            };
            match self.ask(asked, &sid).await {
                None => {}
                Some(Whose::Unknown(_)) if matches!(whose, Whose::Expected) => {}
                Some(told @ (Whose::Unknown(_) | Whose::Expected)) => whose = told,
                Some(other) => return Ok(other),
            }
        }
        Ok(whose)
    }

    /// Whose a session is; none: nobody's any more.
    async fn ask(&self, host: &Url, sid: &Secret) -> Option<Whose> {
        match self.context.oauth(None).at(host.clone()).userinfo(sid).await {
            Ok(UserInfoAnswer::Alive(user)) => Some(self.compare(&user)),
            Ok(UserInfoAnswer::Dead) => None,
            Err(error) => {
                let expected = self.person();
                let organization = organization_of(sid);
                if expected.organization.is_some_and(|id| {
                    id.starts_with("00D") && organization.as_ref().is_some_and(|seen| *seen != id)
                }) {
                    let seen = Person { username: None, organization };
                    return Some(Whose::Other(self.other_org(seen)));
                }
                Some(Whose::Unknown(error.to_string()))
            }
        }
    }

    fn compare(&self, user: &UserInfo) -> Whose {
        let known = self.known();
        let username = Some(user.username.clone());
        let is_other_org = match (&known.id, &known.my_domain, user.my_domain()) {
            (Some(id), _, _) => short(&user.organization_id) != id,
            (None, Some(expected), Some(seen)) => expected.origin() != seen.origin(),
            (None, _, _) => false,
        };
        let organization = Some(user.organization_id.clone());
        if is_other_org {
            return Whose::Other(self.other_org(Person { username, organization }));
        }
        if self.account.is(&user.username) {
            return Whose::Expected;
        }
        let seen = Person { username, organization };
        Whose::Other(PersonError::OtherUser { seen, expected: self.person() })
    }

    /// The org; before there is an instance, as it is configured.
    fn known(&self) -> KnownOrg {
        let known = lock(&self.context.org).clone();
        let configured = self.context.config.salesforce.my_domain.clone();
        KnownOrg { my_domain: known.my_domain.or(configured), ..known }
    }

    fn other_org(&self, seen: Person) -> PersonError {
        PersonError::OtherOrg { seen, expected: self.person() }
    }

    fn person(&self) -> Person {
        let known = self.known();
        let host = |url: Url| url.host_str().map(str::to_owned);
        Person {
            username: Some(self.account.username.clone()),
            organization: known.id.or_else(|| known.my_domain.and_then(host)),
        }
    }
}

/// The org's id that a token or session id begins with.
fn organization_of(token: &Secret) -> Option<String> {
    let (id, _) = token.expose().split_once('!')?;
    (id.starts_with("00D") && matches!(id.len(), 15 | 18)).then(|| short(id).to_owned())
}

/// Ids are written with 15 characters, or with three more as a checksum.
fn short(id: &str) -> &str {
    id.get(..15).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Redactor;

    #[test]
    fn tokens_tell_their_org() {
        let redactor = Redactor::new();
        for (token, expected) in [
            ("00D5g000001AbCd!AQ1.x", Some("00D5g000001AbCd")),
            ("00D5g000001AbCdEAK!AQ1", Some("00D5g000001AbCd")),
            ("00D5g!AQ1", None),
            ("5Aep861x", None),
            ("header.00D5g000001AbCd!.x", None),
        ] {
            let token = redactor.learn("token", token);
            assert_eq!(organization_of(&token).as_deref(), expected);
        }
    }

    #[test]
    fn what_the_service_says_is_worth_more() {
        let redactor = Redactor::new();
        let mut org = KnownOrg::default();
        org.learn_from_token(&redactor.learn("token", "00D5g000001AbCd!AQ1.x"));
        org.learn(Some("00D5g000001XxXxEAK"), None);
        org.learn_from_token(&redactor.learn("token", "00D5g000001AbCd!AQ1.x"));
        assert_eq!(org.id.as_deref(), Some("00D5g000001XxXx"));
    }
}
