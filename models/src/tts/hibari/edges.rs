//! The beginning and the end of a clause: silence cut to a short pad, fades against clicks,
//! volume, and a soft limiter.

use super::vocoder::{HOP, RATE};

/// A hop below this is silence: −52 dBFS, 26 dB under the voice's level.
const QUIET: f32 = 0.0025;
/// Fade at the very start and the very end, in samples: 5 ms.
const FADE: usize = RATE as usize / 200;
/// Above this amplitude the sound is compressed towards 1 instead of clipped.
const KNEE: f32 = 0.9;

/// Takes a clause hop by hop and returns it trimmed. One hop of silence remains before the first
/// sound; sound that may turn out to be the last is held back.
pub(super) struct Edges {
    volume: f32,
    started: bool,
    held: Vec<f32>,
    /// Samples dropped before the first.
    pub(super) dropped: usize,
    /// Samples returned.
    pub(super) given: usize,
}

impl Edges {
    pub(super) fn new(volume: f32) -> Self {
        Self { volume, started: false, held: Vec::new(), dropped: 0, given: 0 }
    }

    /// Takes whole hops, and appends to `out` the samples that are then certain.
    pub(super) fn push(&mut self, sound: &[f32], out: &mut Vec<f32>) {
        for hop in sound.chunks(HOP) {
            let quiet = hop.iter().map(|v| v * v).sum::<f32>() < QUIET * QUIET * hop.len() as f32;
            match (self.started, quiet) {
                (false, true) => {
                    self.dropped += self.held.len();
                    self.held.clear();
                }
                (false, false) => {
                    self.started = true;
                    self.held.extend_from_slice(hop);
                    let fade = FADE.min(self.held.len());
                    ramp(self.held[..fade].iter_mut());
                    continue;
                }
                (true, true) => {}
                (true, false) => self.give(out),
            }
            self.held.extend_from_slice(hop);
        }
    }

    /// Ends the clause with at most `pad` samples of silence.
    pub(super) fn end(&mut self, pad: usize, out: &mut Vec<f32>) {
        if !self.started {
            self.dropped += self.held.len();
            self.held.clear();
            return;
        }
        // The held sound begins with the last hop that was not silent.
        self.held.truncate(HOP + pad);
        let fade = FADE.min(self.held.len());
        ramp(self.held.iter_mut().rev().take(fade));
        self.give(out);
    }

    fn give(&mut self, out: &mut Vec<f32>) {
        self.given += self.held.len();
        out.extend(self.held.drain(..).map(|v| limited(v * self.volume)));
    }
}

/// Scales samples from 0 up to 1.
fn ramp<'a>(samples: impl ExactSizeIterator<Item = &'a mut f32>) {
    let len = samples.len() as f32;
    samples.enumerate().for_each(|(i, v)| *v *= i as f32 / len);
}

/// Leaves soft samples unchanged and keeps loud ones within ±1.
fn limited(v: f32) -> f32 {
    let over = v.abs() - KNEE;
    if over <= 0.0 {
        return v;
    }
    (KNEE + (1.0 - KNEE) * (over / (1.0 - KNEE)).tanh()).copysign(v)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trimmed(hops: &[f32], pad: usize, volume: f32) -> (Vec<f32>, Edges) {
        let mut edges = Edges::new(volume);
        let mut out = Vec::new();
        for &level in hops {
            edges.push(&[level; HOP], &mut out);
        }
        edges.end(pad, &mut out);
        assert_eq!(edges.given, out.len());
        (out, edges)
    }

    #[test]
    fn silence_is_trimmed_at_both_ends_and_kept_inside() {
        let hops = [0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0];
        let (out, edges) = trimmed(&hops, 2 * HOP, 1.0);
        assert_eq!(edges.dropped, 2 * HOP);
        assert_eq!(out.len(), 7 * HOP);
        assert_eq!(out[HOP + HOP / 2], 0.5);
        assert!(out[2 * HOP..4 * HOP].iter().all(|v| *v == 0.0));
        assert_eq!(out[4 * HOP + HOP / 2], 0.5);
        let (out, edges) = trimmed(&[0.0; 5], HOP, 1.0);
        assert_eq!((out.len(), edges.dropped), (0, 5 * HOP));
    }

    #[test]
    fn edges_fade_and_loud_sound_is_limited_without_clipping() {
        let (out, _) = trimmed(&[0.7; 4], HOP, 2.0);
        assert_eq!((out[0], out[4 * HOP - 1]), (0.0, 0.0));
        assert!(out.iter().all(|v| (0.0..=1.0).contains(v)));
        assert!(out[2 * HOP] > 0.95);
        assert!(out.windows(2).all(|w| (w[0] - w[1]).abs() < 0.05));
        assert_eq!(limited(0.5), 0.5);
        assert_eq!(limited(-3.0), -limited(3.0));
    }
}
