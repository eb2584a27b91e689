//! Which words are near to each other.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{UNIT, joins};

/// The cost of the first letter that differs. Each further one costs one unit more, and a word
/// that does not sound alike another one.
const LETTER: u16 = 2 * UNIT;

/// A word or a name, prepared for comparison.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub chars: Vec<char>,
    /// As it is written, and as it sounds.
    spellings: [Spelling; 2],
    /// The classes of its consonants.
    key: Vec<char>,
    /// The number of letters of its longest word. It limits how many letters may differ: in
    /// several words, not more than in one.
    longest: usize,
}

#[derive(Clone, Debug)]
struct Spelling {
    chars: Vec<char>,
    /// How often each letter occurs. Some letters share a count.
    letters: [u8; 32],
}

impl Spelling {
    fn new(chars: Vec<char>) -> Self {
        let mut letters = [0_u8; 32];
        for c in &chars {
            let count = &mut letters[*c as usize % 32];
            *count = count.saturating_add(1);
        }
        Self { chars, letters }
    }

    /// Whether at most so many letters may differ: a quick test that excludes most words.
    fn may_be_near(&self, other: &Self, most: usize) -> bool {
        let (mut less, mut more) = (0_u16, 0_u16);
        for (a, b) in self.letters.iter().zip(&other.letters) {
            less += u16::from(b.saturating_sub(*a));
            more += u16::from(a.saturating_sub(*b));
        }
        usize::from(less.max(more)) <= most
    }

    /// The number of letters that differ, if it is not more than `most`.
    fn distance(&self, other: &Self, most: usize) -> Option<usize> {
        if !self.may_be_near(other, most) {
            return None;
        }
        // What two words have in common at their ends does not count.
        let (mut a, mut b) = (&self.chars[..], &other.chars[..]);
        while let (Some((c, rest_a)), Some((d, rest_b))) = (a.split_first(), b.split_first())
            && c == d
        {
            (a, b) = (rest_a, rest_b);
        }
        while let (Some((c, rest_a)), Some((d, rest_b))) = (a.split_last(), b.split_last())
            && c == d
        {
            (a, b) = (rest_a, rest_b);
        }
        let distance = match (a, b) {
            ([], rest) | (rest, []) => rest.len(),
            ([_], [_]) => 1,
            ([c, d], [e, f]) if (c, d) == (f, e) => 1,
            _ if most == 1 => return None,
            _ => {
                let text = |chars: &[char]| chars.iter().collect::<String>();
                strsim::osa_distance(&text(a), &text(b))
            }
        };
        (distance <= most).then_some(distance)
    }
}

impl Known {
    /// A word.
    pub fn new(chars: Vec<char>) -> Self {
        let sound = sound(&chars);
        let key = key(&sound);
        let spellings = [Spelling::new(chars.clone()), Spelling::new(sound)];
        Self { longest: chars.len(), chars, spellings, key }
    }

    /// A name without what joins its words.
    pub fn squeezed(name: &[char]) -> Self {
        let longest = name.split(|c| joins(*c)).map(<[char]>::len).max().unwrap_or(0);
        let letters = name.iter().copied().filter(|c| c.is_alphanumeric()).collect();
        Self { longest, ..Self::new(letters) }
    }

    /// The cost of taking `self`, which was heard, for another word; `None` if it is not near.
    pub fn distance(&self, known: &Known) -> Option<u16> {
        let is_word = known.longest == known.chars.len();
        let length = if is_word { known.longest.max(self.chars.len()) } else { known.longest };
        let most_alike = (length / 3).max(1);
        let spellings = self.spellings.iter().zip(&known.spellings);
        if length <= 3
            || !spellings.clone().any(|(a, b)| a.may_be_near(b, most_alike))
            || self.chars == known.chars
        {
            return None;
        }
        let alike = self.key == known.key && !self.key.is_empty();
        let most = match (length, alike) {
            (_, true) => most_alike,
            // One letter of so short a word makes another word.
            (4, false) => return None,
            (_, false) => length / 4,
        };
        // Of a name that is one letter many times, little is left.
        let half = |a: &Spelling, b: &Spelling| a.chars.len().min(b.chars.len()) / 2;
        let distances = spellings.filter_map(|(a, b)| a.distance(b, most.min(half(a, b))));
        let distance = distances.min()?;
        let further = u16::try_from(distance.saturating_sub(1)).ok()?;
        Some(LETTER + (further + u16::from(!alike)) * UNIT)
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// How a word sounds, roughly: without accents and without letters that are silent in English,
/// with one letter for each sound.
fn sound(chars: &[char]) -> Vec<char> {
    let plain: Vec<char> = chars.iter().copied().nfd().filter(|c| !is_combining_mark(*c)).collect();
    let mut sound: Vec<char> = Vec::with_capacity(plain.len());
    for (n, &c) in plain.iter().enumerate() {
        let next = plain.get(n + 1).copied();
        let before = n.checked_sub(1).map(|n| plain[n]);
        let last = next.is_none();
        let c = match c {
            'k' if n == 0 && next == Some('n') => continue,
            'w' if n == 0 && next == Some('r') => continue,
            'w' if before.is_some_and(is_vowel) && !next.is_some_and(is_vowel) => continue,
            'g' if before.is_some_and(is_vowel) && next == Some('h') => continue,
            'h' if n > 0 && matches!(before, Some('g' | 'p' | 'w')) => continue,
            'p' if next == Some('h') => 'f',
            'c' if next == Some('k') => continue,
            'c' if next == Some('h') => 'c',
            'c' if matches!(next, Some('e' | 'i' | 'y')) => 's',
            'c' | 'q' => 'k',
            'z' => 's',
            'e' if last && n >= 3 => continue,
            c => c,
        };
        if sound.last() != Some(&c) {
            sound.push(c);
        }
    }
    sound
}

/// The consonants of a sound, by where and how they are spoken in any of the languages, and
/// whether it begins with a vowel.
fn key(sound: &[char]) -> Vec<char> {
    let mut key = Vec::new();
    for (n, &c) in sound.iter().enumerate() {
        let class = match c {
            'p' | 'b' => 'p',
            'f' | 'v' | 'w' => 'f',
            't' | 'd' => 't',
            // "tch"
            'c' if n > 0 && sound[n - 1] == 't' => continue,
            'k' | 'c' | 'g' => 'k',
            's' | 'x' => 's',
            'm' | 'n' => 'n',
            'l' | 'r' | 'j' => c,
            'h' => continue,
            _ if n == 0 => 'a',
            _ if u32::from(c) < 0x250 => continue,
            // Letters of other scripts have no classes.
            _ => c,
        };
        if key.last() != Some(&class) {
            key.push(class);
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(heard: &str, known: &str) -> bool {
        let word = |text: &str| Known::new(text.chars().collect());
        word(heard).distance(&word(known)).is_some()
    }

    #[test]
    fn near_words_are_near_and_others_are_not() {
        for (heard, known) in [
            ("kitten", "kitchen"),
            ("leaving", "living"),
            ("lamb", "lamp"),
            ("tern", "turn"),
            ("write", "right"),
            ("seen", "scene"),
            ("blew", "blue"),
            ("nite", "night"),
            ("foto", "photo"),
            ("thermostad", "thermostat"),
            ("bedrom", "bedroom"),
            ("küche", "kuche"),
            ("fourty", "forty"),
            ("wonzimmer", "wohnzimmer"),
        ] {
            assert!(near(heard, known), "{heard} {known}");
        }
        for (heard, known) in [
            ("bathroom", "bedroom"),
            ("hall", "wall"),
            ("on", "off"),
            ("kitchen", "chicken"),
            ("garden", "garage"),
            ("left", "right"),
            ("upstairs", "downstairs"),
            ("open", "close"),
            ("lock", "unlock"),
            ("fourteen", "forty"),
            ("fifteen", "fifty"),
            ("minutes", "seconds"),
            ("thriller", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            ("tom", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            ("summer", "abababababababababababababababababababababababababababababababababab"),
        ] {
            assert!(!near(heard, known), "{heard} {known}");
        }
    }
}
