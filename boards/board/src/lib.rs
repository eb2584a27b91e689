#![forbid(unsafe_code)]
//! What a board is: where sound enters and leaves, and what a person sees.
//!
//! The assistant sees every board through [`Board`]: a [`Microphone`] that
//! gives 16 kHz mono, a [`Loudspeaker`] that takes mono at the voice's rate and, on
//! some, a [`Panel`] with a lamp and buttons.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use sayso_core::turn::Shown;

mod error;
mod mute;
mod realtime;

pub use error::{BoardError, BoardErrorKind};
pub use mute::Mute;
pub use realtime::promote_thread;

/// The sample rate of what is captured, in Hz.
pub const CAPTURE_RATE: u32 = 16_000;

/// What a started [`Board`] gives: each half may go to a thread of its own.
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

    /// The lamp and the buttons of a board that has some, once it was started.
    fn panel(&mut self) -> Option<Box<dyn Panel>> {
        None
    }

    /// What happens to the devices once the board was started: the loss of one is reported
    /// at once, and its return when sound flows again. `None` from a board that does not
    /// report this.
    fn changes(&mut self) -> Option<Receiver<Change>> {
        None
    }

    /// The board's own threads, once it was started, for a supervisor to look at. None from a
    /// board that has none, or none that can hang.
    ///
    /// A supervisor that gives up on one calls [`start`](Self::start) again, and the streams
    /// of before are abandoned: they may still be read and written, and come to nothing.
    fn links(&mut self) -> Vec<Box<dyn Watch>> {
        Vec::new()
    }
}

/// A thread of a board, as a supervisor sees it.
pub trait Watch: Send {
    /// What people call it: "satellite link".
    fn name(&self) -> &'static str;

    /// Counts up while it lives, at least once a second, also while it waits or looks for a
    /// device that is gone: a number that stands still for longer is a thread that hangs.
    /// `None`: it has ended.
    fn beats(&self) -> Option<u64>;
}

/// Which way sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// From a microphone.
    Input,
    /// To a loudspeaker.
    Output,
}

impl Way {
    /// What people call the device.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Input => "microphone",
            Self::Output => "loudspeaker",
        }
    }
}

/// A device went away while the board was in use, or came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What people call it: "microphone", "loudspeaker", "satellite".
    pub device: &'static str,
    /// It is back; else it is lost, and is looked for until it is there again.
    pub back: bool,
    /// What happened and, of one that is lost, what to do.
    pub message: String,
}

/// What a person sees and presses.
pub trait Panel: Send {
    /// Shows what goes on. Never blocks. What is shown stays until the next call.
    fn show(&mut self, shown: Shown);

    /// What was pressed since the last call, the oldest first. Never blocks.
    fn pressed(&mut self) -> Option<Press>;
}

/// What a person wants who presses a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Press {
    /// To be heard now: wakes, and ends a reply.
    Talk,
    /// To be left alone: ends a reply, and whatever is being answered.
    Dismiss,
}

/// What a [`Microphone::read`] brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// So many samples were written to the buffer's front.
    Samples(usize),
    /// Nothing yet.
    Nothing,
    /// The recording is over; no sample will follow.
    End,
}

/// A stream of 16 kHz mono sound. Time never stops: samples lost on the way
/// are counted and replaced by silence, so that the sample count stays a clock.
pub trait Microphone: Send {
    /// Fills as much of `buffer` as there is, waiting at most `wait` for the first sample.
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard;

    /// The echo reference: what the loudspeaker really played while the samples
    /// of the last [`read`](Self::read) were heard, 16 kHz mono, beside them
    /// sample for sample.
    ///
    /// `played[i]` left for the loudspeaker when `buffer[i]` was heard, or a short
    /// constant time before. So its echo comes into the microphone at the same
    /// time or later, never earlier; by how much, the path through loudspeaker,
    /// room and microphone decides, and the canceller has to find out. Silence
    /// stands where nothing was played or nothing is known, and after the end
    /// of the last read. To be called at most once for each read.
    ///
    /// Silence by default: a board without a loudspeaker, or one that does not know.
    fn reference(&mut self, played: &mut [f32]) {
        played.fill(0.0);
    }

    /// What was lost so far.
    fn stats(&self) -> StreamStats;
}

/// Where the voice goes: mono at the rate given to [`Board::start`].
pub trait Loudspeaker: Send {
    /// Queues as much of `samples` as fits and returns how much that was.
    /// Never blocks.
    fn write(&mut self, samples: &[f32]) -> usize;

    /// Samples, at the voice's rate, that have left for the loudspeaker since
    /// the start. Only sound written counts, not the silence between.
    fn played(&self) -> u64;

    /// Samples written and not yet played.
    fn queued(&self) -> usize;

    /// Fades out within `fade` and drops the rest of the queue. Returns the
    /// samples dropped; they never count as [`played`](Self::played). The fade
    /// does: it is still [`queued`](Self::queued) when this returns, and what is
    /// written next sounds after it.
    fn stop(&mut self, fade: Duration) -> usize;

    /// What was lost so far.
    fn stats(&self) -> StreamStats;
}

/// Counts of what went wrong on one stream; all only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// Overruns or underruns reported by the device.
    pub xruns: u64,
    /// Samples (16 kHz mono for a microphone, voice rate for a loudspeaker)
    /// that were captured but dropped because nobody read them in time.
    pub dropped: u64,
    /// Samples missing because the device was away: replaced by silence at the
    /// microphone, written but never heard at the loudspeaker, where they count
    /// neither as played nor as queued.
    pub missing: u64,
    /// Times the device was opened again after it had vanished.
    pub reopened: u64,
    /// Of a microphone: samples (16 kHz mono) of the
    /// [reference](Microphone::reference) that were dropped or made up to keep it
    /// in step with what is heard. Two devices' clocks drift apart by a few
    /// samples a second at most; more shows that something got stuck.
    pub shifted: u64,
}
