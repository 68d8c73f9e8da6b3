//! One HTTP call of a run, as it went over the wire.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use url::Url;

/// Whom a call goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// The org, or the login host.
    Salesforce,
    /// The platform that holds the instance.
    CloudElements,
}

impl Service {
    /// Its name, for a person.
    pub fn title(self) -> &'static str {
        match self {
            Self::Salesforce => "Salesforce",
            Self::CloudElements => "Cloud Elements",
        }
    }
}

/// One request and what came of it. Holds secrets: the reporter redacts it when the run has ended, for
/// only then is every secret known.
#[derive(Clone)]
pub struct CallRecord {
    /// Whom it went to.
    pub service: Service,
    /// HTTP method.
    pub method: String,
    /// The whole URL.
    pub url: Url,
    /// Request headers; values that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// Request body.
    pub body: RecordedBody,
    /// From the start until the answer's headers were there, or until it failed.
    pub waited: Duration,
    /// From the start to the last byte of the answer, or until it failed.
    pub duration: Duration,
    /// The answer, or why there was none.
    pub outcome: Result<Answered, String>,
}

/// An answer to a call.
#[derive(Clone)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// `HTTP/1.1` and the like.
    pub version: String,
    /// Response headers; values that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// Response body.
    pub body: RecordedBody,
}

/// The longest body that is kept, in bytes. It is kept whole: a cut could go through a secret.
const LONGEST_BODY: usize = 256 * 1024;

/// A body, or how long it was.
#[derive(Clone)]
pub enum RecordedBody {
    /// All of it.
    Kept(Vec<u8>),
    /// Too long to be kept; bytes.
    TooLong(usize),
}

impl RecordedBody {
    /// Keeps a body, unless it is too long.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.len() <= LONGEST_BODY {
            Self::Kept(bytes.to_vec())
        } else {
            Self::TooLong(bytes.len())
        }
    }

    /// Keeps only how long it was.
    pub fn let_go(&mut self) {
        *self = Self::TooLong(self.len());
    }

    /// Bytes that are kept.
    pub fn kept(&self) -> usize {
        match self {
            Self::Kept(bytes) => bytes.len(),
            Self::TooLong(_) => 0,
        }
    }

    /// Bytes that it had.
    pub fn len(&self) -> usize {
        match self {
            Self::Kept(bytes) => bytes.len(),
            Self::TooLong(length) => *length,
        }
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for CallRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        write!(formatter, "{} {host}{}", self.method, self.url.path())
    }
}
