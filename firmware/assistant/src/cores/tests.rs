//! The counts are right, and everybody gets a turn, whatever happens when.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

impl Cores {
    /// How many others wait.
    fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    /// Returns as soon as this many wait.
    fn until_waiting(&self, count: usize) {
        let start = Instant::now();
        while self.waiting() != count {
            assert!(start.elapsed() < Duration::from_secs(20), "{} wait", self.waiting());
            thread::yield_now();
        }
    }

    /// Fails unless the counts agree with each other and with the number of cores.
    fn audit(&self) -> usize {
        let state = self.lock();
        assert_eq!(state.taken, state.seats.values().sum::<usize>(), "{state:?}");
        assert!(state.taken <= self.total(), "{state:?}");
        state.taken
    }

    fn set_worth(&self, worth: usize) {
        self.shared.worth.store(worth, Ordering::Relaxed);
    }
}

#[test]
fn free_cores_are_shared() {
    let cores = Cores::new(4);
    let one = cores.take(1, 1);
    let rest = cores.take(1, 8);
    assert_eq!((one.count(), rest.count()), (1, 3));
    drop((one, rest));
    assert_eq!(cores.take(9, 9).count(), 4);
    assert!(cores.lock().seats.is_empty(), "nobody is left");
}

#[test]
fn everyone_gets_a_turn_in_the_order_of_arrival() {
    let cores = Cores::new(2);
    let (served, turns) = mpsc::channel();
    let all = cores.take(2, 2);
    thread::scope(|scope| {
        for number in 0..6 {
            let (mine, served) = (cores.clone(), served.clone());
            // One that needs both is served before a later one that needs only the first.
            let least = 1 + number % 2;
            scope.spawn(move || {
                let taken = mine.take(least, least);
                served.send(number).expect("still there");
                drop(taken);
            });
            cores.until_waiting(number + 1);
        }
        drop(all);
    });
    drop(served);
    assert_eq!(turns.iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(cores.audit(), 0);
}

#[test]
fn a_worker_that_gives_way_lets_all_others_go_first() {
    let cores = Cores::new(2);
    let mut taken = cores.take(2, 2);
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 1..=3 {
            let (cores, done) = (cores.clone(), &done);
            scope.spawn(move || {
                let _taken = cores.take(1, 1);
                done.fetch_add(1, Ordering::SeqCst);
            });
            taken.seat.cores.until_waiting(number);
        }
        taken.yield_now();
        assert_eq!((done.load(Ordering::SeqCst), taken.count()), (3, 2));
    });
}

#[test]
fn no_more_are_taken_than_there_are_and_everyone_gets_a_turn() {
    let cores = Cores::new(2);
    let (busy, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for least in [1, 1, 2, 2] {
            let (cores, busy, most) = (cores.clone(), &busy, &most);
            scope.spawn(move || {
                let mut taken = cores.take(least, 2);
                for _ in 0..300 {
                    let now = busy.fetch_add(taken.count(), Ordering::SeqCst) + taken.count();
                    most.fetch_max(now, Ordering::SeqCst);
                    thread::yield_now();
                    busy.fetch_sub(taken.count(), Ordering::SeqCst);
                    taken.yield_now();
                }
            });
        }
    });
    assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
    assert_eq!(cores.take(2, 2).count(), 2, "all are given back");
}

#[test]
fn cores_of_a_revoked_seat_are_free_and_its_owner_changes_nothing() {
    let cores = Cores::new(2);
    let seat = cores.seat();
    let mut hung = seat.take(2, 2, &Cancel::new()).expect("free");
    seat.revoke();
    let next = cores.seat().take(2, 2, &Cancel::new()).expect("free again");
    assert_eq!(next.count(), 2);
    // The hung worker continues.
    hung.yield_now();
    assert_eq!((hung.count(), cores.audit()), (0, 2));
    drop(hung);
    assert_eq!(cores.audit(), 2);
    let error = seat.take(1, 1, &Cancel::new()).expect_err("revoked");
    assert!(error.is_cancelled() && error.to_string().contains("taken back"), "{error}");
    seat.revoke();
    drop((next, seat));
    assert_eq!(cores.audit(), 0);
    assert!(cores.lock().seats.is_empty());
}

#[test]
fn a_revoked_seat_that_waits_is_skipped_at_once() {
    let cores = Cores::new(2);
    let one = cores.take(1, 1);
    let seat = cores.seat();
    thread::scope(|scope| {
        let waiting = seat.clone();
        let passed_over = scope.spawn(move || waiting.take(2, 2, &Cancel::new()).map(drop));
        cores.until_waiting(1);
        let others = cores.clone();
        let next = scope.spawn(move || others.take(1, 1).count());
        cores.until_waiting(2);
        // It cannot have two yet, and nobody overtakes it until it is revoked.
        seat.revoke();
        assert_eq!(next.join().expect("no panic"), 1);
        assert!(passed_over.join().expect("no panic").expect_err("revoked").is_cancelled());
    });
    drop(one);
    assert_eq!((cores.audit(), cores.waiting()), (0, 0));
}

#[test]
fn a_cancel_ends_waiting_and_giving_way() {
    let cores = Cores::new(1);
    let mut all = cores.take(1, 1);
    let cancelled = Cancel::new();
    cancelled.cancel();
    assert!(cores.seat().take(1, 1, &cancelled).expect_err("cancelled").is_cancelled());
    assert_eq!(cores.waiting(), 0);
    let cancel = Cancel::new();
    thread::scope(|scope| {
        let (seat, flag) = (cores.seat(), cancel.clone());
        let waiting = scope.spawn(move || seat.take(1, 1, &flag).map(drop));
        cores.until_waiting(1);
        cancel.cancel();
        assert!(waiting.join().expect("no panic").expect_err("cancelled").is_cancelled());
    });
    assert_eq!((cores.audit(), cores.waiting()), (1, 0));

    // While it gives way to one that keeps its cores.
    let cancel = Cancel::new();
    drop(all);
    let seat = cores.seat();
    all = seat.take(1, 1, &cancel).expect("free");
    let keep = AtomicBool::new(true);
    thread::scope(|scope| {
        let (others, keep) = (cores.clone(), &keep);
        scope.spawn(move || {
            let _taken = others.take(1, 1);
            while keep.load(Ordering::SeqCst) {
                thread::yield_now();
            }
        });
        cores.until_waiting(1);
        scope.spawn(|| {
            cores.until_waiting(1);
            cancel.cancel();
        });
        all.yield_now();
        assert_eq!(all.count(), 0);
        keep.store(false, Ordering::SeqCst);
    });
    drop(all);
    assert_eq!((cores.audit(), cores.waiting()), (0, 0));
}

#[test]
fn the_number_taken_follows_the_load_unless_it_is_fixed() {
    let cores = Cores { follow: true, ..Cores::new(4) };
    let fixed = cores.clone().fixed();
    let mut taken = cores.take(4, 4);
    assert_eq!(taken.count(), 4);
    cores.set_worth(2);
    taken.yield_now();
    assert_eq!((taken.count(), cores.audit()), (2, 2));
    // What others leave free is not ours.
    assert_eq!(cores.take(1, 9).count(), 2);
    assert_eq!(fixed.take(1, 9).count(), 2);
    let other = fixed.take(1, 1);
    cores.set_worth(4);
    taken.yield_now();
    assert_eq!(taken.count(), 3, "as many as are free");
    drop(other);
    taken.yield_now();
    assert_eq!((taken.count(), cores.audit()), (4, 4));
    drop(taken);
    cores.set_worth(1);
    assert_eq!(cores.take(4, 4).count(), 1);
    assert_eq!(fixed.take(4, 4).count(), 4);
}

#[test]
fn the_load_of_dropped_cores_is_not_watched() {
    let cores = Cores::following(2);
    assert!((1..=2).contains(&cores.worth()));
    let shared = Arc::downgrade(&cores.shared);
    drop(cores);
    let start = Instant::now();
    while shared.strong_count() > 0 {
        assert!(start.elapsed() < Duration::from_secs(5));
        thread::sleep(Duration::from_millis(5));
    }
}

/// Workers take cores, give way and are cancelled, while another thread revokes their seats at any
/// moment and gives them new ones.
#[test]
fn the_counts_are_right_whenever_a_seat_is_revoked() {
    const WORKERS: usize = 5;
    let cores = Cores { follow: true, ..Cores::new(3) };
    let (over, served) = (AtomicBool::new(false), AtomicUsize::new(0));
    let places: Vec<Mutex<(Seat, Cancel)>> =
        (0..WORKERS).map(|_| Mutex::new((cores.seat(), Cancel::new()))).collect();
    thread::scope(|scope| {
        for (mut random, place) in (1_u64..).zip(&places) {
            let (over, served) = (&over, &served);
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let (seat, cancel) = place.lock().expect("no panic").clone();
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let least = 1 + (random >> 33) as usize % 3;
                    let Ok(mut taken) = seat.take(least, 3, &cancel) else { continue };
                    served.fetch_add(1, Ordering::SeqCst);
                    for _ in 0..random >> 61 {
                        seat.cores.audit();
                        taken.yield_now();
                    }
                }
            });
        }
        for round in 0..2_000 {
            let mut place = places[round % WORKERS].lock().expect("no panic");
            match round % 3 {
                0 => place.0.revoke(),
                1 => place.1.cancel(),
                _ => cores.set_worth(1 + round % 4),
            }
            *place = (cores.seat(), Cancel::new());
            drop(place);
            cores.audit();
            if round % 16 == 0 {
                thread::sleep(Duration::from_micros(200));
            }
        }
        // Nobody is stuck: everyone still gets a turn.
        let (before, start) = (served.load(Ordering::SeqCst), Instant::now());
        while served.load(Ordering::SeqCst) < before + 100 {
            assert!(start.elapsed() < Duration::from_secs(20), "stuck");
            thread::yield_now();
        }
        over.store(true, Ordering::SeqCst);
    });
    drop(places);
    assert_eq!((cores.audit(), cores.waiting()), (0, 0));
    assert!(cores.lock().seats.is_empty());
}

/// What one thread may do without waiting.
#[derive(Clone, Copy, Debug)]
enum Step {
    Take { least: usize, most: usize },
    Drop(usize),
    Yield(usize),
    Revoke(usize),
    Worth(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (1..4usize, 1..6usize).prop_map(|(least, most)| Step::Take { least, most }),
        2 => any::<usize>().prop_map(Step::Drop),
        2 => any::<usize>().prop_map(Step::Yield),
        1 => any::<usize>().prop_map(Step::Revoke),
        1 => (1..5usize).prop_map(Step::Worth),
    ];
    proptest::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn the_books_balance(steps in steps()) {
        let cores = Cores { follow: true, ..Cores::new(4) };
        // What is held, and whether its seat was revoked.
        let mut held: Vec<(Taken, Seat, bool)> = Vec::new();
        for step in steps {
            let pick = |n: usize, held: &Vec<_>| n.checked_rem(held.len());
            match step {
                Step::Take { least, most } => {
                    let free = cores.total() - cores.audit();
                    if free < least {
                        continue;
                    }
                    let seat = cores.seat();
                    let taken = seat.take(least, most, &Cancel::new()).expect("free");
                    let allowed = cores.worth();
                    prop_assert_eq!(taken.count(), free.min(most.max(least)).min(allowed));
                    held.push((taken, seat, false));
                }
                Step::Drop(n) => drop(pick(n, &held).map(|n| held.swap_remove(n))),
                Step::Yield(n) => if let Some(n) = pick(n, &held) {
                    let (taken, _, revoked) = &mut held[n];
                    taken.yield_now();
                    prop_assert!(taken.count() <= cores.worth());
                    prop_assert_eq!(taken.count() == 0, *revoked);
                }
                Step::Revoke(n) => if let Some(n) = pick(n, &held) {
                    held[n].1.revoke();
                    held[n].2 = true;
                }
                Step::Worth(worth) => cores.set_worth(worth),
            }
            let alive = held.iter().filter(|(_, _, revoked)| !revoked);
            prop_assert_eq!(cores.audit(), alive.map(|(taken, ..)| taken.count()).sum::<usize>());
        }
        drop(held);
        prop_assert_eq!(cores.audit(), 0);
        prop_assert!(cores.lock().seats.is_empty());
    }
}
