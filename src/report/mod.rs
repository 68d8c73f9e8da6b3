//! A run emits events; reporters consume them (console, `report.json`) and never influence it.

mod event;

pub use event::{Event, Events, Outcome, Phase, StepId, StepKey, StepOutcome};
