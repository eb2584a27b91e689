//! Counts a phrase at many cutoffs at the same time.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use sayso_phonemes::{Acoustic, Phrase, Reader, Spotter};
use sayso_wake::{Decision, FeatureExtractor, Net, READY_MADE, ReadyMade};

/// The cutoffs of a ready-made net, in thousandths.
const THOUSANDTHS: [u16; 16] =
    [500, 600, 700, 750, 800, 850, 875, 900, 925, 940, 950, 960, 970, 980, 985, 990];

/// By how much the cutoffs of a typed phrase are laxer than its own. What is heard at the laxest
/// counts for each that its score exceeds.
const LAXER: [f32; 9] = [0.4, 0.3, 0.2, 0.1, 0.0, -0.1, -0.2, -0.3, -0.4];

/// Listens for one phrase.
pub struct Listener {
    kind: Kind,
    /// From the laxest to the strictest.
    cutoffs: Vec<f32>,
    /// The place of the phrase's own cutoff.
    usual: usize,
}

enum Kind {
    Ready(ReadyMade, Box<Net<'static, Vec<u8>>>),
    /// The spotter, with the laxest cutoff, and the cutoffs.
    Typed(Box<Spotter>, Vec<f32>),
}

impl Listener {
    /// Listens with the ready-made net of the phrase, or with the phoneme net in `weights`.
    pub fn new(phrase: &str, weights: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let Some(weights) = weights else {
            let ready = READY_MADE.into_iter().find(|ready| ready.phrase.name == phrase);
            let ready = ready.ok_or("there is no ready-made net for the phrase")?;
            let mut cutoffs = THOUSANDTHS.to_vec();
            if !cutoffs.contains(&ready.phrase.cutoff) {
                cutoffs.push(ready.phrase.cutoff);
                cutoffs.sort_unstable();
            }
            let usual = cutoffs.iter().position(|c| *c == ready.phrase.cutoff).unwrap_or_default();
            let net = Net::new(ready.net, vec![0; 32 * 1024])?;
            let cutoffs = cutoffs.iter().map(|c| f32::from(*c) / 1000.0).collect();
            return Ok(Self { kind: Kind::Ready(ready, Box::new(net)), cutoffs, usual });
        };
        let phrase = Phrase::typed(phrase, &Reader::load(weights)?)?;
        let own = phrase.threshold();
        let cutoffs = LAXER.map(|laxer| own - laxer).to_vec();
        let usual = LAXER.iter().position(|laxer| *laxer == 0.0).unwrap_or_default();
        let net = Arc::new(Acoustic::load(weights)?);
        let laxest = phrase.with_threshold(cutoffs[0]);
        let spotter = Box::new(Spotter::new(net, vec![laxest]));
        Ok(Self { kind: Kind::Typed(spotter, cutoffs.clone()), cutoffs, usual })
    }

    /// The cutoffs, from the laxest to the strictest.
    pub fn cutoffs(&self) -> &[f32] {
        &self.cutoffs
    }

    /// The place of the phrase's own cutoff among them.
    pub fn usual(&self) -> usize {
        self.usual
    }

    /// What is listened for, for people.
    pub fn description(&self) -> String {
        let cutoff = self.cutoffs[self.usual];
        match &self.kind {
            Kind::Ready(..) => format!("ready-made net, cutoff {cutoff:.2}"),
            Kind::Typed(spotter, _) => {
                let ipa = spotter.phrases().iter().flat_map(Phrase::ipa);
                format!("typed ({}), cutoff {cutoff:.2}", ipa.collect::<Vec<_>>().join(" or "))
            }
        }
    }

    /// How many times the phrase is heard, at each cutoff.
    pub fn listen(&mut self, sound: &[f32]) -> Vec<usize> {
        match &mut self.kind {
            Kind::Ready(ready, net) => {
                net.reset();
                let at = |cutoff: &f32| {
                    let cutoff = (cutoff * 1000.0).round() as u16;
                    Decision::new(sayso_wake::Phrase { cutoff, ..ready.phrase })
                };
                let mut decisions: Vec<_> = self.cutoffs.iter().map(at).collect();
                let mut counts = vec![0; decisions.len()];
                let samples: Vec<i16> =
                    sound.iter().map(|sample| (sample * 32_768.0).round() as i16).collect();
                let (mut extractor, mut rest) = (FeatureExtractor::new(), samples.as_slice());
                while let Some(features) = extractor.push(&mut rest) {
                    let probability = net.push(&features);
                    for (decision, count) in decisions.iter_mut().zip(&mut counts) {
                        *count += usize::from(decision.push(probability).is_some());
                    }
                }
                counts
            }
            Kind::Typed(spotter, cutoffs) => {
                spotter.reset();
                let heard = sound.chunks(512).filter_map(|block| spotter.push(block, true));
                let scores: Vec<f32> = heard.map(|detection| detection.score).collect();
                let above = |cutoff: &f32| scores.iter().filter(|score| *score > cutoff).count();
                cutoffs.iter().map(above).collect()
            }
        }
    }
}
