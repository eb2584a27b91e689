use super::*;
use crate::callback::{PlaybackEnd, playback_callback, playback_link};
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);

fn connect(feed: &mut Feed, voice_rate: u32, rate: u32) -> PlaybackEnd {
    let (end, tap) = playback_link(rate, 1, Duration::from_millis(500));
    feed.attach(tap, Resampler::new(voice_rate, rate).unwrap());
    end
}

/// Plays until nothing is queued, and returns everything that was played.
fn play_out(feed: &mut Feed, end: &mut PlaybackEnd, now: Instant) -> Vec<f32> {
    let mut all = Vec::new();
    for _ in 0..10_000 {
        if feed.queued() == 0 {
            return all;
        }
        let mut buffer = [f32::NAN; 441];
        playback_callback(end, &mut buffer);
        assert!(buffer.iter().all(|sample| sample.is_finite()));
        all.extend(buffer);
        feed.tick(now);
    }
    panic!("{} samples are never played", feed.queued());
}

#[test]
fn the_whole_utterance_is_played_and_each_sample_counted() {
    let now = Instant::now();
    for (voice_rate, rate) in
        [(24_000, 48_000), (24_000, 44_100), (16_000, 16_000), (22_050, 16_000)]
    {
        let mut feed = Feed::new(voice_rate);
        let mut end = connect(&mut feed, voice_rate, rate);
        for utterance in 1..=3 {
            let length = 30_001;
            assert_eq!(feed.write(&vec![0.5; length]), length);
            let sound = play_out(&mut feed, &mut end, now);
            assert_eq!(feed.played(), utterance * length as u64, "{voice_rate} -> {rate}");
            let expected = length as f64 * f64::from(rate) / f64::from(voice_rate);
            let loud = sound.iter().filter(|x| **x > 0.4).count() as f64;
            assert!((loud - expected).abs() < 40.0, "{loud} frames for {expected}");
        }
        assert!(!feed.tick(now), "at rest there is nothing to do");
    }
}

#[test]
fn the_queue_is_bounded() {
    let mut feed = Feed::new(16_000);
    let second = vec![0.1; 16_000];
    let taken: usize = (0..40).map(|_| feed.write(&second)).sum();
    assert_eq!(taken, QUEUE as usize * 16_000);
    assert_eq!(feed.queued(), taken);
}

#[test]
fn a_stop_drops_everything_except_the_fade_at_once() {
    let now = Instant::now();
    let mut feed = Feed::new(24_000);
    let mut end = connect(&mut feed, 24_000, 48_000);
    feed.write(&vec![0.5; 48_000]);
    let mut buffer = [0.0_f32; 480];
    for _ in 0..10 {
        playback_callback(&mut end, &mut buffer);
    }
    assert_eq!(feed.played(), 2_400);
    assert_eq!(feed.stop(10 * MS), 48_000 - 2_400 - 240);
    assert_eq!(feed.queued(), 240, "the fade is still to be played");
    assert_eq!(feed.stop(10 * MS), 0);
    // Sound that is written before the fade is over is played after it.
    feed.write(&[0.25; 100]);
    assert_eq!(feed.queued(), 340);
    let sound = play_out(&mut feed, &mut end, now);
    assert_eq!(feed.played(), 2_400 + 240 + 100);
    assert!(sound[479] < 0.01, "the fade ends at {}", sound[479]);
}

#[test]
fn without_a_device_the_queue_passes_unheard() {
    let start = Instant::now();
    let mut feed = Feed::new(24_000);
    let mut end = connect(&mut feed, 24_000, 48_000);
    feed.write(&vec![0.5; 24_000]);
    let mut buffer = [0.0_f32; 4_800];
    playback_callback(&mut end, &mut buffer);
    assert_eq!(feed.played(), 2_400);
    feed.lost(start);
    // What was in the ring (half a second, minus what was played) is lost.
    let lost = feed.stats().missing;
    assert!((9_600..9_900).contains(&lost), "{lost}");
    assert_eq!(feed.played(), 2_400);
    feed.tick(start + 100 * MS);
    assert_eq!(feed.stats().missing, lost + 2_400);
    let queued = feed.queued() as u64;
    assert_eq!(feed.played() + queued + feed.stats().missing, 24_000);
    // The device returns with another rate and plays the rest.
    let mut end = connect(&mut feed, 24_000, 44_100);
    play_out(&mut feed, &mut end, start);
    assert_eq!(feed.played(), 2_400 + queued);
    assert_eq!(feed.stats().reopened, 1);
}

#[derive(Clone, Debug)]
enum Step {
    Write(usize),
    Play(usize),
    Stop(u64),
    Tick(u64),
    Lose,
    Connect(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rate = proptest::sample::select(vec![16_000_u32, 44_100, 48_000]);
    let step = prop_oneof![
        4 => (0_usize..20_000).prop_map(Step::Write),
        8 => (1_usize..6_000).prop_map(Step::Play),
        2 => (0_u64..40).prop_map(Step::Stop),
        4 => (0_u64..200).prop_map(Step::Tick),
        1 => Just(Step::Lose),
        1 => rate.prop_map(Step::Connect),
    ];
    proptest::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_sample_is_played_queued_dropped_or_missing(steps in steps()) {
        let mut now = Instant::now();
        let mut feed = Feed::new(24_000);
        let mut end = Some(connect(&mut feed, 24_000, 48_000));
        let (mut written, mut dropped, mut played) = (0, 0, 0);
        for step in steps {
            match step {
                Step::Write(n) => written += feed.write(&vec![0.5; n]) as u64,
                Step::Play(n) => if let Some(end) = &mut end {
                    let mut buffer = vec![f32::NAN; n];
                    playback_callback(end, &mut buffer);
                    prop_assert!(buffer.iter().all(|sample| sample.is_finite()));
                },
                Step::Stop(ms) => dropped += feed.stop(ms as u32 * MS) as u64,
                Step::Tick(ms) => {
                    now += ms as u32 * MS;
                    feed.tick(now);
                }
                Step::Lose => if end.take().is_some() {
                    feed.lost(now);
                },
                Step::Connect(rate) => if end.is_none() {
                    end = Some(connect(&mut feed, 24_000, rate));
                },
            }
            prop_assert!(feed.played() >= played, "played went back");
            played = feed.played();
            let sum = played + feed.queued() as u64 + dropped + feed.stats().missing;
            prop_assert_eq!(sum, written);
        }
        // At the end everything is played.
        let mut end = match end {
            Some(end) => end,
            None => connect(&mut feed, 24_000, 48_000),
        };
        play_out(&mut feed, &mut end, now);
        prop_assert_eq!(feed.played() + dropped + feed.stats().missing, written);
    }
}
