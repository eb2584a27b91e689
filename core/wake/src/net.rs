//! The interpreter of the nets.
//!
//! [`Net::new`] reads a net once and makes of it a short program of [`Step`]s with all
//! places worked out, so that running it reads no more of the file than the weights. All that
//! a step relies on is checked there.

mod compile;
mod kernels;
mod model;

use heapless::Vec;
use kernels::Step;

use crate::fixed::Scale;
use crate::{CHANNELS, Error, Frame};

/// The most steps that a net may have. Those of microWakeWord have up to 47.
const STEPS: usize = 64;
/// The most streams of states that a net may have. Those of microWakeWord have 6.
const STATES: usize = 12;

/// What a net remembers of earlier frames: where it is in the arena, and what it is at first.
#[derive(Clone, Copy)]
struct Variable {
    at: u16,
    initial: u32,
    len: u16,
}

/// A net that gives the probability that a phrase was just said, ready to run.
///
/// It works in an arena `A`: borrowed or owned bytes, which must not change their number.
pub struct Net<'m, A> {
    model: &'m [u8],
    arena: A,
    /// The bytes of the arena that it uses.
    used: usize,
    steps: Vec<Step, STEPS>,
    states: Vec<Variable, STATES>,
    /// Where in the arena the constants of channels start. Before it is what changes.
    constants: usize,
    /// Frames that the net takes at once.
    stride: usize,
    /// Frames of those that are there.
    filled: usize,
    input: usize,
    /// How many steps of the input a step of a feature is, with 32 bits behind the point.
    input_factor: u64,
    input_zero: i32,
    output: usize,
    /// What is to be added to the byte of the output to make it a number of 0 to 255.
    output_offset: u8,
}

impl<'m, A: AsMut<[u8]>> Net<'m, A> {
    /// Reads a net, which works in `arena`. It uses the bytes that [`Net::arena`] says, and no
    /// more.
    ///
    /// # Errors
    /// When `model` is no such net, or the arena is too small: then with the size that it
    /// needs.
    pub fn new(model: &'m [u8], arena: A) -> Result<Self, Error> {
        let mut net = compile::compile(model, arena)?;
        net.reset();
        Ok(net)
    }

    /// How many bytes of an arena it uses.
    #[must_use]
    pub fn arena(&self) -> usize {
        self.used
    }

    /// How many frames it takes for one probability.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Forgets all that was heard.
    pub fn reset(&mut self) {
        self.filled = 0;
        let arena = self.arena.as_mut();
        for Variable { at, initial, len } in &self.states {
            let (at, initial, len) = (usize::from(*at), *initial as usize, usize::from(*len));
            arena[at..at + len].copy_from_slice(&self.model[initial..initial + len]);
        }
    }

    /// Takes a frame of features. Every [`stride`](Net::stride) frames the net runs and gives
    /// the probability, in 256ths.
    pub fn push(&mut self, frame: &Frame) -> Option<u8> {
        let arena = &mut self.arena.as_mut()[..self.used];
        let at = self.input + self.filled * CHANNELS;
        for (to, feature) in arena[at..at + CHANNELS].iter_mut().zip(frame) {
            let value = (u64::from(*feature) * self.input_factor + (1 << 31)) >> 32;
            let value = i64::from(self.input_zero) + value.cast_signed();
            *to = (value.clamp(-128, 127) as i8).cast_unsigned();
        }
        self.filled += 1;
        if self.filled < self.stride {
            return None;
        }
        self.filled = 0;
        let (work, constants) = arena.split_at_mut(self.constants);
        for step in &self.steps {
            step.run(self.model, work, constants);
        }
        Some(work[self.output].wrapping_add(self.output_offset))
    }
}

/// A feature's step is 5/128 of what the nets were trained with.
fn input_factor(scale: Scale) -> Option<u64> {
    scale.divides(5, 32 - 7)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    extern crate std;

    use std::vec::Vec;
    use std::{format, fs, vec};

    use super::*;

    fn file(name: &str) -> Vec<u8> {
        fs::read(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    /// All layers but the last are exactly those of the reference's kernels, and so are the
    /// probabilities but for a step.
    #[test]
    fn every_run_gives_what_the_reference_gives() {
        for name in ["alexa", "hey_jarvis", "hey_mycroft", "okay_nabu"] {
            let model = file(&format!("nets/{name}.tflite"));
            let [mut arena, mut other] = [vec![0; 1 << 16], vec![0; 1 << 16]];
            let mut net = Net::new(&model, &mut arena).unwrap();
            // Where the last layer's result is, nothing comes after it in this one.
            let mut cut = Net::new(&model, &mut other).unwrap();
            let (last, at) = cut
                .steps
                .iter()
                .enumerate()
                .find_map(|(i, step)| match step {
                    Step::Logistic { at, .. } => Some((i, usize::from(*at))),
                    _ => None,
                })
                .unwrap();
            cut.steps.truncate(last);
            let mut logits = std::collections::BTreeSet::new();
            for clip in ["alexa_131", "alexa_267", "hey_mycroft", "sentence", "extremes"] {
                net.reset();
                cut.reset();
                let features = file(&format!("goldens/features-{clip}.bin"));
                let mut golden = file(&format!("goldens/{name}-{clip}.bin")).into_iter();
                for (i, frame) in features.as_chunks::<{ 2 * CHANNELS }>().0.iter().enumerate() {
                    let frame: Frame = core::array::from_fn(|i| {
                        u16::from_le_bytes([frame[2 * i], frame[2 * i + 1]])
                    });
                    cut.push(&frame);
                    let Some(probability) = net.push(&frame) else { continue };
                    let [logit, expected, _] = core::array::from_fn(|_| golden.next().unwrap());
                    logits.insert(cut.arena[at]);
                    assert_eq!(cut.arena[at], logit, "{name}, {clip}, frame {i}");
                    assert!(probability.abs_diff(expected) <= 1, "{name}, {clip}, frame {i}");
                }
                assert_eq!(golden.next(), None, "{name}, {clip}");
            }
            assert!(logits.len() > 20, "{name}: {} different values", logits.len());
        }
    }
}
