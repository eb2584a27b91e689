//! Decoding among expected texts: a beam search over the encoder's output that follows a
//! [`Paths`].

use std::collections::HashSet;

use super::pass::Decoder;
use crate::stt::{Guided, Paths};
use crate::{Cancel, Result};

/// The number of beginnings that are kept after each token.
const BEAM: usize = 4;
/// A beginning that is less likely than the best one by this much is given up, in nats.
const BEHIND: f32 = 5.0;
/// A token that is less likely than the likeliest one by this much is not tried, in nats.
const UNLIKELY: f32 = 10.0;
/// The number of tokens that are tried at a place.
const TRIED: usize = 256;
/// The most tokens of a text.
const LONGEST: usize = 48;
/// By how much a beginning may fall below the least likelihood, in nats: later tokens may make up
/// for it. Speech that is none of the texts is given up after a few tokens.
const SLACK: f32 = 14.0;
/// The number of texts that are found.
const FOUND: usize = 3;

/// A beginning of a text.
#[derive(Clone, Debug)]
struct Hypothesis {
    tokens: Vec<i32>,
    text: String,
    at: usize,
    /// The logarithm of its probability.
    sum: f32,
}

/// The likeliest texts of `paths`, the best first. Texts that are less likely than `least`, in nats
/// a token, are given up.
pub(super) fn search(
    decoder: &mut Decoder<'_>,
    paths: &mut dyn Paths,
    least: f32,
    cancel: &Cancel,
) -> Result<Vec<Guided>> {
    let start = paths.start();
    let mut open =
        vec![Hypothesis { tokens: Vec::new(), text: String::new(), at: start, sum: 0.0 }];
    let mut found: Vec<Guided> = Vec::new();
    for _ in 0..LONGEST {
        let mut next: Vec<Hypothesis> = Vec::new();
        for hypothesis in &open {
            cancel.check()?;
            let next_token = decoder.next(&hypothesis.tokens, cancel)?;
            let (end, likeliest) = (next_token.end, next_token.likeliest(TRIED, UNLIKELY));
            if paths.may_end(hypothesis.at) {
                add(&mut found, hypothesis, hypothesis.sum + end);
            }
            for (token, logprob) in likeliest {
                let sum = hypothesis.sum + logprob;
                let floor = least * (hypothesis.tokens.len() + 1) as f32 - SLACK;
                let Some(text) = decoder.text(token).filter(|_| sum >= floor) else { continue };
                let Some(at) = paths.step(hypothesis.at, text) else { continue };
                let tokens = [&hypothesis.tokens[..], &[token]].concat();
                next.push(Hypothesis {
                    tokens,
                    text: format!("{}{text}", hypothesis.text),
                    at,
                    sum,
                });
            }
        }
        next.sort_by(|a, b| b.sum.total_cmp(&a.sum));
        // The same text in other tokens, cases or marks leads to the same place.
        let mut places = HashSet::new();
        next.retain(|hypothesis| places.insert(hypothesis.at));
        next.truncate(BEAM);
        let best = next.first().map_or(f32::NEG_INFINITY, |best| best.sum);
        // A longer text is never likelier than its beginning.
        let enough = found.first().map_or(f32::NEG_INFINITY, |found| found.sum);
        next.retain(|other| other.sum >= best - BEHIND && other.sum >= enough);
        if next.is_empty() {
            break;
        }
        open = next;
    }
    Ok(found)
}

/// Adds a text to those found, the likeliest first.
fn add(found: &mut Vec<Guided>, hypothesis: &Hypothesis, sum: f32) {
    let (text, tokens) = (hypothesis.text.trim().to_owned(), hypothesis.tokens.len() + 1);
    let at = found.partition_point(|other| other.sum >= sum);
    found.insert(at, Guided { text, sum, tokens });
    found.truncate(FOUND);
}
