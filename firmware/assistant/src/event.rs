//! What a conversation reports to its subscribers.

use std::collections::BTreeMap;

use sayso_core::audio::SampleTime;
use sayso_core::turn::{State, TurnId};
use sayso_models::stt::Transcript;
use sayso_skills::{Claim, How, Plan, Slots};
use serde::{Serialize, Serializer};

/// Something that happened. Times are on the sample clock (16 kHz).
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The state changed.
    State {
        /// When.
        at: SampleTime,
        /// To what.
        state: State,
    },
    /// A wake phrase was heard.
    Woken {
        /// When it was noticed.
        at: SampleTime,
        /// The words of the phrase.
        phrase: String,
        /// Where the phrase ended.
        end: SampleTime,
        /// How certain it is, 0 to 1.
        score: f32,
        /// Whether this board answers. If not, another one heard the phrase better.
        answers: bool,
    },
    /// Somebody began to speak.
    SpeechStarted {
        /// When it was noticed.
        at: SampleTime,
        /// Where the speech begins.
        from: SampleTime,
    },
    /// The speech may have ended; work on an answer begins, but nothing is heard yet.
    MayHaveEnded {
        /// When it was noticed.
        at: SampleTime,
        /// Where the speech ended.
        speech_end: SampleTime,
    },
    /// The speech goes on after all.
    SpeechResumed {
        /// When it was noticed.
        at: SampleTime,
    },
    /// The speech has ended.
    SpeechEnded {
        /// When it was noticed.
        at: SampleTime,
        /// Where the speech ended.
        speech_end: SampleTime,
    },
    /// The sound level, about 30 times a second. Not part of a log.
    Level {
        /// When.
        at: SampleTime,
        /// Root mean square of the frame, in dB relative to full scale.
        dbfs: f32,
        /// The probability (0…1) that it is speech.
        speech: f32,
    },
    /// The transcript of the beginning of an utterance that still goes on. It is final; each adds
    /// to the one before.
    Partial {
        /// The first sample of the utterance.
        utterance: SampleTime,
        /// The words added.
        text: String,
    },
    /// A part of the transcript, as it becomes certain; after the partial transcripts, if any.
    Segment {
        /// Its turn.
        turn: TurnId,
        /// The words.
        text: String,
    },
    /// What was said.
    Transcript {
        /// Its turn.
        turn: TurnId,
        /// When it was known.
        at: SampleTime,
        /// The words, their times and confidence.
        transcript: Transcript,
    },
    /// A skill will answer what was said, when the turn is released. Nothing is done yet.
    Intent {
        /// Its turn.
        turn: TurnId,
        /// When it was known.
        at: SampleTime,
        /// The skill.
        skill: &'static str,
        /// What was understood.
        intent: String,
        /// Its slots.
        slots: Slots,
    },
    /// Something in the home was changed.
    Changed {
        /// When.
        at: SampleTime,
        /// What.
        name: String,
        /// Its state now.
        state: String,
    },
    /// Music begins, pauses or ends at this board.
    Music {
        /// When.
        at: SampleTime,
        /// What it does now.
        music: MusicState,
        /// The title of the piece.
        title: String,
        /// Who plays it; "" if that is not known.
        artist: String,
    },
    /// A piece of the reply, as it is written. Not part of a log.
    Token {
        /// Its turn.
        turn: TurnId,
        /// The piece.
        text: String,
    },
    /// A clause of the reply is now heard.
    Speaking {
        /// Its turn.
        turn: TurnId,
        /// When.
        at: SampleTime,
        /// The clause.
        text: String,
    },
    /// A turn is over.
    Turn(Box<TurnRecord>),
    /// Something went wrong; the conversation goes on.
    Trouble {
        /// When.
        at: SampleTime,
        /// What, and what to do.
        message: String,
    },
    /// The microphone, the loudspeaker or the satellite was lost. The conversation goes on, and
    /// the device is looked for until it is back.
    DeviceLost {
        /// When it was noticed.
        at: SampleTime,
        /// "microphone", "loudspeaker" or "satellite".
        device: &'static str,
        /// What happened, and what to do.
        message: String,
    },
    /// The device is back and used again.
    DeviceBack {
        /// When it was noticed.
        at: SampleTime,
        /// "microphone", "loudspeaker" or "satellite".
        device: &'static str,
        /// Its present name.
        message: String,
    },
}

/// What music does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MusicState {
    /// It is heard.
    Plays,
    /// It is paused.
    Paused,
    /// It is over, or was stopped.
    Stopped,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The guess was wrong or nothing was said; no trace is left.
    #[default]
    Dropped,
    /// "Stop" or "never mind" was said: no reply.
    Stopped,
    /// The reply was heard whole.
    Complete,
    /// The reply was interrupted.
    Interrupted,
}

/// What a turn is in an exchange of questions between the user and a skill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A question or a command, and its answer.
    #[default]
    Plain,
    /// The reply asks for what is missing, or which of several was meant.
    Asks,
    /// The reply asks whether something is really to be done.
    AsksToConfirm,
    /// The user said yes to that.
    Confirmed,
    /// The user corrects what was understood.
    Repaired,
}

impl Step {
    /// The step that a plan is.
    pub fn of(plan: &Plan) -> Self {
        match (&plan.claim, plan.how) {
            (Claim::Missing { .. } | Claim::Which { .. }, _) => Self::Asks,
            (Claim::Confirm { .. }, _) => Self::AsksToConfirm,
            (_, How::Confirmed) => Self::Confirmed,
            (_, How::Repaired) => Self::Repaired,
            (_, How::Plain) => Self::Plain,
        }
    }

    // serde passes references.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

/// How a turn began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody spoke.
    #[default]
    Speech,
    /// The assistant had something to say.
    Announcement,
    /// Somebody typed a question.
    Typed,
}

impl Origin {
    // serde passes references.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn is_speech(&self) -> bool {
        *self == Self::Speech
    }
}

/// One turn: what was said, what was answered, when and how fast.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct TurnRecord {
    /// Its number.
    pub turn: TurnId,
    /// How it came about.
    #[serde(skip_serializing_if = "Origin::is_speech")]
    pub origin: Origin,
    /// How it ended.
    pub ending: Ending,
    /// What was said.
    pub transcript: String,
    /// The whole answer that was written.
    pub reply: String,
    /// The skill that answered; "" if it was the language model.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub skill: &'static str,
    /// What the turn was in an exchange of questions.
    #[serde(skip_serializing_if = "Step::is_plain")]
    pub step: Step,
    /// The mean confidence of its words, 0 to 1; `None` if nothing was spoken.
    pub confidence: Option<f32>,
    /// Whether it was taken for speech, but had no words in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub rejected: bool,
    /// What the skill has changed in the home, and the state of each now.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub changed: BTreeMap<String, String>,
    /// The part of it that was heard.
    pub heard: String,
    /// Where the utterance begins.
    pub speech_from: SampleTime,
    /// Where it ends.
    pub speech_end: SampleTime,
    /// How complete the utterance sounded (0…1), if that was judged.
    pub completeness: Option<f32>,
    /// When the work on it began: on a guess, if it was released later or never.
    pub begun: SampleTime,
    /// When it was certain that the user had ended, and the reply could be heard.
    pub released: Option<SampleTime>,
    /// Tokens evaluated, found in the cache and written.
    pub tokens: Tokens,
    /// Wall-clock times. Not part of a log.
    pub timings_ms: Timings,
}

/// Tokens of one turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tokens {
    /// Prompt tokens that were in the cache.
    pub cached: usize,
    /// Prompt tokens evaluated.
    pub prompt: usize,
    /// Tokens of the reply.
    pub reply: usize,
}

/// Wall-clock times of one turn, in ms, rounded to a tenth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Timings {
    /// Length of the speech.
    #[serde(serialize_with = "tenths")]
    pub speech: f64,
    /// From the start of the work to the transcript.
    #[serde(serialize_with = "tenths")]
    pub stt: f64,
    /// The evaluation of the prompt.
    #[serde(serialize_with = "tenths")]
    pub llm_prefill: f64,
    /// From the transcript to the first piece of text.
    #[serde(serialize_with = "tenths")]
    pub llm_first_token: f64,
    /// From the transcript to the first clause.
    #[serde(serialize_with = "tenths")]
    pub llm_first_clause: f64,
    /// From the first clause to its first sound.
    #[serde(serialize_with = "tenths")]
    pub tts_first_sound: f64,
    /// From the start of the work to the first sound: the sum of `stt`, `llm_first_clause` and
    /// `tts_first_sound`.
    #[serde(serialize_with = "tenths")]
    pub first_sound: f64,
    /// From the start of the work to the last piece of text.
    #[serde(serialize_with = "tenths")]
    pub reply: f64,
    /// From the end of the speech to the first sound given to the loudspeaker, including the wait
    /// for the end of the turn. Only live: a recording on a virtual clock has none.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_tenths")]
    pub voice_to_voice: Option<f64>,
}

// serde passes references.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn tenths<S: Serializer>(ms: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64((ms * 10.0).round() / 10.0)
}

#[allow(clippy::ref_option)]
fn some_tenths<S: Serializer>(ms: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    tenths(&ms.unwrap_or_default(), to)
}

impl Event {
    /// Whether it belongs in an event log, which is the same for the same recording.
    pub fn logged(&self) -> bool {
        !matches!(self, Self::Level { .. } | Self::Token { .. })
    }
}

impl Event {
    /// The event without what was said, answered or done; `None` if it is about nothing else.
    pub fn without_words(self) -> Option<Self> {
        match self {
            Self::Partial { .. }
            | Self::Segment { .. }
            | Self::Transcript { .. }
            | Self::Intent { .. }
            | Self::Changed { .. }
            | Self::Music { .. }
            | Self::Token { .. }
            | Self::Speaking { .. } => None,
            Self::Turn(record) => Some(Self::Turn(Box::new(TurnRecord {
                transcript: String::new(),
                reply: String::new(),
                heard: String::new(),
                changed: BTreeMap::new(),
                ..*record
            }))),
            Self::State { .. }
            | Self::Woken { .. }
            | Self::SpeechStarted { .. }
            | Self::MayHaveEnded { .. }
            | Self::SpeechResumed { .. }
            | Self::SpeechEnded { .. }
            | Self::Level { .. }
            | Self::Trouble { .. }
            | Self::DeviceLost { .. }
            | Self::DeviceBack { .. } => Some(self),
        }
    }
}

impl TurnRecord {
    /// The record without what depends on the machine's speed.
    pub fn without_timings(&self) -> Self {
        Self { timings_ms: Timings::default(), ..self.clone() }
    }
}
