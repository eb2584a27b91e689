//! Abbreviations, with and without full stops.

use super::tables::find;
use super::{abbreviations, tables, units};
use crate::aloud::class::{Class, Item};
use crate::aloud::item;
use crate::aloud::roman;
use crate::aloud::short;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::when::ends_there;

/// Whether a full stop after this word may only mark an abbreviation.
pub(super) fn shortens(word: &str) -> bool {
    let letters = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    letters.chars().count() == 1 && letters.chars().all(char::is_alphabetic)
        || letters.contains('.')
        || abbreviations::find_any(letters).is_some()
        || units::UNITS.iter().any(|unit| unit.sign == letters && letters.len() > 1)
        || tables::calendar_name(letters).is_some_and(|name| name.len() > letters.len())
        || matches!(
            letters,
            "St" | "Ave"
                | "Dr"
                | "dr"
                | "Blvd"
                | "Rd"
                | "Ln"
                | "Ct"
                | "Hwy"
                | "Pkwy"
                | "al"
                | "long"
                | "sq"
                | "Sq"
                | "fl"
                | "yr"
                | "yrs"
        )
        || letters.ends_with("am") && letters.starts_with(|c: char| c.is_ascii_digit())
}

/// e.g., U.S.A., Ph.D., J. R. R.
pub(super) fn dotted(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let short = |at: usize| text.is_word(at) && text.get(at).chars().count() <= 2;
    if text.is(i.wrapping_sub(1), ".") || !short(i) {
        return None;
    }
    let mut letters = String::new();
    let mut at = i;
    while short(at) && text.is(at + 1, ".") && letters.len() < 16 {
        letters.push_str(text.get(at));
        at += 2;
        // Two letters are a part only in cases like "Ph.D.", not a word that ends a sentence.
        if text.get(at - 2).chars().count() == 2 && !text.is_word(at) {
            break;
        }
    }
    // The last stop may be missing.
    if at > i && text.is_letter(at) && !text.is_word(at + 1) {
        letters.push_str(text.get(at));
        at += 1;
    }
    let count = letters.chars().count();
    let two = (at - i) >= 3;
    if count < 2 || !two {
        // An initial: "J. Smith".
        let initial =
            text.is_letter(i) && text.is(i + 1, ".") && text.is_capital(i) && !text.is(i, "I");
        let species = text.is(i + 2, " ")
            && text.is_word(i + 3)
            && !text.is_capital(i + 3)
            && text.get(i + 3).len() > 3;
        let name = species
            || text.is(i + 2, " ")
                && text.is_capital(i + 3)
                && !aloud.starts(text, i + 3)
                && !text.one_of(
                    text.before(i),
                    &["plan", "vitamin", "type", "grade", "hepatitis", "option", "class"],
                );
        return (initial && name).then(|| item(Class::Initialism, i, i + 2));
    }
    let class = match find(abbreviations::DOTTED, &letters.to_lowercase()) {
        Some(words) => Class::Abbreviation(words),
        None => Class::Initialism,
    };
    let mut found = item(class, i, at);
    let stop = text.is(at - 1, ".");
    let next = text.past_space(at);
    found.ends = stop
        && (text.ends_sentence(at)
            || next > at
                && aloud.starts(text, next)
                && !matches!(found.class, Class::Abbreviation("for example" | "that is"))
                && letters != "PS");
    Some(found)
}

/// "cup" or "cups" after an amount that ends at piece `i`.
fn cups(text: &Text, i: usize) -> Option<&'static str> {
    let part = !text.is_number(i) && matches!(text.get(i), "½" | "⅓" | "⅔" | "¼" | "¾" | "⅛");
    let stroke = text.is_number(i) && text.is(i.wrapping_sub(1), "/");
    let first = if stroke { i.wrapping_sub(2) } else { i };
    let whole = (part || stroke) && text.is_number(text.before(first));
    let one = text.is(i, "1") || part || stroke;
    (text.is_number(i) || part).then_some(if one && !whole { "cup" } else { "cups" })
}

/// Abbreviations, with or without a full stop.
pub(super) fn abbreviation(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_word(i) {
        return None;
    }
    let word = text.get(i);
    let stop = text.is(i + 1, ".") && !text.is_word(i + 2) && !text.is_number(i + 2);
    let end = i + 1 + usize::from(stop);
    let after = text.past_space(end);
    let spaced = after > end;
    let small = text.get(after).len() > 1 && text.get(after).bytes().all(|b| b"ivx".contains(&b));
    let number = text.is_number(after)
        || small && roman::value(&text.get(after).to_uppercase()).is_some()
        || text.is_capitals(after)
            && !text.is(after, "I")
            && roman::value(text.get(after)).is_some();
    let said =
        |words, end, ends| Some(Item { class: Class::Abbreviation(words), from: i, end, ends });
    // w/, w/o
    if text.is(i, "w") && text.is(i + 1, "/") && !text.is_number(i.wrapping_sub(1)) {
        let without = text.is(i + 2, "o");
        return said(
            if without { "without" } else { "with" },
            if without { i + 3 } else { i + 2 },
            false,
        );
    }
    if text.is(i + 1, "/") && !text.is(i + 3, "/") {
        let words = match (word, text.get(i + 2)) {
            ("s" | "S", "he") => Some("he or she"),
            ("b", "c") => Some("because"),
            ("b", "w") => Some("between"),
            _ => None,
        };
        if let Some(words) = words {
            return said(words, i + 3, false);
        }
    }
    if text.is(i, "y") && text.is(i + 1, "/") && text.is(i + 2, "o") {
        // "a 54 y/o man"
        let number = text.before(i);
        let kind = text.one_of(text.before(number), super::cues::KINDS.articles)
            && text.is_word(text.past_space(i + 3));
        return said(if kind { "year old" } else { "years old" }, i + 3, false);
    }
    // "long. 122.42° W"
    if word == "long" && stop && spaced && text.is(after + 1, "°") {
        return said("longitude", end, false);
    }
    // "max 4 g"
    if !stop && spaced && text.is_number(after) && !text.is_number(text.before(i)) {
        let words = match text.lower(i).as_str() {
            "max" => Some("maximum"),
            "min" => Some("minimum"),
            _ => None,
        };
        if let Some(words) = words {
            return said(words, end, false);
        }
    }
    // "q6h"
    if text.is(i, "q") && text.is_digits(i + 1, 1..=2) && text.is(i + 2, "h") {
        let words = format!("every {} hours", aloud.grammar.cardinal(text.get(i + 1)));
        return Some(item(Class::Coined(words), i, i + 3));
    }
    if text.one_of(i, &["n"]) && text.is(i + 1, "/") && text.one_of(i + 2, &["a"]) {
        return said("not applicable", i + 3, false);
    }
    if text.is(i, "km") && text.is(i + 1, "/") && text.is(i + 2, "h") {
        return said("kilometers per hour", i + 3, false);
    }
    if text.is(i + 1, "-")
        && matches!((word, text.get(i + 2)), ("Wi", "Fi") | ("WI", "FI") | ("wi", "fi"))
    {
        return said("WiFi", i + 3, false);
    }
    if text.is_number(i.wrapping_sub(1)) || text.is(i.wrapping_sub(1), "&") {
        return None;
    }
    if matches!(word, "St" | "st") && spaced && (text.is_capital(after)) {
        return said("saint", end, false);
    }
    let dr = word == "Dr" || word == "dr" && stop;
    if dr && !text.is(i + 1, "'") {
        return said("doctor", end, stop && text.ends_sentence(end));
    }
    if text.is(i, "c")
        && stop
        && (cups(text, text.before(i)).is_some()
            || text.one_of(text.before(i), &["th", "st", "nd", "rd"]))
    {
        let words = cups(text, text.before(i)).unwrap_or("century");
        return said(words, end, text.ends_sentence(end));
    }
    // "2 c sugar"
    if text.is(i, "c")
        && !stop
        && spaced
        && text.is_word(after)
        && !text.is_capital(after)
        && text.get(after).len() > 2
        && !text.one_of(after, super::cues::KINDS.no_things)
        && let Some(words) = cups(text, text.before(i))
    {
        return said(words, end, false);
    }
    // "3rd fl."
    if text.one_of(i, &["fl"]) && text.one_of(text.before(i), &["th", "st", "nd", "rd"]) {
        return said("floor", end, stop && ends_there(aloud, text, end));
    }
    if text.one_of(i, &["no"])
        && stop
        && text.one_of(
            text.before(i),
            &[
                "a",
                "the",
                "phone",
                "serial",
                "model",
                "part",
                "account",
                "tel",
                "tracking",
                "order",
                "reference",
                "invoice",
                "confirmation",
                "case",
                "item",
                "flight",
            ],
        )
    {
        return said("number", end, false);
    }
    // A unit without a number: "one kg", "price per lb".
    if abbreviations::UNITS_ALONE.contains(&word)
        && !text.is(i.wrapping_sub(1), ".")
        && let Some(unit) = units::UNITS.iter().find(|unit| unit.sign == word)
    {
        let one = text.one_of(text.before(i), &["one", "a", "an", "per", "each", "every"])
            || text.is(text.before(i), "/");
        return said(if one { unit.one } else { unit.several }, i + 1, false);
    }
    // "est. $800", but "est. 1890"
    let money = aloud.currency(text.get(after)).is_some() || text.get(after).contains([',', '.']);
    if stop && text.one_of(i, &["est"]) && spaced && (money || number && !text.is_year(after)) {
        return said("estimated", end, false);
    }
    // "no. AZ123"
    if stop
        && spaced
        && text.one_of(i, &["no"])
        && text.is_capitals(after)
        && text.is_number(after + 1)
    {
        return said("number", end, false);
    }
    // These need the full stop, and a number after it.
    if stop
        && spaced
        && number
        && let Some(words) = find(abbreviations::COUNTED, word)
    {
        return said(short::before_range(aloud, text, words, after), end, false);
    }
    if stop && let Some(words) = find(abbreviations::LEADING, word) {
        return said(words, end, text.ends_sentence(end));
    }
    if stop
        && word.len() < 6
        && (!text.is_capitals(i) || number)
        && let Some(words) = tables::calendar_name(word).filter(|name| name.len() > word.len())
    {
        return said(words, end, ends_there(aloud, text, end) && !text.is(end, ","));
    }
    if stop && let Some(words) = find(abbreviations::TRAILING, word) {
        let ends = text.ends_sentence(end)
            || spaced
                && if matches!(word, "etc" | "ft" | "lb") {
                    ends_there(aloud, text, end)
                } else {
                    aloud.starts(text, after)
                };
        return said(words, end, ends);
    }
    // "Tue, Nov 22": a short name of a day before a date or a time.
    if let Some(words) =
        tables::calendar_name(word).filter(|name| name.ends_with("day") && name.len() > word.len())
    {
        let next = text.past_space(if text.is(i + 1, ",") { i + 2 } else { i + 1 });
        let date = text.is_number(next) || tables::calendar_name(text.get(next)).is_some();
        let joins =
            |at: usize| matches!(text.get(at), "&" | "/") || text.one_of(at, &["and", "or"]);
        let day = |at: usize| tables::calendar_name(text.get(at)).is_some();
        let listed = joins(next) && day(text.past_space(next + 1))
            || joins(text.before(i)) && day(text.before(text.before(i)));
        if date || listed || !matches!(word, "Sun" | "Sat") && !stop {
            return said(words, i + 1, false);
        }
    }
    if word == "K" && text.is(i + 1, "-") && text.is_number(i + 2) {
        return None;
    }
    // Fiscal years: FY2023
    if word == "FY" && text.is_digits(i + 1, 2..=4) {
        return said("fiscal year", i + 1, false);
    }
    find(abbreviations::BARE, word).and_then(|words| said(words, i + 1, false))
}
