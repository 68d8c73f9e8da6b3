//! The run folder, and that no secret is in it.
