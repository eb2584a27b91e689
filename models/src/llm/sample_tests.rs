//! The sampler chooses as the plain search does, greedily or at random.

use proptest::prelude::*;

use super::Sampling;
use super::plain::plainly;
use super::sample::{MOST_BARRED, Sampler};

proptest! {
    #[test]
    fn the_choice_is_that_of_the_plain_search(
        // Coarse values, so that some are equal.
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
fn greedy_takes_the_most_likely_and_the_first_of_equals() {
    let sampling = greedy_sampling();
    let mut sampler = Sampler::new(&sampling);
    assert_eq!(sampler.choose(&[0.0, 2.0, 2.0, -1.0], &[], |_| false), Some(1));
    assert_eq!(sampler.choose(&[f32::NAN, f32::NEG_INFINITY, -5.0], &[], |_| false), Some(2));
    assert_eq!(sampler.choose(&[], &[], |_| false), None);
}

#[test]
fn a_forbidden_token_gives_way_to_the_next() {
    let sampling = greedy_sampling();
    let mut sampler = Sampler::new(&sampling);
    let logits = [0.0, 3.0, 2.0, -1.0];
    assert_eq!(sampler.choose(&logits, &[], |token| token == 1), Some(2));
    // There must be one.
    assert_eq!(sampler.choose(&[0.0; 40], &[], |_| true), Some(MOST_BARRED as i32));
    let sampling = Sampling { temperature: 1.0, ..greedy_sampling() };
    let mut sampler = Sampler::new(&sampling);
    let drawn = || sampler.choose(&logits, &[], |token| token == 1);
    assert!(std::iter::repeat_with(drawn).take(50).all(|token| token != Some(1)));
}

#[test]
fn the_penalty_makes_recent_tokens_less_likely() {
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
        let sampling =
            Sampling { temperature: 1.0, repeat_penalty: 1.0, seed, top_k, top_p, max_tokens: 1 };
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
