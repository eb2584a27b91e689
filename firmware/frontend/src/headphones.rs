//! Detects whether what is played can be heard at all: with headphones there is no echo.
//!
//! A canceller that has learnt nothing takes everything for echo, and removes half of what a
//! person says over the reply. An echo can be detected because it is heard: if the loudspeaker has
//! been sounding for a while and the microphone hears only the background, there is no echo.

use sonora_aec3::common::BLOCK_SIZE as BLOCK;

/// How long the microphone must have been quiet, in blocks of 4 ms: 320 ms. The loudspeaker must
/// have sounded during this time and equally long before it, so that an echo which is 320 ms late
/// is not overlooked.
const QUIET: usize = 80;
const SOUNDING: usize = 2 * QUIET;

/// From this mean square of a block on the loudspeaker sounds: −30 dBFS. An echo 30 dB softer is
/// still above the noise of most rooms and microphones.
const LOUD: f32 = 1e-3;

/// How many hundredths of each half must be loud; speech has gaps.
const SHARE: usize = 40;

/// Up to 5 dB above the quietest recent level, the microphone hears only the background.
const ABOVE_ROOM: f32 = 3.0;

/// The background is never assumed to be below −80 dBFS: a microphone that gives digital silence
/// hears no echo either.
const QUIETEST: f32 = 1e-8;

/// The assumed background rises by 3 dB in this many blocks (2 s) unless a lower level is heard. It
/// does not rise while anything above −60 dBFS is played or was shortly before, because the echo of
/// music is steady, too.
const RISE: f32 = 1.0 + 0.7 / 500.0;
const SOFT: f32 = 1e-6;

/// Watches microphone and loudspeaker, block by block.
pub struct Headphones {
    /// The microphone's mean square over about 40 ms, and its recent minimum; `None` before the
    /// first block.
    levels: Option<(f32, f32)>,
    /// Which of the last blocks played were loud, as a ring, and how many in the later and in the
    /// earlier half.
    loud: [bool; SOUNDING],
    at: usize,
    later: usize,
    earlier: usize,
    /// Blocks since the microphone heard more than the background, and since something was played.
    quiet: usize,
    silent: usize,
}

impl Headphones {
    pub fn new() -> Self {
        let (at, later, earlier, quiet, silent) = (0, 0, 0, 0, SOUNDING);
        Self { levels: None, loud: [false; SOUNDING], at, later, earlier, quiet, silent }
    }

    /// Takes one block of each. Returns whether it is certain now that what is played is not
    /// heard.
    pub fn watch(&mut self, heard: &[f32], played: &[f32]) -> bool {
        let (now, sounds) = (power(heard), power(played));
        self.silent = if sounds > SOFT { 0 } else { self.silent.saturating_add(1) };
        let (level, room) = self.levels.unwrap_or((now, now));
        let level = level + (now - level) / 10.0;
        let rise = if self.silent > SOUNDING { RISE } else { 1.0 };
        let room = (room * rise).min(level).max(QUIETEST);
        self.levels = Some((level, room));
        let quiet = level <= ABOVE_ROOM * room;
        self.quiet = if quiet { self.quiet.saturating_add(1) } else { 0 };
        let loud = sounds > LOUD;
        let oldest = std::mem::replace(&mut self.loud[self.at], loud);
        let between = self.loud[(self.at + QUIET) % SOUNDING];
        self.later = self.later + usize::from(loud) - usize::from(between);
        self.earlier = self.earlier + usize::from(between) - usize::from(oldest);
        self.at = (self.at + 1) % SOUNDING;
        self.quiet >= QUIET && 100 * self.later.min(self.earlier) >= SHARE * QUIET
    }
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|x| x * x).sum::<f32>() / BLOCK as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// About 4 ms of noise of this level.
    fn block(n: usize, dbfs: f32) -> [f32; BLOCK] {
        let amplitude = 1.7 * 10.0_f32.powf(dbfs / 20.0);
        std::array::from_fn(|i| amplitude * (((n * BLOCK + i) * 7919 % 1009) as f32 / 504.5 - 1.0))
    }

    /// The block at which it becomes certain, with these levels of the microphone and the
    /// loudspeaker.
    fn sure(heard: impl Fn(usize) -> f32, played: impl Fn(usize) -> f32) -> Option<usize> {
        let mut headphones = Headphones::new();
        (0..10_000).find(|&n| headphones.watch(&block(n, heard(n)), &block(n + 31, played(n))))
    }

    /// Words of 0.4 s with gaps of 0.1 s, from 4 s on.
    fn words(n: usize) -> f32 {
        if n >= 1_000 && n % 125 < 100 { -20.0 } else { -90.0 }
    }

    #[test]
    fn sound_that_is_played_and_never_heard_is_detected() {
        let at = sure(|_| -65.0, words).expect("sure");
        assert!((1_060..1_200).contains(&at), "{at}");
    }

    #[test]
    fn an_echo_is_never_overlooked() {
        for delay in [0, 10, 50, 75] {
            for loss in [6.0, 20.0, 30.0] {
                let echo = |n: usize| (words(n.saturating_sub(delay)) - loss).max(-65.0);
                assert_eq!(sure(echo, words), None, "{delay} blocks late, {loss} dB less");
            }
        }
    }

    #[test]
    fn the_steady_echo_of_music_is_not_the_background() {
        for loss in [10.0, 20.0, 30.0] {
            let music = |n: usize| if n < 500 { -90.0 } else { -15.0 - (n % 300) as f32 / 100.0 };
            let echo = |n: usize| (music(n.saturating_sub(20)) - loss).max(-65.0);
            assert_eq!(sure(echo, music), None, "{loss} dB less");
        }
        // It is never heard.
        assert!(sure(|_| -65.0, |n| if n < 500 { -90.0 } else { -15.0 }).is_some());
    }

    #[test]
    fn neither_silence_nor_a_person_proves_anything() {
        assert_eq!(sure(|_| -65.0, |_| -90.0), None);
        // Somebody talks all the time.
        assert_eq!(sure(|n| if n < 900 { -65.0 } else { -30.0 }, words), None);
    }
}
