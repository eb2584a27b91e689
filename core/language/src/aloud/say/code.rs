//! Telephone numbers, codes, addresses of computers, pages and files.

use crate::aloud::chemistry::is_formula;
use crate::aloud::class::Item;
use crate::aloud::grammar::Spoken;
use crate::aloud::grammar::spelt;
use crate::aloud::lex::Kind;

pub(super) fn telephone(item: &Item, groups: &[usize], spoken: &mut Spoken<'_>) {
    let text = spoken.text;
    if text.is(item.from, "+") {
        spoken.say(spoken.words.plus, text.at(item.from));
    }
    let short = groups.len() == 3 && groups.iter().all(|&g| text.get(g).len() == 1);
    for (n, &group) in groups.iter().enumerate() {
        if n > 0 && !short {
            spoken.mark(',', text.at(group));
        }
        let at = text.at(group);
        match text.get(group) {
            _ if text.is_word(group) => spoken.say(text.get(group), at),
            digits => spoken.say(&spoken.grammar.group(digits, n < 2), at),
        }
    }
}

pub(super) fn network(item: &Item, spoken: &mut Spoken<'_>) {
    let (text, grammar) = (spoken.text, spoken.grammar);
    let dots = (item.from..item.end).any(|p| text.is(p, "."));
    let double = (item.from..item.end).any(|p| text.is(p, ":") && text.is(p + 1, ":"));
    let mut port = false;
    for p in item.from..item.end {
        let at = text.at(p);
        match text.kind(p) {
            Some(Kind::Number) if port => {
                let digits = text.get(p);
                let thousands = digits.ends_with("000");
                let words = match thousands || digits.len() < 3 {
                    true => grammar.cardinal(digits),
                    false => spelt(grammar, digits),
                };
                spoken.say(&words, at);
            }
            Some(Kind::Number) if dots => spoken.say(&grammar.octet(text.get(p)), at),
            Some(Kind::Number) => spoken.say(&spelt(grammar, text.get(p)), at),
            Some(Kind::Word) if text.get(p).len() > 4 => spoken.say(text.get(p), at),
            Some(Kind::Word) => spoken.spell(text.get(p), at),
            // The groups of a hardware address are separated by pauses.
            _ if text.is(p, ":") && !dots && !double && !text.is(item.from, "localhost") => {
                spoken.mark(',', at)
            }
            _ => {
                port = matches!(text.get(p), ":" | "/") && !double;
                spoken.say(spoken.words.address_sign(text.get(p)), at);
            }
        }
    }
}

/// Says letters and digits one by one, and pauses between groups. The digits of chemical formulae
/// are read as numbers.
pub(super) fn code(item: &Item, spoken: &mut Spoken<'_>) {
    let (text, grammar) = (spoken.text, spoken.grammar);
    let only_digits = (item.from..item.end).all(|p| text.is_number(p) || text.is(p, "-"));
    let formula = (item.from..item.end)
        .any(|p| matches!(text.kind(p), Some(Kind::Lowered | Kind::Raised)))
        || is_formula(text, item.from, item.end);
    // "4-8-2-9" has no groups.
    // The hyphen of a password is one of its characters.
    let secret = (item.from..item.end)
        .any(|p| text.is_word(p) && text.get(p).len() < 4 && text.lower(p) == text.get(p));
    let groups = (item.from..item.end).any(|p| text.is_number(p) && text.get(p).len() > 1);
    let signs = (item.from..item.end).filter(|&p| text.is(p, "-")).count();
    let length = text.span(item.from, item.end - 1).len();
    // A universally unique identifier has 32 digits in five groups.
    let hexadecimal = text.is(item.from, "#")
        || text.lower(item.from + 1).starts_with('x')
        || signs == 4 && length == 36;
    for p in item.from..item.end {
        let at = text.at(p);
        match text.kind(p) {
            // A word in a password.
            Some(Kind::Word)
                if !hexadecimal
                    && text.get(p).len() > 3
                    && text.get(p).chars().skip(1).all(char::is_lowercase) =>
            {
                spoken.say(text.get(p), at);
            }
            Some(Kind::Word) => spoken.spell(text.get(p), at),
            Some(Kind::Number | Kind::Lowered) if formula => {
                spoken.say(&grammar.cardinal(text.get(p)), at);
            }
            Some(Kind::Number)
                if !only_digits
                    && !secret
                    && text.get(p).len() == 2
                    && !text.get(p).starts_with('0')
                    && text.is(p.wrapping_sub(1), "-") =>
            {
                spoken.say(&grammar.cardinal(text.get(p)), at);
            }
            // "483 920" is one number in some languages.
            Some(Kind::Number) => spoken.say(&spelt(grammar, &text.digits(p)), at),
            Some(Kind::Raised) => {
                let charge = text.get(p);
                let count = charge.trim_end_matches(['+', '-']);
                if !count.is_empty() {
                    spoken.say(&grammar.cardinal(count), at.clone());
                }
                let words = spoken.words;
                spoken.say(if charge.ends_with('-') { words.minus } else { words.plus }, at);
            }
            _ if p > item.from
                && matches!(
                    text.get(p),
                    "!" | "?" | "$" | "%" | "&" | "*" | "+" | "=" | "@" | "_"
                ) =>
            {
                spoken.say(spoken.words.address_sign(text.get(p)), at);
            }
            _ if text.is(p, "#") => spoken.say(spoken.words.address_sign("#"), at),
            _ if text.is(p, "-") && secret => spoken.say(spoken.words.address_sign("-"), at),
            _ if text.is(p, "-") && only_digits && groups || text.is_space(p) => {
                spoken.mark(',', at);
            }
            _ => {}
        }
    }
}

pub(super) fn electronic(item: &Item, spoken: &mut Spoken<'_>) {
    let (text, grammar, words) = (spoken.text, spoken.grammar, spoken.words);
    let from = item.from;
    let scheme = text.is(from + 1, ":") && text.is(from + 2, "/") && text.is(from + 3, "/");
    let mut p = if scheme { from + 4 } else { from };
    while p < item.end {
        let at = text.at(p);
        let word = text.get(p);
        match text.kind(p) {
            Some(Kind::Word) => {
                let length = word.chars().count();
                let upper = word.chars().all(char::is_uppercase) && word != "NET";
                let vowels = word.to_lowercase().chars().any(|c| "aeiouy".contains(c));
                let mailbox = (text.is(p + 1, "@") || text.is(from, "@")) && vowels;
                let short = length == 1
                    || !mailbox
                        && (length == 2 || !vowels || length == 3 && is_last(item, p, spoken))
                        && !words.address_words.contains(&word.to_lowercase().as_str());
                if length <= 5 && (upper && length < 5 || short) {
                    spoken.spell(word, at);
                } else {
                    spoken.say(&spaced(word), at);
                }
            }
            Some(Kind::Number) => {
                let number = match word {
                    year if text.is_year(p) => grammar.year(year.parse().unwrap_or(0)),
                    small if small.len() <= 2 && !small.starts_with('0') => grammar.cardinal(small),
                    digits => spelt(grammar, digits),
                };
                spoken.say(&number, at);
            }
            _ if word == "/" && p + 1 == item.end && scheme => {}
            _ if word == "#" && p == from => {
                // "hashtag #summer"
                if !spoken.last().eq_ignore_ascii_case(words.hashtag) {
                    spoken.say(words.hashtag, at);
                }
            }
            _ => spoken.say(words.address_sign(word), at),
        }
        p += 1;
    }
}

/// Whether piece `p` is the ending of an address or a file.
fn is_last(item: &Item, p: usize, spoken: &Spoken<'_>) -> bool {
    spoken.text.is(p.wrapping_sub(1), ".")
        && p > item.from
        && (p + 1 >= item.end
            || !spoken.text.is_number(p + 1)
                && matches!(spoken.text.get(p + 1), "/" | ":" | "?" | "#" | "."))
        || spoken.text.is(p + 1, ".")
            && p == item.from
            && spoken.text.get(p).len() == 3
            && spoken.text.is_capitals(p)
}

/// `MondayMotivation` as two words.
fn spaced(word: &str) -> String {
    let mut out = String::new();
    let mut small = false;
    for c in word.chars() {
        if small && c.is_uppercase() {
            out.push(' ');
        }
        small = c.is_lowercase();
        out.push(c);
    }
    out
}
