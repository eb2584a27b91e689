//! Decides when a phrase was said.

use heapless::Deque;

use crate::{Error, FeatureExtractor, Frame, Net, SAMPLE_RATE, STEP};

/// The longest mean that can be taken of probabilities.
const LONGEST: usize = 16;

/// A phrase, and how sure a net has to be of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase<'n> {
    /// What it is called where it is reported.
    pub name: &'n str,
    /// What the mean of the probabilities has to exceed, in thousandths.
    pub cutoff: u16,
    /// Of how many probabilities the mean is taken: 1 to 16, others count as these.
    pub window: u8,
    /// For how many milliseconds nothing is reported after a detection. Nor is anything before
    /// the mean was at the cutoff or below again.
    pub refractory: u16,
}

impl Phrase<'static> {
    // Cutoffs and windows are those that come with the nets.

    /// "Alexa".
    pub const ALEXA: Self = Self::new("alexa", 900);
    /// "Hey Jarvis".
    pub const HEY_JARVIS: Self = Self::new("hey jarvis", 970);
    /// "Hey Mycroft".
    pub const HEY_MYCROFT: Self = Self::new("hey mycroft", 950);
    /// "Okay Nabu".
    pub const OKAY_NABU: Self = Self::new("okay nabu", 850);
}

/// How long before the report of a phrase the question may begin, in samples: 250 ms.
///
/// The nets report "Alexa" 150 to 250 ms after its end (58 recordings, each followed by a question
/// within 0.1 s). Of the times 350, 250, 160 and 100 ms, and all of the phrase, this one gives the
/// fewest wrong words in the questions, and nothing of the phrase is among them.
pub const LAG: u64 = 250 * SAMPLE_RATE as u64 / 1000;

/// A phrase with the net that hears it.
#[derive(Clone, Copy, Debug)]
pub struct ReadyMade {
    /// The phrase.
    pub phrase: Phrase<'static>,
    /// The bytes of its net.
    pub net: &'static [u8],
}

impl ReadyMade {
    /// "Alexa".
    pub const ALEXA: Self =
        Self { phrase: Phrase::ALEXA, net: include_bytes!("../nets/alexa.tflite") };
    /// "Hey Jarvis".
    pub const HEY_JARVIS: Self =
        Self { phrase: Phrase::HEY_JARVIS, net: include_bytes!("../nets/hey_jarvis.tflite") };
    /// "Hey Mycroft".
    pub const HEY_MYCROFT: Self =
        Self { phrase: Phrase::HEY_MYCROFT, net: include_bytes!("../nets/hey_mycroft.tflite") };
    /// "Okay Nabu".
    pub const OKAY_NABU: Self =
        Self { phrase: Phrase::OKAY_NABU, net: include_bytes!("../nets/okay_nabu.tflite") };
}

/// All phrases that come with the crate. A program for which one is enough names that one, so that
/// the linker drops the other nets.
pub const READY_MADE: [ReadyMade; 4] =
    [ReadyMade::ALEXA, ReadyMade::HEY_JARVIS, ReadyMade::HEY_MYCROFT, ReadyMade::OKAY_NABU];

impl<'n> Phrase<'n> {
    /// A phrase with this cutoff in thousandths, a mean of 5 probabilities and a refractory
    /// time of a second: a phrase takes about that long, so that none is reported twice.
    #[must_use]
    pub const fn new(name: &'n str, cutoff: u16) -> Self {
        Self { name, cutoff, window: 5, refractory: 1000 }
    }
}

/// That a phrase was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detection<'n> {
    /// Which one: its name.
    pub phrase: &'n str,
    /// When it was certain: how many samples were heard until then. The phrase itself ended up
    /// to 0.3 s before.
    pub at: u64,
    /// How certain: the mean of the probabilities, in 256ths.
    pub score: u8,
}

/// Decides, from the probabilities of a net, when a phrase was said.
#[derive(Clone, Debug)]
pub struct Decision<'n> {
    phrase: Phrase<'n>,
    probabilities: Deque<u8, LONGEST>,
    /// Frames of the refractory time that are left.
    deaf: u32,
    /// Whether the mean was at the cutoff or below since the last detection.
    armed: bool,
}

impl<'n> Decision<'n> {
    /// Decides on `phrase`, of which nothing was heard yet.
    #[must_use]
    pub fn new(phrase: Phrase<'n>) -> Self {
        Self { phrase, probabilities: Deque::new(), deaf: 0, armed: true }
    }

    /// Takes what the net says after the next 10 ms: its probability in 256ths, if it has one.
    /// Returns the mean of the last ones if the phrase was said.
    pub fn push(&mut self, probability: Option<u8>) -> Option<u8> {
        self.deaf = self.deaf.saturating_sub(1);
        let probability = probability?;
        let Phrase { cutoff, window, refractory, .. } = self.phrase;
        let window = usize::from(window).clamp(1, LONGEST);
        if self.probabilities.len() == window {
            self.probabilities.pop_front();
        }
        // There is room: the window is no longer than that.
        let _ = self.probabilities.push_back(probability);
        let sum: u32 = self.probabilities.iter().copied().map(u32::from).sum();
        let sure = sum * 1000 > u32::from(cutoff) * 256 * window as u32;
        self.armed |= !sure;
        if !sure || !self.armed || self.deaf > 0 {
            return None;
        }
        self.armed = false;
        self.deaf = u32::from(refractory) * SAMPLE_RATE / 1000 / STEP as u32;
        Some((sum / window as u32) as u8)
    }

    /// Forgets all that was heard.
    pub fn reset(&mut self) {
        *self = Self::new(self.phrase);
    }
}

/// Listens for one phrase, given features.
pub struct Spotter<'m, 'n, A> {
    net: Net<'m, A>,
    decision: Decision<'n>,
    /// Frames that were heard.
    heard: u64,
}

impl<'m, 'n, A: AsMut<[u8]>> Spotter<'m, 'n, A> {
    /// Listens for `phrase` with its net.
    ///
    /// # Errors
    /// As [`Net::new`].
    pub fn new(model: &'m [u8], arena: A, phrase: Phrase<'n>) -> Result<Self, Error> {
        Ok(Self { net: Net::new(model, arena)?, decision: Decision::new(phrase), heard: 0 })
    }

    /// The net.
    #[must_use]
    pub fn net(&self) -> &Net<'m, A> {
        &self.net
    }

    /// Takes the features of the next 10 ms.
    pub fn push(&mut self, frame: &Frame) -> Option<Detection<'n>> {
        self.heard += 1;
        let score = self.decision.push(self.net.push(frame))?;
        // The first frame takes two steps more.
        let at = (self.heard + 2) * STEP as u64;
        Some(Detection { phrase: self.decision.phrase.name, at, score })
    }

    /// Forgets all that was heard, but for the time.
    pub fn reset(&mut self) {
        self.net.reset();
        self.decision.reset();
    }
}

/// Listens for one phrase, given samples.
pub struct WakeDetector<'m, 'n, A> {
    extractor: FeatureExtractor,
    spotter: Spotter<'m, 'n, A>,
}

impl<'m, 'n, A: AsMut<[u8]>> WakeDetector<'m, 'n, A> {
    /// Listens for `phrase` with its net, which works in `arena`.
    ///
    /// # Errors
    /// When `model` is no such net, or the arena is too small: then with the size that it
    /// needs.
    pub fn new(model: &'m [u8], arena: A, phrase: Phrase<'n>) -> Result<Self, Error> {
        let spotter = Spotter::new(model, arena, phrase)?;
        Ok(Self { extractor: FeatureExtractor::new(), spotter })
    }

    /// Takes samples at 16 kHz, in blocks of any size. Where a block has several detections, the
    /// first is returned; blocks shorter than the refractory time have one at most.
    pub fn push(&mut self, mut samples: &[i16]) -> Option<Detection<'n>> {
        let mut first = None;
        while let Some(frame) = self.extractor.push(&mut samples) {
            let detection = self.spotter.push(&frame);
            first = first.or(detection);
        }
        first
    }

    /// How many bytes of the arena are used.
    #[must_use]
    pub fn arena(&self) -> usize {
        self.spotter.net().arena()
    }
}
