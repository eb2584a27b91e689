//! Keeps a stream alive: watches it, and opens it again when it is gone.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sayso_board::{BoardError, BoardErrorKind};

use crate::callback::Beat;

/// A stream that does not call back for so long is taken for dead. Devices ask
/// for sound every few milliseconds, sound servers at most every 0.1 s or so.
const STALLED: Duration = Duration::from_secs(1);
/// How often a stream is looked at.
const LOOK: Duration = Duration::from_millis(50);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A stream that lived for so long was well: the pauses begin anew.
const WELL: Duration = Duration::from_secs(5);

/// A stream to look after. All is called on the supervisor's thread, because
/// not every system's streams can be moved to another.
pub trait Line: Send + 'static {
    /// Opens the device and connects it.
    fn open(&mut self) -> Result<Opened, BoardError>;
    /// The stream is closed; `at` was its last sign of life.
    fn lost(&mut self, at: Instant);
    /// Called often. Returns the longest time until the next call.
    fn tick(&mut self) -> Duration;
}

/// A running stream, which ends when it is dropped.
pub struct Opened {
    pub stream: Box<dyn Any>,
    pub beat: Arc<Beat>,
}

/// The thread that owns a stream; dropping it closes the stream.
pub struct Supervisor {
    quit: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// Opens the stream on a thread of its own, and keeps it open from then on.
    pub fn start(name: &str, line: impl Line) -> Result<Self, BoardError> {
        let quit = Arc::new(AtomicBool::new(false));
        let (ready, opened) = mpsc::sync_channel(1);
        let theirs = Arc::clone(&quit);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(line, &ready, &theirs))
            .map_err(|error| {
                let message = format!("no thread for the sound device: {error}");
                BoardError::new(BoardErrorKind::Unavailable, message)
            })?;
        let supervisor = Self { quit, thread: Some(thread) };
        match opened.recv() {
            Ok(result) => result.map(|()| supervisor),
            Err(_) => Err(BoardError::new(
                BoardErrorKind::Unavailable,
                "the sound system failed while the device was being opened: try another device",
            )),
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.quit.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It only panics when a sound library does, and is over then too.
            let _ = thread.join();
        }
    }
}

fn run(mut line: impl Line, ready: &mpsc::SyncSender<Result<(), BoardError>>, quit: &AtomicBool) {
    let mut opened = match line.open() {
        Ok(opened) => opened,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    let _ = ready.send(Ok(()));
    let mut pause = FIRST_PAUSE;
    loop {
        let since = Instant::now();
        let Some(died) = watch(&mut line, &opened.beat, quit) else { return };
        drop(opened.stream);
        line.lost(died);
        if died.duration_since(since) > WELL {
            pause = FIRST_PAUSE;
        }
        log::warn!("a sound device is gone; trying to open it again");
        opened = loop {
            if !wait(&mut line, pause, quit) {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            match line.open() {
                Ok(opened) => break opened,
                Err(error) => log::info!("{error}"),
            }
        };
        log::info!("the sound device is open again");
    }
}

/// Returns the time of the last sign of life once the stream is dead, or
/// nothing when it is time to quit.
fn watch(line: &mut impl Line, beat: &Beat, quit: &AtomicBool) -> Option<Instant> {
    let (mut frames, mut alive) = (0, Instant::now());
    loop {
        std::thread::park_timeout(line.tick().min(LOOK));
        if quit.load(Ordering::Acquire) {
            return None;
        }
        let now = Instant::now();
        let seen = beat.frames.load(Ordering::Acquire);
        if seen != frames {
            (frames, alive) = (seen, now);
        }
        if beat.broken.load(Ordering::Acquire) || now.duration_since(alive) > STALLED {
            return Some(alive);
        }
    }
}

/// Waits for `pause`; false when it is time to quit.
fn wait(line: &mut impl Line, pause: Duration, quit: &AtomicBool) -> bool {
    let end = Instant::now() + pause;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if quit.load(Ordering::Acquire) {
            return false;
        }
        if left.is_zero() {
            return true;
        }
        std::thread::park_timeout(line.tick().min(LOOK).min(left));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A device that dies at once, the first time by an error, then by silence,
    /// and that cannot be opened in between.
    struct Fickle {
        attempts: usize,
        log: Arc<Mutex<Vec<&'static str>>>,
    }

    impl Line for Fickle {
        fn open(&mut self) -> Result<Opened, BoardError> {
            self.attempts += 1;
            let beat = Arc::new(Beat::default());
            let said = match self.attempts {
                1 => {
                    beat.broken.store(true, Ordering::Release);
                    "broken"
                }
                2 => "absent",
                _ => "silent",
            };
            self.log.lock().unwrap().push(said);
            if said == "absent" {
                return Err(BoardError::new(BoardErrorKind::NotFound, "absent"));
            }
            Ok(Opened { stream: Box::new(()), beat })
        }

        fn lost(&mut self, _at: Instant) {
            self.log.lock().unwrap().push("lost");
        }

        fn tick(&mut self) -> Duration {
            Duration::MAX
        }
    }

    #[test]
    fn a_dead_stream_is_opened_again_until_it_is_there() {
        let log = Arc::new(Mutex::new(Vec::new()));
        let line = Fickle { attempts: 0, log: Arc::clone(&log) };
        let supervisor = Supervisor::start("test", line).unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while log.lock().unwrap().len() < 6 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        drop(supervisor);
        let expected = ["broken", "lost", "absent", "silent", "lost", "silent"];
        assert_eq!(log.lock().unwrap()[..6], expected);
    }

    #[test]
    fn a_device_that_is_not_there_at_the_start_is_an_error() {
        let line = Fickle { attempts: 1, log: Arc::default() };
        let error = Supervisor::start("test", line).err().unwrap();
        assert_eq!(error.kind(), BoardErrorKind::NotFound);
    }
}
