use super::*;
use proptest::prelude::*;
use sayso_core::link::Rate;

const VOICE: u32 = 24_000;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A satellite with a buffer of 10 blocks, which plays in real time, in steps of 10 ms.
struct Device {
    feed: Feed,
    now: Duration,
    rate: Rate,
    /// The end of its queue, the place that it has reached, and whether it receives anything.
    end: u64,
    played: u64,
    lose: bool,
}

impl Device {
    fn new(rate: Rate) -> Self {
        let mut feed = Feed::new(VOICE);
        feed.attach(rate.hz(), ms(0)).unwrap();
        Self { feed, now: ms(0), rate, end: 0, played: 0, lose: false }
    }

    fn tick(&mut self) {
        self.now += ms(10);
        self.played = (self.played + u64::from(self.rate.hz()) / 100).min(self.end);
        if let Some(stop) = self.feed.order() {
            self.end = u64::from(stop.at);
            self.played = self.played.min(self.end);
        }
        while self.end - self.played < 10 * self.rate.block() as u64 {
            let Some((at, block)) = self.feed.block(self.now) else { break };
            let n = block.len();
            assert!(n <= self.rate.block() && n % 2 == 0);
            if !self.lose {
                self.end = u64::from(at) + n as u64;
            }
            self.feed.sent(n);
        }
        self.feed.reached(self.played as u32, self.now);
        self.feed.tick(self.now);
    }

    fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.tick();
        }
    }
}

#[test]
fn everything_that_is_written_is_played() {
    for rate in [Rate::Hz24000, Rate::Hz16000] {
        let mut device = Device::new(rate);
        assert_eq!(device.feed.write(&[0.1; 24_001]), 24_001);
        assert_eq!(device.feed.queued(device.now), 24_001);
        let mut last = 0;
        for _ in 0..150 {
            device.tick();
            let played = device.feed.played(device.now);
            assert!(played >= last);
            assert_eq!(played + device.feed.queued(device.now) as u64, 24_001);
            last = played;
        }
        assert_eq!(device.feed.played(device.now), 24_001);
        assert_eq!(device.feed.stats(), StreamStats::default());
    }
}

#[test]
fn what_was_played_is_known_within_60_ms() {
    let mut device = Device::new(Rate::Hz16000);
    device.feed.write(&[0.1; 48_000]);
    for n in 1..150_u64 {
        device.tick();
        let truth = (n * 240).saturating_sub(240);
        let played = device.feed.played(device.now);
        assert!(played.abs_diff(truth) <= 1_440, "{played} {truth}");
    }
}

#[test]
fn a_late_report_does_not_take_anything_back() {
    let mut device = Device::new(Rate::Hz24000);
    device.feed.write(&[0.1; 24_000]);
    device.run(ms(300));
    // The satellite stops playing, and reports that.
    let later = device.now + ms(15);
    let before = device.feed.played(later);
    assert!(before > device.feed.played(device.now));
    device.feed.reached(device.played as u32, later);
    assert_eq!(device.feed.played(later), before);
    device.run(ms(1_000));
    assert_eq!(device.feed.played(device.now), 24_000);
}

#[test]
fn after_a_stop_it_is_known_at_once_what_is_played() {
    let mut device = Device::new(Rate::Hz24000);
    device.feed.write(&[0.1; 72_000]);
    device.run(ms(1_000));
    let before = device.feed.played(device.now);
    let dropped = device.feed.stop(ms(20), device.now) as u64;
    let queued = device.feed.queued(device.now) as u64;
    assert_eq!(device.feed.played(device.now) + queued + dropped, 72_000);
    // The fade, and the way to the satellite.
    assert!((480..=480 + 480).contains(&queued), "{queued}");
    device.feed.write(&[0.2; 4_800]);
    device.run(ms(1_000));
    assert_eq!(device.feed.queued(device.now), 0);
    assert_eq!(device.feed.played(device.now), 72_000 - dropped + 4_800);
    assert!(before < 72_000 - dropped);
}

#[test]
fn without_a_satellite_sound_is_missing_as_time_passes() {
    let mut device = Device::new(Rate::Hz24000);
    device.feed.write(&[0.1; 48_000]);
    device.run(ms(500));
    device.feed.lost(device.now);
    let played = device.feed.played(device.now);
    device.feed.tick(device.now + ms(100));
    assert_eq!(device.feed.played(device.now), played);
    let missing = device.feed.stats().missing;
    assert_eq!(played + missing + device.feed.queued(device.now) as u64, 48_000);
    device.now += ms(100);
    device.feed.attach(Rate::Hz16000.hz(), device.now).unwrap();
    (device.rate, device.end, device.played) = (Rate::Hz16000, 0, 0);
    device.run(ms(2_000));
    assert_eq!(device.feed.queued(device.now), 0);
    assert_eq!(device.feed.played(device.now) + device.feed.stats().missing, 48_000);
    assert_eq!(device.feed.stats().reopened, 1);
}

#[test]
fn the_last_blocks_of_a_reply_may_be_lost() {
    let mut device = Device::new(Rate::Hz24000);
    device.feed.write(&[0.1; 9_600]);
    device.run(ms(50));
    device.lose = true;
    device.feed.write(&[0.1; 960]);
    device.run(ms(1_500));
    assert_eq!(device.feed.queued(device.now), 0, "the reply ends all the same");
    assert!(device.feed.stats().missing > 0);
}

#[test]
fn the_reference_is_what_was_sent() {
    let mut device = Device::new(Rate::Hz24000);
    let wave = |n: usize, rate: f32| (n as f32 * 440.0 * std::f32::consts::TAU / rate).sin();
    let voice: Vec<f32> = (0..24_000).map(|n| wave(n, 24_000.0)).collect();
    device.feed.write(&voice);
    device.run(ms(500));
    let mut played = [f32::NAN; 320];
    device.feed.reference(4_800, &mut played);
    for (n, sample) in played.iter().enumerate() {
        assert!((sample - wave(3_200 + n, 16_000.0)).abs() < 0.01, "{n}");
    }
}

proptest! {
    /// Each written sample is played, dropped, missing or queued, whatever happens.
    #[test]
    fn the_books_balance(
        steps in proptest::collection::vec((0..6u8, 1..9_000usize), 0..80),
        sixteen: bool,
    ) {
        let rate = if sixteen { Rate::Hz16000 } else { Rate::Hz24000 };
        let mut device = Device::new(rate);
        let (mut written, mut dropped, mut last) = (0, 0, 0);
        for (what, n) in steps {
            match what {
                0 | 1 => written += device.feed.write(&vec![0.1; n]) as u64,
                2 => dropped += device.feed.stop(ms(20), device.now) as u64,
                3 => {
                    device.feed.lost(device.now);
                    device.feed.attach(rate.hz(), device.now).unwrap();
                    (device.end, device.played) = (0, 0);
                }
                _ => device.run(ms(n as u64 / 20)),
            }
            let played = device.feed.played(device.now);
            prop_assert!(played >= last);
            last = played;
            let queued = device.feed.queued(device.now) as u64;
            prop_assert_eq!(written, played + queued + dropped + device.feed.stats().missing);
        }
    }
}
