//! Turns phonemes into sound: the part of the voice after the text.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::edges::Edges;
use super::encoder::SYMBOLS;
use super::files;
use super::layers::Scratch;
use super::net::Net;
use super::vocoder::{HOP, RATE, Vocoder};
use crate::nn::{Matrix, Weights, wipe};
use crate::tts::Delivery;
use crate::{Cancel, Result};

/// Samples per 25 ms step of the network's durations.
const STEP: usize = 2 * HOP;
/// Frames (12.5 ms) of the first block: short, so that sound starts early.
const FIRST_BLOCK: usize = 16;
/// Frames of every later block.
const BLOCK: usize = 40;
/// How much earlier than the predicted start of the first phoneme the sound may begin, in samples:
/// 150 ms. Silence in it is trimmed.
const LEAD: usize = RATE as usize * 3 / 20;

/// The network and the vocoder, with buffers for one user.
pub(super) struct Voice {
    net: Arc<Net>,
    vocoder: Vocoder,
    scratch: Scratch,
    spectra: Matrix,
    raw: Vec<f32>,
    block: Vec<f32>,
}

/// Where each phoneme is in the sound.
pub(super) struct Sung {
    pub(super) samples: usize,
    pub(super) phonemes: Vec<Range<usize>>,
}

/// Loads the network.
pub(super) fn load(path: &Path) -> Result<Net> {
    let at = path.to_path_buf();
    let weights = Weights::parse(&files::read(path)?, move |what| {
        files::damaged(&at, format!("not a Hibari voice: {what}"))
    })?;
    Net::new(&weights)
}

impl Voice {
    pub(super) fn new(net: Arc<Net>) -> Self {
        Self {
            net,
            vocoder: Vocoder::new(),
            scratch: Scratch::default(),
            spectra: Matrix::default(),
            raw: Vec::new(),
            block: Vec::new(),
        }
    }

    /// Overwrites the sound with zeros.
    pub(super) fn wipe(&mut self) {
        self.vocoder.wipe();
        self.scratch.wipe();
        self.spectra.wipe();
        wipe(&mut self.raw);
        wipe(&mut self.block);
    }

    /// Speaks phonemes (below [`SYMBOLS`] each), block by block, with at most `pad` samples of
    /// silence after the last.
    ///
    /// # Errors
    /// `Cancelled` within a block, `Engine` when the network fails.
    pub(super) fn say(
        &mut self,
        phonemes: &[usize],
        delivery: &Delivery,
        pad: usize,
        cancel: &Cancel,
        on_sound: &mut dyn FnMut(&[f32]),
    ) -> Result<Sung> {
        cancel.check()?;
        // The network needs its padding symbol, 0, at both ends.
        let ids: Vec<usize> = [&[0], phonemes, &[0]]
            .concat()
            .into_iter()
            .map(|id| if id < SYMBOLS { id } else { 0 })
            .collect();
        let plan = self.net.plan(&ids, delivery.speed, cancel, &mut self.scratch)?;

        let mut decoder = self.net.decoder(&plan);
        let mut synthesis = self.vocoder.begin(&plan.pitch, seed(&ids));
        let mut edges = Edges::new(delivery.volume);
        let mut skipped = (plan.steps[0] * STEP).saturating_sub(LEAD) / HOP * HOP;
        let start = skipped;
        let mut frames = start / HOP + FIRST_BLOCK;
        loop {
            decoder.next(frames, &mut self.scratch, &mut self.spectra)?;
            let rows = self.spectra.rows();
            self.raw.clear();
            for row in 0..rows {
                synthesis.push(self.spectra.row(row), &mut self.raw);
            }
            let skip = skipped.min(self.raw.len());
            skipped -= skip;
            self.block.clear();
            edges.push(&self.raw[skip..], &mut self.block);
            if rows == 0 {
                edges.end(pad, &mut self.block);
            }
            cancel.check()?;
            if !self.block.is_empty() {
                on_sound(&self.block);
            }
            if rows == 0 {
                break;
            }
            frames = BLOCK;
        }
        let phonemes = spans(&plan.steps, start + edges.dropped, edges.given);
        Ok(Sung { samples: edges.given, phonemes })
    }
}

/// Sample ranges of the phonemes between the two padding symbols, in sound that
/// begins at `start` and has `len` samples.
fn spans(steps: &[usize], start: usize, len: usize) -> Vec<Range<usize>> {
    let mut at = 0;
    let place = |at: usize| at.saturating_sub(start).min(len);
    let mut all: Vec<_> = steps
        .iter()
        .map(|n| {
            let from = at;
            at += n * STEP;
            place(from)..place(at)
        })
        .collect();
    all.pop();
    all.remove(0);
    all
}

/// The same phonemes get the same noise (FNV-1a).
fn seed(ids: &[usize]) -> u64 {
    ids.iter().fold(0xcbf2_9ce4_8422_2325, |h, &id| (h ^ id as u64).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tts::hibari::net::{BINS, PARTS};
    use serde::Deserialize;

    /// Made by `tests/golden/tts.py` with ONNX Runtime in f32.
    #[derive(Deserialize)]
    struct Golden {
        phonemes: String,
        steps: Vec<usize>,
        pitch: Vec<f32>,
        frame_stride: usize,
        bin_stride: usize,
        spectra: Vec<f32>,
        sample_stride: usize,
        sound_without_noise: Vec<f32>,
    }

    fn golden() -> (Golden, Vec<usize>, Voice) {
        let golden: Golden =
            serde_json::from_str(include_str!("../../../tests/golden/tts.json")).unwrap();
        let dir = sayso_store::default_dir().join("hibari");
        let vocab: std::collections::HashMap<char, usize> =
            super::super::files::json(&dir.join("vocab.json")).unwrap();
        let ids =
            [0].into_iter().chain(golden.phonemes.chars().map(|c| vocab[&c])).chain([0]).collect();
        (golden, ids, Voice::new(Arc::new(load(&dir.join("hibari.onnx")).unwrap())))
    }

    fn snr(got: &[f32], want: &[f32]) -> f64 {
        assert_eq!(got.len(), want.len());
        let power = |v: &mut dyn Iterator<Item = f64>| v.map(|x| x * x).sum::<f64>();
        let signal = power(&mut want.iter().map(|&w| f64::from(w)));
        let noise = power(&mut got.iter().zip(want).map(|(&g, &w)| f64::from(g) - f64::from(w)));
        10.0 * (signal / noise).log10()
    }

    #[test]
    fn network_and_vocoder_agree_with_onnx_runtime() {
        let (golden, ids, mut voice) = golden();
        let plan = voice.net.plan(&ids, 1.0, &Cancel::new(), &mut voice.scratch).unwrap();
        assert_eq!(plan.steps, golden.steps);
        let pitch = snr(&plan.pitch, &golden.pitch);

        let mut decoder = voice.net.decoder(&plan);
        let mut synthesis = voice.vocoder.begin(&plan.pitch, 1);
        let (mut spectra, mut sound) = (Vec::new(), Vec::new());
        loop {
            decoder.next(33, &mut voice.scratch, &mut voice.spectra).unwrap();
            if voice.spectra.rows() == 0 {
                break;
            }
            for row in voice.spectra.cells_mut().chunks_exact_mut(PARTS * BINS) {
                spectra.push(row.to_vec());
                row[2 * BINS..3 * BINS].fill(-80.0);
                synthesis.push(row, &mut sound);
            }
        }
        assert_eq!(spectra.len(), plan.frames());
        assert_eq!(sound.len(), plan.frames() * HOP);
        let spectra: Vec<f32> = spectra
            .iter()
            .step_by(golden.frame_stride)
            .flat_map(|row| row.iter().copied().step_by(golden.bin_stride))
            .collect();
        let sound: Vec<f32> = sound.iter().copied().step_by(golden.sample_stride).collect();
        let spectra = snr(&spectra, &golden.spectra);
        let sound = snr(&sound, &golden.sound_without_noise);
        println!("SNR: pitch {pitch:.1} dB, spectra {spectra:.1} dB, sound {sound:.1} dB");
        assert!(pitch > 40.0 && spectra > 40.0 && sound > 40.0);
    }

    #[test]
    fn any_block_size_gives_the_same_spectra() {
        let (_, ids, mut voice) = golden();
        let plan = voice.net.plan(&ids, 1.0, &Cancel::new(), &mut voice.scratch).unwrap();
        let mut all = |block: usize| {
            let mut decoder = voice.net.decoder(&plan);
            let mut all = Vec::new();
            loop {
                // NaN replaces everything that is left of the block before, so that its use shows.
                voice.scratch.overwrite(f32::NAN);
                voice.spectra.overwrite(f32::NAN);
                decoder.next(block, &mut voice.scratch, &mut voice.spectra).unwrap();
                if voice.spectra.rows() == 0 {
                    return all;
                }
                all.extend_from_slice(voice.spectra.cells());
            }
        };
        let whole = all(usize::MAX / 2);
        assert_eq!(whole.len(), plan.frames() * PARTS * BINS);
        assert!(whole.iter().all(|v| v.is_finite()));
        for block in [1, 7, 40] {
            assert!(snr(&all(block), &whole) > 90.0, "in blocks of {block}");
        }
    }
}
