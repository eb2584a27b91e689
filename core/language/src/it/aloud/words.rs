//! Words that look like a unit or an abbreviation, and depend on the words around them.

use super::nouns;
use crate::aloud::class::{Class, Item};
use crate::aloud::grammar::Gender;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{amount, item, number};

/// Words before an area.
const BEFORE_AREA: &[&str] = &[
    "acquistato",
    "appena",
    "bruciati",
    "circa",
    "copre",
    "coltiva",
    "coltivano",
    "di",
    "distrutto",
    "distrutti",
    "ha",
    "hanno",
    "misura",
    "misurano",
    "occupa",
    "oltre",
    "per",
    "possiede",
    "possiedono",
    "quasi",
];

/// Words after hectares that say what they are of.
const OF_AREA: &[&str] = &["agricoli", "boschivi", "complessivi", "irrigui", "totali"];

/// Words after "ha di" that complete the verb.
const OF_VERB: &[&str] =
    &["che", "certo", "fatto", "fronte", "meglio", "nuovo", "recente", "solito"];

/// Words after which an area may be continued.
const JOINING: &[&str] = &["a", "ad", "e", "in", "nel", "nella", "nei", "o", "per", "su", "tra"];

/// "nel 2020 ha vinto", "1/3 ha detto no": the number before a verb that looks like "hectares".
pub(super) fn has(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if text.follows_letters(i) {
        return None;
    }
    let (amount, end) = amount::amount(text, i)?;
    let ha = text.past_space(end);
    if ha == end || !text.is(ha, "ha") || is_area(text, i, ha) {
        return None;
    }
    match amount.part {
        Some(_) => Some(item(Class::Fraction(amount), i, end)),
        None => number::number(aloud, text, i),
    }
}

/// Whether the "ha" at `ha` after the number at `i` is a unit.
fn is_area(text: &Text, i: usize, ha: usize) -> bool {
    let next = text.past_space(ha + 1);
    let of = text.one_of(next, &["di", "del", "della"]);
    let participle = |word: &str| ["ati", "iti", "uti"].iter().any(|end| word.ends_with(end));
    // "6,8 ha colpito"
    let verb = ["ato", "ito", "uto", "sso", "rso", "tto", "sto", "nto", "lto"];
    match () {
        () if text.is_word(next)
            && verb.iter().any(|end| text.get(next).ends_with(end))
            && !text.one_of(next, &["quanto", "soltanto", "tutto"]) =>
        {
            false
        }
        () if text.get(i).contains('.') || !text.is_word(next) || next == ha + 1 => true,
        () if of => !text.one_of(text.past_space(next + 1), OF_VERB),
        () if text.one_of(next, OF_AREA) || participle(text.get(next)) => true,
        () => text.one_of(text.before(i), BEFORE_AREA) && text.one_of(next, JOINING),
    }
}

/// "ogni 100 m": a length, although "ogni" often comes before a time.
pub(super) fn metres(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let m = text.past_space(i + 1);
    let long =
        text.is_number(i) && (text.size(i) >= 100.0 || text.get(i).contains('.')) && m > i + 1;
    if long && text.is(m, "m") { amount::measure(aloud, text, i) } else { None }
}

/// "velocità max.", "temp. min.": the greatest or the least, of a feminine noun.
pub(super) fn extreme(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let [masculine, feminine] = match text.lower(i).as_str() {
        "max" => ["massimo", "massima"],
        "min" => ["minimo", "minima"],
        _ => return None,
    };
    // "al 63° min."
    let ordinal = matches!(text.get(text.before(i)), "°" | "º") && text.is(i, "min");
    if ordinal && text.is(i + 1, ".") {
        let ends = text.ends_sentence(i + 2);
        return Some(Item { ends, ..item(Class::Abbreviation("minuto"), i, i + 2) });
    }
    let mut noun = text.before(i);
    noun = if text.is(noun, ".") { noun.wrapping_sub(1) } else { noun };
    let name = text.lower(noun);
    let known = matches!(name.as_str(), "temp" | "pag") || nouns::gender(&name) == Gender::Feminine;
    let spaced = text.is_word(noun) && text.is(i.wrapping_sub(1), " ");
    let stop = usize::from(text.is(i + 1, "."));
    let number = text.is_number(text.past_space(i + 1 + stop));
    let colon = text.is(i + 1, ":");
    if !spaced || text.get(noun).chars().count() < 4 || stop == 0 && !number && !colon {
        return None;
    }
    let words = if known { feminine } else { masculine };
    let mut found = item(Class::Abbreviation(words), i, i + 1 + stop);
    found.ends = stop == 1 && text.ends_sentence(i + 2);
    Some(found)
}

/// "l'1 maggio": the article, whole before "primo".
pub(super) fn first(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let words = match text.lower(i).as_str() {
        "l" => "il",
        "all" => "al",
        "dall" => "dal",
        "dell" => "del",
        "nell" => "nel",
        "sull" => "sul",
        _ => return None,
    };
    let one = text.is(i + 1, "'") && text.is(i + 2, "1") && text.is(i + 3, " ");
    let month = (aloud.month)(text.get(i + 4)).is_some();
    (one && month).then(|| item(Class::Abbreviation(words), i, i + 2))
}
