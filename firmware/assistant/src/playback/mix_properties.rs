//! Properties of mixing that hold for all operations in any order.

use std::f32::consts::TAU;

use proptest::prelude::*;

use super::mix_tests::{Fake, RATE, TURN, clause, ms, pump, run, tone};
use super::*;

/// The operations, in any order.
#[derive(Clone, Debug)]
enum Op {
    Begin { chime: usize },
    Sound(usize),
    Complete,
    Release,
    Pause,
    Resume,
    Stop,
    Cancel,
    Chime(usize),
    Media(usize),
    MediaStop,
    MediaPause(bool),
    Play(usize),
    Lose(usize),
    Gain(Source, f32),
    Volume(f32),
    Duck(bool),
}

fn ops(samples: usize) -> impl Strategy<Value = Op> {
    let source = (0..3_usize).prop_map(|n| Source::ALL[n]);
    prop_oneof![
        2 => (0..samples).prop_map(move |n| Op::Begin { chime: n.saturating_sub(samples / 2) }),
        6 => (1..4 * samples).prop_map(Op::Sound),
        1 => Just(Op::Complete),
        3 => Just(Op::Release),
        2 => Just(Op::Pause),
        2 => Just(Op::Resume),
        1 => Just(Op::Stop),
        1 => Just(Op::Cancel),
        2 => (1..samples).prop_map(Op::Chime),
        4 => (1..2 * samples).prop_map(Op::Media),
        1 => Just(Op::MediaStop),
        2 => any::<bool>().prop_map(Op::MediaPause),
        12 => (0..samples).prop_map(Op::Play),
        1 => (1..samples).prop_map(Op::Lose),
        1 => (source, 0.0..=1.0_f32).prop_map(|(source, gain)| Op::Gain(source, gain)),
        1 => (0.0..=1.0_f32).prop_map(Op::Volume),
        1 => any::<bool>().prop_map(Op::Duck),
    ]
}

/// Samples that can be distinguished in a sum: each source has six bits of its own, in which it
/// counts from 1 to 63 repeatedly.
struct Counter {
    unit: f32,
    next: usize,
}

impl Counter {
    fn new(source: Source) -> Self {
        Self { unit: 1.0 / (1 << (7 + 6 * source as usize)) as f32, next: 0 }
    }

    fn samples(&mut self, samples: usize) -> Vec<f32> {
        let from = self.next;
        self.next += samples;
        (from..self.next).map(|n| (n % 63 + 1) as f32 * self.unit).collect()
    }
}

/// The number of `source` in a sample, if it is part of it.
fn number(sample: f32, source: Source) -> Option<usize> {
    let bits = (sample * (1 << 19) as f32) as usize >> (6 * (2 - source as usize)) & 63;
    bits.checked_sub(1)
}

/// Samples of `source` that left the loudspeaker.
fn left(fake: &Fake, source: Source) -> usize {
    fake.log().left.iter().filter(|(s, _)| number(*s, source).is_some()).count()
}

/// Those that were heard.
fn heard(fake: &Fake, source: Source) -> u64 {
    let within = |(s, heard): &&(f32, bool)| *heard && number(*s, source).is_some();
    fake.log().left.iter().filter(within).count() as u64
}

/// At this rate a fade-in takes one sample at full level, so no number changes.
const SLOW: u32 = 100;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The samples of each source that are heard are those that the ledger reports, in order.
    /// Whatever happens to one source, no sample of another is lost or repeated.
    #[test]
    fn the_ledger_is_what_was_heard(ops in prop::collection::vec(ops(60), 1..200)) {
        let (mut playback, fake) = Fake::new(SLOW, false);
        playback.set_ducking(0.0);
        let mut counters = Source::ALL.map(Counter::new);
        let mut turn = TurnId(0);
        // Samples of chimes and media that were accepted, and media that were dropped.
        let (mut chimes, mut media) = (0, 0);
        let mut restarts = [0; 3];
        for op in ops {
            let stops = fake.log().stops;
            match op {
                Op::Begin { chime } => {
                    turn = TurnId(turn.0 + 1);
                    counters[0].next = 0;
                    restarts[0] += 1;
                    let chime = counters[0].samples(chime);
                    playback.begin_with_chime(turn, &chime);
                }
                Op::Sound(samples) => {
                    playback.clause(turn, clause("Yes."));
                    let sound = counters[0].samples(samples);
                    playback.sound(turn, &sound);
                }
                Op::Complete => playback.complete(turn),
                Op::Release => playback.release(turn),
                Op::Pause => playback.pause(turn),
                Op::Resume => playback.resume(turn),
                Op::Stop => drop(playback.stop(turn)),
                Op::Cancel => playback.cancel(turn),
                Op::Chime(samples) => {
                    pump(&mut playback);
                    if chimes - left(&fake, Source::Chime) + samples <= 200 {
                        chimes += samples;
                        playback.chime(counters[1].samples(samples));
                    }
                }
                Op::Media(samples) => {
                    let sound = counters[2].samples(samples);
                    let taken = playback.media_write(&sound);
                    counters[2].next -= samples - taken;
                    media += taken;
                }
                Op::MediaStop => {
                    playback.media_stop();
                    counters[2].next = 0;
                    restarts[2] += 1;
                    let media_in = |s: &&f32| number(**s, Source::Media).is_some();
                    media = left(&fake, Source::Media) + fake.log().queue.iter().filter(media_in).count();
                }
                Op::MediaPause(paused) => playback.media_pause(paused),
                Op::Play(samples) => fake.play(samples),
                Op::Lose(samples) => {
                    pump(&mut playback);
                    fake.leave(samples, false);
                }
                // Gains would change the numbers.
                Op::Gain(..) | Op::Volume(_) => {}
                Op::Duck(heard) => playback.duck(heard),
            }
            pump(&mut playback);
            prop_assert!(fake.log().stops <= stops + 2, "one fade for it, one for what begins");
            let heard = Source::ALL.map(|source| heard(&fake, source));
            prop_assert_eq!(Source::ALL.map(|source| playback.heard_of(source)), heard);
        }
        // Plays the rest to its end.
        playback.complete(turn);
        playback.release(turn);
        playback.resume(turn);
        playback.media_pause(false);
        for _ in 0..3000 {
            pump(&mut playback);
            if !playback.busy() && playback.media_left() == 0 {
                break;
            }
            fake.play(10);
        }
        prop_assert!(!playback.busy() && playback.ahead() == 0 && playback.media_left() == 0);
        prop_assert_eq!(left(&fake, Source::Chime), chimes);
        prop_assert_eq!(left(&fake, Source::Media), media);
        for source in Source::ALL {
            let log = fake.log();
            let numbers = log.left.iter().filter_map(|(s, _)| number(*s, source));
            let mut last = None;
            for number in numbers {
                if number != last.map_or(0, |last: usize| (last + 1) % 63) {
                    prop_assert!(number == 0 && restarts[source as usize] > 0, "{source:?}: {number} after {last:?}");
                    restarts[source as usize] -= 1;
                }
                last = Some(number);
            }
        }
    }

    /// The voice alone is written unchanged, except for the fade-in after a pause.
    #[test]
    fn a_voice_alone_is_as_it_was_made(
        sound in prop::collection::vec(-1.0..=1.0_f32, 20_000),
        ops in prop::collection::vec(ops(2000), 1..60),
    ) {
        let (mut playback, fake) = Fake::new(RATE, true);
        playback.begin(TURN);
        playback.clause(TURN, clause("Yes."));
        playback.release(TURN);
        let (mut made, mut paused) = (0, false);
        let mut due: Vec<f32> = Vec::new();
        let mut fade = usize::MAX;
        for op in ops {
            match op {
                Op::Sound(samples) => {
                    let more = &sound[made..(made + samples).min(sound.len())];
                    playback.sound(TURN, more);
                    made += more.len();
                }
                // Past the fade, so that what follows begins with a fade of its own.
                Op::Pause => {
                    playback.pause(TURN);
                    paused = true;
                    let fading = fake.queued();
                    let from = due.len();
                    for n in 0..fading {
                        let level = fade.checked_add(n + 1).map_or(1.0, |n| (n as f32 / 240.0).min(1.0));
                        due.push(sound[from + n] * level * (1.0 - (n + 1) as f32 / 481.0));
                    }
                    fake.play(fading);
                }
                Op::Resume if paused => {
                    playback.resume(TURN);
                    // Sound that was never heard begins without a fade.
                    (paused, fade) = (false, if due.is_empty() { usize::MAX } else { 0 });
                }
                Op::Play(samples) => {
                    let samples = samples.min(fake.queued());
                    fake.play(samples);
                    for _ in 0..samples {
                        fade = fade.saturating_add(1);
                        let level = if fade < 240 { fade as f32 / 240.0 } else { 1.0 };
                        due.push(sound[due.len()] * level);
                    }
                }
                _ => {}
            }
            pump(&mut playback);
            prop_assert!(playback.ahead() == (made - due.len()) as u64);
        }
        prop_assert!(fake.log().heard() == due);
    }

    /// However often somebody speaks, media are never louder than their gain nor softer than when
    /// they are ducked, and a third of a second after a change they have their level.
    #[test]
    fn media_follow_the_ducking(
        db in -40.0..-1.0_f32,
        steps in prop::collection::vec((any::<bool>(), 10..700_usize), 1..20),
    ) {
        let (mut playback, fake) = Fake::new(RATE, true);
        playback.set_ducking(db);
        let low = 0.5 * 10.0_f32.powf(db / 20.0);
        for (ducked, time) in steps {
            while playback.media_write(&[0.5; 240]) == 240 {}
            playback.duck(ducked);
            run(&mut playback, &fake, ms(time));
            let heard = fake.log().heard();
            let within = |sample: &f32| (low - 1e-5..=0.5 + 1e-5).contains(sample);
            prop_assert!(heard.iter().all(within), "between {low} and 0.5");
            let due = if ducked { low } else { 0.5 };
            let last = heard.last().copied().unwrap_or_default();
            prop_assert!(time < 320 || (last - due).abs() < 1e-5, "{last} instead of {due}");
        }
        prop_assert_eq!(playback.heard_of(Source::Media), fake.played());
    }

    /// Whatever is done, no step is larger than the tones, the gains and the fades explain.
    #[test]
    fn nothing_clicks(ops in prop::collection::vec(ops(2400), 1..120)) {
        const PERIOD: usize = 300;
        let whole = |samples: usize| tone(samples.next_multiple_of(PERIOD), PERIOD, 0.25);
        let (mut playback, fake) = Fake::new(RATE, true);
        let mut turn = TurnId(0);
        for op in ops {
            match op {
                Op::Begin { chime } => {
                    turn = TurnId(turn.0 + 1);
                    playback.begin_with_chime(turn, &whole(chime));
                }
                Op::Sound(samples) => drop(playback.sound(turn, &whole(samples))),
                Op::Complete => playback.complete(turn),
                Op::Release => playback.release(turn),
                Op::Pause => playback.pause(turn),
                Op::Resume => playback.resume(turn),
                Op::Stop => drop(playback.stop(turn)),
                Op::Cancel => playback.cancel(turn),
                Op::Chime(samples) => playback.chime(whole(samples)),
                Op::Media(samples) => {
                    // All or nothing, so that it ends at 0.
                    if playback.mixer.pending(Source::Media) == 0 {
                        playback.media_write(&whole(samples));
                    }
                }
                Op::MediaStop => playback.media_stop(),
                Op::MediaPause(paused) => playback.media_pause(paused),
                Op::Play(samples) => drop(run(&mut playback, &fake, samples)),
                Op::Lose(_) => {}
                Op::Gain(source, gain) => playback.set_gain(source, gain),
                Op::Volume(gain) => playback.set_volume(gain),
                Op::Duck(heard) => playback.duck(heard),
            }
            // The fade that it may have begun; each further one would be steeper.
            run(&mut playback, &fake, ms(20));
        }
        run(&mut playback, &fake, ms(3000));
        // The sum of the steepest steps: of each tone; of a whole change of gain, volume and
        // fade-in; and of two fades, one by the operation and one before the next sound.
        let tones = 3.0 * 0.25 * TAU / PERIOD as f32;
        let changes = 3.0 * 0.25 * (3.0 / 240.0 + 2.0 / 480.0);
        let heard = fake.log().heard();
        let step = heard.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        prop_assert!(step <= tones + changes, "a step of {step}, {tones} + {changes} is due");
    }
}
