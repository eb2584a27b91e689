//! Who may compute, and on how many cores.
//!
//! The models together never run more threads than there are cores: threads
//! of ggml wait for each other by spinning, and one that has lost its core
//! holds up all the others. So each worker takes cores before it computes and
//! gives them back after a short while (a pass, a token, a clause). For the
//! same reason a worker takes no more of them than other programs leave
//! ([`load`]), unless it was told a number.

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

/// How often a worker that waits for cores looks at its [`Cancel`].
const LOOK: Duration = Duration::from_millis(20);

/// The cores that the models share. Clones share them too.
#[derive(Clone, Debug)]
pub struct Cores {
    shared: Arc<Ledger>,
    /// Whether what is taken through this handle follows the load.
    follow: bool,
}

#[derive(Debug)]
struct Ledger {
    total: usize,
    /// How many threads are worth running beside other programs: 1 to `total`.
    worth: AtomicUsize,
    state: Mutex<Seats>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Seats {
    /// The sum of what the seats hold.
    taken: usize,
    /// Those who wait: first come, first served, so that a worker that gives back and
    /// takes again at once lets the others in.
    queue: VecDeque<Waiting>,
    tickets: u64,
    /// What each seat holds. One that was revoked is not among them.
    seats: BTreeMap<u64, usize>,
    next_seat: u64,
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    seat: u64,
}

/// A worker's place at the [`Cores`]: what it takes can be taken back from outside.
/// Clones are the same place.
#[derive(Clone, Debug)]
pub struct Seat {
    cores: Cores,
    place: Arc<Place>,
}

/// Leaves the list of seats when the last clone goes.
#[derive(Debug)]
struct Place {
    shared: Arc<Ledger>,
    id: u64,
}

/// Cores taken until this is dropped. Meanwhile ggml runs no more threads for the
/// thread that took them.
#[derive(Debug)]
pub struct Taken {
    seat: Seat,
    /// As asked for.
    least: usize,
    most: usize,
    cancel: Cancel,
    count: usize,
    /// The limit for this thread before.
    before: usize,
    /// The limit belongs to the thread.
    thread: PhantomData<*const ()>,
}

impl Cores {
    /// So many cores (at least one), whatever else the machine does.
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

    /// So many cores (at least one) as long as other programs leave them. What they use
    /// is looked at four times a second until the last clone is dropped; where the system
    /// does not tell, this is [`new`](Self::new).
    pub fn following(total: usize) -> Self {
        let cores = Self { follow: true, ..Self::new(total) };
        load::watch(&cores.shared);
        cores
    }

    /// The same cores, where what is taken does not follow the load.
    pub fn fixed(self) -> Self {
        Self { follow: false, ..self }
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.shared.total
    }

    /// How many threads a piece of work taken through this handle runs on at most.
    pub fn worth(&self) -> usize {
        if self.follow { self.shared.worth.load(Ordering::Relaxed) } else { self.shared.total }
    }

    /// A place for one more worker.
    pub fn seat(&self) -> Seat {
        let mut state = self.lock();
        let id = state.next_seat;
        state.next_seat += 1;
        state.seats.insert(id, 0);
        drop(state);
        let place = Place { shared: self.shared.clone(), id };
        Seat { cores: self.clone(), place: Arc::new(place) }
    }

    /// As [`Seat::take`], by somebody whom nothing stops.
    pub fn take(&self, least: usize, most: usize) -> Taken {
        self.seat().taken(least, most, &Cancel::new())
    }

    /// `least` and `most` as far as there are cores and the load allows.
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
        // The counts are sound at every unlock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes back what `seat` holds and ends its waiting. It takes nothing any more.
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
    /// Whether `seat` could take so many more, which it then has.
    fn grant(&mut self, seat: u64, count: usize) -> bool {
        let Some(held) = self.seats.get_mut(&seat) else { return false };
        *held += count;
        self.taken += count;
        true
    }

    /// Takes so many back, unless the seat was revoked and they are back already.
    fn give_back(&mut self, seat: u64, count: usize) {
        if let Some(held) = self.seats.get_mut(&seat) {
            *held -= count;
            self.taken -= count;
        }
    }
}

impl Seat {
    /// Waits until `least` cores are free (no more than there are, or than the load
    /// allows), and takes these and up to `most` if more are free. While it waits it
    /// looks at `cancel`.
    ///
    /// # Errors
    /// [`Cancelled`](ErrorKind::Cancelled) once `cancel` is set or this seat was revoked.
    pub fn take(&self, least: usize, most: usize, cancel: &Cancel) -> Result<Taken> {
        let taken = self.taken(least, most, cancel);
        if taken.count > 0 {
            return Ok(taken);
        }
        cancel.check()?;
        Err(Error::new(ErrorKind::Cancelled, "this worker's cores were taken back"))
    }

    /// Takes back what was taken here, for others: the worker is gone, or hangs. If it
    /// waits for cores, it is passed over at once. Nothing can be taken here afterwards,
    /// and what the worker still does to what it took changes nothing.
    pub fn revoke(&self) {
        self.place.shared.remove(self.place.id);
    }

    fn taken(&self, least: usize, most: usize, cancel: &Cancel) -> Taken {
        let count = self.wait(least, most, cancel);
        let before = limit_threads(count.max(1));
        let (seat, cancel) = (self.clone(), cancel.clone());
        Taken { seat, least, most, cancel, count, before, thread: PhantomData }
    }

    /// How many it got; none when cancelled or revoked.
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
            // Asked first: that is also how a worker shows that it is alive.
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
    /// How many were taken; none once the seat was revoked or the work cancelled while
    /// it gave way.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Lets those who wait go first, then takes as at first; and as many as the load now
    /// allows. To be called between two steps of long work.
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
