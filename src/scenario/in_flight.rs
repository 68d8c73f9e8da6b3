//! What the journal is told: before a grant is ended, how far we are, and that the instance is back.

use super::context::{Context, lock};
use crate::failure::Failure;
use crate::journal::{Entry, InFlight, InstanceKey, InstanceLock, Phase};
use crate::report::Event;

/// In the run folder: the instance as this run first read it.
pub(super) const BASELINE_FILE: &str = "instance-before.json";

/// The run's part of the journal.
#[derive(Default)]
pub(super) struct Entries {
    lock: Option<InstanceLock>,
    in_flight: Option<InFlight>,
    /// This run began an irreversible act, and has not seen the instance authenticated since.
    touched: bool,
    /// The tag of an instance that is being made for the run.
    making: Option<String>,
    provisioned: Option<u64>,
    /// Whether the run folder has the instance as it was, once that was tried.
    baseline_kept: Option<bool>,
}

impl Context {
    /// Takes the instance for this run. Answers what an earlier run left of it, which is now ours to
    /// finish.
    ///
    /// # Errors
    /// `journal.locked`: another run has it. `journal.corrupt`: what was left cannot be relied on.
    pub(super) fn take_instance(&self, id: u64) -> Result<Option<Entry>, Failure> {
        let key = InstanceKey::new(&self.config.cloud_elements.base_url, id);
        let mut entries = lock(&self.entries);
        if entries.lock.as_ref().is_some_and(|held| *held.key() == key) {
            return Ok(None);
        }
        let held = self.journal.lock(&key, &self.run_id)?;
        let pending = self.journal.pending(&key)?;
        if let Some(entry) = &pending {
            entries.in_flight = Some(self.journal.resume(&held, entry.clone())?);
        }
        entries.lock = Some(held);
        Ok(pending)
    }

    /// Records, on disk, that the instance's grant is about to be ended or replaced, and says so.
    ///
    /// # Errors
    /// `journal.…` (environment): nothing was changed yet.
    pub(super) fn about_to_cut(&self, id: u64) -> Result<(), Failure> {
        self.keep_baseline()?;
        let mut entries = lock(&self.entries);
        if entries.in_flight.is_none() {
            let held = entries.lock.as_ref().ok_or_else(|| {
                Failure::environment(
                    "journal.not_taken",
                    format!("instance {id} was not taken for this run"),
                )
                .hint("this is a defect of `reauth`: please report it")
            })?;
            let cloud_elements = &self.config.cloud_elements;
            let entry =
                Entry::new(&cloud_elements.base_url, id, &cloud_elements.element_key, &self.run_id)
                    .with_config_file(self.config_file.clone())
                    .with_username(&self.config.salesforce.user.username)
                    .provisioned(entries.provisioned.is_some() && !self.config.run.keep);
            entries.in_flight = Some(self.journal.begin(held, entry)?);
        }
        entries.touched = true;
        self.events.send(Event::Touched);
        Ok(())
    }

    /// Writes the instance as it was to the run folder, on disk, before anything is done to it: what a
    /// PUT may damage is put right by that. Who only brings back what is dead goes on without it.
    fn keep_baseline(&self) -> Result<(), Failure> {
        let baseline = lock(&self.baseline).clone();
        let (Some(folder), Some(baseline)) = (&self.folder, baseline) else { return Ok(()) };
        if lock(&self.entries).baseline_kept.is_some() {
            return Ok(());
        }
        let written = folder.write_json_durably(BASELINE_FILE, &baseline.raw);
        lock(&self.entries).baseline_kept = Some(written.is_ok());
        match written {
            Err(failure) if !self.is_restoring() => Err(failure),
            Err(failure) => {
                self.events.warn(failure.code, failure.message);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Whether the run folder has the instance as it was.
    pub(super) fn has_kept_baseline(&self) -> bool {
        lock(&self.entries).baseline_kept == Some(true)
    }

    /// Records how far the run has come. That this cannot be written is a warning: the earlier
    /// record still says that the instance needs looking after.
    pub(super) fn has_come_to(&self, phase: Phase) {
        if let Some(in_flight) = &mut lock(&self.entries).in_flight
            && let Err(failure) = in_flight.advance(phase)
        {
            self.events.warn(failure.code, failure.message);
        }
    }

    /// The instance was seen authenticated, or is no more: nothing is in flight.
    pub(super) fn nothing_in_flight(&self) {
        self.learn(|learnt| learnt.is_dead = false);
        let in_flight = {
            let mut entries = lock(&self.entries);
            entries.touched = false;
            entries.in_flight.take()
        };
        if let Some(in_flight) = in_flight
            && let Err(failure) = in_flight.close()
        {
            self.events.warn(failure.code, failure.message);
        }
    }

    /// The instance was deleted: there is nothing to look after any more.
    pub(super) fn removed(&self) {
        self.events.send(Event::Removed);
        self.nothing_in_flight();
        lock(&self.entries).provisioned = None;
    }

    /// Lets others have the instance: this run does nothing with it any more. Whether it is in flight
    /// is still on disk.
    pub(super) fn release_instance(&self) {
        *lock(&self.entries) = Entries::default();
    }

    /// The instance whose grant this run ended or may have ended, and not yet replaced. What an
    /// earlier run left and this one did not touch is not among it.
    pub(super) fn instance_in_flight(&self) -> Option<u64> {
        let entries = lock(&self.entries);
        let in_flight = entries.in_flight.as_ref().filter(|_| entries.touched)?;
        Some(in_flight.entry().instance_id)
    }

    /// How far the run had come with the instance that is in flight.
    pub(super) fn phase_in_flight(&self) -> Option<Phase> {
        lock(&self.entries).in_flight.as_ref().map(|in_flight| in_flight.entry().phase)
    }

    /// An instance is about to be made for this run, with this tag.
    pub(super) fn making(&self, tag: &str) {
        lock(&self.entries).making = Some(tag.to_owned());
    }

    /// The tag of an instance that may have been made for this run without our having heard of it.
    pub(super) fn tag_in_the_making(&self) -> Option<String> {
        lock(&self.entries).making.clone()
    }

    /// No instance was made.
    pub(super) fn not_made(&self) {
        lock(&self.entries).making = None;
    }

    /// Remembers an instance that was made for this run.
    pub(super) fn provisioned(&self, id: u64) {
        let mut entries = lock(&self.entries);
        entries.making = None;
        entries.provisioned = Some(id);
    }

    /// The instance that was made for this run.
    pub(super) fn provisioned_instance(&self) -> Option<u64> {
        lock(&self.entries).provisioned
    }
}
