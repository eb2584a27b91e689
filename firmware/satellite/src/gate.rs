use heapless::deque::DequeView;

use crate::{HEARD_BLOCK, Heard};

/// When sound is worth sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateConfig {
    /// The power that a block must have, in quarters of the background's power: 16 is 6 dB.
    pub opens_at: u32,
    /// The smallest mean square that counts as sound: 16-bit samples, squared.
    pub least: u32,
    /// How many blocks it stays open after the last loud one. Longer than the pauses within
    /// speech.
    pub hold: u16,
}

impl Default for GateConfig {
    fn default() -> Self {
        Self { opens_at: 16, least: 30 * 30, hold: 75 }
    }
}

/// Saves the wire while nobody speaks. It passes sound from the first block that is louder than
/// the background, together with the sound before it, so that no first syllable is lost, until it
/// was quiet for a while.
///
/// It measures only power, and sends noise rather than miss speech: the assistant's front end
/// decides. It keeps as many blocks as there is room for: the pre-roll while it is closed, what
/// the wire has not taken yet while it is open.
pub struct Gate<'a> {
    config: GateConfig,
    blocks: &'a mut DequeView<Heard>,
    /// Mean square of the background.
    floor: Option<u32>,
    /// How many more blocks it stays open.
    left: u16,
    dropped: u32,
}

/// The floor falls by a quarter of the distance per block and rises by a 256th of itself: 0.8 dB a
/// second, which is so slow that the pauses between words pull it back.
const FALL: u32 = 2;
const RISE: u32 = 8;

impl<'a> Gate<'a> {
    /// A closed gate that keeps blocks in `blocks`.
    pub fn new(blocks: &'a mut DequeView<Heard>, config: GateConfig) -> Self {
        Self { config, blocks, floor: None, left: 0, dropped: 0 }
    }

    /// Takes a block from the microphone. With `keep_open` it counts as loud whatever is in it,
    /// because the assistant hears an utterance.
    pub fn push(&mut self, block: Heard, keep_open: bool) {
        let power = power(&block.samples);
        // The first block is the first estimate.
        let floor = self.floor.unwrap_or(power);
        let loud = power > self.config.least
            && u64::from(power) * 4 > u64::from(floor) * u64::from(self.config.opens_at);
        self.floor = Some(if power < floor {
            floor - ((floor - power) >> FALL)
        } else {
            floor.saturating_add((floor >> RISE) + 1)
        });
        let open = self.is_open();
        self.left = if loud || keep_open { self.config.hold } else { self.left.saturating_sub(1) };
        if self.blocks.is_full() {
            self.blocks.pop_front();
            if open {
                self.dropped = self.dropped.wrapping_add(1);
            }
        }
        // There is room now.
        let _ = self.blocks.push_back(block);
    }

    /// Opens it for the sound from `at` on, by the microphone's clock. Older sound is forgotten.
    pub fn open_from(&mut self, at: u32) {
        let before = |block: &Heard| at.wrapping_sub(block.at).cast_signed() >= HEARD_BLOCK as i32;
        while self.blocks.front().is_some_and(before) {
            self.blocks.pop_front();
        }
        self.left = self.config.hold;
    }

    /// Closes it. What it keeps may still be sent when it opens.
    pub fn close(&mut self) {
        self.left = 0;
    }

    /// Whether sound passes.
    pub const fn is_open(&self) -> bool {
        self.left > 0
    }

    /// The oldest block that is to be sent, if any.
    pub fn front(&self) -> Option<&Heard> {
        if self.is_open() { self.blocks.front() } else { None }
    }

    /// Removes the oldest block after it was sent.
    pub fn pop(&mut self) {
        self.blocks.pop_front();
    }

    /// Closes it and forgets what it kept.
    pub fn clear(&mut self) {
        self.blocks.clear();
        self.left = 0;
    }

    /// The microphone's clock at the oldest block that is kept: no earlier sound will be sent.
    pub fn oldest(&self) -> Option<u32> {
        self.blocks.front().map(|block| block.at)
    }

    /// Blocks that should have been sent and that the wire did not take in time.
    pub const fn dropped(&self) -> u32 {
        self.dropped
    }
}

/// Mean square.
fn power(samples: &[i16]) -> u32 {
    let sum: u64 = samples.iter().map(|&x| u64::from(x.unsigned_abs()).pow(2)).sum();
    (sum / samples.len().max(1) as u64) as u32
}

#[cfg(test)]
mod tests {
    use heapless::Deque;

    use super::*;

    /// Blocks of noise with these amplitudes, numbered by their clock.
    fn blocks(amplitudes: &[(u32, usize)]) -> Vec<Heard> {
        let mut seed = 1u32;
        let mut at = 0;
        let mut all = Vec::new();
        for &(amplitude, count) in amplitudes {
            for _ in 0..count {
                let samples = [(); HEARD_BLOCK].map(|()| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    ((seed >> 16) as i32 % (2 * amplitude + 1) as i32 - amplitude as i32) as i16
                });
                all.push(Heard { at, turned: 0, samples });
                at += HEARD_BLOCK as u32;
            }
        }
        all
    }

    /// The numbers of the blocks that pass while the wire takes everything.
    fn through(amplitudes: &[(u32, usize)], keep_open: bool) -> Vec<usize> {
        let mut kept = Deque::<_, 16>::new();
        let mut gate = Gate::new(&mut kept, GateConfig::default());
        let mut sent = Vec::new();
        for block in blocks(amplitudes) {
            gate.push(block, keep_open);
            while let Some(block) = gate.front() {
                sent.push(block.at as usize / HEARD_BLOCK);
                gate.pop();
            }
        }
        assert_eq!(gate.dropped(), 0);
        sent
    }

    #[test]
    fn quiet_and_steady_noise_are_not_sent() {
        assert_eq!(through(&[(0, 500)], false), [0usize; 0]);
        assert_eq!(through(&[(20, 500)], false), [0usize; 0]);
        assert_eq!(through(&[(800, 3_000)], false), [0usize; 0]);
    }

    #[test]
    fn speech_is_sent_with_the_sound_before_it() {
        let sent = through(&[(40, 200), (2_000, 10), (40, 200)], false);
        // 16 blocks including the first loud one: 300 ms of pre-roll.
        let expected: Vec<usize> = (185..209 + 75).collect();
        assert_eq!(sent, expected);
    }

    #[test]
    fn pauses_within_speech_are_sent() {
        let speech = [(40, 100), (2_000, 10), (40, 70), (2_000, 10), (40, 70), (2_000, 10)];
        assert_eq!(through(&speech, false), (85..270).collect::<Vec<_>>());
    }

    #[test]
    fn long_speech_does_not_close_it() {
        // Ten seconds of words with gaps of 60 ms between them.
        let words = [(2_000, 12), (60, 3)].repeat(33);
        let sent = through(&[&[(40, 100)], &words[..]].concat(), false);
        assert_eq!(sent, (85..595).collect::<Vec<_>>());
    }

    #[test]
    fn louder_noise_counts_as_background_after_a_while() {
        // A fan starts: 20 dB more. It passes at first, and then no more.
        let sent = through(&[(50, 500), (500, 3_000)], false);
        assert!(sent.len() > 75 && *sent.last().unwrap() < 2_600, "{}", sent.len());
        // Somebody speaks over the fan.
        let sent = through(&[(50, 500), (500, 3_000), (5_000, 1)], false);
        assert_eq!(sent.last(), Some(&3_500));
    }

    #[test]
    fn it_opens_at_a_time_and_closes_on_request() {
        let mut kept = Deque::<_, 16>::new();
        let mut gate = Gate::new(&mut kept, GateConfig::default());
        // The clock wraps in between.
        let start = u32::MAX - 5 * HEARD_BLOCK as u32 + 1;
        let block = |n: u32| Heard {
            at: start.wrapping_add(n * HEARD_BLOCK as u32),
            turned: 0,
            samples: [0; HEARD_BLOCK],
        };
        for n in 0..16 {
            gate.push(block(n), false);
        }
        assert!(gate.front().is_none());
        // Within the seventh block.
        gate.open_from(start.wrapping_add(7 * HEARD_BLOCK as u32 - 1));
        assert_eq!(gate.front().map(|front| front.at), Some(block(6).at));
        gate.close();
        assert!(gate.front().is_none());
        gate.push(block(16), true);
        assert_eq!(gate.front().map(|front| front.at), Some(block(6).at));
    }

    #[test]
    fn it_stays_open_on_request() {
        assert_eq!(through(&[(0, 100)], true), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn blocks_that_the_wire_does_not_take_are_dropped_oldest_first_and_counted() {
        let mut kept = Deque::<_, 4>::new();
        let mut gate = Gate::new(&mut kept, GateConfig::default());
        for block in blocks(&[(2_000, 10)]) {
            gate.push(block, true);
        }
        assert_eq!(gate.front().map(|block| block.at as usize / HEARD_BLOCK), Some(6));
        assert_eq!(gate.dropped(), 6);
        gate.clear();
        assert!(gate.front().is_none() && !gate.is_open());
    }

    #[test]
    fn the_loudest_possible_sound_does_not_overflow() {
        let mut kept = Deque::<_, 4>::new();
        let mut gate = Gate::new(&mut kept, GateConfig::default());
        for _ in 0..10_000 {
            gate.push(Heard { at: 0, turned: 0, samples: [i16::MIN; HEARD_BLOCK] }, false);
        }
        assert_eq!(power(&[i16::MIN; HEARD_BLOCK]), 1 << 30);
    }
}
