//! Detects workers that died or hang.
//!
//! Every worker counts heartbeats: its own reports, and each check of the flag that would stop its
//! work ([`Cancel::beating`](sayso_models::Cancel::beating)). A worker that ends while it is
//! needed has died; one that holds an order for [`HANG`] without a heartbeat hangs. A hung thread
//! cannot be ended. It is abandoned with its engine, and another replaces it. A worker whose engine
//! fails twice in a row is replaced too ([`Doubts`]).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a worker may hold an order without a heartbeat.
pub const HANG: Duration = Duration::from_secs(5);

/// The third failure within this time closes the conversation.
pub const STRIKES_WITHIN: Duration = Duration::from_secs(60);
const STRIKES: usize = 3;

/// After a longer time between two checks, the whole program was suspended, and the check says
/// nothing about the workers.
const STOOD_STILL: Duration = Duration::from_secs(1);

/// What a thread shows to the supervisor.
#[derive(Clone, Debug, Default)]
pub struct Pulse {
    /// Heartbeats so far.
    pub beats: Arc<AtomicU64>,
    busy: Arc<AtomicBool>,
}

impl Pulse {
    /// Counts a heartbeat.
    pub fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Sets whether it holds an order.
    pub fn set_busy(&self, busy: bool) {
        self.beat();
        self.busy.store(busy, Ordering::Release);
    }

    /// Whether the worker holds an order.
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    /// The signs of life of a thread that has `ended` or not.
    pub fn vitals(&self, ended: bool) -> Vitals {
        let beats = (!ended).then(|| self.beats.load(Ordering::Relaxed));
        Vitals { beats, busy: self.is_busy() }
    }
}

/// The signs of life of a worker at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vitals {
    /// Heartbeats so far; `None` if it has ended.
    pub beats: Option<u64>,
    /// Whether it holds an order; only then must it beat.
    pub busy: bool,
}

/// How a worker failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its thread ended.
    Died,
    /// It holds an order and makes no progress.
    Hung,
}

/// A worker that has to be replaced. The caller makes another, with an engine of another
/// session.
#[derive(Debug)]
pub struct Failure {
    /// The worker's name for people.
    pub worker: &'static str,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Fault(Fault),
    /// Its thread is alive, but its engine cannot be used any more.
    Engine(sayso_models::Error),
}

impl Failure {
    /// A failure of the worker that people call `worker`.
    pub fn new(worker: &'static str, fault: Fault) -> Self {
        Self { worker, why: Why::Fault(fault) }
    }

    /// A failure of a worker whose engine failed with `error` and must not be used again.
    pub fn broken(worker: &'static str, error: sayso_models::Error) -> Self {
        Self { worker, why: Why::Engine(error) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Fault(Fault::Died) => write!(f, "the {} ended unexpectedly", self.worker),
            Why::Fault(Fault::Hung) => {
                write!(f, "the {} has made no progress for {} s", self.worker, HANG.as_secs())
            }
            Why::Engine(error) => write!(f, "the {} failed: {error}", self.worker),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.why {
            Why::Fault(_) => None,
            Why::Engine(error) => Some(error),
        }
    }
}

/// Workers whose engines failed on good input at their last order.
///
/// Such an engine gets one more try, and is then replaced
/// ([`ErrorKind::Engine`](sayso_models::ErrorKind::Engine)). The next order is that try.
#[derive(Debug, Default)]
pub struct Doubts(Vec<&'static str>);

impl Doubts {
    /// The engine of `worker` did its work.
    pub fn worked(&mut self, worker: &str) {
        self.0.retain(|doubted| *doubted != worker);
    }

    /// The work of `worker` ended with `error`. Returns its failure if it is to be replaced.
    pub fn failed(&mut self, worker: &'static str, error: sayso_models::Error) -> Option<Failure> {
        if error.kind() != sayso_models::ErrorKind::Engine {
            return None;
        }
        if self.0.contains(&worker) {
            self.worked(worker);
            return Some(Failure::broken(worker, error));
        }
        self.0.push(worker);
        None
    }
}

/// Watches one worker. Pure: the time is a parameter.
#[derive(Clone, Copy, Debug)]
pub struct Monitor {
    beats: u64,
    moved: Instant,
    looked: Instant,
}

impl Monitor {
    /// A watch on a worker that begins now.
    pub fn new(now: Instant) -> Self {
        Self { beats: 0, moved: now, looked: now }
    }

    /// Checks the worker's signs of life.
    pub fn look(&mut self, now: Instant, vitals: Vitals) -> Option<Fault> {
        let stood_still = now.duration_since(self.looked) > STOOD_STILL;
        self.looked = now;
        let Some(beats) = vitals.beats else { return Some(Fault::Died) };
        if !vitals.busy || beats != self.beats || stood_still {
            (self.beats, self.moved) = (beats, now);
            return None;
        }
        (now.duration_since(self.moved) >= HANG).then_some(Fault::Hung)
    }
}

/// Recent failures of a conversation's workers.
#[derive(Debug, Default)]
pub struct Strikes(Vec<Instant>);

impl Strikes {
    /// Counts a failure. Returns whether there were too many.
    pub fn out(&mut self, now: Instant) -> bool {
        self.0.retain(|at| now.duration_since(*at) < STRIKES_WITHIN);
        self.0.push(now);
        self.0.len() >= STRIKES
    }
}

/// Whether a conversation is alive, for a watchdog.
#[derive(Clone, Debug)]
pub struct Health(Arc<Lived>);

#[derive(Debug)]
struct Lived {
    since: Instant,
    /// The last sign of life, in ms after `since`.
    at: AtomicU64,
}

impl Health {
    /// The health of a conversation that begins now.
    pub fn new() -> Self {
        Self(Arc::new(Lived { since: Instant::now(), at: AtomicU64::new(0) }))
    }

    /// Records that everything that the conversation needs is alive, or that it needs nothing now.
    pub fn show(&self) {
        let passed = u64::try_from(self.0.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.at.store(passed, Ordering::Relaxed);
    }

    /// Whether this was recorded within [`HANG`] and the time to recover from a hang.
    pub fn is_fresh(&self) -> bool {
        let at = Duration::from_millis(self.0.at.load(Ordering::Relaxed));
        self.0.since.elapsed().saturating_sub(at) < 2 * HANG
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_millis(100);

    /// Checks every 100 ms; `vitals` gives the signs of life at the n-th check.
    fn watch(looks: u32, vitals: impl Fn(u32) -> Vitals) -> Option<(u32, Fault)> {
        let start = Instant::now();
        let mut monitor = Monitor::new(start);
        (1..=looks).find_map(|n| Some((n, monitor.look(start + n * STEP, vitals(n))?)))
    }

    fn vitals(beats: u64, busy: bool) -> Vitals {
        Vitals { beats: Some(beats), busy }
    }

    #[test]
    fn a_worker_that_has_ended_counts_as_dead() {
        let dies = |n| if n < 7 { vitals(1, false) } else { Vitals { beats: None, busy: false } };
        assert_eq!(watch(100, dies), Some((7, Fault::Died)));
    }

    #[test]
    fn a_worker_that_holds_an_order_without_a_beat_hangs_after_five_seconds() {
        assert_eq!(watch(100, |_| vitals(3, true)), Some((51, Fault::Hung)));
        // A beat every 4.9 s is enough, and without an order none is needed.
        assert_eq!(watch(1_000, |n| vitals(u64::from(n / 49), true)), None);
        assert_eq!(watch(1_000, |_| vitals(3, false)), None);
        // The time counts from when the order was taken.
        assert_eq!(watch(200, |n| vitals(3, n >= 100)), Some((149, Fault::Hung)));
    }

    #[test]
    fn after_a_suspension_of_the_program_no_worker_is_at_fault() {
        let start = Instant::now();
        let mut monitor = Monitor::new(start);
        assert_eq!(monitor.look(start + STEP, vitals(1, true)), None);
        let later = start + Duration::from_secs(3_600);
        assert_eq!(monitor.look(later, vitals(1, true)), None);
        assert_eq!(monitor.look(later + STEP, vitals(1, true)), None);
    }

    #[test]
    fn an_engine_is_replaced_when_it_fails_twice_in_a_row() {
        use sayso_models::{Error, ErrorKind};
        let mut doubts = Doubts::default();
        let mut fails =
            |worker, kind| doubts.failed(worker, Error::new(kind, "so it is")).is_some();
        assert!(!fails("responder", ErrorKind::Engine));
        // The fault of what it was given, or nobody's.
        assert!(!fails("responder", ErrorKind::Input));
        assert!(!fails("responder", ErrorKind::Cancelled));
        assert!(!fails("transcriber", ErrorKind::Engine), "another's");
        assert!(fails("responder", ErrorKind::Engine));
        assert!(!fails("responder", ErrorKind::Engine), "that is the next engine");
        doubts.worked("responder");
        let again = doubts.failed("responder", Error::new(ErrorKind::Engine, "so it is"));
        assert!(again.is_none(), "it worked between");
        let failure = doubts.failed("transcriber", Error::new(ErrorKind::Engine, "so it is"));
        let failure = failure.expect("the second time");
        assert_eq!(failure.to_string(), "the transcriber failed: so it is");
    }

    #[test]
    fn the_third_failure_within_a_minute_is_one_too_many() {
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        let mut strikes = Strikes::default();
        assert_eq!([0, 30, 61, 80].map(|s| strikes.out(at(s))), [false, false, false, true]);
        let mut strikes = Strikes::default();
        assert_eq!([0, 40, 80, 120].map(|s| strikes.out(at(s))), [false; 4]);
    }
}
