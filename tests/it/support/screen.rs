//! What a person sees on a terminal: the screen as it is after all that was written to it.

use std::num::NonZero;
use std::process::Stdio;
use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{Error, Expect as _, NBytes, Session};
use vt100::Parser;

use super::World;

/// High enough for all that a run says.
const ROWS: u16 = 60;

/// `reauth` on a terminal of a size of its own.
pub struct Screen {
    session: OsSession,
    parser: Parser,
    /// Everything that was written.
    pub written: Vec<u8>,
}

impl Screen {
    /// Starts it, with these variables as well.
    pub fn open(
        world: &World,
        columns: u16,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let wanted = world.command(arguments).into_std();
        let mut command = std::process::Command::new("sh");
        // Before the program looks.
        let script = format!("stty cols {columns} rows {ROWS} && exec \"$@\"");
        command.args(["-c", &script, "sh"]).arg(wanted.get_program()).args(wanted.get_args());
        command.env_clear().current_dir(wanted.get_current_dir().expect("it has a folder"));
        command.envs(wanted.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("TERM", "xterm-256color").envs(variables.iter().copied());
        command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        let mut session = Session::spawn(command).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(60)));
        let [rows, columns] = [ROWS, columns].map(|size| NonZero::new(size).unwrap());
        Self { session, parser: Parser::new(rows, columns, 0), written: Vec::new() }
    }

    /// What is on it.
    pub fn shown(&self) -> String {
        let lines = self.parser.screen().contents();
        lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// Waits until it shows what is wanted; answers all that it shows.
    pub fn until(&mut self, is_wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let shown = self.shown();
            if is_wanted(&shown) {
                return shown;
            }
            assert!(self.read(), "ended before what was wanted:\n{shown}");
        }
    }

    /// Waits for the end; answers what it shows then.
    pub fn ends(&mut self, code: i32) -> String {
        while self.read() {}
        match self.session.get_process().wait().unwrap() {
            WaitStatus::Exited(_, ended) => assert_eq!(ended, code, "{}", self.shown()),
            other => panic!("{other:?}: {}", self.shown()),
        }
        self.shown()
    }

    /// Takes one more byte; false at the end.
    fn read(&mut self) -> bool {
        match self.session.expect(NBytes(1)) {
            Ok(found) => {
                let byte = found.get(0).unwrap_or_default();
                self.parser.process(byte);
                self.written.extend_from_slice(byte);
                true
            }
            Err(Error::Eof) => false,
            Err(error) => panic!("{error}:\n{}", self.shown()),
        }
    }
}
