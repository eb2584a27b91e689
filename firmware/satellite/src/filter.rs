/// The gain of the microphone.
///
/// A MEMS microphone such as the INMP441 gives -26 dB of full scale at 94 dB SPL, so speech at
/// arm's length (60 to 65 dB SPL) is at about -57 dB. With 24 dB it is at the level of sound
/// cards, and 96 dB SPL do not clip yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gain(u16);

impl Gain {
    /// No gain.
    pub const UNITY: Self = Self(1 << Self::FRACTION);
    /// Approximately 24 dB: times 16.
    pub const DEFAULT: Self = Self(16 << Self::FRACTION);

    const FRACTION: u32 = 8;

    /// A gain in 256ths: 256 is no gain, 512 is 6 dB.
    pub const fn from_256ths(factor: u16) -> Self {
        Self(factor)
    }
}

impl Default for Gain {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Processes every sample of the microphone: removes the constant part, applies the gain, and cuts
/// to 16 bits.
#[derive(Clone, Debug)]
pub struct Filter {
    gain: Gain,
    /// The constant part of the 24-bit samples, times 2^[`SLOWNESS`].
    dc: i32,
    clipped: u32,
}

/// One-pole high pass: the constant part follows the signal by a 128th of the
/// distance per sample, which at 16 kHz cuts below 20 Hz.
const SLOWNESS: u32 = 7;

impl Filter {
    /// A filter in silence.
    pub const fn new(gain: Gain) -> Self {
        Self { gain, dc: 0, clipped: 0 }
    }

    /// Processes one sample: 32 bits in, of which the upper 24 count, 16 bits out.
    pub fn push(&mut self, slot: i32) -> i16 {
        let sample = slot >> 8;
        let sound = sample - (self.dc >> SLOWNESS);
        self.dc += sound;
        // From 24 bits to 16, and the gain's fraction.
        let louder = (i64::from(sound) * i64::from(self.gain.0)) >> (8 + Gain::FRACTION);
        match i16::try_from(louder) {
            Ok(sample) => sample,
            Err(_) => {
                self.clipped = self.clipped.wrapping_add(1);
                if louder < 0 { i16::MIN } else { i16::MAX }
            }
        }
    }

    /// Samples that were too loud and were clipped.
    pub const fn clipped(&self) -> u32 {
        self.clipped
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    /// A tone of `hz` and `amplitude` (of 16 bits) on top of a constant, in 32-bit slots.
    fn tone(hz: f64, amplitude: f64, constant: f64) -> impl Iterator<Item = i32> {
        (0..16_000).map(move |n| {
            let sample = amplitude * (TAU * hz * f64::from(n) / 16_000.0).sin() + constant;
            (sample * 65_536.0) as i32
        })
    }

    /// Power of the output after the first half second, relative to the input, in dB.
    fn gain_db(gain: Gain, hz: f64, amplitude: f64, constant: f64) -> f64 {
        let mut filter = Filter::new(gain);
        let out: Vec<f64> =
            tone(hz, amplitude, constant).map(|slot| f64::from(filter.push(slot))).collect();
        let power = out[8_000..].iter().map(|x| x * x).sum::<f64>() / 8_000.0;
        10.0 * (power / (amplitude * amplitude / 2.0)).log10()
    }

    #[test]
    fn speech_passes_and_a_constant_does_not() {
        for hz in [100.0, 300.0, 1_000.0, 7_000.0] {
            let db = gain_db(Gain::UNITY, hz, 3_000.0, 9_000.0);
            assert!(db.abs() < 0.3, "{hz} Hz: {db} dB");
        }
        assert!(gain_db(Gain::UNITY, 4.0, 3_000.0, 0.0) < -12.0);
        let mut filter = Filter::new(Gain::DEFAULT);
        let last = tone(1_000.0, 0.0, 12_345.0).map(|slot| filter.push(slot)).last();
        assert_eq!(last, Some(0));
    }

    #[test]
    fn quiet_speech_is_made_louder_from_all_its_24_bits() {
        let db = gain_db(Gain::DEFAULT, 500.0, 10.0, -300.0);
        assert!((db - 24.08).abs() < 0.3, "{db} dB");
    }

    #[test]
    fn samples_that_are_too_loud_are_clipped_and_counted() {
        let mut filter = Filter::new(Gain::DEFAULT);
        let out: Vec<i16> = tone(500.0, 20_000.0, 0.0).map(|slot| filter.push(slot)).collect();
        assert!(out.contains(&i16::MAX) && out.contains(&i16::MIN));
        let at_the_rails = out.iter().filter(|&&x| x == i16::MAX || x == i16::MIN).count();
        assert_eq!(filter.clipped() as usize, at_the_rails);
    }

    proptest! {
        /// No input slots, however extreme, overflow: the result is the one computed in 64 bits.
        #[test]
        fn any_slots(slots in prop::collection::vec(
            prop_oneof![any::<i32>(), Just(i32::MIN), Just(i32::MAX)], 0..4_000,
        ), gain: u16) {
            let mut filter = Filter::new(Gain::from_256ths(gain));
            let (mut dc, mut clipped) = (0_i64, 0);
            for slot in slots {
                let sound = (i64::from(slot) >> 8) - (dc >> SLOWNESS);
                dc += sound;
                let louder = (sound * i64::from(gain)) >> 16;
                let due = louder.clamp(i16::MIN.into(), i16::MAX.into());
                clipped += u32::from(due != louder);
                prop_assert_eq!(i64::from(filter.push(slot)), due);
            }
            prop_assert_eq!(filter.clipped(), clipped);
        }
    }
}
