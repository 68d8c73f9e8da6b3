//! The run folder, and that no secret is in it.

mod canary;
mod folder;
mod processes;
mod shown;
