//! Cuts long recordings, at quiet places, into pieces that fit Whisper's view of 30 s.

/// Samples per second of what Whisper hears.
pub(super) const RATE: usize = 16_000;
/// The longest piece. Below 30 s, so that the end of the view is never speech.
const LONGEST: usize = 28 * RATE;
/// The shortest piece, unless it is the last.
const SHORTEST: usize = 18 * RATE;
/// The length of the pause that is looked for.
const PAUSE: usize = RATE / 5;
const STEP: usize = RATE / 50;

/// The length of the first piece of `audio`: all of it up to 28 s; otherwise up to the middle of
/// the quietest 200 ms between 18 and 28 s.
pub(super) fn first_piece(audio: &[f32]) -> usize {
    if audio.len() <= LONGEST {
        return audio.len();
    }
    let energy = |at: usize| -> f32 { audio[at..at + PAUSE].iter().map(|s| s * s).sum() };
    (SHORTEST..=LONGEST - PAUSE)
        .step_by(STEP)
        .min_by(|a, b| energy(*a).total_cmp(&energy(*b)))
        .map_or(LONGEST, |quietest| quietest + PAUSE / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_recordings_stay_whole() {
        assert_eq!(first_piece(&[]), 0);
        assert_eq!(first_piece(&[0.1; 28 * RATE]), 28 * RATE);
    }

    #[test]
    fn long_recordings_are_cut_in_the_pause() {
        let mut audio = vec![0.3; 60 * RATE];
        audio[23 * RATE..23 * RATE + RATE / 4].fill(0.001);
        let cut = first_piece(&audio);
        assert!((23 * RATE..23 * RATE + RATE / 4).contains(&cut), "{cut}");
    }

    #[test]
    fn steady_sound_is_cut_as_well() {
        let cut = first_piece(&vec![0.3; 60 * RATE]);
        assert!((SHORTEST..=LONGEST).contains(&cut));
    }
}
