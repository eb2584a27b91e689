//! When a quiet is the end of the turn.

use std::collections::BTreeMap;

use sayso::internals::hangover::{HangoverPolicy, Known, Reading};
use sayso::{Engines, Result};
use sayso_core::audio::{SampleTime, Samples};
use sayso_language::Language;
use sayso_models::Cancel;
use sayso_models::stt::SttRequest;

/// A quiet that may be a pause or the end.
pub struct Quiet<'a> {
    /// How long it has lasted.
    pub silence: Samples,
    /// What was heard since the utterance began, the quiet included: 16 kHz mono.
    pub heard: &'a [f32],
    /// Where it began.
    pub start: SampleTime,
}

/// Decides how much quiet ends the turn.
pub trait Policy {
    /// The quiet that ends the turn, as far as is known now. Asked once a frame.
    ///
    /// # Errors
    /// When a model that it asks fails.
    fn hangover(&mut self, quiet: &Quiet<'_>) -> Result<Samples>;
}

/// The same for every quiet.
pub struct Fixed(pub Samples);

impl Policy for Fixed {
    fn hangover(&mut self, _: &Quiet<'_>) -> Result<Samples> {
        Ok(self.0)
    }
}

/// What the two witnesses say of one quiet: the end-of-turn model and the transcript.
#[derive(Clone, Copy, Debug)]
struct Evidence {
    score: Option<f32>,
    reading: Option<Reading>,
}

/// The witnesses, each asked once about a quiet however many policies want to know.
pub struct Witnesses<'a> {
    engines: &'a mut Engines,
    /// By where the utterance lies in memory (the recordings stay where they
    /// are) and where the quiet begins.
    known: BTreeMap<(usize, SampleTime), Evidence>,
}

impl<'a> Witnesses<'a> {
    /// With these engines.
    pub fn new(engines: &'a mut Engines) -> Self {
        Self { engines, known: BTreeMap::new() }
    }

    fn hear(&mut self, quiet: &Quiet<'_>) -> Result<Evidence> {
        let key = (quiet.heard.as_ptr() as usize, quiet.start);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let score = match &mut self.engines.eot {
            Some(eot) => Some(eot.completeness(quiet.heard, 1, &Cancel::new())?),
            None => None,
        };
        let request = SttRequest { language: Some("en"), ..SttRequest::default() };
        let stt = &mut self.engines.stt;
        let transcript = stt.transcribe(quiet.heard, &request, &Cancel::new(), &mut |_| {})?;
        let evidence = Evidence { score, reading: Language::english().reading(&transcript.text) };
        log::debug!("{evidence:?}: {}", transcript.text);
        self.known.insert(key, evidence);
        Ok(evidence)
    }
}

/// The assistant's own: by how complete the utterance sounds and reads.
pub struct Adaptive<'w, 'e> {
    /// Who says so.
    pub witnesses: &'w mut Witnesses<'e>,
    /// What to make of it.
    pub policy: HangoverPolicy,
    /// The quiet after which they are asked.
    pub asked: Samples,
    /// How long they take to answer.
    pub takes: Samples,
}

impl Policy for Adaptive<'_, '_> {
    fn hangover(&mut self, quiet: &Quiet<'_>) -> Result<Samples> {
        if quiet.silence < self.asked {
            return Ok(self.policy.normal);
        }
        // Asked as soon as may be, for they are to hear no more than they would.
        let Evidence { score, reading } = self.witnesses.hear(quiet)?;
        if quiet.silence < self.asked + self.takes {
            return Ok(self.policy.normal);
        }
        Ok(self.policy.hangover(&Known::of(score, reading)))
    }
}
