//! Convolution with a long response, block by block.

use fft_convolver::{FFTConvolverError, TwoStageFFTConvolver};

/// Samples that are processed at once, which is also the delay of the output. At 16 kHz that is 4
/// ms, and a response of 2 s costs about a hundredth of one core.
pub const BLOCK: usize = 64;

/// The length of the response's partitions after the first two, which have the length of a block.
/// Of 256 to 2,048 samples this one costs least with responses of 0.5 to 2 s, those of rooms.
const TAIL_BLOCK: usize = 512;

/// A streaming convolution. It computes only whole blocks, so the output does not depend, to the
/// bit, on how the input is divided.
#[derive(Debug)]
pub struct Convolver {
    convolver: TwoStageFFTConvolver<f32>,
    /// The block that is being filled.
    input: [f32; BLOCK],
    filled: usize,
    output: [f32; BLOCK],
}

impl Convolver {
    /// A convolution with `response`, after silence. An empty response gives silence.
    ///
    /// # Errors
    /// If the response cannot be transformed.
    pub fn new(response: &[f32]) -> Result<Self, FFTConvolverError> {
        let mut convolver = TwoStageFFTConvolver::default();
        convolver.init(BLOCK, TAIL_BLOCK, response)?;
        Ok(Self { convolver, input: [0.0; BLOCK], filled: 0, output: [0.0; BLOCK] })
    }

    /// Takes the next samples and appends the output of the blocks they complete.
    pub fn push(&mut self, mut samples: &[f32], output: &mut impl Extend<f32>) {
        while !samples.is_empty() {
            let (now, later) = samples.split_at((BLOCK - self.filled).min(samples.len()));
            self.input[self.filled..][..now.len()].copy_from_slice(now);
            self.filled += now.len();
            samples = later;
            if self.filled == BLOCK {
                self.filled = 0;
                // Only sound that is not finite is refused.
                if self.convolver.process(&self.input, &mut self.output).is_err() {
                    self.output.fill(0.0);
                }
                output.extend(self.output);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise(length: usize, seed: u32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let step = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..length).map(step).collect()
    }

    /// The definition.
    fn direct(samples: &[f32], response: &[f32]) -> Vec<f32> {
        (0..samples.len())
            .map(|n| {
                let terms = response.iter().take(n + 1).enumerate();
                terms.map(|(k, h)| f64::from(*h) * f64::from(samples[n - k])).sum::<f64>() as f32
            })
            .collect()
    }

    #[test]
    fn the_output_for_an_impulse_is_the_response() {
        let response = noise(1_000, 1);
        let mut impulse = vec![0.0; 2_048];
        impulse[100] = 1.0;
        let mut output = Vec::new();
        Convolver::new(&response).unwrap().push(&impulse, &mut output);
        assert!(output[..100].iter().all(|x| x.abs() < 1e-5));
        for (n, expected) in response.iter().enumerate() {
            assert!((output[100 + n] - expected).abs() < 1e-4, "at {n}");
        }
        assert!(output[1_100..].iter().all(|x| x.abs() < 1e-4));
    }

    #[test]
    fn an_empty_response_is_silence() {
        let mut output = Vec::new();
        Convolver::new(&[]).unwrap().push(&[1.0; 130], &mut output);
        assert_eq!(output, [0.0; 128]);
    }

    #[test]
    fn sound_that_is_not_finite_is_silent_and_soon_over() {
        let response = noise(2_000, 1);
        let mut convolver = Convolver::new(&response).unwrap();
        let mut output = Vec::new();
        convolver.push(&noise(1_000, 2), &mut output);
        output.clear();
        convolver.push(&[f32::NAN; 200], &mut output);
        assert!(output.iter().all(|x| x.is_finite()));
        output.clear();
        convolver.push(&noise(4_000, 3), &mut output);
        assert!(output[BLOCK..].iter().all(|x| x.is_finite() && *x != 0.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn any_chunks_give_the_convolution(
            response in 1_usize..1_500,
            chunks in proptest::collection::vec(0_usize..600, 1..12),
        ) {
            let response = noise(response, 7);
            let samples = noise(chunks.iter().sum(), 3);
            let (mut streamed, mut whole) = (Vec::new(), Vec::new());
            let mut convolver = Convolver::new(&response).unwrap();
            let mut at = 0;
            for chunk in chunks {
                convolver.push(&samples[at..at + chunk], &mut streamed);
                at += chunk;
                // NaN where the input was consumed or is not filled yet, so that any use of it
                // shows.
                convolver.input[convolver.filled..].fill(f32::NAN);
                convolver.output.fill(f32::NAN);
                prop_assert_eq!(streamed.len(), at / BLOCK * BLOCK);
            }
            Convolver::new(&response).unwrap().push(&samples, &mut whole);
            prop_assert_eq!(&streamed, &whole);
            for (n, (got, expected)) in whole.iter().zip(direct(&samples, &response)).enumerate() {
                prop_assert!((got - expected).abs() < 1e-3, "{} for {} at {}", got, expected, n);
            }
        }
    }
}
