use heapless::deque::DequeView;

use crate::Heard;

/// When sound is worth sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateConfig {
    /// How many times the power of the quiet a block needs, in quarters: 16 is 6 dB.
    pub opens_at: u32,
    /// The least mean square that counts as sound: 16-bit samples, squared.
    pub least: u32,
    /// Blocks that it stays open behind the last loud one. Longer than the pauses
    /// in what somebody says.
    pub hold: u16,
}

impl Default for GateConfig {
    fn default() -> Self {
        Self { opens_at: 16, least: 30 * 30, hold: 75 }
    }
}

/// Saves the wire while nobody speaks: lets sound through from the first block that
/// stands out of the quiet, with what came before it, so that no first syllable is
/// lost, until it has been quiet for a while.
///
/// It measures power alone, and would rather send noise than miss speech: the ear
/// of the assistant decides. As many blocks are kept as there is room for: the
/// pre-roll while it is closed, what the wire has not taken yet while it is open.
pub struct Gate<'a> {
    config: GateConfig,
    blocks: &'a mut DequeView<Heard>,
    /// Mean square of the quiet.
    floor: Option<u32>,
    /// Blocks that it stays open.
    left: u16,
    dropped: u32,
}

/// The floor falls by a quarter of the distance per block and rises by a 256th of
/// itself: 0.8 dB a second, slowly enough for the pauses between words to pull it
/// back.
const FALL: u32 = 2;
const RISE: u32 = 8;

impl<'a> Gate<'a> {
    /// A closed gate that keeps blocks in `blocks`.
    pub fn new(blocks: &'a mut DequeView<Heard>, config: GateConfig) -> Self {
        Self { config, blocks, floor: None, left: 0, dropped: 0 }
    }

    /// A block from the microphone. With `keep_open` it counts whatever is in it:
    /// the assistant hears an utterance.
    pub fn push(&mut self, block: Heard, keep_open: bool) {
        let power = power(&block.samples);
        // The first block is the first guess.
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

    /// Whether sound goes through.
    pub const fn is_open(&self) -> bool {
        self.left > 0
    }

    /// The oldest block that is to be sent, if any.
    pub fn front(&self) -> Option<&Heard> {
        if self.is_open() { self.blocks.front() } else { None }
    }

    /// The oldest block was sent.
    pub fn pop(&mut self) {
        self.blocks.pop_front();
    }

    /// Closes it and forgets what it kept.
    pub fn clear(&mut self) {
        self.blocks.clear();
        self.left = 0;
    }

    /// The microphone's clock at the oldest block that is kept: nothing from before
    /// will be sent any more.
    pub fn oldest(&self) -> Option<u32> {
        self.blocks.front().map(|block| block.at)
    }

    /// Blocks that were to be sent and that the wire did not take in time.
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
    use crate::HEARD_BLOCK;

    /// Blocks of noise, each of an amplitude, numbered by their clock.
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

    /// The blocks, by their number, that get through while the wire takes everything.
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
    fn quiet_and_steady_noise_stay_here() {
        assert_eq!(through(&[(0, 500)], false), [0usize; 0]);
        assert_eq!(through(&[(20, 500)], false), [0usize; 0]);
        assert_eq!(through(&[(800, 3_000)], false), [0usize; 0]);
    }

    #[test]
    fn speech_comes_with_what_was_before_it() {
        let sent = through(&[(40, 200), (2_000, 10), (40, 200)], false);
        // 16 blocks with the first loud one among them: 300 ms of pre-roll.
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
    fn louder_noise_is_quiet_after_a_while() {
        // A fan starts: 20 dB more. It is let through at first, and then no more.
        let sent = through(&[(50, 500), (500, 3_000)], false);
        assert!(sent.len() > 75 && *sent.last().unwrap() < 2_600, "{}", sent.len());
        // Somebody speaks over the fan.
        let sent = through(&[(50, 500), (500, 3_000), (5_000, 1)], false);
        assert_eq!(sent.last(), Some(&3_500));
    }

    #[test]
    fn it_is_kept_open_on_request() {
        assert_eq!(through(&[(0, 100)], true), (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn what_the_wire_does_not_take_is_dropped_oldest_first_and_counted() {
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
    fn the_loudest_there_is() {
        let mut kept = Deque::<_, 4>::new();
        let mut gate = Gate::new(&mut kept, GateConfig::default());
        for _ in 0..10_000 {
            gate.push(Heard { at: 0, turned: 0, samples: [i16::MIN; HEARD_BLOCK] }, false);
        }
        assert_eq!(power(&[i16::MIN; HEARD_BLOCK]), 1 << 30);
    }
}
