//! Marks, emoji, and everything that no other recogniser takes.

use super::class::{Class, Item};
use super::item;
use super::lex::Kind;
use super::math;
use super::tables::Aloud;
use super::text::Text;
use crate::plain;

/// A space, or a line break, which ends a sentence unless the sentence continues.
pub(crate) fn space(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_space(i) {
        return None;
    }
    let goes_on = text.get(i + 1).starts_with(char::is_lowercase);
    let ends = text.is(i, "\n") && i + 1 < text.len() && !goes_on;
    Some(item(if ends { Class::Mark('.') } else { Class::Silent }, i, i + 1))
}

/// Emoticons, and emoji that stand for a word.
pub(crate) fn emoji(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if text.is(i, "<")
        && text.is(i + 1, "3")
        && !text.is_number(text.before(i))
        && !is_letter_operand(aloud, text, i)
    {
        let heart = aloud.emoji.iter().find(|emoji| emoji.sign == '❤')?;
        return Some(item(Class::Abbreviation(heart.between), i, i + 2));
    }
    // :-) ;) :( :D
    let smile = || {
        let open = (i.saturating_sub(40)..i).any(|at| text.is(at, "("));
        i == 0 || text.is_space(i - 1) || text.is(i + 1, ")") && !open && text.ends_line(i + 2)
    };
    if matches!(text.get(i), ":" | ";") && smile() {
        let nose = i + 1 + usize::from(text.is(i + 1, "-"));
        let mouth = matches!(text.get(nose), ")" | "(" | "D" | "P" | "/")
            && (text.is_space(nose + 1)
                || nose + 1 >= text.len()
                || matches!(text.get(nose + 1), "." | "," | "!"));
        if mouth {
            return Some(item(Class::Silent, i, nose + 1));
        }
    }
    let sign = text.get(i).chars().next().filter(|_| text.kind(i) == Some(Kind::Sign))?;
    // "K♥" is a card.
    let joined = matches!(text.kind(i.wrapping_sub(1)), Some(Kind::Word | Kind::Number));
    let sign = if sign == '♥' && !joined { '❤' } else { sign };
    let emoji = aloud.emoji.iter().find(|emoji| emoji.sign == sign)?;
    let mut end = i + 1;
    // Skin tones.
    while matches!(text.get(end).chars().next(), Some('\u{1f3fb}'..='\u{1f3ff}')) {
        end += 1;
    }
    let tone = end - i - 1;
    while text.is(end, text.get(i)) && tone == 0 {
        end += 1;
    }
    let said = |words: &'static str| {
        Some(item(
            if words.is_empty() { Class::Silent } else { Class::Abbreviation(words) },
            i,
            end,
        ))
    };
    let before = text.before(i);
    if let Some([one, several]) = emoji.counted {
        let count = end - i;
        if text.is_number(before) {
            let thing = text.is_word(text.past_space(end));
            return said(if text.is(before, "1") || thing { one } else { several });
        }
        if count > 1 {
            return Some(item(Class::List(i), i, end));
        }
    }
    let word = |at: usize| matches!(text.kind(at), Some(Kind::Word | Kind::Number));
    let next = text.past_space(end);
    let face = plain::is_face(sign);
    if text.is(before, ":") && !(face && word(next))
        || text.is(before, ",") && text.ends_line(end) && !face
    {
        return said(emoji.answer);
    }
    // "The service 👍, the food 👎": thumbs that are not only applause
    let down = (i.saturating_sub(40)..i + 40).any(|at| text.is(at, "👎"));
    let listed = matches!(text.get(end), "," | ";");
    if matches!(sign, '👍' | '👎') && (down || listed) && word(before) {
        return said(emoji.alone);
    }
    // "Wi-Fi ✓, pool ✗": marks of a list
    if matches!(sign, '✓' | '✗') && word(before) {
        let marks = (i.saturating_sub(40)..i + 40).filter(|&at| matches!(text.get(at), "✓" | "✗"));
        let (mut several, mut no) = (0, false);
        marks.for_each(|at| {
            several += 1;
            no |= text.is(at, "✗");
        });
        let listed = matches!(text.get(end), "," | ";" | "|");
        let apart = text.ends_line(end) || text.is(end, ".");
        if no && (several > 1 || apart) || several > 1 && apart || listed {
            return said(emoji.answer);
        }
    }
    if word(before) && word(next) {
        let last = text.lower(before);
        let last = last.rsplit('\'').next().unwrap_or_default();
        let fits = emoji.after.is_empty() || emoji.after.contains(&last);
        return said(if fits { emoji.between } else { "" });
    }
    let words = (0..text.len()).take(64).any(word);
    said(
        if !words || word(next) && emoji.counted.is_none() && emoji.answer == emoji.alone && !face {
            emoji.alone
        } else {
            ""
        },
    )
}

/// Whether "x<3" is a comparison.
fn is_letter_operand(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let before = text.before(i);
    text.is_letter(i.wrapping_sub(1))
        || text.is_letter(before) && !text.is(before, aloud.cues.pronoun)
}

/// Whether the bracket that closes at `i` was opened right after a letter or a digit:
/// "401(k)", "f(x)".
fn opens_joined(text: &Text, i: usize) -> bool {
    let open = (i.saturating_sub(10)..i).rev().find(|&at| text.is(at, "("));
    open.is_some_and(|open| {
        if math::opens_probability(text, open) {
            return true;
        }
        if open + 4 < i {
            return false;
        }
        let before = open.wrapping_sub(1);
        let joined = text.is_number(before)
            || text.is(before, ")")
            || text.is_letter(before)
            || matches!(text.get(before), "'" | "′") && text.is_letter(before.wrapping_sub(1))
            || text.is_word(before) && open + 3 >= i && text.is_number(open + 1);
        joined && !(open + 1..i).any(|at| text.is_space(at))
    })
}

/// Whether the name of an option begins at `i`, after its first dash: "n", "-all".
fn is_option(text: &Text, i: usize) -> bool {
    let long = text.is(i, "-") && text.is_word(i + 1);
    let short = text.is_letter(i) && (text.is_space(i + 1) || i + 1 >= text.len());
    long || short
}

/// Marks of punctuation, and every other single character.
pub(crate) fn mark(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let c = text.get(i).chars().next()?;
    let next = i + 1;
    let before = i.wrapping_sub(1);
    let mark = |c: char, end: usize| Some(item(Class::Mark(c), i, end));
    match c {
        '.' if text.is(next, ".") => {
            let mut end = next;
            while text.is(end, ".") {
                end += 1;
            }
            mark('…', end)
        }
        // ".NET", "ASP.NET"
        '.' if text.is(next, "NET") => {
            Some(item(Class::Mathematics(aloud.sign(".NET")?), i, next + 1))
        }
        '.' if (text.is_word(before) || text.is_number(before))
            && (text.is_word(next) || text.is_number(next)) =>
        {
            let sign = if text.is_number(next)
                && text.is_word(before)
                && i > 1
                && text.is(before.wrapping_sub(1), "-")
            {
                ".1"
            } else {
                "."
            };
            Some(item(Class::Mathematics(aloud.sign(sign)?), i, next))
        }
        '.' if text.is_number(next) && i > 0 && text.starts_fresh(i)
            || c == '.' && i == 0 && text.is_number(next) =>
        {
            Some(item(Class::Number(next, super::class::Style::Digits), i, i + 2))
        }
        // "git log -n 5 --all": options of a program
        '-' if i > 0 && text.is(before, " ") && is_option(text, next) => {
            let dash = aloud.words.address_sign("-");
            let double = text.is(next, "-");
            let words = if double { format!("{dash} {dash}") } else { dash.to_owned() };
            Some(item(Class::Coined(words), i, next + usize::from(double)))
        }
        // "Vol−"
        '−' if text.is_word(before) && !text.is_word(next) && !text.is_number(next) => {
            Some(item(Class::Mathematics(aloud.words.minus), i, next))
        }
        // "*67"
        '*' if text.is_digits(next, 2..=3) && text.starts_fresh(i) => {
            Some(item(Class::Abbreviation(aloud.words.address_sign("*")), i, next))
        }
        '-' if text.is(next, "-") => {
            let mut end = next;
            while text.is(end, "-") {
                end += 1;
            }
            mark('—', end)
        }
        '-' if text.is_space(before) && text.is_space(next) => mark('—', next),
        // The grade "B-"
        '-' | '−'
            if text.is_letter(before)
                && matches!(text.get(before), "A" | "B" | "C" | "D" | "O")
                && text.starts_fresh(before)
                && (next >= text.len()
                    || text.is_space(next)
                    || text.kind(next) == Some(Kind::Sign)) =>
        {
            Some(item(Class::Mathematics(aloud.words.minus), i, next))
        }
        '-' => Some(item(Class::Silent, i, next)),
        // "a 3–3 draw"
        '–' if text.is_digits(before, 1..=1) && text.is(next, text.get(before)) => {
            Some(item(Class::Silent, i, next))
        }
        '–' | '—' | '−' => mark('—', next),
        // "16:9", "127.0.0.1:80"
        ':' if text.is_number(before) && text.is_number(next) => {
            Some(item(Class::Mathematics(aloud.sign(":")?), i, next))
        }
        // "Yahoo!Mail"
        '!' if text.is_word(before) && text.is_word(next) => Some(item(Class::Silent, i, next)),
        '.' | ',' | ';' | ':' | '!' | '?' | '…' => mark(c, next),
        // "401(k)", "f(x)"
        // but not "2(x + 3)"
        '(' if text.is_number(before) && !(next..next + 4).any(|at| text.is(at, ")")) => {
            mark('(', next)
        }
        '(' | '[' | '{' if text.is_number(before) || text.is(before, ")") => {
            Some(item(Class::Silent, i, next))
        }
        ')' if opens_joined(text, i) => Some(item(Class::Silent, i, next)),
        '(' => mark('(', next),
        ')' => mark(')', next),
        '[' | ']' | '{' | '}' => Some(item(Class::Silent, i, next)),
        '|' if text.is_letter(before) && text.is(before.wrapping_sub(1), "|") => {
            Some(item(Class::Silent, i, next))
        }
        // "P(A|B)"
        '|' if (i.saturating_sub(4)..i)
            .any(|at| text.is(at, "(") && text.is_letter(at.wrapping_sub(1))) =>
        {
            Some(item(Class::Mathematics(aloud.sign("|.")?), i, next))
        }
        '|' => mark(',', next),
        // "C#"
        '#' if text.is_letter(before) && !text.is_word(next) && !text.is_number(next) => {
            Some(item(Class::Mathematics(aloud.sign("#.")?), i, next))
        }
        // "f'(x)", "x′"
        '\'' if text.is_letter(before) && text.is(next, "(") => {
            Some(item(Class::Mathematics(aloud.sign("prime")?), i, next))
        }
        '′' if text.is_letter(before) => {
            Some(item(Class::Mathematics(aloud.sign("prime")?), i, next))
        }
        '<' | '>'
            if !math::is_operand(text, text.before(i))
                || text.ends_line(next)
                || matches!(text.get(next), "." | ",") =>
        {
            Some(item(Class::Silent, i, next))
        }
        '^' if text.is_word(next) => Some(item(Class::Silent, i, next)),
        // "Casa_5G"
        '_' if text.is_word(before) && text.is_number(next)
            || text.is_number(before) && text.is_word(next) =>
        {
            Some(item(Class::Abbreviation(aloud.words.address_sign("_")), i, next))
        }
        // "a 4* hotel"
        '*' if text.value(before).is_some_and(|n| (1..=7).contains(&n))
            && !text.is_number(next)
            && !text.is_word(next) =>
        {
            let star = aloud.emoji.iter().find_map(|emoji| emoji.counted);
            // "a five star hotel", where such kinds have no plural.
            let kind = !aloud.kinds.articles.is_empty() && text.is_word(text.past_space(next));
            let thing = kind || text.is(before, "1");
            let words = star.filter(|_| thing).map_or(aloud.words.stars, |[one, _]| one);
            Some(item(Class::Abbreviation(words), i, next))
        }
        // "▲2.1%"
        '▲' if text.is_number(text.past_space(next)) => {
            let words = aloud.sign("▲").or_else(|| aloud.sign("+"))?;
            Some(item(Class::Mathematics(words), i, next))
        }
        '▼' if text.is_number(text.past_space(next)) => {
            let words = aloud.sign("▼").unwrap_or(aloud.words.minus);
            Some(item(Class::Mathematics(words), i, next))
        }
        '*' | '_' | '~' | '"' | '`' | '\\' | '\'' => Some(item(Class::Silent, i, next)),
        _ => {
            let words = match aloud.currency(text.get(i)) {
                Some(currency) => Some(currency.several),
                None => aloud.sign(text.get(i)),
            };
            words.map(|words| item(Class::Mathematics(words), i, next))
        }
    }
}
