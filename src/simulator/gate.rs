//! Holds requests or their answers back, so that a test can act in exactly that moment: before a
//! request is acted upon, or after it was and before anybody hears of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// What is held back. A change lets go what it no longer names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hold {
    /// Requests that are not acted upon yet.
    pub requests: Vec<Matching>,
    /// Requests that were acted upon, and whose answer is kept back.
    pub answers: Vec<Matching>,
}

impl Hold {
    fn covers(&self, request: &Held) -> bool {
        let list = if request.acted_upon { &self.answers } else { &self.requests };
        list.iter().any(|matching| matching.fits(request))
    }
}

/// Requests of one method and with one end of the path: `PATCH /instances`. Or one request by its number
/// since the simulator started, whatever it is: `#17`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Matching {
    /// By method and end of the path.
    Call {
        /// Method.
        method: String,
        /// End of the path.
        path_end: String,
    },
    /// By number, from 1.
    Number(u64),
}

impl Matching {
    /// Those of this method whose path ends so.
    pub(super) fn of((method, path_end): (&str, &str)) -> Self {
        Self::Call { method: method.to_owned(), path_end: path_end.to_owned() }
    }

    /// Whether a request is one of them.
    pub(super) fn fits(&self, request: &Held) -> bool {
        match self {
            Self::Call { method, path_end } => {
                request.method == *method && request.path.ends_with(path_end)
            }
            Self::Number(number) => request.number == *number,
        }
    }
}

impl TryFrom<String> for Matching {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if let Some(number) = text.strip_prefix('#').and_then(|number| number.parse().ok()) {
            return Ok(Self::Number(number));
        }
        match text.split_once(' ') {
            Some(named @ (_, path_end)) if path_end.starts_with('/') => Ok(Self::of(named)),
            _ => Err(format!(
                "expected a method and the end of a path, e.g. \"PATCH /instances\", or a number, e.g. \
                 \"#17\", found {text:?}"
            )),
        }
    }
}

impl From<Matching> for String {
    fn from(matching: Matching) -> Self {
        match matching {
            Matching::Call { method, path_end } => format!("{method} {path_end}"),
            Matching::Number(number) => format!("#{number}"),
        }
    }
}

/// A request that waits. No query, since codes and tokens travel there.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Held {
    pub(super) method: String,
    pub(super) host: String,
    pub(super) path: String,
    /// Whether it is the answer that is kept back.
    pub(super) acted_upon: bool,
    /// The how-many-th since the simulator started, from 1; those to the control page do not count.
    pub(super) number: u64,
}

#[derive(Debug, Default)]
struct State {
    hold: Hold,
    held: BTreeMap<u64, Held>,
    last_id: u64,
    open_for_good: bool,
}

/// What every request passes, before it is acted upon and before it is answered.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: watch::Sender<State>,
    came: AtomicU64,
}

impl Gate {
    pub(super) fn new(hold: Hold) -> Self {
        let state = watch::Sender::new(State { hold, ..State::default() });
        Self { state, came: AtomicU64::new(0) }
    }

    /// The number of a request that comes now.
    pub(super) fn next_number(&self) -> u64 {
        self.came.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What is held back now.
    pub(super) fn hold(&self) -> Hold {
        self.state.borrow().hold.clone()
    }

    /// Changes what is held back.
    pub(super) fn set_hold(&self, hold: Hold) {
        self.state.send_modify(|state| state.hold = hold);
    }

    /// Lets everything go: the simulator stops.
    pub(super) fn open_for_good(&self) {
        self.state.send_modify(|state| state.open_for_good = true);
    }

    /// A place at the gate, if the request has to wait. It is given up when it is dropped, as it is
    /// when the client goes away.
    pub(super) fn place(&self, request: Held) -> Option<Place<'_>> {
        let mut place = None;
        self.state.send_if_modified(|state| {
            if state.open_for_good || !state.hold.covers(&request) {
                return false;
            }
            state.last_id += 1;
            state.held.insert(state.last_id, request);
            place = Some(Place { gate: self, id: state.last_id });
            true
        });
        place
    }

    /// Everything that waits, by id.
    pub(super) fn held(&self) -> BTreeMap<u64, Held> {
        self.state.borrow().held.clone()
    }

    /// Waits until such a request waits. `None` if the simulator stops.
    pub(super) async fn until_held(&self, matching: &Matching) -> Option<(u64, Held)> {
        let find = |state: &State| {
            let mut held = state.held.iter();
            held.find(|(_, request)| matching.fits(request)).map(|(id, held)| (*id, held.clone()))
        };
        let mut states = self.state.subscribe();
        let state = states.wait_for(|state| state.open_for_good || find(state).is_some()).await;
        find(&*state.ok()?)
    }

    /// Waits until this request waits no more: it was let go, or its client went away.
    pub(super) async fn until_gone(&self, id: u64) {
        self.wait(|state| !state.held.contains_key(&id)).await;
    }

    async fn wait(&self, done: impl Fn(&State) -> bool) {
        let mut states = self.state.subscribe();
        // The sender is ours: it cannot go away while we wait.
        drop(states.wait_for(|state| state.open_for_good || done(state)).await);
    }
}

/// A request's place at the gate.
#[derive(Debug)]
pub(super) struct Place<'gate> {
    gate: &'gate Gate,
    id: u64,
}

impl Place<'_> {
    /// Waits until the request is let go. False if the simulator stops.
    pub(super) async fn wait(self) -> bool {
        let id = self.id;
        self.gate
            .wait(|state| state.held.get(&id).is_none_or(|request| !state.hold.covers(request)))
            .await;
        !self.gate.state.borrow().open_for_good
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.state.send_modify(|state| drop(state.held.remove(&self.id)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_held_reads_as_it_is_written() {
        let settings =
            json!({"requests": ["PATCH /instances", "#17"], "answers": ["POST /", "#18"]});
        let hold: Hold = serde_json::from_value(settings.clone()).unwrap();
        assert_eq!(serde_json::to_value(&hold).unwrap(), settings);
        let request = |method: &str, path: &str, acted_upon| Held {
            method: method.to_owned(),
            host: String::new(),
            path: path.to_owned(),
            acted_upon,
            number: 17,
        };
        assert!(hold.covers(&request("PATCH", "/elements/api-v2/instances", false)));
        assert!(!hold.covers(&request("PATCH", "/elements/api-v2/instances", true)));
        let other = Held { number: 18, ..request("PUT", "/elements/api-v2/instances", false) };
        assert!(!hold.covers(&other));
        assert!(hold.covers(&Held { acted_upon: true, ..other }));
        assert!(hold.covers(&request("PUT", "/whatever", false)), "by its number");
        assert!(!hold.covers(&request("PUT", "/whatever", true)));
        assert!(hold.covers(&request("POST", "/", true)));
    }

    #[test]
    fn what_names_no_request_is_refused() {
        for text in ["PATCH", "/instances", "PATCH instances", "#", "#x", "#-1", ""] {
            let error = Matching::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains("PATCH /instances") && error.contains(text), "{error}");
        }
    }

    /// Whoever waits for something to be held, or to be let go, does not keep the simulator up.
    #[tokio::test]
    async fn nobody_waits_for_a_simulator_that_stops() {
        let hold: Hold = serde_json::from_value(json!({"requests": ["GET /"]})).unwrap();
        let gate = Gate::new(hold);
        let request = Held {
            method: "GET".into(),
            host: "".into(),
            path: "/".into(),
            acted_upon: false,
            number: 1,
        };
        let place = gate.place(request.clone()).unwrap();
        let (id, never) = (place.id, Matching::try_from("GET /never".to_owned()).unwrap());
        let (never, (), let_go, ()) =
            tokio::join!(gate.until_held(&never), gate.until_gone(id), place.wait(), async {
                gate.open_for_good();
            });
        assert!(never.is_none() && !let_go);
        assert!(gate.place(request).is_none(), "and nobody begins to");
    }
}
