//! Pages between the login and what was wanted, that ask for no credential. What is ours to pass is
//! passed; what a person has to decide stops the run; and nothing is passed for ever.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::PageError;
use super::visitor::{Visit, Visitor, place};
use crate::browser::{Seen, Spend};
use crate::failure::Failure;

/// How often a page that comes back as it was is acted on in one visit.
const MOST_UNCHANGED: u32 = 3;
/// How often a page of one kind is acted on in one visit, whatever it says.
const MOST_OF_A_KIND: u32 = 12;
/// How often the wanted page is opened anew because of maintenance: waiting 1, 2, 4 … seconds after
/// the first time, half a minute in all.
const MOST_RETRIES: u32 = 6;

/// What was met and done in one visit.
#[derive(Default)]
pub(super) struct Passed {
    unchanged: HashMap<(String, i64), u32>,
    of_a_kind: HashMap<String, u32>,
    /// What was last done on a page, by its name.
    done: HashMap<String, String>,
    maintenance: u32,
}

impl Passed {
    /// Counts a page that is about to be acted on.
    pub(super) fn met(&mut self, seen: &Seen) -> Result<(), InterludeError> {
        // Maintenance is waited for, and logins are made, by rules of their own.
        if seen.page == "maintenance" || seen.page.starts_with("login") {
            return Ok(());
        }
        let unchanged = self.unchanged.entry((seen.page.clone(), seen.content)).or_default();
        let of_a_kind = self.of_a_kind.entry(seen.page.clone()).or_default();
        if *unchanged >= MOST_UNCHANGED || *of_a_kind >= MOST_OF_A_KIND {
            return Err(InterludeError::NoProgress {
                page: seen.page.clone(),
                place: place(&seen.url),
                times: *of_a_kind,
                done: self.done.get(&seen.page).cloned(),
            });
        }
        *unchanged += 1;
        *of_a_kind += 1;
        Ok(())
    }

    fn did(&mut self, seen: &Seen, done: String) {
        self.done.insert(seen.page.clone(), done);
    }
}

/// Why a page between the login and what was wanted was not passed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum InterludeError {
    /// It is not the org's.
    #[error(
        "a `{page}` page was shown at {origin}, which is none of the org's hosts: nothing was pressed"
    )]
    Foreign {
        /// The page's name in the catalogue.
        page: String,
        /// Its origin.
        origin: String,
    },
    /// A new password is asked for.
    #[error(
        "Salesforce asks {username} to change the password before anything else (at {place}): it was not changed"
    )]
    ChangePassword {
        /// Whose password.
        username: String,
        /// Host and path.
        place: String,
    },
    /// Maintenance that does not end in time.
    #[error("Salesforce shows its maintenance page at {place} instead of what was asked for, and still did after {retries} more tries{}", said.as_ref().map(|said| format!(" (it says \"{said}\")")).unwrap_or_default())]
    Maintenance {
        /// Host and path.
        place: String,
        /// How often the wanted page was opened anew.
        retries: u32,
        /// The notice's heading.
        said: Option<String>,
    },
    /// A page that comes back whatever is done.
    #[error("Salesforce shows its `{page}` page at {place} again and again: it was acted on {times} times{}", done.as_ref().map(|done| format!(" (last: {done})")).unwrap_or_default())]
    NoProgress {
        /// The page's name in the catalogue.
        page: String,
        /// Host and path.
        place: String,
        /// How often it was acted on.
        times: u32,
        /// What was done there last, if that is known.
        done: Option<String>,
    },
}

impl From<InterludeError> for Failure {
    fn from(error: InterludeError) -> Self {
        let message = error.to_string();
        match error {
            InterludeError::Foreign { .. } => Self::scenario("salesforce.foreign_page", message)
                .hint("if the host is your org's, set `salesforce.my_domain` (or `login_url`) to it"),
            InterludeError::ChangePassword { .. } => {
                Self::scenario("salesforce.change_password", message)
                    .hint("log in by hand, set a new password, and put it where `salesforce.password` comes from")
                    .hint("for an integration user: a profile whose passwords never expire (Setup → Password Policies)")
            }
            InterludeError::Maintenance { .. } => {
                Self::environment("salesforce.maintenance", message)
                    .hint("look at https://status.salesforce.com for your instance, and run again when it is over")
            }
            InterludeError::NoProgress { .. } => Self::scenario("salesforce.no_progress", message)
                .hint("log in by hand once and answer the page; run with --headed to watch")
                .hint("if the page has changed, move the candidate that fits to the front in a copy of webdriver/locators.toml and give it with --locators"),
        }
    }
}

impl Visitor<'_> {
    /// Goes past the page, where that is ours to do.
    pub(super) async fn pass(
        &mut self,
        seen: &Seen,
        visit: &mut Visit,
        deadline: Instant,
    ) -> Result<(), PageError> {
        if !self.is_ours(seen) {
            let (page, origin) = (seen.page.clone(), seen.origin.clone());
            return Err(InterludeError::Foreign { page, origin }.into());
        }
        match seen.page.as_str() {
            "register-phone" => self.leave(seen, visit, "decline").await,
            "reminder" | "reminder-cancel" => self.leave(seen, visit, "dismiss").await,
            "session-timeout" => self.leave(seen, visit, "go_on").await,
            "maintenance" => self.outwait(seen, visit, deadline).await,
            // Whose password it is decides what it becomes.
            "change-password" => {
                let (username, place) = (self.username().to_owned(), place(&seen.url));
                Err(InterludeError::ChangePassword { username, place }.into())
            }
            _ => Err(PageError::InTheWay { page: seen.page.clone(), place: place(&seen.url) }),
        }
    }

    /// Presses what leads past the page.
    async fn leave(
        &mut self,
        seen: &Seen,
        visit: &mut Visit,
        element: &'static str,
    ) -> Result<(), PageError> {
        let label = seen.text(element).unwrap_or_default().to_owned();
        self.notes.progress(&format!("passing \"{}\" by \"{label}\"", seen.title));
        self.press(seen, element, Spend::Document).await?;
        visit.passed.did(seen, format!("pressed \"{label}\""));
        Ok(())
    }

    /// Opens what was wanted anew: at once for a notice that comes once, then at growing intervals.
    async fn outwait(
        &mut self,
        seen: &Seen,
        visit: &mut Visit,
        deadline: Instant,
    ) -> Result<(), PageError> {
        let retries = visit.passed.maintenance;
        let pause = match retries {
            0 => Duration::ZERO,
            again => Duration::from_secs(1 << (again - 1)),
        };
        let goal = self
            .goal
            .clone()
            .filter(|_| retries < MOST_RETRIES && Instant::now() + pause < deadline);
        let Some(goal) = goal else {
            return Err(InterludeError::Maintenance {
                place: place(&seen.url),
                retries,
                said: seen.text("said").map(str::to_owned),
            }
            .into());
        };
        visit.passed.maintenance += 1;
        let when = match pause.as_secs() {
            0 => "now".to_owned(),
            seconds => format!("in {seconds} s"),
        };
        self.notes.progress(&format!("Salesforce is in maintenance: trying again {when}"));
        // No page says when maintenance is over.
        tokio::time::sleep(pause).await;
        self.session.goto(&goal).await?;
        visit.login.went_on_from(&seen.page);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reminder(content: i64) -> Seen {
        Seen::bare("reminder", "https://acme.my.salesforce.com/x", content)
    }

    #[test]
    fn a_page_that_comes_back_as_it_was_is_acted_on_three_times() {
        let mut passed = Passed::default();
        for _ in 0..MOST_UNCHANGED {
            passed.met(&reminder(1)).unwrap();
        }
        let error = passed.met(&reminder(1)).unwrap_err();
        assert!(matches!(error, InterludeError::NoProgress { times: MOST_UNCHANGED, .. }));
        // Another one of its kind is another one.
        passed.met(&reminder(2)).unwrap();
    }

    #[test]
    fn a_kind_of_page_is_acted_on_twelve_times_whatever_it_says() {
        let mut passed = Passed::default();
        for content in 0..12 {
            passed.met(&reminder(content)).unwrap();
        }
        let error = passed.met(&reminder(12)).unwrap_err();
        assert!(matches!(error, InterludeError::NoProgress { times: 12, .. }));
    }

    #[test]
    fn maintenance_and_logins_are_counted_elsewhere() {
        let mut passed = Passed::default();
        for page in ["maintenance", "login", "login-identifier"] {
            for _ in 0..20 {
                passed.met(&Seen::bare(page, "https://acme.my.salesforce.com/", 1)).unwrap();
            }
        }
    }
}
