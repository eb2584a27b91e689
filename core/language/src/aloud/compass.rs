//! Points of the compass.

use super::class::{Class, Item};
use super::item;
use super::tables::Aloud;
use super::text::Text;

/// Pieces before and after a point of the compass among which a word for wind may be.
const BEFORE: usize = 14;
const AFTER: usize = 5;

/// "Wind: NW 15 mph", "viento del NO": the letters.
pub(crate) fn direction(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_capitals(i) || text.is_word(i.wrapping_sub(1)) || text.is(i + 1, "'") {
        return None;
    }
    let (_, words) = aloud.compass.iter().find(|(sign, _)| text.is(i, sign))?;
    let wind = |at: usize| text.one_of(at, aloud.cues.winds);
    let near = (i.saturating_sub(BEFORE)..i + AFTER).any(wind);
    // One letter may mean anything.
    let before = text.before(i);
    let said = text.is_word(before) && !text.is_capital(before) || text.is(before, ":");
    let single = text.is_letter(i) && !(said || wind(before));
    (near && !single).then(|| item(Class::Abbreviation(words), i, i + 1))
}
