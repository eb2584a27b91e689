//! The plain search for the next token, with which the sampler is compared in tests and
//! benchmarks.

use super::sample::{LOOK_BACK, MOST_BARRED, Sampler};

/// Chooses the same token as [`Sampler::choose`], by looking for each token of the vocabulary
/// among the last ones said.
pub(super) fn plainly(
    sampler: &mut Sampler<'_>,
    logits: &[f32],
    reply: &[i32],
    never: impl Fn(i32) -> bool,
) -> Option<i32> {
    let recent = &reply[reply.len().saturating_sub(LOOK_BACK)..];
    let penalty = sampler.sampling.repeat_penalty;
    let penalise = penalty.is_finite() && penalty > 0.0 && penalty != 1.0;
    let greedy = sampler.sampling.temperature <= 0.0;
    let mut barred = Vec::new();
    loop {
        let mut scored: Vec<(i32, f32)> = Vec::new();
        let mut best: Option<(i32, f32)> = None;
        for (token, &logit) in (0i32..).zip(logits) {
            let out = logit.is_nan() || barred.contains(&token);
            let mut score = if out { f32::NEG_INFINITY } else { logit };
            if penalise && recent.contains(&token) {
                score = if score > 0.0 { score / penalty } else { score * penalty };
            }
            if best.is_none_or(|(_, top)| score > top) {
                best = Some((token, score));
            }
            if !greedy {
                scored.push((token, score));
            }
        }
        let best = best?.0;
        let token = if greedy { best } else { sampler.draw(scored).unwrap_or(best) };
        if barred.len() >= MOST_BARRED || !never(token) {
            return Some(token);
        }
        barred.push(token);
    }
}
