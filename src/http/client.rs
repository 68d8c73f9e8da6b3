//! Sends calls.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use backon::Retryable;
use http::{HeaderMap, HeaderName, HeaderValue, Version};
use reqwest::Certificate;
use reqwest::redirect::Policy;
use url::Url;

use super::error::innermost_reason;
use super::loopback::LoopbackResolver;
use super::retry::is_transient_status;
use super::{Answer, Call, HttpError, RetryPolicy, is_loopback};
use crate::config;
use crate::failure::Failure;
use crate::input_file::{self, Accepts, InputFile};
use crate::report::{Answered, CallRecord, Event, Events, RecordedBody, Service};

/// Limits of every call.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// From the start of a try to the last byte of its answer.
    pub total: Duration,
    /// Longest body, in bytes.
    pub body: usize,
    /// For calls that ask for it.
    pub retry: RetryPolicy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(60),
            body: 8 * 1024 * 1024,
            retry: RetryPolicy::default(),
        }
    }
}

/// The HTTP client; shared by cloning. Follows no redirects: credentials go to the host they were
/// meant for. Hosts on loopback are reached without a proxy, all others as the environment says.
#[derive(Clone)]
pub struct HttpClient {
    shared: Arc<Shared>,
    /// Who hears of each call, and whom it goes to.
    told: Option<(Events, Service)>,
}

struct Shared {
    limits: Limits,
    authorities: Vec<Certificate>,
    /// http on loopback. Built without the system's certificates, so that it works where there
    /// are none.
    plain: reqwest::Client,
    /// The clients with TLS are built when first needed: without CA certificates that fails.
    loopback_tls: OnceLock<Result<reqwest::Client, HttpError>>,
    outside: OnceLock<Result<reqwest::Client, HttpError>>,
}

impl HttpClient {
    /// A client with the default limits.
    ///
    /// # Errors
    /// `http.ca_file` if the certificate file cannot be read or holds no certificate.
    pub fn new(config: &config::Http) -> Result<Self, Failure> {
        Self::with_limits(config, Limits::default())
    }

    /// A client with limits of its own.
    ///
    /// # Errors
    /// As [`HttpClient::new`].
    pub fn with_limits(config: &config::Http, limits: Limits) -> Result<Self, Failure> {
        let authorities = read_authorities(config)?;
        let plain = builder(&limits)
            .no_proxy()
            .dns_resolver(LoopbackResolver)
            .tls_certs_only([])
            .build()
            .map_err(tls_setup)?;
        let shared = Shared {
            limits,
            authorities,
            plain,
            loopback_tls: OnceLock::new(),
            outside: OnceLock::new(),
        };
        Ok(Self { shared: Arc::new(shared), told: None })
    }

    /// The same client for calls to `service`, each of which is told as it ends.
    #[must_use]
    pub fn telling(self, events: &Events, service: Service) -> Self {
        Self { told: Some((events.clone(), service)), ..self }
    }

    /// Makes the call and reads the whole answer, whatever its status. A call that asks for it
    /// ([`Call::retrying`]) is made again a few times; the last answer is handed back.
    ///
    /// # Errors
    /// [`HttpError`] if there was no complete answer within the limits.
    pub async fn send(&self, call: Call) -> Result<Answer, HttpError> {
        if !call.retrying {
            return self.send_once(&call).await;
        }
        let policy = self.shared.limits.retry;
        let outcome = (|| async {
            match self.send_once(&call).await {
                Ok(answer) if is_transient_status(answer.status) => Err(Attempt::Busy(answer)),
                Ok(answer) => Ok(answer),
                Err(error) => Err(Attempt::Failed(error)),
            }
        })
        .retry(policy.backoff())
        .when(Attempt::is_transient)
        .adjust(|attempt, own| policy.delay(own, attempt.retry_after()))
        .await;
        match outcome {
            Ok(answer) | Err(Attempt::Busy(answer)) => Ok(answer),
            Err(Attempt::Failed(error)) => Err(error),
        }
    }

    async fn send_once(&self, call: &Call) -> Result<Answer, HttpError> {
        let host = authority(&call.url);
        let started = Instant::now();
        let mut waited = None;
        let outcome = self.exchange(call, &host, &mut waited).await;
        let duration = started.elapsed();
        if let Some((events, service)) = &self.told {
            events.send(Event::Call(Box::new(CallRecord {
                service: *service,
                method: call.method.to_string(),
                url: call.url.clone(),
                headers: texts(&call.headers),
                body: RecordedBody::of(&call.body),
                waited: waited.map_or(duration, |(at, _)| at - started),
                duration,
                outcome: match &outcome {
                    Ok(answer) => Ok(Answered {
                        status: answer.status,
                        version: format!(
                            "{:?}",
                            waited.map_or(Version::HTTP_11, |(_, version)| version)
                        ),
                        headers: texts(&answer.headers),
                        body: RecordedBody::of(&answer.body),
                    }),
                    Err(error) => Err(error.to_string()),
                },
            })));
        }
        let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let (method, path) = (call.method.as_str(), call.url.path());
        match &outcome {
            Ok(answer) => {
                tracing::debug!(target: "reauth::http", method, host, path, status = answer.status, ms);
            }
            Err(error) => tracing::debug!(target: "reauth::http", method, host, path, ms, %error),
        }
        outcome
    }

    /// `answered` says when the answer's headers came, and by which version of HTTP.
    async fn exchange(
        &self,
        call: &Call,
        host: &str,
        answered: &mut Option<(Instant, Version)>,
    ) -> Result<Answer, HttpError> {
        let limit = call.limit.unwrap_or(self.shared.limits.total);
        let sort = |error| HttpError::from_reqwest(error, host, limit);
        let mut response = self
            .client_for(&call.url)?
            .request(call.method.clone(), call.url.clone())
            .headers(call.headers.clone())
            .body(call.body.clone())
            .timeout(limit)
            .send()
            .await
            .map_err(sort)?;
        *answered = Some((Instant::now(), response.version()));
        let too_large =
            || HttpError::TooLarge { host: host.to_owned(), limit: self.shared.limits.body };
        let announced = response.content_length().unwrap_or(0);
        if announced > self.shared.limits.body as u64 {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(sort)? {
            if body.len() + chunk.len() > self.shared.limits.body {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, HttpError> {
        let shared = &*self.shared;
        let client = match (is_loopback(url), url.scheme()) {
            (true, "http") => return Ok(&shared.plain),
            (true, _) => shared.loopback_tls.get_or_init(|| {
                shared.with_tls(builder(&shared.limits).no_proxy().dns_resolver(LoopbackResolver))
            }),
            (false, _) => shared.outside.get_or_init(|| shared.with_tls(builder(&shared.limits))),
        };
        client.as_ref().map_err(Clone::clone)
    }
}

impl Shared {
    fn with_tls(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::Client, HttpError> {
        builder.tls_certs_merge(self.authorities.iter().cloned()).build().map_err(tls_setup)
    }
}

/// What a try that may be repeated came to.
enum Attempt {
    Busy(Answer),
    Failed(HttpError),
}

impl Attempt {
    fn is_transient(&self) -> bool {
        match self {
            Self::Busy(_) => true,
            Self::Failed(error) => error.is_transient(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(answer) => answer.retry_after(),
            Self::Failed(_) => None,
        }
    }
}

/// Those that are text.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}

fn builder(limits: &Limits) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("reauth/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(limits.connect)
}

fn tls_setup(error: reqwest::Error) -> HttpError {
    HttpError::TlsSetup { reason: innermost_reason(&error.without_url()) }
}

fn read_authorities(config: &config::Http) -> Result<Vec<Certificate>, Failure> {
    let Some(path) = &config.ca_file else {
        return Ok(Vec::new());
    };
    let wrong = |reason: String| {
        Failure::usage("http.ca_file", format!("http.ca_file {}: {reason}", path.display()))
            .hint("expected a PEM file: -----BEGIN CERTIFICATE----- … -----END CERTIFICATE-----")
    };
    let pem = InputFile::open(path, Accepts::File)
        .and_then(|file| file.read(input_file::LONGEST))
        .map_err(|error| wrong(error.to_string()))?;
    let certificates =
        Certificate::from_pem_bundle(&pem).map_err(|error| wrong(innermost_reason(&error)))?;
    if certificates.is_empty() {
        return Err(wrong("it holds no certificate".to_owned()));
    }
    Ok(certificates)
}

/// `host:port` of a URL.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Stage;
    use crate::http::testing::{Canned, quick_client, response};
    use http::Method;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const BUSY: &str = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\n\
                        content-length: 0\r\nconnection: close\r\n\r\n";

    #[tokio::test]
    async fn a_safe_call_is_made_again_when_the_service_is_busy() {
        let server = Canned::serve(vec![BUSY.into(), BUSY.into(), response(200, "{}")]).await;
        let answer = quick_client().send(Call::get(server.url("/a")).retrying()).await.unwrap();
        assert_eq!((answer.status, server.requests().len()), (200, 3));
    }

    #[tokio::test]
    async fn other_calls_are_made_once() {
        for method in [Method::GET, Method::POST, Method::PATCH, Method::PUT] {
            let server = Canned::serve(vec![BUSY.into(), response(200, "{}")]).await;
            let call = Call::new(method.clone(), server.url("/a"));
            let answer = quick_client().send(call).await.unwrap();
            assert_eq!((answer.status, server.requests().len()), (503, 1), "{method}");
        }
    }

    #[tokio::test]
    async fn the_last_busy_answer_is_handed_back() {
        let server = Canned::serve(vec![BUSY.into(); 4]).await;
        let answer = quick_client().send(Call::get(server.url("/a")).retrying()).await.unwrap();
        assert_eq!((answer.status, server.requests().len()), (503, 4));
    }

    #[tokio::test]
    async fn other_statuses_are_not_retried() {
        let server = Canned::serve(vec![response(500, "{}"), response(200, "{}")]).await;
        let answer = quick_client().send(Call::get(server.url("/a")).retrying()).await.unwrap();
        assert_eq!((answer.status, server.requests().len()), (500, 1));
    }

    #[tokio::test]
    async fn a_broken_connection_is_retried_for_safe_calls_only() {
        let server = Canned::serve(vec![String::new(), response(200, "{}")]).await;
        let answer = quick_client().send(Call::get(server.url("/a")).retrying()).await.unwrap();
        assert_eq!(answer.status, 200);
        let server = Canned::serve(vec![String::new(), response(200, "{}")]).await;
        let outcome = quick_client().send(Call::post(server.url("/a"))).await;
        assert!(matches!(outcome.err(), Some(HttpError::Broken { .. })));
        assert_eq!(server.requests().len(), 1);
    }

    #[tokio::test]
    async fn a_body_without_end_is_cut_off() {
        let limits = Limits { body: 1000, ..Limits::default() };
        let client = HttpClient::with_limits(&config::Http::default(), limits).unwrap();
        let announced = response(200, &"x".repeat(1001));
        let unannounced =
            format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(1001));
        let fits = response(200, &"x".repeat(1000));
        let server = Canned::serve(vec![announced, unannounced, fits]).await;
        for _ in 0..2 {
            let outcome = client.send(Call::get(server.url("/a"))).await;
            assert!(matches!(outcome.err(), Some(HttpError::TooLarge { limit: 1000, .. })));
        }
        assert_eq!(client.send(Call::get(server.url("/a"))).await.unwrap().body.len(), 1000);
    }

    #[tokio::test]
    async fn a_name_under_localhost_is_this_machine() {
        let server = Canned::serve(vec![response(200, "{}")]).await;
        let mut url = server.url("/a?secret=1");
        url.set_host(Some("acme--qa.sandbox.my.salesforce.localhost")).unwrap();
        assert_eq!(quick_client().send(Call::get(url)).await.unwrap().status, 200);
        assert!(server.requests()[0].contains("host: acme--qa.sandbox.my.salesforce.localhost"));
        assert!(server.requests()[0].contains("user-agent: reauth/"));
    }

    #[tokio::test]
    async fn redirects_are_answers() {
        let redirect = "HTTP/1.1 302 Found\r\nlocation: http://localhost:1/\r\n\
                        content-length: 0\r\nconnection: close\r\n\r\n";
        let server = Canned::serve(vec![redirect.into()]).await;
        assert_eq!(quick_client().send(Call::get(server.url("/a"))).await.unwrap().status, 302);
    }

    #[tokio::test]
    async fn a_closed_port_is_unreachable_and_the_query_is_not_told() {
        // Bound, so that nobody else is given it, and nobody listens.
        let closed = tokio::net::TcpSocket::new_v4().unwrap();
        closed.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let address = closed.local_addr().unwrap();
        let url = Url::parse(&format!("http://{address}/path?apiSecret=hunter2")).unwrap();
        let error = quick_client().send(Call::get(url)).await.err().unwrap();
        assert!(matches!(&error, HttpError::Unreachable { stage: Stage::Connect, .. }));
        let failure = Failure::from(error);
        assert_eq!(failure.code, "http.unreachable");
        assert!(!failure.message.contains("path") && !failure.message.contains("hunter2"));
    }

    #[tokio::test]
    async fn https_towards_a_plain_port_is_a_tls_error() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let plain = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 16];
            stream.read_exact(&mut hello).await.unwrap();
            stream.write_all(response(400, "").as_bytes()).await.unwrap();
            stream
        });
        let url = Url::parse(&format!("https://localhost:{port}/")).unwrap();
        match quick_client().send(Call::get(url)).await.err().unwrap() {
            HttpError::Unreachable { stage: Stage::Tls, .. } => drop(plain.await.unwrap()),
            // A machine without CA certificates: the other tests show that it can do without.
            HttpError::TlsSetup { .. } => {}
            other => panic!("expected a TLS error, got {other}"),
        }
    }

    #[tokio::test]
    async fn silence_is_a_timeout() {
        let server = Canned::silent().await;
        let call = Call::get(server.url("/")).limit(Duration::from_millis(80));
        let error = quick_client().send(call).await.err().unwrap();
        assert!(matches!(error, HttpError::Timeout { .. }), "{error}");
    }

    #[test]
    fn a_missing_ca_file_is_a_usage_error() {
        let config = config::Http { ca_file: Some("/nonexistent/ca.pem".into()) };
        let failure = HttpClient::new(&config).err().unwrap();
        assert_eq!(failure.code, "http.ca_file");
    }
}
