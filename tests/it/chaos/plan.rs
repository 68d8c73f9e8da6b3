//! What goes wrong in a run, and when: all of it from the run's seed.

use std::collections::HashMap;
use std::time::Duration;

use super::wire::Message;
use crate::support::Dice;

/// What may become of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The connection is closed, and nobody has heard of the request.
    DropRequest,
    /// The request is acted upon, and the connection closed without an answer.
    DropAnswer,
    DelayRequest,
    DelayAnswer,
    /// The request goes no further, for as long as its sender waits.
    StallRequest,
    /// The answer comes no further, for as long as somebody waits for it.
    StallAnswer,
    TruncateHead,
    TruncateBody,
    TruncateChunk,
    DuplicateRequest,
    DuplicateAnswer,
    CorruptRequest,
    CorruptStatus,
    CorruptHeader,
    CorruptBody,
    /// The answer's JSON is as it should be, and says something else.
    WrongValue,
}

impl Kind {
    pub const ALL: [Self; 16] = [
        Self::DropRequest,
        Self::DropAnswer,
        Self::DelayRequest,
        Self::DelayAnswer,
        Self::StallRequest,
        Self::StallAnswer,
        Self::TruncateHead,
        Self::TruncateBody,
        Self::TruncateChunk,
        Self::DuplicateRequest,
        Self::DuplicateAnswer,
        Self::CorruptRequest,
        Self::CorruptStatus,
        Self::CorruptHeader,
        Self::CorruptBody,
        Self::WrongValue,
    ];

    /// Whether it may become of this request. Who repeats another than a safe one would be the one
    /// who sends a code twice.
    fn fits(self, request: &Message) -> bool {
        self != Self::DuplicateRequest
            || matches!(request.method().as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// Whose exchange it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    Api,
    Browser,
}

impl Side {
    /// By who says to be the sender. None for whoever is not to be disturbed: the platform on its
    /// way to Salesforce, and what a page does by itself and by the clock.
    pub fn of(request: &Message) -> Option<Self> {
        let path = request.path();
        if path == "/aura" || path == "/favicon.ico" || path.starts_with("/__simulator") {
            return None;
        }
        let sender = request.header("user-agent")?;
        let is_ours = |name: &str| sender.starts_with(name);
        match (is_ours("reauth/"), is_ours("Mozilla/")) {
            (true, _) => Some(Self::Api),
            (_, true) => Some(Self::Browser),
            _ => None,
        }
    }
}

/// How often something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// Once in the run, at the first exchange from this one on that it can become of.
    Once { kind: Kind, from: usize },
    /// At so many exchanges of a hundred, in whatever way.
    Percent(usize),
}

/// What goes wrong in a run.
#[derive(Debug, Clone)]
pub struct Plan {
    pub seed: u64,
    pub sides: Vec<Side>,
    pub rate: Rate,
}

/// What is to become of an exchange.
#[derive(Debug)]
pub struct Fate {
    pub kind: Kind,
    /// For whatever else is left to chance.
    pub dice: Dice,
}

impl Fate {
    /// How late a message is that is only late.
    pub fn delay(&mut self) -> Duration {
        Duration::from_millis(50 + u64::try_from(self.dice.below(1_500)).unwrap())
    }
}

/// The plan as it is carried out.
#[derive(Debug)]
pub struct Course {
    plan: Plan,
    /// Exchanges of the sides that are disturbed.
    exchanges: usize,
    once_is_over: bool,
    /// How often each was made: what happens at once elsewhere has no say in what becomes of it.
    made: HashMap<String, u64>,
}

impl Course {
    pub fn new(plan: Plan) -> Self {
        Self { plan, exchanges: 0, once_is_over: false, made: HashMap::new() }
    }

    /// What is to become of this exchange.
    pub fn fate(&mut self, side: Side, request: &Message) -> Option<Fate> {
        if !self.plan.sides.contains(&side) {
            return None;
        }
        let name = format!("{side:?} {} {}", request.method(), request.path());
        let made = self.made.entry(name.clone()).or_insert(0);
        *made += 1;
        let mut dice = Dice::new(self.plan.seed ^ hash(&name) ^ *made);
        self.exchanges += 1;
        let kind = match self.plan.rate {
            Rate::Once { kind, from } => {
                let is_now = !self.once_is_over && self.exchanges > from;
                (is_now && kind.fits(request)).then_some(kind)
            }
            Rate::Percent(percent) => {
                let kind = *dice.one_of(&Kind::ALL);
                (dice.below(100) < percent && kind.fits(request)).then_some(kind)
            }
        }?;
        self.once_is_over = true;
        Some(Fate { kind, dice })
    }

    /// How many exchanges there were that could be disturbed.
    pub fn exchanges(&self) -> usize {
        self.exchanges
    }

    /// It could not become of that exchange: perhaps of a later one.
    pub fn not_yet(&mut self) {
        self.once_is_over = false;
    }
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str, sender: &str) -> Message {
        let head = format!("{method} {path} HTTP/1.1\r\nUser-Agent: {sender}\r\n\r\n");
        Message { head: head.into_bytes(), body: Vec::new() }
    }

    #[test]
    fn senders_tell_the_sides_apart() {
        for (path, sender, side) in [
            ("/instances?x", "reauth/0.1.0", Some(Side::Api)),
            ("/login", "Mozilla/5.0", Some(Side::Browser)),
            ("/aura", "Mozilla/5.0", None),
            ("/token", "reauth-simulator/cloud-elements", None),
            ("/__simulator/state", "reauth/0.1.0", None),
        ] {
            assert_eq!(Side::of(&request("GET", path, sender)), side, "{path} {sender}");
        }
    }

    #[test]
    fn once_is_once_and_never_of_what_it_may_not_become_of() {
        let rate = Rate::Once { kind: Kind::DuplicateRequest, from: 1 };
        let mut course = Course::new(Plan { seed: 1, sides: vec![Side::Api], rate });
        let mut fate =
            |side, method| course.fate(side, &request(method, "/", "")).map(|fate| fate.kind);
        assert_eq!(fate(Side::Api, "GET"), None, "too early");
        assert_eq!(fate(Side::Api, "PATCH"), None, "a code would be sent twice");
        assert_eq!(fate(Side::Browser, "GET"), None, "not disturbed");
        assert_eq!(fate(Side::Api, "GET"), Some(Kind::DuplicateRequest));
        assert_eq!(fate(Side::Api, "GET"), None, "it is over");
        course.not_yet();
        assert!(course.fate(Side::Api, &request("GET", "/", "")).is_some());
    }

    #[test]
    fn the_seed_alone_decides() {
        let plan = Plan { seed: 7, sides: vec![Side::Api], rate: Rate::Percent(10) };
        let fates = |other_first: bool| -> Vec<Option<Kind>> {
            let mut course = Course::new(plan.clone());
            if other_first {
                course.fate(Side::Api, &request("GET", "/other", ""));
            }
            let fate = |_| course.fate(Side::Api, &request("GET", "/", "")).map(|fate| fate.kind);
            (0..1_000).map(fate).collect()
        };
        assert_eq!(fates(false), fates(true));
        let hit = fates(false).into_iter().flatten().count();
        assert!((50..200).contains(&hit), "{hit} of 1000 at 10 %");
    }
}
