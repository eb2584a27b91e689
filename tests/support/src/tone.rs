//! Tones in a sound.

use std::f32::consts::TAU;

/// The amplitude of a tone of this frequency in a sound of this rate, both in Hz: one bin of its
/// Fourier transform.
pub fn amplitude(sound: &[f32], rate: u32, frequency: f32) -> f32 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in sound.iter().enumerate() {
        let angle = TAU * frequency / rate as f32 * n as f32;
        re += sample * angle.cos();
        im += sample * angle.sin();
    }
    2.0 * re.hypot(im) / sound.len() as f32
}

#[test]
fn a_tone_is_measured_and_another_is_not() {
    let tone: Vec<f32> =
        (0..16_000).map(|n| 0.5 * (TAU * 440.0 / 16_000.0 * n as f32).sin()).collect();
    assert!((amplitude(&tone, 16_000, 440.0) - 0.5).abs() < 0.01);
    assert!(amplitude(&tone, 16_000, 1_000.0) < 0.01);
}
