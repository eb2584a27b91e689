//! Whether what is played can be heard at all: with headphones there is no echo.
//!
//! A canceller that has learnt nothing takes everything for echo, and half of what
//! a person says over it goes with it. An echo betrays itself by being heard: where
//! the loudspeaker has been sounding for a while and the microphone hears nothing
//! but the room, there is none.

use crate::echo::BLOCK;

/// How long the microphone must have been quiet, in blocks of 4 ms: 320 ms. Meanwhile
/// and as long before it must have sounded, so that an echo may come 320 ms late and
/// is not overlooked.
const QUIET: usize = 80;
const SOUNDING: usize = 2 * QUIET;

/// It sounds from here on, as a mean square of a block: −30 dBFS. An echo 30 dB
/// softer is still above the noise of most rooms and microphones.
const LOUD: f32 = 1e-3;

/// So many hundredths of either half must be loud: speech has gaps.
const SHARE: usize = 40;

/// The microphone hears nothing but the room up to 5 dB above the quietest that
/// it heard lately.
const ABOVE_ROOM: f32 = 3.0;

/// The room is never taken to be quieter than −80 dBFS: a microphone that gives
/// plain silence hears no echo either.
const QUIETEST: f32 = 1e-8;

/// The room's level rises by 3 dB in so many blocks (2 s) where it is not heard lower.
const RISE: f32 = 1.0 + 0.7 / 500.0;

/// Watches both sides, block by block.
pub struct Headphones {
    /// The microphone's mean square over about 40 ms, and its lowest lately;
    /// `None` before the first block.
    levels: Option<(f32, f32)>,
    /// Which of the last blocks played were loud, as a ring, and how many in the
    /// later and in the earlier half.
    loud: [bool; SOUNDING],
    at: usize,
    later: usize,
    earlier: usize,
    /// Blocks since the microphone heard more than the room.
    quiet: usize,
}

impl Headphones {
    pub fn new() -> Self {
        Self { levels: None, loud: [false; SOUNDING], at: 0, later: 0, earlier: 0, quiet: 0 }
    }

    /// Takes one block of each side, and says whether it is sure by now that
    /// what is played is not heard.
    pub fn watch(&mut self, heard: &[f32], played: &[f32]) -> bool {
        let now = power(heard);
        let (level, room) = self.levels.unwrap_or((now, now));
        let level = level + (now - level) / 10.0;
        let room = (room * RISE).min(level).max(QUIETEST);
        self.levels = Some((level, room));
        let quiet = level <= ABOVE_ROOM * room;
        self.quiet = if quiet { self.quiet.saturating_add(1) } else { 0 };
        let loud = power(played) > LOUD;
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

    /// When, in blocks, it is sure, given the levels of both sides by block.
    fn sure(heard: impl Fn(usize) -> f32, played: impl Fn(usize) -> f32) -> Option<usize> {
        let mut headphones = Headphones::new();
        (0..2_000).find(|&n| headphones.watch(&block(n, heard(n)), &block(n + 31, played(n))))
    }

    /// Words of 0.4 s with gaps of 0.1 s, from 4 s on.
    fn words(n: usize) -> f32 {
        if n >= 1_000 && n % 125 < 100 { -20.0 } else { -90.0 }
    }

    #[test]
    fn what_is_played_and_never_heard_shows() {
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
    fn silence_proves_nothing_and_neither_does_a_person() {
        assert_eq!(sure(|_| -65.0, |_| -90.0), None);
        // Somebody talks all the time.
        assert_eq!(sure(|n| if n < 900 { -65.0 } else { -30.0 }, words), None);
    }
}
