//! `reauth simulate`

use super::flags::SimulateArguments;
use super::private_file;
use super::session::to_stdout;
use super::signals::Signals;
use crate::failure::Failure;
use crate::simulator::{Options, Settings, Simulator, SimulatorError, config_toml};
use std::path::Path;

/// Serves until stopped.
pub async fn run(arguments: &SimulateArguments) -> Result<u8, Failure> {
    let mut signals = Signals::catch()?;
    let settings = arguments.settings.as_deref().map(settings).transpose()?.unwrap_or_default();
    let simulator = Simulator::start(Options { port: arguments.port, settings })
        .await
        .map_err(|error| not_started(&error, arguments.port))?;
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
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}

/// The simulator's passwords are passwords.
fn write_private(file: &Path, text: &str) -> Result<(), Failure> {
    private_file::write(file, text, true).map_err(|error| {
        Failure::environment(
            "simulator.write_config",
            format!("{} cannot be written: {error}", file.display()),
        )
    })
}
