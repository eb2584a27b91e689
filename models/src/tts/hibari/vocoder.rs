//! Turns the network's spectra into sound, by one inverse short-time Fourier transform of a sum. The
//! sum consists of a pulse train at the predicted pitch, shaped by the harmonic part, of shaped
//! noise, and of a part with free phase. Hann windows of 50 ms (1200 samples) follow every 12.5 ms
//! (300), at 24 kHz.
//!
//! The filter belongs to the model, so its constants are the model's too (hibari-tts 0.2.1,
//! Apache-2.0).

use std::f32::consts::PI;
use std::f64::consts::TAU;
use std::sync::Arc;

use sayso_fft::num_complex::Complex32;
use sayso_fft::{ComplexToReal, RealToComplex};

use super::net::BINS;
use crate::nn::math;

/// Samples per second of the voice.
pub(super) const RATE: u32 = 24_000;
/// Samples per decoder frame.
pub(super) const HOP: usize = 300;
const WINDOW: usize = 1200;
const HALF: usize = WINDOW / 2;
/// Below this pitch a frame has no pulses, in Hz.
const VOICED: f32 = 40.0;
/// The pulse train has no harmonic above this, in Hz.
const HIGHEST: f32 = 11_000.0;
/// Log magnitudes above this are cut, so that no spectrum grows without a limit.
const LOUDEST: f32 = 7.0;
/// The sum of the four squared, overlapping Hann windows at any sample.
const OVERLAP: f32 = 1.5;

/// Transforms, windows and buffers, shared by all clauses.
pub(super) struct Vocoder {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    time: Vec<f32>,
    spectrum: Vec<Complex32>,
    parts: Parts,
    scratch: Vec<Complex32>,
}

/// The coefficients of one frame, split into real and imaginary so that the
/// loops over them vectorise.
struct Parts {
    /// exp(magnitude) · e^{iπ·tanh θ} of the harmonic part.
    gain: [Vec<f32>; 2],
    /// The noise and free parts, added.
    rest: [Vec<f32>; 2],
    noise: [Vec<f32>; 2],
}

impl Vocoder {
    pub(super) fn new() -> Self {
        let (forward, inverse) = (sayso_fft::forward(WINDOW), sayso_fft::inverse(WINDOW));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let zeros = || [vec![0.0; BINS], vec![0.0; BINS]];
        Self {
            window: (0..WINDOW)
                .map(|i| (0.5 - 0.5 * (TAU * i as f64 / WINDOW as f64).cos()) as f32)
                .collect(),
            time: vec![0.0; WINDOW],
            spectrum: vec![Complex32::default(); BINS],
            parts: Parts { gain: zeros(), rest: zeros(), noise: zeros() },
            scratch: vec![Complex32::default(); scratch],
            forward,
            inverse,
        }
    }

    /// Overwrites the sound with zeros.
    pub(super) fn wipe(&mut self) {
        self.overwrite(0.0);
    }

    fn overwrite(&mut self, value: f32) {
        self.time.fill(value);
        let Parts { gain, rest, noise } = &mut self.parts;
        gain.iter_mut().chain(rest).chain(noise).for_each(|part| part.fill(value));
        for buffer in [&mut self.spectrum, &mut self.scratch] {
            buffer.fill(Complex32::new(value, value));
        }
    }

    /// Starts a clause with this pitch (Hz per frame). The same seed gives the same noise.
    pub(super) fn begin<'a>(&'a mut self, pitch: &'a [f32], seed: u64) -> Synthesis<'a> {
        Synthesis {
            vocoder: self,
            pulses: Pulses::new(pitch),
            noise: Noise::new(seed),
            frames: pitch.len(),
            frame: 0,
            sum: vec![0.0; WINDOW],
        }
    }
}

/// One clause that is being turned into sound, frame by frame.
pub(super) struct Synthesis<'a> {
    vocoder: &'a mut Vocoder,
    pulses: Pulses<'a>,
    noise: Noise,
    frames: usize,
    frame: usize,
    /// The overlapping windows, from the current frame's first sample.
    sum: Vec<f32>,
}

impl Synthesis<'_> {
    /// Takes the next frame's spectra (a row of the decoder) and appends to `out` the samples that
    /// are then finished: [`HOP`], two frames late.
    pub(super) fn push(&mut self, row: &[f32], out: &mut Vec<f32>) {
        self.pulses.window(self.frame, &self.vocoder.window, &mut self.vocoder.time);
        self.vocoder.shape(row, &mut self.noise);
        for (sum, (y, w)) in
            self.sum.iter_mut().zip(self.vocoder.time.iter().zip(&self.vocoder.window))
        {
            *sum += y * w;
        }
        self.frame += 1;
        // The transform is centred: half of the first window is before the clause.
        self.emit(self.frame - 1, out);
        if self.frame == self.frames {
            self.emit(self.frame, out);
            self.emit(self.frame + 1, out);
        }
    }

    /// Advances by one hop; hop `hop` of the padded clause is finished.
    fn emit(&mut self, hop: usize, out: &mut Vec<f32>) {
        if hop >= HALF / HOP {
            let frames = self.frames;
            let window = &self.vocoder.window;
            // Near the ends fewer windows overlap than inside.
            let whole = hop >= 3 && hop < frames;
            out.extend(self.sum[..HOP].iter().enumerate().map(|(i, y)| {
                let overlap = if whole {
                    OVERLAP
                } else {
                    (0..4)
                        .filter(|k| hop >= *k && hop - k < frames)
                        .map(|k| window[k * HOP + i] * window[k * HOP + i])
                        .sum::<f32>()
                        .max(1e-11)
                };
                y / overlap
            }));
        }
        self.sum.copy_within(HOP.., 0);
        self.sum[WINDOW - HOP..].fill(0.0);
    }
}

impl Vocoder {
    /// Turns the windowed pulses in `time` into this frame's sound, in place.
    fn shape(&mut self, row: &[f32], noise: &mut Noise) {
        let mut part = row.chunks_exact(BINS);
        let [magnitude, theta, noise_magnitude, free_magnitude, phi] =
            std::array::from_fn(|_| part.next().unwrap_or_default());
        noise.fill(&mut self.parts.noise[0]);
        noise.fill(&mut self.parts.noise[1]);
        self.parts.compute(magnitude, theta, noise_magnitude, free_magnitude, phi);

        // This can only fail because of wrong lengths, and the lengths are right by construction.
        let _ = self.forward.process_with_scratch(
            &mut self.time,
            &mut self.spectrum,
            &mut self.scratch,
        );
        let Parts { gain: [gr, gi], rest: [rr, ri], .. } = &self.parts;
        for (i, bin) in self.spectrum.iter_mut().enumerate() {
            *bin = *bin * Complex32::new(gr[i], gi[i]) + Complex32::new(rr[i], ri[i]);
        }
        // The transform of a real signal has no imaginary part there.
        self.spectrum[0].im = 0.0;
        self.spectrum[BINS - 1].im = 0.0;
        let _ = self.inverse.process_with_scratch(
            &mut self.spectrum,
            &mut self.time,
            &mut self.scratch,
        );
    }
}

impl Parts {
    fn compute(
        &mut self,
        magnitude: &[f32],
        theta: &[f32],
        noise: &[f32],
        free: &[f32],
        phi: &[f32],
    ) {
        let [gr, gi] = &mut self.gain;
        rotated(magnitude, theta, gr, gi);
        let [rr, ri] = &mut self.rest;
        added(noise, &self.noise[0], &self.noise[1], free, phi, rr, ri);
    }
}

/// The forward window is scaled so that a unit cosine has a peak of 1; the inverse transform is
/// not normalised. This is the product of both factors.
const SOURCE_SCALE: f32 = 1.0 / HOP as f32 / WINDOW as f32;
const REST_SCALE: f32 = 1.0 / WINDOW as f32;

math::vectorised! {
    /// exp(m) · e^{iπ·tanh θ}.
    fn rotated(m: &[f32], theta: &[f32], re: &mut [f32], im: &mut [f32]) {
        for (((m, t), re), im) in m.iter().zip(theta).zip(re).zip(im) {
            let (sin, cos) = math::sin_cos(PI * math::tanh(*t));
            let gain = math::exp(m.min(LOUDEST)) * SOURCE_SCALE;
            *re = gain * cos;
            *im = gain * sin;
        }
    }
}

math::vectorised! {
    /// exp(n) · noise + exp(f) · e^{iφ}.
    fn added(n: &[f32], zr: &[f32], zi: &[f32], f: &[f32], phi: &[f32], re: &mut [f32], im: &mut [f32]) {
        let len = re.len();
        let (n, zr, zi, f, phi, im) =
            (&n[..len], &zr[..len], &zi[..len], &f[..len], &phi[..len], &mut im[..len]);
        for i in 0..len {
            let (sin, cos) = math::sin_cos(phi[i]);
            let noise = math::exp(n[i].min(LOUDEST)) * REST_SCALE;
            let free = math::exp(f[i].min(LOUDEST)) * REST_SCALE;
            re[i] = noise * zr[i] + free * cos;
            im[i] = noise * zi[i] + free * sin;
        }
    }
}

/// The band-limited pulse train: every harmonic of the pitch below [`HIGHEST`]
/// at unit amplitude, by the closed form of the sum of cosines (Dirichlet kernel).
struct Pulses<'a> {
    pitch: &'a [f32],
    /// All samples made so far.
    made: Vec<f32>,
    /// The phase of the fundamental, in turns.
    phase: f64,
}

impl<'a> Pulses<'a> {
    fn new(pitch: &'a [f32]) -> Self {
        Self { pitch, made: Vec::with_capacity(pitch.len() * HOP), phase: 0.0 }
    }

    /// Fills `out` with the samples in the window of `frame`. Beyond the ends of the clause they
    /// are mirrored.
    fn window(&mut self, frame: usize, window: &[f32], out: &mut [f32]) {
        let total = self.pitch.len() * HOP;
        let first = frame * HOP;
        while self.made.len() < (first + HALF).min(total) || self.made.len() < (HALF + 1).min(total)
        {
            self.hop();
        }
        if first >= HALF && first + HALF <= total {
            let source = &self.made[first - HALF..][..WINDOW];
            out.iter_mut().zip(source).zip(window).for_each(|((o, x), w)| *o = x * w);
        } else {
            for (i, (o, w)) in out.iter_mut().zip(window).enumerate() {
                *o = self.made[mirrored(first as isize + i as isize - HALF as isize, total)] * w;
            }
        }
    }

    /// Makes the next [`HOP`] samples.
    fn hop(&mut self) {
        let frame = self.made.len() / HOP;
        let at = |i: usize| self.pitch[i.min(self.pitch.len() - 1)];
        let (before, here, after) = (at(frame.saturating_sub(1)), at(frame), at(frame + 1));
        let (mut pitch, mut angle) = ([0.0f32; HOP], [0.0f32; HOP]);
        for (i, (p, a)) in pitch.iter_mut().zip(&mut angle).enumerate() {
            // A frame's pitch is that at its middle; between the middles it is interpolated.
            let u = (i as f32 + 0.5) / HOP as f32 - 0.5;
            *p = if u < 0.0 { here + (before - here) * -u } else { here + (after - here) * u };
            self.phase = (self.phase + f64::from(p.max(VOICED)) / f64::from(RATE)).fract();
            *a = (self.phase * TAU) as f32;
        }
        let start = self.made.len();
        self.made.resize(start + HOP, 0.0);
        dirichlet(&pitch, &angle, &mut self.made[start..]);
    }
}

math::vectorised! {
    /// Σ cos(h·angle) over the harmonics h ≥ 1 of `pitch` below [`HIGHEST`]; 0 where unvoiced.
    fn dirichlet(pitch: &[f32], angle: &[f32], out: &mut [f32]) {
        for ((p, a), o) in pitch.iter().zip(angle).zip(out) {
            let order = (HIGHEST / p.max(VOICED)).trunc() + 0.5;
            let below = 2.0 * math::sin_cos(a * 0.5).0;
            let above = math::sin_cos(order * a).0;
            // If the quotient is 0/0, its limit is used.
            let sum = if below.abs() <= 2e-3 { order } else { above / below };
            *o = if *p > VOICED { sum - 0.5 } else { 0.0 };
        }
    }
}

/// The index of sample `i` in a signal of `len` samples that is mirrored at
/// its first and its last sample.
fn mirrored(i: isize, len: usize) -> usize {
    let period = 2 * (len as isize - 1).max(1);
    let i = i.rem_euclid(period) as usize;
    i.min(period as usize - i).min(len - 1)
}

/// Noise of variance 1. Each bin is uniform, not Gaussian; the inverse transform adds up 601 of
/// them, which gives Gaussian samples.
struct Noise([u32; 8]);

impl Noise {
    fn new(seed: u64) -> Self {
        // SplitMix64, as its author suggests for seeding (https://prng.di.unimi.it/splitmix64.c).
        let mut state = seed;
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) as u32).max(1)
        }))
    }

    fn fill(&mut self, out: &mut [f32]) {
        noise(&mut self.0, out);
    }
}

math::vectorised! {
    /// Eight xorshift generators side by side (Marsaglia, <https://doi.org/10.18637/jss.v008.i14>).
    fn noise(state: &mut [u32; 8], out: &mut [f32]) {
        // Uniform on ±√3 has variance 1.
        const SCALE: f32 = 1.732_050_8 / (1u32 << 31) as f32;
        for chunk in out.chunks_mut(8) {
            for s in state.iter_mut() {
                *s ^= *s << 13;
                *s ^= *s >> 17;
                *s ^= *s << 5;
            }
            for (o, s) in chunk.iter_mut().zip(state.iter()) {
                *o = *s as i32 as f32 * SCALE;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tts::hibari::net::PARTS;

    /// What the buffers hold from before is never heard. (`voice.rs` tests that frames give the
    /// same sound as the whole.)
    #[test]
    fn the_sound_depends_on_no_leftovers() {
        let pitch: Vec<f32> =
            (0..24).map(|n| if n % 7 < 5 { 90.0 + n as f32 } else { 0.0 }).collect();
        let row = |frame: usize| -> Vec<f32> {
            (0..PARTS * BINS).map(|n| ((n * 31 + frame * 17) % 101) as f32 / 50.0 - 3.0).collect()
        };
        let sound = |leftover: Option<f32>| {
            let mut vocoder = Vocoder::new();
            let mut synthesis = vocoder.begin(&pitch, 1);
            let mut sound = Vec::new();
            for frame in 0..pitch.len() {
                leftover.into_iter().for_each(|value| synthesis.vocoder.overwrite(value));
                synthesis.push(&row(frame), &mut sound);
            }
            sound
        };
        let clean = sound(None);
        assert_eq!(clean.len(), pitch.len() * HOP);
        assert!(clean.iter().all(|v| v.is_finite()) && clean.iter().any(|v| *v != 0.0));
        assert_eq!(sound(Some(f32::NAN)), clean);
    }
}
