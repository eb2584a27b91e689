//! One recording through the endpointer, on a virtual clock.

use std::ops::Range;

use sayso::Result;
use sayso_board::CAPTURE_RATE;
use sayso_core::audio::{FRAME, SampleTime, Samples};
use sayso_core::endpoint::{EndReason, EndpointConfig, EndpointEvent, Endpointer};
use sayso_models::vad::Vad;

use super::policy::{Policy, Quiet};
use crate::figures::Figures;
use crate::questions::Question;

/// Silence before the recording.
const BEFORE: Samples = Samples::from_ms(320);

/// Silence after it: longer than any policy waits.
const AFTER: Samples = Samples::from_ms(5_000);

/// A recording in its room, and its speech probabilities frame by frame.
pub struct Recording<'q> {
    question: &'q Question,
    samples: Vec<f32>,
    probabilities: Vec<f32>,
}

impl<'q> Recording<'q> {
    /// Runs the detector on a recording.
    ///
    /// # Errors
    /// If the detector fails.
    pub fn new(question: &'q Question, vad: &mut dyn Vad) -> Result<Self> {
        let samples = question.in_room(BEFORE, AFTER);
        vad.reset();
        let probabilities = samples
            .chunks_exact(FRAME)
            .map(|frame| vad.process(frame))
            .collect::<sayso_models::Result<_>>()?;
        Ok(Self { question, samples, probabilities })
    }

    /// The number of its pauses.
    pub fn pauses(&self) -> usize {
        self.question.pauses.len()
    }
}

/// The result of a policy on some recordings.
pub struct Outcome {
    /// Pauses within the speech, at which a speaker can be cut off.
    pub pauses: u64,
    /// Pauses at which the turn was ended.
    pub cut_off: u64,
    /// Ends before the true end, but at no labelled pause.
    pub elsewhere: u64,
    /// Recordings whose end was not found.
    pub never: u64,
    /// From the true end of the speech to the end of the turn, in ms.
    pub latency: Figures,
}

impl Outcome {
    /// Adds the ends found in one recording.
    pub fn add(&mut self, ends: Vec<SampleTime>, recording: &Recording<'_>) {
        let Question { end, pauses, .. } = recording.question;
        self.count(&ends, *end + BEFORE, pauses);
    }

    /// `ends` and `end` count from before the recording, `pauses` from its start.
    fn count(&mut self, ends: &[SampleTime], end: SampleTime, pauses: &[Range<SampleTime>]) {
        let mut cut = vec![false; pauses.len()];
        for at in ends.iter().filter(|at| **at < end) {
            // Speech may have resumed before the detector notices, so this is the pause that began
            // last.
            let pause = pauses.iter().rposition(|pause| pause.start + BEFORE < *at);
            match pause.and_then(|pause| cut.get_mut(pause)) {
                Some(cut) if !*cut => *cut = true,
                _ => self.elsewhere += 1,
            }
        }
        self.pauses += pauses.len() as u64;
        self.cut_off += cut.iter().filter(|cut| **cut).count() as u64;
        match ends.iter().find(|at| **at >= end) {
            Some(at) => {
                self.latency.push((*at - end).0 as f64 * 1000.0 / f64::from(CAPTURE_RATE));
            }
            None => self.never += 1,
        }
    }

    /// The share of pauses cut off, 0…1.
    pub fn share(&self) -> f64 {
        self.cut_off as f64 / self.pauses.max(1) as f64
    }
}

/// The times at which `policy` ends a turn in `recording`, counted from the silence before it.
///
/// # Errors
/// If the policy fails.
pub fn simulate(
    recording: &Recording<'_>,
    policy: &mut dyn Policy,
    base: EndpointConfig,
) -> Result<Vec<SampleTime>> {
    // The policy is asked from the first silent frame on.
    let config = EndpointConfig { may_end: Samples::FRAME, hangover: AFTER, ..base };
    let mut endpointer = Endpointer::new(config);
    let (mut ends, mut from, mut quiet) = (Vec::new(), SampleTime::ZERO, None);
    for probability in &recording.probabilities {
        endpointer.set_hangover(AFTER);
        if let Some(start) = quiet {
            let now = endpointer.now();
            let heard = recording.samples.get(place(from)..place(now)).unwrap_or_default();
            let silence = now + Samples::FRAME - start;
            endpointer.set_hangover(policy.hangover(&Quiet { silence, heard, start })?);
        }
        match endpointer.push(*probability) {
            Some(EndpointEvent::SpeechStarted { from: start, .. }) => from = start,
            Some(EndpointEvent::MayHaveEnded { speech_end, .. }) => quiet = Some(speech_end),
            Some(EndpointEvent::Resumed { .. }) => quiet = None,
            Some(EndpointEvent::Ended { at, reason, .. }) => {
                quiet = None;
                if reason == EndReason::Silence {
                    ends.push(at);
                }
            }
            None => {}
        }
    }
    Ok(ends)
}

fn place(at: SampleTime) -> usize {
    usize::try_from(at.0).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::policy::Fixed;
    use super::*;

    const FRAME_MS: u64 = 32;

    fn frames(parts: &[(bool, usize)]) -> Vec<f32> {
        let part = |&(speech, count): &(bool, usize)| vec![if speech { 0.9 } else { 0.1 }; count];
        parts.iter().flat_map(part).collect()
    }

    fn question(end_ms: u64, pause_ms: Range<u64>) -> Question {
        let at = |ms| SampleTime::from_ms(ms) - BEFORE;
        Question {
            name: "test".into(),
            samples: Vec::new(),
            end: at(end_ms),
            pauses: vec![at(pause_ms.start)..at(pause_ms.end)],
            checked: true,
            room: -60.0,
        }
    }

    #[test]
    fn a_hangover_cuts_off_at_longer_pauses() {
        // 320 ms of speech starting at 320 ms, 480 ms of pause, 640 ms of speech.
        let probabilities =
            frames(&[(false, 10), (true, 10), (false, 15), (true, 20), (false, 60)]);
        let question = question(55 * FRAME_MS, 20 * FRAME_MS..35 * FRAME_MS);
        let recording = Recording { question: &question, samples: Vec::new(), probabilities };
        for (hangover, cut_off, latency) in [(320, 1, 320.0), (448, 1, 448.0), (600, 0, 608.0)] {
            let mut policy = Fixed(Samples::from_ms(hangover));
            let ends = simulate(&recording, &mut policy, EndpointConfig::default()).expect("runs");
            let mut outcome = Outcome::default();
            outcome.add(ends, &recording);
            assert_eq!((outcome.pauses, outcome.cut_off), (1, cut_off), "{hangover}");
            assert_eq!((outcome.elsewhere, outcome.never), (0, 0), "{hangover}");
            assert_eq!(outcome.latency.percentile(0.5), Some(latency), "{hangover}");
        }
    }

    /// Waits long in its first silence and short in the next, and records what it was given.
    struct Learning(Vec<(SampleTime, Samples, usize)>);

    impl Policy for Learning {
        fn hangover(&mut self, quiet: &Quiet<'_>) -> Result<Samples> {
            let first = self.0.first().is_none_or(|(start, ..)| *start == quiet.start);
            self.0.push((quiet.start, quiet.silence, quiet.heard.len()));
            Ok(Samples::from_ms(if first { 1_000 } else { 100 }))
        }
    }

    #[test]
    fn a_policy_is_asked_in_every_frame_of_a_silence() {
        let probabilities =
            frames(&[(false, 10), (true, 10), (false, 15), (true, 20), (false, 60)]);
        let question = question(55 * FRAME_MS, 20 * FRAME_MS..35 * FRAME_MS);
        let samples = vec![0.0; probabilities.len() * FRAME];
        let recording = Recording { question: &question, samples, probabilities };
        let mut policy = Learning(Vec::new());
        let ends = simulate(&recording, &mut policy, EndpointConfig::default()).expect("runs");
        assert_eq!(ends, [SampleTime::from_ms(59 * FRAME_MS)]);
        let at = |frame: u64| SampleTime::from_ms(frame * FRAME_MS);
        let long = |frames: u64| Samples::from_ms(frames * FRAME_MS);
        // Asked before each frame after the first silent one, until two frames of speech have
        // ended the silence.
        assert_eq!(policy.0.first(), Some(&(at(20), long(2), 21 * FRAME)));
        assert_eq!(policy.0.iter().filter(|(start, ..)| *start == at(20)).count(), 16);
        assert_eq!(policy.0.last(), Some(&(at(55), long(4), 58 * FRAME)));
    }

    #[test]
    fn ends_are_counted_by_where_they_fall() {
        let pauses = [SampleTime::from_ms(1_000)..SampleTime::from_ms(1_500)];
        let at = |ms| SampleTime::from_ms(ms) + BEFORE;
        let mut outcome = Outcome::default();
        // Before any pause, in it, in it once more, and after the end.
        outcome.count(&[at(500), at(1_400), at(2_000), at(3_600)], at(3_000), &pauses);
        assert_eq!((outcome.cut_off, outcome.elsewhere, outcome.never), (1, 2, 0));
        assert_eq!(outcome.latency.percentile(0.5), Some(600.0));
        outcome.count(&[at(1_400)], at(3_000), &pauses);
        assert_eq!((outcome.pauses, outcome.cut_off, outcome.never), (2, 2, 1));
    }
}
