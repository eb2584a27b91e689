//! Convolution with a long response, block by block.

use std::sync::Arc;

use sayso_fft::num_complex::Complex32;
use sayso_fft::{ComplexToReal, RealToComplex};

/// Samples that are processed at once, and so the delay of the output. At 16 kHz this is 4 ms, and
/// a response of 2 s takes about a hundredth of one core.
pub const BLOCK: usize = 64;

/// The transform's length: a block and the one before it.
const WINDOW: usize = 2 * BLOCK;

/// A streaming convolution by overlap-save. The response is divided into partitions of one block
/// each. The output does not depend, to the bit, on how the input is divided.
pub struct Convolver {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// The spectra of the response's partitions, in order.
    response: Vec<Vec<Complex32>>,
    /// The spectra of the last input windows; the newest is at `newest`.
    past: Vec<Vec<Complex32>>,
    newest: usize,
    /// The previous block and the one that is being filled.
    window: [f32; WINDOW],
    filled: usize,
    time: Vec<f32>,
    sum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Convolver {
    /// A convolution with `response`; the input before the start is silence.
    pub fn new(response: &[f32]) -> Self {
        let (forward, inverse) = (sayso_fft::forward(WINDOW), sayso_fft::inverse(WINDOW));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let bins = BLOCK + 1;
        let mut convolver = Self {
            forward,
            inverse,
            response: Vec::new(),
            past: Vec::new(),
            newest: 0,
            window: [0.0; WINDOW],
            filled: 0,
            time: vec![0.0; WINDOW],
            sum: vec![Complex32::ZERO; bins],
            scratch: vec![Complex32::ZERO; scratch],
        };
        // realfft does not scale: a transform and its inverse together multiply by the length.
        let scale = 1.0 / WINDOW as f32;
        for partition in response.chunks(BLOCK) {
            convolver.time.fill(0.0);
            for (to, from) in convolver.time.iter_mut().zip(partition) {
                *to = from * scale;
            }
            let mut spectrum = vec![Complex32::ZERO; bins];
            convolver.transform(&mut spectrum);
            convolver.response.push(spectrum);
        }
        convolver.past = vec![vec![Complex32::ZERO; bins]; convolver.response.len()];
        convolver
    }

    /// Takes the next samples and appends the output of the blocks they complete.
    pub fn push(&mut self, mut samples: &[f32], output: &mut impl Extend<f32>) {
        while !samples.is_empty() {
            let n = (BLOCK - self.filled).min(samples.len());
            let at = BLOCK + self.filled;
            self.window[at..at + n].copy_from_slice(&samples[..n]);
            self.filled += n;
            samples = &samples[n..];
            if self.filled == BLOCK {
                self.filled = 0;
                self.block();
                // The first half wraps around; the second half is the block's output.
                output.extend(self.time[BLOCK..].iter().copied());
                self.window.copy_within(BLOCK.., 0);
            }
        }
    }

    /// Convolves the full window into `time`.
    fn block(&mut self) {
        let partitions = self.response.len();
        if partitions == 0 {
            self.time.fill(0.0);
            return;
        }
        self.newest = (self.newest + partitions - 1) % partitions;
        self.time.copy_from_slice(&self.window);
        let mut spectrum = std::mem::take(&mut self.past[self.newest]);
        self.transform(&mut spectrum);
        self.past[self.newest] = spectrum;
        self.sum.fill(Complex32::ZERO);
        let newest_first = self.past[self.newest..].iter().chain(&self.past[..self.newest]);
        for (response, past) in self.response.iter().zip(newest_first) {
            for ((sum, response), past) in self.sum.iter_mut().zip(response).zip(past) {
                *sum += response * past;
            }
        }
        // Real by construction, but realfft refuses the imaginary rest that rounding leaves.
        self.sum[0].im = 0.0;
        self.sum[BLOCK].im = 0.0;
        let done =
            self.inverse.process_with_scratch(&mut self.sum, &mut self.time, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers are of the transform's length");
    }

    /// The spectrum of `time`, which is overwritten.
    fn transform(&mut self, spectrum: &mut [Complex32]) {
        let done = self.forward.process_with_scratch(&mut self.time, spectrum, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers are of the transform's length");
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

    /// Convolution by its definition.
    fn direct(samples: &[f32], response: &[f32]) -> Vec<f32> {
        (0..samples.len())
            .map(|n| {
                let terms = response.iter().take(n + 1).enumerate();
                terms.map(|(k, h)| f64::from(*h) * f64::from(samples[n - k])).sum::<f64>() as f32
            })
            .collect()
    }

    #[test]
    fn an_impulse_gives_the_response() {
        let response = noise(1_000, 1);
        let mut impulse = vec![0.0; 2_048];
        impulse[100] = 1.0;
        let mut output = Vec::new();
        Convolver::new(&response).push(&impulse, &mut output);
        assert!(output[..100].iter().all(|x| x.abs() < 1e-5));
        for (n, expected) in response.iter().enumerate() {
            assert!((output[100 + n] - expected).abs() < 1e-4, "at {n}");
        }
        assert!(output[1_100..].iter().all(|x| x.abs() < 1e-4));
    }

    #[test]
    fn an_empty_response_is_silence() {
        let mut output = Vec::new();
        Convolver::new(&[]).push(&[1.0; 130], &mut output);
        assert_eq!(output, [0.0; 128]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn any_chunks_give_the_convolution(
            response in 1_usize..700,
            chunks in proptest::collection::vec(0_usize..300, 1..12),
        ) {
            let response = noise(response, 7);
            let samples = noise(chunks.iter().sum(), 3);
            let (mut streamed, mut whole) = (Vec::new(), Vec::new());
            let mut convolver = Convolver::new(&response);
            let mut at = 0;
            for chunk in chunks {
                convolver.push(&samples[at..at + chunk], &mut streamed);
                at += chunk;
                prop_assert_eq!(streamed.len(), at / BLOCK * BLOCK);
            }
            Convolver::new(&response).push(&samples, &mut whole);
            prop_assert_eq!(&streamed, &whole);
            for (n, (got, expected)) in whole.iter().zip(direct(&samples, &response)).enumerate() {
                prop_assert!((got - expected).abs() < 1e-3, "{} for {} at {}", got, expected, n);
            }
        }
    }
}
