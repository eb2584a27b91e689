//! Judging answers of a language model: what asks for a fact, what asks for another joke, and what
//! claims that something was done.

use crate::Language;

/// The words of a language for this. All are in lower case.
pub(crate) struct Answers {
    /// Words that do not carry an answer: they hold a sentence together, or repeat what was asked.
    pub grammar: &'static [&'static str],
    /// How a question about a fact begins.
    pub questions: &'static [&'static str],
    /// Words that make a question one about opinions, plans or the speakers.
    pub personal: &'static [&'static str],
    /// What asks for another one, in whole words.
    pub another: &'static [&'static str],
    /// What is said before a doubtful answer.
    pub unsure: &'static str,
    /// What is said instead of a claim.
    pub not_done: &'static str,
    /// Words with which a claim begins: of the speaker, and words beside them.
    pub speakers: &'static [&'static str],
    /// See `speakers`.
    pub beside: &'static [&'static str],
    /// What the speaker claims to have done.
    pub deeds: &'static [&'static str],
    /// What the speaker may claim to be doing, before one of `things`.
    pub doing: &'static [&'static str],
    /// Words before a thing.
    pub articles: &'static [&'static str],
    /// What an assistant might change.
    pub things: &'static [&'static str],
    /// How it is said that a thing is now in a state.
    pub are: &'static [&'static str],
    /// The states.
    pub states: &'static [&'static str],
}

/// Whether a sentence claims that the assistant did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It does not.
    No,
    /// That depends on how it goes on.
    Maybe,
    /// It does.
    Yes,
}

/// The most words before the thing that is named.
const BEFORE_THING: usize = 5;

impl Language {
    /// Whether a word, in lower case, does not carry an answer.
    pub fn is_grammar(&self, word: &str) -> bool {
        self.answers.grammar.contains(&word)
    }

    /// Whether a text asks for a fact.
    pub fn asks_for_fact(&self, text: &str) -> bool {
        let text = plain(text);
        let begins =
            |with: &&str| text.strip_prefix(*with).is_some_and(|rest| rest.starts_with(' '));
        self.answers.questions.iter().any(begins)
            && !text.split(' ').any(|word| self.answers.personal.contains(&word))
    }

    /// Whether a text asks for one more of what was told last.
    pub fn asks_for_another(&self, text: &str) -> bool {
        let text = format!(" {} ", plain(text));
        self.answers.another.iter().any(|asks| text.contains(&format!(" {asks} ")))
    }

    /// What is said before an answer that may well be wrong.
    pub fn said_when_unsure(&self) -> &'static str {
        self.answers.unsure
    }

    /// What is said in place of a claim to have done what was not done.
    pub fn said_when_not_done(&self) -> &'static str {
        self.answers.not_done
    }

    /// Whether a sentence of a language model, or its beginning, claims that something was done.
    pub fn claims_deed(&self, sentence: &str) -> Claim {
        let ended = sentence.trim_end().ends_with(['.', '!', '?', ':']);
        let text = plain(sentence);
        let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        // Its last word may not be whole yet.
        if !ended && !sentence.ends_with(char::is_whitespace) {
            words.pop();
        }
        let undecided = if ended { Claim::No } else { Claim::Maybe };
        let words = match words.as_slice() {
            [first, rest @ ..] if self.answers.beside.contains(first) => rest,
            all => all,
        };
        let Some((first, rest)) = words.split_first() else { return undecided };
        if self.answers.speakers.contains(first) {
            let mut rest = rest.iter().skip_while(|word| self.answers.beside.contains(word));
            return match rest.next() {
                None => undecided,
                Some(deed) if self.answers.deeds.contains(deed) => Claim::Yes,
                Some(_) => Claim::No,
            };
        }
        let thing =
            rest.iter().take(BEFORE_THING).position(|word| self.answers.things.contains(word));
        let starts = self.answers.articles.contains(first);
        if !starts && !self.answers.doing.contains(first) {
            return Claim::No;
        }
        let Some(thing) = thing else {
            return if rest.len() >= BEFORE_THING { Claim::No } else { undecided };
        };
        if !starts {
            return Claim::Yes;
        }
        let mut after = rest[thing + 1..].iter().skip_while(|word| {
            self.answers.things.contains(word) || self.answers.beside.contains(word)
        });
        match after.next() {
            None => undecided,
            Some(are) if self.answers.are.contains(are) => {
                match after.find(|word| !self.answers.beside.contains(word)) {
                    None => undecided,
                    Some(state) if self.answers.states.contains(state) => Claim::Yes,
                    Some(_) => Claim::No,
                }
            }
            Some(_) => Claim::No,
        }
    }
}

/// The words of a text, in lower case, with single spaces.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace('’', "'");
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_facts_are_told_from_others() {
        let asks = |text| Language::english().asks_for_fact(text);
        for text in [
            "What is the capital of Peru?",
            "who wrote Faust",
            "In which city is the Prado?",
            "How many legs does a spider have?",
            "In what year did the Titanic sink?",
        ] {
            assert!(asks(text), "{text}");
        }
        for text in [
            "What do you think about art?",
            "How are you?",
            "What should I cook tonight?",
            "Tell me a joke.",
            "Whatever.",
            "In the evening I am tired.",
        ] {
            assert!(!asks(text), "{text}");
        }
    }

    #[test]
    fn another_one_is_asked_for() {
        let asks = |text| Language::english().asks_for_another(text);
        assert!(
            asks("Tell me another one.") && asks("One more, please!") && asks("a different one")
        );
        assert!(!asks("Tell me a joke.") && !asks("Is there another planet like Earth?"));
    }

    #[test]
    fn claims_are_found() {
        let english = Language::english();
        for text in [
            "I've turned on the light.",
            "I have just set a timer for five minutes.",
            "Okay, I've added milk to your list.",
            "I turned off the fan.",
            "I'll remind you at five.",
            "I've turned",
            "Sure, I'm turning on the lamp.",
            "Your timer is set for ten minutes.",
            "The living room light is now on.",
            "The garage door has been opened.",
            "Turning on the kitchen light.",
            "Setting a timer for ten minutes.",
            "Done, your alarm is set.",
        ] {
            let text = format!("{text} ");
            assert_eq!(english.claims_deed(&text), Claim::Yes, "{text}");
        }
        for text in [
            "The capital of France is Paris.",
            "I can't open doors from here, I'm sorry.",
            "I'm doing well, thank you.",
            "I have no idea.",
            "The speed of light is about three hundred thousand kilometers a second.",
            "Your question is interesting.",
            "A timer is a clock that counts down.",
            "Turning point is a novel.",
            "Sure, here is one.",
        ] {
            assert_eq!(english.claims_deed(text), Claim::No, "{text}");
        }
    }

    #[test]
    fn a_beginning_waits_only_while_it_may_become_a_claim() {
        let english = Language::english();
        for text in ["I", "I've", "I have just", "Your tim", "The living room", "Okay"] {
            assert_eq!(english.claims_deed(text), Claim::Maybe, "{text}");
        }
        for text in ["Mount Ever", "Why did", "I can't o", "It is ", "She is"] {
            assert_eq!(english.claims_deed(text), Claim::No, "{text}");
        }
    }
}
