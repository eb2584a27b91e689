//! The endpointer on made-up probability tracks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use sayso_core::audio::{FRAME, SampleTime, Samples, wrong_order};
use sayso_core::endpoint::{EndReason, EndpointConfig, EndpointEvent, Endpointer};

/// The length of so many frames.
fn frames(n: u64) -> Samples {
    Samples(n * FRAME as u64)
}

/// The end of so many frames.
fn after(n: u64) -> SampleTime {
    SampleTime::ZERO + frames(n)
}

/// Runs a track of (probability, frames) pieces.
fn run(config: EndpointConfig, track: &[(f32, usize)]) -> Vec<EndpointEvent> {
    let mut endpointer = Endpointer::new(config);
    push(&mut endpointer, track)
}

fn push(endpointer: &mut Endpointer, track: &[(f32, usize)]) -> Vec<EndpointEvent> {
    let probabilities = track.iter().flat_map(|&(p, n)| std::iter::repeat_n(p, n));
    probabilities.filter_map(|p| endpointer.push(p)).collect()
}

#[test]
fn a_plain_utterance() {
    assert_eq!(
        run(EndpointConfig::default(), &[(0.01, 20), (0.9, 40), (0.02, 60)]),
        [
            // Three frames of speech are 96 ms; the pre-roll is ten frames.
            EndpointEvent::SpeechStarted { at: after(23), from: after(10) },
            EndpointEvent::MayHaveEnded { at: after(66), speech_end: after(60) },
            // 600 ms is 18.75 frames.
            EndpointEvent::Ended {
                at: after(79),
                speech_end: after(60),
                reason: EndReason::Silence
            },
        ]
    );
}

#[test]
fn a_pause_is_not_the_end() {
    assert_eq!(
        run(EndpointConfig::default(), &[(0.9, 20), (0.1, 10), (0.9, 10), (0.1, 30)]),
        [
            EndpointEvent::SpeechStarted { at: after(3), from: after(0) },
            EndpointEvent::MayHaveEnded { at: after(26), speech_end: after(20) },
            // The second frame of speech: a single one may be a click.
            EndpointEvent::Resumed { at: after(32) },
            EndpointEvent::MayHaveEnded { at: after(46), speech_end: after(40) },
            EndpointEvent::Ended {
                at: after(59),
                speech_end: after(40),
                reason: EndReason::Silence
            },
        ]
    );
}

#[test]
fn a_click_in_the_silence_withdraws_no_guess() {
    let config = EndpointConfig::default();
    assert_eq!(
        run(config, &[(0.9, 20), (0.1, 8), (0.9, 1), (0.1, 20)]),
        [
            EndpointEvent::SpeechStarted { at: after(3), from: after(0) },
            EndpointEvent::MayHaveEnded { at: after(26), speech_end: after(20) },
            EndpointEvent::Ended {
                at: after(39),
                speech_end: after(20),
                reason: EndReason::Silence
            },
        ]
    );
    // But no end, certain or possible, is reported at a frame of speech.
    let events = run(config, &[(0.9, 20), (0.1, 18), (0.9, 1), (0.1, 1)]);
    assert!(matches!(events[2], EndpointEvent::Ended { at, .. } if at == after(40)), "{events:?}");
    let events = run(config, &[(0.9, 20), (0.1, 5), (0.9, 1), (0.1, 1)]);
    assert!(
        matches!(events[1], EndpointEvent::MayHaveEnded { at, .. } if at == after(27)),
        "{events:?}"
    );
}

#[test]
fn between_the_thresholds_nothing_changes() {
    // Not enough to begin; but enough to continue speech that has begun …
    let config = EndpointConfig::default();
    assert_eq!(run(config, &[(0.45, 100)]), []);
    assert_eq!(run(config, &[(0.9, 3), (0.45, 100)]).len(), 1);
    // … and, once silent, not enough to resume.
    let events = run(config, &[(0.9, 3), (0.1, 1), (0.45, 30)]);
    assert!(
        matches!(events[1], EndpointEvent::MayHaveEnded { speech_end, .. } if speech_end == after(3))
    );
    assert!(matches!(events[2], EndpointEvent::Ended { speech_end, .. } if speech_end == after(3)));
}

#[test]
fn a_click_is_not_speech_but_one_weak_frame_is_tolerated() {
    let config = EndpointConfig::default();
    assert_eq!(run(config, &[(0.9, 2), (0.1, 2)].repeat(50)), []);
    let events = run(config, &[(0.1, 10), (0.9, 2), (0.1, 1), (0.9, 1)]);
    assert_eq!(events, [EndpointEvent::SpeechStarted { at: after(14), from: after(0) }]);
}

#[test]
fn a_longer_minimum_ignores_a_cough_and_still_finds_where_speech_began() {
    let mut endpointer = Endpointer::new(EndpointConfig::default());
    endpointer.set_min_speech(Samples::from_ms(250));
    assert_eq!(push(&mut endpointer, &[(0.1, 20), (0.9, 7), (0.1, 20)]), []);
    assert_eq!(
        push(&mut endpointer, &[(0.9, 20)]),
        [EndpointEvent::SpeechStarted { at: after(55), from: after(37) }]
    );
}

#[test]
fn a_shorter_minimum_counts_for_a_sound_already_begun() {
    let mut endpointer = Endpointer::new(EndpointConfig::default());
    endpointer.set_min_speech(Samples::from_ms(1_000));
    assert_eq!(push(&mut endpointer, &[(0.9, 10)]), []);
    endpointer.set_min_speech(Samples::from_ms(96));
    assert_eq!(push(&mut endpointer, &[(0.9, 1)]).len(), 1);
}

#[test]
fn pre_roll_stops_at_the_previous_utterance() {
    let config = EndpointConfig { hangover: frames(3), ..EndpointConfig::default() };
    let events = run(config, &[(0.9, 10), (0.1, 5), (0.9, 10)]);
    assert_eq!(
        events[1..],
        [
            EndpointEvent::Ended {
                at: after(13),
                speech_end: after(10),
                reason: EndReason::Silence
            },
            EndpointEvent::SpeechStarted { at: after(18), from: after(10) },
        ]
    );
}

#[test]
fn steady_noise_ends_once_and_is_ignored_until_a_silence() {
    let config = EndpointConfig::default();
    let mut endpointer = Endpointer::new(config);
    let events = push(&mut endpointer, &[(0.8, 10_000)]);
    let [
        EndpointEvent::SpeechStarted { from, .. },
        EndpointEvent::Ended { at, speech_end, reason: EndReason::TooLong },
    ] = events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(at, speech_end);
    assert!(at - from <= config.max_utterance);
    assert!(at - from + Samples::FRAME > config.max_utterance);
    // A silence that is too short, then one that is long enough.
    assert_eq!(push(&mut endpointer, &[(0.1, 5), (0.8, 20)]), []);
    assert_eq!(push(&mut endpointer, &[(0.1, 6), (0.8, 20)]).len(), 1);
}

#[test]
fn a_hangover_changed_during_the_silence_takes_effect_at_once() {
    let mut endpointer = Endpointer::new(EndpointConfig::default());
    assert_eq!(push(&mut endpointer, &[(0.9, 10), (0.1, 10)]).len(), 2);
    endpointer.set_hangover(Samples::from_ms(200));
    assert!(matches!(
        push(&mut endpointer, &[(0.1, 1)])[..],
        [EndpointEvent::Ended { at, .. }] if at == after(21)
    ));

    assert_eq!(push(&mut endpointer, &[(0.9, 10), (0.1, 6)]).len(), 2);
    endpointer.set_hangover(Samples::from_ms(2_000));
    assert_eq!(push(&mut endpointer, &[(0.1, 56)]), []);
    assert_eq!(push(&mut endpointer, &[(0.1, 1)]).len(), 1);
}

#[test]
fn not_a_number_is_not_speech() {
    for p in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0] {
        assert_eq!(run(EndpointConfig::default(), &[(p, 100)]), []);
        assert_eq!(run(EndpointConfig::default(), &[(0.9, 10), (p, 100)]).len(), 3);
    }
}

#[test]
fn the_clock_starts_at_the_given_sample() {
    let mut endpointer = Endpointer::starting_at(EndpointConfig::default(), after(1_000));
    assert_eq!(
        push(&mut endpointer, &[(0.9, 3)]),
        [EndpointEvent::SpeechStarted { at: after(1_003), from: after(1_000) }]
    );
}

#[derive(Clone, Copy, Debug)]
enum Input {
    Frames(f32, usize),
    Hangover(Samples),
    MinSpeech(Samples),
}

fn length() -> impl Strategy<Value = Samples> {
    prop_oneof![9 => (0u64..30_000).prop_map(Samples), 1 => any::<u64>().prop_map(Samples)]
}

fn probability() -> impl Strategy<Value = f32> {
    prop_oneof![4 => Just(0.9f32), 4 => Just(0.05), 4 => 0.0f32..1.0, 1 => any::<f32>()]
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        20 => (probability(), 1usize..40).prop_map(|(p, n)| Input::Frames(p, n)),
        1 => length().prop_map(Input::Hangover),
        1 => length().prop_map(Input::MinSpeech),
    ]
}

fn any_config() -> impl Strategy<Value = EndpointConfig> {
    let lengths = (length(), length(), length(), length(), length());
    let wild =
        (any::<f32>(), any::<f32>(), lengths).prop_map(|(onset, offset, l)| EndpointConfig {
            onset,
            offset,
            min_speech: l.0,
            may_end: l.1,
            hangover: l.2,
            pre_roll: l.3,
            max_utterance: l.4,
        });
    let short =
        EndpointConfig { max_utterance: Samples::from_ms(3_000), ..EndpointConfig::default() };
    prop_oneof![2 => Just(EndpointConfig::default()), 2 => Just(short), 1 => wild]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// For any input, events come in a legal order and in order of time. No utterance is empty, is
    /// longer than the maximum, or overlaps the previous one. The silence that ends an utterance is
    /// no shorter than the hangover at that moment.
    #[test]
    fn events_are_legal(config in any_config(), inputs in prop::collection::vec(input(), 0..60)) {
        let mut endpointer = Endpointer::new(config);
        let cap = config.max_utterance.max(frames(2));
        let mut utterance: Option<(SampleTime, bool)> = None;
        let mut last_end = SampleTime::ZERO;
        let mistakes = wrong_order();
        for input in inputs {
            let (p, n) = match input {
                Input::Frames(p, n) => (p, n),
                Input::Hangover(hangover) => { endpointer.set_hangover(hangover); continue }
                Input::MinSpeech(min) => { endpointer.set_min_speech(min); continue }
            };
            for _ in 0..n {
                let before = endpointer.now();
                let event = endpointer.push(p);
                let now = endpointer.now();
                prop_assert_eq!(now, before + Samples::FRAME);
                if let Some((from, _)) = utterance {
                    prop_assert!(now - from <= cap, "longer than the cap");
                }
                let Some(event) = event else { continue };
                prop_assert_eq!(event.at(), now);
                match (event, utterance) {
                    (EndpointEvent::SpeechStarted { from, .. }, None) => {
                        prop_assert!(last_end <= from && from < now);
                        utterance = Some((from, false));
                    }
                    (EndpointEvent::MayHaveEnded { speech_end, .. }, Some((from, false))) => {
                        prop_assert!(from < speech_end && speech_end < now);
                        prop_assert!(now - speech_end >= config.may_end);
                        utterance = Some((from, true));
                    }
                    (EndpointEvent::Resumed { .. }, Some((from, true))) => {
                        prop_assert!(p >= config.onset);
                        utterance = Some((from, false));
                    }
                    (EndpointEvent::Ended { speech_end, reason, .. }, Some((from, _))) => {
                        prop_assert!(from < speech_end && speech_end <= now);
                        if reason == EndReason::Silence {
                            prop_assert!(now - speech_end >= endpointer.config().hangover);
                        } else {
                            prop_assert!(now + Samples::FRAME - from > cap);
                        }
                        last_end = speech_end;
                        utterance = None;
                    }
                    (event, state) => prop_assert!(false, "{event:?} in {state:?}"),
                }
            }
        }
        prop_assert_eq!(wrong_order(), mistakes);
    }

    /// In the silence after speech, the hangover that was set last counts.
    #[test]
    fn a_change_of_hangover_takes_effect(
        first in 1u64..60, second in 1u64..60, change_after in 0u64..60,
    ) {
        let mut endpointer = Endpointer::new(EndpointConfig::default());
        endpointer.set_hangover(frames(first));
        push(&mut endpointer, &[(0.9, 10)]);
        let mut quiet = 0;
        let ended = loop {
            if quiet == change_after {
                endpointer.set_hangover(frames(second));
            }
            quiet += 1;
            if let Some(EndpointEvent::Ended { .. }) = endpointer.push(0.0) {
                break quiet;
            }
        };
        let expected = if first <= change_after { first } else { second.max(change_after + 1) };
        prop_assert_eq!(ended, expected);
    }
}
