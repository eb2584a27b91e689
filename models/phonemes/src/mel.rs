//! What the acoustic net hears: the logarithm of the power in 80 mel bands, each 10 ms.

use half::f16;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis};

use crate::Result;
use crate::weights::Weights;

/// Samples from one column of features to the next: 10 ms.
pub(crate) const HOP: usize = 160;
/// Samples that one column is computed from, centred on its time.
pub(crate) const WINDOW: usize = 400;
/// Mel bands.
pub(crate) const BANDS: usize = 80;
const BINS: usize = 201;

/// The windowed Fourier transform and the bands, as the weights have them.
pub(crate) struct Mel {
    /// A row per sample; the real parts of all bins, then the imaginary ones.
    transform: Array2<f32>,
    bands: Array2<f32>,
}

impl Mel {
    pub(crate) fn new(weights: &Weights) -> Result<Self> {
        let real = weights.matrix("stft_real_kernel", &[BINS, 1, WINDOW])?;
        let imaginary = weights.matrix("stft_imag_kernel", &[BINS, 1, WINDOW])?;
        let mut transform = Array2::zeros((WINDOW, 2 * BINS));
        let (mut left, mut right) = transform.view_mut().split_at(Axis(1), BINS);
        left.assign(&real.t());
        right.assign(&imaginary.t());
        Ok(Self { transform, bands: weights.matrix("mel_fb", &[BINS, BANDS])? })
    }

    /// Appends a column for each window of `samples`, the first of which begins at the first one.
    pub(crate) fn append(&self, samples: &[f32], columns: &mut Vec<f32>) {
        let count = (samples.len() + HOP).saturating_sub(WINDOW) / HOP;
        let mut windows = Array2::zeros((count, WINDOW));
        for (mut row, window) in
            windows.rows_mut().into_iter().zip(samples.windows(WINDOW).step_by(HOP))
        {
            row.assign(&ndarray::aview1(window));
        }
        let bins = windows.dot(&self.transform);
        let mut power = Array2::zeros((count, BINS));
        for (mut power, bins) in power.rows_mut().into_iter().zip(bins.rows()) {
            let (real, imaginary) = bins.split_at(Axis(0), BINS);
            for ((p, r), i) in power.iter_mut().zip(real).zip(imaginary) {
                *p = r * r + i * i;
            }
        }
        let start = columns.len();
        columns.resize(start + count * BANDS, 0.0);
        let added = columns.get_mut(start..).unwrap_or_default();
        if let Ok(mut mel) = ndarray::ArrayViewMut2::from_shape((count, BANDS), added) {
            general_mat_mul(1.0, &power, &self.bands, 0.0, &mut mel);
        }
        for x in columns.iter_mut().skip(start) {
            // The net was trained and exported with features of half precision.
            *x = f16::from_f32(x.max(1e-10).ln()).to_f32();
        }
    }

    /// The columns of a whole recording. Beyond its ends it is mirrored.
    pub(crate) fn whole(&self, samples: &[f32]) -> Vec<f32> {
        const MARGIN: usize = WINDOW / 2;
        let Some(last) = samples.len().checked_sub(1) else { return Vec::new() };
        let mirrored = |i: usize| samples.get(i.min(last)).copied().unwrap_or_default();
        let before = (1..=MARGIN).rev().map(mirrored);
        let after = (1..=MARGIN).map(|i| mirrored(last.saturating_sub(i)));
        let padded: Vec<f32> = before.chain(samples.iter().copied()).chain(after).collect();
        let mut columns = Vec::new();
        self.append(&padded, &mut columns);
        columns
    }
}

/// Features as a matrix with a row per column of 10 ms.
pub(crate) fn view(columns: &[f32]) -> Option<ArrayView2<'_, f32>> {
    ArrayView2::from_shape((columns.len() / BANDS, BANDS), columns).ok()
}
