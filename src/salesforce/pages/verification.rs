//! Pages that want a code, sent by e-mail or SMS or made by an authenticator app, or offer a choice.

use tokio::time::Instant;

use super::PageError;
use super::codes::{Asked, Method, Source, VerificationError, source_of};
use super::visitor::{Visit, Visitor, place};
use crate::browser::{Choice, Seen, Spend, Typed};
use crate::secrets::Secret;

/// What was done about verification since a visit began.
#[derive(Default)]
pub(super) struct Verifying {
    /// A method was chosen: once is enough.
    chosen: bool,
    /// The way to other methods was taken.
    turned: bool,
}

/// Whose code a field of a page is for, by the element's name in the catalogue.
const FIELDS: [(&str, &str, Method); 6] = [
    ("verification-email", "code", Method::Email),
    ("verification-sms", "code", Method::Sms),
    ("verification-totp", "code", Method::Totp),
    ("verification-other", "email_code", Method::Email),
    ("verification-other", "sms_code", Method::Sms),
    ("verification-other", "totp_code", Method::Totp),
];

/// What a choice is for, by the list of its texts in the catalogue. Push messages come first: they
/// are made by an authenticator app as well.
const CHOICES: [(&str, Option<Answer>); 6] = [
    ("method_push", None),
    ("method_security_key", None),
    ("method_totp", Some(Answer::Code(Method::Totp))),
    ("method_passkey", Some(Answer::Passkey)),
    ("method_email", Some(Answer::Code(Method::Email))),
    ("method_sms", Some(Answer::Code(Method::Sms))),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Code(Method),
    Passkey,
}

impl Visitor<'_> {
    /// Gives the code that the page asks for, or chooses how to be verified.
    pub(super) async fn verify(
        &mut self,
        seen: &Seen,
        visit: &mut Visit,
        deadline: Instant,
    ) -> Result<(), PageError> {
        if let Some(why) = self.refusals.codes.ended(self.username()) {
            return Err(why);
        }
        if !self.may_type_code(seen) {
            let (username, origin) = (self.username().to_owned(), seen.origin.clone());
            return Err(VerificationError::UntrustedHost { username, origin }.into());
        }
        let field = FIELDS
            .into_iter()
            .find(|(page, element, _)| seen.page == *page && seen.element(element).is_some());
        match field {
            Some((_, element, method)) => {
                self.give_code(seen, visit, element, method, deadline).await
            }
            None => self.choose_method(seen, visit).await,
        }
    }

    async fn give_code(
        &mut self,
        seen: &Seen,
        visit: &mut Visit,
        element: &'static str,
        method: Method,
        deadline: Instant,
    ) -> Result<(), PageError> {
        let username = self.username().to_owned();
        let said = words(seen, "error");
        if !self.refusals.codes.may_send(&username, method) {
            let ahead_by = if method == Method::Totp { self.clock_ahead_by().await } else { None };
            let refused = VerificationError::Refused { method, username, said, ahead_by };
            return Err(self.end_codes(refused));
        }
        if source_of(method, self.account).is_none() && self.turn_to_others(seen, visit).await? {
            return Ok(());
        }
        let attempt = self.refusals.codes.of(&username, method) + 1;
        if self.refusals.codes.is_open(&username) && attempt > 1 {
            let said = said.as_deref().unwrap_or("without a word");
            self.notes.progress(&format!("the code was not taken: {said}"));
        }
        let about = words(seen, "about");
        let asked = Asked { method, account: self.account, about, attempt, deadline };
        let code = asked.code(self.session.redactor(), self.notes).await?;
        if self.refusals.codes.was_last(&username, method, &code) {
            return Err(self.end_codes(VerificationError::SameCode { method, username, said }));
        }
        self.notes.progress(&format!("giving {}", method.what()));
        match self.fill_in(seen, element, &code).await {
            // The page went while the code was waited for: what is shown now is asked.
            Err(PageError::Browser(error)) if error.is_page_gone() => return Ok(()),
            filled => filled?,
        }
        self.element(seen, "submit")?;
        let typed = [Typed::secret(element, &code)];
        // Before it is sent: whatever ends this visit, it counts.
        self.refusals.codes.add(&username, method, code);
        // Until there is another document nothing of this one is recognised: a page of one method
        // would pass for `verification-other`, and get another code.
        if !self.session.submit(seen, "submit", &typed, "*").await? {
            self.refusals.codes.take_back(&username, method);
        }
        Ok(())
    }

    async fn fill_in(
        &mut self,
        seen: &Seen,
        element: &'static str,
        code: &Secret,
    ) -> Result<(), PageError> {
        // A browser that is forgotten at the end of the run is not worth being remembered.
        if self.session.keeps_profile() && seen.element("remember").is_some() {
            let remember = self.element(seen, "remember")?;
            self.session.tick(remember).await?;
        }
        let field = self.element(seen, element)?;
        Ok(self.session.type_secret(field, code).await?)
    }

    /// No more codes of this user are sent in this run.
    fn end_codes(&self, why: VerificationError) -> PageError {
        let error = PageError::from(why);
        self.refusals.codes.end(self.username(), error.clone());
        error
    }

    async fn clock_ahead_by(&self) -> Option<i64> {
        // Only a hint hangs on it.
        let ahead_by = self.session.host_ahead_by().await;
        ahead_by.inspect_err(|error| tracing::debug!(%error, "no time of the host")).ok().flatten()
    }

    async fn choose_method(&mut self, seen: &Seen, visit: &mut Visit) -> Result<(), PageError> {
        let username = self.username().to_owned();
        if visit.verifying.chosen {
            let said = words(seen, "error");
            return Err(VerificationError::ChoiceRefused { username, said }.into());
        }
        let choices = self.session.choices().await?;
        let best = choices
            .iter()
            .filter_map(|choice| Some((self.rank(self.answer_of(choice)?)?, choice)))
            .min_by_key(|(rank, _)| *rank);
        let Some((_, choice)) = best else {
            if self.turn_to_others(seen, visit).await? {
                return Ok(());
            }
            let offered = choices.into_iter().map(|choice| choice.text).collect();
            let place = place(&seen.url);
            return Err(VerificationError::NoMethod { username, place, offered }.into());
        };
        self.notes.progress(&format!("choosing to be verified by \"{}\"", choice.text));
        self.session.tick(&choice.element).await?;
        visit.verifying.chosen = true;
        self.leave_by(seen, "submit").await
    }

    /// Takes the page's way to other methods, once; false if there is none.
    async fn turn_to_others(&mut self, seen: &Seen, visit: &mut Visit) -> Result<bool, PageError> {
        if visit.verifying.turned || seen.element("another_method").is_none() {
            return Ok(false);
        }
        self.notes.progress("asking for another method of verification");
        visit.verifying.turned = true;
        self.leave_by(seen, "another_method").await?;
        Ok(true)
    }

    /// Presses what leads on. Until there is another document nothing of this one is recognised:
    /// a page of one method would pass for `verification-other`, and get another code.
    async fn leave_by(&mut self, seen: &Seen, element: &'static str) -> Result<(), PageError> {
        let target = self.element(seen, element)?.clone();
        self.session.spend("*", Spend::Document).await?;
        self.session.click(&target).await?;
        Ok(())
    }

    fn answer_of(&self, choice: &Choice) -> Option<Answer> {
        let shown = format!("{}\n{}", choice.value, choice.text).to_lowercase();
        let is_named = |list: &str| {
            self.session.texts(list).iter().any(|text| shown.contains(&text.to_lowercase()))
        };
        CHOICES.into_iter().find(|(list, _)| is_named(list))?.1
    }

    /// How gladly a method is chosen; `None` if it cannot be answered.
    fn rank(&self, answer: Answer) -> Option<u8> {
        match answer {
            Answer::Code(method) => match source_of(method, self.account)? {
                Source::Seed => Some(0),
                // A program that is there for mail need not know an authenticator.
                Source::Command if method == Method::Totp => Some(3),
                Source::Command => Some(2),
                Source::Person => Some(4),
            },
            Answer::Passkey => self.account.passkey.as_ref().map(|_| 1),
        }
    }
}

/// What a part of the page says, if anything.
fn words(seen: &Seen, element: &str) -> Option<String> {
    seen.text(element).filter(|said| !said.is_empty()).map(str::to_owned)
}
