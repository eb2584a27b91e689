//! How many threads are worth running while other programs compute.
//!
//! Threads of one piece of work wait for each other about a hundred times per token. If another
//! program keeps a core busy, the thread that shares this core delays the others, and together
//! they are slower than a single one. So the number depends on how much of the CPUs others use:
//! the total use minus that of this process.

use std::fs;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::Ledger;

/// How often the load is measured. The system counts in steps of 10 ms.
const EVERY: Duration = Duration::from_millis(250);

/// A core counts as free if others use less than this share of it.
const LEFT: f64 = 0.5;

/// A margin around that share, so that the number does not change with every measurement.
const MARGIN: f64 = 0.1;

/// The use of the CPUs over a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// The number of CPUs that this process may use.
    pub cpus: usize,
    /// How much of them others used, in CPUs: 1 is one CPU all the time.
    pub others: f64,
}

/// How many threads are worth running, at most `total`. `now` is the present number.
pub fn worth(load: Load, total: usize, now: usize) -> usize {
    let free = load.cpus as f64 - load.others;
    let threads = |margin: f64| {
        let whole = (free + LEFT + margin).floor().max(0.0);
        (whole as usize).clamp(1, total.max(1))
    };
    // Unchanged, unless it is too high even with the margin, or too low even with the margin.
    now.clamp(threads(-MARGIN), threads(MARGIN))
}

/// CPU times since the system's start, in the system's own steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Reading {
    cpus: usize,
    /// Total time of the allowed CPUs, busy or not.
    all: u64,
    /// Busy time of the allowed CPUs.
    busy: u64,
    /// Time used by this process, on any CPU.
    own: u64,
}

impl Reading {
    /// The present times; `None` if the system does not report them.
    fn now() -> Option<Self> {
        let read = |file| fs::read_to_string(file).ok();
        let (machine, process) = (read("/proc/stat")?, read("/proc/self/stat")?);
        Self::of(&machine, &process, &read("/proc/thread-self/status")?)
    }

    /// From the texts of `/proc/stat` and, for this process, `stat` and `status` (proc(5)).
    fn of(machine: &str, process: &str, status: &str) -> Option<Self> {
        let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
        let mut reading = Self { own: own(process)?, ..Self::default() };
        for line in machine.lines() {
            let mut fields = line.split_ascii_whitespace();
            let number = fields.next().and_then(|name| name.strip_prefix("cpu")?.parse().ok());
            if !number.is_some_and(|number| contains(allowed, number)) {
                continue;
            }
            // user nice system idle iowait irq softirq steal; guests are included in user.
            let times: Vec<u64> = fields.take(8).map_while(|field| field.parse().ok()).collect();
            let all: u64 = times.iter().sum();
            let idle: u64 = times.iter().skip(3).take(2).sum();
            reading.cpus += 1;
            reading.all += all;
            reading.busy += all - idle;
        }
        (reading.cpus > 0).then_some(reading)
    }

    /// The use since `before`. `None` if that is unknown, for example because the process was
    /// moved to other CPUs.
    fn since(&self, before: &Self) -> Option<Load> {
        let all = self.all.checked_sub(before.all).filter(|&all| all > 0)?;
        let busy = self.busy.checked_sub(before.busy)?;
        let others = busy.saturating_sub(self.own.checked_sub(before.own)?);
        let cpus = self.cpus;
        (cpus == before.cpus)
            .then(|| Load { cpus, others: others as f64 * cpus as f64 / all as f64 })
    }
}

/// The time that a process used, in user mode and in the system, from its `stat`.
fn own(stat: &str) -> Option<u64> {
    // The name before it may hold any characters.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let mut time = || fields.next()?.parse::<u64>().ok();
    Some(time()? + time()?)
}

/// Whether a list such as `0-3,8` contains `number`.
fn contains(list: &str, number: usize) -> bool {
    list.trim().split(',').any(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let bounds = (first.parse::<usize>(), last.parse::<usize>());
        matches!(bounds, (Ok(first), Ok(last)) if (first..=last).contains(&number))
    })
}

/// Keeps `shared.worth` up to date, on a thread of its own, until all handles of the cores are
/// dropped.
pub(super) fn watch(shared: &Arc<Ledger>) {
    // With one core there is no choice.
    if shared.total < 2 {
        return;
    }
    let Some(first) = Reading::now() else {
        log::info!("this system does not report its load, so thread counts are fixed");
        return;
    };
    let weak = Arc::downgrade(shared);
    let thread = thread::Builder::new().name("load".into()).spawn(move || follow(&weak, first));
    if let Err(error) = thread {
        log::warn!("cannot start a thread ({error}), so thread counts are fixed");
    }
}

fn follow(shared: &Weak<Ledger>, first: Reading) {
    let mut before = first;
    loop {
        thread::sleep(EVERY);
        let Some(shared) = shared.upgrade() else { return };
        let Some(reading) = Reading::now() else { continue };
        if let Some(load) = reading.since(&before) {
            let now = shared.worth.load(Ordering::Relaxed);
            let next = worth(load, shared.total, now);
            shared.worth.store(next, Ordering::Relaxed);
            if next != now {
                log::debug!(
                    "other programs use {:.2} CPUs: computing with {next} threads",
                    load.others
                );
            }
        }
        before = reading;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn load(cpus: usize, others: f64) -> Load {
        Load { cpus, others }
    }

    #[test]
    fn each_busy_core_costs_a_thread() {
        for (others, threads) in [(0.0, 4), (1.0, 3), (2.0, 2), (3.0, 1), (4.0, 1), (9.0, 1)] {
            for now in 1..=4 {
                assert_eq!(worth(load(4, others), 4, now), threads, "{others}, {now}");
            }
        }
        // Enough of a big machine is free.
        assert_eq!(worth(load(64, 50.0), 4, 1), 4);
        assert_eq!(worth(load(64, 62.0), 4, 4), 2);
        // For a process that may use only one CPU.
        assert_eq!(worth(load(1, 0.0), 1, 1), 1);
        assert_eq!(worth(load(1, 0.0), 4, 4), 1);
    }

    #[test]
    fn within_the_margin_the_number_does_not_change() {
        for now in [1, 2] {
            assert_eq!(worth(load(2, 0.3), 2, now), 2);
            assert_eq!(worth(load(2, 0.45), 2, now), now);
            assert_eq!(worth(load(2, 0.55), 2, now), now);
            assert_eq!(worth(load(2, 0.7), 2, now), 1);
        }
    }

    proptest! {
        #[test]
        fn always_between_one_and_all(
            cpus in 0..300usize, others in -1.0..300.0f64, total in 0..9usize, now in 0..9usize,
        ) {
            let threads = worth(load(cpus, others), total, now);
            prop_assert!((1..=total.max(1)).contains(&threads));
            // Asked again, it stays the same.
            prop_assert_eq!(worth(load(cpus, others), total, threads), threads);
            // More load never gives more threads.
            prop_assert!(worth(load(cpus, others + 1.0), total, now) <= threads);
        }
    }

    const STATUS: &str = "Name:\tsayso\nCpus_allowed:\t5\nCpus_allowed_list:\t0,2\n";

    fn reading(busy: [u64; 3], idle: [u64; 3], own: u64) -> Reading {
        let line = |cpu: usize| format!("cpu{cpu} {} 1 1 {} 3 1 1 1 7 0\n", busy[cpu], idle[cpu]);
        let machine =
            format!("cpu  9 9 9 9\n{}{}{}intr 8 8\nprocs_running 4\n", line(0), line(1), line(2));
        let process = format!("77 (a) b) (c) R 1 2 3 4 5 6 7 8 9 10 {own} 5 0 0 20 0 9 0");
        Reading::of(&machine, &process, STATUS).expect("a reading")
    }

    #[test]
    fn the_use_of_others_is_the_total_minus_our_own() {
        let before = reading([100, 0, 200], [0, 0, 50], 40);
        assert_eq!(before, Reading { cpus: 2, all: 366, busy: 310, own: 45 });
        // In one second one allowed CPU was busy all the time, the other half of the time, and
        // half a CPU of that was ours. The CPU that is not allowed was busy, too.
        let after = reading([200, 100, 250], [0, 0, 100], 90);
        assert_eq!(after.since(&before), Some(load(2, 1.0)));
        // Because of the steps, our own time may exceed the total.
        let ours = reading([200, 100, 250], [0, 0, 100], 200);
        assert_eq!(ours.since(&before), Some(load(2, 0.0)));
        // No time passed; or the process was moved to other CPUs.
        assert_eq!(before.since(&before), None);
        assert_eq!(Reading { cpus: 1, ..after }.since(&before), None);
    }

    #[test]
    fn malformed_texts_give_no_reading() {
        assert_eq!(Reading::of("", "1 (x) R", ""), None);
        assert_eq!(Reading::of("cpu0 1 2 3 4\n", "1 (x) R 1", STATUS), None);
        let process = "1 (x) R 1 2 3 4 5 6 7 8 9 10 3 4 0";
        assert_eq!(Reading::of("cpu1 1 2 3 4\n", process, STATUS), None);
        let one = Reading::of("cpu2 1 2 3 4\n", process, STATUS);
        assert_eq!(one, Some(Reading { cpus: 1, all: 10, busy: 6, own: 7 }));
        for (list, has, lacks) in [("0-3,8", 8, 7), (" 5\n", 5, 0), ("", 9, 0), ("x-2,1-", 9, 1)] {
            assert_eq!(contains(list, has), has != 9, "{list}");
            assert!(!contains(list, lacks), "{list}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_system_reports_its_load_and_time_passes() {
        let before = Reading::now().expect("a reading");
        thread::sleep(Duration::from_millis(60));
        let load = Reading::now().expect("a reading").since(&before).expect("a load");
        assert!(load.others <= load.cpus as f64 && load.others >= 0.0, "{load:?}");
    }
}
