//! The names of symbols, of emoji and of scripts.

use crate::aloud::tables::{Emoji, emoji};

pub(super) const EMOJI: &[Emoji] = &[
    Emoji { after: &["je", "j", "t", "vous"], ..emoji('❤', "cœur", "aime", "cœur") },
    emoji('👍', "pouce levé", "", "oui"),
    emoji('👎', "pouce baissé", "", "non"),
    emoji('✓', "oui", "", "oui"),
    emoji('✗', "non", "", "non"),
    emoji('☎', "téléphone", "téléphone", "téléphone"),
    emoji('⚠', "attention", "attention", "attention"),
    emoji('💯', "cent pour cent", "", "cent pour cent"),
    emoji('❓', "question", "", "question"),
    // Faces, which are said only as an answer.
    emoji('🙂', "content", "", "content"),
    emoji('😢', "triste", "", "triste"),
    emoji('😂', "mort de rire", "", "mort de rire"),
    emoji('😡', "en colère", "", "en colère"),
    emoji('😍', "amoureux", "", "amoureux"),
    emoji('😴', "fatigué", "", "fatigué"),
    emoji('😐', "neutre", "", "neutre"),
    emoji('🤔', "pensif", "", "pensif"),
    emoji('😱', "effrayé", "", "effrayé"),
    Emoji {
        sign: '★',
        alone: "étoile",
        between: "étoile",
        answer: "une étoile",
        after: &[],
        counted: Some(["étoile", "étoiles"]),
    },
];

/// Signs that are not operators. "#." is the one of "C#", and "|." that of a probability.
pub(super) const SYMBOLS: &[(&str, &str)] = &[
    ("∧", "et"),
    ("∨", "ou"),
    ("¬", "non"),
    ("≪", "est très inférieur à"),
    ("≫", "est très supérieur à"),
    ("∠", "angle"),
    ("⌘", "commande"),
    ("⏎", "entrée"),
    ("⌥", "option"),
    ("♠", "pique"),
    ("♥", "cœur"),
    ("♦", "carreau"),
    ("♣", "trèfle"),
    ("♯", "dièse"),
    ("♭", "bémol"),
    ("☐", "non coché"),
    ("☑", "coché"),
    ("♂", "masculin"),
    ("♀", "féminin"),
    ("#.", "sharp"),
    ("|.", "sachant"),
    ("prime", "prime"),
];

/// Scripts that the voice cannot say.
pub(super) const SCRIPTS: &[&str; 10] = &[
    "caractères chinois",
    "texte en japonais",
    "texte en coréen",
    "texte en arabe",
    "texte en hébreu",
    "texte en hindi",
    "texte en thaï",
    "texte en géorgien",
    "texte en arménien",
    "texte dans une autre écriture",
];
