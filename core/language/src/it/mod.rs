//! Italian.

mod aloud;

use crate::Reader;
use crate::clause::Clauses;

/// The reading of Italian.
pub(crate) static READER: Reader = Reader { code: "it", clauses: &CLAUSES, aloud: &aloud::ALOUD };

static CLAUSES: Clauses = Clauses {
    joining: &["che", "dove", "e", "ma", "mentre", "o", "oppure", "perché", "però", "quando", "se"],
    verbs: &["aveva", "era", "erano", "fu", "ha", "hanno", "può", "sono", "è"],
    leaning: &[
        "che", "chi", "ci", "come", "cosa", "di", "dove", "e", "io", "la", "le", "lo", "mi", "noi",
        "non", "o", "oggi", "quando", "quanto", "questa", "questo", "qui", "se", "si", "ti", "tu",
        "vi",
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
