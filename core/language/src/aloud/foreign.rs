//! Letters of scripts that the voice cannot say are not left out without a word: the name of the
//! script is said once.

use super::class::{Class, Item};
use super::item;
use super::lex::Kind;
use super::script::{Script, of};
use super::tables::Aloud;
use super::text::Text;

/// The value of a Chinese character that is a number.
fn chinese_number(c: char) -> Option<usize> {
    const NUMBERS: &str = "〇一二三四五六七八九十";
    NUMBERS.chars().position(|known| known == c)
}

/// Letters of a script that the voice cannot say: the name of the script, once for all words that
/// follow each other.
pub(crate) fn foreign(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let script = |at: usize| {
        let foreign = text.kind(at) == Some(Kind::Foreign);
        text.get(at).chars().next().filter(|_| foreign).and_then(of)
    };
    let mut named = script(i)?;
    // A number by itself.
    let mut chars = text.get(i).chars();
    if let (Some(number), None) = (chars.next().and_then(chinese_number), chars.next())
        && script(i + 1).is_none()
    {
        return Some(item(Class::Coined(aloud.grammar.cardinal(&number.to_string())), i, i + 1));
    }
    let east = |script: Script| matches!(script, Script::Chinese | Script::Japanese);
    let mut end = i + 1;
    let mut at = end;
    loop {
        match script(at) {
            Some(next) if next == named || east(next) && east(named) => {
                if next == Script::Japanese {
                    named = next;
                }
                at += 1;
                end = at;
            }
            // What is between the words, but not the end of a line.
            None if at < end + 2
                && (text.is(at, " ")
                    || text.kind(at) == Some(Kind::Sign) && !text.get(at).is_ascii()) =>
            {
                at += 1;
            }
            _ => break,
        }
    }
    let words = aloud.scripts.get(named as usize)?;
    Some(item(Class::Abbreviation(words), i, end))
}
