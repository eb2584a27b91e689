//! Removes the assistant's own voice from what the microphone hears.

use sonora_aec3::block::Block;
use sonora_aec3::block_processor::BlockProcessor;
use sonora_aec3::config::EchoCanceller3Config;

use crate::headphones::Headphones;

/// Samples at 16 kHz that are processed at once. A [`FRAME`](sayso_core::audio::FRAME) is eight
/// blocks, so framing adds no delay.
pub const BLOCK: usize = sonora_aec3::common::BLOCK_SIZE;

/// The constant delay from input to output, in samples (4 ms), because the suppressor works on two
/// blocks at a time.
pub const DELAY: usize = BLOCK;

/// How long after the last sound from the loudspeaker an echo is expected, in blocks: 1.5 s, more
/// than the latency of both devices and the room's reverberation together.
const TAIL: u32 = 1_500 / 4;

/// Softer sound is silence: half a step of 16 bits.
const SILENT: f32 = 0.5 / FULL_SCALE;

/// The library counts in steps of 16 bits.
const FULL_SCALE: f32 = 32_768.0;

/// A sample above this counts as clipped; from WebRTC's own front end.
const CLIPPED: f32 = 32_700.0 / FULL_SCALE;

/// The canceller has learnt the room if its filter removes this much, in dB. Before that it
/// reports at most 0.2 dB.
const LEARNT_DB: f64 = 1.0;

/// An acoustic echo canceller: WebRTC's AEC3. It consists of a filter, which finds the delay and
/// learns the room by itself, and a suppressor for what the filter leaves.
///
/// Pure: the output depends only on the input. If nothing was played for 1.5 s, sound passes
/// unchanged and takes no time. It also passes unchanged if it is certain that what is played is
/// not heard, until there is an echo.
pub struct EchoCanceller {
    aec: BlockProcessor,
    heard: Block,
    played: Block,
    /// What the filter alone left of the last block.
    filtered: Block,
    /// Blocks since something was played.
    quiet: u32,
    /// Blocks processed since then, before it was quiet for long.
    awake: u32,
    /// The last block, as it was heard.
    before: [f32; BLOCK],
    headphones: Headphones,
    /// Whether an echo is expected, and the blocks since that changed.
    expects: bool,
    since: u32,
}

impl EchoCanceller {
    /// A canceller that knows nothing of the room yet.
    pub fn new() -> Self {
        Self {
            aec: BlockProcessor::new(&config(), 16_000, 1, 1),
            heard: Block::new(1, 1),
            played: Block::new(1, 1),
            filtered: Block::new(1, 1),
            quiet: TAIL,
            awake: 0,
            before: [0.0; BLOCK],
            headphones: Headphones::new(),
            expects: true,
            since: u32::MAX,
        }
    }

    /// Removes the echo of `played` from `heard`, in place and [`DELAY`] samples late. Both are 16
    /// kHz mono, of the same time, one sample for each sample, and consist of whole [`BLOCK`]s.
    /// Samples after the last whole block are not changed.
    pub fn process(&mut self, heard: &mut [f32], played: &[f32]) {
        let mut filtered = [0.0; BLOCK];
        for (heard, played) in heard.chunks_exact_mut(BLOCK).zip(played.chunks_exact(BLOCK)) {
            self.block(heard, played, &mut filtered);
        }
    }

    /// As [`process`](Self::process). `filtered`, which is as long, gets the sound of the same time of
    /// which only the filter has removed an echo. More of the echo is left in it, but a voice over
    /// loud music is whole.
    pub fn process_twice(&mut self, heard: &mut [f32], played: &[f32], filtered: &mut [f32]) {
        let blocks = heard.chunks_exact_mut(BLOCK).zip(played.chunks_exact(BLOCK));
        for ((heard, played), filtered) in blocks.zip(filtered.chunks_exact_mut(BLOCK)) {
            self.block(heard, played, filtered);
        }
    }

    /// Whether it has learnt enough of the room that the rest of an echo is not taken for speech.
    /// Always false if there is no echo.
    pub fn has_learnt(&self) -> bool {
        self.aec.get_metrics().echo_return_loss_enhancement >= LEARNT_DB
    }

    /// Whether an echo is expected. It is not if what is played was found not to be heard, as with
    /// headphones.
    pub fn expects_echo(&self) -> bool {
        self.expects
    }

    fn block(&mut self, heard: &mut [f32], played: &[f32], filtered: &mut [f32]) {
        let sounds = played.iter().any(|x| x.abs() > SILENT);
        self.quiet = if sounds { 0 } else { self.quiet.saturating_add(1) };
        let untouched = self.before;
        self.before.copy_from_slice(heard);
        self.watch(heard, played);
        if self.quiet > TAIL {
            heard.copy_from_slice(&untouched);
            filtered.copy_from_slice(&untouched);
            self.awake = 0;
            return;
        }
        let clipped = heard.iter().any(|x| x.abs() > CLIPPED);
        scale(played, FULL_SCALE, self.played.view_mut(0, 0));
        scale(heard, FULL_SCALE, self.heard.view_mut(0, 0));
        // The filter is not late, the suppressor is: so its last block is of the same time.
        scale(self.filtered.view(0, 0), 1.0 / FULL_SCALE, filtered);
        self.aec.buffer_render(&self.played);
        self.aec.process_capture(false, clipped, Some(&mut self.filtered), &mut self.heard);
        scale(self.heard.view(0, 0), 1.0 / FULL_SCALE, heard);
        self.awake = self.awake.saturating_add(1);
        for sound in [heard, filtered] {
            match self.awake {
                // The suppressor has not seen two blocks in a row yet.
                1 => sound.copy_from_slice(&untouched),
                2 => fade(&untouched, sound, |there| there),
                _ if self.quiet == TAIL => fade(&untouched, sound, |there| 1.0 - there),
                _ => {}
            }
            match (self.expects, self.since) {
                (true, 0) => fade(&untouched, sound, |there| there),
                (false, 0) => fade(&untouched, sound, |there| 1.0 - there),
                (false, _) => sound.copy_from_slice(&untouched),
                _ => {}
            }
        }
    }

    /// Finds out whether there is an echo at all. The canceller keeps listening while none is
    /// expected, and detects one first.
    fn watch(&mut self, heard: &[f32], played: &[f32]) {
        let unheard = self.headphones.watch(heard, played);
        self.since = self.since.saturating_add(1);
        if self.expects && unheard {
            // It has learnt a room that is not heard any more.
            self.aec = BlockProcessor::new(&config(), 16_000, 1, 1);
            (self.expects, self.since, self.awake) = (false, 0, 2);
        } else if !self.expects && self.has_learnt() {
            (self.expects, self.since) = (true, 0);
        }
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

/// Mixes `from` into `to`; its share depends on how much of the block is over.
fn fade(from: &[f32], to: &mut [f32], share: impl Fn(f32) -> f32) {
    let length = from.len() as f32;
    for (n, (to, from)) in to.iter_mut().zip(from).enumerate() {
        let share = share((n + 1) as f32 / length);
        *to = share * *to + (1.0 - share) * from;
    }
}

/// WebRTC's settings, except where `sayso bench echo` showed others to be better for a machine
/// that must hear a person over its own voice. WebRTC's are for a telephone, where a trace of echo
/// is worse than a lost word.
fn config() -> EchoCanceller3Config {
    let mut config = EchoCanceller3Config::default();
    // 160 ms of the room are learnt instead of 52: the filter removes 4 dB more, and the
    // suppressor has less to do.
    config.filter.refined.length_blocks = 40;
    config.filter.coarse.length_blocks = 40;
    // The filter is trusted to remove up to 9 dB (6 dB above 4 kHz) instead of 6 dB (2 dB).
    config.erle.max_l = 8.0;
    config.erle.max_h = 4.0;
    // Echo at 2 kHz does not silence everything above it.
    config.suppressor.high_frequency_suppression.bands_in_limiting_gain = 0;
    config
}
