//! Why no usable answer came back.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::failure::Failure;

/// How far a connection came before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The name has no address.
    Dns,
    /// Nobody accepted the connection.
    Connect,
    /// The connection, or its encryption, did not stand in time.
    NoAnswer,
    /// The connection stood, but not its encryption.
    Tls,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Dns => "its name could not be resolved",
            Self::Connect => "no connection",
            Self::NoAnswer => "no answer in time",
            Self::Tls => "no secure connection",
        })
    }
}

/// A call that got no usable answer. Names the host and port only: paths, queries and bodies may
/// hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The host could not be reached: the request did not leave this process.
    #[error("could not reach {host}: {stage} ({reason})")]
    Unreachable {
        /// `host:port`.
        host: String,
        /// How far it came.
        stage: Stage,
        /// What the system or the TLS library said.
        reason: String,
    },
    /// The request was sent, or may have been, and no complete answer came in time.
    #[error("{host} gave no complete answer within {} s", limit.as_secs_f32())]
    Timeout {
        /// `host:port`.
        host: String,
        /// The limit for the whole call.
        limit: Duration,
    },
    /// The connection broke or what came back was not HTTP.
    #[error("{host} broke off its answer ({reason})")]
    Broken {
        /// `host:port`.
        host: String,
        /// What the library said.
        reason: String,
    },
    /// The answer is larger than is reasonable for these services.
    #[error("{host} answered with more than {limit} bytes")]
    TooLarge {
        /// `host:port`.
        host: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// This machine cannot set up TLS, e.g. because it has no CA certificates.
    #[error("https cannot be used on this machine ({reason})")]
    TlsSetup {
        /// What the library said.
        reason: String,
    },
}

impl HttpError {
    /// Sorts a reqwest error. `limit` is the total limit that the call had.
    pub(super) fn from_reqwest(error: reqwest::Error, host: &str, limit: Duration) -> Self {
        let error = error.without_url();
        let host = host.to_owned();
        let reason = innermost_reason(&error);
        if error.is_connect() {
            let stage = if error.is_dns() {
                Stage::Dns
            } else if error.is_timeout() {
                Stage::NoAnswer
            } else if speaks_of_tls(&reason) {
                Stage::Tls
            } else {
                Stage::Connect
            };
            return Self::Unreachable { host, stage, reason };
        }
        if error.is_timeout() {
            return Self::Timeout { host, limit };
        }
        Self::Broken { host, reason }
    }

    /// Whether the same call may succeed in a moment. What has used up a time limit has not been
    /// short of tries.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { stage: Stage::Connect, .. } | Self::Broken { .. })
    }

    /// Whether the request surely never reached the service.
    pub fn was_not_sent(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TlsSetup { .. })
    }
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Self {
        let message = error.to_string();
        match error {
            HttpError::Unreachable { host, stage, .. } => {
                let failure = Self::environment("http.unreachable", message);
                match stage {
                    Stage::Dns => failure.hint(format!(
                        "check the spelling of {host} in the configuration, and DNS"
                    )),
                    Stage::Connect | Stage::NoAnswer => failure.hint(format!(
                        "check that {host} is up, and the proxy variables (HTTPS_PROXY, NO_PROXY)"
                    )),
                    Stage::Tls => failure.hint(
                        "if a company proxy re-signs traffic, name its certificate in http.ca_file",
                    ),
                }
            }
            HttpError::Timeout { host, .. } => Self::environment("http.timeout", message)
                .hint(format!("check that {host} is not overloaded, then run again")),
            HttpError::Broken { host, .. } => Self::environment("http.broken_response", message)
                .hint(format!("check what stands between this machine and {host}")),
            HttpError::TooLarge { host, .. } => Self::environment("http.too_large", message)
                .hint(format!("check that {host} is the API and not a web page or a download")),
            HttpError::TlsSetup { .. } => Self::environment("http.tls", message)
                .hint("install the system's CA certificates (Debian: ca-certificates)")
                .hint("or name a PEM file in http.ca_file"),
        }
    }
}

/// The last cause in the chain: what the system said, not what each layer called it.
pub(super) fn innermost_reason(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// rustls is not a dependency of ours, so its errors are told by their words.
fn speaks_of_tls(reason: &str) -> bool {
    let reason = reason.to_ascii_lowercase();
    ["certificate", "handshake", "fatal alert", "tls", "corrupt message", "unknownissuer"]
        .iter()
        .any(|word| reason.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_told_from_refusal() {
        for (reason, expected) in [
            ("invalid peer certificate: UnknownIssuer", true),
            ("received corrupt message of type InvalidContentType", true),
            ("received fatal alert: HandshakeFailure", true),
            ("Connection refused (os error 111)", false),
            ("operation timed out", false),
        ] {
            assert_eq!(speaks_of_tls(reason), expected, "{reason}");
        }
    }

    #[test]
    fn only_unsent_calls_are_known_to_be_unsent() {
        let host = || "a:1".to_owned();
        let refused =
            HttpError::Unreachable { host: host(), stage: Stage::Connect, reason: String::new() };
        assert!(refused.was_not_sent());
        let late = HttpError::Timeout { host: host(), limit: Duration::from_secs(1) };
        assert!(!late.was_not_sent());
        assert!(!late.is_transient());
    }
}
