//! Framing.

use proptest::prelude::*;
use sayso_audio_io::Framer;

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

        // NaN fills up the frame, in which the rest has kept its place.
        let rest = length % 512;
        let mut last = Vec::new();
        framer.push(&vec![f32::NAN; 512 - rest], |frame| last = frame.to_vec());
        prop_assert_eq!(&last[..rest], &samples[whole * 512..]);
        prop_assert!(last[rest..].iter().all(|x| x.is_nan()));
        // After `clear`, nothing of the samples before it is in the next frame.
        framer.push(&[f32::NAN; 511], |_| {});
        framer.clear();
        let mut next = Vec::new();
        framer.push(&[1.0; 512], |frame| next = frame.to_vec());
        prop_assert_eq!(next, [1.0; 512]);
    }
}
