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
}

impl<'a> Sampler<'a> {
    pub(super) fn new(sampling: &'a Sampling) -> Self {
        Self { sampling, random: u64::from(sampling.seed) }
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
        let mut barred = Vec::new();
        loop {
            let token = self.likely(logits, reply, &barred)?;
            if barred.len() >= MOST_BARRED || !never(token) {
                return Some(token);
            }
            barred.push(token);
        }
    }

    fn likely(&mut self, logits: &[f32], reply: &[i32], barred: &[i32]) -> Option<i32> {
        let recent = &reply[reply.len().saturating_sub(LOOK_BACK)..];
        // As llama.cpp does: divide what is likely, multiply what is not, so
        // that both become less likely.
        let penalty = self.sampling.repeat_penalty;
        let penalise = penalty.is_finite() && penalty > 0.0 && penalty != 1.0;
        let mut scored: Vec<(i32, f32)> = Vec::new();
        let mut best: Option<(i32, f32)> = None;
        let greedy = self.sampling.temperature <= 0.0;
        for (token, &logit) in (0i32..).zip(logits) {
            let barred = logit.is_nan() || barred.contains(&token);
            let mut score = if barred { f32::NEG_INFINITY } else { logit };
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
        let best = best?;
        if greedy {
            return Some(best.0);
        }
        Some(self.draw(scored).unwrap_or(best.0))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn greedy() -> Sampling {
        Sampling { temperature: 0.0, repeat_penalty: 1.0, ..Sampling::default() }
    }

    #[test]
    fn greedy_takes_the_likeliest_and_the_first_of_equals() {
        let sampling = greedy();
        let mut sampler = Sampler::new(&sampling);
        assert_eq!(sampler.choose(&[0.0, 2.0, 2.0, -1.0], &[], |_| false), Some(1));
        assert_eq!(sampler.choose(&[f32::NAN, f32::NEG_INFINITY, -5.0], &[], |_| false), Some(2));
        assert_eq!(sampler.choose(&[], &[], |_| false), None);
    }

    #[test]
    fn what_is_never_to_come_gives_way_to_the_next() {
        let sampling = greedy();
        let mut sampler = Sampler::new(&sampling);
        let logits = [0.0, 3.0, 2.0, -1.0];
        assert_eq!(sampler.choose(&logits, &[], |token| token == 1), Some(2));
        // There has to be one.
        assert_eq!(sampler.choose(&[0.0; 40], &[], |_| true), Some(MOST_BARRED as i32));
        let sampling = Sampling { temperature: 1.0, ..greedy() };
        let mut sampler = Sampler::new(&sampling);
        let drawn = || sampler.choose(&logits, &[], |token| token == 1);
        assert!(std::iter::repeat_with(drawn).take(50).all(|token| token != Some(1)));
    }

    #[test]
    fn the_penalty_makes_what_was_said_less_likely() {
        let sampling = Sampling { repeat_penalty: 1.5, ..greedy() };
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
