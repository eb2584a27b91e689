//! German.

mod aloud;

use crate::Reader;
use crate::clause::Clauses;

/// The reading of German.
pub(crate) static READER: Reader = Reader { code: "de", clauses: &CLAUSES, aloud: &aloud::ALOUD };

static CLAUSES: Clauses = Clauses {
    joining: &[
        "aber", "als", "bevor", "damit", "dass", "denn", "ob", "obwohl", "oder", "sodass",
        "sondern", "und", "weil", "wenn",
    ],
    verbs: &["hat", "ist", "kann", "muss", "sind", "soll", "war", "waren", "wird", "wurde"],
    leaning: &[
        "da", "das", "du", "er", "es", "ich", "ihr", "man", "sie", "und", "was", "wer", "wie",
        "wir", "wo",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_searched_are_sorted() {
        for list in [CLAUSES.joining, CLAUSES.verbs, CLAUSES.leaning] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
