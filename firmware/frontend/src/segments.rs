//! Where somebody speaks in a recording that is there as a whole.
//!
//! A recogniser that is handed the rest as well writes words into it (a dog's bark is a
//! "yes"), or a sentence twice.

use std::ops::Range;

use sayso_core::audio::{FRAME, SampleTime, Samples};
use sayso_core::endpoint::{EndpointConfig, EndpointEvent, Endpointer};
use sayso_models::Cancel;
use sayso_models::vad::Vad;

use sayso_models::Result;

/// Quiet that parts two segments. With less between them, sentences stay together: what
/// came before helps to hear what follows.
const APART: Samples = Samples::from_ms(2_000);

/// Sound to take along from behind the last frame of speech.
const AFTER: Samples = Samples::from_ms(320);

/// The segments of `recording` (16 kHz mono) in which somebody speaks, each as its range
/// of samples, in order and without overlap. They begin and end with a little quiet
/// where there is some.
///
/// # Errors
/// When `vad` fails, or `cancel` ends it.
pub fn segments(
    vad: &mut dyn Vad,
    recording: &[f32],
    cancel: &Cancel,
) -> Result<Vec<Range<usize>>> {
    let config = EndpointConfig {
        hangover: APART,
        // However long somebody speaks: the recogniser has its own way to cut that.
        max_utterance: Samples(u64::MAX),
        ..EndpointConfig::default()
    };
    vad.reset();
    let mut endpointer = Endpointer::new(config);
    let mut frame = [0.0; FRAME];
    let mut found = Vec::new();
    let mut from = SampleTime::ZERO;
    let mut push = |probability| match endpointer.push(probability) {
        Some(EndpointEvent::SpeechStarted { from: first, .. }) => from = first,
        Some(EndpointEvent::Ended { speech_end, .. }) => {
            found.push(range(from, speech_end + AFTER, recording.len()));
        }
        _ => {}
    };
    for sound in recording.chunks(FRAME) {
        cancel.check()?;
        frame.fill(0.0);
        frame[..sound.len()].copy_from_slice(sound);
        push(vad.process(&frame)?);
    }
    // The quiet behind it ends the last one.
    for _ in 0..=APART.0 / Samples::FRAME.0 {
        push(0.0);
    }
    Ok(found)
}

/// From one time to another, within `length` samples.
fn range(from: SampleTime, to: SampleTime, length: usize) -> Range<usize> {
    let within = |time: SampleTime| usize::try_from(time.0).map_or(length, |at| at.min(length));
    within(from)..within(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes what is louder than a half for speech.
    struct Loud;

    impl Vad for Loud {
        fn frame_len(&self) -> usize {
            FRAME
        }

        fn process(&mut self, frame: &[f32]) -> sayso_models::Result<f32> {
            Ok(f32::from(frame[0] > 0.5))
        }

        fn reset(&mut self) {}
    }

    /// What is found in so many frames of quiet and speech in turn: the first frame, and
    /// the one behind the last.
    fn found(frames: &[usize]) -> Vec<(usize, usize)> {
        let sound: Vec<f32> = frames
            .iter()
            .enumerate()
            .flat_map(|(n, count)| vec![(n % 2) as f32; count * FRAME])
            .collect();
        let found = segments(&mut Loud, &sound, &Cancel::new()).unwrap_or_default();
        found.into_iter().map(|range| (range.start / FRAME, range.end / FRAME)).collect()
    }

    #[test]
    fn speech_is_found_with_some_quiet_around_it() {
        assert_eq!(found(&[100, 50, 100]), [(90, 160)]);
        assert_eq!(found(&[0, 50]), [(0, 50)], "no quiet around it");
        assert!(found(&[]).is_empty());
        assert!(found(&[100]).is_empty());
        assert!(found(&[100, 1, 100]).is_empty(), "a click");
    }

    #[test]
    fn long_quiet_parts_segments_and_short_quiet_does_not() {
        assert_eq!(found(&[20, 50, 40, 50, 20]), [(10, 170)]);
        assert_eq!(found(&[20, 50, 70, 50, 20]), [(10, 80), (130, 200)]);
        // Longer than any utterance in a conversation.
        assert_eq!(found(&[0, 10_000]), [(0, 10_000)]);
    }
}
