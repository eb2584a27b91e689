//! Those who do the work of a conversation, one engine each.

use crate::judge::Judge;
use crate::mind::Mind;
use crate::scribe::Scribe;
use crate::voice::Voice;

/// All workers of one conversation.
pub struct Workers<'a> {
    /// Writes down what is said.
    pub scribe: Scribe<'a>,
    /// Says whether it sounds complete.
    pub judge: Judge<'a>,
    /// Answers.
    pub mind: Mind<'a>,
    /// Speaks the answer.
    pub voice: Voice<'a>,
}
