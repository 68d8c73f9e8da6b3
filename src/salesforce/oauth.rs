//! The OAuth endpoints: token, revoke, introspect, userinfo.

use http::HeaderValue;
use url::Url;

use super::SalesforceError;
use super::oauth_model::{
    Introspection, RevokeAnswer, TokenBody, Tokens, UserInfo, UserInfoAnswer,
};
use crate::http::{Answer, Call, HttpClient};
use crate::secrets::{Redactor, Secret};

/// Speaks to the OAuth endpoints of a login host or My Domain as one app.
///
/// There is no refresh on purpose. With rotation on, a refresh token that is spent here leaves the
/// platform with a dead one; whether the platform can refresh is seen by calling through it.
#[derive(Clone)]
pub struct OauthClient {
    base_url: Url,
    consumer_key: String,
    consumer_secret: Secret,
    http: HttpClient,
    redactor: Redactor,
}

impl OauthClient {
    /// A client for the login host or My Domain at `base_url`.
    pub fn new(
        base_url: Url,
        consumer_key: String,
        consumer_secret: Secret,
        http: HttpClient,
        redactor: Redactor,
    ) -> Self {
        Self { base_url, consumer_key, consumer_secret, http, redactor }
    }

    /// The same app at another host, e.g. the My Domain once it is known.
    #[must_use]
    pub fn at(&self, base_url: Url) -> Self {
        Self { base_url, ..self.clone() }
    }

    /// Ends a token: an access token ends alone, a refresh token (or `DeleteToken`) takes the
    /// grant and its access tokens with it.
    ///
    /// Made once: after an answer that was lost, a second call would say "invalid token".
    ///
    /// # Errors
    /// [`SalesforceError`] for every answer but 200 and `invalid_token`.
    pub async fn revoke(&self, token: &Secret) -> Result<RevokeAnswer, SalesforceError> {
        let call =
            Call::post(self.url("/services/oauth2/revoke")).form(&[("token", token.expose())]);
        let answer = self.http.send(call).await?;
        if answer.status == 200 {
            return Ok(RevokeAnswer::Revoked);
        }
        match SalesforceError::refused("revoke the token", &answer, &self.redactor) {
            SalesforceError::Refused { code: Some(code), message, .. }
                if code == "invalid_token" =>
            {
                Ok(RevokeAnswer::InvalidToken { message })
            }
            error => Err(error),
        }
    }

    /// Asks what a token is (RFC 7662).
    ///
    /// # Errors
    /// [`SalesforceError`]; a dead token is not an error.
    pub async fn introspect(&self, token: &Secret) -> Result<Introspection, SalesforceError> {
        let what = "introspect the token";
        // Changes nothing, so that it may be asked again although it is a POST.
        let call = Call::post(self.url("/services/oauth2/introspect"))
            .form(&[
                ("token", token.expose()),
                ("client_id", &self.consumer_key),
                ("client_secret", self.consumer_secret.expose()),
            ])
            .retrying();
        let answer = self.accepted(what, self.http.send(call).await?)?;
        answer.json().map_err(|reason| SalesforceError::UnexpectedAnswer { what, reason })
    }

    /// Asks whose an access token is; also the plainest proof that it lives.
    ///
    /// # Errors
    /// [`SalesforceError`]; a dead token is not an error.
    pub async fn userinfo(&self, token: &Secret) -> Result<UserInfoAnswer, SalesforceError> {
        let what = "ask whose the access token is";
        let call = Call::get(self.url("/services/oauth2/userinfo"))
            .authorization(bearer(token)?)
            .retrying();
        let answer = self.http.send(call).await?;
        let bad_token = || answer.status == 403 && answer.text().contains("Bad_OAuth_Token");
        if answer.status == 401 || bad_token() {
            return Ok(UserInfoAnswer::Dead);
        }
        let user: UserInfo = self
            .accepted(what, answer)?
            .json()
            .map_err(|reason| SalesforceError::UnexpectedAnswer { what, reason })?;
        Ok(UserInfoAnswer::Alive(user))
    }

    /// Exchanges an authorization code for a grant of our own, e.g. to log in to REST. The
    /// instance's code goes to the platform and never here. Made once: a code works once.
    ///
    /// # Errors
    /// [`SalesforceError`], e.g. `invalid_grant` for a code that is spent or expired.
    pub async fn exchange(
        &self,
        code: Secret,
        redirect_uri: &Url,
    ) -> Result<Tokens, SalesforceError> {
        let what = "exchange the authorization code";
        let call = Call::post(self.url("/services/oauth2/token")).form(&[
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("client_id", &self.consumer_key),
            ("client_secret", self.consumer_secret.expose()),
            ("redirect_uri", redirect_uri.as_str()),
        ]);
        let body: TokenBody = self
            .accepted(what, self.http.send(call).await?)?
            .json()
            .map_err(|reason| SalesforceError::UnexpectedAnswer { what, reason })?;
        Ok(Tokens {
            access_token: self.redactor.learn("access_token", body.access_token),
            refresh_token: body
                .refresh_token
                .map(|token| self.redactor.learn("refresh_token", token)),
            scopes: body.scopes,
            instance_url: body.instance_url,
            id: body.id,
        })
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base_url.clone();
        url.set_path(path);
        url.set_query(None);
        url
    }

    fn accepted(&self, what: &'static str, answer: Answer) -> Result<Answer, SalesforceError> {
        if answer.status == 200 {
            return Ok(answer);
        }
        Err(SalesforceError::refused(what, &answer, &self.redactor))
    }
}

/// `Bearer …`, marked as sensitive.
pub(super) fn bearer(token: &Secret) -> Result<HeaderValue, SalesforceError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| SalesforceError::UnsendableSecret { label: token.label() })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Canned, quick_client, response, response_with};

    fn client(server: &Canned) -> (OauthClient, Secret) {
        let redactor = Redactor::new();
        let secret = redactor.learn("consumer secret", "consumer-secret");
        let token = redactor.learn("token", "00D1!to/ken+=");
        (OauthClient::new(server.url("/"), "key".into(), secret, quick_client(), redactor), token)
    }

    #[tokio::test]
    async fn revocations() {
        let busy = response_with(503, "retry-after: 0\r\n", "");
        let server = Canned::serve(vec![
            response(200, ""),
            response(400, "error=invalid_token&error_description=the+token+is+dead"),
            response(400, r#"{"error":"invalid_token","error_description":"the token is dead"}"#),
            response(400, r#"{"error":"unsupported_token_type"}"#),
            busy,
        ])
        .await;
        let (client, token) = client(&server);
        assert_eq!(client.revoke(&token).await.unwrap(), RevokeAnswer::Revoked);
        for _ in 0..2 {
            let message = "the token is dead".to_owned();
            assert_eq!(
                client.revoke(&token).await.unwrap(),
                RevokeAnswer::InvalidToken { message }
            );
        }
        let error = client.revoke(&token).await.unwrap_err();
        assert_eq!(error.code(), Some("unsupported_token_type"));
        assert!(client.revoke(&token).await.is_err());
        assert_eq!(server.requests().len(), 5, "a revocation is sent once");
        assert!(server.requests()[0].ends_with("token=00D1%21to%2Fken%2B%3D"));
    }

    #[tokio::test]
    async fn tokens_dead_and_alive() {
        let alive =
            r#"{"user_id":"005","organization_id":"00D","preferred_username":"u@x","name":"U"}"#;
        let server = Canned::serve(vec![
            response(200, alive),
            response(403, "Bad_OAuth_Token"),
            response(401, "[]"),
            response(403, "API is off"),
            response(200, r#"{"user_id":"005-secret-value"}"#),
        ])
        .await;
        let (client, token) = client(&server);
        let first = client.userinfo(&token).await.unwrap();
        assert!(matches!(first, UserInfoAnswer::Alive(user) if user.username == "u@x"));
        assert_eq!(client.userinfo(&token).await.unwrap(), UserInfoAnswer::Dead);
        assert_eq!(client.userinfo(&token).await.unwrap(), UserInfoAnswer::Dead);
        assert!(client.userinfo(&token).await.unwrap_err().is_not_permitted());
        let text = client.userinfo(&token).await.unwrap_err().to_string();
        assert!(text.contains("organization_id") && !text.contains("secret"), "{text}");
        assert!(server.requests()[0].contains("authorization: Bearer 00D1!to/ken+="));
    }

    #[tokio::test]
    async fn an_exchange_is_made_once_and_learns_the_tokens() {
        let body = r#"{"access_token":"00D1!access","refresh_token":"5Aep-refresh","scope":"full refresh_token",
            "instance_url":"https://a.my.salesforce.com","id":"https://login.salesforce.com/id/00D1/0051","token_type":"Bearer"}"#;
        let busy = response_with(503, "retry-after: 0\r\n", "");
        let server = Canned::serve(vec![response(200, body), busy]).await;
        let (client, code) = client(&server);
        let callback = Url::parse("https://callback.example/oauth").unwrap();
        let tokens = client.exchange(code.clone(), &callback).await.unwrap();
        assert_eq!(tokens.access_token.expose(), "00D1!access");
        assert_eq!(client.redactor.redact("x 5Aep-refresh"), "x «refresh_token»");
        assert!(client.exchange(code, &callback).await.is_err());
        assert_eq!(server.requests().len(), 2);
    }

    #[tokio::test]
    async fn an_introspection_is_asked_again() {
        let busy = response_with(503, "retry-after: 0\r\n", "");
        let server = Canned::serve(vec![busy, response(200, r#"{"active":false}"#)]).await;
        let (client, token) = client(&server);
        assert!(!client.introspect(&token).await.unwrap().active);
        assert!(server.requests()[1].contains("client_secret=consumer-secret"));
    }
}
