//! Elisions, saints, initials and inverted verbs.

use crate::aloud::class::{Class, Item};
use crate::aloud::item;
use crate::aloud::letters::is_article;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;

/// Words that lose their last letter before a vowel.
const ELIDED: &[&str] =
    &["c", "d", "j", "jusqu", "l", "lorsqu", "m", "n", "puisqu", "qu", "s", "t"];

/// "d'1 kg", "l'« Odyssée »": the word before the apostrophe.
pub(super) fn elided(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.one_of(i, ELIDED)
        && text.is(i + 1, "'")
        && (text.is_number(i + 2) || text.is(i + 2, "“") || text.is(i + 2, "½"));
    fits.then(|| item(Class::Coined(format!("{}'", text.get(i))), i, i + 2))
}

/// "de 1 kg", which is said "d'un": the preposition.
pub(super) fn preposition(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let one = text.is(i + 2, "1") || text.get(i + 2).starts_with("1.");
    let next = text.past_space(i + 3);
    let counts = text.is_word(next)
        && !text.one_of(next, &["à", "et", "ou", "sur", "er", "re", "ère"])
        || matches!(text.get(next), "%" | "€" | "$" | "£" | "°")
        || text.is(i + 3, "/") && text.is_number(i + 4);
    let fits = text.is(i, "de") && text.is(i + 1, " ") && one && counts;
    fits.then(|| item(Class::Abbreviation("d'"), i, i + 2))
}

/// "St-Denis", "Ste Marie"; and the word before in "Bourg-St-Maurice".
pub(super) fn saint(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let saint = |at: usize| match text.get(at) {
        "St" => Some("Saint"),
        "Ste" => Some("Sainte"),
        _ => None,
    };
    if text.is_word(i) && text.is(i + 1, "-") && text.is(i + 3, "-") && saint(i + 2).is_some() {
        return Some(item(Class::Word, i, i + 2));
    }
    let words = saint(i)?;
    let stop = i + 1 + usize::from(text.is(i + 1, "."));
    let named = matches!(text.get(stop), "-" | " ") && text.is_capital(stop + 1);
    named.then(|| {
        item(Class::Abbreviation(words), i, if text.is(stop, "-") { stop + 1 } else { stop })
    })
}

/// J. Dupont, J.-P. Belmondo, U.S.A.
pub(super) fn initials(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let letter = |at: usize| text.is_letter(at) && text.is_capital(at) && text.is(at + 1, ".");
    // "l'U.R.S.S."
    let elided = text.get(i).split_once('\'').is_some_and(|(article, rest)| {
        is_article(aloud.letters.articles, article)
            && rest.chars().count() == 1
            && text.is(i + 1, ".")
    });
    if !(letter(i) || elided) || text.is(i.wrapping_sub(1), ".") {
        return None;
    }
    let mut end = i + 2;
    let mut count = 1;
    while count < 12 {
        let next = end + usize::from(text.is(end, "-"));
        if !letter(next) {
            break;
        }
        end = next + 2;
        count += 1;
    }
    let next = text.past_space(end);
    let name = next > end
        && text.is_capital(next)
        && text.get(next).chars().count() > 1
        && !aloud.starts(text, next);
    let kind =
        text.one_of(text.before(i), &["vitamine", "plan", "groupe", "hépatite", "option", "type"]);
    if count == 1 && (!name || kind || elided) {
        return None;
    }
    let mut found = item(Class::Initialism, i, end);
    found.ends = text.ends_line(end) || count > 1 && aloud.starts(text, next);
    Some(found)
}

/// "va-t-elle"
pub(super) fn inverted(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is_word(i)
        && text.is(i + 1, "-")
        && text.is(i + 2, "t")
        && text.is(i + 3, "-")
        && text.one_of(i + 4, &["il", "elle", "on", "ils", "elles"]);
    fits.then(|| item(Class::Word, i, i + 5))
}

/// "#Paris2024": the sign.
pub(super) fn hashtag(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let fits = text.is(i, "#") && text.is_word(i + 1) && text.starts_fresh(i);
    fits.then(|| item(Class::Abbreviation(aloud.words.hashtag), i, i + 1))
}
