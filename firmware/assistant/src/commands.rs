//! Spoken commands: from sound to an intent.
//!
//! A short command has little context from which a recogniser could guess its words. So an utterance
//! that fits no template is transcribed a second time, with the words of the templates and of the
//! home as the prompt. The second transcript counts only if it fits a template, and if it sounds
//! like the first one: what is no command must not become one.

use sayso_intents::{Context, Grammar, Home, Match, is_unsure};
use sayso_models::stt::Transcript;

use crate::error::Result;

/// How like the first transcript a biased one must be, 0 to 1, by letters.
const ALIKE: f64 = 0.5;

/// The least score of a match in the biased transcript.
const LEAST_SCORE: f32 = 0.6;

/// The most characters of the prompt. Whisper takes 223 tokens, of about four characters each.
const LONGEST_PROMPT: usize = 700;

/// Finds commands in what is said.
pub struct Commands<'g> {
    grammar: &'g Grammar,
    home: &'g Home,
    context: &'g Context,
    prompt: String,
}

/// What was understood.
#[derive(Clone, Debug)]
pub struct Understood {
    /// The words: those of the first transcript, unless the command is in the second.
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

impl<'g> Commands<'g> {
    /// Finds the commands of `grammar`, spoken in this home and context.
    pub fn new(grammar: &'g Grammar, home: &'g Home, context: &'g Context) -> Self {
        let mut prompt = String::new();
        for phrase in grammar.phrases(home) {
            if prompt.len() + phrase.len() + 2 > LONGEST_PROMPT {
                break;
            }
            if !prompt.is_empty() {
                prompt.push_str(", ");
            }
            prompt.push_str(&phrase);
        }
        Self { grammar, home, context, prompt }
    }

    /// Understands an utterance. `transcribe` is called once or twice, with a prompt for the
    /// recogniser, which may be empty.
    ///
    /// # Errors
    /// As `transcribe`.
    pub fn understand(
        &self,
        transcribe: &mut dyn FnMut(&str) -> Result<Transcript>,
    ) -> Result<Understood> {
        let transcript = transcribe("")?;
        let matches = self.matches(&transcript);
        let plain = Understood { transcript, matches };
        let certain = plain.command().is_some_and(|found| found.score >= 1.0);
        if certain || self.prompt.is_empty() {
            return Ok(plain);
        }
        let transcript = transcribe(&self.prompt)?;
        let matches = self.matches(&transcript);
        let biased = Understood { transcript, matches };
        Ok(better(plain, biased))
    }

    fn matches(&self, transcript: &Transcript) -> Vec<Match> {
        self.grammar.matches(self.home, self.context, transcript.text.trim())
    }
}

/// The transcript to use, of one without and one with a prompt.
fn better(plain: Understood, biased: Understood) -> Understood {
    let score = |of: &Understood| of.command().map_or(0.0, |found| found.score);
    let [before, after] = [&plain, &biased].map(|of| letters(&of.transcript.text));
    let alike = before.is_empty() || strsim::normalized_levenshtein(&before, &after) >= ALIKE;
    if alike && score(&biased) >= LEAST_SCORE && score(&biased) > score(&plain) {
        biased
    } else {
        plain
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use sayso_intents::Source;

    use super::*;

    fn grammar() -> Grammar {
        let text = "lists:\n  drink:\n    values: [latte, iced mocha, cappuccino]\nintents:\n  \
                    Order:\n    data:\n      - sentences: [\"[make me|give me] (a|an) {drink}\"]\n";
        Grammar::compile("en", &[Source::read("drinks.yaml", text, true).unwrap()]).unwrap()
    }

    /// Understands utterances whose transcripts without and with a prompt are these.
    fn understood(plain: &str, biased: &str) -> (usize, Understood) {
        let (grammar, home, context) = (grammar(), Home::default(), Context::default());
        let commands = Commands::new(&grammar, &home, &context);
        let mut prompts = Vec::new();
        let understood = commands
            .understand(&mut |prompt| {
                prompts.push(prompt.to_owned());
                let mut transcript = Transcript::default();
                transcript.text = if prompt.is_empty() { plain } else { biased }.into();
                Ok(transcript)
            })
            .unwrap();
        assert_eq!(prompts.first().map(String::as_str), Some(""));
        assert!(prompts.get(1).is_none_or(|prompt| prompt.contains("iced mocha")), "{prompts:?}");
        (prompts.len(), understood)
    }

    #[test]
    fn what_fits_is_transcribed_once() {
        let (passes, found) = understood("Make me a latte.", "");
        assert_eq!(passes, 1);
        assert_eq!(found.command().unwrap().slots["drink"], "latte");
    }

    #[test]
    fn what_does_not_fit_is_transcribed_with_the_words_of_the_templates() {
        let (passes, found) = understood("Give me an I smoker.", "Give me an iced mocha.");
        assert_eq!(passes, 2);
        assert_eq!(found.command().unwrap().slots["drink"], "iced mocha");
        assert_eq!(found.transcript.text, "Give me an iced mocha.");
    }

    #[test]
    fn what_is_no_command_does_not_become_one() {
        for (plain, biased) in [
            ("The weather is nice in Spain this week.", "Give me a latte."),
            ("What is the capital of France?", "What is the capital of France?"),
        ] {
            let (_, found) = understood(plain, biased);
            assert!(found.command().is_none(), "{plain}");
            assert_eq!(found.transcript.text, plain);
        }
    }
}
