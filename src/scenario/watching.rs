//! A run that somebody watches: it stops before each step, or where it failed, and asks what to do.
//!
//! It is asked on the terminal, as for a code ([`crate::secrets::ask`]), and never counts for the run's
//! limits. An instance that is down is not left so for long: then a pause ends by itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::context::{Context, Step, lock};
use crate::browser::{Found, Highlighted, Seen, Selector, Session};
use crate::config::RevokeVia;
use crate::failure::{Failure, Kind};
use crate::report::{Event, StepId, StepKey};
use crate::secrets::ask;

/// How long an instance that is down may wait for a person.
pub const PAUSE_LIMIT: Duration = Duration::from_secs(600);

/// What somebody who watches wants.
#[derive(Debug, Clone, Copy)]
pub struct Watching {
    /// Ask before each step, and before each page on which something is done.
    pub step: bool,
    /// Ask before pages, in the step that goes on.
    pub pages: bool,
    /// Ask where a step failed, with the browser as it is.
    pub pause_on_failure: bool,
    /// Keep the browser at the end, until somebody says so.
    pub keep_open: bool,
    /// How long a pause may last while the instance is down.
    pub limit: Duration,
    /// Whether an instance that is down is brought back when the run has failed.
    pub restores: bool,
}

impl Default for Watching {
    fn default() -> Self {
        Self {
            step: false,
            pages: false,
            pause_on_failure: false,
            keep_open: false,
            limit: PAUSE_LIMIT,
            restores: true,
        }
    }
}

const BEFORE_STEP: &str =
    "Enter goes on, s to the end without asking, p takes a picture, a aborts:";
const BEFORE_PAGE: &str =
    "Enter goes on, n to the next step, s to the end without asking, p takes a picture, a aborts:";

impl Watching {
    /// Whether nobody watches.
    pub fn is_off(self) -> bool {
        !(self.step || self.pause_on_failure || self.keep_open)
    }
}

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    GoOn,
    ToNextStep,
    ToTheEnd,
    Picture,
    Abort,
    Other(String),
}

/// What was typed where a step has failed: nothing but a selector can mean much there, and `a` is one.
#[derive(Debug, PartialEq, Eq)]
enum Attempt {
    Done,
    Picture,
    Try(String),
}

/// How a pause ended.
enum Pause {
    Answered(String),
    /// Who was asked has gone away.
    Left,
    /// Nobody said anything, and the instance is down.
    Over,
}

impl Answer {
    fn of(line: &str) -> Self {
        match line.trim() {
            "" | "c" => Self::GoOn,
            "n" => Self::ToNextStep,
            "s" => Self::ToTheEnd,
            "p" => Self::Picture,
            "a" | "q" => Self::Abort,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Attempt {
    fn of(line: &str) -> Self {
        match line.trim() {
            "" => Self::Done,
            "p" => Self::Picture,
            selector => Self::Try(selector.to_owned()),
        }
    }
}

impl Context {
    /// Somebody watches from now on; or, by default, nobody any more.
    pub fn watch(&self, watching: Watching) {
        *lock(&self.watching) = watching;
    }

    /// From now on nobody is asked, but for the end: the instance is being brought back.
    pub fn ask_no_more(&self) {
        let mut watching = lock(&self.watching);
        (watching.step, watching.pages, watching.pause_on_failure) = (false, false, false);
    }

    /// Asks before a step.
    ///
    /// # Errors
    /// `reauth.aborted` if that is the answer; `reauth.pause_over` if there is none while the instance
    /// is down.
    pub(super) async fn before_step(&self, key: StepKey) -> Result<(), Failure> {
        {
            let mut watching = lock(&self.watching);
            watching.pages = watching.step;
            if !watching.step {
                return Ok(());
            }
        }
        let step = self.step_of(key);
        let next = format!("next: {}: {}", key.id.title(), self.what_it_does(key.id));
        self.stop_at(&step, vec![next], BEFORE_STEP, None).await
    }

    /// Asks a person until the run may go on.
    async fn stop_at(
        &self,
        step: &Step<'_>,
        mut about: Vec<String>,
        question: &str,
        shown: Option<&Session>,
    ) -> Result<(), Failure> {
        let deadline = self.pause_deadline(&mut about);
        loop {
            let answer =
                match self.ask(step.key, std::mem::take(&mut about), question, deadline).await? {
                    Pause::Answered(line) => Answer::of(&line),
                    // Who has gone away wants nothing any more.
                    Pause::Left => Answer::Abort,
                    Pause::Over => return Err(self.pause_over()),
                };
            match answer {
                Answer::GoOn => return Ok(()),
                // Elsewhere it is not offered, and may be a no.
                Answer::ToNextStep if question == BEFORE_PAGE => {
                    lock(&self.watching).pages = false;
                    return Ok(());
                }
                Answer::ToTheEnd => {
                    let mut watching = lock(&self.watching);
                    (watching.step, watching.pages) = (false, false);
                    return Ok(());
                }
                Answer::Picture => about = self.picture_of(step, shown).await,
                Answer::Abort => return Err(aborted()),
                Answer::ToNextStep => about = vec!["\"n\" is none of these".to_owned()],
                Answer::Other(other) => about = vec![format!("\"{other}\" is none of these")],
            }
        }
    }

    /// Lets a person look where a step failed.
    pub(super) async fn after_failure(&self, step: &Step<'_>, failure: &Failure) {
        if !lock(&self.watching).pause_on_failure || failure.kind == Kind::Interrupted {
            return;
        }
        *lock(&self.looked_at) = Some((step.key.id, failure.clone()));
        let window = self.browsers.latest().await;
        let mut about = vec![format!("paused: {} failed [{}]", step.key.id.title(), failure.code)];
        about.extend(failure.message.lines().map(str::to_owned));
        for part in &failure.looked_for {
            about.push(format!("looked for: {part}"));
            let candidates = window.as_ref().map(|window| window.candidates_of(part));
            about.extend(candidates.into_iter().flatten());
        }
        about.extend(failure.hints.iter().map(|hint| format!("→ {hint}")));
        let deadline = self.pause_deadline(&mut about);
        let question = match window {
            Some(_) => {
                "Enter goes on, p takes a picture, or try a selector: css, xpath=…, text=…, { css = …, text = […] }:"
            }
            None => "no browser is open; Enter goes on:",
        };
        loop {
            let answer = self.ask(step.key, std::mem::take(&mut about), question, deadline).await;
            match answer {
                Ok(Pause::Answered(line)) => match Attempt::of(&line) {
                    Attempt::Try(selector) => about = tried(window.as_deref(), &selector).await,
                    Attempt::Picture => about = self.picture_of(step, window.as_deref()).await,
                    Attempt::Done => break,
                },
                // What failed has failed: the run ends as it does without a pause.
                Ok(Pause::Left | Pause::Over) => break,
                Err(error) => {
                    step.context.events.warn(error.code, error.message);
                    break;
                }
            }
        }
        if let Some(window) = window {
            clear(&window).await;
        }
        *lock(&self.looked_at) = None;
    }

    /// What somebody was looking at when they were interrupted: the failure of a step, which nobody
    /// else has told.
    pub fn failure_looked_at(&self) -> Option<(StepId, Failure)> {
        lock(&self.looked_at).take()
    }

    /// At the end, keeps the browser until somebody says so: nothing is done with the instance any
    /// more, and others may have it. Nothing where none is open.
    pub async fn keep_open(&self) {
        let keeps = lock(&self.watching).keep_open;
        if !keeps || self.browsers.latest().await.is_none() {
            return;
        }
        let mut about = vec!["the browser stays open".to_owned()];
        let since = match self.config.browser.profile_dir {
            None => "from anywhere and already now",
            // It belongs to this browser until then.
            Some(_) => "once this browser is closed",
        };
        let deadline = self.limited_where_down(&mut about, |limit_s| {
            format!(
                "`reauth restore` brings it back, {since}; the browser is closed after {limit_s} s"
            )
        });
        self.release_instance();
        let key = self.key_of_last(StepId::CleanUp);
        // Whatever is typed, it is the end of waiting; that nobody can be asked is one as well.
        if let Err(failure) = self.ask(key, about, "Enter closes it:", deadline).await {
            self.events.warn(failure.code, failure.message);
        }
    }

    async fn ask(
        &self,
        key: StepKey,
        about: Vec<String>,
        question: &str,
        deadline: Option<Instant>,
    ) -> Result<Pause, Failure> {
        let began = Instant::now();
        let asking = Asking { context: self, key };
        let asked = async {
            let shown = ask::Shown::begin()?;
            let question = question.to_owned();
            self.events.send(Event::Asked { key, about, question });
            shown.line().await
        };
        let answer = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, asked).await.ok(),
            None => Some(asked.await),
        };
        drop(asking);
        *lock(&self.paused) += began.elapsed();
        match answer {
            None => Ok(Pause::Over),
            Some(Ok(None)) => Ok(Pause::Left),
            Some(Ok(Some(line))) => Ok(Pause::Answered(line)),
            Some(Err(error)) => Err(Failure::environment(
                "reauth.no_answer",
                format!("the terminal could not be read: {error}"),
            )),
        }
    }

    fn what_it_does(&self, id: StepId) -> &'static str {
        let is_named = self.config.cloud_elements.instance.is_some();
        match id {
            StepId::CheckApp => "ask Salesforce about the connected app",
            StepId::Provision if is_named => "adopt the instance that is named",
            StepId::Provision => "make an instance",
            StepId::Locate => "read the instance, and call through it",
            StepId::Revoke => match self.config.run.revoke_via {
                RevokeVia::Ui => "in Setup",
                RevokeVia::Api => "by API",
            },
            StepId::ConfirmRevoked => "ask both sides whether the grant is dead",
            StepId::OauthUrl => "ask the platform where to log in",
            StepId::Authorize => "in the browser",
            StepId::Reauthenticate => "send the code to the platform",
            StepId::Verify => "ask both sides whether it lives, and compare it",
            StepId::CleanUp => "remove what was made for the run",
            StepId::EnrollPasskey => "create one and register it",
            StepId::ProvePasskey => "in a new browser",
        }
    }

    /// Until when a person may think, which is said; none where nothing is down.
    fn pause_deadline(&self, about: &mut Vec<String>) -> Option<Instant> {
        // Another run's leavings are brought back by this one's steps, and by no recovery.
        let restores = lock(&self.watching).restores && self.instance_in_flight().is_some();
        let then = if restores { "it is brought back" } else { "the run ends" };
        self.limited_where_down(about, |limit_s| {
            format!("without an answer within {limit_s} s {then}")
        })
    }

    /// Where the instance is down, says so and what comes of it, and until when anybody is waited for.
    fn limited_where_down(
        &self,
        about: &mut Vec<String>,
        then: impl FnOnce(u64) -> String,
    ) -> Option<Instant> {
        let limit = lock(&self.watching).limit;
        self.is_down().then(|| {
            about.push(format!("the instance is down: {}", then(limit.as_secs())));
            Instant::now() + limit
        })
    }

    /// Whether the instance is without a living grant, as far as this run knows.
    pub fn is_down(&self) -> bool {
        self.phase_in_flight().is_some() || self.learnt().is_dead
    }

    fn pause_over(&self) -> Failure {
        let limit = lock(&self.watching).limit.as_secs();
        Failure::new(
            "reauth.pause_over",
            Kind::Interrupted,
            format!("nobody answered within {limit} s, and the instance is down"),
        )
    }

    async fn picture_of(&self, step: &Step<'_>, shown: Option<&Session>) -> Vec<String> {
        let latest = self.browsers.latest().await;
        let Some(window) = shown.or(latest.as_deref()) else {
            return vec!["no browser is open".to_owned()];
        };
        match window.view().await {
            Ok(view) => match &step.view(&view, "pause")[..] {
                [] => vec!["the picture could not be kept".to_owned()],
                names => vec![format!("picture: {}", names.join(", document: "))],
            },
            Err(error) => vec![format!("no picture: {error}")],
        }
    }
}

/// Somebody is asked for as long as this lives: a signal ends that as well.
struct Asking<'run> {
    context: &'run Context,
    key: StepKey,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.context.events.send(Event::Answered { key: self.key });
    }
}

impl Step<'_> {
    /// Asks before the grant is cut; shows the row in the browser where it is done there.
    ///
    /// # Errors
    /// As [`Context::before_step`].
    pub(super) async fn before_cut(
        &self,
        what: &str,
        window: Option<(&Arc<Session>, Selector)>,
    ) -> Result<(), Failure> {
        if !lock(&self.context.watching).step {
            return Ok(());
        }
        let mut about = vec![format!("next: {what}; it cannot be undone, only made anew")];
        if let Some((window, selector)) = &window {
            match window.highlight(selector).await {
                Ok(_) if self.context.config.browser.headless => {}
                Ok(_) => about.push("the browser shows which".to_owned()),
                Err(error) => about.push(format!("the browser does not show which: {error}")),
            }
        }
        let shown = window.as_ref().map(|(window, _)| &***window);
        let answer = self.context.stop_at(self, about, BEFORE_STEP, shown).await;
        if let Some((window, _)) = &window {
            clear(window).await;
        }
        answer
    }

    /// Asks before something is done on a page, and shows where. Whether somebody was asked.
    ///
    /// # Errors
    /// As [`Context::before_step`].
    pub(super) async fn before_act_on(
        &self,
        window: &Session,
        seen: &Seen,
        username: &str,
    ) -> Result<bool, Failure> {
        if !lock(&self.context.watching).pages {
            return Ok(false);
        }
        let place = seen.url.host_str().unwrap_or_default();
        let mut about = vec![format!("next: the page `{}` of {place}, as {username}", seen.page)];
        let told = |(name, _): &(&String, &Found)| name.as_str() != "error";
        let (names, elements): (Vec<_>, Vec<_>) = seen
            .elements
            .iter()
            .filter(told)
            .map(|(name, found)| (name.as_str(), &found.element))
            .unzip();
        match window.highlight_elements(&elements).await {
            Ok(0) => {}
            Ok(_) if self.context.config.browser.headless => {
                about.push(format!("on it: {}", names.join(", ")));
            }
            Ok(_) => about.push(format!("the browser shows its {}", names.join(", "))),
            Err(error) => about.push(format!("the browser does not show where: {error}")),
        }
        let answer = self.context.stop_at(self, about, BEFORE_PAGE, Some(window)).await;
        clear(window).await;
        answer.map(|()| true)
    }
}

async fn tried(window: Option<&Session>, text: &str) -> Vec<String> {
    let Some(window) = window else { return vec!["no browser is open".to_owned()] };
    match window.highlight(&Selector::typed(text)).await {
        Ok(Highlighted { elements, visible, frames, closed_frames, error: None }) => {
            let mut lines = vec![match elements {
                1 => format!(
                    "1 element matches, {}",
                    if visible == 1 { "it is shown" } else { "it is hidden" }
                ),
                _ => format!("{elements} elements match, {visible} of them are shown"),
            }];
            lines.extend(frames.iter().map(|(name, count)| format!("{count} in the frame {name}")));
            if closed_frames > 0 {
                lines.push(format!("{closed_frames} frames of other sites were not looked into"));
            }
            lines
        }
        Ok(Highlighted { error: Some(error), .. }) => vec![format!("no selector: {error}")],
        Err(error) => vec![format!("the page could not be asked: {error}")],
    }
}

async fn clear(window: &Session) {
    if let Err(error) = window.clear_highlight().await {
        tracing::debug!(%error, "the highlight went with its page");
    }
}

fn aborted() -> Failure {
    Failure::new("reauth.aborted", Kind::Interrupted, "stopped by who was asked")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        for (line, expected) in [
            ("", Answer::GoOn),
            (" c ", Answer::GoOn),
            ("s", Answer::ToTheEnd),
            ("p", Answer::Picture),
            ("n", Answer::ToNextStep),
            ("a", Answer::Abort),
            ("a.link", Answer::Other("a.link".to_owned())),
        ] {
            assert_eq!(Answer::of(line), expected, "{line:?}");
        }
    }

    #[test]
    fn looks() {
        for (line, expected) in [
            (" ", Attempt::Done),
            ("p", Attempt::Picture),
            ("css=p", Attempt::Try("css=p".to_owned())),
            ("a", Attempt::Try("a".to_owned())),
            ("q", Attempt::Try("q".to_owned())),
        ] {
            assert_eq!(Attempt::of(line), expected, "{line:?}");
        }
    }
}
