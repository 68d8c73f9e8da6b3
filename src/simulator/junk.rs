//! Bodies that no client expects, each called JSON and answered with 200.

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};

/// How deep is deeper than any parser should follow.
const DEPTH: usize = 100_000;

/// What comes instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Junk {
    /// Nothing.
    Empty,
    /// JSON that ends in the middle.
    Torn,
    /// Texts that are Latin-1.
    Latin1,
    /// Zero bytes.
    Nul,
    /// A number where there should be something in it.
    Scalar,
    /// Lists in lists, a hundred thousand deep.
    Deep,
    /// A list that never ends.
    Endless,
}

impl Junk {
    pub(super) fn answer(self) -> Response {
        let body = match self {
            Self::Empty => Body::empty(),
            Self::Torn => Body::from(r#"{"id":"#),
            Self::Latin1 => Body::from(&b"{\"name\":\"Zo\xeb\"}"[..]),
            Self::Nul => Body::from(vec![0; 100]),
            Self::Scalar => Body::from("17"),
            Self::Deep => Body::from(["[".repeat(DEPTH), "]".repeat(DEPTH)].concat()),
            Self::Endless => {
                let first = Bytes::from_static(b"[0");
                let chunk = Bytes::from(",0".repeat(32 * 1024));
                let all = std::iter::once(first).chain(std::iter::repeat(chunk));
                Body::from_stream(stream::iter(all.map(Ok::<_, std::io::Error>)))
            }
        };
        ([(CONTENT_TYPE, "application/json")], body).into_response()
    }
}
