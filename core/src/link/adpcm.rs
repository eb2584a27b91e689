//! IMA ADPCM: 16-bit samples in 4 bits each.
//!
//! The algorithm and both tables are those of the IMA Digital Audio Focus and
//! Technical Working Group's *Recommended Practices for Enhancing Digital Audio
//! Compatibility in Multimedia Systems*, revision 3.00, 1992.

const STEPS: [u16; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66,
    73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449,
    494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272,
    2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493,
    10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
];

const INDEX: [i8; 8] = [-1, -1, -1, -1, 2, 4, 6, 8];

/// The highest index into the table of steps.
pub const MAX_INDEX: u8 = 88;

/// The state from which the next sample is predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdpcmState {
    pub predictor: i16,
    pub index: u8,
}

impl AdpcmState {
    /// The four bits for `sample`.
    pub fn encode(&mut self, sample: i16) -> u8 {
        let difference = i32::from(sample) - i32::from(self.predictor);
        let mut nibble = if difference < 0 { 8 } else { 0 };
        let mut left = difference.abs();
        let mut step = i32::from(self.step());
        for bit in [4, 2, 1] {
            if left >= step {
                nibble |= bit;
                left -= step;
            }
            step >>= 1;
        }
        self.decode(nibble);
        nibble
    }

    /// The sample for four bits; the upper four are ignored.
    pub fn decode(&mut self, nibble: u8) -> i16 {
        let step = i32::from(self.step());
        let mut change = step >> 3;
        for (bit, part) in [(4, step), (2, step >> 1), (1, step >> 2)] {
            if nibble & bit != 0 {
                change += part;
            }
        }
        if nibble & 8 != 0 {
            change = -change;
        }
        let sample = i32::from(self.predictor) + change;
        self.predictor = sample.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        let moved = i16::from(self.index) + i16::from(INDEX[usize::from(nibble & 7)]);
        self.index = moved.clamp(0, MAX_INDEX.into()) as u8;
        self.predictor
    }

    fn step(self) -> u16 {
        STEPS[usize::from(self.index.min(MAX_INDEX))]
    }
}
