//! A server for unit tests: gives its answers in order, one a connection, and keeps what it read.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{HttpClient, Limits, RetryPolicy};
use crate::config;

/// A client whose retries do not wait.
pub(crate) fn quick_client() -> HttpClient {
    let retry = RetryPolicy { first_delay: Duration::from_millis(1), ..RetryPolicy::default() };
    HttpClient::with_limits(&config::Http::default(), Limits { retry, ..Limits::default() })
        .unwrap()
}

/// A complete answer with a JSON body.
pub(crate) fn response(status: u16, body: &str) -> String {
    response_with(status, "content-type: application/json\r\n", body)
}

/// A complete answer with these header lines, each ended by CR LF.
pub(crate) fn response_with(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// The server.
pub(crate) struct Canned {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Gives these answers in order; an empty one closes the connection. Then refuses.
    pub(crate) async fn serve(answers: Vec<String>) -> Self {
        Self::start(answers, false).await
    }

    /// Accepts one connection and never answers.
    pub(crate) async fn silent() -> Self {
        Self::start(vec![String::new()], true).await
    }

    async fn start(answers: Vec<String>, silent: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                if silent {
                    std::future::pending::<()>().await;
                }
                // A client that hangs up early (body limit) is what some tests are about.
                drop(stream.write_all(answer.as_bytes()).await);
                drop(stream.shutdown().await);
            }
            std::future::pending::<()>().await;
        });
        Self { port, requests }
    }

    /// A URL of this server.
    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    /// What was asked, head and body as text.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text[..end]
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
                })
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return text;
            }
        }
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        if read == 0 {
            return text;
        }
        bytes.extend_from_slice(&buffer[..read]);
    }
}
