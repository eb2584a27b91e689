//! Who may compute, and on how many cores.
//!
//! The models together never run more threads than there are cores: threads
//! of ggml wait for each other by spinning, and one that has lost its core
//! holds up all the others. So each worker takes cores before it computes and
//! gives them back after a short while (a pass, a token, a clause).

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The cores that the models share. Clones share them too.
#[derive(Clone, Debug)]
pub struct Cores(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    total: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    /// The next ticket to be given, and the one whose turn it is: first come,
    /// first served, so that a worker that gives back and takes again at once
    /// lets the others in.
    next: u64,
    serving: u64,
}

/// Cores taken until this is dropped.
#[derive(Debug)]
pub struct Taken {
    cores: Cores,
    count: usize,
}

impl Cores {
    /// So many cores; at least one.
    pub fn new(total: usize) -> Self {
        let state = Mutex::new(State::default());
        Self(Arc::new(Shared { total: total.max(1), state, freed: Condvar::new() }))
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.0.total
    }

    /// Waits until `least` are free (no more than there are), and takes these
    /// and up to `most` if more are free.
    pub fn take(&self, least: usize, most: usize) -> Taken {
        let least = least.clamp(1, self.0.total);
        let mut state = self.lock();
        let ticket = state.next;
        state.next += 1;
        while state.serving != ticket || self.0.total - state.taken < least {
            state = self.0.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = (self.0.total - state.taken).min(most.max(least));
        state.taken += count;
        state.serving += 1;
        drop(state);
        self.0.freed.notify_all();
        Taken { cores: self.clone(), count }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The counts are sound at every unlock.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, count: usize) {
        self.lock().taken -= count;
        self.0.freed.notify_all();
    }

    fn others_wait(&self) -> bool {
        let state = self.lock();
        state.next != state.serving
    }
}

impl Taken {
    /// How many were taken.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Lets whoever waits go first, and takes the same number again. To be
    /// called between two steps of long work.
    pub fn yield_now(&mut self) {
        if self.cores.others_wait() {
            let (cores, count) = (self.cores.clone(), self.count);
            cores.give_back(std::mem::take(&mut self.count));
            let mut again = cores.take(count, count);
            self.count = std::mem::take(&mut again.count);
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.count > 0 {
            self.cores.give_back(self.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn what_is_free_is_shared() {
        let cores = Cores::new(4);
        let one = cores.take(1, 1);
        let rest = cores.take(1, 8);
        assert_eq!((one.count(), rest.count()), (1, 3));
        drop((one, rest));
        assert_eq!(cores.take(9, 9).count(), 4);
    }

    #[test]
    fn never_more_than_there_are_and_everyone_gets_a_turn() {
        let cores = Cores::new(2);
        let (busy, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for least in [1, 1, 2, 2] {
                let (cores, busy, most) = (cores.clone(), &busy, &most);
                scope.spawn(move || {
                    let mut taken = cores.take(least, 2);
                    for _ in 0..300 {
                        let now = busy.fetch_add(taken.count(), Ordering::SeqCst) + taken.count();
                        most.fetch_max(now, Ordering::SeqCst);
                        std::thread::yield_now();
                        busy.fetch_sub(taken.count(), Ordering::SeqCst);
                        taken.yield_now();
                    }
                });
            }
        });
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
        assert_eq!(cores.take(2, 2).count(), 2, "all are given back");
    }
}
