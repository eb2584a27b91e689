//! The names of symbols, of emoji and of scripts.

use crate::aloud::tables::{Emoji, emoji};

pub(super) const EMOJI: &[Emoji] = &[
    Emoji { after: &["ich"], ..emoji('❤', "Herz", "liebe", "Herz") },
    emoji('👍', "Daumen hoch", "", "ja"),
    emoji('👎', "Daumen runter", "", "nein"),
    emoji('✓', "ja", "", "ja"),
    emoji('✗', "nein", "", "nein"),
    emoji('☎', "Telefon", "Telefon", "Telefon"),
    emoji('⚠', "Achtung", "Achtung", "Achtung"),
    emoji('💯', "hundert Prozent", "", "hundert Prozent"),
    emoji('❓', "Frage", "", "Frage"),
    // Faces, which are said only as an answer.
    emoji('🙂', "fröhlich", "", "fröhlich"),
    emoji('😢', "traurig", "", "traurig"),
    emoji('😂', "lachend", "", "lachend"),
    emoji('😡', "wütend", "", "wütend"),
    emoji('😍', "verliebt", "", "verliebt"),
    emoji('😴', "müde", "", "müde"),
    emoji('😐', "neutral", "", "neutral"),
    emoji('🤔', "nachdenklich", "", "nachdenklich"),
    emoji('😱', "erschrocken", "", "erschrocken"),
    Emoji {
        sign: '★',
        alone: "Stern",
        between: "Stern",
        answer: "ein Stern",
        after: &[],
        counted: Some(["Stern", "Sterne"]),
    },
];

/// Signs that are not operators. "#." is the one of "C#", and "|." that of a probability.
pub(super) const SYMBOLS: &[(&str, &str)] = &[
    ("∧", "und"),
    ("∨", "oder"),
    ("¬", "nicht"),
    ("≪", "viel kleiner als"),
    ("≫", "viel größer als"),
    ("∠", "Winkel"),
    ("⌘", "Befehl"),
    ("⏎", "Eingabe"),
    ("⌥", "Wahl"),
    ("♠", "Pik"),
    ("♥", "Herz"),
    ("♦", "Karo"),
    ("♣", "Kreuz"),
    ("♯", "Kreuz"),
    ("♭", "b"),
    ("☐", "offen"),
    ("☑", "abgehakt"),
    ("♂", "männlich"),
    ("♀", "weiblich"),
    ("#.", "sharp"),
    ("|.", "gegeben"),
    ("prime", "Strich"),
];

/// Scripts that the voice cannot say.
pub(super) const SCRIPTS: &[&str; 10] = &[
    "chinesische Schriftzeichen",
    "japanischer Text",
    "koreanischer Text",
    "arabischer Text",
    "hebräischer Text",
    "Text in Hindi",
    "thailändischer Text",
    "georgischer Text",
    "armenischer Text",
    "Text in einer anderen Schrift",
];
