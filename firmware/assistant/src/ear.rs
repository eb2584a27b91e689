//! The ear: from samples to "speech began", "may have ended", "ended".
//!
//! What is heard is cleaned of the assistant's own voice first ([`echo`]) and, if
//! asked for, of noise ([`polish`]); detector and recorder get the cleaned sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sayso_core::audio::{FRAME, Samples};
use sayso_core::endpoint::{EndpointEvent, Endpointer};
use sayso_models::vad::Vad;

pub mod echo;
mod headphones;
mod nearness;
pub mod polish;
mod resemblance;

use echo::EchoCanceller;
use nearness::Nearness;
use polish::Polish;
use resemblance::Resemblance;

/// One frame of sound and what the ear makes of it.
#[derive(Clone, Debug)]
pub struct HeardFrame {
    /// The sound, cleaned: [`FRAME`] samples at 16 kHz mono.
    pub samples: Vec<f32>,
    /// The end of the frame on the sample clock.
    pub at: Samples,
    /// The probability (0…1) that it holds speech.
    pub probability: f32,
    /// What it completes, if anything.
    pub event: Option<EndpointEvent>,
    /// Why the detector failed on this frame, if it did and did not on the one before.
    pub trouble: Option<String>,
}

/// What the conversation tells the ear while both go on.
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

/// [Resemblance] of what is heard to what is played from which it is the assistant's
/// own voice, before and after the room is learnt. A voice in a dry room resembles
/// itself by 0.96 and more, people reach 0.7 by chance; with these no more people are
/// missed (`sayso bench echo`).
const OWN_UNLEARNT: f32 = 0.8;
const OWN_LEARNT: f32 = 0.9;

/// What speech over the reply must be to interrupt it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interrupting {
    /// It must last so long, and 64 ms more where no echo was learnt yet.
    pub lasts: Samples,
    /// It must not be softer by more than so many dB than the user spoke before: a
    /// radio in the background is.
    pub range_db: f32,
}

impl Interrupting {
    /// What `turn` asks for.
    pub fn new(turn: &crate::config::Turn) -> Self {
        Self { lasts: Samples::from_ms(turn.barge_in_ms.into()), range_db: turn.barge_in_range_db }
    }
}

/// Cleans what is heard before anybody judges it.
#[derive(Default)]
pub struct Cleaner {
    /// Takes the assistant's own voice out.
    pub echo: Option<EchoCanceller>,
    /// Takes noise out and evens the level.
    pub polish: Option<Polish>,
    resemblance: Resemblance,
}

impl Cleaner {
    /// What `config` asks for.
    pub fn new(config: &crate::config::Ear) -> Self {
        Self {
            echo: config.echo_cancellation.then(EchoCanceller::new),
            polish: Polish::new(config.noise_suppression, config.gain_control),
            resemblance: Resemblance::new(),
        }
    }

    /// Whether what was just heard is the assistant's own voice, whatever the
    /// canceller has left of it.
    fn hears_itself(&self) -> bool {
        self.echo.as_ref().filter(|echo| echo.expects_echo()).is_some_and(|echo| {
            let enough = if echo.has_learnt() { OWN_LEARNT } else { OWN_UNLEARNT };
            self.resemblance.of_the_last() >= enough
        })
    }

    fn process(&mut self, heard: &mut [f32], played: &[f32]) {
        if let Some(echo) = &mut self.echo {
            self.resemblance.push(heard, played);
            echo.process(heard, played);
        }
        if let Some(polish) = &mut self.polish {
            polish.process(heard);
        }
    }
}

/// Listens to one stream.
pub struct Ear<'a> {
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
    interrupting: Interrupting,
    nearness: Nearness,
    /// Whether somebody has begun to speak and not ended.
    talking: bool,
    attention: Arc<Attention>,
}

impl<'a> Ear<'a> {
    /// An ear at the start of a stream. While `attention` says that the
    /// assistant speaks, only speech that is `interrupting` counts.
    pub fn new(
        cleaner: Cleaner,
        mut vad: Box<dyn Vad + 'a>,
        endpointer: Endpointer,
        interrupting: Interrupting,
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
            nearness: Nearness::default(),
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
        self.nearness.hear(&self.heard);
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
        let far = || !self.talking && self.nearness.is_far(self.interrupting.range_db);
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
                self.nearness.begins();
            }
            if judged >= self.endpointer.config().onset {
                self.nearness.speaks();
            }
        }
        let samples = self.heard.to_vec();
        HeardFrame { samples, at: self.endpointer.now(), probability, event, trouble }
    }
}

/// The last sound heard, so that an utterance can be taken out of it.
#[derive(Debug)]
pub struct Recorder {
    samples: std::collections::VecDeque<f32>,
    capacity: usize,
    end: Samples,
}

impl Recorder {
    /// Remembers at least the last `length` of sound.
    pub fn new(length: Samples) -> Self {
        let capacity = usize::try_from(length.0).unwrap_or(usize::MAX);
        Self { samples: std::collections::VecDeque::new(), capacity, end: Samples::ZERO }
    }

    /// Takes the next samples; they end at `end`.
    pub fn push(&mut self, samples: &[f32], end: Samples) {
        self.samples.extend(samples);
        let excess = self.samples.len().saturating_sub(self.capacity);
        self.samples.drain(..excess);
        self.end = end;
    }

    /// The sound from `from` to `to`, as far as it is remembered.
    pub fn range(&self, from: Samples, to: Samples) -> Vec<f32> {
        let start = self.end.0.saturating_sub(self.samples.len() as u64);
        let place = |at: Samples| {
            usize::try_from(at.0.saturating_sub(start))
                .unwrap_or(usize::MAX)
                .min(self.samples.len())
        };
        let (from, to) = (place(from), place(to));
        self.samples.range(from..to.max(from)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorder_gives_back_what_it_remembers() {
        let mut recorder = Recorder::new(Samples(1000));
        for block in 0..30u64 {
            let samples: Vec<f32> = (block * 100..(block + 1) * 100).map(|n| n as f32).collect();
            recorder.push(&samples, Samples((block + 1) * 100));
        }
        let part = recorder.range(Samples(2500), Samples(2503));
        assert_eq!(part, [2500.0, 2501.0, 2502.0]);
        assert_eq!(recorder.range(Samples(0), Samples(2002)), [2000.0, 2001.0]);
        assert_eq!(recorder.range(Samples(2990), Samples(9000)).len(), 10);
        assert!(recorder.range(Samples(2600), Samples(2500)).is_empty());
    }
}
