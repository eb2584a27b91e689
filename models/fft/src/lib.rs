//! Plans for Fourier transforms of real samples, and convolution with them.
//!
//! realfft's planner is generic over the sample type: each crate that makes a plan compiles every
//! algorithm of rustfft, which takes about 20 s. So plans are made only here.

pub mod convolver;

use std::sync::Arc;

use realfft::RealFftPlanner;
pub use realfft::{ComplexToReal, RealToComplex, num_complex};

/// From `length` samples to `length / 2 + 1` bins, not scaled.
pub fn forward(length: usize) -> Arc<dyn RealToComplex<f32>> {
    RealFftPlanner::new().plan_fft_forward(length)
}

/// From `length / 2 + 1` bins to `length` samples, not scaled: after [`forward`] they are
/// `length` times as large.
pub fn inverse(length: usize) -> Arc<dyn ComplexToReal<f32>> {
    RealFftPlanner::new().plan_fft_inverse(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_transform_gives_the_samples_back() {
        let samples = [1.0, 2.0, 4.0, 0.5, -3.0, 0.0];
        let (there, back) = (forward(samples.len()), inverse(samples.len()));
        let (mut bins, mut result) = (there.make_output_vec(), back.make_output_vec());
        assert_eq!(bins.len(), 4);
        there.process(&mut samples.clone(), &mut bins).unwrap();
        assert!((bins[0].re - 4.5).abs() < 1e-5);
        back.process(&mut bins, &mut result).unwrap();
        for (before, after) in samples.iter().zip(result) {
            assert!((before - after / 6.0).abs() < 1e-5);
        }
    }
}
