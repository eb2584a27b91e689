//! Letters after a number that are names, and no "thousand" or "billion".

use super::text::Text;

/// Words before a number with a letter that are the names of parts: "exercise 3b", "step 2k".
const PARTS: &[&str] = &[
    "abschnitt",
    "answer",
    "antwort",
    "apartado",
    "appendix",
    "aufgabe",
    "capitolo",
    "chapter",
    "clause",
    "class",
    "classe",
    "domanda",
    "ejercicio",
    "esercizio",
    "exercice",
    "exercise",
    "figure",
    "frage",
    "grade",
    "group",
    "grupo",
    "gruppe",
    "item",
    "klasse",
    "lesson",
    "option",
    "page",
    "paragraph",
    "part",
    "parte",
    "partie",
    "paso",
    "passo",
    "pregunta",
    "problem",
    "problema",
    "question",
    "schritt",
    "section",
    "step",
    "table",
    "task",
    "teil",
    "unit",
    "étape",
    "übung",
];

/// Words between which and "3b" an amount is probable.
const AMOUNTS: &[&str] = &[
    "about", "almost", "around", "at", "between", "by", "earned", "from", "hit", "is", "lost",
    "made", "nearly", "of", "over", "raised", "reached", "roughly", "spent", "than", "to", "under",
    "was", "with", "worth",
];

/// Whether the small letter at `at`, joined to the number at `i`, is the name of a part or of a
/// variable, and no "thousand" or "billion": "exercise 3b", "3a + 2b = 7".
pub(crate) fn is_label(text: &Text, i: usize, at: usize) -> bool {
    let letter = text.get(at);
    if !matches!(letter, "b" | "k" | "m") {
        return false;
    }
    let (before, next) = (text.before(i), text.past_space(at + 1));
    if text.one_of(before, PARTS) {
        return true;
    }
    let sign = |at: usize| matches!(text.get(at), "+" | "=" | "*" | "^" | "−");
    // "10k + 5k"
    let left = text.is(before, "=") && letter != "k"
        || sign(before) && !text.is(before, "=") && !text.is(text.before(before), letter);
    let operand = text.past_space(next + 1);
    let right = sign(next) && !text.is(operand + 1, letter) && !text.is(next, "=");
    if left || right || text.is(next, "=") && letter != "k" {
        return true;
    }
    let several = next > at + 1 && (text.get(next).ends_with('s') || text.is(next, "people"));
    letter == "b" && !text.get(i).contains('.') && !several && !text.one_of(before, AMOUNTS)
}
