//! Answers from documents: the sentence that answers is said as it stands.

mod documents;
mod fit;
mod index;
mod passages;
mod question;
mod search;
mod split;
mod words;

pub use documents::{Documents, WeakDocuments};
pub(crate) use words::Words;

use self::fit::Verdict;
use crate::plan::{Claim, Command, Said, Scene, Slots};
use crate::skill::Skill;

/// The intent of a question about the documents.
const INTENT: &str = "SaysoLookUp";

/// The skill: it answers from these documents.
#[derive(Debug)]
pub struct Knowledge(pub Documents);

impl Skill for Knowledge {
    type Action = ();
    const NAME: &'static str = "knowledge";

    fn claim(&self, _: &Command, _: &Scene<'_>) -> Option<Claim<()>> {
        None
    }

    fn claim_text(&self, text: &str, scene: &Scene<'_>) -> Option<(Command, Claim<()>)> {
        let words = self.0.words();
        let weekday = scene.now.weekday().to_monday_zero_offset();
        let question = words.question(text, usize::try_from(weekday).unwrap_or(0));
        if !question.asks {
            return None;
        }
        let (fit, answer) = self.0.index().find(&question, words);
        let said = match fit.verdict() {
            Verdict::Answer => answer,
            Verdict::NotThere => scene.texts.get("knowledge-not-there", []),
            Verdict::Other => return None,
        };
        Some((Command::new(INTENT, Slots::new()), Claim::Say(said)))
    }

    fn act(&mut self, (): (), _: &Scene<'_>) -> Said {
        Said::default()
    }
}
