//! Pages that want a passkey shown. The browser's virtual authenticator shows it; the rule sees to
//! it that the page asks for it once, and that the counter is written down.

use std::time::Duration;

use fantoccini::elements::Element;
use tokio::time::Instant;

use super::PageError;
use super::visitor::{Visit, Visitor, place};
use crate::browser::{Look, Seen};
use crate::salesforce::passkey::{HeldPasskey, PasskeyError};

const VERIFICATION: &str = "passkey-verification";

/// How long a page that has a button may take to begin by itself before the button is pressed: both
/// kinds were seen, and a second request while the first is open fails.
const BEGINS_WITHIN: Duration = Duration::from_secs(2);

/// What was done about a passkey since the visit began.
#[derive(Default)]
pub(super) struct Shown {
    /// A page that was seen, and left to ask for the passkey.
    waiting: Option<Waiting>,
    /// The authenticator has answered a page since the last one that asks for none was seen. Often
    /// that is all there is to see: the page asks and goes on in no time.
    answered: bool,
}

/// A page that has been left to ask for the passkey.
struct Waiting {
    /// Which document it is: the page is not to come again.
    document: String,
    /// Host and path.
    place: String,
    /// What makes it ask, as long as it was not pressed.
    button: Option<Element>,
    /// When the button is pressed.
    begins_until: Instant,
}

impl Shown {
    /// Until when to look for another page.
    pub(super) fn patience(&self, deadline: Instant) -> Instant {
        let waiting = self.waiting.as_ref().filter(|waiting| waiting.button.is_some());
        waiting.map_or(deadline, |waiting| waiting.begins_until.min(deadline))
    }
}

impl Visitor<'_> {
    /// Lets the page ask for the passkey; that it wants one created is an error.
    pub(super) async fn answer_passkey(
        &mut self,
        seen: &Seen,
        visit: &mut Visit,
        _deadline: Instant,
    ) -> Result<(), PageError> {
        let (username, place) = (self.username().to_owned(), place(&seen.url));
        if seen.page != VERIFICATION {
            let has_one = self.passkey.is_some();
            return Err(PasskeyError::EnrolmentDemanded { username, place, has_one }.into());
        }
        let Some(held) = self.passkey.clone() else {
            return Err(PasskeyError::Asked { username, place }.into());
        };
        if let Some(refusal) = held.refusal() {
            return Err(refusal.into());
        }
        if let Err(host) = held.fits(seen.url.host_str().unwrap_or_default()) {
            return Err(PasskeyError::OtherHost { username, place, host }.into());
        }
        let said = seen.text("error").filter(|said| !said.is_empty());
        let button = seen.element("show").cloned();
        let shown = &mut visit.passkey;
        let is_back = match &shown.waiting {
            Some(waiting) => waiting.document != seen.document || said.is_some(),
            None => shown.answered && said.is_some(),
        };
        match &mut shown.waiting {
            _ if is_back => {
                let said = said.map(str::to_owned);
                let refusal = PasskeyError::Refused { username, said };
                return Err(self.refuse(&held, refusal).await?);
            }
            // It says something else while it works.
            Some(_) => {}
            none => {
                self.notes.progress(&format!("showing the passkey of {username}"));
                let begins_until = Instant::now() + BEGINS_WITHIN;
                let document = seen.document.clone();
                *none = Some(Waiting { document, place, button, begins_until });
            }
        }
        self.session.set_aside(seen).await?;
        Ok(())
    }

    /// What a look says of a page that was left to ask for the passkey. Answers whether to look
    /// again.
    pub(super) async fn await_passkey(
        &mut self,
        look: &Look,
        shown: &mut Shown,
        deadline: Instant,
    ) -> Result<bool, PageError> {
        let Some(held) = self.passkey.clone() else { return Ok(false) };
        // While a dialog is open nothing else can be asked.
        if matches!(look, Look::Dialog(_)) {
            return Ok(false);
        }
        shown.answered |= self.write_counter(&held).await;
        match (look, &mut shown.waiting) {
            (Look::Page(seen), _) if seen.page == VERIFICATION => Ok(false),
            (Look::Nothing { .. }, Some(waiting)) if Instant::now() < deadline => {
                if let Some(button) = waiting.button.take()
                    && !shown.answered
                {
                    self.session.click(&button).await?;
                }
                Ok(true)
            }
            (Look::Nothing { .. }, Some(waiting)) => {
                let (username, place) = (self.username().to_owned(), waiting.place.clone());
                let refusal = PasskeyError::NoAnswer { username, place };
                Err(self.refuse(&held, refusal).await?)
            }
            (Look::Nothing { .. }, None) => Ok(false),
            (_, waiting) => {
                if shown.answered && waiting.is_none() {
                    self.notes.met(VERIFICATION);
                }
                *shown = Shown::default();
                Ok(false)
            }
        }
    }

    /// The passkey is not shown again: pages that ask by themselves find nothing either.
    async fn refuse(
        &self,
        held: &HeldPasskey,
        refusal: PasskeyError,
    ) -> Result<PageError, PageError> {
        held.refuse(refusal.clone());
        self.session.remove_credentials().await?;
        Ok(refusal.into())
    }

    /// Writes down how far the counter has come; answers whether it has risen. That it could not be
    /// written ends no login that succeeded: the clock keeps the next counter ahead.
    async fn write_counter(&self, held: &HeldPasskey) -> bool {
        let (has_risen, unwritten) = match held.read_back(self.session).await {
            Ok((has_risen, unwritten)) => (has_risen, unwritten.map(|error| error.to_string())),
            Err(error) => (false, Some(error.to_string())),
        };
        if let Some(reason) = unwritten {
            self.notes.warn(
                "passkey.not_stored",
                format!("the passkey's counter was not written down: {reason}"),
            );
        }
        has_risen
    }
}
