//! `reauth simulate`

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use super::flags::SimulateArguments;
use super::session::to_stdout;
use super::signals::Signals;
use crate::failure::Failure;
use crate::simulator::{Options, Settings, Simulator, config_toml};

/// Serves until stopped.
pub async fn run(arguments: &SimulateArguments) -> Result<ExitCode, Failure> {
    let mut signals = Signals::catch()?;
    let settings = arguments.settings.as_deref().map(settings).transpose()?.unwrap_or_default();
    let simulator = Simulator::start(Options { port: arguments.port, settings })
        .await
        .map_err(|error| Failure::environment("simulator.start", error.to_string()))?;
    if let Some(file) = &arguments.write_config {
        write_private(file, &config_toml(simulator.ready()))?;
    }
    let line = serde_json::to_string(simulator.ready())
        .map_err(|error| Failure::environment("simulator.start", error.to_string()))?;
    to_stdout(&line);
    signals.next().await;
    simulator.stop().await;
    Ok(ExitCode::SUCCESS)
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
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut open| open.write_all(text.as_bytes()))
        .map_err(|error| {
            Failure::environment(
                "simulator.write_config",
                format!("{} cannot be written: {error}", file.display()),
            )
        })
}
