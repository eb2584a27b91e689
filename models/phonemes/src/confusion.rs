//! What the net hears in place of a phoneme.

use std::sync::LazyLock;

use crate::symbols::{COUNT, Phoneme};

/// Each line: a phoneme, a tab, and what was heard in its place with how often, relative to
/// itself. Measured with the sentences of 50 recordings of LibriSpeech, and made half as large
/// again: who calls a device has more accents than who reads books.
const TABLE: &str = include_str!("../data/confusion.txt");

/// The weight of any other phoneme.
const OTHER: f32 = 0.003;
/// The weight of nothing new.
const BLANK: f32 = 0.01;

/// For each phoneme, the weights of all that may be heard.
static WEIGHTS: LazyLock<[[f32; COUNT]; COUNT]> = LazyLock::new(|| {
    let mut weights = [[OTHER; COUNT]; COUNT];
    for phoneme in Phoneme::all() {
        if let Some(own) = weights.get_mut(phoneme.index()) {
            set(own, phoneme, 1.0);
        }
    }
    for (said, heard, weight) in entries() {
        if let Some(own) = weights.get_mut(said.index()) {
            set(own, heard, weight);
        }
    }
    weights
});

fn set(weights: &mut [f32; COUNT], phoneme: Phoneme, weight: f32) {
    if let Some(own) = weights.get_mut(phoneme.index()) {
        *own = weight;
    }
}

/// The table: what is said, what is heard, and the weight.
fn entries() -> impl Iterator<Item = (Phoneme, Phoneme, f32)> {
    TABLE.lines().filter_map(|line| line.split_once('\t')).flat_map(|(said, heard)| {
        let mut words = heard.split_whitespace();
        std::iter::from_fn(move || {
            let heard = Phoneme::by_ipa(words.next()?)?;
            Some((Phoneme::by_ipa(said)?, heard, words.next()?.parse().ok()?))
        })
    })
}

/// How likely each phoneme was said, given how likely each is heard.
pub(crate) fn mix(heard: &[f32; COUNT], blank: f32) -> [f32; COUNT] {
    let mut said = [0.0; COUNT];
    for (said, weights) in said.iter_mut().zip(WEIGHTS.iter()) {
        let sum: f32 = weights.iter().zip(heard).map(|(weight, heard)| weight * heard).sum();
        *said = sum + BLANK * blank;
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        let numbers = TABLE.split_whitespace().filter(|word| word.parse::<f32>().is_ok()).count();
        assert_eq!(entries().count(), numbers);
        assert!(entries().all(|(said, heard, weight)| said != heard && weight > OTHER));
        assert_eq!(TABLE.lines().count(), COUNT);
    }

    #[test]
    fn a_phoneme_is_likelier_than_what_it_is_taken_for() {
        for phoneme in Phoneme::all() {
            let mut heard = [0.0; COUNT];
            set(&mut heard, phoneme, 1.0);
            let said = mix(&heard, 0.0);
            for (other, said) in Phoneme::all().zip(said) {
                assert!(if other == phoneme { said == 1.0 } else { said < 0.5 }, "{other}");
            }
        }
    }
}
