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
