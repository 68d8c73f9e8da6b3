//! Why the simulator could not start.

/// Why the simulator could not start or be described.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The port is taken or may not be used.
    #[error("the simulator could not listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port that was asked for; 0 means any.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system has no randomness for secrets and tokens.
    #[error("the system gave no random bytes for the simulator's secrets: {0}")]
    Random(getrandom::Error),
    /// One of the simulator's own pages does not parse.
    #[error("a page template of the simulator is broken: {0}")]
    Template(#[from] minijinja::Error),
}
