//! Whisper's log-mel features of the last 8 s, normalised to mean 0 and variance 1
//! (`WhisperFeatureExtractor(chunk_length=8)` with `do_normalize`). There is a frame every 10 ms, of
//! 25 ms under a Hann window. It has 80 mel bands, as decimal logarithms that are cut at 8 below the
//! loudest.

use std::f64::consts::TAU;
use std::sync::Arc;

use sayso_fft::RealToComplex;
use sayso_fft::num_complex::Complex32;

use crate::mel;

/// Mel bands.
pub(super) const MELS: usize = 80;
/// Frames of 10 ms.
pub(super) const FRAMES: usize = 800;

const HOP: usize = 160;
const WINDOW: usize = 400;
/// A frame is centred: half of it is before its time.
const HALF: usize = WINDOW / 2;
const SAMPLES: usize = FRAMES * HOP;
/// Added to the variance before the root.
const EPSILON: f64 = 1e-7;
/// The smallest energy of a band.
const FLOOR: f32 = 1e-10;

/// The transform, its window and filters, and buffers.
pub(super) struct LogMel {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// For each band, its first bin and the weights from there on.
    bands: Vec<(usize, Vec<f32>)>,
    /// The 8 s with half a window mirrored at both ends.
    samples: Vec<f32>,
    time: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    out: Vec<f32>,
}

impl LogMel {
    pub(super) fn new() -> Self {
        let fft = sayso_fft::forward(WINDOW);
        let bands = mel::filterbank(MELS)
            .chunks_exact(mel::BINS)
            .map(|row| {
                let first = row.iter().position(|w| *w > 0.0).unwrap_or(0);
                let end = row.iter().rposition(|w| *w > 0.0).map_or(first, |last| last + 1);
                (first, row[first..end].to_vec())
            })
            .collect();
        Self {
            window: (0..WINDOW)
                .map(|i| (0.5 - 0.5 * (TAU * i as f64 / WINDOW as f64).cos()) as f32)
                .collect(),
            bands,
            samples: vec![0.0; SAMPLES + 2 * HALF],
            time: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            out: vec![0.0; FRAMES * MELS],
            fft,
        }
    }

    /// The features of the last 8 s of `audio`, or of all of it after silence: [`FRAMES`] rows of
    /// [`MELS`]. Also returns how many of the first rows are silence before the audio, and so
    /// equal.
    pub(super) fn run(&mut self, audio: &[f32]) -> (&[f32], usize) {
        let audio = &audio[audio.len().saturating_sub(SAMPLES)..];
        let start = SAMPLES - audio.len();
        self.fill(audio);
        // Frame f sees the samples from f · HOP − HALF to f · HOP + HALF.
        let alike = if start < HALF { 0 } else { ((start - HALF) / HOP + 1).min(FRAMES) };
        let first = alike.saturating_sub(1);
        for frame in first..FRAMES {
            self.frame(frame);
        }
        let (before, rest) = self.out.split_at_mut(first * MELS);
        before.chunks_exact_mut(MELS).for_each(|row| row.copy_from_slice(&rest[..MELS]));
        let loudest = self.out.iter().copied().fold(f32::MIN, f32::max);
        for v in &mut self.out {
            *v = (v.max(loudest - 8.0) + 4.0) / 4.0;
        }
        (&self.out, alike)
    }

    /// Overwrites the sound with zeros.
    pub(super) fn wipe(&mut self) {
        for buffer in [&mut self.samples, &mut self.time, &mut self.out] {
            buffer.fill(0.0);
        }
        for buffer in [&mut self.spectrum, &mut self.scratch] {
            buffer.fill(Complex32::default());
        }
    }

    /// Puts the audio at the end of the 8 s, normalises all of it to mean 0 and variance 1, and
    /// mirrors the ends.
    fn fill(&mut self, audio: &[f32]) {
        let (before, rest) = self.samples.split_at_mut(HALF + SAMPLES - audio.len());
        // One broken sample would otherwise spoil all of it.
        for (to, from) in rest.iter_mut().zip(audio) {
            *to = if from.is_finite() { from.clamp(-1.0, 1.0) } else { 0.0 };
        }
        let audio = &mut rest[..audio.len()];
        let sum = |f: &dyn Fn(f64) -> f64| audio.iter().map(|v| f(f64::from(*v))).sum::<f64>();
        let mean = sum(&|v| v) / SAMPLES as f64;
        let silent = (SAMPLES - audio.len()) as f64;
        let squares = sum(&|v| (v - mean) * (v - mean)) + silent * mean * mean;
        let scale = 1.0 / (squares / SAMPLES as f64 + EPSILON).sqrt();
        let normalised = |v: f32| ((f64::from(v) - mean) * scale) as f32;
        before.fill(normalised(0.0));
        audio.iter_mut().for_each(|v| *v = normalised(*v));
        let (first, last) = (HALF, HALF + SAMPLES - 1);
        for i in 1..=HALF {
            self.samples[first - i] = self.samples[first + i];
            // The last frame ends one hop before the mirrored half.
            if last + i < self.samples.len() {
                self.samples[last + i] = self.samples[last - i];
            }
        }
    }

    /// Decimal logarithms of one frame's band energies.
    fn frame(&mut self, frame: usize) {
        for (t, (x, w)) in
            self.time.iter_mut().zip(self.samples[frame * HOP..].iter().zip(&self.window))
        {
            *t = x * w;
        }
        let done =
            self.fft.process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch);
        debug_assert!(done.is_ok(), "the buffers have the transform's own lengths");
        let row = &mut self.out[frame * MELS..][..MELS];
        for (out, (first, weights)) in row.iter_mut().zip(&self.bands) {
            let energy: f32 =
                self.spectrum[*first..].iter().zip(weights).map(|(c, w)| c.norm_sqr() * w).sum();
            *out = energy.max(FLOOR).log10();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows that are reported as equal are equal, and have the values that they would have if
    /// computed.
    #[test]
    fn silence_before_the_audio_is_computed_only_once() {
        let mut mel = LogMel::new();
        for seconds in [0.0, 0.00001, 0.5, 3.3, 7.98, 7.99, 8.0, 9.0] {
            let audio: Vec<f32> = (0..(seconds * 16_000.0) as usize)
                .map(|i| ((i * i % 1009) as f32 / 1009.0 - 0.5) * 0.3 + 0.01)
                .collect();
            // NaN replaces everything that is left of the run before, so that its use shows.
            for buffer in [&mut mel.samples, &mut mel.time, &mut mel.out] {
                buffer.fill(f32::NAN);
            }
            for buffer in [&mut mel.spectrum, &mut mel.scratch] {
                buffer.fill(Complex32::new(f32::NAN, f32::NAN));
            }
            let (rows, alike) = mel.run(&audio);
            let rows = rows.to_vec();
            assert!(rows.iter().all(|v| v.is_finite()), "{seconds} s");
            let before = SAMPLES.saturating_sub(audio.len());
            assert!(alike * HOP <= before + HOP && alike * HOP + HALF + HOP > before, "{alike}");
            for frame in 0..FRAMES {
                mel.frame(frame);
            }
            let loudest = mel.out.iter().copied().fold(f32::MIN, f32::max);
            for (i, (a, b)) in rows.iter().zip(&mel.out).enumerate() {
                let b = (b.max(loudest - 8.0) + 4.0) / 4.0;
                assert!((a - b).abs() < 1e-4, "{seconds} s, frame {}: {a} {b}", i / MELS);
            }
        }
    }
}
