#![forbid(unsafe_code)]
//! A board of sound files and a virtual clock.
//!
//! A recording is the microphone's sound, and what the loudspeaker would have played is written as
//! a second track, in step with the first to the sample. Nothing waits for real time, so a minute
//! of conversation is replayed as fast as it can be computed, and one recording always gives the
//! same event log.
//!
//! ```
//! use std::time::Duration;
//! use sayso_board::{Board, Heard};
//! use sayso_replay::{Layout, Output, Replay};
//!
//! let mut board = Replay::from_samples(vec![0.1; 16_000]).output(Output::Memory(Layout::Stereo));
//! let handle = board.handle();
//! let (mut microphone, mut loudspeaker) = board.start(24_000)?;
//! let mut buffer = [0.0; 512];
//! loop {
//!     match microphone.read(&mut buffer, Duration::from_millis(100)) {
//!         Heard::Samples(n) => { loudspeaker.write(&buffer[..n]); }
//!         Heard::Nothing => {}
//!         Heard::End | Heard::Left => break,
//!     }
//! }
//! let tracks = handle.finish()?.expect("kept in memory");
//! assert_eq!((tracks.rate, tracks.channels), (24_000, 2));
//! # Ok::<(), sayso_board::BoardError>(())
//! ```
//!
//! # Time
//!
//! The clock counts samples at 16 kHz from the start. With [`Pace::Virtual`] it moves only when
//! the microphone is read: reading `n` samples at time `t` advances it to `t + n`, and the
//! loudspeaker plays that much of its queue. Sound that is written after the read is played from
//! `t + n` on. Work between two reads takes no time at all. Work on another thread must be
//! announced, or the clock would move on without it:
//!
//! - While a [`Hold`] exists, the clock stops and the microphone gives nothing. Take one before
//!   handing work to another thread, and drop it when the work is done; then the run is the same
//!   every time.
//! - While a [`Busy`] exists, time goes on but the recording does not end.
//!
//! With [`Pace::RealTime`] the clock is the wall clock, a hold does not stop it, and the tracks
//! show the latency that a user would have.
//!
//! # The room
//!
//! In a [`Room`], the microphone hears what the loudspeaker plays, after a delay, through an impulse
//! response, and with a gain. This is exact to the sample at either pace. The user's track is what
//! the microphone heard, echo included.
//!
//! The [reference](Microphone::reference) is what was played at the same time. It is late by the
//! resampler's delay, which is 0 for a voice at 16 kHz and 5 ms for a voice at 24 kHz.
//!
//! # The end
//!
//! After the end of the recording the microphone gives silence, because the reply is still to
//! come. The microphone ends in one of these cases:
//!
//! - For the [`tail`](Replay::tail), the loudspeaker's queue was empty and there was no [`Busy`].
//! - The [`max_tail`](Replay::max_tail) is over.
//! - [`ReplayHandle::end`] was called, and the loudspeaker's queue is empty.

mod onset;
mod room;
mod speaker;
mod state;
mod streams;
mod tracks;

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use onset::onset;
use room::EchoPath;
pub use room::Room;
use sayso_audio_io::SoundFile;
#[cfg(doc)]
use sayso_board::Microphone;
use sayso_board::{Board, BoardError, BoardErrorKind, CAPTURE_RATE, Streams};
use sayso_core::audio::{SampleTime, Samples};
use state::{ReplayState, Source};
use streams::{ReplayLoudspeaker, ReplayMicrophone};
pub use tracks::{Layout, Output, Tracks};

/// How the clock of a [`Replay`] moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Only when the microphone is read.
    #[default]
    Virtual,
    /// Like the wall clock, from the start on.
    RealTime,
}

/// The replay board; see the crate's documentation.
pub struct Replay {
    shared: Arc<Playback>,
    output: Output,
    room: Option<Room>,
}

/// Controls a running [`Replay`] from any thread.
#[derive(Clone)]
pub struct ReplayHandle {
    shared: Arc<Playback>,
}

/// While it exists, a virtual clock stops.
pub struct Hold(Arc<Playback>);

/// While it exists, the recording does not end (except by the longest tail).
pub struct Busy(Arc<Playback>);

struct Playback {
    state: Mutex<ReplayState>,
    /// Signalled when the last [`Hold`] is dropped.
    released: Condvar,
}

impl Playback {
    fn lock(&self) -> MutexGuard<'_, ReplayState> {
        // The state is consistent at every unlock, so a panic elsewhere does not damage it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Replay {
    /// A board whose microphone hears `samples`: mono at 16 kHz.
    pub fn from_samples(samples: Vec<f32>) -> Self {
        Self::new(Source::memory(samples))
    }

    /// A board whose microphone hears a sound file, which is read as it is needed.
    pub fn from_sound_file(file: SoundFile) -> Self {
        Self::new(Source::File { file: Box::new(file), block: Vec::new(), at: 0 })
    }

    /// A board whose microphone hears the sound file at `path`.
    ///
    /// # Errors
    /// As [`SoundFile::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BoardError> {
        Ok(Self::from_sound_file(SoundFile::open(path)?))
    }

    fn new(source: Source) -> Self {
        let state = Mutex::new(ReplayState::new(source));
        let shared = Arc::new(Playback { state, released: Condvar::new() });
        Self { shared, output: Output::None, room: None }
    }

    /// Where the tracks are written; nowhere by default.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// The room that the board is in. By default the microphone does not hear the loudspeaker.
    #[must_use]
    pub fn room(mut self, room: Room) -> Self {
        self.room = Some(room);
        self
    }

    /// How the clock moves; [`Pace::Virtual`] by default.
    #[must_use]
    pub fn pace(self, pace: Pace) -> Self {
        self.shared.lock().pace = pace;
        self
    }

    /// The quiet after which the microphone ends; 3 s by default. It must be longer than the
    /// listener needs to notice that the speech is over.
    #[must_use]
    pub fn tail(self, tail: Duration) -> Self {
        self.shared.lock().tail = ear_samples(tail);
        self
    }

    /// The time after the recording at which the microphone ends in any case; 10 minutes by
    /// default.
    #[must_use]
    pub fn max_tail(self, max_tail: Duration) -> Self {
        self.shared.lock().max_tail = ear_samples(max_tail);
        self
    }

    /// A handle on this board.
    pub fn handle(&self) -> ReplayHandle {
        ReplayHandle { shared: Arc::clone(&self.shared) }
    }
}

impl Board for Replay {
    /// # Errors
    /// [`BoardErrorKind::Io`] when the output file cannot be written, [`BoardErrorKind::Unsupported`]
    /// for a voice rate that cannot be used,
    /// [`BoardErrorKind::Config`] for a room whose delay is too short,
    /// [`BoardErrorKind::Spent`] when the board was started before.
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        let mut state = self.shared.lock();
        if state.started.is_some() {
            return Err(BoardError::new(
                BoardErrorKind::Spent,
                "a replay runs only once: create another for another run",
            ));
        }
        state.echo = Some(EchoPath::new(voice_rate, self.room.as_ref())?);
        state.tracks = Some(tracks::Recorder::create(&self.output, voice_rate)?);
        state.voice_rate = voice_rate;
        state.started = Some(Instant::now());
        Ok((
            Box::new(ReplayMicrophone(Arc::clone(&self.shared))),
            Box::new(ReplayLoudspeaker(Arc::clone(&self.shared))),
        ))
    }
}

impl ReplayHandle {
    /// The time since the start.
    pub fn now(&self) -> SampleTime {
        let mut state = self.shared.lock();
        state.follow_wall_clock();
        state.now
    }

    /// Stops a virtual clock until the hold is dropped.
    pub fn hold(&self) -> Hold {
        self.shared.lock().holds += 1;
        Hold(Arc::clone(&self.shared))
    }

    /// Keeps the recording from ending until the guard is dropped.
    pub fn busy(&self) -> Busy {
        self.shared.lock().busy += 1;
        Busy(Arc::clone(&self.shared))
    }

    /// Appends a recording, which the microphone hears after those before it; at once if they are
    /// over.
    pub fn append(&self, file: SoundFile) {
        self.shared.lock().append(Source::File { file: Box::new(file), block: Vec::new(), at: 0 });
    }

    /// As [`append`](Self::append), from memory: mono at 16 kHz.
    pub fn append_samples(&self, samples: Vec<f32>) {
        self.shared.lock().append(Source::memory(samples));
    }

    /// Ends the microphone as soon as the loudspeaker's queue is empty.
    pub fn end(&self) {
        self.shared.lock().told_to_end = true;
    }

    /// Completes the output and returns the tracks if they were kept in memory (once; then
    /// `None`). After this the board is over.
    ///
    /// # Errors
    /// The first error that occurred while reading the recording or writing the output.
    pub fn finish(&self) -> Result<Option<Tracks>, BoardError> {
        self.shared.lock().finish()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.lock().holds -= 1;
        self.0.released.notify_all();
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.lock().busy -= 1;
    }
}

fn ear_samples(time: Duration) -> Samples {
    Samples((time.as_secs_f64() * f64::from(CAPTURE_RATE)) as u64)
}
