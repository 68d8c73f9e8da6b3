//! A browser really starts and shows a page; what it draws, and which cookies it sends.

use std::time::Duration;

use tokio::time::timeout;
use url::Url;

use super::bench::Bench;
use super::check::{Check, CheckId};
use super::page::{Fonts, Page, Seen};
use crate::browser::{CallbackListener, is_answered_here};
use crate::config;
use crate::failure::Failure;
use crate::secrets::Redactor;

/// A first start on a loaded machine takes its time; a page of this machine does not.
const PAGE_LIMIT: Duration = Duration::from_secs(20);

/// Whether the callback can be answered, where that is for us to do.
pub(super) async fn callback(callback: &Url) -> Check {
    let host = callback.host_str().unwrap_or_default();
    if !is_answered_here(callback) {
        return Check::passed(
            CheckId::Callback,
            format!("{host} is kept out of the browser's reach"),
        );
    }
    match CallbackListener::start(callback).await {
        Ok(_) => Check::passed(CheckId::Callback, format!("{host} is free for us to answer")),
        Err(error) => Check::failed(CheckId::Callback, error),
    }
}

/// Starts a browser and shows it a page. `frames_matter`: Setup is worked in, whose frames may be
/// of another site.
pub(super) async fn checks(
    config: &config::Browser,
    callback: &Url,
    redactor: &Redactor,
    frames_matter: bool,
) -> Vec<Check> {
    let mut bench = match Bench::set(config, callback, redactor).await {
        Ok(bench) => bench,
        Err(error) => return not_started(error.into()),
    };
    let shown = show(&mut bench).await;
    let cleared = bench.clear().await;
    let mut checks = match shown {
        Ok(Some((fonts, frame))) => vec![
            Check::passed(CheckId::Start, "shows a page of this machine"),
            judge_fonts(fonts),
            judge_cookies(frame, frames_matter),
        ],
        Ok(None) => {
            let elsewhere = "the browser runs elsewhere and cannot be shown a page of this machine";
            vec![
                Check::passed(CheckId::Start, "gives a window"),
                Check::skipped(CheckId::Fonts, elsewhere),
                Check::skipped(CheckId::ThirdPartyCookies, elsewhere),
            ]
        }
        Err(failure) => not_started(failure),
    };
    if let Err(error) = cleared {
        checks.push(Check::failed(CheckId::Start, error));
    }
    checks
}

/// `None`: a page of this machine cannot be shown there.
async fn show(bench: &mut Bench) -> Result<Option<(Fonts, Option<bool>)>, Failure> {
    let window = bench.window().await?;
    let is_remote = bench.is_remote();
    if !bench.is_here() {
        window.goto("about:blank").await?;
        window.screenshot().await?;
        close(window).await;
        return Ok(None);
    }
    let mut page = Page::serve(&random_name()?).await.map_err(|error| {
        Failure::environment(
            "doctor.no_listener",
            format!("no page could be served on this machine: {error}"),
        )
        .hint("look at the limits of open files and ports")
    })?;
    window.goto(&page.address()).await?;
    let (mut fonts, mut frame) = (None, None);
    let watching = async {
        while fonts.is_none() || frame.is_none() {
            match page.next().await {
                Some(Seen::Shown(drawn)) => fonts = Some(drawn),
                Some(Seen::Frame { with_cookie }) => frame = Some(with_cookie),
                None => break,
            }
        }
    };
    // Without a frame in time nothing is known of cookies; without a page all is lost.
    let in_time = timeout(PAGE_LIMIT, watching).await.is_ok();
    close(window).await;
    tracing::debug!(in_time, ?fonts, ?frame, "the doctor's page");
    match fonts {
        Some(fonts) => Ok(Some((fonts, frame))),
        // A tunnel or a container: this machine's pages are nothing that it can reach.
        None if is_remote => Ok(None),
        None => Err(Failure::environment(
            "doctor.no_page",
            format!(
                "the browser starts, but did not draw a page within {} s",
                PAGE_LIMIT.as_secs()
            ),
        )
        .hint("install fonts, without which some builds draw nothing (Debian: fonts-liberation)")
        .hint("a proxy must not take what is on this machine: NO_PROXY=localhost")),
    }
}

async fn close(window: crate::browser::Session) {
    if let Err(error) = window.close().await {
        tracing::debug!(%error, "the doctor's window did not close in order");
    }
}

/// Nothing of it was there in time.
pub(super) fn too_late(limit: Duration) -> Vec<Check> {
    let failure = Failure::environment(
        "doctor.no_answer",
        format!("no browser was started and ended within {} s", limit.as_secs()),
    )
    .hint("look at the machine's load and memory, then run again");
    not_started(failure)
}

fn not_started(failure: Failure) -> Vec<Check> {
    let why = "needs a browser that starts";
    // Said by its own check already.
    let said = ["browser.not_installed", "browser.unusable", "browser.version_mismatch"]
        .contains(&failure.code);
    let start = match failure.code {
        _ if said => Check::skipped(CheckId::Start, "needs a browser and a driver that fit"),
        "browser.catalogue" => Check::skipped(CheckId::Start, "needs a locator catalogue"),
        "browser.callback_taken" => Check::skipped(CheckId::Start, "needs the callback's address"),
        _ => Check::failed(CheckId::Start, in_environment(failure)),
    };
    vec![
        start,
        Check::skipped(CheckId::Fonts, why),
        Check::skipped(CheckId::ThirdPartyCookies, why),
    ]
}

/// Whatever a browser does with a page of ours is a matter of this machine.
fn in_environment(failure: Failure) -> Failure {
    Failure { kind: crate::failure::Kind::Environment, ..failure }
}

fn judge_fonts(fonts: Fonts) -> Check {
    let missing: Vec<&str> = [
        (fonts.latin, "Latin letters"),
        (fonts.german, "umlauts"),
        (fonts.cjk, "Chinese and Japanese"),
    ]
    .into_iter()
    .filter_map(|(there, name)| (!there).then_some(name))
    .collect();
    if missing.is_empty() {
        return Check::passed(CheckId::Fonts, "draw Latin, German, Chinese and Japanese");
    }
    let missing = missing.join(", ");
    if fonts.latin {
        return Check::warning(
            CheckId::Fonts,
            "doctor.fonts",
            format!("none draws {missing}: boxes stand for them in screenshots"),
        )
        .hint(
            "matters for orgs in such a language only; Debian: `apt-get install fonts-noto-cjk`",
        );
    }
    Check::failed(
        CheckId::Fonts,
        Failure::environment(
            "doctor.fonts",
            format!("none draws {missing}: screenshots are blank"),
        )
        .hint("install fonts; Debian: `apt-get install fonts-liberation fontconfig`"),
    )
}

fn judge_cookies(with_cookie: Option<bool>, frames_matter: bool) -> Check {
    let blocked = match with_cookie {
        Some(true) => {
            return Check::passed(
                CheckId::ThirdPartyCookies,
                "a frame of another site gets its own",
            );
        }
        Some(false) => "a frame of another site is not sent its cookies",
        None => "the frame of another site was not loaded",
    };
    let seen = if frames_matter {
        format!("{blocked}: Setup's frames may show a login page")
    } else {
        format!("{blocked}; it matters for `--revoke-via ui` only")
    };
    Check::warning(CheckId::ThirdPartyCookies, "doctor.third_party_cookies", seen)
        .hint("look for a policy of the browser that blocks them (BlockThirdPartyCookies), and in `browser.args`")
        .hint("or revoke by API: `--revoke-via api`")
}

/// 128 random bits: nobody guesses it.
fn random_name() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::environment(
            "reauth.no_randomness",
            format!("the system gives no random numbers: {error}"),
        )
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckOutcome;
    use super::*;

    #[test]
    fn fonts_are_judged() {
        for (latin, german, cjk, outcome) in [
            (true, true, true, CheckOutcome::Passed),
            (true, true, false, CheckOutcome::Warning),
            (true, false, true, CheckOutcome::Warning),
            (false, false, false, CheckOutcome::Failed),
        ] {
            assert_eq!(judge_fonts(Fonts { latin, german, cjk }).outcome, outcome);
        }
    }

    #[test]
    fn cookies_are_judged() {
        assert_eq!(judge_cookies(Some(true), true).outcome, CheckOutcome::Passed);
        for (seen, frames_matter) in [(Some(false), true), (Some(false), false), (None, true)] {
            let check = judge_cookies(seen, frames_matter);
            assert_eq!(check.outcome, CheckOutcome::Warning, "{check:?}");
        }
    }
}
