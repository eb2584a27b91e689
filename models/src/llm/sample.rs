//! Choosing the next token from its scores. Pure: the same scores, history
//! and seed give the same choice.

use super::Sampling;

/// Tokens looked back on by the repeat penalty (llama.cpp's default).
const LOOK_BACK: usize = 64;

/// After so many tokens that are never to come, the next one comes: each costs a look at
/// the whole vocabulary.
const MOST_BARRED: usize = 16;

/// Chooses tokens for one reply.
pub(super) struct Sampler<'a> {
    sampling: &'a Sampling,
    random: u64,
    /// The scores of the whole vocabulary, penalties applied.
    scores: Vec<f32>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(sampling: &'a Sampling) -> Self {
        Self { sampling, random: u64::from(sampling.seed), scores: Vec::new() }
    }

    /// The next token, given the scores (logits) of the whole vocabulary and
    /// the tokens of this reply so far; none that `never` is to come, if there are
    /// others. `None` without scores.
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

    /// Takes the scores, with the penalty for what was said lately: a look at each token of
    /// the vocabulary, and at each of the last ones.
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
            // Of the logit, so that a token said twice is penalised once.
            if let (Some(score), Some(logit)) = (self.scores.get_mut(token), logits.get(token)) {
                let logit = sane(*logit);
                // As llama.cpp does: divide what is likely, multiply what is not, so
                // that both become less likely.
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

    fn draw(&mut self, mut scored: Vec<(i32, f32)>) -> Option<i32> {
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

        // The nucleus is taken before the temperature, as in llama.cpp.
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

    /// Evenly in 0…1, by SplitMix64 (Steele, Lea, Flood 2014).
    fn uniform(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The first of the highest scores, none of which is NaN.
fn best(scores: &[f32]) -> Option<i32> {
    /// So many at a time, which the processor compares at once.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What [`Sampler::choose`] has to choose, by looking for each token of the vocabulary
    /// among the last ones said.
    fn plainly(
        sampler: &mut Sampler<'_>,
        logits: &[f32],
        reply: &[i32],
        never: impl Fn(i32) -> bool,
    ) -> Option<i32> {
        let recent = &reply[reply.len().saturating_sub(LOOK_BACK)..];
        let penalty = sampler.sampling.repeat_penalty;
        let penalise = penalty.is_finite() && penalty > 0.0 && penalty != 1.0;
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
                scored.push((token, score));
            }
            let token = match sampler.sampling.temperature <= 0.0 {
                true => best?.0,
                false => sampler.draw(scored).unwrap_or(best?.0),
            };
            if barred.len() >= MOST_BARRED || !never(token) {
                return Some(token);
            }
            barred.push(token);
        }
    }

    proptest! {
        #[test]
        fn the_choice_is_that_of_the_plain_search(
            // Coarse, so that some are equal.
            logits in proptest::collection::vec(
                prop_oneof![9 => (-40i32..40).prop_map(|n| n as f32 / 4.0), 1 => Just(f32::NAN),
                            1 => Just(f32::NEG_INFINITY), 1 => Just(-0.0f32)],
                0..200,
            ),
            reply in proptest::collection::vec(-2i32..210, 0..100),
            never in proptest::collection::vec(0i32..200, 0..40),
            greedy in any::<bool>(),
            penalty in prop_oneof![Just(1.0f32), Just(1.1), Just(3.0), Just(0.5), Just(f32::NAN)],
            top_k in 0u32..60,
            seed in any::<u32>(),
        ) {
            let temperature = if greedy { 0.0 } else { 0.8 };
            let sampling =
                Sampling { temperature, repeat_penalty: penalty, top_k, seed, ..greedy_sampling() };
            let (mut ours, mut plain) = (Sampler::new(&sampling), Sampler::new(&sampling));
            for n in 0..reply.len().min(8) {
                let so_far = &reply[..reply.len() - n];
                let never = |token: i32| never.contains(&token);
                prop_assert_eq!(
                    ours.choose(&logits, so_far, never),
                    plainly(&mut plain, &logits, so_far, never)
                );
            }
        }
    }

    fn greedy_sampling() -> Sampling {
        Sampling { temperature: 0.0, repeat_penalty: 1.0, ..Sampling::default() }
    }

    #[test]
    fn greedy_takes_the_likeliest_and_the_first_of_equals() {
        let sampling = greedy_sampling();
        let mut sampler = Sampler::new(&sampling);
        assert_eq!(sampler.choose(&[0.0, 2.0, 2.0, -1.0], &[], |_| false), Some(1));
        assert_eq!(sampler.choose(&[f32::NAN, f32::NEG_INFINITY, -5.0], &[], |_| false), Some(2));
        assert_eq!(sampler.choose(&[], &[], |_| false), None);
    }

    #[test]
    fn what_is_never_to_come_gives_way_to_the_next() {
        let sampling = greedy_sampling();
        let mut sampler = Sampler::new(&sampling);
        let logits = [0.0, 3.0, 2.0, -1.0];
        assert_eq!(sampler.choose(&logits, &[], |token| token == 1), Some(2));
        // There has to be one.
        assert_eq!(sampler.choose(&[0.0; 40], &[], |_| true), Some(MOST_BARRED as i32));
        let sampling = Sampling { temperature: 1.0, ..greedy_sampling() };
        let mut sampler = Sampler::new(&sampling);
        let drawn = || sampler.choose(&logits, &[], |token| token == 1);
        assert!(std::iter::repeat_with(drawn).take(50).all(|token| token != Some(1)));
    }

    #[test]
    fn the_penalty_makes_what_was_said_less_likely() {
        let sampling = Sampling { repeat_penalty: 1.5, ..greedy_sampling() };
        let mut sampler = Sampler::new(&sampling);
        assert_eq!(sampler.choose(&[1.0, 1.2], &[], |_| false), Some(1));
        assert_eq!(sampler.choose(&[1.0, 1.2], &[1], |_| false), Some(0));
        assert_eq!(sampler.choose(&[-1.2, -1.0], &[1], |_| false), Some(0));
    }

    #[test]
    fn the_seed_decides_and_rare_tokens_are_cut() {
        let logits: Vec<f32> = (0..100).map(|i| -(i as f32) / 5.0).collect();
        let draw = |seed, top_k, top_p| {
            let sampling = Sampling {
                temperature: 1.0,
                repeat_penalty: 1.0,
                seed,
                top_k,
                top_p,
                max_tokens: 1,
            };
            let mut sampler = Sampler::new(&sampling);
            (0..200).filter_map(|_| sampler.choose(&logits, &[], |_| false)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7, 0, 1.0), draw(7, 0, 1.0));
        assert_ne!(draw(7, 0, 1.0), draw(8, 0, 1.0));
        assert!(draw(7, 5, 1.0).iter().all(|&t| t < 5));
        assert!(draw(7, 5, 1.0).contains(&4));
        // The first token has 18 % of the weight, the first three 45 %.
        assert!(draw(7, 0, 0.3).iter().all(|&t| t < 2));
    }
}
