//! How events reach subscribers without ever delaying the conversation.
//!
//! Each subscriber has a queue of its own. An event that only shows progress (a level, a piece of
//! text) is merged with one of its kind that still waits there; all others are kept. A subscriber
//! whose queue is full is disconnected, and counted.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::event::Event;

/// Events that may wait for a subscriber: minutes of an ordinary conversation.
pub const CAPACITY: usize = 1024;

/// What can wait in a queue.
pub trait Queued: Clone {
    /// Merges a later one into this one, which still waits. Returns whether it did.
    fn merge(&mut self, later: &Self) -> bool;

    /// Whether an earlier one that still waits says nothing any more.
    fn outdates(&self, earlier: &Self) -> bool;
}

/// Where events go, those of one conversation unless it is said otherwise; clones share the
/// subscribers.
#[derive(Debug)]
pub struct Events<E = Event>(Arc<Subscribers<E>>);

impl<E> Clone for Events<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> Default for Events<E> {
    fn default() -> Self {
        Self(Arc::new(Subscribers { queues: Mutex::default(), disconnected: AtomicU64::new(0) }))
    }
}

#[derive(Debug)]
struct Subscribers<E> {
    queues: Mutex<Vec<Arc<Queue<E>>>>,
    disconnected: AtomicU64,
}

struct Queue<E> {
    waiting: Mutex<Waiting<E>>,
    more: Condvar,
    /// Called when there is more, for a subscriber that does not wait for it.
    wake: Option<Box<dyn Fn() + Send + Sync>>,
}

impl<E> std::fmt::Debug for Queue<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

struct Waiting<E> {
    events: VecDeque<E>,
    end: Option<End>,
}

/// Why no event will follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The assistant is gone. Give up.
    Over,
    /// The queue ran full: this subscriber was too slow, and was disconnected. Subscribe again.
    TooSlow,
}

/// One subscriber's end. Dropping it unsubscribes.
#[derive(Debug)]
pub struct Subscription<E = Event>(Arc<Queue<E>>);

impl<E: Queued> Events<E> {
    /// Subscribes from now on.
    pub fn subscribe(&self) -> Subscription<E> {
        self.add(None)
    }

    /// The same. `wake` is called after each event, by the thread that reports it: it must not
    /// wait.
    pub fn subscribe_waking(&self, wake: impl Fn() + Send + Sync + 'static) -> Subscription<E> {
        self.add(Some(Box::new(wake)))
    }

    fn add(&self, wake: Option<Box<dyn Fn() + Send + Sync>>) -> Subscription<E> {
        let waiting = Mutex::new(Waiting { events: VecDeque::new(), end: None });
        let queue = Arc::new(Queue { waiting, more: Condvar::new(), wake });
        lock(&self.0.queues).push(queue.clone());
        Subscription(queue)
    }

    /// How many subscribers were disconnected because they were too slow.
    pub fn disconnected(&self) -> u64 {
        self.0.disconnected.load(Ordering::Relaxed)
    }

    /// Passes `event` to all subscribers. Never waits for any of them.
    pub fn tell(&self, event: &E) {
        lock(&self.0.queues).retain(|queue| {
            // Only this reference is left, so the subscription was dropped.
            if Arc::strong_count(queue) == 1 {
                return false;
            }
            let kept = {
                let mut waiting = lock(&queue.waiting);
                let kept = waiting.take(event);
                if !kept {
                    waiting.end = Some(End::TooSlow);
                    self.0.disconnected.fetch_add(1, Ordering::Relaxed);
                }
                kept
            };
            queue.notify();
            kept
        });
    }
}

impl<E> Queue<E> {
    fn notify(&self) {
        self.more.notify_one();
        if let Some(wake) = &self.wake {
            wake();
        }
    }
}

impl<E> Drop for Subscribers<E> {
    fn drop(&mut self) {
        for queue in lock(&self.queues).iter() {
            lock(&queue.waiting).end.get_or_insert(End::Over);
            queue.notify();
        }
    }
}

impl<E: Queued> Waiting<E> {
    /// Adds an event, unless the queue is full.
    fn take(&mut self, event: &E) -> bool {
        self.events.retain(|earlier| !event.outdates(earlier));
        if self.events.iter_mut().rev().any(|earlier| earlier.merge(event)) {
            return true;
        }
        let room = self.events.len() < CAPACITY;
        if room {
            self.events.push_back(event.clone());
        }
        room
    }
}

impl Queued for Event {
    /// Appends a piece of text to the earlier pieces.
    fn merge(&mut self, later: &Self) -> bool {
        match (self, later) {
            (Event::Segment { turn, text }, Event::Segment { turn: other, text: more })
            | (Event::Token { turn, text }, Event::Token { turn: other, text: more })
                if turn == other =>
            {
                text.push_str(more);
                true
            }
            _ => false,
        }
    }

    fn outdates(&self, earlier: &Self) -> bool {
        matches!((self, earlier), (Event::Level { .. }, Event::Level { .. }))
    }
}

/// An event of a program with several boards.
#[derive(Clone, Debug)]
pub struct BoardEvent {
    /// The name of its board.
    pub board: Arc<str>,
    /// What happened there.
    pub event: Event,
}

impl Queued for BoardEvent {
    fn merge(&mut self, later: &Self) -> bool {
        self.board == later.board && self.event.merge(&later.event)
    }

    fn outdates(&self, earlier: &Self) -> bool {
        self.board == earlier.board && self.event.outdates(&earlier.event)
    }
}

impl<E> Subscription<E> {
    /// The next event, after waiting at most `wait`; `None` if there was none.
    ///
    /// # Errors
    /// [`End`] when none will follow.
    pub fn next(&self, wait: Duration) -> Result<Option<E>, End> {
        let mut waiting = lock(&self.0.waiting);
        if waiting.events.is_empty() && waiting.end.is_none() && !wait.is_zero() {
            waiting = match self.0.more.wait_timeout(waiting, wait) {
                Ok((waiting, _)) => waiting,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        match (waiting.events.pop_front(), waiting.end) {
            (None, Some(end)) => Err(end),
            (event, _) => Ok(event),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The guarded state is consistent at every unlock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use sayso_core::audio::SampleTime;
    use sayso_core::turn::{State, TurnId};

    use super::*;

    fn level(at: u64) -> Event {
        Event::Level { at: SampleTime(at), dbfs: -40.0, speech: 0.1 }
    }

    fn token(turn: u32, text: &str) -> Event {
        Event::Token { turn: TurnId(turn), text: text.into() }
    }

    fn state(at: u64) -> Event {
        Event::State { at: SampleTime(at), state: State::Listening }
    }

    fn all(subscription: &Subscription) -> Vec<String> {
        let next = || subscription.next(Duration::ZERO).ok().flatten();
        std::iter::from_fn(next).map(|event| serde_json::json!(event).to_string()).collect()
    }

    #[test]
    fn progress_is_merged_and_all_other_events_are_kept_in_order() {
        let events = Events::default();
        let subscription = events.subscribe();
        for event in [
            level(1),
            token(1, "One "),
            state(2),
            level(3),
            token(1, "two."),
            token(2, "Three."),
            state(4),
        ] {
            events.tell(&event);
        }
        let told = all(&subscription);
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(told[0].contains("One two."), "{told:?}");
        for (n, at) in [(1, 2), (2, 3), (4, 4)] {
            assert!(told[n].contains(&format!("\"at\":{at},")), "{told:?}");
        }
        assert_eq!(
            subscription.next(Duration::from_millis(1)).map(|event| event.is_some()),
            Ok(false)
        );
    }

    #[test]
    fn a_slow_subscriber_is_disconnected_and_counted_and_others_are_not() {
        let events = Events::default();
        let (slow, quick) = (events.subscribe(), events.subscribe());
        let mut read = 0;
        for at in 0..2 * CAPACITY as u64 {
            events.tell(&state(at));
            // Levels alone never fill it.
            events.tell(&level(at));
            read += all(&quick).len();
        }
        assert_eq!(events.disconnected(), 1);
        assert_eq!(read, 4 * CAPACITY);
        assert_eq!(all(&slow).len(), CAPACITY, "what was kept is still there");
        assert_eq!(slow.next(Duration::ZERO).err(), Some(End::TooSlow));
        drop(events);
        assert_eq!(quick.next(Duration::ZERO).err(), Some(End::Over));
    }

    #[test]
    fn a_subscription_that_was_dropped_is_forgotten() {
        let events = Events::default();
        drop(events.subscribe());
        events.tell(&state(1));
        assert!(lock(&events.0.queues).is_empty());
        assert_eq!(events.disconnected(), 0);
    }
}
