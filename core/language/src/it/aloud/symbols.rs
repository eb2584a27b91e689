//! The names of symbols, of emoji and of scripts.

use crate::aloud::tables::{Emoji, emoji};

pub(super) const EMOJI: &[Emoji] = &[
    Emoji { after: &["ti", "vi"], ..emoji('❤', "cuore", "amo", "cuore") },
    emoji('👍', "pollice in su", "", "sì"),
    emoji('👎', "pollice in giù", "", "no"),
    emoji('✓', "sì", "", "sì"),
    emoji('✗', "no", "", "no"),
    emoji('☎', "telefono", "telefono", "telefono"),
    emoji('⚠', "attenzione", "attenzione", "attenzione"),
    emoji('💯', "cento per cento", "", "cento per cento"),
    // Faces, which are said only as an answer.
    emoji('🙂', "contento", "", "contento"),
    emoji('😢', "triste", "", "triste"),
    emoji('😂', "divertito", "", "divertito"),
    emoji('😡', "arrabbiato", "", "arrabbiato"),
    emoji('😍', "innamorato", "", "innamorato"),
    emoji('😴', "stanco", "", "stanco"),
    emoji('😐', "neutro", "", "neutro"),
    emoji('🤔', "pensieroso", "", "pensieroso"),
    emoji('😱', "spaventato", "", "spaventato"),
    Emoji {
        sign: '★',
        alone: "stella",
        between: "stella",
        answer: "una stella",
        after: &[],
        counted: Some(["stella", "stelle"]),
    },
];

/// Signs that are not operators. "#." is the one of "C#", and "|." that of a probability.
pub(super) const SYMBOLS: &[(&str, &str)] = &[
    ("∧", "e"),
    ("∨", "o"),
    ("¬", "non"),
    ("≪", "molto minore di"),
    ("≫", "molto maggiore di"),
    ("∠", "angolo"),
    ("⌘", "comando"),
    ("⏎", "invio"),
    ("⌥", "opzione"),
    ("♠", "picche"),
    ("♥", "cuori"),
    ("♦", "quadri"),
    ("♣", "fiori"),
    ("♯", "diesis"),
    ("♭", "bemolle"),
    ("☐", "non spuntato"),
    ("☑", "spuntato"),
    ("♂", "maschile"),
    ("♀", "femminile"),
    ("#.", "sharp"),
    ("|.", "dato"),
    ("prime", "primo"),
];

/// Scripts that the voice cannot say.
pub(super) const SCRIPTS: &[&str; 10] = &[
    "caratteri cinesi",
    "testo in giapponese",
    "testo in coreano",
    "testo in arabo",
    "testo in ebraico",
    "testo in hindi",
    "testo in thailandese",
    "testo in georgiano",
    "testo in armeno",
    "testo in un'altra scrittura",
];
