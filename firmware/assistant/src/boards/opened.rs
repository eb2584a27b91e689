//! A board that is open before its conversation begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;
use std::time::Duration;

use sayso_board::{
    Board, BoardError, Change, Heard, Loudspeaker, Microphone, Panel, Streams, Watch,
};

use crate::meter::Meter;

/// The rate, in Hz, of the usual voice. For another one, the board is opened again.
const USUAL_RATE: u32 = 24_000;

/// How long a read waits before it checks whether to end.
const WAIT: Duration = Duration::from_millis(50);

/// A board that can be [opened](Self::open) before the models are loaded, so that none are loaded
/// for an absent board. Sound that it hears before the conversation [starts](Board::start) is
/// dropped.
pub struct Opened {
    board: Box<dyn Board + Send>,
    idle: Option<Idle>,
    meter: Meter,
}

/// The streams of a board that is not used yet, and the thread that empties its microphone.
struct Idle {
    loudspeaker: Box<dyn Loudspeaker>,
    quit: Arc<AtomicBool>,
    thread: JoinHandle<Box<dyn Microphone>>,
}

impl Opened {
    /// A board that is not open yet.
    pub fn new(board: Box<dyn Board + Send>) -> Self {
        Self { board, idle: None, meter: Meter::default() }
    }

    /// What its streams have lost.
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// Opens it, if it is not open.
    ///
    /// # Errors
    /// As [`Board::start`].
    pub fn open(&mut self) -> Result<(), BoardError> {
        if self.idle.is_some() {
            return Ok(());
        }
        let (microphone, loudspeaker) = self.board.start(USUAL_RATE)?;
        let quit = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&quit);
        let thread = std::thread::Builder::new()
            .name("idle board".into())
            .spawn(move || empty(microphone, &theirs))
            .map_err(|error| BoardError::no_thread("the microphone", error))?;
        self.idle = Some(Idle { loudspeaker, quit, thread });
        Ok(())
    }
}

/// Reads until it must quit, or no sound will follow.
fn empty(mut microphone: Box<dyn Microphone>, quit: &AtomicBool) -> Box<dyn Microphone> {
    let mut buffer = [0.0; 512];
    while !quit.load(Ordering::Acquire)
        && !matches!(microphone.read(&mut buffer, WAIT), Heard::End | Heard::Left)
    {}
    microphone
}

impl Idle {
    /// The streams; `None` when the thread ended unexpectedly.
    fn end(self) -> Option<Streams> {
        self.quit.store(true, Ordering::Release);
        Some((self.thread.join().ok()?, self.loudspeaker))
    }
}

impl Board for Opened {
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        let idle = self.idle.take().and_then(Idle::end);
        let streams = match idle.filter(|_| voice_rate == USUAL_RATE) {
            Some(streams) => streams,
            None => self.board.start(voice_rate)?,
        };
        Ok(self.meter.watch(streams))
    }

    fn panel(&mut self) -> Option<Box<dyn Panel>> {
        self.board.panel()
    }

    fn changes(&mut self) -> Option<Receiver<Change>> {
        self.board.changes()
    }

    fn links(&mut self) -> Vec<Box<dyn Watch>> {
        self.board.links()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        drop(self.idle.take().and_then(Idle::end));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Instant;

    use sayso_board::{BoardErrorKind, StreamStats};

    use super::*;

    /// The calls that a board received.
    #[derive(Default)]
    struct Seen {
        starts: Vec<u32>,
        read: usize,
        streams: usize,
    }

    struct Fake(Arc<Mutex<Seen>>);

    struct Stream(Arc<Mutex<Seen>>);

    impl Drop for Stream {
        fn drop(&mut self) {
            self.0.lock().expect("seen").streams -= 1;
        }
    }

    impl Board for Fake {
        fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
            let mut seen = self.0.lock().expect("seen");
            seen.starts.push(voice_rate);
            if voice_rate == 1 {
                return Err(BoardError::new(BoardErrorKind::NotFound, "absent"));
            }
            seen.streams += 2;
            let stream = || Stream(Arc::clone(&self.0));
            Ok((Box::new(stream()), Box::new(stream())))
        }

        fn links(&mut self) -> Vec<Box<dyn Watch>> {
            vec![Box::new(Link)]
        }
    }

    struct Link;

    impl Watch for Link {
        fn name(&self) -> &'static str {
            "link"
        }

        fn beats(&self) -> Option<u64> {
            Some(1)
        }
    }

    impl Microphone for Stream {
        fn read(&mut self, buffer: &mut [f32], _: Duration) -> Heard {
            std::thread::sleep(Duration::from_millis(1));
            let mut seen = self.0.lock().expect("seen");
            seen.read += buffer.len();
            Heard::Samples(buffer.len())
        }

        fn stats(&self) -> StreamStats {
            StreamStats::default()
        }
    }

    impl Loudspeaker for Stream {
        fn write(&mut self, samples: &[f32]) -> usize {
            samples.len()
        }

        fn played(&self) -> u64 {
            0
        }

        fn queued(&self) -> usize {
            0
        }

        fn stop(&mut self, _: Duration) -> usize {
            0
        }

        fn stats(&self) -> StreamStats {
            StreamStats::default()
        }
    }

    fn board() -> (Opened, Arc<Mutex<Seen>>) {
        let seen = Arc::new(Mutex::new(Seen::default()));
        (Opened::new(Box::new(Fake(Arc::clone(&seen)))), seen)
    }

    #[test]
    fn it_is_opened_once_and_emptied_until_it_starts() {
        let (mut board, seen) = board();
        board.open().expect("opens");
        board.open().expect("is open");
        let end = Instant::now() + Duration::from_secs(30);
        while seen.lock().expect("seen").read < 5_000 {
            assert!(Instant::now() < end, "nobody empties the microphone");
            std::thread::sleep(Duration::from_millis(1));
        }
        let (mut microphone, _loudspeaker) = board.start(24_000).expect("starts");
        assert_eq!(seen.lock().expect("seen").starts, [24_000]);
        // From here on, everything that is heard belongs to the conversation.
        let read = seen.lock().expect("seen").read;
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(seen.lock().expect("seen").read, read);
        assert_eq!(microphone.read(&mut [0.0; 100], WAIT), Heard::Samples(100));
    }

    #[test]
    fn for_another_voice_it_is_opened_again() {
        let (mut board, seen) = board();
        board.open().expect("opens");
        let _streams = board.start(16_000).expect("starts");
        let seen = seen.lock().expect("seen");
        assert_eq!((&seen.starts[..], seen.streams), (&[24_000, 16_000][..], 2));
    }

    #[test]
    fn a_board_that_was_not_opened_is_started() {
        let (mut board, seen) = board();
        assert!(board.start(1).is_err());
        drop(board.start(22_050).expect("starts"));
        drop(board);
        let seen = seen.lock().expect("seen");
        assert_eq!((&seen.starts[..], seen.streams, seen.read), (&[1, 22_050][..], 0, 0));
    }

    #[test]
    fn a_supervisor_sees_the_threads_of_the_board() {
        let (mut board, _) = board();
        board.open().expect("opens");
        let _streams = board.start(24_000).expect("starts");
        let names: Vec<_> = board.links().iter().map(|link| link.name()).collect();
        assert_eq!(names, ["link"]);
    }

    #[test]
    fn it_is_closed_when_it_is_dropped() {
        let (mut board, seen) = board();
        board.open().expect("opens");
        drop(board);
        assert_eq!(seen.lock().expect("seen").streams, 0);
    }
}
