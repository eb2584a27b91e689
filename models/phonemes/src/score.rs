//! How well a pronunciation fits what is heard: pure decisions, without the nets.
//!
//! The score of a pronunciation is the logarithm of how much less likely the best path through it
//! is than the best path through anything, divided by its number of phonemes. So it is 0 if the
//! net heard just that, and −1 if each phoneme was e times less likely than what was heard
//! instead.

use ndarray::Array2;

use crate::confusion;
use crate::symbols::{BLANK, BOUNDARY, COUNT, OTHER_G, Phoneme};

/// Frames of quiet that count as a pause: 240 ms.
pub(crate) const PAUSE: usize = 12;

/// What it costs if a phrase is said right after another word. Who addresses a device begins to
/// speak, so nearly all that is like a wake phrase but is none is within other speech.
const AFTER_WORD: f32 = 2.0;
/// What it costs if another word is said right after a phrase.
const BEFORE_WORD: f32 = 1.0;
/// What it costs at most if a phrase begins or ends within a word.
const WITHIN_WORD: f32 = 6.0;

/// What each frame between two phonemes costs in which none of them is heard.
const BETWEEN: f32 = 0.05;

/// The least probability.
const LEAST: f32 = 1e-8;

/// What was heard in a frame of 20 ms: logarithms of how much less likely something is than the
/// likeliest.
struct Frame {
    /// The likeliest phoneme, if it is likelier than all else.
    heard: Option<Phoneme>,
    /// Each phoneme, with those that are often heard in its place.
    phonemes: [f32; COUNT],
    /// Nothing new.
    blank: f32,
    /// The boundary between two words.
    boundary: f32,
}

/// Frames of the net's log-probabilities.
fn frames(log_probabilities: &Array2<f32>) -> Vec<Frame> {
    log_probabilities
        .rows()
        .into_iter()
        .map(|row| {
            let at = |symbol: usize| row.get(symbol).copied().unwrap_or(f32::NEG_INFINITY);
            let mut heard = [0.0; COUNT];
            for (heard, phoneme) in heard.iter_mut().zip(Phoneme::all()) {
                *heard = at(phoneme.symbol()).exp();
                if phoneme.ipa() == "g" {
                    *heard += at(OTHER_G).exp();
                }
            }
            let best = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let relative = |p: f32| p.max(LEAST).ln() - best;
            let likeliest = Phoneme::all().zip(heard).max_by(|a, b| a.1.total_cmp(&b.1));
            let likeliest = likeliest.filter(|(_, p)| p.ln() >= best).map(|(phoneme, _)| phoneme);
            let blank = at(BLANK).exp();
            let mut phonemes = confusion::mix(&heard, blank);
            phonemes.iter_mut().for_each(|p| *p = relative(*p));
            Frame {
                heard: likeliest,
                phonemes,
                blank: relative(blank),
                boundary: relative(at(BOUNDARY).exp()),
            }
        })
        .collect()
}

/// Where a pronunciation fits best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Match {
    /// 0 at most, apart from rounding.
    pub(crate) score: f32,
    /// The frames from the first phoneme to the last.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What it costs to begin before each frame, and to end after it.
struct Edges {
    begin: Vec<f32>,
    end: Vec<f32>,
}

impl Edges {
    /// `silent` says whether nothing was said before the first frame.
    fn new(frames: &[Frame], silent: bool) -> Self {
        let mut begin = Vec::with_capacity(frames.len());
        let mut word = f32::NEG_INFINITY;
        // As long as nothing is said, the pause before the first frame goes on.
        let mut still = if silent { 0.0 } else { f32::NEG_INFINITY };
        for (t, frame) in frames.iter().enumerate() {
            let pause = t.checked_sub(PAUSE).and_then(|from| frames.get(from..t));
            let pause = pause.map_or(f32::NEG_INFINITY, quiet);
            begin.push(word.max(pause).max(still).max(-WITHIN_WORD));
            word = f32::max(word + frame.blank, frame.boundary - AFTER_WORD);
            still += frame.blank;
        }
        let mut end = vec![-WITHIN_WORD; frames.len()];
        let mut word = f32::NEG_INFINITY;
        for t in (0..frames.len()).rev() {
            let pause = frames.get(t + 1..t + 1 + PAUSE).map_or(f32::NEG_INFINITY, quiet);
            if let Some(end) = end.get_mut(t) {
                *end = word.max(pause).max(-WITHIN_WORD);
            }
            if let Some(frame) = frames.get(t) {
                word = f32::max(frame.boundary - BEFORE_WORD, frame.blank + word);
            }
        }
        Self { begin, end }
    }
}

/// How surely nothing new is said in some frames.
fn quiet(frames: &[Frame]) -> f32 {
    frames.iter().map(|frame| frame.blank).sum()
}

/// Where a pronunciation fits best, and whether it may only have begun.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fit {
    /// The best place for all of it.
    pub(crate) whole: Match,
    /// How well half of it or more fits the last frames.
    pub(crate) begun: f32,
}

impl Fit {
    /// Nowhere.
    pub(crate) const NONE: Self = Self {
        whole: Match { score: f32::NEG_INFINITY, start: 0, end: 0 },
        begun: f32::NEG_INFINITY,
    };

    /// The best of two pronunciations.
    pub(crate) fn or(self, other: Self) -> Self {
        let whole = if other.whole.score > self.whole.score { other.whole } else { self.whole };
        Self { whole, begun: self.begun.max(other.begun) }
    }
}

/// A place within a pronunciation, and how well it is reached.
#[derive(Clone, Copy)]
struct State {
    sum: f32,
    start: usize,
}

const UNREACHED: State = State { sum: f32::NEG_INFINITY, start: 0 };

impl State {
    fn or(self, other: Self) -> Self {
        if other.sum > self.sum { other } else { self }
    }
}

/// What was heard, ready to be compared with pronunciations.
pub(crate) struct Heard {
    frames: Vec<Frame>,
    edges: Edges,
}

impl Heard {
    /// Takes the net's log-probabilities; `silent` says whether nothing was said before.
    pub(crate) fn new(log_probabilities: &Array2<f32>, silent: bool) -> Self {
        let frames = frames(log_probabilities);
        let edges = Edges::new(&frames, silent);
        Self { frames, edges }
    }

    /// The phonemes that are likelier than all else, from one frame to another one.
    pub(crate) fn said(&self, start: usize, end: usize) -> Vec<Phoneme> {
        let frames = self.frames.get(start..=end).unwrap_or_default();
        collapse(frames.iter().map(|frame| frame.heard))
    }

    /// Compares with a pronunciation; only what begins at the frame `from` or later counts.
    pub(crate) fn fit(&self, phonemes: &[Phoneme], from: usize) -> Fit {
        let count = phonemes.len().max(1) as f32;
        // For each phoneme: within it, and after it but before the next one.
        let mut states = vec![[UNREACHED; 2]; phonemes.len()];
        let mut whole = Fit::NONE.whole;
        let edges = self.edges.begin.iter().zip(&self.edges.end);
        for (t, (frame, (&begin, &end))) in self.frames.iter().zip(edges).enumerate() {
            let between = frame.blank.max(frame.boundary) - BETWEEN;
            let first = if t < from { UNREACHED } else { State { sum: begin, start: t } };
            // The states of the phoneme before, a frame ago.
            let mut before = [first, UNREACHED];
            let mut previous = None;
            for (&phoneme, states) in phonemes.iter().zip(&mut states) {
                let [within, after] = *states;
                // A phoneme that is said twice is heard twice only with a gap in between.
                let direct = if previous == Some(phoneme) { UNREACHED } else { before[0] };
                let mut next = within.or(direct).or(before[1]);
                next.sum += frame.phonemes.get(phoneme.index()).copied().unwrap_or(-1e3);
                let mut gap = after.or(within);
                gap.sum += between;
                before = [within, after];
                *states = [next, gap];
                previous = Some(phoneme);
            }
            if let Some([last, _]) = states.last() {
                let score = (last.sum + end) / count;
                if score > whole.score {
                    whole = Match { score, start: last.start, end: t };
                }
            }
        }
        let begun = states
            .iter()
            .enumerate()
            .skip(phonemes.len() / 2)
            .map(|(at, [within, after])| within.sum.max(after.sum) / (at + 1) as f32);
        Fit { whole, begun: begun.fold(f32::NEG_INFINITY, f32::max) }
    }
}

/// The best path through some frames, without repetitions.
pub(crate) fn collapse(path: impl Iterator<Item = Option<Phoneme>>) -> Vec<Phoneme> {
    let mut phonemes = Vec::new();
    let mut previous = None;
    for heard in path {
        if heard != previous {
            phonemes.extend(heard);
        }
        previous = heard;
    }
    phonemes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::BLANK;

    const SYMBOLS: usize = crate::acoustic::SYMBOLS;

    /// What a net hears that is sure of each frame: phonemes in IPA, `_` for nothing, `|` for the
    /// boundary between words.
    fn heard(frames: &[&str], silent: bool) -> Heard {
        let rows = frames.iter().map(|&frame| match frame {
            "_" => BLANK,
            "|" => BOUNDARY,
            ipa => Phoneme::by_ipa(ipa).unwrap().symbol(),
        });
        let rows: Vec<usize> = rows.collect();
        let sure = |(t, symbol): (usize, usize)| if rows[t] == symbol { -0.01f32 } else { -12.0 };
        Heard::new(&Array2::from_shape_fn((rows.len(), SYMBOLS), sure), silent)
    }

    /// Phonemes with a pause before and after.
    fn alone(frames: &[&str]) -> Heard {
        let pause = ["_"; PAUSE + 2];
        heard(&[&pause, frames, &pause].concat(), true)
    }

    fn score(heard: &Heard, ipa: &str) -> f32 {
        heard.fit(&Phoneme::parse(ipa).unwrap(), 0).whole.score
    }

    #[test]
    fn what_is_said_fits_and_has_its_place() {
        let heard = alone(&["k", "_", "æ", "t"]);
        let fit = heard.fit(&Phoneme::parse("kæt").unwrap(), 0).whole;
        assert!(fit.score > -0.1, "{}", fit.score);
        assert_eq!((fit.start, fit.end), (PAUSE + 2, PAUSE + 5));
    }

    #[test]
    fn what_sounds_alike_fits_better_than_what_does_not() {
        let heard = alone(&["k", "æ", "t"]);
        let (same, near, far) = (score(&heard, "kæt"), score(&heard, "kɛt"), score(&heard, "kuf"));
        assert!(same > near && near > -1.0 && near > far + 1.0, "{same} {near} {far}");
    }

    #[test]
    fn a_phoneme_twice_needs_a_gap() {
        assert!(score(&alone(&["t", "_", "t"]), "tt") > -0.1);
        assert!(score(&alone(&["t", "t", "t"]), "tt") < -1.0);
    }

    #[test]
    fn other_words_around_count_against_it() {
        let pause = ["_"; PAUSE + 2];
        let word = |before: &[&str], after: &[&str]| {
            let frames = [&pause, before, &["k", "æ", "t"], after, &pause].concat();
            score(&heard(&frames, true), "kæt")
        };
        let free = word(&[], &[]);
        let after = word(&["s", "|"], &[]);
        let before = word(&[], &["|", "s"]);
        let within = word(&["s"], &["s"]);
        assert!((free - after - AFTER_WORD / 3.0).abs() < 0.05, "{free} {after}");
        assert!((free - before - BEFORE_WORD / 3.0).abs() < 0.05, "{free} {before}");
        // Or it is cheaper to take the other phonemes for its own.
        let most = 2.0 * WITHIN_WORD / 3.0;
        assert!((most - 0.5..=most).contains(&(free - within)), "{free} {within}");
    }

    #[test]
    fn what_was_before_the_first_frame_is_a_pause_only_if_nothing_was_said() {
        let frames = [&["k", "æ", "t"][..], &["_"; PAUSE]].concat();
        let (silent, unknown) = (heard(&frames, true), heard(&frames, false));
        assert!(score(&silent, "kæt") > -0.1);
        assert!(score(&unknown, "kæt") < -1.5);
    }

    #[test]
    fn what_is_over_is_not_heard_again() {
        let heard = alone(&["k", "æ", "t"]);
        let phonemes = Phoneme::parse("kæt").unwrap();
        let first = heard.fit(&phonemes, 0).whole;
        assert!(heard.fit(&phonemes, first.start).whole.score > -0.1);
        assert!(heard.fit(&phonemes, first.start + 1).whole.score < -1.0);
    }

    #[test]
    fn half_a_phrase_has_begun_and_less_has_not() {
        let pause = ["_"; PAUSE + 2];
        let begun = |frames: &[&str]| {
            let heard = heard(&[&pause, frames].concat(), true);
            heard.fit(&Phoneme::parse("kætz").unwrap(), 0).begun
        };
        assert!(begun(&["k", "æ", "t", "_"]) > -0.2);
        assert!(begun(&["k"]) < -1.0);
    }

    #[test]
    fn a_repetition_without_a_gap_is_one_phoneme() {
        let [a, b] = Phoneme::parse("tk").unwrap().try_into().unwrap();
        let path = [None, Some(a), Some(a), None, Some(a), Some(b), Some(b), None];
        assert_eq!(collapse(path.into_iter()), [a, a, b]);
    }
}
