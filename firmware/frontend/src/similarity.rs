//! Decides whether the sound that is heard is the sound that is being played, by their levels over
//! time.
//!
//! An echo canceller needs a few seconds of a steady path to learn it. Before that, and when the
//! path changes suddenly, it leaves enough of the assistant's own voice to be taken for a
//! person's. But the levels of that voice rise and fall, band by band, like those of the sound
//! played a little before. The levels of a person's voice do not.

use std::sync::Arc;

use sayso_fft::RealToComplex;
use sayso_fft::num_complex::Complex;

/// Samples of one spectrum (16 ms at 16 kHz), and from one to the next (8 ms).
const SIZE: usize = 256;
const HOP: usize = SIZE / 2;

/// Edges of the bands in bins of 62.5 Hz: 188 Hz to 5 kHz, about as wide as those of human
/// hearing.
const EDGES: [usize; BANDS + 1] = [3, 5, 7, 10, 14, 19, 26, 36, 52, 80];
const BANDS: usize = 9;

/// Softer sound in a band is silence: mean square of a sample, −75 dBFS.
const FLOOR: f32 = 3.2e-8;

/// Hops that are compared: 384 ms, a few syllables.
const WINDOW: usize = 48;

/// The longest delay of an echo, in hops: 320 ms.
const LATEST: usize = 40;

/// Hops remembered.
const MEMORY: usize = WINDOW + LATEST;

/// The levels of the bands over time, in natural logarithms, of what is heard or of what is
/// played.
struct Side {
    pending: Vec<f32>,
    /// The newest hop is the last.
    hops: Vec<[f32; BANDS]>,
}

impl Side {
    fn new() -> Self {
        Self { pending: vec![0.0; SIZE - HOP], hops: vec![[FLOOR.ln(); BANDS]; MEMORY] }
    }
}

/// Compares the last moments of what is heard and what is played.
pub struct EchoSimilarity {
    fft: Arc<dyn RealToComplex<f32>>,
    window: [f32; SIZE],
    scratch: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    heard: Side,
    played: Side,
}

impl EchoSimilarity {
    /// Before anything was heard or played.
    pub fn new() -> Self {
        let fft = sayso_fft::forward(SIZE);
        let turn = std::f32::consts::TAU / SIZE as f32;
        Self {
            window: std::array::from_fn(|n| 0.5 - 0.5 * (turn * n as f32).cos()),
            scratch: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            fft,
            heard: Side::new(),
            played: Side::new(),
        }
    }

    /// Takes the next samples of both (16 kHz), of the same time.
    pub fn push(&mut self, heard: &[f32], played: &[f32]) {
        let Self { fft, window, scratch, spectrum, .. } = self;
        for (side, samples) in [(&mut self.heard, heard), (&mut self.played, played)] {
            side.pending.extend_from_slice(samples);
            let mut at = 0;
            while let Some(block) = side.pending.get(at..at + SIZE) {
                for ((to, from), by) in scratch.iter_mut().zip(block).zip(window.iter()) {
                    *to = from * by;
                }
                // The lengths are right, because they are the plan's own.
                if fft.process(scratch, spectrum).is_err() {
                    return;
                }
                side.hops.remove(0);
                side.hops.push(bands(spectrum));
                at += HOP;
            }
            side.pending.drain(..at);
        }
    }

    /// How similar the last 384 ms of what was heard are to something that was played up to 320 ms
    /// before: the greatest correlation of their levels, −1 to 1.
    pub fn of_the_last(&self) -> f32 {
        let heard = centred(&self.heard.hops[LATEST..]);
        (0..=LATEST)
            .map(|late| {
                let played = centred(&self.played.hops[LATEST - late..][..WINDOW]);
                correlation(&heard, &played)
            })
            .fold(-1.0, f32::max)
    }
}

impl Default for EchoSimilarity {
    fn default() -> Self {
        Self::new()
    }
}

fn bands(spectrum: &[Complex<f32>]) -> [f32; BANDS] {
    // A Hann window keeps 3/8 of the power; the other half of it is at negative frequencies.
    let scale = 2.0 / (0.375 * (SIZE * SIZE) as f32);
    std::array::from_fn(|band| {
        let bins = spectrum.get(EDGES[band]..EDGES[band + 1]).unwrap_or_default();
        (FLOOR + scale * bins.iter().map(Complex::norm_sqr).sum::<f32>()).ln()
    })
}

/// Each band without its mean, because the room and the loudspeaker change the levels of the
/// bands.
fn centred(hops: &[[f32; BANDS]]) -> Vec<[f32; BANDS]> {
    let mut mean = [0.0; BANDS];
    for hop in hops {
        mean.iter_mut().zip(hop).for_each(|(mean, level)| *mean += level / hops.len() as f32);
    }
    hops.iter().map(|hop| std::array::from_fn(|band| hop[band] - mean[band])).collect()
}

fn correlation(a: &[[f32; BANDS]], b: &[[f32; BANDS]]) -> f32 {
    let product = |a: &[[f32; BANDS]], b: &[[f32; BANDS]]| -> f32 {
        a.as_flattened().iter().zip(b.as_flattened()).map(|(a, b)| a * b).sum()
    };
    product(a, b) / (product(a, a) * product(b, b)).sqrt().max(1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise whose bands rise and fall at random, several times a second. `seed` selects the
    /// voice.
    fn voice(seed: u32, length: usize) -> Vec<f32> {
        let mut state = seed;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        let mut out = Vec::new();
        while out.len() < length {
            let pitch = 200.0 + 3_000.0 * random();
            let loud = 0.3 * random() * random();
            for n in 0..1_000 + (1_500.0 * random()) as usize {
                let tone = (n as f32 * pitch * std::f32::consts::TAU / 16_000.0).sin();
                out.push(loud * (tone + 0.3 * (2.0 * random() - 1.0)));
            }
        }
        out.truncate(length);
        out
    }

    fn late(sound: &[f32], samples: usize, gain: f32) -> Vec<f32> {
        let silence = std::iter::repeat_n(0.0, samples);
        silence.chain(sound.iter().map(|x| gain * x)).take(sound.len()).collect()
    }

    fn alike(heard: &[f32], played: &[f32]) -> f32 {
        let mut similarity = EchoSimilarity::new();
        for (heard, played) in heard.chunks(512).zip(played.chunks(512)) {
            similarity.push(heard, played);
        }
        similarity.of_the_last()
    }

    #[test]
    fn an_echo_resembles_what_is_played_and_a_person_does_not() {
        for seed in 1..9 {
            let played = voice(seed, 16_000);
            for (delay, gain) in [(0, 1.0), (800, 0.1), (4_321, 0.5)] {
                let echo = alike(&late(&played, delay, gain), &played);
                assert!(echo > 0.8, "{seed}, {delay} samples late: {echo}");
            }
            let person = alike(&voice(seed + 100, 16_000), &played);
            assert!(person < 0.7, "{seed}: {person}");
            let late_echo = alike(&late(&played, 9_000, 1.0), &played);
            assert!(late_echo < 0.8, "{seed}: later than any echo: {late_echo}");
        }
    }

    #[test]
    fn silence_is_similar_to_nothing() {
        let played = voice(3, 16_000);
        assert!(alike(&[0.0; 16_000], &played).abs() < 0.1);
        assert!(alike(&played, &[0.0; 16_000]).abs() < 0.1);
        assert!(EchoSimilarity::new().of_the_last().abs() < 0.1);
    }

    #[test]
    fn chunking_does_not_change_the_result() {
        let (heard, played) = (voice(1, 9_000), voice(2, 9_000));
        let mut pieces = EchoSimilarity::new();
        for n in (0..9_000).step_by(90) {
            pieces.push(&heard[n..n + 90], &played[n..n + 90]);
            // NaN replaces data that was already processed, so that its use shows.
            pieces.scratch.fill(f32::NAN);
            pieces.spectrum.fill(Complex::new(f32::NAN, f32::NAN));
        }
        let mut whole = EchoSimilarity::new();
        whole.push(&heard, &played);
        assert_eq!(pieces.of_the_last(), whole.of_the_last());
    }
}
