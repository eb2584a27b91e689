//! Spanish.

mod aloud;

use crate::Reader;
use crate::clause::Clauses;

/// The reading of Spanish.
pub(crate) static READER: Reader = Reader { code: "es", clauses: &CLAUSES, aloud: &aloud::ALOUD };

static CLAUSES: Clauses = Clauses {
    joining: &[
        "aunque", "cuando", "donde", "mientras", "o", "pero", "porque", "pues", "que", "si",
        "sino", "y",
    ],
    verbs: &["era", "es", "está", "están", "fue", "ha", "han", "hay", "puede", "son", "tiene"],
    leaning: &[
        "ayer", "como", "cuál", "cuándo", "cuánto", "cómo", "dónde", "esta", "este", "esto", "hoy",
        "la", "las", "lo", "los", "me", "más", "no", "nos", "o", "que", "quién", "qué", "se", "si",
        "te", "y", "ya",
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
