//! Recognises wake phrases in the cleaned sound.

use std::sync::Arc;

use sayso_core::audio::{SampleTime, Samples};
use sayso_phonemes::Acoustic;
use sayso_wake::{FeatureExtractor, LAG, READY_MADE, ReadyMade};

/// The frames of which the level is measured: 1.3 s, longer than a phrase.
const PHRASE_FRAMES: usize = 40;

/// The probability of speech from which somebody may be speaking. It is low, because the phrase may
/// be said softly over the reply, or over music.
pub const MAYBE_SPEECH: f32 = 0.3;

/// A phrase that can be recognised.
#[derive(Clone)]
pub struct WakePhrase {
    text: Arc<str>,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// By a net of its own.
    ReadyMade(ReadyMade),
    /// By its sounds, which a net for all phrases hears.
    Typed(sayso_phonemes::Phrase, Arc<Acoustic>),
}

impl WakePhrase {
    /// The phrase with these words, if there is a net for it.
    pub fn ready_made(text: &str) -> Option<Self> {
        let ready = READY_MADE.into_iter().find(|ready| ready.phrase.name == text)?;
        Some(Self { text: text.into(), kind: Kind::ReadyMade(ready) })
    }

    /// Any other phrase. The typed phrases that are listened for together share the first one's
    /// `net`.
    pub fn typed(phrase: sayso_phonemes::Phrase, net: Arc<Acoustic>) -> Self {
        Self { text: phrase.text().into(), kind: Kind::Typed(phrase, net) }
    }

    /// The words of all phrases for which there is a net.
    pub fn all_ready_made() -> impl Iterator<Item = &'static str> {
        READY_MADE.into_iter().map(|ready| ready.phrase.name)
    }

    /// Its words, in small letters.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it can be recognised only together with a voice activity detector, as typed phrases
    /// are.
    pub fn needs_vad(&self) -> bool {
        matches!(self.kind, Kind::Typed(..))
    }
}

/// A wake phrase that was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Woken {
    /// Its words.
    pub phrase: Arc<str>,
    /// Where it ended, and a question may begin. An estimate, mostly up to 100 ms early.
    pub end: SampleTime,
    /// How certain it is, 0 to 1: the probability that a net of its own gives, or how likely a
    /// sound of a typed phrase is on average, relative to the likeliest sounds.
    pub score: f32,
    /// How loud it was, in dB relative to full scale.
    pub dbfs: f32,
}

/// Listens for wake phrases in the cleaned sound of one stream.
pub struct WakeDetector {
    extractor: FeatureExtractor,
    ready_made: Vec<(Arc<str>, sayso_wake::Spotter<'static, 'static, Vec<u8>>)>,
    typed: Option<Typed>,
    /// The samples of the present frame, as integers.
    samples: Vec<i16>,
    /// The energies of the last frames, in no order.
    energies: [f32; PHRASE_FRAMES],
    /// How many frames and samples were heard.
    frames: usize,
    heard: u64,
}

/// Listens for the typed phrases.
struct Typed {
    texts: Vec<Arc<str>>,
    spotter: sayso_phonemes::Spotter,
}

impl WakeDetector {
    /// Listens for these phrases.
    ///
    /// # Errors
    /// When a net is damaged.
    pub fn new(phrases: &[WakePhrase]) -> Result<Self, sayso_wake::Error> {
        let mut ready_made = Vec::new();
        let (mut texts, mut typed, mut shared) = (Vec::new(), Vec::new(), None);
        for phrase in phrases {
            match &phrase.kind {
                Kind::ReadyMade(ready) => {
                    ready_made.push((Arc::clone(&phrase.text), spotter(*ready)?));
                }
                Kind::Typed(sounds, net) => {
                    texts.push(Arc::clone(&phrase.text));
                    typed.push(sounds.clone());
                    shared.get_or_insert_with(|| Arc::clone(net));
                }
            }
        }
        let spotter = shared.map(|net| sayso_phonemes::Spotter::new(net, typed));
        Ok(Self {
            extractor: FeatureExtractor::new(),
            ready_made,
            typed: spotter.map(|spotter| Typed { texts, spotter }),
            samples: Vec::new(),
            energies: [0.0; PHRASE_FRAMES],
            frames: 0,
            heard: 0,
        })
    }

    /// Takes the next frame of 16 kHz sound, which ends at `at`. Returns the phrase that was heard,
    /// the most certain of several.
    ///
    /// `speech` says whether [somebody may be speaking](MAYBE_SPEECH). Typed phrases are looked for only then and
    /// shortly after, also in the last second before.
    pub fn push(&mut self, frame: &[f32], at: SampleTime, speech: bool) -> Option<Woken> {
        let energy: f32 = frame.iter().map(|sample| sample * sample).sum();
        self.energies[self.frames % PHRASE_FRAMES] = energy / frame.len().max(1) as f32;
        self.frames = self.frames.wrapping_add(1);
        self.heard += frame.len() as u64;
        let ready_made = self.find_ready_made(frame, at);
        let typed = self.find_typed(frame, at, speech);
        let found = ready_made.into_iter().chain(typed);
        let mut best = found.max_by(|a, b| a.score.total_cmp(&b.score))?;
        best.dbfs = self.level();
        Some(best)
    }

    fn find_ready_made(&mut self, frame: &[f32], at: SampleTime) -> Option<Woken> {
        if self.ready_made.is_empty() {
            return None;
        }
        self.samples.clear();
        // The cast saturates.
        self.samples.extend(frame.iter().map(|sample| (sample * 32_768.0).round() as i16));
        let mut found: Option<Woken> = None;
        let mut samples = self.samples.as_slice();
        while let Some(features) = self.extractor.push(&mut samples) {
            for (phrase, spotter) in &mut self.ready_made {
                let Some(detection) = spotter.push(&features) else { continue };
                let score = f32::from(detection.score) / 255.0;
                if found.as_ref().is_some_and(|found| found.score >= score) {
                    continue;
                }
                let ago = Samples(self.heard.saturating_sub(detection.at) + LAG);
                let (phrase, end) = (Arc::clone(phrase), at.saturating_sub(ago));
                found = Some(Woken { phrase, end, score, dbfs: 0.0 });
            }
        }
        found
    }

    fn find_typed(&mut self, frame: &[f32], at: SampleTime, speech: bool) -> Option<Woken> {
        let Typed { texts, spotter } = self.typed.as_mut()?;
        let detection = spotter.push(frame, speech)?;
        let phrase = Arc::clone(texts.get(detection.phrase)?);
        let end = at.saturating_sub(Samples(self.heard.saturating_sub(detection.end)));
        Some(Woken { phrase, end, score: detection.score.exp().min(1.0), dbfs: 0.0 })
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

/// Listens for a phrase with a net of its own.
fn spotter(
    ready: ReadyMade,
) -> Result<sayso_wake::Spotter<'static, 'static, Vec<u8>>, sayso_wake::Error> {
    let ReadyMade { phrase, net } = ready;
    let needed = match sayso_wake::Spotter::new(net, Vec::new(), phrase) {
        Err(sayso_wake::Error::Arena { needed }) => needed,
        done => return done,
    };
    sayso_wake::Spotter::new(net, vec![0; needed], phrase)
}
