//! The names of symbols, of emoji and of scripts.

use crate::aloud::tables::{Emoji, emoji};

pub(super) const EMOJI: &[Emoji] = &[
    Emoji { after: &["te", "os"], ..emoji('❤', "corazón", "quiero", "corazón") },
    emoji('👍', "pulgar arriba", "", "sí"),
    emoji('👎', "pulgar abajo", "", "no"),
    emoji('✓', "sí", "", "sí"),
    emoji('✗', "no", "", "no"),
    emoji('☎', "teléfono", "teléfono", "teléfono"),
    emoji('⚠', "atención", "atención", "atención"),
    emoji('💯', "cien por cien", "", "cien por cien"),
    // Faces, which are said only as an answer.
    emoji('🙂', "contento", "", "contento"),
    emoji('😢', "triste", "", "triste"),
    emoji('😂', "muerto de risa", "", "muerto de risa"),
    emoji('😡', "enfadado", "", "enfadado"),
    emoji('😍', "enamorado", "", "enamorado"),
    emoji('😴', "cansado", "", "cansado"),
    emoji('😐', "neutral", "", "neutral"),
    emoji('🤔', "pensativo", "", "pensativo"),
    emoji('😱', "asustado", "", "asustado"),
    Emoji {
        sign: '★',
        alone: "estrella",
        between: "estrella",
        answer: "una estrella",
        after: &[],
        counted: Some(["estrella", "estrellas"]),
    },
];

/// Signs that are not operators. "#." is the one of "C#", and "|." that of a probability.
pub(super) const SYMBOLS: &[(&str, &str)] = &[
    ("∧", "y"),
    ("∨", "o"),
    ("¬", "no"),
    ("≪", "mucho menor que"),
    ("≫", "mucho mayor que"),
    ("∠", "ángulo"),
    ("⌘", "comando"),
    ("⏎", "intro"),
    ("⌥", "opción"),
    ("♠", "picas"),
    ("♥", "corazones"),
    ("♦", "diamantes"),
    ("♣", "tréboles"),
    ("♯", "sostenido"),
    ("♭", "bemol"),
    ("☐", "sin marcar"),
    ("☑", "marcado"),
    ("♂", "masculino"),
    ("♀", "femenino"),
    ("#.", "sharp"),
    ("|.", "dado"),
    ("prime", "prima"),
];

/// Scripts that the voice cannot say.
pub(super) const SCRIPTS: &[&str; 10] = &[
    "caracteres chinos",
    "texto en japonés",
    "texto en coreano",
    "texto en árabe",
    "texto en hebreo",
    "texto en hindi",
    "texto en tailandés",
    "texto en georgiano",
    "texto en armenio",
    "texto en otra escritura",
];
