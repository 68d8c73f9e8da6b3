//! A `reauth` that runs: its stderr is read line by line, and it can be sent signals.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout};
use tokio::task::JoinHandle;

use super::Finished;

/// A command between its start and its end.
pub struct Running {
    child: Child,
    stderr: Lines<BufReader<ChildStderr>>,
    pub(super) seen: String,
    stdout: JoinHandle<Vec<u8>>,
    home: PathBuf,
}

impl Running {
    pub fn new(mut child: Child, home: &Path) -> Self {
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let stdout = tokio::spawn(all(child.stdout.take().unwrap()));
        Self { child, stderr, seen: String::new(), stdout, home: home.to_owned() }
    }

    /// Reads on until stderr has said `text`. To act upon the process in just that moment, hold the
    /// simulator ([`super::Moment`]): it goes on while we read.
    pub async fn until(&mut self, text: &str) -> &mut Self {
        while !self.seen.contains(text) {
            if !self.read_line().await {
                panic!("ended without saying {text:?}:\n{}", self.seen);
            }
        }
        self
    }

    /// Reads on until stderr has so many lines. False if it ends before.
    pub async fn until_lines(&mut self, count: usize) -> bool {
        while self.seen.lines().count() < count {
            if !self.read_line().await {
                return false;
            }
        }
        true
    }

    /// False if there are no more.
    async fn read_line(&mut self) -> bool {
        let Some(line) = self.stderr.next_line().await.unwrap() else { return false };
        self.seen.push_str(&line);
        self.seen.push('\n');
        true
    }

    /// Reads all that is said.
    pub(super) async fn read_rest(&mut self) {
        while self.read_line().await {}
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends a signal to this process alone.
    pub fn signal(&mut self, signal: Signal) -> &mut Self {
        let id = i32::try_from(self.child.id().expect("it runs")).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
        self
    }

    /// Waits for its end.
    pub async fn finish(mut self) -> Finished {
        self.read_rest().await;
        let status: ExitStatus = self.child.wait().await.unwrap();
        let stdout = self.stdout.await.unwrap();
        Finished::new(Output { status, stdout, stderr: self.seen.into_bytes() }, &self.home)
    }
}

async fn all(mut stdout: ChildStdout) -> Vec<u8> {
    let mut bytes = Vec::new();
    stdout.read_to_end(&mut bytes).await.unwrap();
    bytes
}
