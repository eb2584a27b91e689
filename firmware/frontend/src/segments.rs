//! Finds where somebody speaks in a complete recording.
//!
//! A recogniser that also gets the rest writes words where there are none (a dog's bark becomes a
//! "yes"), or writes a sentence twice.

use std::ops::Range;

use sayso_core::audio::{FRAME, SampleTime, Samples};
use sayso_core::endpoint::{EndpointConfig, EndpointEvent, Endpointer};
use sayso_models::Cancel;
use sayso_models::vad::Vad;

use sayso_models::Result;

/// The shortest quiet between two segments. Sentences with less quiet between them stay together,
/// because earlier words help to recognise later ones.
const APART: Samples = Samples::from_ms(2_000);

/// How much sound after the last frame of speech is included.
const AFTER: Samples = Samples::from_ms(320);

/// The segments of `recording` (16 kHz mono) in which somebody speaks, each as a range of samples,
/// in order and without overlap. They begin and end with a little quiet if there is any.
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
        // However long somebody speaks, because the recogniser itself cuts long sound.
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
    // The quiet after it ends the last segment.
    for _ in 0..=APART.0 / Samples::FRAME.0 {
        push(0.0);
    }
    Ok(found)
}

/// The range between two times, within `length` samples.
fn range(from: SampleTime, to: SampleTime, length: usize) -> Range<usize> {
    let within = |time: SampleTime| usize::try_from(time.0).map_or(length, |at| at.min(length));
    within(from)..within(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes samples above a half for speech.
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

    /// The segments in these alternating numbers of frames of quiet and speech: the first frame,
    /// and the one after the last.
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
    fn long_quiet_separates_segments_and_short_quiet_does_not() {
        assert_eq!(found(&[20, 50, 40, 50, 20]), [(10, 170)]);
        assert_eq!(found(&[20, 50, 70, 50, 20]), [(10, 80), (130, 200)]);
        // Longer than any utterance in a conversation.
        assert_eq!(found(&[0, 10_000]), [(0, 10_000)]);
    }
}
