//! Chooses the next token from the scores. Pure: the same scores, history and seed give the same
//! choice.

use super::Sampling;

/// How many of the last tokens the repeat penalty affects (llama.cpp's default).
pub(super) const LOOK_BACK: usize = 64;

/// After this many forbidden tokens the next one is accepted, because each costs a pass over the
/// whole vocabulary.
pub(super) const MOST_BARRED: usize = 16;

/// Chooses tokens for one reply.
pub(super) struct Sampler<'a> {
    pub(super) sampling: &'a Sampling,
    random: u64,
    /// The scores of the whole vocabulary, with penalties.
    scores: Vec<f32>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(sampling: &'a Sampling) -> Self {
        Self { sampling, random: u64::from(sampling.seed), scores: Vec::new() }
    }

    /// The next token, from the scores (logits) of the whole vocabulary and the tokens of this
    /// reply so far. Tokens that `never` forbids are avoided if there are others. `None` without
    /// scores.
    pub(super) fn choose(
        &mut self,
        logits: &[f32],
        reply: &[i32],
        never: impl Fn(i32) -> bool,
    ) -> Option<i32> {
        self.score(logits, reply);
        let mut barred = 0;
        loop {
            let token = self.likely()?;
            if barred >= MOST_BARRED || !never(token) {
                return Some(token);
            }
            barred += 1;
            *self.scores.get_mut(usize::try_from(token).ok()?)? = f32::NEG_INFINITY;
        }
    }

    /// Takes the scores and penalises recent tokens, in one pass over the vocabulary and one over
    /// the recent tokens.
    fn score(&mut self, logits: &[f32], reply: &[i32]) {
        let sane = |logit: f32| if logit.is_nan() { f32::NEG_INFINITY } else { logit };
        self.scores.clear();
        self.scores.extend(logits.iter().map(|logit| sane(*logit)));
        let penalty = self.sampling.repeat_penalty;
        if !penalty.is_finite() || penalty <= 0.0 || penalty == 1.0 {
            return;
        }
        for token in &reply[reply.len().saturating_sub(LOOK_BACK)..] {
            let Ok(token) = usize::try_from(*token) else { continue };
            // Computed from the logit, so that a token that occurs twice is penalised once.
            if let (Some(score), Some(logit)) = (self.scores.get_mut(token), logits.get(token)) {
                let logit = sane(*logit);
                // As in llama.cpp: divide positive scores and multiply negative ones, so that both
                // become less likely.
                *score = if logit > 0.0 { logit / penalty } else { logit * penalty };
            }
        }
    }

    fn likely(&mut self) -> Option<i32> {
        let best = best(&self.scores)?;
        if self.sampling.temperature <= 0.0 {
            return Some(best);
        }
        let scored = (0i32..).zip(self.scores.iter().copied()).collect();
        Some(self.draw(scored).unwrap_or(best))
    }

    /// Draws one of these tokens at random, by their scores.
    pub(super) fn draw(&mut self, mut scored: Vec<(i32, f32)>) -> Option<i32> {
        let by_score = |a: &(i32, f32), b: &(i32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        let keep = match self.sampling.top_k as usize {
            0 => scored.len(),
            k => k.min(scored.len()),
        };
        if keep < scored.len() {
            scored.select_nth_unstable_by(keep - 1, by_score);
            scored.truncate(keep);
        }
        scored.sort_unstable_by(by_score);
        let top = f64::from(scored.first()?.1);
        let weigh = |scored: &[(i32, f32)], temperature: f64| -> Vec<f64> {
            scored.iter().map(|s| ((f64::from(s.1) - top) / temperature).exp()).collect()
        };

        // The nucleus is chosen before the temperature is applied, as in llama.cpp.
        let weights = weigh(&scored, 1.0);
        let enough = f64::from(self.sampling.top_p) * weights.iter().sum::<f64>();
        let mut sum = 0.0;
        let nucleus = weights.iter().position(|w| {
            sum += w;
            sum >= enough
        });
        scored.truncate(nucleus.map_or(scored.len(), |i| i + 1));

        let weights = weigh(&scored, f64::from(self.sampling.temperature));
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        let chosen = weights.iter().position(|w| {
            left -= w;
            left < 0.0
        });
        scored.get(chosen.unwrap_or(0)).map(|s| s.0)
    }

    /// Uniform in 0 to 1, by SplitMix64 (Steele, Lea, Flood 2014).
    fn uniform(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The log-probability of a token, from the scores of all.
pub(super) fn likelihood(scores: &[f32], token: i32) -> f32 {
    let score = usize::try_from(token).ok().and_then(|token| scores.get(token));
    score.map_or(f32::NEG_INFINITY, |score| score - whole(scores))
}

/// The likeliest tokens, at most `n`, and their log-probabilities.
pub(super) fn likeliest(scores: &[f32], n: usize) -> Vec<(i32, f32)> {
    let whole = whole(scores);
    let mut all: Vec<(i32, f32)> =
        (0i32..).zip(scores).filter(|(_, score)| !score.is_nan()).map(|(t, s)| (t, *s)).collect();
    let by_score = |a: &(i32, f32), b: &(i32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if n > 0 && n < all.len() {
        all.select_nth_unstable_by(n - 1, by_score);
    }
    all.truncate(n);
    all.sort_unstable_by(by_score);
    all.iter_mut().for_each(|(_, score)| *score -= whole);
    all
}

/// The logarithm of the sum of all weights.
fn whole(scores: &[f32]) -> f32 {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = scores.iter().filter(|s| !s.is_nan()).map(|s| f64::from(s - top).exp()).sum();
    top + sum.ln() as f32
}

/// The first of the highest scores. No score is NaN.
fn best(scores: &[f32]) -> Option<i32> {
    /// How many scores are compared at once by the processor.
    const LANES: usize = 16;
    let (rows, rest) = scores.as_chunks::<LANES>();
    let mut highest = [f32::NEG_INFINITY; LANES];
    for row in rows {
        for (highest, score) in highest.iter_mut().zip(row) {
            *highest = if *score > *highest { *score } else { *highest };
        }
    }
    let highest = highest.iter().chain(rest).fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    let first = scores.iter().position(|score| *score == highest)?;
    i32::try_from(first).ok()
}
