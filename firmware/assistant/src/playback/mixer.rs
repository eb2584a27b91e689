//! Adds up the sources to what the loudspeaker plays.
//!
//! # The queue of the loudspeaker
//!
//! The voice alone is written as far ahead as the loudspeaker accepts, so that a delay of this
//! program is not heard. With other sources, only [`NEAR`] is written ahead, so that a source
//! which begins later is not late. If more is ahead, a sound that cannot wait stops the loudspeaker.
//! The sound that is dropped then goes back to its sources, to the sample, and is mixed again with
//! the new one. The fade of this stop counts as heard, and the sound that continues after it is
//! faded in.

use std::collections::VecDeque;
use std::time::Duration;

use sayso_board::Loudspeaker;

use super::FADE;
use super::gain::{Ramp, limited};
use super::ledger::{Each, Ledger, Progress, Source};

/// How far ahead the loudspeaker's queue is filled if several sources sound.
pub(super) const NEAR: Duration = Duration::from_millis(200);

/// The longest wait of a sound that must be heard at once. A loudspeaker may hold this much
/// through a fade.
pub(super) const PROMPT: Duration = Duration::from_millis(60);

/// How long sound takes to come back after a pause.
const FADE_IN: Duration = Duration::from_millis(10);

/// How long a gain takes to change.
const GAIN_CHANGE: Duration = Duration::from_millis(10);

/// How long it takes to duck media, or to undo that.
const DUCKING: Duration = Duration::from_millis(100);

/// For how long the queue stays short after a sound that could not wait, because more may follow.
const SHORT_FOR: Duration = Duration::from_secs(1);

/// The most sound that chimes and media have waiting, each.
const QUEUE: Duration = Duration::from_secs(2);

/// Samples mixed at a time.
const BLOCK: usize = 512;

/// The highest gain.
const LOUDEST: f32 = 2.0;

/// The sound of chimes or of media from the next sample to be played on, including what is in the
/// loudspeaker's queue, because that may come back.
#[derive(Debug, Default)]
struct Queue {
    samples: VecDeque<f32>,
    /// How many of these samples the loudspeaker has.
    sent: usize,
}

impl Queue {
    fn waiting(&self) -> usize {
        self.samples.len() - self.sent
    }

    /// Accepts samples as long as there are no more than `most` in all.
    fn push(&mut self, samples: &[f32], most: usize) -> usize {
        let taken = samples.len().min(most.saturating_sub(self.samples.len()));
        let finite = |sample: &f32| if sample.is_finite() { *sample } else { 0.0 };
        self.samples.extend(samples.iter().take(taken).map(finite));
        taken
    }

    /// Adds the next samples, at their gain, to `block`.
    fn add_to(&self, block: &mut [f32], gain: &Ramp) {
        for (n, (sum, sample)) in
            block.iter_mut().zip(self.samples.iter().skip(self.sent)).enumerate()
        {
            *sum += sample * gain.at(n);
        }
    }

    /// This many samples were played, or lost.
    fn forget(&mut self, samples: u64) {
        let samples = usize::try_from(samples).unwrap_or(usize::MAX).min(self.sent);
        self.samples.drain(..samples);
        self.sent -= samples;
    }

    /// The loudspeaker gave this many samples back.
    fn take_back(&mut self, samples: u64) {
        self.sent = self.sent.saturating_sub(usize::try_from(samples).unwrap_or(usize::MAX));
    }

    /// Drops what the loudspeaker does not have.
    fn cut(&mut self) {
        self.samples.truncate(self.sent);
    }
}

/// Mixes the voice, which is passed to it, with chimes and media, which it holds.
pub(super) struct Mixer {
    speaker: Box<dyn Loudspeaker>,
    rate: u32,
    ledger: Ledger,
    chime: Queue,
    media: Queue,
    /// Whether media wait.
    media_held: bool,
    /// As set, without fades and ducking.
    gains: Each<f32>,
    /// As applied.
    ramps: Each<Ramp>,
    volume: Ramp,
    ducked: bool,
    /// The gain of ducked media.
    ducking: f32,
    /// For how many samples the queue is kept short although the voice is alone.
    short: usize,
    block: Vec<f32>,
}

impl Mixer {
    /// A mixer for `speaker`, which takes sound at `rate` Hz, with every gain at 1.
    pub(super) fn new(speaker: Box<dyn Loudspeaker>, rate: u32) -> Self {
        Self {
            ledger: Ledger::new(speaker.as_ref()),
            speaker,
            rate,
            chime: Queue::default(),
            media: Queue::default(),
            media_held: false,
            gains: [1.0; 3],
            ramps: [Ramp::steady(1.0); 3],
            volume: Ramp::steady(1.0),
            ducked: false,
            ducking: 1.0,
            short: 0,
            block: Vec::with_capacity(BLOCK),
        }
    }

    pub(super) fn speaker(&self) -> &dyn Loudspeaker {
        self.speaker.as_ref()
    }

    /// Samples of `source` that have been heard.
    pub(super) fn heard(&self, source: Source) -> u64 {
        self.ledger.heard(source, Progress::of(self.speaker()))
    }

    /// Samples of `source` that the loudspeaker has yet to play.
    pub(super) fn pending(&self, source: Source) -> u64 {
        self.ledger.pending(source, Progress::of(self.speaker()))
    }

    /// How much of `source` will have been heard when everything in the loudspeaker was played.
    pub(super) fn end_of(&self, source: Source) -> u64 {
        self.ledger.end_of(source)
    }

    /// Samples of chimes that were not heard yet.
    pub(super) fn chimes_left(&self) -> u64 {
        self.chime.waiting() as u64 + self.pending(Source::Chime)
    }

    /// Samples of media that were not heard yet.
    pub(super) fn media_left(&self) -> u64 {
        self.media.waiting() as u64 + self.pending(Source::Media)
    }

    /// How much of the media will have been heard when all that was taken was played.
    pub(super) fn end_of_media(&self) -> u64 {
        self.end_of(Source::Media) + self.media.waiting() as u64
    }

    /// Records what the loudspeaker has played, or lost.
    pub(super) fn settle(&mut self) {
        let [_, chime, media] = self.ledger.settle(Progress::of(self.speaker.as_ref()));
        self.chime.forget(chime);
        self.media.forget(media);
    }

    /// Fills the loudspeaker's queue, including samples of `voice`. Returns how many of those it
    /// took.
    pub(super) fn mix(&mut self, voice: &[f32]) -> usize {
        let mut rest = voice;
        loop {
            let speaks = !rest.is_empty();
            let taken = self.mix_block(rest);
            if taken == 0 {
                return voice.len() - rest.len();
            }
            if speaks {
                rest = rest.get(taken..).unwrap_or_default();
            }
        }
    }

    /// Writes the next samples of the sources that have any. Returns how many.
    fn mix_block(&mut self, voice: &[f32]) -> usize {
        let media = if self.media_held { 0 } else { self.media.waiting() };
        let waiting = [voice.len(), self.chime.waiting(), media];
        let Some(least) = waiting.into_iter().filter(|samples| *samples > 0).min() else {
            return 0;
        };
        let sources = waiting.map(|samples| samples > 0);
        let mut samples = least.min(self.room());
        let is_voice = sources == Source::ALL.map(|source| source == Source::Voice);
        let taken =
            if is_voice && self.ramps[Source::Voice as usize].is_one() && self.volume.is_one() {
                self.speaker.write(voice.get(..samples).unwrap_or(voice))
            } else {
                samples = samples.min(BLOCK);
                let [of_voice, of_chime, of_media] = &self.ramps;
                self.block.clear();
                self.block.resize(samples, 0.0);
                for (n, (sum, sample)) in self.block.iter_mut().zip(voice).enumerate() {
                    *sum += sample * of_voice.at(n);
                }
                self.chime.add_to(&mut self.block, of_chime);
                if !self.media_held {
                    self.media.add_to(&mut self.block, of_media);
                }
                for (n, sample) in self.block.iter_mut().enumerate() {
                    *sample *= self.volume.at(n);
                }
                // A single source that is not made louder is within ±1 anyway.
                let louder = self.ramps.iter().chain([&self.volume]).any(|ramp| ramp.most() > 1.0);
                if louder || sources.into_iter().filter(|within| *within).count() > 1 {
                    self.block.iter_mut().for_each(|sample| *sample = limited(*sample));
                }
                self.speaker.write(&self.block)
            };
        self.ledger.wrote(taken, sources);
        for (ramp, _) in self.ramps.iter_mut().zip(sources).filter(|(_, within)| *within) {
            ramp.pass(taken);
        }
        self.volume.pass(taken);
        self.short = self.short.saturating_sub(taken);
        let [_, chimes, plays] = sources;
        self.chime.sent += if chimes { taken } else { 0 };
        self.media.sent += if plays { taken } else { 0 };
        taken
    }

    /// Samples that may be written now.
    fn room(&self) -> usize {
        let media = if self.media_held { self.media.sent } else { self.media.samples.len() };
        let others = !self.chime.samples.is_empty() || media > 0;
        if others || self.short > 0 {
            self.samples(NEAR)
                .saturating_sub(usize::try_from(self.ledger.samples()).unwrap_or(usize::MAX))
        } else {
            usize::MAX
        }
    }

    fn samples(&self, time: Duration) -> usize {
        (u128::from(self.rate) * time.as_millis() / 1000) as usize
    }

    /// `source` is about to sound, after at most `wait`. Returns the samples of the voice that
    /// must be mixed again.
    pub(super) fn begin(&mut self, source: Source, wait: Duration) -> usize {
        self.settle();
        let others = Source::ALL.into_iter().any(|s| s != source && self.ledger.held(s) > 0);
        let back = if others { self.recall(wait) } else { 0 };
        self.ramps[source as usize].finish();
        back
    }

    /// `source` returns after a pause.
    pub(super) fn fade_in(&mut self, source: Source) {
        let fade = self.samples(FADE_IN);
        self.ramps[source as usize].rise(fade);
    }

    /// Takes back from the loudspeaker what is more than `wait` ahead. Returns how many samples of
    /// the voice that were.
    fn recall(&mut self, wait: Duration) -> usize {
        self.short = self.samples(SHORT_FOR);
        let deep = self.ledger.samples() > self.samples(wait) as u64;
        if deep { self.take_back(None) } else { 0 }
    }

    /// Fades `source` out and drops its sound, while all others go on. Returns the samples of the
    /// voice that were taken back: they must be mixed again, unless the voice was cut.
    pub(super) fn cut(&mut self, source: Source) -> usize {
        self.settle();
        let back = if self.ledger.held(source) > 0 { self.take_back(Some(source)) } else { 0 };
        self.ramps[source as usize].finish();
        match source {
            Source::Voice => {}
            Source::Chime => self.chime.cut(),
            Source::Media => self.media.cut(),
        }
        back
    }

    /// Makes media wait, or go on where they waited. Returns the samples of the voice that must be
    /// mixed again.
    pub(super) fn hold_media(&mut self, held: bool) -> usize {
        if held == self.media_held {
            return 0;
        }
        self.settle();
        self.media_held = held;
        if held {
            return if self.ledger.held(Source::Media) > 0 {
                self.take_back(Some(Source::Media))
            } else {
                0
            };
        }
        let back = self.begin(Source::Media, NEAR);
        self.fade_in(Source::Media);
        back
    }

    /// Stops the loudspeaker and gives every source back what was dropped of it; all except `cut`
    /// go on. Returns the number of samples of the voice.
    fn take_back(&mut self, cut: Option<Source>) -> usize {
        let sounding = Source::ALL.map(|source| self.ledger.held(source) > 0);
        let dropped = self.speaker.stop(FADE);
        let [voice, chime, media] = self.ledger.take_back(dropped);
        self.chime.take_back(chime);
        self.media.take_back(media);
        for (source, sounding) in Source::ALL.into_iter().zip(sounding) {
            if sounding && Some(source) != cut {
                self.fade_in(source);
            }
        }
        self.volume.finish();
        usize::try_from(voice).unwrap_or(usize::MAX)
    }

    /// Plays a chime, after those that are sounding already. Returns the samples of the voice that
    /// must be mixed again.
    pub(super) fn chime(&mut self, samples: &[f32]) -> usize {
        let back =
            if self.chime.samples.is_empty() { self.begin(Source::Chime, PROMPT) } else { 0 };
        let most = self.samples(QUEUE);
        if self.chime.samples.len() + samples.len() > most {
            log::debug!("a chime is left out, because {QUEUE:?} of chimes wait to be played");
        } else {
            self.chime.push(samples, most);
        }
        back
    }

    /// Takes as much of `samples` as there is room for. Returns how much that was, and the samples
    /// of the voice that must be mixed again.
    pub(super) fn media(&mut self, samples: &[f32]) -> (usize, usize) {
        let back = if self.media.samples.is_empty() { self.begin(Source::Media, NEAR) } else { 0 };
        (self.media.push(samples, self.samples(QUEUE)), back)
    }

    /// Changes the gain of `source`. Returns the samples of the voice that must be mixed again.
    pub(super) fn set_gain(&mut self, source: Source, gain: f32) -> usize {
        let Some(gain) = valid(gain).filter(|gain| *gain != self.gains[source as usize]) else {
            return 0;
        };
        self.gains[source as usize] = gain;
        self.settle();
        self.aim(source, GAIN_CHANGE);
        if self.ledger.held(source) > 0 { self.recall(NEAR) } else { 0 }
    }

    /// Changes the gain of everything. Returns the samples of the voice that must be mixed again.
    pub(super) fn set_volume(&mut self, gain: f32) -> usize {
        let Some(gain) = valid(gain) else { return 0 };
        self.settle();
        if self.ledger.samples() == 0 {
            self.volume = Ramp::steady(gain);
            return 0;
        }
        let changed = self.volume.go(gain, self.samples(GAIN_CHANGE));
        if changed { self.recall(NEAR) } else { 0 }
    }

    /// Sets the factor for media while they are [ducked](Self::duck).
    pub(super) fn set_ducking(&mut self, gain: f32) {
        self.ducking = valid(gain).unwrap_or(self.ducking);
        self.aim(Source::Media, DUCKING);
    }

    /// Sets whether media are ducked.
    pub(super) fn duck(&mut self, ducked: bool) {
        if ducked != self.ducked {
            self.ducked = ducked;
            self.aim(Source::Media, DUCKING);
        }
    }

    /// Starts a change of the gain of `source` to its target.
    fn aim(&mut self, source: Source, within: Duration) {
        let ducked = source == Source::Media && self.ducked;
        let gain = self.gains[source as usize] * if ducked { self.ducking } else { 1.0 };
        let within = if self.ledger.held(source) > 0 { self.samples(within) } else { 0 };
        self.ramps[source as usize].go(gain, within);
    }
}

/// A gain, limited to its range; `None` for NaN.
fn valid(gain: f32) -> Option<f32> {
    (!gain.is_nan()).then(|| gain.clamp(0.0, LOUDEST))
}
