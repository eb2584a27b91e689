//! Commands that a language model writes instead of an answer.
//!
//! The model decides with the first token of its reply: if it is likely enough that a command
//! begins there, only a command is written. Each next token is the likeliest with which a sentence
//! of the templates can go on, so that whatever is written is a command that the skills know.

use std::sync::Arc;

use crate::stt::Paths;

/// What a command begins with, and the beginning of what follows it.
pub(super) const OPENING: &str = "{\"command\": \"";
/// What ends it.
pub(super) const CLOSING: char = '"';
/// The most tokens of a command.
pub(super) const LONGEST: usize = 32;
/// How many tokens are tried, the likeliest first, until one fits.
pub(super) const TRIED: usize = 400;

/// The commands that a language model may write.
pub trait Sentences: Send + Sync {
    /// The ways through their sentences.
    fn paths(&self) -> Box<dyn Paths + '_>;
}

/// When a model calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallLimits {
    /// The least probability that the reply begins as a command does.
    pub begins: f32,
    /// The least mean log-probability of the tokens of its sentence.
    pub mean: f32,
    /// The least log-probability of its least likely token.
    pub least: f32,
}

/// The commands of a model, and when it may use them.
#[derive(Clone)]
pub struct Calls {
    /// The commands.
    pub sentences: Arc<dyn Sentences>,
    /// When they are used.
    pub limits: CallLimits,
}

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Calls").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// A sentence that is being written.
pub(super) struct Writer<'a> {
    paths: Box<dyn Paths + 'a>,
    at: usize,
    sentence: String,
    /// The log-probabilities of its tokens, the end included.
    logprobs: Vec<f32>,
}

/// The result of a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The sentence goes on with it.
    Goes,
    /// It ends the sentence.
    Ends,
    /// No sentence goes on so.
    Fails,
}

impl<'a> Writer<'a> {
    pub(super) fn new(sentences: &'a dyn Sentences) -> Self {
        let paths = sentences.paths();
        Self { at: paths.start(), paths, sentence: String::new(), logprobs: Vec::new() }
    }

    /// Takes a token that reads `piece`, with its log-probability, if a sentence can go on so.
    pub(super) fn take(&mut self, piece: &str, logprob: f32) -> Next {
        let (text, ends) = match piece.split_once(CLOSING) {
            Some((text, _)) => (text, true),
            None => (piece, false),
        };
        // Anything but plain words would be for a program.
        if text.contains(['{', '}', '\\', '\n', '[', ']', '<', '>']) || piece.is_empty() {
            return Next::Fails;
        }
        let at = if text.is_empty() { Some(self.at) } else { self.paths.step(self.at, text) };
        let Some(at) = at else { return Next::Fails };
        if ends && (self.sentence.is_empty() && text.is_empty() || !self.paths.may_end(at)) {
            return Next::Fails;
        }
        self.at = at;
        self.sentence.push_str(text);
        self.logprobs.push(logprob);
        if ends { Next::Ends } else { Next::Goes }
    }

    /// The sentence, if it is likely enough.
    pub(super) fn finish(self, limits: &CallLimits) -> Option<String> {
        let n = self.logprobs.len().max(1) as f32;
        let mean = self.logprobs.iter().sum::<f32>() / n;
        let least = self.logprobs.iter().copied().fold(0.0, f32::min);
        log::debug!("command: {}, {mean:.2}, least {least:.2}", self.sentence);
        (mean >= limits.mean && least >= limits.least).then(|| self.sentence.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sentences that are one of these.
    struct Listed(&'static [&'static str]);

    /// A place is a number of characters; what was written is kept for it.
    struct Ways<'a>(&'a [&'a str], Vec<String>);

    impl Sentences for Listed {
        fn paths(&self) -> Box<dyn Paths + '_> {
            Box::new(Ways(self.0, vec![String::new()]))
        }
    }

    impl Paths for Ways<'_> {
        fn start(&self) -> usize {
            0
        }

        fn step(&mut self, at: usize, text: &str) -> Option<usize> {
            let longer = format!("{}{text}", self.1[at]);
            let fits = self.0.iter().any(|sentence| sentence.starts_with(longer.trim_start()));
            self.1.push(longer);
            fits.then(|| self.1.len() - 1)
        }

        fn may_end(&mut self, at: usize) -> bool {
            self.0.contains(&self.1[at].trim())
        }
    }

    const LIMITS: CallLimits = CallLimits { begins: 0.5, mean: -1.0, least: -3.0 };

    #[test]
    fn only_sentences_are_written() {
        let fans = Listed(&["turn on the fan", "turn off the fan"]);
        let mut writer = Writer::new(&fans);
        assert_eq!(writer.take("\"", -0.1), Next::Fails);
        assert_eq!(writer.take("turn", -0.1), Next::Goes);
        assert_eq!(writer.take(" up", -0.1), Next::Fails);
        assert_eq!(writer.take(" on", -0.1), Next::Goes);
        assert_eq!(writer.take("\"}", -0.1), Next::Fails);
        assert_eq!(writer.take(" the\n", -0.1), Next::Fails);
        assert_eq!(writer.take(" the fan", -0.1), Next::Goes);
        assert_eq!(writer.take("\"}", -0.1), Next::Ends);
        assert_eq!(writer.finish(&LIMITS).as_deref(), Some("turn on the fan"));
    }

    #[test]
    fn an_unlikely_sentence_is_no_command() {
        let fans = Listed(&["turn on the fan"]);
        for (first, second) in [(-0.1, -3.5), (-1.2, -1.2)] {
            let mut writer = Writer::new(&fans);
            assert_eq!(writer.take("turn on", first), Next::Goes);
            assert_eq!(writer.take(" the fan\"", second), Next::Ends);
            assert_eq!(writer.finish(&LIMITS), None);
        }
    }
}
