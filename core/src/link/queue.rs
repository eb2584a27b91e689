use heapless::Deque;

use super::{Playback, Stop};

/// A missing stretch up to this long is bridged, so that what follows it is heard
/// at its time; after a longer one it goes on at once. In samples: 100 ms at 24 kHz.
const BRIDGE: u32 = 2_400;
/// Sound that breaks off is faded out over so many samples: 2.7 ms at 24 kHz.
const FADE: usize = 64;

/// A satellite's playback buffer of `N` samples: puts the blocks in their places.
///
/// What was lost on the way becomes silence, without a click. The owner takes
/// samples out at the pace of the loudspeaker.
#[derive(Clone, Debug, Default)]
pub struct PlaybackQueue<const N: usize> {
    samples: Deque<i16, N>,
    /// The place of the next sample to be played.
    played: u32,
    /// Samples that came and did not fit, or had no place.
    dropped: u32,
    /// Times it ran dry without a [`Stop`], the end of a reply included.
    dry: u32,
    /// The least it held since [`take_low_water`](Self::take_low_water).
    low_water: Option<u16>,
    last: i16,
}

impl<const N: usize> PlaybackQueue<N> {
    /// An empty queue that waits for place 0.
    pub const fn new() -> Self {
        Self { samples: Deque::new(), played: 0, dropped: 0, dry: 0, low_water: None, last: 0 }
    }

    /// Forgets everything: a session has begun.
    pub fn clear(&mut self) {
        self.samples.clear();
        (self.played, self.last, self.low_water) = (0, 0, None);
    }

    /// The place of the next sample to be played: [`SatelliteStatus::played`](super::SatelliteStatus::played).
    pub fn played(&self) -> u32 {
        self.played
    }

    /// Samples that wait to be played.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Blocks of `block` samples for which there is room: [`Condition::free`](super::Condition::free).
    pub fn free(&self, block: usize) -> u16 {
        let blocks = (N - self.samples.len()) / block.max(1);
        u16::try_from(blocks).unwrap_or(u16::MAX)
    }

    /// Samples that came and could not be kept.
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// Times it ran dry, the end of a reply included.
    pub fn dry(&self) -> u32 {
        self.dry
    }

    /// The least it held after a [`take`](Self::take) during a reply, since
    /// the last call: [`Stats::low_water`](super::Stats::low_water).
    pub fn take_low_water(&mut self) -> u16 {
        self.low_water.take().unwrap_or_default()
    }

    /// Puts a block in its place.
    pub fn push(&mut self, playback: &Playback<'_>) {
        let end = self.played.wrapping_add(self.samples.len() as u32);
        let ahead = playback.at.wrapping_sub(end);
        let mut skip = 0;
        if ahead != 0 {
            if ahead <= BRIDGE {
                self.bridge(ahead as usize);
            } else if ahead < 1 << 31 {
                // Too much is missing: its time is not waited for.
                self.fade_out(self.samples.len(), FADE);
                self.played = playback.at.wrapping_sub(self.samples.len() as u32);
            } else {
                // It replaces what is queued after its place: a stop was lost.
                let behind = (end.wrapping_sub(playback.at)) as usize;
                if behind <= self.samples.len() {
                    self.fade_out(self.samples.len() - behind, FADE);
                } else if behind - self.samples.len() < playback.block.len() {
                    // Its beginning came too late.
                    skip = behind - self.samples.len();
                    self.samples.clear();
                } else {
                    self.samples.clear();
                    self.played = playback.at;
                }
            }
        }
        self.dropped = self.dropped.wrapping_add(skip as u32);
        for sample in playback.block.samples().skip(skip) {
            if self.samples.push_back(sample).is_err() {
                self.dropped = self.dropped.wrapping_add(1);
            }
        }
    }

    /// Falls silent at the place that was ordered, or as soon as can be.
    pub fn stop(&mut self, stop: Stop) {
        let fade = usize::from(stop.fade);
        let ahead = stop.at.wrapping_sub(self.played);
        let keep = if ahead < 1 << 31 { ahead as usize } else { 0 };
        self.fade_out(keep.max(fade), fade);
        // The next sound's place is the one ordered, however much there was to fade.
        self.played = stop.at.wrapping_sub(self.samples.len() as u32);
    }

    /// Fills the front of `out` with what is queued, the rest with silence; returns
    /// how many samples were queued.
    pub fn take(&mut self, out: &mut [i16]) -> usize {
        let (had, mut taken) = (self.samples.len(), 0);
        for place in out.iter_mut() {
            if let Some(sample) = self.samples.pop_front() {
                (*place, self.last) = (sample, sample);
                taken += 1;
            } else {
                // Towards silence, not at once: a step would click.
                self.last -= self.last / 8 + self.last.signum();
                *place = self.last;
            }
        }
        self.played = self.played.wrapping_add(taken as u32);
        if had > 0 {
            let left = u16::try_from(self.samples.len()).unwrap_or(u16::MAX);
            self.low_water = Some(self.low_water.map_or(left, |low| low.min(left)));
            if taken < out.len() {
                self.dry = self.dry.wrapping_add(1);
            }
        }
        taken
    }

    /// Silence for `missing` samples, as far as there is room.
    fn bridge(&mut self, missing: usize) {
        self.fade_out(self.samples.len(), FADE);
        let mut put = 0;
        while put < missing && self.samples.push_back(0).is_ok() {
            put += 1;
        }
        if put < missing {
            // Full: what follows has no room either.
            self.dropped = self.dropped.wrapping_add((missing - put) as u32);
        }
    }

    /// Keeps the first `keep` samples, the last `fade` of them faded out.
    fn fade_out(&mut self, keep: usize, fade: usize) {
        while self.samples.len() > keep {
            self.samples.pop_back();
        }
        let fade = fade.min(self.samples.len());
        let steps = fade as i32 + 1;
        for (n, sample) in self.samples.iter_mut().rev().take(fade).enumerate() {
            *sample = (i32::from(*sample) * (n as i32 + 1) / steps) as i16;
        }
    }
}
