//! Whisper's mel filterbank, computed: Slaney's auditory scale (linear below
//! 1 kHz, logarithmic above) and area-normalised triangles, 16 kHz, 400-point
//! FFT: `librosa.filters.mel(sr=16000, n_fft=400, htk=False, norm="slaney")`.

/// Frequency bins of the 400-point FFT.
pub const BINS: usize = 201;

const SAMPLE_RATE: f64 = 16_000.0;
const FFT: f64 = 400.0;
/// Hz per mel below the break.
const LINEAR_STEP: f64 = 200.0 / 3.0;
/// Where the scale turns logarithmic, Hz and mel.
const BREAK_HZ: f64 = 1000.0;
const BREAK_MEL: f64 = BREAK_HZ / LINEAR_STEP;

/// Natural logarithm of the frequency ratio of one mel above the break.
fn log_step() -> f64 {
    6.4_f64.ln() / 27.0
}

fn to_mel(hz: f64) -> f64 {
    if hz < BREAK_HZ { hz / LINEAR_STEP } else { BREAK_MEL + (hz / BREAK_HZ).ln() / log_step() }
}

fn to_hz(mel: f64) -> f64 {
    if mel < BREAK_MEL {
        LINEAR_STEP * mel
    } else {
        BREAK_HZ * (log_step() * (mel - BREAK_MEL)).exp()
    }
}

/// The weights, `mels` rows of [`BINS`].
pub fn filterbank(mels: usize) -> Vec<f32> {
    let top = to_mel(SAMPLE_RATE / 2.0);
    let step = top / (mels + 1) as f64;
    let edges = (0..=mels).map(|i| to_hz(i as f64 * step)).chain([to_hz(top)]);
    let edges: Vec<f64> = edges.collect();
    let mut weights = Vec::with_capacity(mels * BINS);
    for edge in edges.windows(3) {
        let (low, middle, high) = (edge[0], edge[1], edge[2]);
        for bin in 0..BINS {
            let hz = bin as f64 * SAMPLE_RATE / FFT;
            // Signs as in librosa: the very first weight is −0 there, and so here.
            let rising = -(low - hz) / (middle - low);
            let falling = (high - hz) / (high - middle);
            let area = 2.0 / (high - low);
            let weight = rising.min(falling);
            weights.push(if weight < 0.0 { 0.0 } else { (weight * area) as f32 });
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triangles_have_unit_area_and_ascend() {
        let bank = filterbank(80);
        assert_eq!(bank.len(), 80 * BINS);
        let mut last_peak = 0;
        for row in bank.chunks(BINS) {
            let peak = (0..BINS).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
            assert!(peak >= last_peak);
            last_peak = peak;
        }
        // Wide triangles are sampled finely enough to check their area: 1, with 40 Hz bins.
        let area: f32 = bank[79 * BINS..].iter().sum::<f32>() * 40.0;
        assert!((area - 1.0).abs() < 0.01, "{area}");
    }
}
