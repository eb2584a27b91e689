use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use heapless::spsc::{Consumer, Producer, Queue};

use crate::board::{AudioIn, AudioOut};
use crate::{Filter, Gain, HEARD_BLOCK, PLAYED_BLOCK};

/// A block from the microphone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The microphone's clock at its first sample: samples since the start, wrapping.
    pub at: u32,
    /// Blocks that the loudspeaker had taken by then, wrapping.
    pub turned: u32,
    /// The sound.
    pub samples: [i16; HEARD_BLOCK],
}

/// Blocks that wait for the loop: 80 ms, which is how long it may stall.
const HEARD: usize = 4;
/// Blocks that wait for the loudspeaker: 20 ms.
const PLAYED: usize = 2;

/// Where interrupt and loop exchange sound. Lives for ever, in a `static`.
pub struct Exchange {
    // A queue holds one less than its size.
    heard: Queue<Heard, { HEARD + 1 }>,
    played: Queue<[i16; PLAYED_BLOCK], { PLAYED + 1 }>,
    shared: Counters,
}

/// Counters and flags. Only one side writes each, with plain stores, because the smallest cores
/// have nothing else.
#[derive(Default)]
struct Counters {
    /// Written by the loop: whether the satellite is muted.
    muted: AtomicBool,
    /// Written by the interrupt: the microphone's clock.
    clock: AtomicU32,
    /// Written by the interrupt: blocks that the loudspeaker has taken.
    turned: AtomicU32,
    /// Written by the interrupt: blocks of the microphone for which there was no room.
    overruns: AtomicU32,
    /// Written by the interrupt: blocks that the loudspeaker needed and that were not there.
    starved: AtomicU32,
}

impl Default for Exchange {
    fn default() -> Self {
        Self::new()
    }
}

impl Exchange {
    /// Empty queues.
    pub const fn new() -> Self {
        Self {
            heard: Queue::new(),
            played: Queue::new(),
            shared: Counters {
                muted: AtomicBool::new(false),
                clock: AtomicU32::new(0),
                turned: AtomicU32::new(0),
                overruns: AtomicU32::new(0),
                starved: AtomicU32::new(0),
            },
        }
    }

    /// The interrupt's end and the loop's.
    pub fn split(&mut self, gain: Gain) -> (AudioInterrupt<'_>, Sound<'_>) {
        let (heard, from_heard) = self.heard.split();
        let (to_played, played) = self.played.split();
        let shared = &self.shared;
        let interrupt = AudioInterrupt {
            heard,
            played,
            shared,
            filter: Filter::new(gain),
            last_turned: 0,
            last: 0,
        };
        (interrupt, Sound { heard: from_heard, played: to_played, shared })
    }
}

/// The work of the DMA's interrupt. Never waits, whatever the loop does.
pub struct AudioInterrupt<'a> {
    heard: Producer<'a, Heard>,
    played: Consumer<'a, [i16; PLAYED_BLOCK]>,
    shared: &'a Counters,
    filter: Filter,
    /// Blocks that the loudspeaker had taken when the microphone's last block ended.
    last_turned: u32,
    /// The last sample played.
    last: i16,
}

impl AudioInterrupt<'_> {
    /// Must be called when the DMA has completed a block, in either direction.
    pub fn serve(&mut self, microphone: &mut impl AudioIn, loudspeaker: &mut impl AudioOut) {
        while loudspeaker.completed(|block| self.play(block)) {}
        while microphone.completed(|block| self.hear(block)) {}
    }

    fn hear(&mut self, slots: &[u32; HEARD_BLOCK]) {
        let at = self.shared.clock.load(Relaxed);
        let turned = self.shared.turned.load(Relaxed);
        let mut block = Heard {
            at,
            turned: core::mem::replace(&mut self.last_turned, turned),
            samples: [0; _],
        };
        // The filter goes on while muted, so that there is no thump afterwards.
        for (sample, &slot) in block.samples.iter_mut().zip(slots) {
            *sample = self.filter.push(slot.cast_signed());
        }
        if !self.shared.muted.load(Relaxed) {
            self.queue(&block);
        }
        // After the block was queued, so that a reader that sees this clock finds all sound up to
        // it.
        self.shared.clock.store(at.wrapping_add(HEARD_BLOCK as u32), Relaxed);
    }

    /// Queues a block for the loop, or counts it.
    #[inline(never)]
    fn queue(&mut self, block: &Heard) {
        if self.heard.enqueue(block.clone()).is_err() {
            count(&self.shared.overruns);
        }
    }

    fn play(&mut self, block: &mut [i16; PLAYED_BLOCK]) {
        if let Some(next) = self.played.dequeue() {
            *block = next;
            self.last = next[PLAYED_BLOCK - 1];
            count(&self.shared.turned);
            return;
        }
        for sample in block.iter_mut() {
            // Gradually towards silence, because a step would click.
            self.last -= self.last / 16 + self.last.signum();
            *sample = self.last;
        }
        count(&self.shared.starved);
    }
}

fn count(counter: &AtomicU32) {
    // Only one side writes, so no exchange is needed.
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}

/// The loop's end of the sound.
pub struct Sound<'a> {
    heard: Consumer<'a, Heard>,
    played: Producer<'a, [i16; PLAYED_BLOCK]>,
    shared: &'a Counters,
}

impl Sound<'_> {
    /// The next block that was heard.
    pub fn heard(&mut self) -> Option<Heard> {
        self.heard.dequeue()
    }

    /// Whether the loudspeaker's queue has room for a block.
    pub fn wants_sound(&self) -> bool {
        self.played.ready()
    }

    /// Queues a block for the loudspeaker. It is dropped if there is no room.
    pub fn play(&mut self, block: [i16; PLAYED_BLOCK]) {
        let _ = self.played.enqueue(block);
    }

    /// Mutes or unmutes. Sound that was heard before and still waits is dropped.
    pub fn mute(&mut self, muted: bool) {
        self.shared.muted.store(muted, Relaxed);
        if muted {
            while self.heard.dequeue().is_some() {}
        }
    }

    /// The microphone's clock.
    pub fn clock(&self) -> u32 {
        self.shared.clock.load(Relaxed)
    }

    /// Blocks that the loudspeaker has taken.
    pub fn turned(&self) -> u32 {
        self.shared.turned.load(Relaxed)
    }

    /// Blocks of the microphone that the loop did not take in time.
    pub fn overruns(&self) -> u32 {
        self.shared.overruns.load(Relaxed)
    }

    /// Blocks that the loop did not have ready for the loudspeaker.
    pub fn starved(&self) -> u32 {
        self.shared.starved.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives blocks, each of one value.
    struct Blocks(Vec<u32>);

    impl AudioIn for Blocks {
        fn completed(&mut self, take: impl FnOnce(&[u32; HEARD_BLOCK])) -> bool {
            let Some(value) = self.0.pop() else { return false };
            take(&[value; HEARD_BLOCK]);
            true
        }
    }

    /// Takes this many blocks, and keeps their first and last samples.
    struct Wants(usize, Vec<(i16, i16)>);

    impl AudioOut for Wants {
        fn completed(&mut self, fill: impl FnOnce(&mut [i16; PLAYED_BLOCK])) -> bool {
            if self.0 == 0 {
                return false;
            }
            self.0 -= 1;
            let mut block = [0; PLAYED_BLOCK];
            fill(&mut block);
            self.1.push((block[0], block[PLAYED_BLOCK - 1]));
            true
        }
    }

    #[test]
    fn a_loop_that_stalls_loses_counted_blocks_and_no_time() {
        let mut exchange = Exchange::new();
        let (mut interrupt, mut sound) = exchange.split(Gain::UNITY);
        interrupt.serve(&mut Blocks(vec![0; 10]), &mut Wants(3, Vec::new()));
        assert_eq!((sound.overruns(), sound.starved()), (6, 3));
        assert_eq!(sound.clock(), 10 * HEARD_BLOCK as u32);
        let kept: Vec<u32> = std::iter::from_fn(|| sound.heard()).map(|block| block.at).collect();
        assert_eq!(kept, [0, 320, 640, 960]);
    }

    #[test]
    fn a_block_has_the_loudspeakers_count_at_its_beginning() {
        let mut exchange = Exchange::new();
        let (mut interrupt, mut sound) = exchange.split(Gain::UNITY);
        for _ in 0..3 {
            sound.play([1; PLAYED_BLOCK]);
            sound.play([2; PLAYED_BLOCK]);
            interrupt.serve(&mut Blocks(vec![0]), &mut Wants(2, Vec::new()));
        }
        let turned: Vec<u32> =
            std::iter::from_fn(|| sound.heard()).map(|block| block.turned).collect();
        assert_eq!(turned, [0, 2, 4]);
    }

    #[test]
    fn while_muted_nothing_is_heard_and_waiting_sound_is_dropped() {
        let mut exchange = Exchange::new();
        let (mut interrupt, mut sound) = exchange.split(Gain::UNITY);
        let mut nobody = Wants(0, Vec::new());
        interrupt.serve(&mut Blocks(vec![1 << 20]), &mut nobody);
        sound.mute(true);
        assert_eq!(sound.heard(), None);
        interrupt.serve(&mut Blocks(vec![1 << 20; 9]), &mut nobody);
        assert_eq!((sound.heard(), sound.overruns()), (None, 0));
        sound.mute(false);
        interrupt.serve(&mut Blocks(vec![1 << 20]), &mut nobody);
        assert_eq!(sound.heard().map(|block| block.at), Some(10 * HEARD_BLOCK as u32));
    }

    #[test]
    fn sound_that_breaks_off_does_not_click() {
        let mut exchange = Exchange::new();
        let (mut interrupt, mut sound) = exchange.split(Gain::UNITY);
        assert!(sound.wants_sound());
        sound.play([i16::MIN; PLAYED_BLOCK]);
        sound.play([i16::MAX; PLAYED_BLOCK]);
        assert!(!sound.wants_sound());
        let mut loudspeaker = Wants(4, Vec::new());
        interrupt.serve(&mut Blocks(Vec::new()), &mut loudspeaker);
        let played = loudspeaker.1;
        assert_eq!(played[..2], [(i16::MIN, i16::MIN), (i16::MAX, i16::MAX)]);
        assert!(played[2].0 > 30_000 && played[2].1 == 0, "{played:?}");
        assert_eq!((played[3], sound.starved(), sound.turned()), ((0, 0), 2, 2));
    }
}
