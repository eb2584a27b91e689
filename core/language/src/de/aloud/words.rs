//! Words put together from numbers or shortened at their end.

use super::context;
use super::numbers::{self, Case};
use crate::aloud::class::{Class, Item};
use crate::aloud::item;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// 3-mal, 5-fach, 20-jährig, 2x, 2–3-mal
pub(super) fn compound(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if text.is_digits(i, 1..=4)
        && text.is_dash(i + 1)
        && !text.is(i + 3, "%")
        && let Some(Item { class: Class::Coined(second), end, .. }) = joined(text, i + 2)
    {
        let words = format!("{} {} {second}", numbers::cardinal(text.get(i)), aloud.words.to);
        return Some(item(Class::Coined(words), i, end));
    }
    joined(text, i)
}

/// "2 x täglich": how often.
pub(super) fn often(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    // "4 x M6"
    let thing = text.is_capitals(i + 4) && text.is_letter(i + 4) && text.is_number(i + 5);
    let fits = text.is_digits(i, 1..=3)
        && text.is(i + 1, " ")
        && matches!(text.get(i + 2), "x" | "X" | "×")
        && text.is(i + 3, " ")
        && (text.one_of(i + 4, OFTEN) || thing);
    fits.then(|| item(Class::Coined(numbers::stem(text.get(i)) + "mal"), i, i + 3))
}

/// Words after how often something happens.
const OFTEN: &[&str] =
    &["am", "die", "im", "in", "jährlich", "monatlich", "pro", "tgl", "täglich", "wöchentlich"];

/// "3:2 n. V.", "5:4 i. E.": how a match was decided.
pub(super) fn decided(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let last = text.past_space(i + 2);
    let score = text.before(i);
    let fits = text.is(i + 1, ".")
        && text.is(last + 1, ".")
        && text.is_number(score)
        && text.is(score.wrapping_sub(1), ":");
    let words = match (text.get(i), text.get(last)) {
        ("n", "V") => "nach Verlängerung",
        ("n", "E") => "nach Elfmeterschießen",
        ("i", "E") => "im Elfmeterschießen",
        _ => return None,
    };
    let mut found = item(Class::Abbreviation(words), i, last + 2);
    found.ends = text.ends_line(last + 2);
    fits.then_some(found)
}

/// 1001 Nacht: the tales.
pub(super) fn tales(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits =
        text.is(i, "1001") && text.is(i + 1, " ") && text.one_of(i + 2, &["nacht", "nächte"]);
    fits.then(|| item(Class::Abbreviation("tausendundeine"), i, i + 1))
}

/// A number with what it is joined to.
fn joined(text: &Text, i: usize) -> Option<Item> {
    if !text.is_digits(i, 1..=4) || text.is_word(i.wrapping_sub(1)) {
        return None;
    }
    let number = || numbers::stem(text.get(i));
    let coined = |words: String, end: usize| Some(item(Class::Coined(words), i, end));
    let next = text.past_space(i + 2);
    // "2x täglich", but "3x - 7" and "3x4"
    if text.is(i + 1, "x") && !text.is_number(next) && !text.is_number(i + 2) {
        let alone = text.ends_line(i + 2) || matches!(text.get(i + 2), "." | "," | "!" | ")");
        // "2x M8"
        let thing = next > i + 2
            && text.is_word(next)
            && (!text.is_letter(next) || text.is_number(next + 1))
            || text.is(i + 2, "/") && text.is_word(i + 3);
        return if alone || thing { coined(number() + "mal", i + 2) } else { None };
    }
    let at = i + 1 + usize::from(text.is(i + 1, "-"));
    let word = text.get(at);
    let fits = text.is_word(at)
        && [
            "mal",
            "fach",
            "jährig",
            "tägig",
            "stündig",
            "minütig",
            "wöchig",
            "monatig",
            "seitig",
            "prozentig",
            "stellig",
            "teilig",
            "köpfig",
            "stöckig",
            "türig",
            "eckig",
            "jährlich",
        ]
        .iter()
        .any(|ending| word.to_lowercase().starts_with(ending) && word.len() < ending.len() + 3);
    if fits {
        return coined(number() + &word.to_lowercase(), at + 1);
    }
    // 100%ig
    let percent = text.is(i + 1, "%") && matches!(text.get(i + 2), "ig" | "ige" | "igen" | "iger");
    if percent { coined(number() + "prozent" + text.get(i + 2), i + 3) } else { None }
}

/// "ab 18 J.", "mit 43 Pkt.": what is counted, which has an ending in the dative.
pub(super) fn counted(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let number = text.before(i);
    let dative = context::case(text, number) == Case::Dative;
    let words = match (text.get(i), dative) {
        ("J", true) => "Jahren",
        ("Pkt", true) => "Punkten",
        ("Pkt", false) if text.is(number, "1") => "Punkt",
        ("Pkt", false) => "Punkte",
        ("Min", _) => "",
        _ => return None,
    };
    // "in der 63. Min."
    if text.is(i, "Min") && text.is(i + 1, ".") && text.is(number, ".") {
        return Some(item(Class::Abbreviation("Minute"), i, i + 2));
    }
    let fits = text.is(i + 1, ".") && text.is_number(number) && number < i.wrapping_sub(1);
    let mut found = item(Class::Abbreviation(words), i, i + 2);
    found.ends = text.ends_line(i + 2);
    (fits && !words.is_empty()).then_some(found)
}

/// Bestellnr. 88213, Bestell-Nr. 88213
pub(super) fn numbered(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let hyphen = text.is(i + 1, "-") && text.is(i + 2, "Nr") && text.is(i + 3, ".");
    if hyphen && text.is_capital(i) && text.get(i).len() > 3 && !text.is_capitals(i) {
        return Some(item(Class::Coined(format!("{}nummer", text.get(i))), i, i + 4));
    }
    let stem = text.get(i).strip_suffix("nr").filter(|stem| stem.len() > 3)?;
    let number = text.is_number(text.past_space(i + 2))
        || text.is(i + 2, ":")
        || text.one_of(text.past_space(i + 2), &["ist", "lautet", "war"]);
    let fits = text.is_capital(i) && text.is(i + 1, ".") && number;
    fits.then(|| item(Class::Coined(format!("{stem}nummer")), i, i + 2))
}

/// Adjectives that are shortened, and their stems.
const ADJECTIVES: &[(&str, &str)] = &[
    ("amtl", "amtlich"),
    ("ärztl", "ärztlich"),
    ("gesetzl", "gesetzlich"),
    ("kostenl", "kostenlos"),
    ("persönl", "persönlich"),
    ("schriftl", "schriftlich"),
    ("staatl", "staatlich"),
    ("städt", "städtisch"),
    ("zahnärztl", "zahnärztlich"),
];

/// Whether a full stop after this word marks a shortened adjective.
pub(super) fn is_adjective(word: &str) -> bool {
    ADJECTIVES.iter().any(|(short, _)| *short == word)
}

/// "den ärztl. Dienst", "kostenl. Versand": an adjective, with the ending that the word before it
/// shows.
pub(super) fn adjective(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let word = text.lower(i);
    let (_, stem) = ADJECTIVES.iter().find(|(short, _)| *short == word)?;
    let noun = text.past_space(i + 2);
    let before = text.before(i);
    let ending = match () {
        () if text.one_of(before, &["das", "die", "eine", "keine"]) => "e",
        () if text
            .one_of(before, &["den", "dem", "der", "des", "im", "vom", "zum", "zur", "für"]) =>
        {
            "en"
        }
        () => "er",
    };
    let fits = text.is(i + 1, ".") && noun > i + 2 && text.is_capital(noun) && text.is(i, &word);
    fits.then(|| item(Class::Coined(format!("{stem}{ending}")), i, i + 2))
}

/// Hauptstr. 5
pub(super) fn street(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let word = text.get(i);
    let (stem, ending) = match word {
        "Str" => ("", "Straße"),
        "str" => ("", "straße"),
        _ if text.is_capital(i) && word.len() > 5 => (word.strip_suffix("str")?, "straße"),
        _ => return None,
    };
    let stop = text.is(i + 1, ".");
    let mut found = item(Class::Coined(format!("{stem}{ending}")), i, i + 1 + usize::from(stop));
    found.ends = stop && text.ends_line(i + 2);
    (stop || text.is_number(text.past_space(i + 1))).then_some(found)
}

/// A unit without a number ("km 12"), and the "S." of "Abs. 1 S. 2".
pub(super) fn alone(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let word = text.get(i);
    let known = ["km", "kg", "cm", "mm", "ml", "mg", "GB", "MB", "TB", "kWh", "kW"].contains(&word);
    if known && !text.is(i.wrapping_sub(1), ".") {
        return Some(item(Class::Abbreviation(aloud.unit(word)?.several), i, i + 1));
    }
    let number = text.before(i);
    let part = text.before(number);
    let fits = text.is(i, "S") && text.is(i + 1, ".") && text.is_number(number);
    let law = fits && text.is(part, ".") && text.one_of(part.wrapping_sub(1), &["abs", "art"]);
    law.then(|| item(Class::Abbreviation("Satz"), i, i + 2))
}

/// The stroke of "5,4 l/100 km".
pub(super) fn consumption(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let length = text.is(text.past_space(i + 2), "km");
    let fits =
        text.is(i, "/") && text.is_word(i.wrapping_sub(1)) && text.is(i + 1, "100") && length;
    fits.then(|| item(Class::Abbreviation("auf"), i, i + 1))
}

/// "Ober-/Unterhitze": the signs between two words that share their end.
pub(super) fn shared(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is(i, "-")
        && text.is(i + 1, "/")
        && text.is_word(i.wrapping_sub(1))
        && text.is_capital(i + 2);
    fits.then(|| item(Class::Abbreviation(aloud.words.and), i, i + 2))
}

/// The sign in "Schüler/innen" and "Schüler:innen".
pub(super) fn stroke(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let left = i.wrapping_sub(1);
    let both = matches!(text.get(i), ":" | "*" | "_") && matches!(text.get(i + 1), "in" | "innen");
    let either =
        text.is(i, "/") && matches!(text.get(i + 1), "in" | "innen" | "n" | "r" | "e" | "s");
    let fits = (both || either) && text.is_capital(left);
    fits.then(|| item(Class::Silent, i, i + 1))
}
