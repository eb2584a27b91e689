//! How long to wait, once it is quiet, before the user's turn is over.
//!
//! Two witnesses are heard: how complete the utterance sounds (the end-of-turn
//! model) and how complete it reads (the transcript). People finish a thought
//! with a falling voice and pause within one after "and", "the" or "for ten":
//! where both say done, a short quiet suffices; where the words want more, a long
//! one. A question asks for an answer: who has put one has finished more surely than who
//! has told something, and waits. The model alone does not call for the long one: it takes many short
//! answers ("two people") for unfinished.

use sayso_core::audio::Samples;

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// Where both say done, and it is a question; never longer than `short`.
    pub question: Samples,
    /// Where both say done.
    pub short: Samples,
    /// Before they are heard, or where one is missing or they disagree.
    pub normal: Samples,
    /// Where more must come, by the transcript.
    pub long: Samples,
    /// From this score (0…1) on the end-of-turn model says done.
    pub done: f32,
    /// It is asked at the first frame less likely speech than this (0…1).
    pub quiet: f32,
}

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

impl Patience {
    /// The quiet after which the turn is over, by the end-of-turn score and
    /// the reading of the transcript, as far as they are known.
    pub fn hangover(&self, score: Option<f32>, reading: Option<Reading>) -> Samples {
        let sounds_done = score.is_some_and(|score| score >= self.done);
        match reading {
            Some(Reading::Unfinished) => self.long,
            Some(Reading::Complete) if sounds_done => self.short,
            Some(Reading::Question) if sounds_done => self.question.min(self.short),
            _ => self.normal,
        }
    }
}

/// Words after which more must come.
const DANGLING: [&str; 66] = [
    "a", "about", "after", "an", "and", "are", "as", "at", "because", "before", "between", "but",
    "by", "could", "did", "do", "does", "during", "er", "every", "for", "from", "get", "give",
    "has", "have", "his", "hmm", "how", "i", "i'd", "i'll", "i'm", "if", "into", "is", "it's",
    "like", "make", "my", "of", "or", "our", "set", "should", "so", "than", "that's", "the",
    "their", "then", "to", "uh", "um", "until", "was", "we", "well", "were", "what's", "when",
    "where", "which", "will", "with", "your",
];

/// Words before a number that want a unit or more of it ("a timer for ten").
const BEFORE_NUMBER: [&str; 7] = ["for", "in", "after", "by", "at", "to", "and"];

/// Words that a question has at least: fewer call somebody ("Hello?").
const QUESTION: usize = 3;

/// How a transcript reads, in English; `None` for an empty one.
pub fn reading(text: &str) -> Option<Reading> {
    let text = text.trim();
    let last_mark = text.chars().next_back()?;
    // What Whisper writes where the voice hangs in the air.
    if [',', '-', '–', '—', '…', ':'].contains(&last_mark) || text.ends_with("..") {
        return Some(Reading::Unfinished);
    }
    let mut words = text
        .split_whitespace()
        .rev()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'').to_lowercase());
    let last = words.next().filter(|word| !word.is_empty())?;
    let before = words.next().unwrap_or_default();
    if last_mark == '?' {
        // The sentence was heard as whole ("what is it for?").
        let sentence = text.rsplit(['.', '!', '?']).nth(1).unwrap_or_default();
        let asks = sentence.split_whitespace().count() >= QUESTION;
        return Some(if asks { Reading::Question } else { Reading::Complete });
    }
    let dangles = DANGLING.binary_search(&last.as_str()).is_ok();
    let number = is_number(&last) && dangling_number(&before);
    Some(if dangles || number { Reading::Unfinished } else { Reading::Complete })
}

fn dangling_number(before: &str) -> bool {
    BEFORE_NUMBER.contains(&before)
}

fn is_number(word: &str) -> bool {
    const WORDS: [&str; 23] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve", "fifteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty",
        "ninety", "hundred", "thousand",
    ];
    word.chars().all(|c| c.is_ascii_digit()) || WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dangling_words_are_sorted() {
        assert!(DANGLING.is_sorted());
    }

    #[test]
    fn readings() {
        for text in [
            "What time is it?",
            "What is it for?",
            "Hello. What is two plus two?",
            "At 3? Or at 4 then?",
        ] {
            assert_eq!(reading(text), Some(Reading::Question), "{text}");
        }
        for text in [
            "Set a timer for ten minutes.",
            "Turn on the kitchen light",
            "Hello?",
            "What time is it? Hello?",
            "Yes.",
            "Channel 4.",
        ] {
            assert_eq!(reading(text), Some(Reading::Complete), "{text}");
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
            assert_eq!(reading(text), Some(Reading::Unfinished), "{text}");
        }
        assert_eq!(reading("  "), None);
        assert_eq!(reading("!"), None);
    }

    #[test]
    fn both_must_say_done() {
        let ms = Samples::from_ms;
        let patience = Patience {
            question: ms(1),
            short: ms(2),
            normal: ms(3),
            long: ms(4),
            done: 0.6,
            quiet: 0.3,
        };
        let of = |score, reading| patience.hangover(score, reading).as_ms();
        use Reading::{Complete, Question, Unfinished};
        assert_eq!(of(Some(0.9), Some(Question)), 1);
        assert_eq!(of(Some(0.9), Some(Complete)), 2);
        assert_eq!(of(Some(0.4), Some(Complete)), 3);
        assert_eq!(of(Some(0.4), Some(Question)), 3);
        assert_eq!(of(Some(0.1), Some(Complete)), 3);
        assert_eq!(of(Some(0.9), Some(Unfinished)), 4);
        assert_eq!(of(None, Some(Complete)), 3);
        assert_eq!(of(Some(0.9), None), 3);
        assert_eq!(of(None, None), 3);
        let quicker = Patience { question: ms(3), ..patience };
        assert_eq!(quicker.hangover(Some(0.9), Some(Question)).as_ms(), 2);
    }
}
