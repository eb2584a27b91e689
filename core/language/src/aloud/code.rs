//! Telephone numbers, addresses of computers, codes.

use super::class::{Class, Item, Style};
use super::item;
use super::lex::Kind;
use super::tables::Aloud;
use super::text::Text;

/// The most pieces of a code.
pub(crate) const LONGEST: usize = 40;

/// 555-1234, (555) 123-4567, +1 555 123 4567, and long runs of digits.
pub(crate) fn telephone(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.starts_fresh(i) && i > 0 && !text.is(i.wrapping_sub(1), ":") {
        return None;
    }
    let mut groups = Vec::new();
    let plus = text.is(i, "+");
    let mut at = i + usize::from(plus);
    let mut hyphens = 0;
    let mut spaces = 0;
    let mut end = i;
    while groups.len() < 7 {
        let bracket = text.is(at, "(");
        let number = at + usize::from(bracket);
        let letters = text.is_capitals(number) && text.get(number).len() == 7;
        if !(text.is_digits(number, 1..=usize::MAX) || letters && hyphens > 0)
            || (bracket && !text.is(number + 1, ")"))
        {
            break;
        }
        groups.push(number);
        at = number + 1 + usize::from(bracket);
        end = at;
        hyphens += usize::from(text.is(at, "-"));
        spaces += usize::from(text.is(at, " "));
        let next = if matches!(text.get(at), "-" | "–" | "." | " ") { at + 1 } else { at };
        if next == at && !(bracket || text.is(at, "(")) {
            break;
        }
        at = next;
    }
    let lengths: Vec<usize> = groups.iter().map(|&g| text.get(g).len()).collect();
    let sum: usize = lengths.iter().sum();
    let cues = aloud.cues;
    let (word, second) = (text.before(i), text.before(text.before(i)));
    let called = text.one_of(word, cues.calls)
        || text.one_of(word, cues.linking)
            && (text.one_of(second, cues.telephones)
                || text.one_of(text.before(second), cues.texting));
    let bracketed = text.is(i, "(");
    let zero = text.get(*groups.first()?).starts_with('0');
    let fits = match lengths.as_slice() {
        [n] if !plus => *n >= 10 && *n <= 15 || called && (3..=15).contains(n),
        [n] => (7..=15).contains(n),
        // "800-1000 IU" is a range.
        [3, 4] => {
            let round = groups.iter().all(|&group| text.get(group).ends_with('0'));
            hyphens == 1 && !round
        }
        [1, 1, 1] => hyphens == 2,
        [3, 3, 4] | [1, 3, 3, 4] | [3, 4, 4] | [1, 3, 7] => true,
        [5, 6] => zero && spaces == 1,
        _ => (plus || bracketed) && (7..=16).contains(&sum),
    };
    let after = text.get(end);
    if !fits || text.is_word(end) || matches!(after, "%" | "°" | "/" | "+" | "=") {
        return None;
    }
    let unit = text.past_space(end);
    // "10000000000 km" is a length.
    if lengths.len() == 1
        && !called
        && !plus
        && text.is_word(unit)
        && aloud.unit(text.get(unit)).is_some()
    {
        return None;
    }
    Some(item(Class::Telephone(groups), i, end))
}

/// A telephone number whose groups are those of a country: `fits` gets their lengths and their
/// digits.
pub(crate) fn national(
    aloud: &Aloud,
    text: &Text,
    i: usize,
    fits: fn(&[usize], &str) -> bool,
) -> Option<Item> {
    let fresh = text.starts_fresh(i) || text.is(i.wrapping_sub(1), ":");
    if !fresh || !text.is_digits(i, 1..=15) {
        return None;
    }
    let mut groups = vec![i];
    let mut end = i + 1;
    while groups.len() < 7
        && matches!(text.get(end), " " | "-" | "." | "/")
        && text.is_digits(end + 1, 1..=15)
    {
        groups.push(end + 1);
        end += 2;
    }
    let lengths: Vec<usize> = groups.iter().map(|&group| text.get(group).len()).collect();
    let digits: String = groups.iter().map(|&group| text.get(group)).collect();
    // A number of things.
    let thing = text.get(text.past_space(end));
    let counts = aloud.unit(thing).is_some() || aloud.currency(thing).is_some();
    let more = text.is_word(end) || matches!(text.get(end), "%" | "°" | "/" | "+" | "=" | ",");
    let more = more && !(text.is(end, ",") && !text.is_word(end + 1) && !text.is_number(end + 1));
    (!counts && !more && fits(&lengths, &digits)).then(|| item(Class::Telephone(groups), i, end))
}

/// ES91 2100 0418 4502 0005 1332: a country and groups of four letters or digits.
pub(crate) fn account(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let country = text.is_capitals(i) && text.get(i).len() == 2 && text.is_digits(i + 1, 2..=2);
    let (mut end, mut groups) = (i + 2, 0);
    while country && groups < 8 && text.is(end, " ") {
        let (mut at, mut length) = (end + 1, 0);
        while at < end + 5 && (text.is_digits(at, 1..=4) || text.is_capitals(at)) {
            length += text.get(at).len();
            at += 1;
        }
        if !(length == 4 || groups > 2 && (1..4).contains(&length)) {
            break;
        }
        (end, groups) = (at, groups + 1);
    }
    (groups >= 3).then(|| item(Class::Code, i, end))
}

/// Letters and digits that are said one by one: text that is called a code, and text that looks
/// like one.
pub(crate) fn code(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let card = || card(text, i);
    hexadecimal(text, i)
        .or_else(|| numbered(text, i))
        .or_else(|| weakness(text, i))
        .or_else(|| hyphenated(aloud, text, i))
        .or_else(card)
        .or_else(|| called(aloud, text, i))
        .or_else(|| mixed(aloud, text, i))
}

/// 123-45-6789, 978-3-16-148410-0: three groups of digits or more.
fn hyphenated(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_digits(i, 1..=9)
        || text.is_word(i.wrapping_sub(1))
        || text.is(i.wrapping_sub(1), "-") && text.is_number(i.wrapping_sub(2))
    {
        return None;
    }
    let mut end = i + 1;
    while end < i + LONGEST && text.is(end, "-") && text.is_digits(end + 1, 1..=9) {
        end += 2;
    }
    (end >= i + 5 && !text.is_word(end)).then(|| item(Class::Code, i, end))
}

/// Words before a number that is a name.
const NUMBER: &[&str] = &[
    "n", "no", "nr", "num", "number", "numero", "numéro", "núm", "número", "nummer", "ref", "rif",
    "réf",
];

/// "Nr. 4711-08", "n° 20-4587": two groups of digits that are no range.
fn numbered(text: &Text, i: usize) -> Option<Item> {
    let end = i + 2;
    let groups = text.is_digits(i, 2..=9)
        && text.is(i + 1, "-")
        && text.is_digits(end, 2..=9)
        && !text.is(end + 1, "-")
        && !text.is_word(end + 1);
    let (first, second) = (text.get(i), text.get(end));
    // "loi n° 2018-493"
    let range = text.is_year(i)
        || !second.starts_with('0')
            && second.len() < first.len() + 2
            && text.size(i) < text.size(end);
    let mut word = text.before(i);
    for _ in 0..2 {
        let sign = matches!(text.get(word), "." | ":" | "°" | "º" | "#");
        word = if sign { text.before(word) } else { word };
    }
    let name = text.lower(word);
    let named = NUMBER.contains(&name.as_str()) || name.ends_with("nummer");
    (groups && !range && named).then(|| item(Class::Code, i, end + 1))
}

/// CVE-2023-24329: the name of a weakness.
fn weakness(text: &Text, i: usize) -> Option<Item> {
    let fits = matches!(text.get(i), "CVE" | "CWE" | "GHSA")
        && text.is(i + 1, "-")
        && text.is_digits(i + 2, 2..=4)
        && text.is(i + 3, "-")
        && text.is_digits(i + 4, 3..=7);
    fits.then(|| item(Class::Code, i, i + 5))
}

/// 0xFF, #1E90FF: a number in hexadecimal digits.
fn hexadecimal(text: &Text, i: usize) -> Option<Item> {
    let first = i + 1;
    let mut end = first;
    let mut digits = String::new();
    while end < i + LONGEST && matches!(text.kind(end), Some(Kind::Number | Kind::Word)) {
        digits.push_str(text.get(end));
        end += 1;
    }
    let number = text.is(i, "0") && !text.follows_letters(i);
    let color = text.is(i, "#") && matches!(digits.len(), 6 | 8) && {
        let decimal = digits.bytes().filter(u8::is_ascii_digit).count();
        (1..digits.len()).contains(&decimal) || digits.bytes().all(|b| b.is_ascii_uppercase())
    };
    let digits = if number { digits.strip_prefix(['x', 'X'])? } else { &digits };
    let fits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    (fits && (number || color)).then(|| item(Class::Code, i, end))
}

/// 4111 1111 1111 1111: four groups of four digits, not all of them years.
fn card(text: &Text, i: usize) -> Option<Item> {
    let groups = || (0..4).map(|n| i + 2 * n);
    let fits = groups().all(|at| text.is_digits(at, 4..=4))
        && groups().take(3).all(|at| text.is(at + 1, " "))
        && !groups().all(|at| text.is_year(at))
        && text.starts_fresh(i)
        && !text.is_word(i + 7);
    fits.then(|| item(Class::Code, i, i + 7))
}

/// A sign of punctuation that may be the end of a password.
fn is_sign(text: &Text, i: usize) -> bool {
    matches!(text.get(i), "!" | "?" | "#" | "$" | "%" | "&" | "*" | "+" | "=" | "@" | "_")
}

/// What comes after "code", "PIN", "password".
fn called(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let mut word = text.before(i);
    let quoted = matches!(text.get(i.wrapping_sub(1)), "\"" | "“" | "'");
    if quoted {
        word = text.before(word);
    }
    if text.is(word, "#") || text.is(word, ".") || text.is(word, ":") {
        word = text.before(word);
    }
    if text.one_of(word, aloud.cues.linking_code) {
        word = text.before(word);
    }
    let own = text.is(i.wrapping_sub(1), "-") || text.is_word(i.wrapping_sub(1));
    // "código de verificación: 739204", "Bestätigungscode"
    let known = |at: usize| {
        let compound = aloud.cues.capital_nouns && text.is_capital(at);
        let name = text.lower(at);
        text.one_of(at, aloud.codes)
            || compound && aloud.codes.iter().any(|code| name.ends_with(code))
    };
    // "código de un solo uso: 741902"
    let mut far = vec![text.before(word)];
    while far.len() < 6
        && let Some(&last) = far.last()
        && text.is_word(last)
    {
        far.push(text.before(last));
    }
    // "the code for the door is 483920"
    let long = (5..=8).contains(&text.digits(i).len()) && !text.get(i).contains('.');
    let linked = long && text.is_number(i) && text.one_of(text.before(i), aloud.cues.linking_code);
    let joined = text.is_word(i) && text.is_number(i + 1);
    let colon = (text.is_digits(i, 4..=8) || joined) && text.is(text.before(i), ":");
    let near = far.iter().take(2).copied().any(known);
    let apart = linked && near || (colon || quoted) && far.into_iter().any(known);
    if own || !(known(word) || apart) {
        return None;
    }
    let mut end = i;
    let mut digits = false;
    while end < i + LONGEST
        && (matches!(text.kind(end), Some(Kind::Number | Kind::Word))
            || text.is(end, "-") && end > i)
    {
        digits |= text.is_number(end);
        end += 1;
        // "483 920"
        let length = text.get(end - 1).len();
        if text.is(end, " ")
            && text.is_digits(end - 1, 3..=4)
            && text.is_digits(end + 1, length..=length)
        {
            end += 1;
        }
    }
    // "the password is "Fish42!""
    let closes = |at: usize| matches!(text.get(at), "\"" | "”" | "“" | "'" | "`");
    let last = (end..end + 3).find(|&at| !is_sign(text, at)).filter(|&at| closes(at));
    if let Some(last) = last.filter(|last| quoted && *last > end) {
        end = last;
        digits = true;
    }
    let plain = end == i + 1 && text.is_number(i) && text.get(i).contains('.');
    let small = end == i + 1
        && text.get(i).len() < 3
        && !text.lower(word).starts_with(aloud.cues.extension);
    (digits && !plain && !small).then(|| item(Class::Code, i, end))
}

/// A1B2C3, 7ABC123: letters and digits, three or more of one kind or changing twice.
fn mixed(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let part = |at: usize| {
        text.is_digits(at, 1..=14)
            || text.is_word(at) && text.get(at).chars().all(|c| c.is_ascii_uppercase())
    };
    let joined = |at: usize| matches!(text.kind(at), Some(Kind::Number | Kind::Word));
    if text.is(i, "FY")
        || !part(i)
        || joined(i.wrapping_sub(1))
        || matches!(text.get(i.wrapping_sub(1)), "." | "/")
    {
        return None;
    }
    let mut end = i;
    while end < i + LONGEST && part(end) {
        end += 1;
    }
    // Shorter ones occur in chemistry, aviation and film; there they are read as numbers.
    let long =
        (i..end).any(|at| text.is_digits(at, 4..=9)) && text.is_word(i) && text.get(i).len() <= 2;
    // "n. AZ123"
    let mut word = text.before(i);
    word = if text.is(word, ".") { word.wrapping_sub(1) } else { word };
    word = if text.one_of(word, &["n", "no", "nr", "number"]) { text.before(word) } else { word };
    let flight = end == i + 2
        && text.is_word(i)
        && text.is_digits(i + 1, 3..=4)
        && text.one_of(word, aloud.cues.flights);
    // "Windows 11 22H2"
    let half = end == i + 3 && text.is_digits(i, 2..=2) && text.is(i + 1, "H");
    if half && text.is_digits(i + 2, 1..=1) {
        return None;
    }
    let fits =
        flight || (end >= i + 4) || (end == i + 3 && text.is_number(i)) || (end == i + 2 && long);
    (fits && !joined(end)).then(|| item(Class::Code, i, end))
}

/// 1.2.3, v2.0, 22.04: says the first number, and the rest by points.
pub(crate) fn version(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let v = text.one_of(i, &["v", "ver"]) && text.is_number(i + 1);
    let first = i + usize::from(v);
    let several = text.is_number(first) && text.is(first + 1, ".") && text.is_number(first + 2);
    if !(v || several) || text.is_word(i.wrapping_sub(1)) {
        return None;
    }
    let mut end = first + 1;
    while text.is(end, ".") && text.is_number(end + 1) && end < first + LONGEST {
        end += 2;
    }
    Some(item(Class::Number(first, Style::Amount), i, end))
}
