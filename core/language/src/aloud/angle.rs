//! Angle brackets that neither compare nor open a tag of the text: `Vec<u8>`, "the `<br>` tag".

use super::class::{Class, Item};
use super::item;
use super::lex::Kind;
use super::tables::Aloud;
use super::text::Text;

/// How many pieces may be between two brackets.
const LONGEST: usize = 10;

/// `Vec<u8>`: "of"; `<br>`: only the name of the tag.
pub(crate) fn bracket(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let said =
        |words: Option<&'static str>| words.map(|words| item(Class::Mathematics(words), i, i + 1));
    match text.get(i) {
        "<" if opens_type(text, i) => said(aloud.sign("(.")),
        "<" if opens_tag(text, i) => Some(item(Class::Silent, i, i + 1)),
        "/" if text.is(i.wrapping_sub(1), "<") && opens_tag(text, i.wrapping_sub(1)) => {
            said(Some(aloud.words.address_sign("/")))
        }
        "/" if text.is(i + 1, ">") => Some(item(Class::Silent, i, i + 1)),
        ">" => {
            let open = (i.saturating_sub(LONGEST)..i)
                .find(|&at| text.is(at, "<") && (opens_type(text, at) || opens_tag(text, at)));
            open.map(|_| item(Class::Silent, i, i + 1))
        }
        _ => None,
    }
}

/// A name with what it is made of in brackets. One letter is compared.
fn opens_type(text: &Text, i: usize) -> bool {
    let name = i.wrapping_sub(1);
    let named = text.is_word(name) && text.get(name).chars().count() > 1;
    let inside = |at: usize| {
        matches!(text.kind(at), Some(Kind::Word | Kind::Number))
            || matches!(text.get(at), "<" | "," | " " | "&" | ":" | "[" | "]" | "_" | "*")
    };
    let end = (i + 1..i + LONGEST).find(|&at| !inside(at));
    named && !text.is_space(i + 1) && end.is_some_and(|end| end > i + 1 && text.is(end, ">"))
}

/// The name of a tag in brackets: `<br>`, `</h1>`, `<img/>`.
fn opens_tag(text: &Text, i: usize) -> bool {
    let name = i + 1 + usize::from(text.is(i + 1, "/"));
    let mut end = name + 1;
    while end < i + LONGEST
        && (matches!(text.kind(end), Some(Kind::Word | Kind::Number)) || text.is(end, "-"))
    {
        end += 1;
    }
    end += usize::from(text.is(end, "/"));
    let closes = name > i + 1;
    text.is_word(name) && (closes || !text.is_word(i.wrapping_sub(1))) && text.is(end, ">")
}
