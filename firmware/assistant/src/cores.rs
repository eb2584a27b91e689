//! Distributes the cores among the workers.
//!
//! The models together never run more threads than there are cores: ggml's threads wait for each
//! other by spinning, and one that has lost its core delays all others. So each worker takes cores
//! before it computes and returns them after a short while (a pass, a token, a clause). For the
//! same reason a worker takes no more cores than other programs leave free ([`load`]), unless a
//! number was set.

pub mod load;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sayso_models::{Cancel, Error, ErrorKind, Result};

use crate::engines::limit_threads;

/// How often a worker that waits for cores checks its [`Cancel`].
const LOOK: Duration = Duration::from_millis(20);

/// The cores that the models share. Clones share them too.
#[derive(Clone, Debug)]
pub struct Cores {
    shared: Arc<Ledger>,
    /// Whether the number taken through this handle follows the load.
    follow: bool,
}

#[derive(Debug)]
struct Ledger {
    total: usize,
    /// How many threads are worth running while other programs compute: 1 to `total`.
    worth: AtomicUsize,
    state: Mutex<Seats>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Seats {
    /// The sum of what the seats hold.
    taken: usize,
    /// Those who wait, first come, first served, so that a worker that returns cores and takes
    /// them again at once lets the others in.
    queue: VecDeque<Waiting>,
    tickets: u64,
    /// What each seat holds. Revoked seats are not included.
    seats: BTreeMap<u64, usize>,
    next_seat: u64,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    seat: u64,
}

/// A worker's access to the [`Cores`]: what it takes can be taken back from outside. Clones share
/// it.
#[derive(Clone, Debug)]
pub struct Seat {
    cores: Cores,
    place: Arc<Place>,
}

/// Removes the seat from the list when the last clone is dropped.
#[derive(Debug)]
struct Place {
    shared: Arc<Ledger>,
    id: u64,
}

/// Cores that are taken until this is dropped. Until then ggml runs at most that many threads for
/// the thread that took them.
#[derive(Debug)]
pub struct Taken {
    seat: Seat,
    /// As requested.
    least: usize,
    most: usize,
    cancel: Cancel,
    count: usize,
    /// The previous limit for this thread.
    before: usize,
    /// The limit belongs to the thread, so this must not be sent to another.
    thread: PhantomData<*const ()>,
}

impl Cores {
    /// This many cores (at least one), whatever else the machine does.
    pub fn new(total: usize) -> Self {
        let total = total.max(1);
        let shared = Ledger {
            total,
            worth: AtomicUsize::new(total),
            state: Mutex::default(),
            freed: Condvar::new(),
        };
        Self { shared: Arc::new(shared), follow: false }
    }

    /// This many cores (at least one) as far as other programs leave them free. The load is
    /// measured four times a second until the last clone is dropped. If the system does not report
    /// it, this is [`new`](Self::new).
    pub fn following(total: usize) -> Self {
        let cores = Self { follow: true, ..Self::new(total) };
        load::watch(&cores.shared);
        cores
    }

    /// The same cores, but what is taken does not follow the load.
    pub fn fixed(self) -> Self {
        Self { follow: false, ..self }
    }

    /// The number of cores.
    pub fn total(&self) -> usize {
        self.shared.total
    }

    /// The most threads for a piece of work through this handle.
    pub fn worth(&self) -> usize {
        if self.follow { self.shared.worth.load(Ordering::Relaxed) } else { self.shared.total }
    }

    /// A seat for one more worker.
    pub fn seat(&self) -> Seat {
        let mut state = self.lock();
        let id = state.next_seat;
        state.next_seat += 1;
        state.seats.insert(id, 0);
        drop(state);
        let place = Place { shared: self.shared.clone(), id };
        Seat { cores: self.clone(), place: Arc::new(place) }
    }

    /// As [`Seat::take`], for a caller that is never cancelled.
    pub fn take(&self, least: usize, most: usize) -> Taken {
        self.seat().taken(least, most, &Cancel::new())
    }

    /// `least` and `most`, limited by the number of cores and by the load.
    fn allowed(&self, least: usize, most: usize) -> (usize, usize) {
        let worth = self.worth();
        (least.clamp(1, worth), most.max(least).clamp(1, worth))
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.shared.lock()
    }
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Seats> {
        // The counts are consistent at every unlock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes back what `seat` holds and ends its waiting. It can take nothing any more.
    fn remove(&self, seat: u64) {
        let mut state = self.lock();
        let held = state.seats.remove(&seat).unwrap_or(0);
        state.taken -= held;
        state.queue.retain(|waiting| waiting.seat != seat);
        drop(state);
        self.freed.notify_all();
    }
}

impl Seats {
    /// Gives `seat` this many more, if that is possible. Returns whether it was.
    fn grant(&mut self, seat: u64, count: usize) -> bool {
        let Some(held) = self.seats.get_mut(&seat) else { return false };
        *held += count;
        self.taken += count;
        true
    }

    /// Takes this many back, unless the seat was revoked and they are back already.
    fn give_back(&mut self, seat: u64, count: usize) {
        if let Some(held) = self.seats.get_mut(&seat) {
            *held -= count;
            self.taken -= count;
        }
    }
}

impl Seat {
    /// Waits until `least` cores are free (at most as many as there are, or as the load allows),
    /// and takes them, and up to `most` if more are free. While it waits it checks `cancel`.
    ///
    /// # Errors
    /// [`Cancelled`](ErrorKind::Cancelled) if `cancel` is set or this seat was revoked.
    pub fn take(&self, least: usize, most: usize, cancel: &Cancel) -> Result<Taken> {
        let taken = self.taken(least, most, cancel);
        if taken.count > 0 {
            return Ok(taken);
        }
        cancel.check()?;
        Err(Error::new(ErrorKind::Cancelled, "this worker's cores were taken back"))
    }

    /// Takes back everything that was taken through this seat, for others, because the worker is
    /// gone or hangs. If it waits for cores, it is skipped at once. Afterwards nothing can be
    /// taken through it, and what the worker still does with what it took has no effect.
    pub fn revoke(&self) {
        self.place.shared.remove(self.place.id);
    }

    fn taken(&self, least: usize, most: usize, cancel: &Cancel) -> Taken {
        let count = self.wait(least, most, cancel);
        let before = limit_threads(count.max(1));
        let (seat, cancel) = (self.clone(), cancel.clone());
        Taken { seat, least, most, cancel, count, before, thread: PhantomData }
    }

    /// How many it got; 0 if cancelled or revoked.
    fn wait(&self, least: usize, most: usize, cancel: &Cancel) -> usize {
        let (shared, seat) = (&*self.cores.shared, self.place.id);
        let mut state = shared.lock();
        if !state.seats.contains_key(&seat) {
            return 0;
        }
        let ticket = state.tickets;
        state.tickets += 1;
        state.queue.push_back(Waiting { ticket, seat });
        loop {
            // Checked first, because the check also shows that the worker is alive.
            let given_up = cancel.is_cancelled();
            let Some(place) = state.queue.iter().position(|waiting| waiting.ticket == ticket)
            else {
                return 0;
            };
            let (least, most) = self.cores.allowed(least, most);
            let free = shared.total - state.taken;
            let count = if given_up || place > 0 || free < least { 0 } else { free.min(most) };
            if given_up || count > 0 {
                state.queue.remove(place);
                state.grant(seat, count);
                drop(state);
                shared.freed.notify_all();
                return count;
            }
            let waited = shared.freed.wait_timeout(state, LOOK);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.remove(self.id);
    }
}

impl Taken {
    /// How many were taken; 0 if the seat was revoked, or the work was cancelled while it gave
    /// way.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Lets others who wait go first, then takes cores as at first, as many as the load now
    /// allows. Must be called between two steps of long work.
    pub fn yield_now(&mut self) {
        if self.count == 0 {
            return;
        }
        let (least, most) = self.seat.cores.allowed(self.least, self.most);
        let (shared, seat) = (&*self.seat.cores.shared, self.seat.place.id);
        let mut state = shared.lock();
        if !state.queue.is_empty() {
            state.give_back(seat, self.count);
            drop(state);
            shared.freed.notify_all();
            self.count = self.seat.wait(self.least, self.most, &self.cancel);
        } else if !state.seats.contains_key(&seat) {
            self.count = 0;
        } else if self.count > most {
            state.give_back(seat, self.count - most);
            self.count = most;
        } else if self.count < least {
            let more = (shared.total - state.taken).min(least - self.count);
            state.grant(seat, more);
            self.count += more;
        } else {
            return;
        }
        limit_threads(self.count.max(1));
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        limit_threads(self.before);
        let shared = &self.seat.cores.shared;
        shared.lock().give_back(self.seat.place.id, self.count);
        shared.freed.notify_all();
    }
}
