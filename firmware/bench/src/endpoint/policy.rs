//! Decides which silence is the end of the turn.

use std::collections::BTreeMap;

use sayso::internals::hangover::{HangoverPolicy, Known, Reading};
use sayso::{Engines, Result};
use sayso_core::audio::{SampleTime, Samples};
use sayso_language::Language;
use sayso_models::Cancel;
use sayso_models::stt::SttRequest;

/// A silence that may be a pause or the end.
pub struct Quiet<'a> {
    /// How long it has lasted.
    pub silence: Samples,
    /// What was heard since the utterance began, including the silence: 16 kHz mono.
    pub heard: &'a [f32],
    /// Where the silence began.
    pub start: SampleTime,
}

/// Decides how much silence ends the turn.
pub trait Policy {
    /// The silence that ends the turn, as far as is known now. Called once per frame.
    ///
    /// # Errors
    /// If a model that it uses fails.
    fn hangover(&mut self, quiet: &Quiet<'_>) -> Result<Samples>;
}

/// Waits the same time in every silence.
pub struct Fixed(pub Samples);

impl Policy for Fixed {
    fn hangover(&mut self, _: &Quiet<'_>) -> Result<Samples> {
        Ok(self.0)
    }
}

/// The verdict on one silence of the two witnesses: the end-of-turn model and the transcript.
#[derive(Clone, Copy, Debug)]
struct Evidence {
    score: Option<f32>,
    reading: Option<Reading>,
}

/// The witnesses. Each judges a silence only once, however many policies need the verdict.
pub struct Witnesses<'a> {
    engines: &'a mut Engines,
    /// Verdicts by the utterance's address in memory (the recordings are not moved) and the start
    /// of the silence.
    known: BTreeMap<(usize, SampleTime), Evidence>,
}

impl<'a> Witnesses<'a> {
    /// Witnesses that use these engines.
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

/// The assistant's own policy: by how complete the utterance sounds and reads.
pub struct Adaptive<'w, 'e> {
    /// The witnesses.
    pub witnesses: &'w mut Witnesses<'e>,
    /// How long to wait for each verdict.
    pub policy: HangoverPolicy,
    /// The silence after which the witnesses are asked.
    pub asked: Samples,
    /// How long they take to answer.
    pub takes: Samples,
}

impl Policy for Adaptive<'_, '_> {
    fn hangover(&mut self, quiet: &Quiet<'_>) -> Result<Samples> {
        if quiet.silence < self.asked {
            return Ok(self.policy.normal);
        }
        // Asked as early as possible, because they must not hear more than in a conversation.
        let Evidence { score, reading } = self.witnesses.hear(quiet)?;
        if quiet.silence < self.asked + self.takes {
            return Ok(self.policy.normal);
        }
        Ok(self.policy.hangover(&Known::of(score, reading)))
    }
}
