//! A display of a test's own, ended with the test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A running X server without a screen that anybody sees.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts one on a number that the server chooses. It takes connections when this returns.
    pub fn start() -> Self {
        let (told, mut server) = start();
        let mut number = String::new();
        BufReader::new(told).read_line(&mut number).unwrap();
        if number.trim().is_empty() {
            let status = server.wait().unwrap();
            panic!("Xvfb did not start: {status}");
        }
        Self { server, name: format!(":{}", number.trim()) }
    }

    /// What `DISPLAY` has to be.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// `-displayfd` writes the number to a file descriptor: its standard output.
fn start() -> (std::process::ChildStdout, Child) {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x1000x24", "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("Xvfb: {error}; `webdriver/setup` says what to install"));
    let told = server.stdout.take().unwrap();
    (told, server)
}

impl Drop for Display {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.server);
        // Asked to end, it removes its socket and lock.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.server.wait();
    }
}
