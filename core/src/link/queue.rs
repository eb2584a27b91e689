use heapless::Deque;

use super::{Playback, Stop};

/// A gap up to this long is filled with silence, so that what follows it is played at its time;
/// after a longer one playback continues at once. In samples: 100 ms at 24 kHz.
const BRIDGE: u32 = 2_400;
/// Sound that breaks off is faded out over this many samples: 2.7 ms at 24 kHz.
const FADE: usize = 64;

/// A satellite's playback buffer of `N` samples, which puts the blocks at their positions.
///
/// Lost blocks become silence, without a click. The owner takes samples out at the rate of the
/// loudspeaker.
#[derive(Clone, Debug, Default)]
pub struct PlaybackQueue<const N: usize> {
    samples: Deque<i16, N>,
    /// The position of the next sample to be played.
    played: u32,
    /// Samples that arrived but did not fit, or had no valid position.
    dropped: u32,
    /// How far after the queue's end the last block ended, if it did not fit. The next block
    /// needs this much silence before it.
    beyond: u32,
    /// How often it ran empty without a [`Stop`], including at the end of each reply.
    dry: u32,
    /// The least it held since [`take_low_water`](Self::take_low_water).
    low_water: Option<u16>,
    last: i16,
}

impl<const N: usize> PlaybackQueue<N> {
    /// An empty queue that waits for position 0.
    pub const fn new() -> Self {
        Self {
            samples: Deque::new(),
            played: 0,
            dropped: 0,
            beyond: 0,
            dry: 0,
            low_water: None,
            last: 0,
        }
    }

    /// Drops everything, because a session has begun.
    pub fn clear(&mut self) {
        self.samples.clear();
        (self.played, self.beyond, self.last, self.low_water) = (0, 0, 0, None);
    }

    /// The position of the next sample to be played:
    /// [`SatelliteStatus::played`](super::SatelliteStatus::played).
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
    ///
    /// The silence that will replace a block that did not fit takes up room like sound. Without
    /// that, each later block would find the queue full as well.
    pub fn free(&self, block: usize) -> u16 {
        let room = (N - self.samples.len()).saturating_sub(self.beyond as usize);
        let blocks = room / block.max(1);
        u16::try_from(blocks).unwrap_or(u16::MAX)
    }

    /// Samples that arrived and could not be kept.
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// How often it ran empty, including at the end of each reply.
    pub fn dry(&self) -> u32 {
        self.dry
    }

    /// The least it held after a [`take`](Self::take) during a reply, since the last call:
    /// [`Stats::low_water`](super::Stats::low_water).
    pub fn take_low_water(&mut self) -> u16 {
        self.low_water.take().unwrap_or_default()
    }

    /// Puts a block at its position.
    pub fn push(&mut self, playback: &Playback<'_>) {
        let end = self.played.wrapping_add(self.samples.len() as u32);
        let ahead = playback.at.wrapping_sub(end);
        let mut skip = 0;
        if ahead != 0 {
            if ahead <= BRIDGE {
                self.bridge(ahead as usize);
            } else if ahead < 1 << 31 {
                // Too much is missing to fill: playback continues with this block.
                self.fade_out(self.samples.len(), FADE);
                self.played = playback.at.wrapping_sub(self.samples.len() as u32);
            } else {
                // It replaces what is queued from its position on: a stop was lost.
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
        let end = self.played.wrapping_add(self.samples.len() as u32);
        let ends = playback.at.wrapping_add(playback.block.len() as u32);
        self.beyond = match ends.wrapping_sub(end) {
            beyond if beyond < 1 << 31 => beyond,
            _ => 0,
        };
    }

    /// Stops the sound at the given position, or as soon as possible.
    pub fn stop(&mut self, stop: Stop) {
        let fade = usize::from(stop.fade);
        let ahead = stop.at.wrapping_sub(self.played);
        let keep = if ahead < 1 << 31 { ahead as usize } else { 0 };
        self.fade_out(keep.max(fade), fade);
        self.beyond = 0;
        // The next sound begins at the given position, however much there was to fade.
        self.played = stop.at.wrapping_sub(self.samples.len() as u32);
    }

    /// Fills the start of `out` with what is queued, the rest with silence; returns how many
    /// samples were queued.
    pub fn take(&mut self, out: &mut [i16]) -> usize {
        let (had, mut taken) = (self.samples.len(), 0);
        for place in out.iter_mut() {
            if let Some(sample) = self.samples.pop_front() {
                (*place, self.last) = (sample, sample);
                taken += 1;
            } else {
                // Decays towards silence, because a step would click.
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

    /// Adds silence for `missing` samples, as far as there is room.
    fn bridge(&mut self, missing: usize) {
        self.fade_out(self.samples.len(), FADE);
        let mut put = 0;
        while put < missing && self.samples.push_back(0).is_ok() {
            put += 1;
        }
        if put < missing {
            // Full: there is no room for what follows either.
            self.dropped = self.dropped.wrapping_add((missing - put) as u32);
        }
    }

    /// Keeps the first `keep` samples and fades out the last `fade` of them.
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
