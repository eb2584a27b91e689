use super::*;
use proptest::prelude::*;

const BLOCK: usize = 320;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A satellite whose microphone hears a slope, so that every sample can be told.
struct Feeder {
    ear: Ear,
    now: Duration,
}

impl Feeder {
    fn new() -> Self {
        let mut ear = Ear::default();
        ear.attach(ms(1_000));
        Self { ear, now: ms(1_000) }
    }

    fn value(clock: u32) -> f32 {
        0.25 + clock as f32 / 1_000_000.0
    }

    /// Block `n` comes now.
    fn block(&mut self, n: u16) {
        self.numbered(n, u32::from(n) * BLOCK as u32);
    }

    fn numbered(&mut self, number: u16, at: u32) {
        let heard = (at..).take(BLOCK).map(Self::value).collect();
        self.ear.push(self.now, number, at, heard, vec![0.5; BLOCK]);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.ear.tick(self.now);
    }

    fn read(&mut self) -> Vec<f32> {
        let (mut heard, mut all, mut played) = ([0.0; 512], Vec::new(), Vec::new());
        loop {
            let n = self.ear.read(&mut heard, &mut played);
            assert_eq!(played.len(), n);
            if n == 0 {
                return all;
            }
            all.extend(&heard[..n]);
        }
    }
}

/// Whether samples from `at` are those of block `n`.
fn is_block(heard: &[f32], at: usize, n: usize) -> bool {
    (0..BLOCK).all(|i| heard[at + i] == Feeder::value((n * BLOCK + i) as u32))
}

#[test]
fn what_comes_in_order_is_handed_on_at_once() {
    let mut feeder = Feeder::new();
    for n in 0..50 {
        feeder.block(n);
        let heard = feeder.read();
        assert_eq!(heard.len(), BLOCK);
        assert!(n == 0 || is_block(&heard, 0, n.into()));
        feeder.pass(ms(20));
    }
    assert_eq!(feeder.ear.stats(), StreamStats::default());
}

#[test]
fn one_that_is_lost_is_concealed_when_the_next_comes() {
    let mut feeder = Feeder::new();
    for n in [0, 1, 3, 4] {
        feeder.pass(ms(if n == 3 { 40 } else { 20 }));
        feeder.block(n);
    }
    let heard = feeder.read();
    assert_eq!(heard.len(), 5 * BLOCK, "its time is kept");
    assert!(is_block(&heard, BLOCK, 1) && is_block(&heard, 4 * BLOCK, 4));
    let missing = &heard[2 * BLOCK..3 * BLOCK];
    // It joins without a step and fades.
    assert!((missing[0] - heard[2 * BLOCK - 1]).abs() < 0.001);
    assert!(missing[BLOCK - 1] < 0.6 * missing[0] && missing[BLOCK - 1] > 0.0);
    let stats = feeder.ear.stats();
    assert_eq!((stats.xruns, stats.dropped, stats.missing), (1, BLOCK as u64, 0));
}

#[test]
fn a_long_loss_fades_to_silence() {
    let mut feeder = Feeder::new();
    feeder.block(0);
    feeder.block(9);
    let heard = feeder.read();
    assert_eq!(heard.len(), 10 * BLOCK);
    assert!(heard[BLOCK + FADE..9 * BLOCK].iter().all(|&sample| sample == 0.0));
    assert!(heard[BLOCK..9 * BLOCK].windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.01));
}

#[test]
fn the_wait_for_what_is_overtaken_adapts() {
    let mut feeder = Feeder::new();
    feeder.block(0);
    // At first nothing is waited for: 2 is concealed and then comes late.
    feeder.block(1);
    feeder.block(3);
    feeder.pass(ms(5));
    feeder.block(2);
    assert_eq!(feeder.ear.stats().xruns, 1);
    // From then on it is.
    feeder.block(4);
    feeder.read();
    feeder.block(6);
    assert_eq!(feeder.read().len(), 0);
    feeder.pass(ms(5));
    feeder.block(5);
    let heard = feeder.read();
    assert!(is_block(&heard, 0, 5) && is_block(&heard, BLOCK, 6));
    assert_eq!(feeder.ear.stats().xruns, 1);
    // And forgotten when nothing is late for long.
    for n in 7..1_500 {
        feeder.block(n);
        feeder.pass(ms(20));
    }
    feeder.read();
    feeder.block(1_501);
    assert_eq!(feeder.read().len(), 2 * BLOCK);
}

#[test]
fn when_nothing_comes_silence_keeps_the_time() {
    let mut feeder = Feeder::new();
    feeder.block(0);
    feeder.pass(ms(50));
    assert_eq!(feeder.read().len(), BLOCK, "it is waited for");
    for _ in 0..10 {
        feeder.pass(ms(20));
    }
    let heard = feeder.read();
    assert_eq!(heard.len(), 250 * 16);
    assert!(heard.iter().all(|&sample| sample == 0.0));
    assert_eq!(feeder.ear.stats().missing, 250 * 16);
    // The blocks were lost and not late: their time has passed already.
    feeder.pass(ms(10));
    feeder.block(14);
    assert_eq!(feeder.read().len(), 160 + BLOCK);
}

/// A busy wire wakes the host at any moment, between two samples too.
#[test]
fn silence_keeps_the_time_however_often_it_is_looked_at() {
    for step in [7, 30, 63, 999] {
        let mut feeder = Feeder::new();
        feeder.ear.shut(true);
        for _ in 0..1_000_000 / step {
            feeder.pass(Duration::from_micros(step));
        }
        let heard = feeder.read().len();
        assert!((15_980..=16_000).contains(&heard), "by {step} µs: {heard}");
    }
}

#[test]
fn what_comes_late_after_all_is_heard() {
    let mut feeder = Feeder::new();
    feeder.block(0);
    feeder.pass(ms(200));
    feeder.read();
    for n in 1..11 {
        feeder.block(n);
    }
    let heard = feeder.read();
    assert_eq!(heard.len(), 10 * BLOCK);
    assert!(is_block(&heard, 9 * BLOCK, 10));
    assert_eq!(feeder.ear.stats().dropped, 0);
}

#[test]
fn the_patience_adapts_to_the_jitter() {
    let mut feeder = Feeder::new();
    // Blocks come five at a time.
    for n in 0..200 {
        feeder.block(n);
        if n % 5 == 4 {
            feeder.pass(ms(100));
        }
    }
    let before = feeder.ear.stats().missing;
    for n in 200..400 {
        feeder.block(n);
        if n % 5 == 4 {
            feeder.pass(ms(100));
        }
    }
    assert_eq!(feeder.ear.stats().missing, before, "it has learnt");
}

#[test]
fn a_shut_gate_is_silence_and_nothing_is_missing() {
    let mut feeder = Feeder::new();
    feeder.block(0);
    feeder.ear.shut(true);
    for _ in 0..50 {
        feeder.pass(ms(20));
    }
    assert_eq!(feeder.read().len(), BLOCK + 16_000);
    // It opens, with 200 ms of what came before.
    feeder.ear.shut(false);
    let opened = 16_000 + BLOCK as u32 - 3_200;
    for n in 0..11 {
        feeder.numbered(1 + n, opened + u32::from(n) * BLOCK as u32);
    }
    assert_eq!(feeder.read().len(), 11 * BLOCK, "all of it, at once");
    assert_eq!(feeder.ear.stats(), StreamStats::default());
    // A longer silence makes up for the time that it is ahead.
    feeder.ear.shut(true);
    for _ in 0..200 {
        feeder.pass(ms(20));
    }
    assert_eq!(feeder.read().len(), 64_000 - 3_200);
}

#[test]
fn away_and_back() {
    let mut feeder = Feeder::new();
    feeder.block(0);
    feeder.read();
    feeder.ear.lost(feeder.now);
    feeder.pass(ms(1_000));
    assert_eq!(feeder.read().len(), 16_000);
    feeder.now += ms(10);
    let now = feeder.now;
    feeder.ear.attach(now);
    feeder.numbered(0, 77_000_000);
    assert_eq!(feeder.read().len(), 160 + BLOCK);
    assert_eq!(feeder.ear.stats().missing, 16_160);
}

proptest! {
    /// Whatever comes in whatever order, the time keeps going, nothing grows beyond its
    /// bounds, and nothing is heard twice.
    #[test]
    fn it_keeps_its_bounds(
        steps in proptest::collection::vec((0..8u8, any::<u16>(), any::<u32>(), 0..60u64), 0..300),
        wild: bool,
    ) {
        let mut feeder = Feeder::new();
        let mut n = 0_u16;
        for (what, number, at, time) in steps {
            match what {
                0 if wild => feeder.numbered(number, at),
                0 | 1 => feeder.block(n.saturating_sub(number % 4)),
                2 => n = n.wrapping_add(1 + number % 3),
                3 => feeder.ear.shut(number.is_multiple_of(2)),
                4 => {
                    let heard = feeder.read();
                    prop_assert!(heard.iter().all(|sample| sample.is_finite()));
                }
                _ => {
                    feeder.block(n);
                    n = n.wrapping_add(1);
                    feeder.pass(ms(time));
                }
            }
            prop_assert!(feeder.ear.held.len() <= HELD);
            prop_assert!(feeder.ear.ready.len() <= 2 * READY);
        }
    }

    /// Losses alone: the stream is as long as the time that has passed, exactly.
    #[test]
    fn losses_take_no_time(lost in proptest::collection::vec(any::<bool>(), 1..200)) {
        let mut feeder = Feeder::new();
        let mut heard = 0;
        let mut last = 0;
        feeder.block(0);
        for (n, lost) in (1..).zip(lost) {
            feeder.pass(ms(20));
            if !lost {
                feeder.block(n);
                last = n;
            }
            heard += feeder.read().len();
        }
        feeder.pass(ms(20));
        feeder.block(last + 100);
        heard += feeder.read().len();
        // Where silence stood for too long, it is what was given; otherwise what is due.
        prop_assert!(heard >= (usize::from(last) + 1) * BLOCK);
        prop_assert_eq!(feeder.ear.ahead, 0);
    }
}
