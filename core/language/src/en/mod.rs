//! English, as it is spoken in America.

mod aloud;
mod answers;
mod clock;
mod itself;

use crate::clause::Clauses;
use crate::heard::Remarks;
use crate::prompt::{CallPrompt, Prompt, Prompts};
use crate::reading::Endings;
use crate::{Language, Reader};

/// English.
pub(crate) static ENGLISH: Language = Language {
    reader: &READER,
    remarks: &REMARKS,
    endings: &ENDINGS,
    prompts: &PROMPTS,
    answers: &answers::ANSWERS,
    common: include_str!("common.txt"),
    returns: &[
        ("microphone", "The microphone is back."),
        ("loudspeaker", "The loudspeaker is back."),
        ("satellite", "The connection is back."),
    ],
    alone: "I can't reach the language model on the other machine, so I answer by myself.",
    answer: |text, now, facts| clock::answer(text, now).or_else(|| itself::answer(text, facts)),
};

/// The reading of English.
pub(crate) static READER: Reader = Reader { code: "en", clauses: &CLAUSES, aloud: &aloud::ALOUD };

static REMARKS: Remarks = Remarks {
    stops: &[
        "stop it",
        "stop that",
        "stop talking",
        "cancel that",
        "cancel it",
        "never mind",
        "be quiet",
        "shut up",
        "that's enough",
        "stop",
        "cancel",
        "nevermind",
    ],
    beside_stops: &["please", "ok", "okay", "oh", "no", "just", "now"],
    backchannels: &[
        "i see",
        "got it",
        "thank you",
        "all right",
        "very good",
        "uh huh",
        "mhm",
        "mm",
        "mmm",
        "hmm",
        "hm",
        "uh-huh",
        "uhhuh",
        "huh",
        "uh",
        "um",
        "ah",
        "aha",
        "oh",
        "yeah",
        "yep",
        "yes",
        "yup",
        "ok",
        "okay",
        "right",
        "sure",
        "good",
        "great",
        "cool",
        "nice",
        "wow",
        "really",
        "exactly",
        "true",
        "thanks",
    ],
    stock_phrases: &[
        "you",
        "bye",
        "bye bye",
        "thank you",
        "thank you very much",
        "thank you so much",
        "thanks for watching",
        "thank you for watching",
        "thank you so much for watching",
        "see you next time",
        "see you in the next video",
        "please subscribe",
        "subtitles by the amaraorg community",
        "ill see you next time",
    ],
};

static ENDINGS: Endings = Endings {
    dangling: &[
        "a", "about", "after", "an", "and", "are", "as", "at", "because", "before", "between",
        "but", "by", "could", "did", "do", "does", "during", "er", "every", "for", "from", "get",
        "give", "has", "have", "his", "hmm", "how", "i", "i'd", "i'll", "i'm", "if", "into", "is",
        "it's", "like", "make", "my", "of", "or", "our", "set", "should", "so", "than", "that's",
        "the", "their", "then", "to", "uh", "um", "until", "was", "we", "well", "were", "what's",
        "when", "where", "which", "will", "with", "your",
    ],
    before_number: &["for", "in", "after", "by", "at", "to", "and"],
    numbers: &[
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve", "fifteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty",
        "ninety", "hundred", "thousand",
    ],
};

static CLAUSES: Clauses = Clauses {
    joining: &[
        "and", "because", "but", "for", "from", "if", "or", "since", "so", "that", "when", "where",
        "which", "while",
    ],
    verbs: &["are", "can", "has", "have", "is", "should", "was", "were", "will", "would"],
    leaning: &[
        "and", "he", "how", "i", "it", "she", "that", "there", "they", "this", "we", "what",
        "where", "which", "who", "why", "you",
    ],
};

static PROMPTS: Prompts = Prompts {
    standard: Prompt {
        system: include_str!("prompts/standard.txt"),
        examples: include_str!("prompts/standard-examples.txt"),
    },
    calls: CallPrompt {
        system: include_str!("prompts/calls.txt"),
        examples: Prompt { system: "", examples: include_str!("prompts/calls-examples.txt") },
    },
    small: Prompt {
        system: include_str!("prompts/small.txt"),
        examples: include_str!("prompts/small-examples.txt"),
    },
    first_question: "What can you do for me?",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_searched_are_sorted() {
        let Clauses { joining, verbs, leaning } = CLAUSES;
        for list in [joining, verbs, leaning, ENDINGS.dangling] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn common_phrases_are_words_in_small_letters_and_each_stands_there_once() {
        let mut phrases: Vec<&str> = ENGLISH.common_phrases().collect();
        let word = |c: char| c.is_ascii_lowercase() || c == ' ' || c == '\'';
        assert!(phrases.iter().all(|phrase| !phrase.is_empty() && phrase.chars().all(word)));
        let all = phrases.len();
        phrases.sort_unstable();
        phrases.dedup();
        assert_eq!(phrases.len(), all);
    }
}
