//! The assistant's own voice, taken out of what the microphone hears.

use sonora_aec3::block::Block;
use sonora_aec3::block_processor::BlockProcessor;
use sonora_aec3::config::EchoCanceller3Config;

/// Samples at 16 kHz that are worked off at once; a [`FRAME`](sayso_core::audio::FRAME)
/// is eight of them, so that framing adds no delay.
pub const BLOCK: usize = sonora_aec3::common::BLOCK_SIZE;

/// So many samples (4 ms) later comes out what goes in, always: the suppressor
/// works on two blocks at a time.
pub const DELAY: usize = BLOCK;

/// Blocks a second.
const SECOND: u32 = 16_000 / BLOCK as u32;

/// How long after the last sound from the loudspeaker an echo is looked for:
/// the latency of both devices and the room's reverberation, with room to spare.
const TAIL: u32 = SECOND * 3 / 2;

/// What is softer than this is silence: half a step of 16 bits.
const SILENT: f32 = 0.5 / FULL_SCALE;

/// The library counts in steps of 16 bits.
const FULL_SCALE: f32 = 32_768.0;

/// An acoustic echo canceller: WebRTC's AEC3, an adaptive filter that finds the
/// delay and the room by itself, and a suppressor for what the filter leaves.
///
/// Pure: what comes out depends on what went in alone, however long ago. While
/// nothing is played, and has not been for 1.5 s, sound passes through untouched.
pub struct EchoCanceller {
    aec: BlockProcessor,
    heard: Block,
    played: Block,
    linear: Block,
    /// Blocks since something was played.
    quiet: u32,
    /// The last block as it was heard.
    before: [f32; BLOCK],
    /// Blocks that went through the canceller since it woke: the first lacks its past.
    awake: u32,
}

impl EchoCanceller {
    /// A canceller that knows nothing of the room yet.
    pub fn new() -> Self {
        Self::with(&config())
    }

    fn with(config: &EchoCanceller3Config) -> Self {
        Self {
            aec: BlockProcessor::new(config, 16_000, 1, 1),
            heard: Block::new(1, 1),
            played: Block::new(1, 1),
            linear: Block::new(1, 1),
            quiet: TAIL,
            before: [0.0; BLOCK],
            awake: 0,
        }
    }

    /// Takes the echo of `played` out of `heard`, in place and [`DELAY`] samples
    /// late. Both are 16 kHz mono, sample for sample of the same time, and whole
    /// [`BLOCK`]s: samples beyond the last whole block are left as they are.
    pub fn process(&mut self, heard: &mut [f32], played: &[f32]) {
        for (heard, played) in heard.chunks_exact_mut(BLOCK).zip(played.chunks_exact(BLOCK)) {
            self.block(heard, played);
        }
    }

    fn block(&mut self, heard: &mut [f32], played: &[f32]) {
        let sounds = played.iter().any(|x| x.abs() > SILENT);
        self.quiet = if sounds { 0 } else { self.quiet.saturating_add(1) };
        let untouched = self.before;
        self.before.copy_from_slice(heard);
        if self.quiet >= TAIL {
            heard.copy_from_slice(&untouched);
            self.awake = 0;
            return;
        }
        scale(played, FULL_SCALE, self.played.view_mut(0, 0));
        scale(heard, FULL_SCALE, self.heard.view_mut(0, 0));
        let clipped = heard.iter().any(|x| x.abs() > 0.998);
        self.aec.buffer_render(&self.played);
        self.aec.process_capture(false, clipped, Some(&mut self.linear), &mut self.heard);
        scale(self.heard.view(0, 0), 1.0 / FULL_SCALE, heard);
        self.awake = self.awake.saturating_add(1);
    }
}

impl Default for EchoCanceller {
    fn default() -> Self {
        Self::new()
    }
}

fn scale(from: &[f32], by: f32, to: &mut [f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = from * by;
    }
}

fn config() -> EchoCanceller3Config {
    EchoCanceller3Config::default()
}
