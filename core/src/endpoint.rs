//! Finds where speech begins and ends, from one speech probability per frame.
//!
//! The thresholds with hysteresis are those of Silero's own `VADIterator` (begin at 0.5, end 0.15
//! below). Added to these are a minimum length of speech, an early guess that the speech may have
//! ended, and a maximum length.
//!
//! An utterance always consists of `SpeechStarted`, then any number of `MayHaveEnded` and
//! `Resumed` in alternation, then `Ended`.

use crate::audio::{SampleTime, Samples};

/// While it is not yet clear whether a sound is speech, silence of this length discards it: one
/// frame below the threshold is tolerated, two are not.
const ONSET_GAP: Samples = Samples(2 * Samples::FRAME.0);

/// Consecutive frames of speech that end a silence within an utterance: a single one (a click, a
/// breath) neither withdraws a guess nor lengthens the silence.
const RESUMING: u32 = 2;

/// Settings of an [`Endpointer`]. Lengths are rounded up to whole frames.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct EndpointConfig {
    /// A frame of at least this probability (0…1) begins or resumes speech.
    pub onset: f32,
    /// A frame below this probability (0…1, at most [`onset`](Self::onset)) begins a silence.
    pub offset: f32,
    /// Speech shorter than this does not count.
    pub min_speech: Samples,
    /// Silence after which speech may have ended. Not reported unless the hangover is longer.
    pub may_end: Samples,
    /// Silence after which speech has ended; see [`Endpointer::set_hangover`].
    pub hangover: Samples,
    /// Sound to include from before the first frame of speech.
    pub pre_roll: Samples,
    /// The longest utterance, including the pre-roll; at least two frames.
    pub max_utterance: Samples,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            onset: 0.5,
            offset: 0.35,
            min_speech: Samples::from_ms(96),
            may_end: Samples::from_ms(192),
            hangover: Samples::from_ms(600),
            pre_roll: Samples::from_ms(320),
            max_utterance: Samples::from_ms(30_000),
        }
    }
}

/// What an [`Endpointer`] found. `at` is the end of the frame that showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum EndpointEvent {
    /// Somebody has been speaking for the minimum length.
    SpeechStarted {
        /// When it was found.
        at: SampleTime,
        /// Where the speech begins, including the pre-roll; never before the end of the previous
        /// utterance.
        from: SampleTime,
    },
    /// A short silence: time to begin a guess.
    MayHaveEnded {
        /// When it was found.
        at: SampleTime,
        /// The end of the last frame of speech.
        speech_end: SampleTime,
    },
    /// The guess was wrong: speech continues after [`MayHaveEnded`](Self::MayHaveEnded).
    Resumed {
        /// When it was found.
        at: SampleTime,
    },
    /// The utterance is over.
    Ended {
        /// When it was found.
        at: SampleTime,
        /// The end of the last frame of speech.
        speech_end: SampleTime,
        /// Why it ended.
        reason: EndReason,
    },
}

impl EndpointEvent {
    /// When it was found: the end of the frame that showed it.
    pub fn at(&self) -> SampleTime {
        match *self {
            Self::SpeechStarted { at, .. }
            | Self::MayHaveEnded { at, .. }
            | Self::Resumed { at }
            | Self::Ended { at, .. } => at,
        }
    }
}

/// Why an utterance ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum EndReason {
    /// It was silent for the hangover.
    Silence,
    /// It reached the maximum length. Speech that simply continues (steady noise, a television) is
    /// ignored until there was a short silence.
    TooLong,
}

/// Finds where speech begins and ends in one stream of VAD frames.
#[derive(Clone, Debug)]
pub struct Endpointer {
    config: EndpointConfig,
    phase: Phase,
    /// The end of the last frame seen.
    now: SampleTime,
    /// The start of the current silence, if it is silent.
    quiet: Option<SampleTime>,
    /// Consecutive frames of speech, up to the last frame seen.
    voiced: u32,
    /// The end of the previous utterance: no pre-roll begins before it.
    last_end: SampleTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing; after [`EndReason::TooLong`] also nothing, until there was a silence.
    Blocked,
    Idle,
    /// Sound since `first` that becomes speech once `voiced` is long enough.
    Onset {
        first: SampleTime,
        voiced: Samples,
    },
    Speech {
        from: SampleTime,
        may_have_ended: bool,
    },
}

impl Endpointer {
    /// An endpointer for a stream that begins at sample 0.
    pub fn new(config: EndpointConfig) -> Self {
        Self::starting_at(config, SampleTime::ZERO)
    }

    /// An endpointer whose first frame begins at `start`.
    pub fn starting_at(config: EndpointConfig, start: SampleTime) -> Self {
        Self {
            config,
            phase: Phase::Idle,
            now: start,
            quiet: Some(start),
            voiced: 0,
            last_end: start,
        }
    }

    /// Changes the silence after which speech has ended. Takes effect at the next frame, also in
    /// the middle of a silence.
    pub fn set_hangover(&mut self, hangover: Samples) {
        self.config.hangover = hangover;
    }

    /// Changes the minimum length of speech: longer while the assistant speaks, so that a cough is
    /// not an interruption. Takes effect at the next frame, also for a sound already begun.
    pub fn set_min_speech(&mut self, min_speech: Samples) {
        self.config.min_speech = min_speech;
    }

    /// The current settings.
    pub fn config(&self) -> &EndpointConfig {
        &self.config
    }

    /// The end of the last frame seen.
    pub fn now(&self) -> SampleTime {
        self.now
    }

    /// Takes the next frame's speech probability (0…1). Values that are not finite count as 0;
    /// pass 0 for a frame that is missing, too.
    pub fn push(&mut self, probability: f32) -> Option<EndpointEvent> {
        let probability = if probability.is_finite() { probability } else { 0.0 };
        let begin = self.now;
        self.now += Samples::FRAME;
        if probability >= self.config.onset {
            self.voiced = self.voiced.saturating_add(1);
            if self.voiced >= RESUMING || !matches!(self.phase, Phase::Speech { .. }) {
                self.quiet = None;
            }
        } else {
            self.voiced = 0;
            if probability < self.config.offset {
                self.quiet.get_or_insert(begin);
            }
        }
        let silence = self.quiet.map_or(Samples::ZERO, |since| self.now - since);
        match self.phase {
            Phase::Blocked => {
                if self.quiet.is_some() && silence >= self.config.may_end {
                    self.phase = Phase::Idle;
                }
                None
            }
            Phase::Idle if self.quiet.is_none() => self.onset(begin, Samples::FRAME),
            Phase::Idle => None,
            Phase::Onset { first, voiced } if self.quiet.is_none() => {
                self.onset(first, voiced + Samples::FRAME)
            }
            Phase::Onset { .. } => {
                if silence >= ONSET_GAP {
                    self.phase = Phase::Idle;
                }
                None
            }
            Phase::Speech { from, may_have_ended } => self.speech(from, may_have_ended, silence),
        }
    }

    fn onset(&mut self, first: SampleTime, voiced: Samples) -> Option<EndpointEvent> {
        if voiced < self.config.min_speech {
            self.phase = Phase::Onset { first, voiced };
            return None;
        }
        // The maximum length counts from here, so it must cover even a very long pre-roll or
        // minimum.
        let from = first
            .saturating_sub(self.config.pre_roll)
            .max(self.last_end)
            .max((self.now + Samples::FRAME).saturating_sub(self.cap()));
        self.phase = Phase::Speech { from, may_have_ended: false };
        Some(EndpointEvent::SpeechStarted { at: self.now, from })
    }

    fn speech(
        &mut self,
        from: SampleTime,
        may_have_ended: bool,
        silence: Samples,
    ) -> Option<EndpointEvent> {
        let at = self.now;
        let speech_end = self.quiet.unwrap_or(at);
        // A frame of speech in the silence may be the first of several.
        if self.quiet.is_some() && self.voiced == 0 && silence >= self.config.hangover {
            return Some(self.end(speech_end, EndReason::Silence));
        }
        if at + Samples::FRAME - from > self.cap() {
            return Some(self.end(speech_end, EndReason::TooLong));
        }
        let may_end = self.quiet.is_some()
            && silence >= self.config.may_end
            && (may_have_ended || self.voiced == 0);
        if may_end != may_have_ended && (may_end || self.quiet.is_none()) {
            self.phase = Phase::Speech { from, may_have_ended: may_end };
            return Some(if may_end {
                EndpointEvent::MayHaveEnded { at, speech_end }
            } else {
                EndpointEvent::Resumed { at }
            });
        }
        None
    }

    fn end(&mut self, speech_end: SampleTime, reason: EndReason) -> EndpointEvent {
        self.phase = match reason {
            EndReason::Silence => Phase::Idle,
            EndReason::TooLong => Phase::Blocked,
        };
        self.last_end = speech_end;
        EndpointEvent::Ended { at: self.now, speech_end, reason }
    }

    fn cap(&self) -> Samples {
        self.config.max_utterance.max(Samples(2 * Samples::FRAME.0))
    }
}
