//! Rooms, their background noise, and random numbers: the same every time.

use std::time::Duration;

use sayso::Result;
use sayso_core::audio::Samples;

use super::data::Data;

/// The number of [`rooms`].
pub const ROOMS: usize = RESPONSES.len();

/// Measured from loudspeaker to microphone: a large room, a small one, a living room.
const RESPONSES: [&str; 3] = ["rir/sb_rir1.flac", "rir/sb_rir4.flac", "rir/ta_ir0.flac"];

/// The longest impulse response that is accepted.
const LONGEST: Duration = Duration::from_secs(10);

/// The rooms' impulse responses at 16 kHz.
///
/// # Errors
/// If the recordings are missing, or one cannot be decoded.
pub fn rooms(data: &Data) -> Result<Vec<Vec<f32>>> {
    let folder = data.folder(&RESPONSES)?;
    let read = |file| -> Result<_> {
        Ok(direct_first(sayso_audio_io::read_all(folder.join(file), LONGEST)?.samples))
    };
    RESPONSES.into_iter().map(read).collect()
}

/// The impulse response from the direct sound on, because the benchmarks set the delay.
fn direct_first(response: Vec<f32>) -> Vec<f32> {
    let peak = response.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let first = response.iter().position(|x| x.abs() > 0.02 * peak).unwrap_or(0);
    response.get(first..).unwrap_or_default().to_vec()
}

/// The highest level of a quiet room, in dBFS.
pub const QUIET: f64 = -60.0;

/// Background noise at `dbfs`, to continue a room's noise after somebody has spoken: white noise,
/// the same every time.
pub fn quiet(dbfs: f64, length: Samples) -> impl Iterator<Item = f32> {
    // Uniform noise of ±1 has an energy of a third. A recording without any silence says nothing
    // about its room.
    let amplitude = 10f64.powf(dbfs.min(QUIET) / 20.0) * 3f64.sqrt();
    let mut random = Random::new(1);
    (0..length.0).map(move |_| (amplitude * (random.unit() * 2.0 - 1.0)) as f32)
}

/// Pseudorandom numbers, the same for the same seed (xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        // Never 0, a state that the generator cannot leave.
        Self((seed ^ 0x9E37_79B9_7F4A_7C15).max(1))
    }

    /// From 0 to 1, 1 excluded.
    pub fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_room_begins_with_the_direct_sound() {
        let rooms = rooms(&Data::new(&[])).expect("the rooms of tests/data");
        assert_eq!(rooms.len(), ROOMS);
        for room in rooms {
            let peak = room.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!(room.first().is_some_and(|first| first.abs() > 0.02 * peak));
        }
    }

    #[test]
    fn the_noise_has_the_requested_level() {
        for (asked, is) in [(-72.0, -72.0), (-20.0, QUIET)] {
            let noise: Vec<f32> = quiet(asked, Samples(16_000)).collect();
            let rms = (noise.iter().map(|s| s * s).sum::<f32>() / 16_000.0).sqrt();
            assert!((20.0 * f64::from(rms.log10()) - is).abs() < 0.2, "{asked}: {rms}");
            assert_eq!(noise, quiet(asked, Samples(16_000)).collect::<Vec<_>>());
        }
    }
}
