//! Nouns after numbers, and their genders.

use super::numbers;
use crate::aloud::grammar::Gender::{self, Feminine, Masculine};
use crate::aloud::text::Text;

/// Words after a number that are no nouns it counts.
const NO_NOUNS: &[&str] = &[
    "a", "abbiamo", "ad", "adesso", "ai", "al", "alla", "alle", "allo", "anche", "che", "chi",
    "ci", "circa", "col", "come", "con", "contro", "cui", "da", "dai", "dal", "dalla", "dalle",
    "degli", "dei", "del", "della", "delle", "dello", "di", "dopo", "dove", "e", "ed", "era",
    "fino", "fra", "fu", "gli", "ha", "hai", "hanno", "ho", "i", "ieri", "il", "in", "invece",
    "io", "la", "le", "li", "lo", "ma", "mentre", "meno", "mi", "ne", "nei", "nel", "nella",
    "nelle", "noi", "non", "né", "o", "oggi", "ogni", "oppure", "per", "perché", "però", "più",
    "poi", "presso", "prima", "può", "qua", "quando", "qui", "quindi", "sarà", "se", "senza", "si",
    "sia", "sono", "sopra", "sotto", "su", "sul", "sulla", "tra", "un", "una", "uno", "verso",
    "viene", "è",
];

/// Words before a number that it names, and does not count.
const NAMING: &[&str] = &[
    "articolo", "aula", "autobus", "binario", "bus", "camera", "canale", "capitolo", "casella",
    "codice", "figura", "fila", "gruppo", "interno", "lezione", "linea", "livello", "numero",
    "opzione", "pagina", "passo", "piano", "porta", "sala", "scala", "scena", "sezione", "stanza",
    "tabella", "treno", "uscita", "versione", "volo",
];

/// Masculine nouns in "-a", in the singular.
const MASCULINE: &[&str] = &[
    "aroma",
    "clima",
    "cinema",
    "dilemma",
    "diploma",
    "dramma",
    "fantasma",
    "panda",
    "panorama",
    "papa",
    "pianeta",
    "pigiama",
    "poema",
    "poeta",
    "problema",
    "programma",
    "schema",
    "sistema",
    "tema",
    "teorema",
    "telegramma",
    "trauma",
    "gorilla",
    "koala",
    "delta",
    "atleta",
    "collega",
];

/// Feminine nouns that do not end in "-a", in the singular.
const FEMININE: &[&str] = &[
    "analisi", "arte", "auto", "base", "carne", "chiave", "classe", "crisi", "fase", "foto",
    "frase", "gente", "guerra", "legge", "luce", "madre", "mano", "mente", "moglie", "morte",
    "moto", "nave", "neve", "notte", "nube", "parte", "pelle", "radio", "rete", "sede", "serie",
    "specie", "tesi", "torre", "voce", "volpe", "croce", "noce", "pace", "fonte", "corte",
    "febbre", "valle", "capitale", "email", "mail", "app", "password", "bici", "metro", "ipotesi",
    "sintesi",
];

const FEMININE_ENDINGS: &[&str] =
    &["a", "zione", "sione", "gione", "nione", "tà", "tù", "trice", "igine", "udine"];

/// The gender of a noun in the singular, by its ending and by tables.
pub(super) fn gender(noun: &str) -> Gender {
    let feminine = FEMININE_ENDINGS.iter().any(|ending| noun.ends_with(ending));
    match () {
        () if MASCULINE.contains(&noun) || noun.ends_with("ista") => Masculine,
        () if feminine || FEMININE.contains(&noun) => Feminine,
        () => Masculine,
    }
}

/// Whether the word at piece `i` can be a noun, or an adjective before one.
pub(super) fn is_noun(text: &Text, i: usize) -> bool {
    let small = text.get(i).starts_with(char::is_lowercase);
    let elided = text.is(i + 1, "'");
    text.is_word(i) && small && !elided && !NO_NOUNS.contains(&text.get(i))
}

/// The word for one before the noun that the number at piece `i` counts, if it counts one.
pub(super) fn one(text: &Text, i: usize) -> Option<&'static str> {
    let joined = text.is_word(i.wrapping_sub(1));
    if joined || !text.is(i, "1") || !text.is(i + 1, " ") || text.one_of(text.before(i), NAMING) {
        return None;
    }
    // "1 o 2 persone"
    if text.one_of(i + 2, &["o"]) && text.is_number(i + 4) {
        let noun = i + 6;
        let several = text.get(noun);
        let feminine = several.ends_with('e') || several.ends_with("zioni");
        let fits = text.is(i + 5, " ") && is_noun(text, noun) && feminine;
        return fits.then_some("una");
    }
    let noun = i + 2;
    is_noun(text, noun).then(|| numbers::one(gender(text.get(noun)), text.get(noun)))
}

/// Whether the article before piece `i` is feminine.
pub(super) fn is_feminine(text: &Text, i: usize) -> bool {
    let articles =
        ["alla", "dalla", "della", "la", "nella", "questa", "quella", "sua", "sulla", "una"];
    text.one_of(text.before(i), &articles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_show_the_gender() {
        for noun in ["persona", "stazione", "città", "notte", "attrice", "mano", "abitudine"] {
            assert_eq!(gender(noun), Feminine, "{noun}");
        }
        for noun in ["litro", "problema", "turista", "mese", "fiore", "bar"] {
            assert_eq!(gender(noun), Masculine, "{noun}");
        }
    }
}
