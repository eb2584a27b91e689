//! Spoken commands: from sound to an intent.
//!
//! A short command has little context from which a recogniser could guess its words. So if an
//! utterance fits no template, but nearly, the recogniser decodes it once more, among the sentences
//! of the templates. The likeliest of them counts only if it is hardly less likely than the free
//! transcript: what is no command must not become one.

use std::sync::{Arc, Mutex, PoisonError};

use sayso_intents::{Context, Grammar, Home, Match, Walk, is_unsure};
use sayso_models::stt::{Guide, Guided, Paths, Transcript};

use crate::error::Result;

/// A longer utterance is no command.
const LONGEST_MS: u32 = 15_000;
/// A sound that is no longer than this is decoded again if the recogniser was unsure.
const SHORT_MS: u32 = 2_500;
/// The log-probability of a token below which the recogniser was unsure.
const UNSURE: f32 = -0.7;
/// The least share of familiar letters in a transcript that may be a misheard sentence.
const FAMILIAR: f32 = 0.55;
/// The same for a transcript of few words, in which a familiar one may be chance.
const FAMILIAR_SHORT: f32 = 0.65;
/// A transcript with fewer words has few.
const FEW: usize = 8;
/// By how much a sentence may be less likely than a transcript that is no command, in nats a token.
const WORSE: f32 = 1.0;
/// The same for a transcript that is a command with mistakes.
const HARDLY_WORSE: f32 = 0.3;
/// The least likelihood of a sentence in a sound in which no words were heard, in nats a token.
const LEAST: f32 = -1.0;

/// Finds commands in what is said.
#[derive(Clone)]
pub struct Commands {
    grammar: Arc<Grammar>,
    home: Arc<Home>,
    context: Arc<Context>,
    /// Where newer sentences and names are put.
    newest: Option<Arc<Mutex<Known>>>,
}

/// Sentences, and the names in them.
pub struct Known {
    /// The sentences.
    pub grammar: Arc<Grammar>,
    /// The names of the home.
    pub home: Arc<Home>,
}

/// What was understood.
#[derive(Clone, Debug)]
pub struct Understood {
    /// The words: those that were heard freely, unless the command is in others.
    pub transcript: Transcript,
    /// The commands that fit, the best first.
    pub matches: Vec<Match>,
}

impl Understood {
    /// The command, if there is one and no other fits about as well.
    pub fn command(&self) -> Option<&Match> {
        self.matches.first().filter(|_| !is_unsure(&self.matches))
    }
}

impl Commands {
    /// Finds the commands of `grammar`, spoken in this home and context.
    pub fn new(grammar: Arc<Grammar>, home: Arc<Home>, context: Arc<Context>) -> Self {
        Self { grammar, home, context, newest: None }
    }

    /// Finds the commands of the sentences that are put there.
    pub fn following(newest: Arc<Mutex<Known>>) -> Self {
        let (grammar, home) = {
            let known = newest.lock().unwrap_or_else(PoisonError::into_inner);
            (Arc::clone(&known.grammar), Arc::clone(&known.home))
        };
        Self { newest: Some(newest), ..Self::new(grammar, home, Arc::default()) }
    }

    /// Takes up the newest sentences and names.
    pub fn refresh(&mut self) {
        if let Some(newest) = &self.newest {
            let known = newest.lock().unwrap_or_else(PoisonError::into_inner);
            (self.grammar, self.home) = (Arc::clone(&known.grammar), Arc::clone(&known.home));
        }
    }

    /// Understands an utterance, which `transcribe` transcribes with a guide.
    ///
    /// # Errors
    /// As `transcribe`.
    pub fn understand(
        &self,
        transcribe: &mut dyn FnMut(&dyn Guide) -> Result<Transcript>,
    ) -> Result<Understood> {
        Ok(self.judge(transcribe(self)?))
    }

    /// What is understood of a transcript.
    pub fn judge(&self, transcript: Transcript) -> Understood {
        let matches = self.matches(&transcript.text);
        let plain = Understood { transcript, matches };
        for guided in &plain.transcript.guided {
            if !is_likely(guided, &plain) {
                continue;
            }
            let matches = self.matches(&guided.text);
            if !matches.is_empty() && !is_unsure(&matches) {
                let mut transcript = plain.transcript.clone();
                transcript.text.clone_from(&guided.text);
                transcript.words.clear();
                return Understood { transcript, matches };
            }
        }
        plain
    }

    /// How likely a text is a misheard sentence, 0 to 1.
    pub fn familiarity(&self, text: &str) -> f32 {
        self.grammar.familiarity(&self.home, text)
    }

    fn matches(&self, text: &str) -> Vec<Match> {
        self.grammar.matches(&self.home, &self.context, text.trim())
    }
}

/// Whether a sentence is about as likely as what was heard.
fn is_likely(guided: &Guided, plain: &Understood) -> bool {
    let each = guided.sum / guided.tokens.max(1) as f32;
    if plain.transcript.text.trim().is_empty() {
        return each >= LEAST;
    }
    let worse = if plain.command().is_some() { HARDLY_WORSE } else { WORSE };
    each >= plain.transcript.avg_logprob - worse
}

impl Guide for Commands {
    fn wants(&self, plain: &Transcript, length_ms: u32) -> bool {
        if length_ms > LONGEST_MS {
            return false;
        }
        if let Some(found) = self.matches(&plain.text).first() {
            return found.score < 1.0;
        }
        let unsure = plain.text.trim().is_empty() || plain.avg_logprob < UNSURE;
        let few = plain.text.split_whitespace().count() < FEW;
        let least = if few { FAMILIAR_SHORT } else { FAMILIAR };
        (unsure && length_ms <= SHORT_MS) || self.familiarity(&plain.text) >= least
    }

    fn least(&self, plain: &Transcript) -> f32 {
        if plain.text.trim().is_empty() { LEAST } else { plain.avg_logprob - WORSE }
    }

    fn paths(&self) -> Box<dyn Paths + '_> {
        Box::new(Sentences(self.grammar.walk(&self.home)))
    }
}

#[cfg(feature = "models")]
impl sayso_models::llm::Sentences for Commands {
    fn paths(&self) -> Box<dyn Paths + '_> {
        let barred = &sayso_skills::Skills::IN_DIALOGUE;
        Box::new(Written(Sentences(self.grammar.walk_freely(&self.home, barred))))
    }
}

/// Sentences as they are written: with "6:30" for what the templates know as "6 30".
#[cfg(feature = "models")]
struct Written<'a>(Sentences<'a>);

#[cfg(feature = "models")]
impl Paths for Written<'_> {
    fn start(&self) -> usize {
        self.0.start()
    }

    fn step(&mut self, at: usize, text: &str) -> Option<usize> {
        self.0.step(at, &text.replace(':', " "))
    }

    fn may_end(&mut self, at: usize) -> bool {
        self.0.may_end(at)
    }
}

/// The sentences of the templates.
struct Sentences<'a>(Walk<'a>);

impl Paths for Sentences<'_> {
    fn start(&self) -> usize {
        Walk::START
    }

    fn step(&mut self, at: usize, text: &str) -> Option<usize> {
        self.0.step(at, text)
    }

    fn may_end(&mut self, at: usize) -> bool {
        self.0.may_end(at)
    }
}

#[cfg(test)]
mod tests {
    use sayso_intents::Source;

    use super::*;

    fn commands() -> Commands {
        let text = "lists:\n  drink:\n    values: [latte, iced mocha, cappuccino]\nintents:\n  \
                    Order:\n    data:\n      - sentences: [\"[make me|give me] (a|an) {drink}\"]\n";
        let source = Source::read("drinks.yaml", text, true).unwrap();
        let grammar = Grammar::compile("en", &[source]).unwrap();
        Commands::new(Arc::new(grammar), Arc::default(), Arc::default())
    }

    /// What is understood of a transcript whose tokens have this log-probability, if the recogniser
    /// finds these sentences when it is guided.
    fn understood(plain: &str, logprob: f32, guided: &[(&str, f32)]) -> (bool, Understood) {
        let mut asked = false;
        let understood = commands().understand(&mut |guide| {
            let mut transcript = Transcript::default();
            transcript.text = plain.into();
            transcript.avg_logprob = logprob;
            asked = guide.wants(&transcript, 2000);
            if asked {
                for (text, each) in guided {
                    let mut found = Guided::default();
                    (*text).clone_into(&mut found.text);
                    (found.tokens, found.sum) = (10, 10.0 * each);
                    transcript.guided.push(found);
                }
            }
            Ok(transcript)
        });
        (asked, understood.unwrap())
    }

    #[test]
    fn what_fits_is_decoded_once() {
        let (asked, found) = understood("Make me a latte.", -0.2, &[]);
        assert!(!asked);
        assert_eq!(found.command().unwrap().slots["drink"], "latte");
    }

    #[test]
    fn what_nearly_fits_is_decoded_among_the_sentences() {
        let sentence = "Give me an iced mocha.";
        let (asked, found) = understood("Give me an iced smoker.", -0.4, &[(sentence, -0.7)]);
        assert!(asked);
        assert_eq!(found.command().unwrap().slots["drink"], "iced mocha");
        assert_eq!(found.transcript.text, sentence);
    }

    #[test]
    fn a_sentence_that_is_much_less_likely_does_not_count() {
        for plain in ["Give me an iced smoker.", ""] {
            let (_, found) = understood(plain, -0.4, &[("Give me an iced mocha.", -2.5)]);
            assert!(found.command().is_none(), "{plain}");
            assert_eq!(found.transcript.text, plain);
        }
    }

    #[test]
    fn the_guide_knows_the_sentences() {
        let commands = commands();
        let mut paths = commands.paths();
        let start = paths.start();
        let at = paths.step(start, " Give me an").unwrap();
        assert!(!paths.may_end(at) && paths.step(at, " I smoker").is_none());
        let at = paths.step(at, " iced mocha").unwrap();
        assert!(paths.may_end(at));
    }
}
