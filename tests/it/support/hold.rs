//! Moments of a run: the simulator holds a request, or its answer, and the run stays there until the
//! test has done what it wants to do in just that moment.

use serde_json::{Value, json};

use super::{Running, World};

/// Where a run is made to stay.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Calls on the way, each as method and end of the path. One after the other is held and let
    /// go, so that a call that is made several times is met at the right one. The run stays in the
    /// last.
    calls: &'static [&'static str],
    /// Whether the last was acted upon, and its answer is kept back.
    acted_upon: bool,
}

impl Moment {
    /// The last of these calls was sent, and is not acted upon.
    pub const fn before(calls: &'static [&'static str]) -> Self {
        Self { calls, acted_upon: false }
    }

    /// The last of these calls was acted upon, and nobody has heard of it.
    pub const fn after(calls: &'static [&'static str]) -> Self {
        Self { calls, acted_upon: true }
    }
}

/// A request that the simulator holds.
#[derive(Debug)]
pub struct Held {
    id: u64,
}

impl World {
    /// Starts `reauth` as [`World::follow`] does, and comes with it to this moment.
    pub async fn follow_to(&self, arguments: &[&str], moment: Moment) -> (Running, Held) {
        let (first, others) = moment.calls.split_first().expect("a call");
        let at = |others: &[&str]| moment.acted_upon && others.is_empty();
        self.hold(first, at(others)).await;
        let mut running = self.follow(arguments);
        let mut held = running.until_held(self, first).await;
        let mut left = others;
        while let Some((next, others)) = left.split_first() {
            self.hold(next, at(others)).await;
            held = running.until_held(self, next).await;
            left = others;
        }
        (running, held)
    }

    /// Holds such calls from now on, and lets go all others.
    pub async fn hold(&self, call: &str, acted_upon: bool) {
        let hold = match acted_upon {
            false => json!({"requests": [call], "answers": []}),
            true => json!({"requests": [], "answers": [call]}),
        };
        self.set(json!({ "hold": hold })).await;
    }

    /// Lets everything go, which then meets these settings.
    pub async fn let_go_into(&self, mut settings: Value) {
        settings["hold"] = json!({"requests": [], "answers": []});
        self.set(settings).await;
    }

    /// Lets everything go.
    pub async fn let_go(&self) {
        self.let_go_into(json!({})).await;
    }

    /// Waits until whoever sent this request has gone: it will never be acted upon.
    pub async fn abandoned(&self, held: Held) {
        let path = format!("/__simulator/held/{}/gone", held.id);
        let answer = super::client().get(self.url(&path)).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }
}

impl Running {
    /// Waits until the simulator holds such a call. Fails if the process ends first.
    pub async fn until_held(&mut self, world: &World, call: &str) -> Held {
        let held = self.held_or_end(world, call).await;
        held.unwrap_or_else(|| panic!("ended before {call}:\n{}", self.seen))
    }

    /// Waits until the simulator holds such a call. False if the process ends first.
    pub async fn until_held_or_end(&mut self, world: &World, call: &str) -> bool {
        self.held_or_end(world, call).await.is_some()
    }

    async fn held_or_end(&mut self, world: &World, call: &str) -> Option<Held> {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("matching", call)
            .finish();
        let path = format!("/__simulator/held?{query}");
        tokio::select! {
            held = world.get(&path) => Some(Held { id: held["id"].as_u64().unwrap() }),
            () = self.read_rest() => None,
        }
    }
}
