//! A person at a terminal.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Eof, Expect as _, Session};

use super::World;

/// `reauth` on a terminal of its own, and a person who is patient.
pub struct Terminal(pub OsSession);

impl Terminal {
    /// Starts it, with these variables as well.
    pub fn open(world: &World, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = world.command(arguments).into_std();
        command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        command.env("TERM", "xterm-256color").envs(variables.iter().copied());
        let mut session = Session::spawn(command).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(60)));
        // As every terminal is at first, but not one of this library's.
        session.get_process_mut().set_echo(true, None).unwrap();
        Self(session)
    }

    /// Waits for a text; answers what was said before it.
    pub fn until(&mut self, text: &str) -> String {
        let found = self.0.expect(text).unwrap_or_else(|error| panic!("no {text:?}: {error}"));
        String::from_utf8_lossy(found.before()).into_owned()
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) {
        writeln!(self.0, "{line}").unwrap();
    }

    /// Presses keys, without Enter.
    pub fn presses(&mut self, keys: &[u8]) {
        self.0.write_all(keys).unwrap();
    }

    /// Waits for the end; answers what was still said.
    pub fn ends(&mut self, code: i32) -> String {
        let rest = self.0.expect(Eof).unwrap();
        let said = String::from_utf8_lossy(rest.get(0).unwrap_or_default()).into_owned();
        match self.0.get_process().wait().unwrap() {
            WaitStatus::Exited(_, ended) => assert_eq!(ended, code, "{said}"),
            other => panic!("{other:?}: {said}"),
        }
        said
    }
}
