//! Signs with a special reading in English.

use super::{cues, series, tables};
use crate::aloud::class::{Class, Item, Style};
use crate::aloud::item;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// 1080p, 4K, 5K run: a letter that is not a unit.
pub(super) fn resolution(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = text.past_space(i + 2);
    let lines =
        text.is_digits(i, 3..=4) && matches!(text.get(i + 1), "p" | "i") && !text.is_number(i + 2);
    let race = text.is_digits(i, 1..=2)
        && text.is(i + 1, "K")
        && text.one_of(
            next,
            &[
                "run",
                "race",
                "video",
                "videos",
                "resolution",
                "tv",
                "display",
                "monitor",
                "screen",
                "walk",
            ],
        );
    if lines {
        return Some(item(Class::Number(i, Style::Pairs), i, i + 1));
    }
    // "at 4K", but "4K dollars"
    let screen = matches!(text.get(i), "4" | "8")
        && text.is(i + 1, "K")
        && !text.is_word(next)
        && text.one_of(text.before(i), &["at", "in", "to", "true", "with"]);
    // "the 747", "flight UA 901"
    let plane = matches!(text.get(i).as_bytes(), [b'7', _, b'7'])
        && text.one_of(text.before(i), &["a", "the"]);
    // "a 404"
    let answer = matches!(text.get(i), "401" | "403" | "404" | "429" | "502" | "503" | "504")
        && text.one_of(text.before(i), &["a", "an", "error", "status"]);
    if answer {
        return Some(item(Class::Number(i, Style::Pairs), i, i + 1));
    }
    let line = text.before(i);
    let mut name = text.before(line);
    name = if text.is(name, ",") { text.before(name) } else { name };
    let flight =
        text.is_digits(i, 3..=4) && text.is_capitals(line) && text.one_of(name, cues::CUES.flights);
    if plane || flight {
        return Some(item(Class::Number(i, Style::Pairs), i, i + 1));
    }
    // "ran a 10K"
    let race = race
        || text.is_digits(i, 1..=3)
            && text.is(i + 1, "K")
            && text.one_of(text.before(i), &["a", "first", "her", "his", "my", "our", "your"]);
    let company = text.is(i, "3")
        && text.is(i + 1, "M")
        && text.one_of(text.before(i), &["at", "by", "from"]);
    (race || screen || company).then(|| item(Class::Number(i, Style::Amount), i, i + 1))
}

/// "2 x 500 mg tablets": so many things of a size.
pub(super) fn pack(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    const UNITS: &[&str] =
        &["mg", "mcg", "g", "kg", "ml", "mL", "l", "L", "oz", "lb", "GB", "TB", "W", "V"];
    let by = text.past_space(i + 1);
    let size = text.past_space(by + 1);
    let sign = text.past_space(size + 1);
    let noun = text.past_space(sign + 1);
    let fits = text.value(i).is_some_and(|n| (1..=100).contains(&n))
        && matches!(text.get(by), "x" | "×")
        && text.is_number(size)
        && UNITS.contains(&text.get(sign))
        && noun > sign + 1
        && text.is_word(noun)
        && !text.is_capital(noun)
        && !text.one_of(noun, cues::KINDS.no_things);
    let unit = aloud.unit(text.get(sign)).filter(|_| fits)?;
    let grammar = aloud.grammar;
    let words = format!(
        "{} {} {}",
        grammar.cardinal(text.get(i)),
        crate::aloud::grammar::digits(grammar, text.get(size)),
        unit.one
    );
    Some(item(Class::Coined(words), i, sign + 1))
}

/// 1 Cor. 13, 2 Kings 4: one of several books of the Bible with the same name.
pub(super) fn book(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    const SEVERAL: &[&str] = &[
        "chronicles",
        "cor",
        "corinthians",
        "john",
        "kings",
        "peter",
        "samuel",
        "thess",
        "thessalonians",
        "tim",
        "timothy",
    ];
    let name = i + 2;
    let words = match text.get(i) {
        "1" => "first",
        "2" => "second",
        "3" => "third",
        _ => return None,
    };
    let number = text.past_space(name + 1 + usize::from(text.is(name + 1, ".")));
    let fits = text.is(i + 1, " ")
        && text.is_capital(name)
        && text.one_of(name, SEVERAL)
        && text.is_number(number);
    fits.then(|| item(Class::Abbreviation(words), i, i + 1))
}

/// 3 A: amperes, near what shows that it is no name.
pub(super) fn amperes(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    const WORDS: &[&str] = &[
        "amps", "breaker", "charger", "circuit", "current", "draw", "draws", "fuse", "fuses",
        "outlet", "rated", "socket", "supply",
    ];
    const NEAR: usize = 8;
    let sign = text.past_space(i + 1);
    if !text.is_number(i) || !text.is(sign, "A") || text.follows_letters(i) {
        return None;
    }
    let near = |at: usize| {
        text.one_of(at, WORDS)
            || matches!(text.get(at), "V" | "mA" | "W" | "kW" | "Ω" | "kΩ" | "Hz")
                && text.is_number(text.before(at))
    };
    let fits = (i.saturating_sub(NEAR)..i + NEAR).any(near) && !text.is_number(sign + 1);
    let one = text.is(i, "1") || cues::KINDS.is_kind(text, i, sign + 1);
    let number = crate::aloud::grammar::digits(aloud.grammar, text.get(i));
    let words = format!("{number} {}", if one { "amp" } else { "amps" });
    fits.then(|| item(Class::Coined(words), i, sign + 1))
}

/// 2m people, 1.5b users: millions and billions of what is counted.
pub(super) fn millions(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (mut amount, end) = crate::aloud::amount::amount(text, i)?;
    let thing = text.past_space(end + 1);
    let fits = matches!(text.get(end), "m" | "b")
        && thing > end + 1
        && text.one_of(thing, cues::COUNTED_IN_MILLIONS)
        && amount.part.is_none()
        && !text.follows_letters(i);
    amount.scale = Some((aloud.scale(text.get(end)).filter(|_| fits)?, end));
    Some(item(Class::Fraction(amount), i, end + 1))
}

/// DL 204: a flight of a known airline.
pub(super) fn flight(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    const AIRLINES: &[&str] = &[
        "AA", "AC", "AF", "AS", "BA", "DL", "EK", "EY", "FR", "IB", "JL", "KL", "LH", "LX", "NH",
        "QF", "QR", "SQ", "UA", "WN",
    ];
    let line = text.before(i);
    let fits = text.is_digits(i, 3..=4)
        && line < i.wrapping_sub(1)
        && AIRLINES.contains(&text.get(line))
        && !text.is_word(i + 1);
    fits.then(|| item(Class::Number(i, Style::Pairs), i, i + 1))
}

/// 112, 911: numbers for emergencies and services.
pub(super) fn emergency(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let known = matches!(text.get(i), "112" | "911" | "999" | "988" | "311" | "411" | "111");
    let near = &["call", "called", "calling", "calls", "dial", "emergency", "number", "phone"];
    let before = (i.saturating_sub(8)..i).any(|at| text.one_of(at, near));
    let after = text.one_of(
        text.past_space(i + 1),
        &["call", "calls", "operator", "operators", "dispatcher", "dispatchers"],
    );
    let counts = text.is(i + 1, " ")
        && text.is_word(i + 2)
        && !after
        && !text.ends_line(i + 2)
        && text.get(i + 2).ends_with('s')
        && text.get(i + 2).len() > 3;
    let fits = known && (before || after) && !counts && text.starts_fresh(i);
    fits.then(|| item(Class::Number(i, Style::Digits), i, i + 1))
}

/// I-95 N: the direction of a road.
pub(super) fn road(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let number = text.before(i);
    let numbered = text.is_digits(number, 1..=3) && number < i.wrapping_sub(1);
    let road = text.before(number);
    let named = text.is(road, "-") && text.is_capitals(road.wrapping_sub(1))
        || text.one_of(road, &["highway", "hwy", "interstate", "route", "rt", "us"]);
    let direction = text.is_letter(i) && numbered && named && !text.is(i + 1, "'");
    let words = tables::find(tables::COMPASS, text.get(i)).filter(|_| direction)?;
    Some(item(Class::Abbreviation(words), i, i + 1))
}

/// Signs with a special reading in English.
pub(super) fn sign(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = i + 1;
    let said = |words, end| Some(item(Class::Abbreviation(words), i, end));
    match text.get(i) {
        "'" if text.is(next, "n") && text.is(next + 1, "'") => said("and", next + 2),
        "'" if text.starts_fresh(i) => {
            let known =
                matches!(text.get(next), "tis" | "Tis" | "twas" | "em" | "cause" | "til" | "bout");
            known.then(|| item(Class::Word, i, next + 1))
        }
        // 5'4", 6′2″
        "'" | "′" if text.is_number(i.wrapping_sub(1)) && text.is_number(next) => {
            let inches = matches!(text.get(next + 1), "\"" | "″" | "”") || text.is(next + 1, "'");
            inches.then(|| item(Class::Abbreviation("foot"), i, next))
        }
        // 5' 10"
        "'" | "′"
            if text.is_number(i.wrapping_sub(1))
                && text.is(next, " ")
                && text.is_number(next + 1)
                && matches!(text.get(next + 2), "\"" | "″" | "”") =>
        {
            said("foot", next)
        }
        "'" | "′" if text.is_number(i.wrapping_sub(1)) => {
            let after = text.past_space(next);
            let size = matches!(text.get(after), "x" | "×") || text.one_of(after, cues::SIZES);
            let by = matches!(text.get(text.before(i.wrapping_sub(1))), "x" | "×");
            let kind = cues::KINDS.is_kind(text, i.wrapping_sub(1), next);
            match text.get(i) {
                _ if size || by || kind => said("foot", next),
                "′" => said("feet", next),
                _ => None,
            }
        }
        ":" if text.is_number(i.wrapping_sub(1)) && text.is_number(next) => {
            let hundred = matches!((text.value(i.wrapping_sub(1)), text.value(next)), (Some(a), Some(b)) if a + b == 100);
            let name = text.before(i.wrapping_sub(1));
            let name = if text.is(name, ".") { name.wrapping_sub(1) } else { name };
            let book = hundred || text.one_of(name, series::BOOKS);
            book.then(|| item(Class::Silent, i, next))
        }
        "\"" | "″" | "”" if text.is_number(i.wrapping_sub(1)) => {
            let feet = matches!(text.get(text.before(i.wrapping_sub(1))), "'" | "′");
            let opens = |at: &usize| {
                matches!(text.get(*at), "\"" | "“") && !text.is_number(at.wrapping_sub(1))
            };
            let quoted = (i.saturating_sub(40)..i).filter(opens).count() % 2 == 1;
            let number = i.wrapping_sub(1);
            let thing = text.past_space(next);
            let kind = text.is_word(thing)
                && !text.one_of(thing, cues::SIZES)
                && !text.one_of(thing, cues::KINDS.no_things)
                || text.is_number(thing) && text.is(thing + 1, "p");
            if feet {
                Some(item(Class::Silent, i, next))
            } else if quoted {
                None
            } else {
                said(if kind || text.is(number, "1") { "inch" } else { "inches" }, next)
            }
        }
        "°" if matches!(text.get(next), "C" | "F") => {
            let celsius = text.is(next, "C");
            said(if celsius { "degrees Celsius" } else { "degrees Fahrenheit" }, next + 1)
        }
        // A command-line option.
        "-" if text.is(i.wrapping_sub(1), " ") && text.is_word(next) => said("dash", next),
        "-" if text.is(i.wrapping_sub(1), " ") && text.is(next, "-") && text.is_word(next + 1) => {
            said("dash dash", next + 1)
        }
        "#" if text.is(next, " ") && text.is(next + 1, "of") => said("number", next),
        "#" if text.is_letter(i.wrapping_sub(1)) => said("sharp", next),
        "#" if text.is_number(next) => said("number", next),
        "#" if text.is_word(next) && text.is_number(next + 1) => said("number", next),
        "#" if text.is_word(next) && text.is(next + 1, "-") && text.is_number(next + 2) => {
            said("number", next)
        }
        "#" if text.is_word(next) => said("hashtag", next),
        "#" => Some(item(Class::Silent, i, next)),
        _ => None,
    }
}
