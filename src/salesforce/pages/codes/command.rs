//! `verification_code_command`: a program that prints the code.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::time::{Instant, timeout_at};

use super::error::VerificationError as Error;
use super::{Asked, LABEL, extract};
use crate::secrets::{Redactor, Secret};

/// A mail with its headers is shorter.
const LONGEST_OUTPUT: u64 = 256 * 1024;
/// How much of what it complains of is shown.
const LONGEST_COMPLAINT: usize = 300;

/// Runs the command and takes the code from what it prints. Whatever ends this, nothing of the
/// command is left.
pub(super) async fn run(asked: &Asked<'_>, redactor: &Redactor) -> Result<Secret, Error> {
    let words = asked.account.verification_code_command.as_deref().unwrap_or_default();
    let [program, arguments @ ..] = words else {
        return Err(Error::NotConfigured {
            method: asked.method,
            username: asked.account.username.clone(),
            about: asked.about.clone(),
        });
    };
    let failed = |problem: String, hung| Error::Command {
        program: program.clone(),
        username: asked.account.username.clone(),
        problem,
        hung,
    };
    let began = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .env("REAUTH_VERIFICATION_METHOD", asked.method.word())
        .env("REAUTH_VERIFICATION_USERNAME", &asked.account.username)
        .env("REAUTH_VERIFICATION_ATTEMPT", asked.attempt.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("cannot be started: {error}"), false))?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ended = async {
        let status = child.wait().await;
        // What it left in the background would keep its output open.
        group.kill();
        status
    };
    let all = async { tokio::join!(ended, read(stdout), read(stderr)) };
    let Ok((status, stdout, stderr)) = timeout_at(asked.deadline, all).await else {
        // Reaped, not only killed: nothing of it is left when we go on.
        group.kill();
        let reaped = child.wait().await;
        tracing::debug!(?reaped, "the command was ended");
        return Err(failed(format!("did not end within {} s", began.elapsed().as_secs()), true));
    };
    let status = status.map_err(|error| failed(format!("was lost: {error}"), false))?;
    let stdout = stdout.map_err(|error| failed(format!("cannot be read: {error}"), false))?;
    let complaint = stderr.map(|bytes| complaint(&bytes, redactor)).unwrap_or_default();
    if !status.success() {
        return Err(failed(format!("failed with {status}{complaint}"), false));
    }
    // A code is a number in ASCII: whatever else is not UTF-8 does not matter.
    match extract::code_in(&String::from_utf8_lossy(&stdout)) {
        Some(code) => Ok(redactor.learn_code(LABEL, code)),
        None => Err(failed(format!("printed no number of 5 to 8 digits{complaint}"), false)),
    }
}

async fn read(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // Closed at the end, so that a program that prints on is ended by it.
        pipe.take(LONGEST_OUTPUT).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// The end of what it wrote to its standard error, in one line, or nothing.
fn complaint(bytes: &[u8], redactor: &Redactor) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = extract::without_codes(&redactor.redact(&line));
    let skipped = clean.chars().count().saturating_sub(LONGEST_COMPLAINT);
    let tail: String = clean.chars().skip(skipped).collect();
    if tail.is_empty() { tail } else { format!(": {tail}") }
}

/// A process group that does not outlive this value.
struct Group(Option<Pid>);

impl Group {
    fn kill(&self) {
        let Some(group) = self.0 else { return };
        match kill_process_group(group, Signal::KILL) {
            // Nobody of it is left: that is what is wanted.
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => tracing::warn!(%error, "the command could not be ended"),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
