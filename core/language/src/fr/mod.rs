//! French.

mod aloud;

use crate::Reader;
use crate::clause::Clauses;

/// The reading of French, as it is spoken in France.
pub(crate) static READER: Reader = Reader { code: "fr", clauses: &CLAUSES, aloud: &aloud::ALOUD };

static CLAUSES: Clauses = Clauses {
    joining: &[
        "afin", "alors", "car", "comme", "donc", "et", "lorsque", "mais", "ou", "parce", "puis",
        "puisque", "quand", "qui", "si", "tandis",
    ],
    verbs: &["a", "doit", "est", "ont", "peut", "sera", "sont", "étaient", "était"],
    leaning: &[
        "ce", "cela", "elle", "elles", "et", "il", "ils", "je", "l'on", "nous", "on", "où", "que",
        "qui", "quoi", "tu", "vous", "y", "ça",
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
