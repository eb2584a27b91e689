//! Where a reply becomes audible in a recording.

/// The level from which a sample counts as audible: −50 dBFS.
pub const AUDIBLE: f32 = 0.003_162;

/// To count as more than a click, a sound must be audible in this many of the first blocks of
/// [`BLOCK_MS`].
const BLOCKS: usize = 10;
const AUDIBLE_BLOCKS: usize = 6;
const BLOCK_MS: usize = 5;

/// The first audible sample of `sound` (mono, at `rate` Hz) that begins more than a click.
pub fn onset(sound: &[f32], rate: u32) -> Option<usize> {
    let block = (rate as usize * BLOCK_MS / 1000).max(1);
    let audible = |sample: &f32| sample.abs() >= AUDIBLE;
    let mut from = 0;
    while let Some(found) = sound.get(from..)?.iter().position(audible) {
        let first = from + found;
        let blocks = sound.get(first..)?.chunks(block).take(BLOCKS);
        if blocks.filter(|block| block.iter().any(audible)).count() >= AUDIBLE_BLOCKS {
            return Some(first);
        }
        from = first + block;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::onset;
    use crate::Tracks;

    const RATE: u32 = 24_000;

    fn tone(samples: usize, amplitude: f32) -> Vec<f32> {
        (0..samples).map(|n| amplitude * (n as f32 * 0.1).cos()).collect()
    }

    #[test]
    fn the_first_audible_sample_is_found_in_the_right_track() {
        let reply = [vec![0.0; 12_345], tone(4_800, 0.2)].concat();
        // The user's track is loud all the time.
        let samples = reply.iter().flat_map(|sample| [0.9, *sample]).collect();
        let tracks = Tracks { rate: RATE, channels: 2, samples };
        assert_eq!(tracks.reply_onset_ms(), Some(12_345.0 / 24.0));
    }

    #[test]
    fn clicks_and_faint_noise_do_not_count_as_a_reply() {
        assert_eq!(onset(&[], RATE), None);
        assert_eq!(onset(&tone(24_000, 0.002), RATE), None);
        let click = [vec![0.0; 1_000], tone(60, 0.8), vec![0.0; 9_000]].concat();
        assert_eq!(onset(&click, RATE), None);
        assert_eq!(onset(&[click, tone(2_400, 0.1)].concat(), RATE), Some(10_060));
    }
}
