//! Maps places of the link to samples of the voice.

use std::collections::VecDeque;

use sayso_audio_io::rescale_floor;

/// A run of sound that was resampled separately: where it begins, and where it ends if that is
/// known.
#[derive(Clone, Copy, Debug)]
struct Segment {
    place: u64,
    sample: u64,
    end: Option<(u64, u64)>,
}

/// The map from places (samples at the peer's rate, within one session) to samples at the
/// voice's rate (since the start).
#[derive(Clone, Debug)]
pub struct Places {
    rate: u32,
    voice_rate: u32,
    segments: VecDeque<Segment>,
    /// The sample before the first segment.
    before: u64,
}

impl Places {
    /// A session begins: place 0 is the sample `before`.
    pub fn new(rate: u32, voice_rate: u32, before: u64) -> Self {
        Self { rate, voice_rate, segments: VecDeque::new(), before }
    }

    /// Sound begins, unless it has begun already.
    pub fn begin(&mut self, place: u64, sample: u64) {
        if !self.is_open() {
            self.segments.push_back(Segment { place, sample, end: None });
        }
    }

    /// Whether sound has begun and not ended.
    pub fn is_open(&self) -> bool {
        self.segments.back().is_some_and(|segment| segment.end.is_none())
    }

    /// The present sound ends.
    pub fn end(&mut self, place: u64, sample: u64) {
        if let Some(segment) = self.segments.back_mut().filter(|s| s.end.is_none()) {
            segment.end = Some((place, sample));
        }
    }

    /// The sample at `place`: how many of the voice's samples were played when the link had
    /// reached this place.
    pub fn sample(&self, place: u64) -> u64 {
        let Some(segment) = self.segments.iter().rev().find(|s| s.place <= place) else {
            return self.before;
        };
        match segment.end {
            Some((end, sample)) if place >= end => sample,
            end => {
                let into = rescale_floor(place - segment.place, self.rate, self.voice_rate);
                let at = segment.sample + into;
                end.map_or(at, |(_, sample)| at.min(sample))
            }
        }
    }

    /// Drops everything after `place`. Returns the sample there.
    pub fn cut(&mut self, place: u64) -> u64 {
        let sample = self.sample(place);
        self.segments.retain(|segment| segment.place < place);
        match self.segments.back_mut() {
            Some(segment) => segment.end = Some((place, sample)),
            None => self.before = sample,
        }
        sample
    }

    /// Forgets what is before `place`.
    pub fn forget(&mut self, place: u64) {
        while self.segments.get(1).is_some_and(|second| second.place <= place) {
            if let Some(Segment { end: Some((_, sample)), .. }) = self.segments.pop_front() {
                self.before = sample;
            }
        }
    }
}
