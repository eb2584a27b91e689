use super::*;
use proptest::prelude::*;

const BLOCK: usize = 320;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A satellite whose microphone hears a slope, so that every sample differs from all others within
/// 10 s.
struct Feeder {
    jitter: JitterBuffer,
    now: Duration,
    /// Samples read.
    read: usize,
}

impl Feeder {
    fn new() -> Self {
        let mut jitter = JitterBuffer::default();
        jitter.attach(ms(1_000));
        Self { jitter, now: ms(1_000), read: 0 }
    }

    fn value(clock: u32) -> f32 {
        0.25 + (clock % 160_000) as f32 / 1_000_000.0
    }

    /// Block `n` arrives now.
    fn block(&mut self, n: u16) {
        self.numbered(n, u32::from(n) * BLOCK as u32);
    }

    fn numbered(&mut self, number: u16, at: u32) {
        let heard = (at..).take(BLOCK).map(Self::value).collect();
        self.jitter.push(self.now, number, at, heard, vec![0.5; BLOCK]);
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.jitter.tick(self.now);
    }

    /// By how many samples the stream is ahead of the time.
    fn lead(&self) -> i64 {
        let passed = (self.now - ms(1_000)).as_nanos() as u64 / SAMPLE_NS;
        (self.read + self.jitter.ready.len()) as i64 - passed as i64
    }

    fn read(&mut self) -> Vec<f32> {
        let (mut all, mut played) = (Vec::new(), Vec::new());
        loop {
            let mut heard = [f32::NAN; 512];
            let n = self.jitter.read(&mut heard, &mut played);
            assert!(heard[..n].iter().all(|sample| sample.is_finite()));
            assert_eq!(played.len(), n);
            if n == 0 {
                self.read += all.len();
                return all;
            }
            all.extend(&heard[..n]);
        }
    }
}

/// Whether the samples from `at` on are those of block `n`.
fn is_block(heard: &[f32], at: usize, n: usize) -> bool {
    (0..BLOCK).all(|i| heard[at + i] == Feeder::value((n * BLOCK + i) as u32))
}

#[test]
fn blocks_in_order_are_passed_on_at_once() {
    let mut feeder = Feeder::new();
    for n in 0..50 {
        feeder.pass(ms(20));
        feeder.block(n);
        let heard = feeder.read();
        assert_eq!(heard.len(), BLOCK);
        // The first block fades in.
        assert!(n == 0 || is_block(&heard, 0, n.into()));
        assert_eq!(feeder.lead(), 0);
    }
    assert_eq!(feeder.jitter.stats(), StreamStats::default());
}

#[test]
fn a_lost_block_is_concealed_when_the_next_arrives() {
    let mut feeder = Feeder::new();
    for n in [0, 1, 3, 4] {
        feeder.pass(ms(if n == 3 { 40 } else { 20 }));
        feeder.block(n);
    }
    assert_eq!(feeder.lead(), 0);
    let heard = feeder.read();
    assert_eq!(heard.len(), 5 * BLOCK, "its time is kept");
    assert!(is_block(&heard, BLOCK, 1) && is_block(&heard, 4 * BLOCK, 4));
    let missing = &heard[2 * BLOCK..3 * BLOCK];
    // The concealment begins without a step, and fades.
    assert!((missing[0] - heard[2 * BLOCK - 1]).abs() < 0.001);
    assert!(missing[BLOCK - 1] < 0.6 * missing[0] && missing[BLOCK - 1] > 0.0);
    let stats = feeder.jitter.stats();
    assert_eq!((stats.xruns, stats.dropped, stats.missing), (1, BLOCK as u64, 0));
}

#[test]
fn a_long_loss_fades_to_silence() {
    let mut feeder = Feeder::new();
    feeder.block(0);
    feeder.block(1);
    feeder.block(10);
    let heard = feeder.read();
    assert_eq!(heard.len(), 11 * BLOCK);
    let (lost, after) = heard[2 * BLOCK..].split_at(8 * BLOCK);
    // It begins where the sound stopped, and is silent after 40 ms.
    assert!((lost[0] - heard[2 * BLOCK - 1]).abs() < 0.001 && lost[FADE / 2] > 0.05);
    assert!(lost[FADE..].iter().all(|&sample| sample == 0.0));
    assert!(heard[BLOCK..].windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.01));
    assert!(
        after[JOIN..].iter().zip(10 * BLOCK + JOIN..).all(|(s, n)| *s == Feeder::value(n as u32))
    );
    assert_eq!(feeder.jitter.stats().dropped, 8 * BLOCK as u64);
}

#[test]
fn the_wait_for_late_blocks_adapts() {
    let mut feeder = Feeder::new();
    feeder.block(0);
    // At first the buffer does not wait: block 2 is concealed, and then arrives late.
    feeder.block(1);
    feeder.block(3);
    feeder.pass(ms(5));
    feeder.block(2);
    assert_eq!(feeder.jitter.stats().xruns, 1);
    // From then on it waits.
    feeder.block(4);
    feeder.read();
    feeder.block(6);
    assert_eq!(feeder.read().len(), 0);
    feeder.pass(ms(5));
    feeder.block(5);
    let heard = feeder.read();
    assert!(is_block(&heard, 0, 5) && is_block(&heard, BLOCK, 6));
    assert_eq!(feeder.jitter.stats().xruns, 1);
    // It stops waiting when no block was late for long.
    for n in 7..1_500 {
        feeder.block(n);
        feeder.pass(ms(20));
    }
    feeder.read();
    feeder.block(1_501);
    assert_eq!(feeder.read().len(), 2 * BLOCK);
}

#[test]
fn silence_keeps_time_when_nothing_arrives() {
    let mut feeder = Feeder::new();
    feeder.pass(ms(20));
    feeder.block(0);
    feeder.pass(ms(50));
    assert_eq!(feeder.read().len(), BLOCK, "it is waited for");
    for _ in 0..10 {
        feeder.pass(ms(20));
    }
    let heard = feeder.read();
    assert_eq!(heard.len(), 250 * 16);
    assert!(heard.iter().all(|&sample| sample == 0.0));
    assert_eq!(feeder.jitter.stats().missing, 250 * 16);
    assert_eq!(feeder.lead(), 0);
    // The blocks were lost, not late: their time has passed already.
    feeder.pass(ms(10));
    feeder.block(14);
    assert_eq!(feeder.read().len(), 160 + BLOCK);
    assert_eq!(feeder.jitter.stats().missing, 260 * 16);
    assert_eq!(feeder.jitter.stats().dropped, 0, "counted once");
}

/// A busy wire wakes the host at any moment, even between two samples.
#[test]
fn silence_keeps_time_however_often_time_is_advanced() {
    for step in [7, 30, 63, 999] {
        let mut feeder = Feeder::new();
        feeder.jitter.shut(true);
        for _ in 0..1_000_000 / step {
            feeder.pass(Duration::from_micros(step));
        }
        let heard = feeder.read().len();
        let passed = 16 * (1_000_000 / step * step) as usize / 1_000;
        assert!((passed - 1..=passed).contains(&heard), "by {step} µs: {heard} of {passed}");
        assert_eq!(feeder.jitter.stats().missing, 0, "it is quiet");
    }
}

#[test]
fn late_sound_is_heard_all_the_same() {
    let mut feeder = Feeder::new();
    feeder.block(0);
    feeder.pass(ms(200));
    feeder.read();
    for n in 1..11 {
        feeder.block(n);
    }
    let heard = feeder.read();
    assert_eq!(heard.len(), 10 * BLOCK);
    // The first block fades in.
    assert!((1..10).all(|n| is_block(&heard, n * BLOCK, n + 1)));
    assert_eq!(feeder.jitter.stats().dropped, 0);
    // A longer silence makes up for the lead.
    assert_eq!(feeder.lead(), 11 * BLOCK as i64);
    for _ in 0..150 {
        feeder.pass(ms(20));
    }
    assert_eq!(feeder.lead(), 0);
}

#[test]
fn the_wait_adapts_to_the_jitter() {
    let mut feeder = Feeder::new();
    // Blocks arrive five at a time.
    let run = |feeder: &mut Feeder, blocks: std::ops::Range<u16>| {
        for n in blocks {
            feeder.block(n);
            if n % 5 == 4 {
                for _ in 0..10 {
                    feeder.pass(ms(10));
                }
            }
        }
        feeder.jitter.stats().missing
    };
    let learning = run(&mut feeder, 0..200);
    assert!(learning > 0, "at first it is too impatient");
    assert_eq!(run(&mut feeder, 200..400), learning, "it has learnt");
}

#[test]
fn a_shut_gate_gives_silence_and_nothing_counts_as_missing() {
    let mut feeder = Feeder::new();
    feeder.pass(ms(20));
    feeder.block(0);
    feeder.jitter.shut(true);
    for _ in 0..50 {
        feeder.pass(ms(20));
    }
    assert_eq!(feeder.read().len(), BLOCK + 16_000);
    // The gate opens, with 200 ms of earlier sound.
    feeder.jitter.shut(false);
    let opened = 16_000 + BLOCK as u32 - 3_200;
    for n in 0..11 {
        feeder.numbered(1 + n, opened + u32::from(n) * BLOCK as u32);
    }
    assert_eq!(feeder.read().len(), 11 * BLOCK, "all of it, at once");
    assert_eq!(feeder.lead(), 11 * BLOCK as i64);
    // The silence after it is given as it passes, so that the end of speech is noticed in time. A
    // longer silence makes up for the lead.
    feeder.jitter.shut(true);
    for _ in 0..100 {
        feeder.pass(ms(20));
    }
    assert_eq!(feeder.read().len(), 32_000);
    for _ in 0..20 {
        feeder.pass(ms(20));
    }
    assert_eq!(feeder.read().len(), 6_400 - 11 * BLOCK);
    assert_eq!(feeder.lead(), 0);
    assert_eq!(feeder.jitter.stats(), StreamStats::default());
}

#[test]
fn a_lost_satellite_leaves_silence_and_continues_when_it_is_back() {
    let mut feeder = Feeder::new();
    feeder.pass(ms(20));
    feeder.block(0);
    feeder.read();
    feeder.jitter.lost(feeder.now);
    feeder.pass(ms(1_000));
    assert_eq!(feeder.read().len(), 16_000);
    feeder.now += ms(10);
    let now = feeder.now;
    feeder.jitter.attach(now);
    // The clock is another one. The sound fades in.
    feeder.numbered(0, 77_000_000);
    feeder.numbered(1, 77_000_000 + BLOCK as u32);
    let heard = feeder.read();
    assert_eq!(heard.len(), 160 + 2 * BLOCK);
    assert!(heard[160] < heard[161] && heard[161] < heard[162]);
    assert!(is_block(&heard, 160 + BLOCK, 77_000_000 / BLOCK + 1));
    assert_eq!(feeder.jitter.stats().missing, 16_160);
}

#[test]
fn a_reader_that_stalls_loses_sound_but_no_time() {
    let mut feeder = Feeder::new();
    for n in 0..500 {
        feeder.pass(ms(20));
        feeder.block(n);
    }
    assert_eq!(feeder.jitter.free(), 0);
    assert_eq!(feeder.jitter.ready.len(), CAPACITY);
    assert_eq!(feeder.jitter.stats().dropped, 500 * BLOCK as u64 - CAPACITY as u64);
    let heard = feeder.read();
    assert_eq!(heard.len(), 500 * BLOCK, "silence stands for what was lost");
    assert!(is_block(&heard, CAPACITY - BLOCK, CAPACITY / BLOCK - 1));
    assert!(heard[CAPACITY..].iter().all(|&sample| sample == 0.0));
    feeder.block(500);
    assert!(is_block(&feeder.read(), 0, 500), "and what follows is whole");
}

/// A room over hours of virtual time. Somebody speaks now and then; the gate opens with 320 ms of
/// earlier sound and shuts 1.5 s after the speech; blocks arrive late, and some never.
struct Room {
    feeder: Feeder,
    dice: u32,
    number: u16,
    /// The satellite's clock at the room's start, and by how much it is too fast, in ppm.
    clock: u32,
    ppm: i64,
    /// The first block that was not sent yet.
    next: u64,
}

impl Room {
    fn new(clock: u32, ppm: i64) -> Self {
        Self { feeder: Feeder::new(), dice: 1, number: 0, clock, ppm, next: 0 }
    }

    fn roll(&mut self, below: u32) -> u32 {
        self.dice = self.dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.dice >> 8) % below
    }

    /// Samples that the microphone has heard since the room's start.
    fn heard(&self) -> u64 {
        let passed = (self.feeder.now - ms(1_000)).as_nanos() as i128;
        (passed * i128::from(1_000_000 + self.ppm) / 1_000_000 / i128::from(SAMPLE_NS)) as u64
    }

    /// Lets time pass in steps while the reader reads. Checks the stream's bounds at each step.
    fn pass(&mut self, time: Duration, step: Duration) -> Vec<f32> {
        let (end, mut heard) = (self.feeder.now + time, Vec::new());
        while self.feeder.now < end {
            self.feeder.pass(step.min(end - self.feeder.now));
            heard = self.feeder.read();
            self.check();
        }
        heard
    }

    fn quiet(&mut self, time: Duration, step: Duration) {
        self.feeder.jitter.shut(true);
        self.pass(time, step);
        // 2 s of silence, and as much as the stream may have been ahead.
        if time > ms(5_050) {
            let lead = self.feeder.lead();
            assert!((-1..=0).contains(&lead), "in step with the clock: {lead}");
        }
    }

    /// Checks how far the stream is off the clock: at most the sound that waited for a block.
    fn check(&self) {
        let lead = self.feeder.lead();
        let most = LONGEST_LEAD + (HELD * BLOCK) as i64;
        assert!((-LONGEST_LAG - 2 * BLOCK as i64..=most).contains(&lead), "{lead}");
    }

    /// Somebody speaks for this many blocks. Returns what the reader got.
    fn speech(&mut self, blocks: u64, losses: bool) -> Vec<f32> {
        self.feeder.jitter.shut(false);
        let now = self.heard() / BLOCK as u64;
        let first = now.saturating_sub(16).max(self.next);
        self.next = now + blocks;
        let mut got = Vec::new();
        for n in first..self.next {
            // From the pre-roll on, each block arrives at its end, or a little later.
            while self.heard() < (n + 1) * BLOCK as u64 {
                self.feeder.pass(ms(5));
                got.extend(self.feeder.read());
                self.check();
            }
            let lost = losses && self.roll(50) == 0;
            if !lost {
                let at = self.clock.wrapping_add((n * BLOCK as u64) as u32);
                self.feeder.numbered(self.number, at);
                got.extend(self.feeder.read());
                self.check();
            }
            self.number = self.number.wrapping_add(1);
        }
        got
    }
}

#[test]
fn the_stream_keeps_time_over_hours_of_quiet() {
    let mut room = Room::new(4_000_000_000, 35);
    // Somebody speaks 700 times in about six hours.
    for _ in 0..700 {
        let quiet = if room.roll(3) == 0 { 100_000 } else { 6_000 };
        let time = ms(room.roll(quiet).into());
        room.quiet(time, ms(20));
        let blocks = 10 + u64::from(room.roll(150));
        room.speech(blocks, true);
    }
    assert!(room.feeder.now > ms(4 * 3_600_000), "{:?}", room.feeder.now);
    room.quiet(ms(6_000), ms(20));
    assert_eq!(room.feeder.jitter.stats().missing, 0);
}

/// Checks that a word is whole after a quiet of this length, given in samples by the satellite's
/// clock, and as the time that has passed.
fn word_after(clock: u64, time: Duration) {
    let mut room = Room::new(123, 0);
    room.speech(20, false);
    // The reader is quick, because a day is 11 GB of silence.
    room.feeder.jitter.shut(true);
    let end = room.feeder.now + time;
    while room.feeder.now < end {
        room.feeder.pass(Duration::from_secs(1).min(end - room.feeder.now));
        room.feeder.read += room.feeder.jitter.ready.len();
        room.feeder.jitter.ready.clear();
        room.check();
    }
    assert!((-1..=0).contains(&room.feeder.lead()), "in step: {}", room.feeder.lead());
    room.clock = room.clock.wrapping_add((clock as i64 - samples(time) as i64) as u32);
    let got = room.speech(30, false);
    // 16 blocks of pre-roll and 30 of speech, of which the first fades in.
    let end = u64::from(room.clock) + room.heard() / BLOCK as u64 * BLOCK as u64;
    let wanted: Vec<f32> =
        (end - 45 * BLOCK as u64..end).map(|at| Feeder::value(at as u32)).collect();
    assert!(got[got.len() - wanted.len()..] == wanted, "after {clock} samples");
    room.quiet(ms(6_000), ms(20));
    assert_eq!(room.feeder.jitter.stats(), StreamStats::default());
}

fn samples(time: Duration) -> u64 {
    time.as_nanos() as u64 / SAMPLE_NS
}

#[test]
fn after_days_of_quiet_the_time_is_right_and_the_first_word_whole() {
    word_after(40_000, samples_to_time(40_000));
    word_after(48_000_000, samples_to_time(48_000_000));
    // 37.3 hours: as a 32-bit difference, the clock has gone backwards.
    let half = (1_u64 << 31) + 9_000;
    word_after(half, samples_to_time(half as usize));
    // 74.6 hours: the clock has wrapped to where it was, or a little before or after that. Only
    // the satellite's clock advances so far here.
    for clock in [-9_000, -400, 0, 400, 9_000] {
        word_after((1_u64 << 32).wrapping_add_signed(clock), Duration::from_secs(60));
    }
}

#[test]
fn a_wire_that_is_cut_for_hours_does_not_disturb_the_time() {
    let mut room = Room::new(0, 0);
    room.speech(100, false);
    for _ in 0..20 {
        room.feeder.jitter.lost(room.feeder.now);
        let away = ms(100_000 + u64::from(room.roll(1_800_000)));
        let before = room.feeder.jitter.stats().missing;
        room.pass(away, ms(50));
        assert!((-1..=0).contains(&room.feeder.lead()));
        let missing = room.feeder.jitter.stats().missing - before;
        let due = (away.as_nanos() / u128::from(SAMPLE_NS)) as u64;
        assert!(missing.abs_diff(due) <= 1, "all of it is counted: {missing} of {due}");
        let now = room.feeder.now;
        room.feeder.jitter.attach(now);
        room.clock = room.dice;
        room.number = 0;
        room.speech(100, false);
    }
    assert!(room.feeder.now > ms(3 * 3_600_000), "{:?}", room.feeder.now);
}

#[test]
fn the_stream_stays_in_bounds_with_an_open_gate_and_a_wrong_clock() {
    for ppm in [-300, 300] {
        let mut room = Room::new(0, ppm);
        // Ten hours, in which 300 ppm are 10.8 s.
        for _ in 0..60 {
            room.speech(30_000, false);
        }
        let stats = room.feeder.jitter.stats();
        let lost = stats.dropped;
        // What exceeds the allowed lead is dropped.
        let most = 10 * 3_600 * 16_000 * 300 / 1_000_000;
        assert!(if ppm > 0 { (1..most).contains(&lost) } else { lost == 0 }, "{ppm}: {stats:?}");
    }
}

proptest! {
    /// Whatever arrives in whatever order, nothing grows beyond its bounds, and after a silence
    /// the stream is in step with the time.
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
                3 => feeder.jitter.shut(number.is_multiple_of(2)),
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
            prop_assert!(feeder.jitter.held.len() <= HELD);
            prop_assert!(feeder.jitter.ready.len() <= CAPACITY);
            let most = LONGEST_LEAD + ((HELD + 1) * BLOCK) as i64;
            prop_assert!(feeder.lead() <= most, "{}", feeder.lead());
        }
        // Whatever came before, a silence brings the stream into step with the clock.
        let now = feeder.now;
        feeder.jitter.lost(now);
        for _ in 0..300 {
            feeder.pass(ms(20));
            feeder.read();
        }
        prop_assert!((-1..=0).contains(&feeder.lead()), "{}", feeder.lead());
    }

    /// With losses alone, the stream is as long as the time that has passed.
    #[test]
    fn losses_take_no_time(lost in proptest::collection::vec(any::<bool>(), 1..200)) {
        let mut feeder = Feeder::new();
        let (mut heard, mut in_a_row, mut long) = (0, 0, 0);
        feeder.pass(ms(20));
        feeder.block(0);
        for (n, lost) in (1..).zip(lost.into_iter().chain([false])) {
            feeder.pass(ms(20));
            in_a_row = if lost { in_a_row + 1 } else { 0 };
            // After 60 ms silence replaces them, and also the time of the block that arrives then.
            long += usize::from(in_a_row == 3);
            if !lost {
                feeder.block(n);
                heard += feeder.read().len();
                let passed = (usize::from(n) + 1) * BLOCK;
                prop_assert!((passed..=passed + long * BLOCK).contains(&heard), "{heard} {passed}");
            }
        }
    }
}
