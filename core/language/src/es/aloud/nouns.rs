//! Nouns after numbers.

use super::genders::gender;
use crate::aloud::grammar::Gender::{self, Masculine};
use crate::aloud::text::Text;

/// Words after a number that are no nouns it counts.
const NO_NOUNS: &[&str] = &[
    "a",
    "además",
    "ahora",
    "al",
    "allí",
    "antes",
    "aquí",
    "así",
    "ayer",
    "cada",
    "casi",
    "como",
    "con",
    "cuando",
    "cuyos",
    "dcha",
    "de",
    "debes",
    "del",
    "derecha",
    "desde",
    "después",
    "detrás",
    "donde",
    "dos",
    "e",
    "el",
    "ella",
    "ellas",
    "ellos",
    "en",
    "entonces",
    "entre",
    "era",
    "eran",
    "eres",
    "es",
    "esa",
    "esas",
    "ese",
    "esos",
    "está",
    "están",
    "estamos",
    "estas",
    "este",
    "estos",
    "fue",
    "fueron",
    "gracias",
    "ha",
    "han",
    "hasta",
    "hay",
    "hemos",
    "hoy",
    "igual",
    "izda",
    "izq",
    "izquierda",
    "junto",
    "la",
    "las",
    "le",
    "lejos",
    "les",
    "lo",
    "los",
    "luego",
    "mas",
    "me",
    "menos",
    "mi",
    "mientras",
    "mis",
    "más",
    "necesitas",
    "ni",
    "no",
    "nos",
    "o",
    "os",
    "para",
    "pero",
    "por",
    "porque",
    "puede",
    "pueden",
    "puedes",
    "que",
    "sale",
    "se",
    "según",
    "será",
    "serán",
    "si",
    "sin",
    "sobre",
    "somos",
    "son",
    "su",
    "sus",
    "tambien",
    "también",
    "te",
    "tenemos",
    "tiene",
    "tienen",
    "tienes",
    "tras",
    "tres",
    "tu",
    "tus",
    "u",
    "un",
    "una",
    "unas",
    "unos",
    "vamos",
    "y",
    "ya",
];

/// Verbs that often come after a share ("1/3 dijo que no").
const VERBS: &[&str] = &[
    "afirma",
    "afirmó",
    "alcanza",
    "apoya",
    "cree",
    "considera",
    "contestó",
    "corresponde",
    "cumple",
    "dice",
    "dijo",
    "estudia",
    "gana",
    "muere",
    "murió",
    "necesita",
    "opina",
    "padece",
    "pasa",
    "piensa",
    "prefiere",
    "procede",
    "provino",
    "proviene",
    "quedó",
    "quiere",
    "rechaza",
    "representa",
    "respondió",
    "sabe",
    "sufre",
    "supera",
    "superó",
    "sobra",
    "trabaja",
    "usa",
    "utiliza",
    "va",
    "viaja",
    "vive",
    "votó",
    "viene",
];

/// Words before a number that it names, and does not count.
const NAMING: &[&str] = &[
    "apartado",
    "apartamento",
    "artículo",
    "artículos",
    "autobús",
    "aula",
    "bus",
    "calle",
    "camino",
    "canal",
    "capítulo",
    "capítulos",
    "carretera",
    "código",
    "ejercicio",
    "escena",
    "fase",
    "figura",
    "fila",
    "grupo",
    "habitación",
    "lección",
    "ley",
    "línea",
    "nivel",
    "número",
    "números",
    "opción",
    "página",
    "páginas",
    "parte",
    "paso",
    "piso",
    "planta",
    "portal",
    "pregunta",
    "puerta",
    "sala",
    "sección",
    "tabla",
    "talla",
    "tema",
    "tren",
    "unidad",
    "versión",
    "vía",
    "vuelo",
];

/// Adjectives that do not show a gender.
const NEUTRAL: &[&str] = &[
    "diferentes",
    "enormes",
    "gran",
    "grandes",
    "importantes",
    "jóvenes",
    "mejores",
    "nuevos",
    "peores",
    "posibles",
    "principales",
];

/// Whether the word at piece `i` can be a noun, or an adjective before one.
pub(super) fn is_noun(text: &Text, i: usize) -> bool {
    let small = text.get(i).starts_with(char::is_lowercase);
    // "1 sobre de levadura"
    if text.is(i, "sobre") && text.is_number(text.before(i)) && text.is(i + 2, "de") {
        return true;
    }
    text.is_word(i) && small && !NO_NOUNS.contains(&text.get(i)) && !VERBS.contains(&text.get(i))
}

/// Feminine nouns before which one says "un", because they begin with a stressed "a".
const STRESSED: &[&str] = &[
    "acta", "agua", "ala", "alba", "alga", "alma", "ama", "ancla", "ansia", "arca", "arma", "arpa",
    "asa", "aula", "ave", "aya", "haba", "habla", "hacha", "hada", "hambre", "águila", "área",
    "ánfora",
];

/// Whether the word at piece `i` is such a noun.
pub(super) fn is_stressed(text: &Text, i: usize) -> bool {
    text.one_of(i, STRESSED)
}

/// Whether the number at the end of a clause counts feminine things as one before it did.
pub(super) fn counts_again(text: &Text, i: usize) -> bool {
    let apart = text.ends_line(i + 1) || matches!(text.get(i + 1), "." | "," | "!" | "?");
    let earlier = (i.saturating_sub(10)..i)
        .any(|at| text.is_number(at) && counted(text, at) == Some(Gender::Feminine));
    let verb = text.is_word(text.before(i)) && text.is(i.wrapping_sub(1), " ");
    apart && verb && earlier && !text.one_of(text.before(i), NAMING)
}

/// The gender of the noun that the number at piece `i` counts, if it counts one.
pub(super) fn counted(text: &Text, i: usize) -> Option<Gender> {
    let mut last = i;
    // "el n.º 1 mundial"
    if text.is_word(i.wrapping_sub(1)) || matches!(text.get(text.before(i)), "º" | "°" | "№") {
        return None;
    }
    // "1 de cada 5 mujeres", "1 de las 3"
    if text.is(i, "1") && text.one_of(i + 2, &["de"]) {
        return match text.get(i + 4) {
            "las" => Some(Gender::Feminine),
            "cada" if text.is_number(i + 6) && !text.is(i + 6, "1") => {
                counted(text, i + 6).filter(|gender| *gender == Gender::Feminine)
            }
            _ => None,
        };
    }
    // "1 o 2 personas", "200-300 personas"
    let joins = text.past_space(i + 1);
    let second = text.past_space(joins + 1);
    if text.is_number(second)
        && (text.is_dash(joins) || text.one_of(joins, &["a", "o", "u", "y"]))
        && !text.one_of(text.before(i), NAMING)
    {
        last = second;
    }
    if text.one_of(text.before(i), NAMING) {
        return None;
    }
    let mut at = last + 2;
    if !text.is(last + 1, " ") {
        return None;
    }
    // "200 mil personas"
    let thousands = text.is(at, "mil");
    for _ in 0..2 {
        if (NEUTRAL.contains(&text.get(at)) || text.is(at, "mil")) && text.is(at + 1, " ") {
            at += 2;
        }
    }
    let several = text.value(last) != Some(1);
    let noun = is_noun(text, at) && (!several || text.get(at).ends_with('s'));
    // "las 91 votantes"
    let feminine = text.one_of(text.before(i), &["las", "unas", "otras", "estas", "esas"]);
    match noun {
        true if feminine => Some(Gender::Feminine),
        true => Some(gender(text.get(at))),
        false => thousands.then_some(Masculine),
    }
}
