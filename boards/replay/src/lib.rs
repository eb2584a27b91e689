#![forbid(unsafe_code)]
//! A board made of sound files and a virtual clock.
//!
//! A recording goes in at the microphone, and what the loudspeaker would have
//! played comes out as a second track, in step with the first to the sample.
//! Nothing waits for real time, so a minute of conversation is replayed as fast
//! as it can be worked out, and one recording gives one event log, the same
//! every time.
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
//!         Heard::End => break,
//!     }
//! }
//! let tracks = handle.finish()?.expect("kept in memory");
//! assert_eq!((tracks.rate, tracks.channels), (24_000, 2));
//! # Ok::<(), sayso_board::BoardError>(())
//! ```
//!
//! # Time
//!
//! The clock counts samples at 16 kHz from the start. With [`Pace::Virtual`]
//! it moves only when the microphone is read: reading `n` samples at time `t`
//! makes it `t + n`, and the loudspeaker plays what was queued for that while.
//! What is written after the read sounds from `t + n` on. Work done between two
//! reads takes no time at all; work done on another thread must say so, or time
//! would fly past it:
//!
//! - While a [`Hold`] lives, the clock stands still and the microphone gives
//!   nothing. Take one before handing work to another thread and drop it when
//!   the work is done, and the run is the same every time.
//! - While a [`Busy`] lives, time goes on but the recording does not end.
//!
//! With [`Pace::RealTime`] the clock is the wall clock, a hold does not stop
//! it, and the tracks show the latency that a user would have had.
//!
//! # The room
//!
//! In a [`Room`], what the loudspeaker plays comes back into the microphone,
//! exact to the sample with either pace: after a delay, through an impulse
//! response, at a gain. The user's track is what the microphone heard, echo
//! included.
//!
//! The [reference](Microphone::reference) is what was played at the very time,
//! late by what it takes to resample it: nothing for a voice at 16 kHz, 5 ms for
//! one at 24 kHz.
//!
//! # The end
//!
//! When the recording is over the microphone goes on with silence, because the
//! reply is still to come. It ends when the recording is over, the loudspeaker
//! has nothing left, nobody is busy, and all of that has been so for the
//! [`tail`](Replay::tail); or, whatever happens, after the
//! [`max_tail`](Replay::max_tail); or, once the loudspeaker has nothing left,
//! when [`ReplayHandle::end`] was called.

mod convolver;
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
use state::{ReplayState, Source};
use streams::{ReplayLoudspeaker, ReplayMicrophone};
pub use tracks::{Layout, Output, Tracks};

/// How the clock of a [`Replay`] moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As fast as the microphone is read.
    #[default]
    Virtual,
    /// With the wall clock, from the start on.
    RealTime,
}

/// The replay board; see the crate's documentation.
pub struct Replay {
    shared: Arc<Playback>,
    output: Output,
    room: Option<Room>,
}

/// Governs a running [`Replay`] from any thread.
#[derive(Clone)]
pub struct ReplayHandle {
    shared: Arc<Playback>,
}

/// While it lives, a virtual clock stands still.
pub struct Hold(Arc<Playback>);

/// While it lives, the recording does not end (but for the longest tail).
pub struct Busy(Arc<Playback>);

struct Playback {
    state: Mutex<ReplayState>,
    /// Signalled when the last [`Hold`] is dropped.
    released: Condvar,
}

impl Playback {
    fn lock(&self) -> MutexGuard<'_, ReplayState> {
        // The state is sound at every unlock, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Replay {
    /// A board whose microphone hears `samples`: mono at 16 kHz.
    pub fn from_samples(samples: Vec<f32>) -> Self {
        Self::new(Source::memory(samples))
    }

    /// A board whose microphone hears a sound file, read as it is needed.
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

    /// Where the tracks go; nowhere by default.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// The room in which it stands; by default the microphone does not hear the
    /// loudspeaker.
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

    /// Quiet after which the microphone ends; 3 s by default. It must be longer
    /// than it takes the listener to notice that the speech is over.
    #[must_use]
    pub fn tail(self, tail: Duration) -> Self {
        self.shared.lock().tail = ear_samples(tail);
        self
    }

    /// Time after the recording at which the microphone ends whatever happens;
    /// 10 minutes by default.
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
    /// [`BoardErrorKind::Io`] when the output file cannot be written,
    /// [`BoardErrorKind::Unsupported`] for a voice rate that cannot be used,
    /// [`BoardErrorKind::Config`] for a room whose delay is too short,
    /// [`BoardErrorKind::Spent`] when the board was started before.
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        let mut state = self.shared.lock();
        if state.started.is_some() {
            return Err(BoardError::new(
                BoardErrorKind::Spent,
                "a replay runs only once: make another for another run",
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
    /// The time, in samples at 16 kHz since the start.
    pub fn now(&self) -> u64 {
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

    /// Lets the microphone hear a further recording once those before it are
    /// over, at once if they are.
    pub fn append(&self, file: SoundFile) {
        self.shared.lock().append(Source::File { file: Box::new(file), block: Vec::new(), at: 0 });
    }

    /// As [`append`](Self::append), from memory: mono at 16 kHz.
    pub fn append_samples(&self, samples: Vec<f32>) {
        self.shared.lock().append(Source::memory(samples));
    }

    /// Ends the microphone as soon as the loudspeaker has nothing left.
    pub fn end(&self) {
        self.shared.lock().told_to_end = true;
    }

    /// Completes the output and gives the tracks if they were kept in memory
    /// (once; then `None`). The board is over after this.
    ///
    /// # Errors
    /// The first error met while reading the recording or writing the output.
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

fn ear_samples(time: Duration) -> u64 {
    (time.as_secs_f64() * f64::from(CAPTURE_RATE)) as u64
}
