//! Recognises wake phrases in the cleaned sound.

use std::sync::Arc;

use sayso_core::audio::{SampleTime, Samples};
use sayso_wake::{FeatureExtractor, LAG, READY_MADE, ReadyMade, Spotter};

/// The frames of which the level is measured: 1.3 s, longer than a phrase.
const PHRASE_FRAMES: usize = 40;

/// A phrase that can be recognised.
#[derive(Clone, Debug)]
pub struct WakePhrase {
    text: Arc<str>,
    ready: ReadyMade,
}

impl WakePhrase {
    /// The phrase with these words, if there is a net for it.
    pub fn ready_made(text: &str) -> Option<Self> {
        let ready = READY_MADE.into_iter().find(|ready| ready.phrase.name == text)?;
        Some(Self { text: text.into(), ready })
    }

    /// The words of all phrases that can be recognised.
    pub fn all_ready_made() -> impl Iterator<Item = &'static str> {
        READY_MADE.into_iter().map(|ready| ready.phrase.name)
    }

    /// Its words, in small letters.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A wake phrase that was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Woken {
    /// Its words.
    pub phrase: Arc<str>,
    /// Where it ended, and a question may begin. An estimate, up to 100 ms early.
    pub end: SampleTime,
    /// How certain it is, 0 to 1.
    pub score: f32,
    /// How loud it was, in dB relative to full scale.
    pub dbfs: f32,
}

/// Listens for wake phrases in the cleaned sound of one stream.
pub struct WakeDetector {
    extractor: FeatureExtractor,
    spotters: Vec<(WakePhrase, Spotter<'static, 'static, Vec<u8>>)>,
    /// The samples of the present frame, as integers.
    samples: Vec<i16>,
    /// The energies of the last frames, in no order.
    energies: [f32; PHRASE_FRAMES],
    /// How many frames and samples were heard.
    frames: usize,
    heard: u64,
}

impl WakeDetector {
    /// Listens for these phrases.
    ///
    /// # Errors
    /// When a net is damaged.
    pub fn new(phrases: &[WakePhrase]) -> Result<Self, sayso_wake::Error> {
        let spotters = phrases.iter().map(|phrase| {
            let ReadyMade { phrase: settings, net } = phrase.ready;
            let needed = match Spotter::new(net, Vec::new(), settings) {
                Err(sayso_wake::Error::Arena { needed }) => needed,
                Err(error) => return Err(error),
                Ok(_) => 0,
            };
            Ok((phrase.clone(), Spotter::new(net, vec![0; needed], settings)?))
        });
        Ok(Self {
            extractor: FeatureExtractor::new(),
            spotters: spotters.collect::<Result<_, _>>()?,
            samples: Vec::new(),
            energies: [0.0; PHRASE_FRAMES],
            frames: 0,
            heard: 0,
        })
    }

    /// Takes the next frame of 16 kHz sound, which ends at `at`. Returns the phrase that was heard,
    /// the most certain of several.
    pub fn push(&mut self, frame: &[f32], at: SampleTime) -> Option<Woken> {
        self.samples.clear();
        // The cast saturates.
        self.samples.extend(frame.iter().map(|sample| (sample * 32_768.0).round() as i16));
        let energy: f32 = frame.iter().map(|sample| sample * sample).sum();
        self.energies[self.frames % PHRASE_FRAMES] = energy / frame.len().max(1) as f32;
        self.frames = self.frames.wrapping_add(1);
        self.heard += frame.len() as u64;
        let mut found: Option<Woken> = None;
        let mut samples = self.samples.as_slice();
        while let Some(features) = self.extractor.push(&mut samples) {
            for (phrase, spotter) in &mut self.spotters {
                let Some(detection) = spotter.push(&features) else { continue };
                let score = f32::from(detection.score) / 255.0;
                if found.as_ref().is_some_and(|found| found.score >= score) {
                    continue;
                }
                let ago = Samples(self.heard.saturating_sub(detection.at) + LAG);
                found = Some(Woken {
                    phrase: phrase.text.clone(),
                    end: at.saturating_sub(ago),
                    score,
                    dbfs: 0.0,
                });
            }
        }
        if let Some(woken) = &mut found {
            woken.dbfs = self.level();
        }
        found
    }

    /// The level of the louder half of the last frames, so that silence around the phrase does not
    /// count.
    fn level(&self) -> f32 {
        let mut energies = self.energies;
        energies.sort_by(|a, b| b.total_cmp(a));
        let loud = &energies[..PHRASE_FRAMES / 2];
        10.0 * (loud.iter().sum::<f32>() / loud.len() as f32).max(1e-10).log10()
    }
}
