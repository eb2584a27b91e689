//! Mixing and framing.

use proptest::prelude::*;
use sayso_board::{Framer, downmix};

#[test]
fn downmix_is_the_mean_and_ignores_what_is_no_number() {
    let mut mono = Vec::new();
    downmix(&[0.2, 0.4, -1.0, 1.0, f32::NAN, 0.5, f32::INFINITY, 0.0, 0.9], 2, &mut mono);
    assert_eq!(mono, [0.3, 0.0, 0.25, 0.0]);
    mono.clear();
    downmix(&[0.1, f32::NAN], 1, &mut mono);
    assert_eq!(mono, [0.1, 0.0]);
    mono.clear();
    downmix(&[6.0, 0.0, 0.0, 0.0, 0.0, 0.0], 6, &mut mono);
    assert_eq!(mono, [1.0]);
    downmix(&[], 2, &mut mono);
    assert_eq!(mono.len(), 1);
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_frames(
        length in 0_usize..5_000,
        cuts in proptest::collection::vec(0_usize..1_500, 1..12),
    ) {
        let samples: Vec<f32> = (0..length).map(|n| n as f32).collect();
        let mut framer = Framer::<512>::new();
        let mut frames = Vec::new();
        let mut rest = &samples[..];
        for cut in cuts {
            let (chunk, tail) = rest.split_at(cut.min(rest.len()));
            framer.push(chunk, |frame| frames.push(frame.to_vec()));
            rest = tail;
        }
        framer.push(rest, |frame| frames.push(frame.to_vec()));
        let whole = length / 512;
        prop_assert_eq!(frames.concat(), &samples[..whole * 512]);
        prop_assert_eq!(framer.rest(), &samples[whole * 512..]);
    }
}
