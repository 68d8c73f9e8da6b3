//! The handle to the simulated platform.

use super::super::clock::Clock;
use super::identifiers;
use super::model::Seed;
use super::properties;
use super::router;
use super::salesforce::Salesforce;
use super::settings::{SeededAs, Settings};
use super::state::State;
use axum::body::to_bytes;
use axum::extract::Request;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The largest body, in bytes, that is searched for a code.
const MOST_OVERHEARD: usize = 1 << 20;

/// The simulated platform. Clones share one state.
#[derive(Clone)]
pub struct CloudElements {
    inner: Arc<Inner>,
}

struct Inner {
    user_secret: String,
    organization_secret: String,
    salesforce: Salesforce,
    state: Mutex<State>,
}

impl fmt::Debug for CloudElements {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CloudElements")
    }
}

impl CloudElements {
    /// A platform without instances, with secrets of its own.
    pub(in crate::simulator) fn new(settings: Settings, clock: Arc<Clock>) -> Self {
        Self {
            inner: Arc::new(Inner {
                user_secret: identifiers::secret(),
                organization_secret: identifiers::secret(),
                salesforce: Salesforce::new(),
                state: Mutex::new(State::new(settings, clock)),
            }),
        }
    }

    /// The user secret and the organization secret that it accepts.
    pub fn credentials(&self) -> (&str, &str) {
        (&self.inner.user_secret, &self.inner.organization_secret)
    }

    /// Everything it serves, under `/elements/api-v2`.
    pub fn router(&self) -> axum::Router {
        router::router(self)
    }

    /// Adds an instance that is authenticated already; gives its id and its element token.
    pub fn seed_instance(&self, seed: Seed) -> (u64, String) {
        let mut state = self.state();
        state.remember_site(&seed.consumer_key, &seed.site_address);
        let mut configuration = seed.configuration(state.now());
        let (seeded_as, more) = (state.settings.seeded_as, state.settings.more_instances);
        if seeded_as == SeededAs::MadeInConsole {
            properties::as_console_writes(&mut configuration);
        }
        let instance = state.add(seed.name, configuration, |instance| match seeded_as {
            SeededAs::Ours | SeededAs::Deleted | SeededAs::MadeInConsole => {}
            SeededAs::Disabled => instance.disabled = true,
            SeededAs::AnotherUsers => instance.is_anothers = true,
            SeededAs::AnotherElements => instance.of_another_element = true,
        });
        let seeded = (instance.id, instance.token.clone());
        if seeded_as == SeededAs::Deleted {
            state.delete(seeded.0);
        }
        for number in 0..more {
            state.add(format!("Other {number}"), properties::defaults(), |instance| {
                instance.tags = vec![format!("team:{}", number % 3)];
            });
        }
        seeded
    }

    /// Takes note of an authorization code in a request that never reaches the platform.
    pub async fn overhear(&self, request: Request) {
        let body = to_bytes(request.into_body(), MOST_OVERHEARD).await.unwrap_or_default();
        let body = serde_json::from_slice::<serde_json::Value>(&body).unwrap_or_default();
        self.state().saw_code(body.pointer("/providerData/code").and_then(|code| code.as_str()));
    }

    /// How it behaves now.
    pub fn settings(&self) -> Settings {
        self.state().settings.clone()
    }

    /// Changes how it behaves, from the next request on.
    pub fn set_settings(&self, settings: Settings) {
        self.state().settings = settings;
    }

    /// What it remembers, **in clear**: `settings`, `instances` (each with `configuration`,
    /// `exchanges`, `refreshes`), `deleted`, `element_tokens`, `codes_seen` (each that a caller sent),
    /// `codes_exchanged`, `codes_refused`, `refreshes`, `refreshes_refused`, `requests` (`total`,
    /// `by_route`: `"PATCH /instances/{id}": 1`).
    pub fn state_json(&self) -> serde_json::Value {
        self.state().to_json()
    }

    /// The state. The guard must not live over an await: requests run on many threads.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A test that panicked while it looked at the state must not take the others with it.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way to Salesforce.
    pub(super) fn salesforce(&self) -> &Salesforce {
        &self.inner.salesforce
    }
}
