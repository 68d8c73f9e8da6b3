//! What every user of the machine can see of a run: command lines, and the environment that its
//! processes hand on.

use std::collections::BTreeSet;
use std::path::Path;

/// Command lines and environments seen so far.
#[derive(Default)]
pub struct Sightings {
    /// Command line of the `reauth` that is watched. Its environment is no finding: it was given
    /// that. Its children have the same until they become other programs.
    watched: Vec<u8>,
    pub seen: BTreeSet<Vec<u8>>,
    /// Command lines of those that may leave a core dump.
    pub dumping: BTreeSet<String>,
}

impl Sightings {
    /// Nothing yet; what this process was given does not count.
    pub fn beside(watched: u32) -> Self {
        // Who starts it goes on before the kernel has laid out its arguments: until then there are none.
        let watched = loop {
            let line = std::fs::read(format!("/proc/{watched}/cmdline")).unwrap();
            if !line.is_empty() {
                break line;
            }
            std::thread::yield_now();
        };
        Self { watched, ..Self::default() }
    }

    /// Looks at every process whose `TMPDIR` is ours: `reauth`, guard, driver, browser.
    pub fn look(&mut self, temporary: &Path) {
        let needle = format!("TMPDIR={}", temporary.display());
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            if !entry.file_name().to_string_lossy().bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            // It may end while it is looked at, or become another program: then what was read first is
            // of the program before, and it is seen the next time.
            let line_of = || std::fs::read(entry.path().join("cmdline"));
            let Ok(line) = line_of() else { continue };
            let Ok(environment) = std::fs::read(entry.path().join("environ")) else { continue };
            if line_of().ok().as_ref() != Some(&line) {
                continue;
            }
            let ours = environment
                .split(|byte| *byte == 0)
                .any(|pair| pair.starts_with(needle.as_bytes()));
            if ours {
                let limits = std::fs::read_to_string(entry.path().join("limits"));
                if limits.is_ok_and(|limits| !dumps_no_core(&limits)) {
                    self.dumping.insert(String::from_utf8_lossy(&line).replace('\0', " "));
                }
                if line != self.watched {
                    self.seen.insert(environment);
                }
                self.seen.insert(line);
            }
        }
    }

    /// Whether a program of this name was among them.
    pub fn has(&self, program: &str) -> bool {
        self.seen.iter().any(|bytes| {
            let line = String::from_utf8_lossy(bytes);
            let first = line.split('\0').next().unwrap_or_default();
            first.rsplit('/').next().is_some_and(|name| name.starts_with(program))
        })
    }
}

/// Of `/proc/<id>/limits`: no core fits into one byte, which is also the limit that is heeded where
/// cores are piped to a program.
fn dumps_no_core(limits: &str) -> bool {
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size"));
    core.is_some_and(|core| core.split_whitespace().take(2).eq(["1", "1"]))
}
