//! Telephone numbers and post codes, and short words that depend on what follows.

use super::numbers;
use super::series::{FEMININE_SAINTS, SAINTS};
use super::tables::ELIDED;
use crate::aloud::class::{Class, Item, Style};
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::{code, item};

/// 06 1234567, 333 1234567, 055/123456, 800 123 456.
pub(super) fn telephone(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    code::national(aloud, text, i, |lengths, digits| {
        let mobile = digits.starts_with('3')
            && matches!(lengths, [3, 6 | 7] | [3, 3, 3 | 4] | [3, 2, 2, 3] | [10]);
        let fixed = digits.starts_with('0')
            && (6..=11).contains(&digits.len())
            && matches!(lengths, [2..=4, ..])
            && lengths.len() > 1;
        let free = digits.starts_with('8') && matches!(lengths, [3, 3, 3] | [3, 6] | [3, 2, 2, 2]);
        mobile || fixed || free
    })
}

/// 112, 118: the numbers for emergencies, which are said as one.
pub(super) fn emergency(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let known = text.is_digits(i, 3..=3) && text.get(i).starts_with("11");
    let joined = text.is(i + 1, " ") && text.is_number(i + 2) || text.is_number(text.before(i));
    let measured = aloud.unit(text.get(text.past_space(i + 1))).is_some();
    (known && !joined && !measured && text.starts_fresh(i))
        .then(|| item(Class::Number(i, Style::Amount), i, i + 1))
}

/// 20121 Milano: five digits before a name.
pub(super) fn post_code(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let before = text.before(i);
    let begins =
        before >= text.len() || matches!(text.get(before), "," | "\n" | "(" | ":" | "." | "-");
    let name = text.past_space(i + 1);
    let fits = begins && text.is_digits(i, 5..=5) && name > i + 1 && text.is_capital(name);
    fits.then(|| item(Class::Number(i, Style::Digits), i, i + 1))
}

/// l'11, dell'8, nell'800: a word that has lost its vowel before a number.
pub(super) fn elided(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.one_of(i, ELIDED) && text.is(i + 1, "'") && text.is_number(i + 2);
    fits.then(|| item(Class::Coined(format!("{}'", text.get(i))), i, i + 2))
}

/// "c/ascensore": with.
pub(super) fn with(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let noun = i + 2;
    let fits = text.is(i, "c")
        && text.is(i + 1, "/")
        && text.is_word(noun)
        && !text.is_capital(noun)
        && text.get(noun).len() > 2;
    fits.then(|| item(Class::Abbreviation("con"), i, noun))
}

/// "x cena" in a message: for.
pub(super) fn by_sound(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let word =
        |at: usize| text.is_word(at) && text.get(at).chars().count() > 1 && !text.is_capitals(at);
    let fits = text.is(i, "x")
        && text.is(i.wrapping_sub(1), " ")
        && text.is(i + 1, " ")
        && word(i.wrapping_sub(2))
        && (word(i + 2)
            || text.is_number(i + 2) && !text.is_number(text.before(i.wrapping_sub(2))));
    fits.then(|| item(Class::Abbreviation("per"), i, i + 1))
}

/// S. Pietro, S. Maria, S. Stefano.
pub(super) fn saint(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let name = text.past_space(i + 2);
    if !text.is(i, "S") || !text.is(i + 1, ".") || !text.is_word(name) {
        return None;
    }
    let saint = text.get(name);
    let feminine = FEMININE_SAINTS.contains(&saint);
    if !feminine && !SAINTS.contains(&saint) {
        return None;
    }
    let words = match feminine {
        _ if saint.starts_with(['A', 'E', 'I', 'O', 'U']) => "sant'",
        true => "santa",
        false if saint.starts_with("St") => "santo",
        false => "san",
    };
    Some(item(Class::Abbreviation(words), i, i + 2))
}

/// 16:9, 4:3: the shape of a screen.
pub(super) fn shape(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let words = match (text.get(i), text.get(i + 2)) {
        ("16", "9") => "sedici noni",
        ("21", "9") => "ventuno noni",
        ("4", "3") if text.one_of(text.before(i), &["formato", "schermo", "in"]) => "quattro terzi",
        _ => return None,
    };
    text.is(i + 1, ":").then(|| item(Class::Abbreviation(words), i, i + 3))
}

/// "3x più veloce": the letter.
pub(super) fn times(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let next = text.past_space(i + 1);
    // "2 x giorno"
    let often = match text.get(next) {
        "al" | "alla" | "ogni" => "volte",
        "giorno" | "mese" => "volte al",
        "settimana" => "volte alla",
        _ => "",
    };
    let counted =
        text.is(i, "x") && next > i + 1 && text.value(text.before(i)).is_some_and(|n| n > 1);
    if counted && !often.is_empty() {
        return Some(item(Class::Abbreviation(often), i, i + 1));
    }
    let more = text.one_of(text.past_space(i + 1), &["più", "meno", "meglio"]);
    let fits = matches!(text.get(i), "x" | "X" | "×") && text.is_number(i.wrapping_sub(1)) && more;
    fits.then(|| item(Class::Abbreviation("volte"), i, i + 1))
}

/// legge 104/1992, 5 l/100 km: the stroke.
pub(super) fn stroke(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (left, right) = (i.wrapping_sub(1), i + 1);
    if !text.is(i, "/") || text.is(right + 1, "/") {
        return None;
    }
    // "5 l/100 km"
    let hundred =
        text.is(right, "100") && aloud.unit(text.get(text.past_space(right + 1))).is_some();
    let class = match () {
        () if hundred && text.is_word(left) => Class::Abbreviation("ogni"),
        // "via Roma 12/A"
        () if text.is_number(left) && text.is_letter(right) && text.is_capital(right) => {
            Class::Abbreviation("barra")
        }
        () if text.is_year(right) && text.is_digits(left, 1..=6) => Class::Abbreviation("del"),
        () => return None,
    };
    Some(item(class, i, i + 1))
}

/// Milano (MI): the letters of a province.
pub(super) fn province(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (left, town) = (i.wrapping_sub(1), text.before(i.wrapping_sub(1)));
    let two = text.is_capitals(i) && text.get(i).chars().count() == 2;
    let fits = two && text.is(left, "(") && text.is(i + 1, ")") && text.is_capital(town);
    fits.then(|| item(Class::Initialism, i, i + 1))
}

/// "3° p.": the floor.
pub(super) fn floor(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let ordinal = matches!(text.get(text.before(i)), "°" | "º");
    let fits = text.is(i, "p") && text.is(i + 1, ".") && ordinal;
    fits.then(|| item(Class::Abbreviation("piano"), i, i + 2))
}

/// 30mila
pub(super) fn thousands(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let words = || numbers::cardinal(&format!("{}000", text.get(i)));
    let fits = text.is_digits(i, 1..=3) && text.is(i + 1, "mila");
    fits.then(|| item(Class::Coined(words()), i, i + 2))
}

/// 18enne, 80enni: so many years old.
pub(super) fn aged(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_digits(i, 1..=3) || !text.one_of(i + 1, &["enne", "enni"]) {
        return None;
    }
    // "ventitreenne", but "ottantenne"
    let words = numbers::cardinal(text.get(i)).replace('é', "e");
    let short = words.strip_suffix(['a', 'e', 'i', 'o']).filter(|_| !words.ends_with("tre"));
    let words = format!("{}{}", short.unwrap_or(&words), text.get(i + 1));
    Some(item(Class::Coined(words), i, i + 2))
}

/// AB 123 CD: the plate of a car.
pub(super) fn plate(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let letters = |at: usize| text.is_capitals(at) && text.get(at).chars().count() == 2;
    let fits = letters(i)
        && text.is(i + 1, " ")
        && text.is_digits(i + 2, 3..=3)
        && text.is(i + 3, " ")
        && letters(i + 4);
    fits.then(|| item(Class::Code, i, i + 5))
}
