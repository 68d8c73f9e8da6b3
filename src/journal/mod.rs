//! What is in flight, on disk: which instances are without a grant because of us, so that a later
//! process can bring them back whatever ended this one.
//!
//! Entry: [`Journal::open`]. Then [`Journal::lock`] the instance, look for what an earlier run left
//! ([`Journal::pending`]), [`Journal::begin`] before the first irreversible act, and
//! [`InFlight::close`] when the instance is seen authenticated. Entries hold no secrets. What cannot
//! be read is reported and kept, never guessed at and never overwritten.

mod entry;
mod lock;
mod store;

pub use entry::{CorruptEntry, Entry, InstanceKey, Phase, VERSION};
pub use lock::InstanceLock;
pub use store::{InFlight, Journal};
