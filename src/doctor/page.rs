//! A page of two sites on this machine, shown to a browser: what it draws, and whether a frame of
//! the other site is sent that site's cookie, as Setup's frames have to be.
//!
//! Names under `localhost` are this machine for every browser, and different ones are different
//! sites.

use std::io;
use std::sync::Arc;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const PAGE: &str = include_str!("page.html");
/// The page itself.
const TOP: &str = "reauth-doctor-page.localhost";
/// The site of its frame.
const OTHER: &str = "reauth-doctor-frame.localhost";
const COOKIE: &str = "reauth-doctor";
/// No request of the browser's is longer.
const LONGEST: u64 = 64 * 1024;

/// Which scripts the browser can draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Fonts {
    /// Letters at all.
    pub(super) latin: bool,
    /// Umlauts and sharp s.
    pub(super) german: bool,
    /// Chinese and Japanese.
    pub(super) cjk: bool,
}

/// What the browser did with the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// The page was drawn.
    Shown(Fonts),
    /// The frame was asked for, with its site's cookie or without it.
    Frame {
        /// With it.
        with_cookie: bool,
    },
}

/// Serves the page; ends when dropped.
pub(super) struct Page {
    port: u16,
    secret: Arc<str>,
    seen: mpsc::UnboundedReceiver<Seen>,
    server: JoinHandle<()>,
}

impl Page {
    /// Begins to serve, on a free port of this machine. `secret`, in all addresses and in the
    /// cookie, keeps everybody else's requests apart.
    pub(super) async fn serve(secret: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (sender, seen) = mpsc::unbounded_channel();
        let secret: Arc<str> = secret.into();
        let server = tokio::spawn(accept(listener, port, Arc::clone(&secret), sender));
        Ok(Self { port, secret, seen, server })
    }

    /// Where to go: the frame's site first, which sets its cookie and leads on to the page.
    pub(super) fn address(&self) -> String {
        format!("http://{OTHER}:{}/{}/cookie", self.port, self.secret)
    }

    /// What the browser did next.
    pub(super) async fn next(&mut self) -> Option<Seen> {
        self.seen.recv().await
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(
    listener: TcpListener,
    port: u16,
    secret: Arc<str>,
    seen: mpsc::UnboundedSender<Seen>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (secret, seen) = (Arc::clone(&secret), seen.clone());
        tokio::spawn(async move {
            if let Err(error) = answer(stream, port, &secret, &seen).await {
                tracing::debug!(%error, "a connection to the doctor's page ended early");
            }
        });
    }
}

/// One request a connection: browsers open connections in advance, and close them again.
async fn answer(
    mut stream: TcpStream,
    port: u16,
    secret: &str,
    seen: &mpsc::UnboundedSender<Seen>,
) -> io::Result<()> {
    let request = Request::read(&mut stream).await?;
    let here = |path: &str| format!("/{secret}/{path}") == request.path;
    let response = if here("cookie") && request.host.starts_with(OTHER) {
        let page = format!("http://{TOP}:{port}/{secret}/page");
        head(
            "302 Found",
            &format!(
                "location: {page}\r\nset-cookie: {COOKIE}={secret}; Path=/; Secure; SameSite=None\r\n"
            ),
            "",
        )
    } else if here("page") && request.host.starts_with(TOP) {
        let page = PAGE
            .replace("{frame}", &format!("http://{OTHER}:{port}/{secret}/frame"))
            .replace("{shown}", &format!("/{secret}/shown"));
        head("200 OK", "", &page)
    } else if here("frame") && request.host.starts_with(OTHER) {
        let with_cookie = request.cookies.contains(&format!("{COOKIE}={secret}"));
        // Whoever looked may have seen enough.
        let _ = seen.send(Seen::Frame { with_cookie });
        head("200 OK", "", "<!doctype html><title>frame</title><p>another site")
    } else if here("shown")
        && let Ok(fonts) = serde_json::from_slice(&request.body)
    {
        let _ = seen.send(Seen::Shown(fonts));
        head("204 No Content", "", "")
    } else {
        head("404 Not Found", "", "")
    };
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await
}

fn head(status: &str, more: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{more}content-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[derive(Default)]
struct Request {
    path: String,
    host: String,
    cookies: String,
    body: Vec<u8>,
}

impl Request {
    async fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let mut reader = BufReader::new(stream.take(LONGEST));
        let mut line = String::new();
        reader.read_line(&mut line).await?;
        let path = line.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let mut request = Self { path, ..Self::default() };
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "host" => value.trim().clone_into(&mut request.host),
                "cookie" => request.cookies.push_str(value.trim()),
                "content-length" => length = value.trim().parse().unwrap_or(0),
                _ => {}
            }
        }
        reader.take(length).read_to_end(&mut request.body).await?;
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(page: &Page, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", page.port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn the_frame_tells_whether_its_cookie_came() {
        let mut page = Page::serve("s3cret").await.unwrap();
        let cookie = format!("GET /s3cret/cookie HTTP/1.1\r\nHost: {OTHER}:{}\r\n\r\n", page.port);
        let answer = ask(&page, &cookie).await;
        assert!(answer.contains("location: http://reauth-doctor-page.localhost"), "{answer}");
        for (header, with_cookie) in [("cookie: reauth-doctor=s3cret\r\n", true), ("", false)] {
            let frame = format!("GET /s3cret/frame HTTP/1.1\r\nhost: {OTHER}\r\n{header}\r\n");
            assert!(ask(&page, &frame).await.starts_with("HTTP/1.1 200"));
            assert_eq!(page.next().await, Some(Seen::Frame { with_cookie }));
        }
    }

    #[tokio::test]
    async fn others_are_not_heard() {
        let mut page = Page::serve("s3cret").await.unwrap();
        for request in [
            format!("GET /guess/frame HTTP/1.1\r\nhost: {OTHER}\r\n\r\n"),
            "GET /s3cret/frame HTTP/1.1\r\nhost: evil.example\r\n\r\n".to_owned(),
            "POST /s3cret/shown HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        ] {
            assert!(ask(&page, &request).await.starts_with("HTTP/1.1 404"), "{request}");
        }
        let shown = r#"{"latin":true,"german":true,"cjk":false}"#;
        let length = shown.len();
        let request =
            format!("POST /s3cret/shown HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{shown}");
        assert!(ask(&page, &request).await.starts_with("HTTP/1.1 204"));
        let fonts = Fonts { latin: true, german: true, cjk: false };
        assert_eq!(page.next().await, Some(Seen::Shown(fonts)), "and nothing before it");
    }
}
