//! One stream of captured sound, frame by frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sayso_core::audio::{FRAME, SampleTime, Samples};
use sayso_core::endpoint::{EndpointEvent, Endpointer};
use sayso_models::vad::Vad;

use crate::cleaner::Cleaner;
use crate::echo::EchoCanceller;
use crate::level_gate::LevelGate;

/// One frame of sound and what the front end makes of it.
#[derive(Clone, Debug)]
pub struct HeardFrame {
    /// The sound, cleaned: [`FRAME`] samples at 16 kHz mono.
    pub samples: Vec<f32>,
    /// The end of the frame on the sample clock.
    pub at: SampleTime,
    /// The probability (0…1) that it holds speech.
    pub probability: f32,
    /// What it completes, if anything.
    pub event: Option<EndpointEvent>,
    /// Why the detector failed on this frame, if it did and did not on the one before.
    pub trouble: Option<String>,
}

/// What the conversation tells the front end while both go on.
#[derive(Debug)]
pub struct Attention {
    speaking: AtomicBool,
    muted: AtomicBool,
    hangover: AtomicU64,
}

impl Attention {
    /// Nobody speaks; the quiet that ends an utterance is `hangover`.
    pub fn new(hangover: Samples) -> Self {
        let (speaking, muted) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { speaking, muted, hangover: AtomicU64::new(hangover.0) }
    }

    /// Whether the assistant speaks: a cough is then no interruption.
    pub fn set_speaking(&self, speaking: bool) {
        self.speaking.store(speaking, Ordering::Relaxed);
    }

    /// Whether nothing is heard, from the next frame on: the canceller goes on learning
    /// the room, and silence takes the sound's place before anything else gets it.
    pub fn set_muted(&self, muted: bool) {
        self.muted.store(muted, Ordering::Relaxed);
    }

    /// The quiet that ends the utterance, from the next frame on.
    pub fn set_hangover(&self, hangover: Samples) {
        self.hangover.store(hangover.0, Ordering::Relaxed);
    }
}

/// Probability from which a frame is speech while the assistant speaks, and its
/// echo is taken out. A person over the echo comes out of that thinned, and the
/// detector is less sure of them; of what is left of the echo alone it says less
/// than 0.1 (`sayso bench echo`).
const OVER_ECHO: f32 = 0.3;

/// So much longer must speech last to interrupt while the room is not yet
/// learnt: in the first seconds of the first reply, and with headphones.
const UNLEARNT: Samples = Samples::from_ms(64);

/// What speech over the reply must be to interrupt it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BargeIn {
    /// It must last so long, and 64 ms more where no echo was learnt yet.
    pub lasts: Samples,
    /// It must not be softer by more than so many dB than the user spoke before: a
    /// radio in the background is.
    pub range_db: f32,
}

/// The front end of one stream: cleans it, and finds where speech begins and ends.
pub struct FrontEnd<'a> {
    cleaner: Cleaner,
    vad: Box<dyn Vad + 'a>,
    /// Whether the detector failed on the last frame.
    failing: bool,
    /// The frame that is being filled: what is heard, and what is played meanwhile.
    heard: [f32; FRAME],
    played: [f32; FRAME],
    filled: usize,
    endpointer: Endpointer,
    min_speech: Samples,
    interrupting: BargeIn,
    level_gate: LevelGate,
    /// Whether somebody has begun to speak and not ended.
    talking: bool,
    attention: Arc<Attention>,
}

impl<'a> FrontEnd<'a> {
    /// A front end at the start of a stream. While `attention` says that the
    /// assistant speaks, only speech that is `interrupting` counts.
    pub fn new(
        cleaner: Cleaner,
        mut vad: Box<dyn Vad + 'a>,
        endpointer: Endpointer,
        interrupting: BargeIn,
        attention: Arc<Attention>,
    ) -> Self {
        vad.reset();
        let min_speech = endpointer.config().min_speech;
        let (heard, played) = ([0.0; FRAME], [0.0; FRAME]);
        Self {
            cleaner,
            vad,
            failing: false,
            heard,
            played,
            filled: 0,
            endpointer,
            min_speech,
            interrupting,
            level_gate: LevelGate::default(),
            talking: false,
            attention,
        }
    }

    /// The detector, when the stream is over.
    pub fn into_engine(self) -> Box<dyn Vad + 'a> {
        self.vad
    }

    /// Takes the next samples (16 kHz mono, any number), and what the loudspeaker
    /// played beside them ([`Microphone::reference`](sayso_board::Microphone::reference);
    /// silence where it is shorter), and emits the frames they complete.
    pub fn listen(
        &mut self,
        mut samples: &[f32],
        mut played: &[f32],
        emit: &mut dyn FnMut(HeardFrame),
    ) {
        while !samples.is_empty() {
            let n = (FRAME - self.filled).min(samples.len());
            let known = n.min(played.len());
            let (now, later) = samples.split_at(n);
            self.heard[self.filled..self.filled + n].copy_from_slice(now);
            self.played[self.filled..self.filled + known].copy_from_slice(&played[..known]);
            self.played[self.filled + known..self.filled + n].fill(0.0);
            self.filled += n;
            (samples, played) = (later, &played[known..]);
            if self.filled == FRAME {
                self.filled = 0;
                emit(self.frame());
            }
        }
    }

    /// Judges the full frame.
    fn frame(&mut self) -> HeardFrame {
        // As it came: the canceller takes some of a voice along with the echo.
        self.level_gate.hear(&self.heard);
        self.cleaner.process(&mut self.heard, &self.played);
        if self.attention.muted.load(Ordering::Relaxed) {
            self.heard.fill(0.0);
        }
        let (probability, trouble) = match self.vad.process(&self.heard) {
            Ok(probability) => {
                self.failing = false;
                (probability, None)
            }
            // Said once, not 31 times a second.
            Err(error) if std::mem::replace(&mut self.failing, true) => {
                log::debug!("voice activity detection failed again: {error}");
                (0.0, None)
            }
            Err(error) => (0.0, Some(error.to_string())),
        };
        let speaking = self.attention.speaking.load(Ordering::Relaxed);
        // What is no speech anyway is not worth comparing.
        let speech = probability >= self.endpointer.config().offset;
        // Who has begun may lower their voice.
        let far = || !self.talking && self.level_gate.is_far(self.interrupting.range_db);
        let other = speaking && speech && (self.cleaner.hears_itself() || far());
        let probability = if other { 0.0 } else { probability };
        let learnt = self.cleaner.echo.as_ref().is_some_and(EchoCanceller::has_learnt);
        let (least, judged) = match (speaking, learnt) {
            (false, _) => (self.min_speech, probability),
            (true, false) => (self.interrupting.lasts + UNLEARNT, probability),
            (true, true) if probability < OVER_ECHO => (self.interrupting.lasts, probability),
            (true, true) => {
                (self.interrupting.lasts, probability.max(self.endpointer.config().onset))
            }
        };
        self.endpointer.set_min_speech(least);
        let hangover = self.attention.hangover.load(Ordering::Relaxed);
        self.endpointer.set_hangover(Samples(hangover));
        let event = self.endpointer.push(judged);
        match event {
            Some(EndpointEvent::SpeechStarted { .. }) => self.talking = true,
            Some(EndpointEvent::Ended { .. }) => self.talking = false,
            _ => {}
        }
        if !speaking {
            if matches!(event, Some(EndpointEvent::SpeechStarted { .. })) {
                self.level_gate.begins();
            }
            if judged >= self.endpointer.config().onset {
                self.level_gate.speaks();
            }
        }
        let samples = self.heard.to_vec();
        HeardFrame { samples, at: self.endpointer.now(), probability, event, trouble }
    }
}
