//! Playback: holds back the sound of a reply until it may be heard, mixes it with chimes and
//! media, passes it to the loudspeaker, and knows to the sample what has been heard of each.
//!
//! The voice belongs to turns: one speech at a time, held back until it is released, paused while
//! somebody speaks over it. Chimes and media do not belong to turns. Whatever happens to one
//! source, no sample of another is lost or played twice.

mod gain;
mod ledger;
#[cfg(test)]
mod mix_properties;
#[cfg(test)]
mod mix_tests;
mod mixer;
mod speech;
#[cfg(test)]
mod voice_tests;

use std::time::Duration;

use sayso_board::Loudspeaker;
use sayso_core::turn::TurnId;
use sayso_models::tts::WordTiming;

pub use self::ledger::Source;
use self::mixer::Mixer;
use self::speech::{Speech, Synthesized};
use sayso_language::Clause;

/// How long the sound takes to fade when it is stopped.
pub const FADE: Duration = Duration::from_millis(20);

/// How much softer media are while the voice speaks or the user is heard, in dB, unless
/// [`Playback::set_ducking`] sets another value.
pub const DUCKING_DB: f32 = -18.0;

/// What was noticed while pumping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// The first sound of the reply has gone to the loudspeaker.
    Started(TurnId),
    /// This clause is now heard.
    Speaking(TurnId, Clause),
    /// The reply is complete and its last sample has been played.
    Finished(TurnId),
}

/// Plays one speech at a time, together with chimes and media.
pub struct Playback {
    mixer: Mixer,
    rate: u32,
    speech: Option<Speech>,
    /// Whether somebody is heard.
    ducked: bool,
}

impl Playback {
    /// Playback on `speaker`, which takes sound at `rate` Hz. Every gain is 1.
    pub fn new(speaker: Box<dyn Loudspeaker>, rate: u32) -> Self {
        let mixer = Mixer::new(speaker, rate);
        let mut playback = Self { mixer, rate, speech: None, ducked: false };
        playback.set_ducking(DUCKING_DB);
        playback
    }

    /// The loudspeaker.
    pub fn speaker(&self) -> &dyn Loudspeaker {
        self.mixer.speaker()
    }

    /// Prepares for the reply of `turn`; the rest of any other is dropped.
    pub fn begin(&mut self, turn: TurnId) {
        self.begin_with_chime(turn, &[]);
    }

    /// As [`begin`](Self::begin), with a chime before the first clause.
    ///
    /// The chime is part of the speech: it is held back, released, paused and stopped with it, at
    /// the voice's gain. After the release it sounds at once, even before the first clause is
    /// ready. It is not part of the text.
    pub fn begin_with_chime(&mut self, turn: TurnId, chime: &[f32]) {
        self.drop_current();
        self.speech = Some(Speech::new(turn, chime));
    }

    fn speech(&mut self, turn: TurnId) -> Option<&mut Speech> {
        self.speech.as_mut().filter(|speech| speech.turn == turn)
    }

    /// The sound of `clause` follows.
    pub fn clause(&mut self, turn: TurnId, clause: Clause) {
        if let Some(speech) = self.speech(turn) {
            let samples = speech.made()..speech.made();
            speech.clauses.push(Synthesized {
                clause,
                samples,
                words: Vec::new(),
                announced: false,
            });
        }
    }

    /// Takes the next sound of the clause that was begun last. Returns whether it is the first
    /// sound of the reply, apart from a chime.
    pub fn sound(&mut self, turn: TurnId, samples: &[f32]) -> bool {
        self.speech(turn).is_some_and(|speech| speech.push(samples))
    }

    /// Where the words of the last clause are in its sound.
    pub fn words(&mut self, turn: TurnId, words: Vec<WordTiming>) {
        if let Some(voiced) = self.speech(turn).and_then(|speech| speech.clauses.last_mut()) {
            voiced.words = words;
        }
    }

    /// No more clauses will come.
    pub fn complete(&mut self, turn: TurnId) {
        if let Some(speech) = self.speech(turn) {
            speech.complete = true;
        }
    }

    /// The sound of `turn` may be heard from now on.
    pub fn release(&mut self, turn: TurnId) {
        if let Some(speech) = self.speech(turn) {
            speech.released = true;
        }
    }

    /// Sound of the voice that was made and not yet played, in samples.
    pub fn ahead(&self) -> u64 {
        let held = self.speech.as_ref().map_or(0, |speech| speech.sound.len() - speech.sent);
        held as u64 + self.mixer.pending(Source::Voice)
    }

    /// Whether the voice or a chime has sound that was not yet played. Media do not count, because
    /// they may go on for hours.
    pub fn busy(&self) -> bool {
        self.ahead() > 0 || self.mixer.chimes_left() > 0
    }

    /// Samples of media that were taken and not yet played.
    pub fn media_left(&self) -> u64 {
        self.mixer.media_left()
    }

    /// What [`heard_of`](Self::heard_of) media will be when all of them that were taken were played.
    pub fn media_end(&self) -> u64 {
        self.mixer.end_of_media()
    }

    /// Samples of `source` that have been heard since the start, at whatever gain. A chime at the
    /// beginning of a speech counts as voice.
    pub fn heard_of(&self, source: Source) -> u64 {
        self.mixer.heard(source)
    }

    /// Passes as much sound to the loudspeaker as it accepts, and reports what happens. Must be
    /// called at least every 100 ms.
    pub fn pump(&mut self, notice: &mut dyn FnMut(Noticed)) {
        self.mixer.settle();
        let Some(speech) = self.speech.as_mut() else {
            self.mixer.duck(self.ducked);
            self.mixer.mix(&[]);
            return;
        };
        let starts = speech.base.is_none() && !speech.waiting().is_empty();
        if starts {
            self.mixer.begin(Source::Voice, mixer::PROMPT);
        }
        self.mixer.duck(self.ducked || starts || speech.base.is_some());
        let base = self.mixer.end_of(Source::Voice);
        let taken = self.mixer.mix(speech.waiting());
        speech.sent += taken;
        if starts && taken > 0 {
            speech.base = Some(base);
            notice(Noticed::Started(speech.turn));
        }
        if !speech.released || speech.paused {
            return;
        }
        let played = speech.played(self.mixer.heard(Source::Voice));
        for voiced in &mut speech.clauses {
            let begun =
                played > voiced.samples.start || speech.base.is_some() && voiced.samples.start == 0;
            if begun && !voiced.announced && !voiced.samples.is_empty() {
                voiced.announced = true;
                notice(Noticed::Speaking(speech.turn, voiced.clause.clone()));
            }
        }
        // What was lost with a loudspeaker is never played, but it leaves the queue too.
        let over = played >= speech.made() || self.mixer.pending(Source::Voice) == 0;
        if speech.complete && speech.sent == speech.sound.len() && over {
            let turn = speech.turn;
            self.speech = None;
            notice(Noticed::Finished(turn));
        }
    }

    /// Fades out the sound of `turn` and keeps the rest.
    pub fn pause(&mut self, turn: TurnId) {
        let Some(speech) = self.speech.as_mut().filter(|speech| speech.turn == turn) else {
            return;
        };
        speech.paused = true;
        if speech.base.is_some() {
            let back = self.mixer.cut(Source::Voice);
            self.mix_again(back);
        }
    }

    /// Continues where [`pause`](Self::pause) stopped: at the beginning of the word that was cut,
    /// if that is near, and with a short fade-in.
    pub fn resume(&mut self, turn: TurnId) {
        let Some(speech) = self.speech.as_mut().filter(|speech| speech.turn == turn) else {
            return;
        };
        if !std::mem::take(&mut speech.paused) || speech.base.is_none() {
            return;
        }
        let back = self.mixer.begin(Source::Voice, mixer::PROMPT);
        speech.sent = speech.sent.saturating_sub(back);
        speech.back_to_the_word(self.rate);
        self.mixer.fade_in(Source::Voice);
        // From here on, what was played twice does not count.
        let next = self.mixer.end_of(Source::Voice);
        speech.base = Some(next.saturating_sub(speech.sent as u64));
    }

    /// The bytes of the reply of `turn` that have been heard.
    pub fn heard(&self, turn: TurnId) -> usize {
        let speech = self.speech.as_ref().filter(|speech| speech.turn == turn);
        speech.map_or(0, |speech| {
            speech.text_heard(speech.played(self.mixer.heard(Source::Voice)), self.rate)
        })
    }

    /// Fades out the sound of `turn` and drops the rest. Returns the bytes of the reply that were
    /// heard.
    pub fn stop(&mut self, turn: TurnId) -> usize {
        let Some(speech) = self.speech(turn) else { return 0 };
        if speech.base.is_some() && !speech.paused {
            self.mixer.cut(Source::Voice);
        }
        let heard = self.heard(turn);
        self.speech = None;
        heard
    }

    /// Drops the sound of `turn`, played or not.
    pub fn cancel(&mut self, turn: TurnId) {
        if self.speech(turn).is_some() {
            self.drop_current();
        }
    }

    fn drop_current(&mut self) {
        if self.speech.take().is_some_and(|speech| speech.base.is_some()) {
            self.mixer.cut(Source::Voice);
        }
    }

    /// Plays `samples` at once, over everything, independently of turns; after chimes that are
    /// sounding already. One that would have to wait for more than 2 s is left out.
    pub fn chime(&mut self, samples: impl AsRef<[f32]>) {
        let back = self.mixer.chime(samples.as_ref());
        self.mix_again(back);
    }

    /// Takes as much of `samples` as there is room for, which is 2 s in all, and returns how much
    /// that was. They sound after the earlier ones, softer while the voice speaks or somebody is
    /// heard.
    pub fn media_write(&mut self, samples: &[f32]) -> usize {
        let (taken, back) = self.mixer.media(samples);
        self.mix_again(back);
        taken
    }

    /// Fades media out and drops the rest of them.
    pub fn media_stop(&mut self) {
        let back = self.mixer.cut(Source::Media);
        self.mix_again(back);
    }

    /// Fades media out and keeps the rest, or has them go on where they stopped.
    pub fn media_pause(&mut self, paused: bool) {
        let back = self.mixer.hold_media(paused);
        self.mix_again(back);
    }

    /// Changes the gain of `source`, a factor from 0 to 2, without a click.
    pub fn set_gain(&mut self, source: Source, gain: f32) {
        let back = self.mixer.set_gain(source, gain);
        self.mix_again(back);
    }

    /// Changes the gain of everything that is played, a factor from 0 to 2, without a click: the
    /// user's volume.
    pub fn set_volume(&mut self, gain: f32) {
        let back = self.mixer.set_volume(gain);
        self.mix_again(back);
    }

    /// How much softer media are while they are ducked, in dB, 0 or less.
    pub fn set_ducking(&mut self, db: f32) {
        self.mixer.set_ducking(10.0_f32.powf(db.min(0.0) / 20.0));
    }

    /// Sets whether somebody is heard: media are then softer, as they are while the voice speaks.
    pub fn duck(&mut self, heard: bool) {
        self.ducked = heard;
    }

    /// The loudspeaker gave this many samples of the voice back.
    fn mix_again(&mut self, samples: usize) {
        if let Some(speech) = &mut self.speech {
            speech.sent = speech.sent.saturating_sub(samples);
        }
    }
}
