//! The names of symbols, of emoji and of scripts.

use crate::aloud::tables::{Emoji, emoji};

pub(super) const EMOJI: &[Emoji] = &[
    Emoji { after: &["i", "we", "you", "they"], ..emoji('❤', "heart", "love", "heart") },
    emoji('👍', "thumbs up", "", "yes"),
    emoji('👎', "thumbs down", "", "no"),
    emoji('✓', "yes", "", "yes"),
    emoji('✗', "no", "", "no"),
    emoji('☎', "phone", "phone", "phone"),
    emoji('⚠', "warning", "warning", "warning"),
    emoji('💯', "one hundred percent", "", "one hundred percent"),
    emoji('❓', "question", "", "question"),
    // Faces, which are said only as an answer.
    emoji('🙂', "happy", "", "happy"),
    emoji('😢', "sad", "", "sad"),
    emoji('😂', "laughing", "", "laughing"),
    emoji('😡', "angry", "", "angry"),
    emoji('😍', "in love", "", "in love"),
    emoji('😴', "tired", "", "tired"),
    emoji('😐', "neutral", "", "neutral"),
    emoji('🤔', "thoughtful", "", "thoughtful"),
    emoji('😱', "scared", "", "scared"),
    Emoji {
        sign: '★',
        alone: "star",
        between: "star",
        answer: "one star",
        after: &[],
        counted: Some(["star", "stars"]),
    },
];

/// Signs that are not operators. "#." is the one of "C#", and "|." that of a probability.
pub(super) const SYMBOLS: &[(&str, &str)] = &[
    ("∧", "and"),
    ("∨", "or"),
    ("¬", "not"),
    ("≪", "is much less than"),
    ("≫", "is much greater than"),
    ("∠", "angle"),
    ("⌘", "command"),
    ("⏎", "return"),
    ("⌥", "option"),
    ("♠", "spades"),
    ("♥", "hearts"),
    ("♦", "diamonds"),
    ("♣", "clubs"),
    ("♯", "sharp"),
    ("♭", "flat"),
    ("☐", "unchecked"),
    ("☑", "checked"),
    ("♂", "male"),
    ("♀", "female"),
    ("#.", "sharp"),
    ("|.", "given"),
    ("prime", "prime"),
];

/// Scripts that the voice cannot say.
pub(super) const SCRIPTS: &[&str; 10] = &[
    "Chinese characters",
    "Japanese text",
    "Korean text",
    "Arabic text",
    "Hebrew text",
    "Hindi text",
    "Thai text",
    "Georgian text",
    "Armenian text",
    "text in another script",
];
