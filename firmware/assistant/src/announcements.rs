//! The queue of texts that the assistant says on its own.

use std::collections::VecDeque;
use std::sync::Arc;

use sayso_core::audio::{SampleTime, Samples};

use crate::control::Announcement;

/// Something that waits to be said.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// What it is.
    pub what: What,
    /// Since when it has been waiting.
    pub since: SampleTime,
}

/// Something to be said.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// These words.
    Announcement(Announcement),
    /// The answer to a typed question.
    Question(String),
    /// The answer to a recorded question: 16 kHz mono.
    Recording(Arc<[f32]>),
}

impl Waiting {
    fn is_urgent(&self) -> bool {
        matches!(self.what, What::Announcement(Announcement { urgent: true, .. }))
    }
}

/// The most that may wait; more are refused.
const CAPACITY: usize = 32;

/// What waits: the urgent ones first, otherwise in the order of arrival.
#[derive(Debug)]
pub struct Announcements {
    waiting: VecDeque<Waiting>,
    max_wait: Samples,
}

impl Announcements {
    /// An empty queue. Texts that are not urgent wait at most `max_wait` for a time when nobody
    /// speaks and nobody is being answered.
    pub fn new(max_wait: Samples) -> Self {
        Self { waiting: VecDeque::new(), max_wait }
    }

    /// Adds one to the queue. Returns it if too many wait already.
    pub fn put(&mut self, waiting: Waiting) -> Result<(), Waiting> {
        if self.waiting.len() >= CAPACITY {
            return Err(waiting);
        }
        let place = match waiting.is_urgent() {
            true => self.urgent(),
            false => self.waiting.len(),
        };
        self.waiting.insert(place, waiting);
        Ok(())
    }

    /// Puts back one that was not heard: it comes first of its kind again.
    pub fn put_back(&mut self, waiting: Waiting) {
        let place = if waiting.is_urgent() { 0 } else { self.urgent() };
        self.waiting.insert(place, waiting);
    }

    /// How many are urgent.
    fn urgent(&self) -> usize {
        self.waiting.iter().take_while(|before| before.is_urgent()).count()
    }

    /// Whether the next one is urgent now, if there is one. One that has waited for `max_wait`
    /// becomes urgent between two utterances (`between`), and after twice that time at any moment.
    /// So nothing waits for ever while people talk without a break.
    pub fn next_is_urgent(&self, now: SampleTime, between: bool) -> Option<bool> {
        let next = self.waiting.front()?;
        let waited = now - next.since;
        let overdue = waited >= self.max_wait && between || waited >= self.max_wait + self.max_wait;
        Some(next.is_urgent() || overdue)
    }

    /// Takes the next.
    pub fn take(&mut self) -> Option<Waiting> {
        self.waiting.pop_front()
    }

    /// Whether `what` waits.
    pub fn holds(&self, what: &What) -> bool {
        self.waiting.iter().any(|waiting| waiting.what == *what)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Drops all.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_WAIT: Samples = Samples(1_000);

    fn say(text: &str, urgent: bool) -> Waiting {
        let announcement = Announcement { text: text.into(), urgent, chime: false };
        Waiting { what: What::Announcement(announcement), since: SampleTime(500) }
    }

    #[test]
    fn urgent_ones_come_first_and_each_kind_in_its_order() {
        let mut all = Announcements::new(MAX_WAIT);
        let now = SampleTime(500);
        assert_eq!(all.next_is_urgent(now, true), None);
        for (text, urgent) in [("a", false), ("b", true), ("c", false), ("d", true)] {
            all.put(say(text, urgent)).expect("room");
        }
        all.put_back(say("first", false));
        all.put_back(say("very first", true));
        assert_eq!(all.next_is_urgent(now, false), Some(true));
        let order: Vec<_> = std::iter::from_fn(|| all.take()).collect();
        let expected = [
            ("very first", true),
            ("b", true),
            ("d", true),
            ("first", false),
            ("a", false),
            ("c", false),
        ];
        assert_eq!(order, expected.map(|(text, urgent)| say(text, urgent)));
    }

    #[test]
    fn the_number_that_wait_is_limited() {
        let mut all = Announcements::new(MAX_WAIT);
        for n in 0..CAPACITY {
            all.put(say(&n.to_string(), false)).expect("room");
        }
        assert_eq!(all.put(say("more", true)), Err(say("more", true)));
        assert_eq!(all.len(), CAPACITY);
        let first = say("0", false).what;
        assert!(all.holds(&first) && !all.holds(&say("more", true).what));
        all.clear();
        assert!(all.len() == 0 && !all.holds(&first));
    }

    #[test]
    fn the_wait_ends_between_two_utterances_and_then_anywhere() {
        let mut all = Announcements::new(MAX_WAIT);
        all.put(say("a", false)).expect("room");
        let question = Waiting { what: What::Question("b".into()), since: SampleTime(2_000) };
        all.put(question).expect("room");
        let urgent = |now, between| all.next_is_urgent(SampleTime(now), between);
        assert_eq!([urgent(1_499, true), urgent(1_499, false)], [Some(false); 2]);
        assert_eq!([urgent(1_500, true), urgent(1_500, false)], [Some(true), Some(false)]);
        assert_eq!([urgent(2_499, false), urgent(2_500, false)], [Some(false), Some(true)]);
        // One that is put back has waited since the beginning; each has its own time.
        let first = all.take().expect("one");
        all.put_back(first.clone());
        assert_eq!(all.next_is_urgent(SampleTime(2_500), false), Some(true));
        assert_eq!(all.take(), Some(first));
        assert_eq!(all.next_is_urgent(SampleTime(2_999), true), Some(false));
        assert_eq!(all.next_is_urgent(SampleTime(3_000), true), Some(true));
    }
}
