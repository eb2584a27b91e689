//! One stream of captured sound, frame by frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sayso_core::audio::{FRAME, SampleTime, Samples};
use sayso_core::endpoint::{EndpointEvent, Endpointer};
use sayso_models::vad::Vad;

use crate::cleaner::Cleaner;
use crate::echo::EchoCanceller;
use crate::level_gate::LevelGate;
use crate::wake::{MAYBE_SPEECH, WakeDetector, Woken};

/// One frame of sound and the front end's findings.
#[derive(Clone, Debug)]
pub struct HeardFrame {
    /// The sound, cleaned: [`FRAME`] samples at 16 kHz mono.
    pub samples: Vec<f32>,
    /// The end of the frame on the sample clock.
    pub at: SampleTime,
    /// The probability (0…1) that it holds speech.
    pub probability: f32,
    /// The event that it completes, if any.
    pub event: Option<EndpointEvent>,
    /// The wake phrase that was heard, if any.
    pub woken: Option<Woken>,
    /// Why the detector failed on this frame, if it did not fail on the previous one too.
    pub trouble: Option<String>,
}

/// What the conversation sets for the front end while both run.
#[derive(Debug)]
pub struct Attention {
    speaking: AtomicBool,
    playing: AtomicBool,
    muted: AtomicBool,
    hangover: AtomicU64,
}

impl Attention {
    /// Nobody speaks; a quiet of `hangover` ends an utterance.
    pub fn new(hangover: Samples) -> Self {
        let off = || AtomicBool::new(false);
        let hangover = AtomicU64::new(hangover.0);
        Self { speaking: off(), playing: off(), muted: off(), hangover }
    }

    /// Sets whether the assistant speaks: a cough is then no interruption.
    pub fn set_speaking(&self, speaking: bool) {
        self.speaking.store(speaking, Ordering::Relaxed);
    }

    /// Sets whether media are played: singing in what is left of their echo is no speech.
    pub fn set_playing(&self, playing: bool) {
        self.playing.store(playing, Ordering::Relaxed);
    }

    /// Mutes or unmutes from the next frame on. While muted, the canceller goes on learning the
    /// room, and silence replaces the sound for everything after it.
    pub fn set_muted(&self, muted: bool) {
        self.muted.store(muted, Ordering::Relaxed);
    }

    /// Sets the quiet that ends the utterance, from the next frame on.
    pub fn set_hangover(&self, hangover: Samples) {
        self.hangover.store(hangover.0, Ordering::Relaxed);
    }
}

/// The probability from which a frame is speech while the assistant speaks and its echo is
/// removed. A person's voice over the echo is weakened by that, and the detector is less certain
/// of it. For the rest of the echo alone it gives less than 0.1 (`sayso bench echo`).
const OVER_ECHO: f32 = 0.3;

/// How much longer speech must last to interrupt while the room is not learnt yet: in the first
/// seconds of the first reply, and with headphones.
const UNLEARNT: Samples = Samples::from_ms(64);

/// The properties that speech over the reply must have to interrupt it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BargeIn {
    /// How long it must last; 64 ms longer if no echo was learnt yet.
    pub lasts: Samples,
    /// By how many dB it may be softer than the user spoke before. A radio in the background is
    /// softer.
    pub range_db: f32,
}

/// The front end of one stream: cleans the sound, and finds where speech begins and ends.
pub struct FrontEnd<'a> {
    cleaner: Cleaner,
    wake: Option<WakeDetector>,
    vad: Box<dyn Vad + 'a>,
    /// Whether the detector failed on the last frame.
    failing: bool,
    /// The frame that is being filled: what is heard, and what is played at the same time.
    heard: [f32; FRAME],
    played: [f32; FRAME],
    filled: usize,
    endpointer: Endpointer,
    min_speech: Samples,
    interrupting: BargeIn,
    level_gate: LevelGate,
    /// Whether somebody has begun to speak and has not ended.
    talking: bool,
    attention: Arc<Attention>,
}

impl<'a> FrontEnd<'a> {
    /// A front end at the start of a stream. While `attention` says that the assistant speaks,
    /// only speech with the properties of `interrupting` counts.
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
            wake: None,
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

    /// Listens for wake phrases, too.
    pub fn with_wake(mut self, wake: Option<WakeDetector>) -> Self {
        self.wake = wake;
        self
    }

    /// The detector, after the end of the stream.
    pub fn into_engine(self) -> Box<dyn Vad + 'a> {
        self.vad
    }

    /// Takes the next samples (16 kHz mono, any number) and what the loudspeaker played at the same
    /// time (`Microphone::reference` of the board). If that is shorter, silence replaces the rest.
    /// Emits the frames that are now complete.
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

    /// Processes the full frame.
    fn frame(&mut self) -> HeardFrame {
        // The original sound, because the canceller removes a part of a voice together with the
        // echo.
        self.level_gate.hear(&self.heard);
        let mut filtered = [0.0; FRAME];
        self.cleaner.process(&mut self.heard, &self.played, &mut filtered);
        if self.attention.muted.load(Ordering::Relaxed) {
            self.heard.fill(0.0);
            filtered.fill(0.0);
        }
        let (probability, trouble) = match self.vad.process(&self.heard) {
            Ok(probability) => {
                self.failing = false;
                (probability, None)
            }
            // Reported once, not 31 times a second.
            Err(error) if std::mem::replace(&mut self.failing, true) => {
                log::debug!("voice activity detection failed again: {error}");
                (0.0, None)
            }
            Err(error) => (0.0, Some(error.to_string())),
        };
        let speaking = self.attention.speaking.load(Ordering::Relaxed);
        let playing = self.attention.playing.load(Ordering::Relaxed);
        let sounds = speaking || playing;
        // If the detector fails, the wake phrase must still be heard.
        let maybe_speech = probability >= MAYBE_SPEECH || self.failing;
        // Sound that is not speech anyway need not be compared.
        let speech = probability >= self.endpointer.config().offset;
        // A person who has begun may lower their voice.
        let far =
            || speaking && !self.talking && self.level_gate.is_far(self.interrupting.range_db);
        let other = speech && (sounds && self.cleaner.hears_itself() || far());
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
        let at = self.endpointer.now();
        // Music is as loud as a voice for long. The suppressor would take much of the voice with it,
        // and the nets hear a phrase in noise. A reply might contain the phrase.
        let heard = if playing && !speaking { &filtered } else { &self.heard };
        let woken = self.wake.as_mut().and_then(|wake| wake.push(heard, at, maybe_speech));
        let samples = self.heard.to_vec();
        HeardFrame { samples, at, probability, event, woken, trouble }
    }
}
