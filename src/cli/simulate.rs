//! `reauth simulate`

use super::flags::SimulateArguments;
use super::private_file;
use super::session::to_stdout;
use super::signals::Signals;
use crate::failure::Failure;
use crate::input_file::{self, Accepts, read_text};
use crate::simulator::{
    Fault, Options, Settings, Simulator, SimulatorError, config_toml, faults, faults_named,
};
use std::path::Path;

/// Serves until stopped.
pub async fn run(arguments: &SimulateArguments) -> Result<u8, Failure> {
    if arguments.list_faults {
        to_stdout(&list());
        return Ok(0);
    }
    let mut signals = Signals::catch()?;
    let mut settings = arguments.settings.as_deref().map(settings).transpose()?.unwrap_or_default();
    settings.salesforce.more_callback_urls.extend(arguments.callback_url.iter().cloned());
    let options = Options {
        listen: arguments.listen,
        port: arguments.port,
        settings,
        faults: named(&arguments.fault)?,
    };
    let simulator =
        Simulator::start(options).await.map_err(|error| not_started(&error, arguments.port))?;
    if let Some(file) = &arguments.write_config {
        write_private(file, &config_toml(simulator.ready()))?;
    }
    let line = serde_json::to_string(simulator.ready())
        .map_err(|error| Failure::environment("simulator.start", error.to_string()))?;
    to_stdout(&line);
    signals.next().await;
    simulator.stop().await;
    Ok(0)
}

/// The faults of these names.
///
/// # Errors
/// A [`Failure`] for a name that no fault has.
pub fn named(names: &[String]) -> Result<Vec<&'static Fault>, Failure> {
    let names = names.iter().map(String::as_str).filter(|name| !name.is_empty());
    faults_named(names).map_err(|error| {
        Failure::usage("simulator.unknown_fault", error.to_string())
            .hint("`reauth simulate --list-faults` prints all of them")
    })
}

/// All faults, kind by kind.
fn list() -> String {
    let width = faults().map(|fault| fault.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    let mut kind = "";
    for fault in faults() {
        if fault.kind.as_str() != kind {
            kind = fault.kind.as_str();
            text.push_str(&format!("{}{kind}\n", if text.is_empty() { "" } else { "\n" }));
        }
        text.push_str(&format!("  {:width$}  {}\n", fault.name, fault.about));
    }
    text
}

fn not_started(error: &SimulatorError, port: u16) -> Failure {
    let failure = Failure::environment("simulator.start", error.to_string());
    match error {
        SimulatorError::Listen { .. } if port != 0 => {
            failure.hint("choose another port with `--port`, or leave it out to get a free one")
        }
        _ => failure,
    }
}

fn settings(file: &Path) -> Result<Settings, Failure> {
    let wrong = |reason: String| {
        Failure::usage("simulator.settings", format!("{}: {reason}", file.display()))
            .hint("`/__simulator/` of a running simulator shows all settings")
    };
    let text = read_text(file, Accepts::File, input_file::LONGEST)
        .map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}

/// The simulator's passwords are passwords. What somebody else wrote is not replaced.
fn write_private(file: &Path, text: &str) -> Result<(), Failure> {
    let first = |text: &str| text.lines().next().map(str::to_owned);
    if file.exists() {
        let there = read_text(file, Accepts::File, input_file::LONGEST).unwrap_or_default();
        if first(&there) != first(text) {
            return Err(Failure::usage(
                "simulator.config_exists",
                format!("{} is there already, and is none that `simulate` wrote", file.display()),
            )
            .hint("name another file, e.g. `--write-config simulator.toml`"));
        }
    }
    private_file::write(file, text, true).map_err(|error| {
        Failure::environment(
            "simulator.write_config",
            format!("{} cannot be written: {error}", file.display()),
        )
    })
}
