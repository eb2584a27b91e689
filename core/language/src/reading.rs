//! How the end of a transcript reads.

use crate::Language;

/// How an utterance reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As a whole sentence or phrase.
    Complete,
    /// As a whole question.
    Question,
    /// As if more must come.
    Unfinished,
}

/// The words of a language that show that a transcript is unfinished, in lower case.
#[derive(Debug)]
pub(crate) struct Endings {
    /// Words after which more must come, sorted.
    pub(crate) dangling: &'static [&'static str],
    /// Words before a number after which a unit or more must come ("a timer for ten").
    pub(crate) before_number: &'static [&'static str],
    /// Numbers in words.
    pub(crate) numbers: &'static [&'static str],
}

/// The fewest words of a question: fewer only call somebody ("Hello?").
const QUESTION: usize = 3;

impl Language {
    /// How a transcript reads; `None` for an empty one.
    pub fn reading(&self, text: &str) -> Option<Reading> {
        let text = text.trim();
        let last_mark = text.chars().next_back()?;
        // Whisper writes these marks where the voice does not fall.
        if [',', '-', '–', '—', '…', ':'].contains(&last_mark) || text.ends_with("..") {
            return Some(Reading::Unfinished);
        }
        let mut words = text.split_whitespace().rev().map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'').to_lowercase()
        });
        let last = words.next().filter(|word| !word.is_empty())?;
        let before = words.next().unwrap_or_default();
        if last_mark == '?' {
            // The sentence sounded complete ("what is it for?").
            let sentence = text.rsplit(['.', '!', '?']).nth(1).unwrap_or_default();
            let asks = sentence.split_whitespace().count() >= QUESTION;
            return Some(if asks { Reading::Question } else { Reading::Complete });
        }
        let dangles = self.endings.dangling.binary_search(&last.as_str()).is_ok();
        let number = self.is_number(&last) && self.endings.before_number.contains(&before.as_str());
        Some(if dangles || number { Reading::Unfinished } else { Reading::Complete })
    }

    fn is_number(&self, word: &str) -> bool {
        word.chars().all(|c| c.is_ascii_digit()) || self.endings.numbers.contains(&word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transcripts_read_complete_as_a_question_or_unfinished() {
        let english = Language::english();
        for text in [
            "What time is it?",
            "What is it for?",
            "Hello. What is two plus two?",
            "At 3? Or at 4 then?",
        ] {
            assert_eq!(english.reading(text), Some(Reading::Question), "{text}");
        }
        for text in [
            "Set a timer for ten minutes.",
            "Turn on the kitchen light",
            "Hello?",
            "What time is it? Hello?",
            "Yes.",
            "Channel 4.",
        ] {
            assert_eq!(english.reading(text), Some(Reading::Complete), "{text}");
        }
        for text in [
            "Turn on the",
            "Turn on the.",
            "I would like to go to the cinema and",
            "Set a timer for ten",
            "Wake me at 7",
            "Well,",
            "So I was thinking...",
            "Can you please -",
            "Um",
        ] {
            assert_eq!(english.reading(text), Some(Reading::Unfinished), "{text}");
        }
        assert_eq!(english.reading("  "), None);
        assert_eq!(english.reading("!"), None);
    }
}
