//! Mathematics and chemistry: operators, variables, powers, formulae.

use super::class::{Class, Item, Style};
use super::lex::Kind;
use super::tables::Aloud;
use super::text::Text;
use super::{item, sums};

/// An operator: a sign between two operands, or before one.
pub(crate) fn operator(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let sign = text.get(i);
    let found = |words: Option<&'static str>, end: usize| {
        words.map(|words| item(Class::Mathematics(words), i, end))
    };
    let (left, next) = (text.before(i), text.past_space(i + 1));
    let both = is_operand(text, left) && is_operand(text, next);
    // Signs of two or three characters.
    for length in [3, 2] {
        let signs: String = (i..i + length).map(|p| text.get(p)).collect();
        if (i..i + length).all(|p| text.kind(p) == Some(Kind::Sign) && text.get(p).len() <= 3)
            && let Some(words) = aloud.sign(&signs)
            // "***" alone divides.
            && (signs != "**" || is_operand(text, left))
        {
            return found(Some(words), i + length);
        }
    }
    match sign {
        "+" if text.is_operand_sign(left) || is_operand(text, next) => {
            found(aloud.sign("+"), i + 1)
        }
        "+" if text.is_word(i.wrapping_sub(1)) || text.is(i.wrapping_sub(1), "+") => {
            found(aloud.sign("+"), i + 1)
        }
        "-" | "–" | "—" | "−" => minus(aloud, text, i)
            .then(|| item(Class::Mathematics(aloud.sign("−").unwrap_or("")), i, i + 1)),
        // A fraction whose parts are formulae.
        "⟋" => found(aloud.sign("÷/"), i + 1),
        // "a && !b"
        "!" if text.is_letter(i + 1) && matches!(text.get(left), "&" | "|" | "(") => {
            found(aloud.sign("¬"), i + 1)
        }
        // "a 4* hotel"
        "*" | "·" if both && text.is_space(i.wrapping_sub(1)) == text.is_space(i + 1) => {
            found(aloud.sign("×"), i + 1)
        }
        // "12 : 4 = 3", where one divides so; plain text has no space before a colon.
        ":" if both && text.is_space(i + 1) && (next..next + 3).any(|at| text.is(at, "=")) => {
            found(aloud.sign("÷:"), i + 1)
        }
        "/" if both && !text.is_long_word(left) && !text.is_long_word(next) => {
            let numbers = text.is_number(i.wrapping_sub(1)) && text.is_number(i + 1);
            let equals = |at: usize| matches!(text.get(at), "=" | "+" | "×" | "^" | "√" | "(");
            let sum = (i.saturating_sub(8)..i + 8).any(equals)
                || (i.saturating_sub(6)..i).any(|at| text.one_of(at, aloud.sums));
            let stroke = aloud.sign("/").filter(|_| numbers && !sum);
            found(stroke.or_else(|| aloud.sign("÷/")), i + 1)
        }
        "^" if text.is_digits(i + 1, 1..=1) && matches!(text.get(i + 1), "2" | "3") => {
            Some(item(Class::Power(i + 1), i, i + 2))
        }
        "(" if text.is(i.wrapping_sub(2), "log") && text.is_number(i.wrapping_sub(1)) => {
            found(aloud.sign("(."), i + 1)
        }
        "(" if (text.is_letter(i.wrapping_sub(1))
            || matches!(text.get(i.wrapping_sub(1)), "'" | "′")
                && text.is_letter(i.wrapping_sub(2)))
            && (text.is_letter(i + 1) || text.is_number(i + 1))
            && (text.is(i + 2, ")")
                || text.is(i + 3, ")")
                || text.is(i + 2, "|") && text.is(i + 4, ")")) =>
        {
            found(aloud.sign("(."), i + 1)
        }
        "(" if opens_probability(text, i) => found(aloud.sign("(."), i + 1),
        "^" if is_operand(text, next) || text.is(next, "-") => found(aloud.sign("^"), i + 1),
        "~" if text.is_word(i.wrapping_sub(1)) => found(Some(aloud.words.address_sign("~")), i + 1),
        "~" if text.is_number(next) || aloud.currency(text.get(next)).is_some() => {
            found(aloud.sign("~"), i + 1)
        }
        "<" | ">"
            if (is_operand(text, left) || text.is(left, "|"))
                && (is_operand(text, next) || text.is_dash(next)) =>
        {
            found(aloud.sign(sign), i + 1)
        }
        "<" | ">" if text.is_number(next) || aloud.currency(text.get(next)).is_some() => {
            found(aloud.sign(if sign == "<" { "<." } else { ">." }), i + 1)
        }
        "≈" | "≤" | "≥"
            if (!is_operand(text, left) || text.is(left, "("))
                && aloud.unit(text.get(left)).is_none() =>
        {
            found(aloud.sign(&format!("{sign}.")), i + 1)
        }
        "!" if text.is_number(i.wrapping_sub(1)) || text.is_letter(i.wrapping_sub(1)) => {
            let letter_before = text.is_letter(i.wrapping_sub(1));
            let letter = letter_before
                && text.ends_line(i + 1)
                && text.before(i.wrapping_sub(1)) >= text.len();
            let next = text.get(text.past_space(i + 1));
            let sum = matches!(next, "=" | "+" | "*" | "/" | "≈" | "<" | ">");
            // "5!" alone is a factorial; "Over 9000!" is loud.
            let alone = text.before(i.wrapping_sub(1)) >= text.len()
                && text.ends_line(i + 1)
                && !text.is_capital(i.wrapping_sub(1));
            // "= n!"
            let result = letter_before && text.is(text.before(i.wrapping_sub(1)), "=");
            if sum || alone || result || letter && !text.is_capital(i.wrapping_sub(1)) {
                found(aloud.sign("!"), i + 1)
            } else {
                None
            }
        }
        "|" if closes_absolute(text, i).is_some() => found(aloud.sign("|"), i + 1),
        "|" if (i.saturating_sub(ABSOLUTE)..i).any(|at| closes_absolute(text, at) == Some(i)) => {
            Some(item(Class::Silent, i, i + 1))
        }
        _ => None,
    }
}

/// The most pieces between the signs of an absolute value.
const ABSOLUTE: usize = 12;

/// Where the absolute value that begins at `i` ends: "|x − 3|".
fn closes_absolute(text: &Text, i: usize) -> Option<usize> {
    if !text.is(i, "|") || !is_operand(text, i + 1) || text.is_space(i + 1) {
        return None;
    }
    let fresh = text.starts_fresh(i)
        || matches!(text.get(i.wrapping_sub(1)), "=" | "+" | "-" | "−" | "×" | "÷");
    let inside = |at: usize| {
        is_operand(text, at) || matches!(text.get(at), " " | "+" | "-" | "−" | "×" | "/" | ".")
    };
    let end = (i + 1..i + ABSOLUTE).find(|&at| !inside(at))?;
    (fresh && end > i + 1 && text.is(end, "|") && !text.is_space(end - 1)).then_some(end)
}

/// Whether the bracket at `i` is that of "P(X ≥ 2)".
pub(crate) fn opens_probability(text: &Text, i: usize) -> bool {
    let compares = |at: usize| matches!(text.get(at), "≥" | "≤" | "<" | ">" | "=" | "|");
    text.is(i, "(")
        && text.one_of(i.wrapping_sub(1), &["p", "pr"])
        && text.is_letter(i + 1)
        && compares(text.past_space(i + 2))
}

impl Text {
    fn is_operand_sign(&self, i: usize) -> bool {
        matches!(self.get(i), "(" | "=")
    }

    fn is_long_word(&self, i: usize) -> bool {
        self.is_word(i) && self.get(i).chars().count() > 1
    }
}

/// Whether the piece can be an operand: a number, a variable, a bracket, a power.
pub(crate) fn is_operand(text: &Text, i: usize) -> bool {
    match text.kind(i) {
        Some(Kind::Number | Kind::Raised) => true,
        Some(Kind::Word) => text.is_letter(i),
        Some(Kind::Sign) => {
            matches!(text.get(i), "(" | ")" | "π" | "√" | "∞" | "°" | "%")
                || matches!(text.get(i), "∂" | "∇" | "⌊" | "⌋" | "⌈" | "⌉")
        }
        _ => false,
    }
}

/// Whether a dash is a minus sign: before a separate number, or in a sum.
fn minus(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let money = aloud.currency(text.get(i + 1)).is_some() && text.is_number(i + 2);
    let number = text.is_number(i + 1) || (text.is(i + 1, ".") && text.is_number(i + 2));
    let before = i.wrapping_sub(1);
    // "(– 26 ans)"
    let bracket = text.is(before, "(") && text.is(i + 1, " ") && text.is_number(i + 2);
    if bracket && !text.is(i, "—") {
        return true;
    }
    let fresh = i == 0
        || text.is_space(before)
        || matches!(text.kind(before), Some(Kind::Sign))
            && !matches!(text.get(before), ")" | "°" | "%" | "." | "'" | "\"" | "”");
    // "−b", "e^-x", "e^{-x}"
    let power =
        text.is(before, "^") || text.is(before, "{") && text.is(before.wrapping_sub(1), "^");
    let variable = (text.is(i, "−") || power) && (text.is_letter(i + 1) || text.is(i + 1, "√"));
    if (number || money || variable) && fresh && !(text.is(i, "—") && text.is_word(text.before(i)))
    {
        return true;
    }
    sum(aloud, text, i)
}

/// Whether a dash between two operands subtracts.
pub(crate) fn sum(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let (left, next) = (text.before(i), text.past_space(i + 1));
    let spaced = text.is_space(i.wrapping_sub(1)) && text.is_space(i + 1);
    let tight = !text.is_space(i.wrapping_sub(1)) && !text.is_space(i + 1);
    if !(spaced || tight) || !is_operand(text, left) || !is_operand(text, next) {
        return false;
    }
    if text.is(i, "−") {
        return true;
    }
    let equals = |at: usize| matches!(text.get(at), "=" | "≈" | "≠" | "+" | "×" | "÷" | "*");
    let after = text.past_space(next + 1);
    if equals(after) || equals(text.before(left)) {
        return true;
    }
    if !spaced {
        return false;
    }
    if !(text.is_number(left) && text.is_number(next)) {
        // "3x - 7", "a - b": letters, but not "yes - I".
        let article = text.is(left, aloud.cues.article) && !text.is_number(next);
        return !(article
            || text.is(left, ")")
            || text.is_word(left) && text.is(next, aloud.cues.pronoun));
    }
    if text.size(left) >= text.size(next) {
        return true;
    }
    let thing = text.is_word(after) && after > next;
    let asked = text.one_of(text.before(left), aloud.sums);
    let years = text.is_year(left) && text.is_year(next);
    let said = text.is_word(text.before(left));
    !thing && !years && !text.is(i, "–") && (asked || !said)
}

/// f(x), sin(30°), 2x, x², E = mc²: letters next to digits, brackets and powers.
pub(crate) fn formula(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let plain = text.get(i).bytes().all(|b| b.is_ascii_digit());
    if text.kind(i) == Some(Kind::Raised) {
        let words = || format!("{} {}", aloud.words.power, sums::script(aloud, text.get(i)));
        let number = plain || text.get(i).trim_start_matches(['-', '+']) == "n";
        let signed = text.get(i).bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+'));
        let class = if number || signed { Class::Power(i) } else { Class::Coined(words()) };
        return Some(item(class, i, i + 1));
    }
    if text.kind(i) == Some(Kind::Lowered) {
        let class = match plain {
            true => Class::Number(i, Style::Amount),
            false => Class::Coined(sums::script(aloud, text.get(i))),
        };
        return Some(item(class, i, i + 1));
    }
    if !text.is_word(i) {
        return None;
    }
    // f(x)
    let function = text.is_letter(i) || aloud.sign(text.get(i)).is_some();
    if function
        && text.is(i + 1, "(")
        && i + 3 < text.len()
        && (text.is_letter(i + 2) || text.is_number(i + 2))
        && (text.is(i + 3, ")") || text.is(i + 4, ")"))
        && !text.is_number(i.wrapping_sub(1))
    {
        return Some(match aloud.sign(text.get(i)) {
            Some(words) => item(Class::Mathematics(words), i, i + 2),
            None => item(Class::Initialism, i, i + 1),
        });
    }
    // "sin² θ", "sin θ"
    let trigonometric = matches!(text.get(i), "sin" | "cos" | "tan" | "sen");
    if trigonometric && let Some(words) = aloud.sign(text.get(i)) {
        let power = text.kind(i + 1) == Some(Kind::Raised);
        let angle = text.past_space(i + 1);
        let greek = text.is_letter(angle) && !text.get(angle).is_ascii()
            || text.is_number(angle) && text.is(angle + 1, "°");
        if power && let Some((name, _)) = words.rsplit_once(' ') {
            return Some(item(Class::Abbreviation(name), i, i + 1));
        }
        if greek && !power {
            return Some(item(Class::Abbreviation(words), i, i + 1));
        }
    }
    if text.is(i, "log") && text.is_number(i + 1) && text.is(i + 2, "(") {
        return Some(item(Class::Word, i, i + 1));
    }
    // mc², 2xy: a few lower-case letters next to a power, a number or an equals sign.
    let power = text.kind(i + 1) == Some(Kind::Raised) || text.is(i + 1, "^");
    let times = text.is_number(i.wrapping_sub(1));
    let short = text.get(i).chars().count() <= 2;
    // "2ab + b"
    let term = times && matches!(text.get(text.past_space(i + 1)), "+" | "=" | "−");
    // "4ac"
    let product = times && text.get(i).chars().all(|c| c.is_ascii_lowercase());
    (short && (power || term || product || times && text.is_letter(i)))
        .then(|| item(Class::Initialism, i, i + 1))
}

/// 1.5e10
pub(crate) fn scientific(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let sign = usize::from(text.is_dash(i + 2) || text.is(i + 2, "+"));
    let fits = text.is_number(i)
        && (text.get(i).contains('.') || sign == 1)
        && matches!(text.get(i + 1), "e" | "E")
        && text.is_digits(i + 2 + sign, 1..=3)
        && !text.is_word(i + 3 + sign);
    fits.then(|| item(Class::Number(i, Style::Amount), i, i + 3 + sign))
}
