//! `docs/errors.md`.

use std::fmt::Write as _;

use super::{Explained, RETIRED, all, modules};

const HEAD: &str = "\
<!-- Made from src/explain/codes/: change it there, and run
     REAUTH_UPDATE_DOCS=1 cargo nextest run explain -->

# Error and warning codes

Every error and every warning of `reauth` has a code, `<module>.<what>`. Codes are stable: scripts may
rely on them, and one that is taken out of use is never given to anything else. `reauth explain CODE`
prints what stands here; `reauth explain` and `reauth explain MODULE` list them.

The exit code depends on the instance as well, because it has to say first of all whether the instance
works: 1 promises that it is authenticated or untouched, 4 says that it was left without a grant
(`reauth restore` brings it back), 2 and 3 promise that nothing was changed.

";

/// The whole file.
pub fn document() -> String {
    let mut out = HEAD.to_owned();
    for module in modules() {
        let _ = writeln!(out, "- [{module}](#{module})");
        for explained in of(module) {
            let _ = writeln!(
                out,
                "  - [`{}`](#{}): {}",
                explained.code,
                anchor(explained.code),
                explained.headline()
            );
        }
    }
    if !RETIRED.is_empty() {
        out.push_str("- [No longer given](#no-longer-given)\n");
    }
    for module in modules() {
        let _ = writeln!(out, "\n## {module}");
        for explained in of(module) {
            entry(&mut out, explained);
        }
    }
    retired(&mut out);
    out
}

fn of(module: &'static str) -> impl Iterator<Item = &'static Explained> {
    all().filter(move |explained| explained.module() == module)
}

/// What GitHub makes of a heading.
fn anchor(code: &str) -> String {
    code.replace('.', "")
}

fn entry(out: &mut String, explained: &Explained) {
    let exit_codes =
        explained.exit_codes().map_or_else(String::new, |codes| format!(" · exit code {codes}"));
    let _ = writeln!(
        out,
        "\n### {}\n\n*{}{exit_codes}*\n\n{}\n\n**How to recognise it.** {}\n\n**What to do.**\n",
        explained.code,
        explained.is.as_str(),
        explained.means,
        explained.signs
    );
    for (number, remedy) in explained.remedies.iter().enumerate() {
        let _ = writeln!(out, "{}. {remedy}", number + 1);
    }
}

fn retired(out: &mut String) {
    if RETIRED.is_empty() {
        return;
    }
    out.push_str("\n## No longer given\n\n");
    for retired in RETIRED {
        let _ = writeln!(out, "- `{}`, until {}: {}", retired.code, retired.since, retired.instead);
    }
}
