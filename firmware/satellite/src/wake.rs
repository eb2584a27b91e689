//! Listens for a wake phrase on the satellite itself, so that nothing leaves it before.

use sayso_wake::{Error, LAG, ReadyMade, WakeDetector};

use crate::{HEARD_BLOCK, Heard};

/// How long sound may pass after the phrase, or after the assistant has ended its work, in blocks:
/// 8 s, as the assistant listens for an answer.
const FOLLOW_UP: u16 = (8_000 / 20) as u16;

/// Decides whether sound may leave the satellite.
pub struct WakeGate<'a> {
    detector: WakeDetector<'static, 'static, &'a mut [u8]>,
    /// How many more blocks may pass.
    left: u16,
}

impl<'a> WakeGate<'a> {
    /// Listens for `phrase`. Its net works in `arena`.
    ///
    /// # Errors
    /// When the net is damaged, or the arena is too small: then with the size that it needs.
    pub fn new(phrase: ReadyMade, arena: &'a mut [u8]) -> Result<Self, Error> {
        Ok(Self { detector: WakeDetector::new(phrase.net, arena, phrase.phrase)?, left: 0 })
    }

    /// Takes a block. `busy` says whether the assistant hears, thinks or speaks. If the phrase was
    /// heard, returns the microphone's clock from which sound may pass.
    pub fn push(&mut self, block: &Heard, busy: bool) -> Option<u32> {
        self.left = match busy && self.left > 0 {
            true => FOLLOW_UP,
            false => self.left.saturating_sub(1),
        };
        self.detector.push(&block.samples)?;
        self.left = FOLLOW_UP;
        let end = block.at.wrapping_add(HEARD_BLOCK as u32);
        Some(end.wrapping_sub(LAG as u32))
    }

    /// Whether sound may pass.
    pub const fn is_open(&self) -> bool {
        self.left > 0
    }

    /// Lets nothing pass until the phrase is heard again.
    pub fn close(&mut self) {
        self.left = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(n: u32) -> Heard {
        Heard { at: n * HEARD_BLOCK as u32, turned: 0, samples: [0; HEARD_BLOCK] }
    }

    #[test]
    fn silence_never_opens_it_and_it_stays_open_while_the_assistant_works() {
        let mut arena = [0; 12 * 1024];
        let mut gate = WakeGate::new(ReadyMade::ALEXA, &mut arena).unwrap();
        for n in 0..500 {
            assert_eq!(gate.push(&block(n), true), None);
            assert!(!gate.is_open());
        }
        // As if the phrase had been heard.
        gate.left = 1;
        for n in 0..1_000 {
            gate.push(&block(n), true);
            assert!(gate.is_open(), "{n}");
        }
        for n in 0..u32::from(FOLLOW_UP) {
            assert!(gate.is_open(), "{n}");
            gate.push(&block(n), false);
        }
        assert!(!gate.is_open());
    }
}
