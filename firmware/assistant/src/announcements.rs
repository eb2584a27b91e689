//! What the assistant has to say on its own, until it is said.

use std::collections::VecDeque;

use crate::control::Announcement;

/// Something that waits to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// These words.
    Announcement(Announcement),
    /// The answer to a typed question.
    Question(String),
}

impl Waiting {
    fn is_urgent(&self) -> bool {
        matches!(self, Self::Announcement(Announcement { urgent: true, .. }))
    }
}

/// The most that may wait. Who has more to say than that is not listened to.
const CAPACITY: usize = 32;

/// What waits, the urgent first, else in the order in which it came.
#[derive(Debug, Default)]
pub struct Announcements(VecDeque<Waiting>);

impl Announcements {
    /// Puts one in line. Hands it back when too much waits already.
    pub fn put(&mut self, waiting: Waiting) -> Result<(), Waiting> {
        if self.0.len() >= CAPACITY {
            return Err(waiting);
        }
        let place = match waiting.is_urgent() {
            true => self.0.iter().take_while(|before| before.is_urgent()).count(),
            false => self.0.len(),
        };
        self.0.insert(place, waiting);
        Ok(())
    }

    /// Puts back what was to be said and was not heard: it comes first of its kind again.
    pub fn put_back(&mut self, waiting: Waiting) {
        let urgent = self.0.iter().take_while(|before| before.is_urgent()).count();
        self.0.insert(if waiting.is_urgent() { 0 } else { urgent }, waiting);
    }

    /// Whether the next is urgent, if there is one.
    pub fn next_is_urgent(&self) -> Option<bool> {
        self.0.front().map(Waiting::is_urgent)
    }

    /// Takes the next.
    pub fn take(&mut self) -> Option<Waiting> {
        self.0.pop_front()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Drops all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str, urgent: bool) -> Waiting {
        Waiting::Announcement(Announcement { text: text.into(), urgent, chime: false })
    }

    #[test]
    fn the_urgent_come_first_and_each_kind_in_its_order() {
        let mut all = Announcements::default();
        assert_eq!(all.next_is_urgent(), None);
        for (text, urgent) in [("a", false), ("b", true), ("c", false), ("d", true)] {
            all.put(say(text, urgent)).expect("room");
        }
        all.put_back(say("first", false));
        all.put_back(say("very first", true));
        assert_eq!(all.next_is_urgent(), Some(true));
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
    fn what_waits_is_bounded() {
        let mut all = Announcements::default();
        for n in 0..CAPACITY {
            all.put(say(&n.to_string(), false)).expect("room");
        }
        assert_eq!(all.put(say("more", true)), Err(say("more", true)));
        assert_eq!(all.len(), CAPACITY);
        all.clear();
        assert_eq!(all.len(), 0);
    }
}
