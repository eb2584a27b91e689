#![forbid(unsafe_code)]
//! The interface of a board: where sound enters and leaves, and what a person sees and presses.
//!
//! The assistant uses every board through [`Board`]: a [`Microphone`] that gives 16 kHz mono, a
//! [`Loudspeaker`] that takes mono at the voice's rate and, on some boards, a [`Panel`] with a
//! lamp and buttons.

use std::ops::AddAssign;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use sayso_core::turn::Shown;

mod error;
mod mute;
mod realtime;

pub use error::{BoardError, BoardErrorKind};
pub use mute::Mute;
pub use realtime::promote_thread;

/// The sample rate of captured sound, in Hz.
pub const CAPTURE_RATE: u32 = 16_000;

/// The two halves of a started [`Board`]: each may move to a thread of its own.
pub type Streams = (Box<dyn Microphone>, Box<dyn Loudspeaker>);

/// A device that hears and speaks.
pub trait Board {
    /// Starts capture and playback. `voice_rate` is the rate, in Hz, of the
    /// sound that will be written to the loudspeaker.
    ///
    /// # Errors
    /// [`NotFound`](BoardErrorKind::NotFound) or [`Unavailable`](BoardErrorKind::Unavailable)
    /// when the device may be there later; otherwise of the kind that says what can be done.
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError>;

    /// The lamp and the buttons, if the board has any, after it was started.
    fn panel(&mut self) -> Option<Box<dyn Panel>> {
        None
    }

    /// Reports what happens to the devices after the board was started. The loss of a device is
    /// reported at once, its return when sound flows again. `None` from a board that does not
    /// report this.
    fn changes(&mut self) -> Option<Receiver<Change>> {
        None
    }

    /// The board's own threads, after it was started, for a supervisor to watch. Empty from a
    /// board that has no threads, or none that can hang.
    ///
    /// A supervisor that replaces a thread calls [`start`](Self::start) again. The streams of
    /// before are then abandoned: they may still be read and written, without effect.
    fn links(&mut self) -> Vec<Box<dyn Watch>> {
        Vec::new()
    }
}

/// A thread of a board, as a supervisor sees it.
pub trait Watch: Send {
    /// The name of the thread for people: "satellite link".
    fn name(&self) -> &'static str;

    /// A number that grows at least once a second while the thread lives, also while it waits or
    /// looks for a lost device. If it does not grow for longer, the thread hangs. `None`: the
    /// thread has ended.
    fn beats(&self) -> Option<u64>;
}

/// The direction of sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// From a microphone.
    Input,
    /// To a loudspeaker.
    Output,
}

impl Way {
    /// The name of such a device for people.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Input => "microphone",
            Self::Output => "loudspeaker",
        }
    }
}

/// A device was lost while the board was in use, or is back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The name of the device for people: "microphone", "loudspeaker", "satellite".
    pub device: &'static str,
    /// Whether it is back. If not, it is lost, and the board looks for it until it is back.
    pub back: bool,
    /// What happened and, if the device is lost, what to do.
    pub message: String,
}

/// What a person sees and presses.
pub trait Panel: Send {
    /// Shows the state. Never blocks. What is shown stays until the next call.
    fn show(&mut self, shown: Shown);

    /// The oldest press that was not returned yet. Never blocks.
    fn pressed(&mut self) -> Option<Press>;
}

/// What a person wants when they press a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Press {
    /// To be heard now: wakes the assistant, and ends a reply.
    Talk,
    /// To be left alone: ends a reply, and any work on an answer.
    Dismiss,
}

/// The result of a [`Microphone::read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// This many samples were written to the front of the buffer.
    Samples(usize),
    /// Nothing yet.
    Nothing,
    /// The recording is over; no sample will follow.
    End,
    /// The other end has left, as it may at any time: no sample will follow, and nobody hears the
    /// loudspeaker.
    Left,
}

/// A stream of 16 kHz mono sound. Time never stops: samples that are lost on the way are counted
/// and replaced by silence, so that the number of samples remains a clock.
pub trait Microphone: Send {
    /// Fills as much of `buffer` as is available. Waits at most `wait` for the first sample.
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard;

    /// The echo reference: the sound that the loudspeaker really played while the samples of the
    /// last [`read`](Self::read) were heard. It is 16 kHz mono, one sample for each sample heard.
    ///
    /// `played[i]` was sent to the loudspeaker when `buffer[i]` was heard, or a short constant
    /// time before. So its echo is in the microphone's sound at the same time or later, never
    /// earlier. How much later depends on the path through loudspeaker, room and microphone, and
    /// the canceller must find it out. The reference is silence where nothing was played or
    /// nothing is known, and after the end of the last read. Call this at most once for each read.
    ///
    /// Silence by default: a board without a loudspeaker, or one that does not know.
    fn reference(&mut self, played: &mut [f32]) {
        played.fill(0.0);
    }

    /// What was lost so far.
    fn stats(&self) -> StreamStats;
}

/// Where the voice is played: mono at the rate given to [`Board::start`].
pub trait Loudspeaker: Send {
    /// Queues as much of `samples` as there is room for, and returns how much that was. Never
    /// blocks.
    fn write(&mut self, samples: &[f32]) -> usize;

    /// Samples, at the voice's rate, that were sent to the loudspeaker since the start. Only
    /// written sound counts, not the silence between.
    fn played(&self) -> u64;

    /// Samples written and not yet played.
    fn queued(&self) -> usize;

    /// Fades out within `fade` and drops the rest of the queue. Returns the number of dropped
    /// samples; they never count as [`played`](Self::played). The fade counts: it is still
    /// [`queued`](Self::queued) when this returns, and sound that is written next is played after
    /// it.
    fn stop(&mut self, fade: Duration) -> usize;

    /// What was lost so far.
    fn stats(&self) -> StreamStats;
}

/// Counts of what went wrong on one stream. The counters only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// Overruns or underruns reported by the device.
    pub xruns: u64,
    /// Samples (16 kHz mono for a microphone, voice rate for a loudspeaker)
    /// that were captured but dropped because nobody read them in time.
    pub dropped: u64,
    /// Samples that are missing because the device was lost. At the microphone they were replaced
    /// by silence. At the loudspeaker they were written but never heard, and count neither as
    /// played nor as queued.
    pub missing: u64,
    /// How often the device was opened again after a loss.
    pub reopened: u64,
    /// For a microphone: samples (16 kHz mono) of the [reference](Microphone::reference) that were
    /// dropped or made up to keep it in step with what is heard. The clocks of two devices drift
    /// apart by a few samples a second at most; a higher count shows that something stalled.
    pub shifted: u64,
}

impl AddAssign for StreamStats {
    fn add_assign(&mut self, other: Self) {
        // Every field is named, so that none is forgotten.
        let Self { xruns, dropped, missing, reopened, shifted } = other;
        self.xruns += xruns;
        self.dropped += dropped;
        self.missing += missing;
        self.reopened += reopened;
        self.shifted += shifted;
    }
}
