//! A run emits events; reporters consume them (console, `report.json`, log) and never influence it.
//!
//! Entry: [`Reporter::spawn`] takes the receiving end of [`Events::channel`]; its handle's
//! [`ReporterHandle::finish`] decides the exit code and leaves the [`Report`]. Nothing here knows of
//! the scenario, the services or the browser.

mod call;
mod clean;
mod comparison;
mod console;
mod event;
mod files;
mod github;
mod har;
mod html;
mod junit;
mod kept;
pub mod log;

mod model;
mod recorder;
mod reporter;

mod run_folder;
mod statistics;
mod tables;
mod verdict;
mod words;

pub use call::{Answered, CallRecord, RecordedBody, Service};
pub use comparison::{
    COMPARISON_SCHEMA, Comparison, Difference, FactComparison, Pair, StepComparison,
    comparison_schema,
};
pub use console::{Color, ConsoleOptions, Glyphs, Verbosity};
pub use event::{Event, Events, Outcome, Phase, StepId, StepKey, StepOutcome};
pub use github::GithubActions;
pub use kept::{KeptRun, merge};
pub use model::{
    BrowserStartReport, EnvironmentReport, ErrorReport, InstanceReport, PageReport, ProgressReport,
    Report, SCHEMA, StepReport, WarningReport, schema,
};
pub use recorder::{Recorder, RunMeta};
pub use reporter::{Reporter, ReporterHandle};
pub use run_folder::RunFolder;
pub use statistics::{Durations, HISTORY_SCHEMA, History, RunLine, StepHistory, history_schema};
pub use tables::{comparison_table, history_table};
pub use verdict::{Purpose, Verdict, verdict};
