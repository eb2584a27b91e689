//! Ordinal numbers: in digits with a full stop, and in Roman ones.

use super::context::{gender, is_before_ordinal, ordinal_ending};
use super::nouns;
use super::numbers::{self, Case};
use crate::aloud::class::{Class, Item};
use crate::aloud::grammar::Gender;
use crate::aloud::grammar::Spoken;
use crate::aloud::item;
use crate::aloud::roman;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// Nouns that usually come after an ordinal number, even where a sentence begins.
const ORDERED: &[&str] = &[
    "Abschnitt",
    "Advent",
    "Akt",
    "Auflage",
    "Band",
    "Bundesliga",
    "Etage",
    "FC",
    "Halbjahr",
    "Halbzeit",
    "Hälfte",
    "Jahrhundert",
    "Kapitel",
    "Klasse",
    "Liga",
    "Mal",
    "Obergeschoss",
    "Platz",
    "Preis",
    "Quartal",
    "Rang",
    "Reihe",
    "Runde",
    "Satz",
    "Semester",
    "Spieltag",
    "Staffel",
    "Stock",
    "Stockwerk",
    "Strophe",
    "Stufe",
    "Tag",
    "Teil",
    "Vorsitzender",
    "OG",
    "UG",
    "Bezirk",
    "Etappe",
    "Feiertag",
    "Gang",
    "Geburtstag",
    "Generation",
    "Gruppe",
    "Jahrestag",
    "Lauf",
    "Lebensjahr",
    "Minute",
    "Schritt",
    "Sinfonie",
    "Stelle",
    "Versuch",
    "Weihnachtsfeiertag",
    "Weltkrieg",
    "Woche",
];

/// "zum 3. Mal", "der 2. und 3. Versuch", "1. Platz"
pub(super) fn ordinal(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = text.past_space(i + 2);
    let whole = text.is_number(i) && !text.get(i).contains('.');
    let fits = (text.is_digits(i, 1..=3) || whole && text.get(i).contains(','))
        && text.is(i + 1, ".")
        && next > i + 2
        && text.is_word(next)
        && !text.is_word(i.wrapping_sub(1))
        && !matches!(text.get(i.wrapping_sub(1)), "." | "," | ":" | "/");
    // "besser als das 1.", "Heute ist der 3."
    let article = ["das", "dem", "den", "der", "die", "am", "im", "vom", "zum", "beim"];
    if text.is_digits(i, 1..=2)
        && text.is(i + 1, ".")
        && (text.ends_line(i + 2) || text.is(i + 2, ","))
        && text.one_of(text.before(i), &article)
        && (text.one_of(
            text.before(text.before(i)),
            &["als", "er", "ist", "sie", "war", "wie", "wird", "wurde"],
        ) || text.one_of(text.before(i), &["am", "im", "vom", "zum", "beim"]))
    {
        let ends = !text.is(i + 2, ",");
        return Some(Item { ends, ..item(Class::Ordinal(i), i, i + 2) });
    }
    // "Kane (12.)": the minute of a goal
    if text.is_digits(i, 1..=2)
        && text.is(i.wrapping_sub(1), "(")
        && text.is(i + 1, ".")
        && text.is(i + 2, ")")
        && text.is_capital(text.before(i.wrapping_sub(1)))
    {
        let words = numbers::ordinal(text.get(i)) + "e";
        return Some(item(Class::Coined(words), i, i + 2));
    }
    let small = !text.is_capital(next);
    let said = is_before_ordinal(text, text.before(i)) || follows_ordinal(text, i);
    let bracket = text.is(text.before(i), "(") && nouns::gender(text.get(next)).is_some();
    let known = ORDERED.contains(&text.get(next)) || bracket;
    let fits = fits && (small && text.before(i) < i || known || said && !aloud.starts(text, next));
    fits.then(|| item(Class::Ordinal(i), i, i + 2))
}

/// 90.+3: a minute of the time that is added.
pub(super) fn added(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let plus = text.past_space(i + 2);
    let number = text.past_space(plus + 1);
    let fits = text.is_digits(i, 2..=3)
        && text.is(i + 1, ".")
        && text.is(plus, "+")
        && text.is_digits(number, 1..=2);
    if !fits {
        return None;
    }
    let stem = numbers::ordinal(text.get(i)) + ordinal_ending(text, i, Some(Gender::Feminine));
    let more = numbers::cardinal(text.get(number));
    let end = number + 1 + usize::from(text.is(number + 1, "."));
    Some(item(Class::Coined(format!("{stem} {} {more}", aloud.words.plus)), i, end))
}

/// "3. und 4."
fn follows_ordinal(text: &Text, i: usize) -> bool {
    let before = text.before(i);
    let first = text.before(before);
    (text.one_of(before, &["und", "oder", "bis"]) || text.is(before, ","))
        && text.is(first, ".")
        && text.is_number(first.wrapping_sub(1))
}

pub(super) fn say(item: &Item, i: usize, spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    let mut noun = text.past_space(i + 2);
    // "der 3. und 4. Tag"
    if text.one_of(noun, &["und", "oder", "bis"]) {
        noun += 2;
        if text.is_number(noun) {
            noun = text.past_space(noun + 2);
        }
    }
    let stem = numbers::ordinal(&text.digits(i));
    // "Zu 2. fällt mir nichts ein."
    let point = text.one_of(text.before(i), &["zu"]) && !text.is_capital(noun);
    let second = text.before(text.before(i));
    let woman = [second, text.before(second)].iter().any(|&at| text.one_of(at, &["sie"]))
        && !text.is_capital(noun);
    let words = match ordinal_ending(text, i, gender(text, noun)) {
        _ if point => stem + "ens",
        "er" if woman => stem + "e",
        ending => stem + ending,
    };
    spoken.say(&words, text.span(item.from, item.end - 1));
}

/// Names after which a Roman numeral is an ordinal number, and whether of women.
const MONARCHS: &[(&str, bool)] = &[
    ("Ludwig", false),
    ("Friedrich", false),
    ("Wilhelm", false),
    ("Karl", false),
    ("Heinrich", false),
    ("Otto", false),
    ("Benedikt", false),
    ("Paul", false),
    ("Johannes", false),
    ("Pius", false),
    ("Leo", false),
    ("Gregor", false),
    ("Philipp", false),
    ("Franz", false),
    ("Joseph", false),
    ("Leopold", false),
    ("Rudolf", false),
    ("Ferdinand", false),
    ("Maximilian", false),
    ("Alexander", false),
    ("Nikolaus", false),
    ("Peter", false),
    ("Iwan", false),
    ("Georg", false),
    ("Eduard", false),
    ("Jakob", false),
    ("Richard", false),
    ("Gustav", false),
    ("Christian", false),
    ("August", false),
    ("Konrad", false),
    ("Ramses", false),
    ("Napoleon", false),
    ("Charles", false),
    ("Philippe", false),
    ("Felipe", false),
    ("Harald", false),
    ("Albert", false),
    ("Ernst", false),
    ("Innozenz", false),
    ("Urban", false),
    ("Clemens", false),
    ("Adolf", false),
    ("Sigismund", false),
    ("Elisabeth", true),
    ("Katharina", true),
    ("Maria", true),
    ("Margarethe", true),
    ("Beatrix", true),
    ("Margrethe", true),
    ("Isabella", true),
    ("Kleopatra", true),
];

/// Words before a Roman numeral that counts.
const COUNTED: &[&str] = &[
    "kapitel",
    "kap",
    "bd",
    "bde",
    "teil",
    "akt",
    "szene",
    "band",
    "buch",
    "artikel",
    "stufe",
    "klasse",
    "phase",
    "apollo",
    "episode",
    "runde",
    "anhang",
    "typ",
    "gruppe",
    "abschnitt",
    "hartz",
];

/// The name of a ruler at piece `i`: whether a woman's, and whether in the genitive.
fn monarch(text: &Text, i: usize) -> Option<(bool, bool)> {
    let find = |name: &str| MONARCHS.iter().find(|(known, _)| *known == name).map(|(_, f)| *f);
    let name = text.get(i);
    let own = |name: &str| name.strip_suffix('s').and_then(find).map(|woman| (woman, true));
    find(name).map(|woman| (woman, false)).or_else(|| own(name))
}

/// Ludwig XIV., Kapitel IV, im II. Weltkrieg
pub(super) fn roman(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let range = roman::is_end(aloud, text, i);
    let joined = matches!(text.get(i.wrapping_sub(1)), "." | "-") && !range;
    if !text.is_capitals(i) || joined {
        return None;
    }
    let n = roman::value(text.get(i))?;
    let before = text.before(roman::first(aloud, text, i));
    let stop = text.is(i + 1, ".");
    let next = text.past_space(i + 2);
    let found = |order, article, end| item(Class::Roman(n, order, article), i, end);
    if n < 40 && monarch(text, before).is_some() {
        let mut found = found(true, true, i + 1 + usize::from(stop));
        found.ends = stop && (text.ends_line(i + 2) || aloud.starts(text, next));
        return Some(found);
    }
    if stop
        && next > i + 2
        && (ORDERED.contains(&text.get(next)) || is_before_ordinal(text, before) && n < 40)
    {
        return Some(found(true, false, i + 2));
    }
    // "Faust I, V. 354"
    let lone = text.is(i, "I") && !stop && !text.is_capital(text.past_space(i + 1));
    let many = (text.get(i).len() > 1 || lone && text.get(before).len() > 3)
        && text.is_capital(before)
        && !text.is_capitals(before)
        && !matches!(text.get(i), "CD" | "DC" | "MC" | "DI" | "CV" | "MM" | "CC" | "CM" | "MD");
    // "Kap. IV"
    let short = if text.is(before, ".") { before.wrapping_sub(1) } else { before };
    let counted = COUNTED.contains(&text.lower(short).as_str());
    let year = roman::year(text.get(i)).is_some();
    (counted || year || many && n < 40).then(|| found(false, false, i + 1))
}

/// Says a Roman numeral; with `article`, as the number of a ruler.
pub(super) fn say_roman(
    item: &Item,
    n: usize,
    order: bool,
    article: bool,
    spoken: &mut Spoken<'_>,
) {
    let text = spoken.text;
    let span = text.span(item.from, item.end - 1);
    let digits = n.to_string();
    if !order {
        return spoken.say(&numbers::cardinal(&digits), span);
    }
    let stem = numbers::ordinal(&digits);
    if !article {
        let noun = nouns::gender(text.get(text.past_space(item.end)));
        return spoken.say(&(stem + ordinal_ending(text, item.from, noun)), span);
    }
    let name = text.before(item.from);
    let (woman, own) = monarch(text, name).unwrap_or((false, false));
    // The word before the titles and names shows the case: "unter König Karl V."
    let mut first = name;
    for _ in 0..3 {
        let before = text.before(first);
        if !text.is_capital(before) || super::context::case(text, first) != Case::Nominative {
            break;
        }
        first = before;
    }
    let case = if own { Case::Genitive } else { super::context::case(text, first) };
    let gender = if woman { Gender::Feminine } else { Gender::Masculine };
    let (the, ending) = match (gender, case) {
        (Gender::Feminine, Case::Nominative | Case::Accusative) => ("die", "e"),
        (Gender::Feminine, _) => ("der", "en"),
        (_, Case::Nominative) => ("der", "e"),
        (_, Case::Accusative) => ("den", "en"),
        (_, Case::Dative) => ("dem", "en"),
        (_, Case::Genitive) => ("des", "en"),
    };
    spoken.say(&format!("{the} {stem}{ending}"), span);
}
