use sayso_core::link::{Playback, PlaybackQueue, Rate, Stop};

use crate::{PLAYED_BLOCK, Sound};

/// Samples that the playback buffer holds: 300 ms at 24 kHz, 15 blocks of the link.
pub const BUFFER: usize = 7_200;

/// The rate of the loudspeaker.
pub const RATE: Rate = Rate::Hz24000;

/// For how many of the last blocks the places are remembered. They must cover the two blocks that
/// wait for the loudspeaker, and those that are played while 80 ms of the microphone's sound wait.
const PLACES: usize = 16;

/// The path of the sound to the loudspeaker: puts blocks at their places, applies the volume, and
/// knows which place the loudspeaker has reached.
pub struct Player<'a> {
    queue: &'a mut PlaybackQueue<BUFFER>,
    /// The volume's factor, of 10000.
    volume: i32,
    /// The place at which each of the last blocks begins, by its number.
    places: [u32; PLACES],
    made: u32,
}

impl<'a> Player<'a> {
    /// Plays the sound in `queue`, at full volume until it is changed.
    pub fn new(queue: &'a mut PlaybackQueue<BUFFER>) -> Self {
        Self { queue, volume: 10_000, places: [0; PLACES], made: 0 }
    }

    /// A new session: the next sound's place is 0.
    pub fn clear(&mut self) {
        self.queue.clear();
        self.places = [0; PLACES];
    }

    /// Takes sound from the host.
    pub fn push(&mut self, playback: &Playback<'_>) {
        self.queue.push(playback);
    }

    /// Stops the sound on the host's order.
    pub fn stop(&mut self, stop: Stop) {
        self.queue.stop(stop);
    }

    /// Sets the volume in percent. The factor is squared, because hearing is logarithmic: half is
    /// then about half as loud.
    pub fn set_volume(&mut self, percent: u8) {
        let percent = i32::from(percent.min(100));
        self.volume = percent * percent;
    }

    /// Keeps the loudspeaker's queue full, with silence if there is no sound.
    #[inline(never)]
    pub fn feed(&mut self, sound: &mut Sound<'_>) {
        while sound.wants_sound() {
            if let Some(place) = self.places.get_mut(self.made as usize % PLACES) {
                *place = self.queue.played();
            }
            self.made = self.made.wrapping_add(1);
            let mut block = [0; PLAYED_BLOCK];
            self.queue.take(&mut block);
            for sample in &mut block {
                *sample = (i32::from(*sample) * self.volume / 10_000) as i16;
            }
            sound.play(block);
        }
    }

    /// The place that the loudspeaker had reached when it had taken this many blocks.
    pub fn place(&self, turned: u32) -> u32 {
        if turned == self.made {
            return self.queue.played();
        }
        self.places.get(turned as usize % PLACES).copied().unwrap_or_default()
    }

    /// Blocks of the link for which there is room.
    pub fn free(&self) -> u16 {
        self.queue.free(RATE.block())
    }

    /// How often the buffer ran dry.
    pub fn dry(&self) -> u32 {
        self.queue.dry()
    }

    /// The smallest level of the buffer since the last call.
    pub fn take_low_water(&mut self) -> u16 {
        self.queue.take_low_water()
    }
}
