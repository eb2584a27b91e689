//! Noise suppression and gain control; both are optional.

use sonora::config::{AdaptiveDigital, GainController2, NoiseSuppression, NoiseSuppressionLevel};
use sonora::{AudioProcessing, Config, StreamConfig};

/// What the library processes at once: 10 ms at 16 kHz.
const BLOCK: usize = 160;

/// The delay from input to output, in samples (10 ms).
pub const DELAY: usize = BLOCK;

/// WebRTC's noise suppressor and digital gain control (AGC2).
pub struct NoiseSuppressor {
    processing: AudioProcessing,
    next: [f32; BLOCK],
    ready: [f32; BLOCK],
    filled: usize,
}

impl NoiseSuppressor {
    /// The parts that are enabled; `None` if there are none.
    pub fn new(noise_suppression: bool, gain_control: bool) -> Option<Self> {
        if !noise_suppression && !gain_control {
            return None;
        }
        let config = Config {
            noise_suppression: noise_suppression.then(|| NoiseSuppression {
                level: NoiseSuppressionLevel::Moderate,
                ..NoiseSuppression::default()
            }),
            gain_controller2: gain_control.then(|| GainController2 {
                adaptive_digital: Some(AdaptiveDigital::default()),
                ..GainController2::default()
            }),
            ..Config::default()
        };
        let stream = StreamConfig::new(16_000, 1);
        let processing = AudioProcessing::builder()
            .config(config)
            .capture_config(stream)
            .render_config(stream)
            .build();
        Some(Self { processing, next: [0.0; BLOCK], ready: [0.0; BLOCK], filled: 0 })
    }

    /// Cleans `heard` (16 kHz mono, any length) in place, [`DELAY`] samples late.
    pub fn process(&mut self, heard: &mut [f32]) {
        for sample in heard {
            self.next[self.filled] = *sample;
            *sample = self.ready[self.filled];
            self.filled += 1;
            if self.filled == BLOCK {
                self.filled = 0;
                let done =
                    self.processing.process_capture_f32(&[&self.next], &mut [&mut self.ready]);
                if done.is_err() {
                    self.ready = self.next;
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    /// A tone that comes and goes in noise.
    fn sound() -> Vec<f32> {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let tone =
            |n: usize| if (n / 4_000).is_multiple_of(2) { (n as f32 * 0.2).sin() } else { 0.0 };
        (0..20_000).map(|n| 0.2 * tone(n) + 0.05 * noise()).collect()
    }

    #[test]
    fn any_chunking_gives_the_same() {
        for (noise, gain) in [(true, false), (false, true), (true, true)] {
            let new = || NoiseSuppressor::new(noise, gain).expect("something is asked for");
            let mut whole = sound();
            new().process(&mut whole);
            assert!(whole[DELAY..] != sound()[..whole.len() - DELAY]);
            for piece in [1, 159, 160, 700] {
                let (mut suppressor, mut pieces) = (new(), sound());
                for chunk in pieces.chunks_mut(piece) {
                    suppressor.process(chunk);
                    // NaN replaces what is not filled yet or was handed out, so that its use shows.
                    suppressor.next[suppressor.filled..].fill(f32::NAN);
                    suppressor.ready[..suppressor.filled].fill(f32::NAN);
                }
                assert!(pieces == whole, "in pieces of {piece}");
            }
        }
    }
}
