//! An assistant that speaks in a simulated room, and what its front end makes of the sound.

use std::sync::Arc;
use std::time::Duration;

use sayso::Result;
use sayso_board::{Board, CAPTURE_RATE, Heard, Loudspeaker};
use sayso_core::audio::FRAME;
use sayso_core::endpoint::Endpointer;
use sayso_frontend::{Attention, BargeIn, Cleaner, FrontEnd, HeardFrame};
use sayso_models::vad::Vad;
use sayso_replay::{Replay, Room};

/// Replies, one after the other with a pause between them, without end.
pub struct Replies<'a> {
    sounds: &'a [Vec<f32>],
    next: usize,
    pause: u32,
    quiet: u32,
}

impl<'a> Replies<'a> {
    /// Begins with the sound number `first`; a pause has the given number of frames.
    pub fn new(sounds: &'a [Vec<f32>], first: usize, pause: u32) -> Self {
        Self { sounds, next: first, pause, quiet: pause }
    }

    /// Call it once per frame: it keeps the loudspeaker playing.
    fn feed(&mut self, loudspeaker: &mut dyn Loudspeaker) {
        if loudspeaker.queued() > 0 {
            self.quiet = 0;
            return;
        }
        self.quiet += 1;
        if self.quiet >= self.pause
            && let Some(sound) = self.sounds.get(self.next % self.sounds.len().max(1))
        {
            loudspeaker.write(sound);
            self.next += 1;
        }
    }
}

/// One frame: the microphone's sound, what was played, and the front end's result.
pub struct Moment<'a> {
    /// Where it begins on the sample clock.
    pub from: usize,
    /// As the microphone recorded it.
    pub raw: &'a [f32],
    /// What was played at the same time, 16 kHz.
    pub played: &'a [f32],
    /// The front end's result.
    pub frame: HeardFrame,
}

/// What stays the same from scene to scene.
pub struct Stage<'a> {
    pub vad: &'a mut dyn Vad,
    pub endpointer: Endpointer,
    /// The rules by which speech over the reply interrupts it.
    pub interrupting: BargeIn,
    pub voice_rate: u32,
}

impl Stage<'_> {
    /// Plays `replies` in `room` while the microphone hears `near`, until that ends.
    pub fn play(
        &mut self,
        room: Room,
        near: Vec<f32>,
        mut replies: Replies<'_>,
        cleaner: Cleaner,
        each: &mut dyn FnMut(Moment<'_>),
    ) -> Result<()> {
        let frames = near.len() / FRAME;
        let attention = Arc::new(Attention::new(self.endpointer.config().hangover));
        let mut front_end = FrontEnd::new(
            cleaner,
            Box::new(&mut *self.vad),
            self.endpointer.clone(),
            self.interrupting,
            Arc::clone(&attention),
        );
        let mut board = Replay::from_samples(near).room(room);
        let (mut microphone, mut loudspeaker) = board.start(self.voice_rate)?;
        let (mut raw, mut played) = ([0.0; FRAME], [0.0; FRAME]);
        for frame in 0..frames {
            replies.feed(&mut *loudspeaker);
            attention.set_speaking(loudspeaker.queued() > 0);
            let Heard::Samples(FRAME) = microphone.read(&mut raw, Duration::ZERO) else { break };
            microphone.reference(&mut played);
            front_end.listen(&raw, &played, &mut |heard| {
                each(Moment { from: frame * FRAME, raw: &raw, played: &played, frame: heard });
            });
        }
        Ok(())
    }
}

/// Mean square of the speech in `samples`: of the 10 ms blocks within 30 dB of the loudest.
pub fn active_power(samples: &[f32]) -> f32 {
    let powers: Vec<f32> = samples.chunks_exact(TEN_MS).map(power).collect();
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    let active: Vec<f32> = powers.into_iter().filter(|p| *p > loudest * 1e-3).collect();
    active.iter().sum::<f32>() / active.len().max(1) as f32
}

const TEN_MS: usize = CAPTURE_RATE as usize / 100;

/// Mean square.
pub fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|x| x * x).sum::<f32>() / samples.len().max(1) as f32
}

/// A ratio of powers in dB.
pub fn db(ratio: f32) -> f64 {
    10.0 * f64::from(ratio.max(1e-12)).log10()
}
