//! Keeps a stream alive: watches it, and opens it again when it has ended.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ringbuf::HeapCons;
use ringbuf::traits::Consumer;
use sayso_board::{BoardError, BoardErrorKind, Change, Way};

use crate::callback::{Beat, breaks};
use crate::devices::{START_SERVER, plain};

/// A stream that does not call back for this long counts as dead. Devices ask for sound every few
/// milliseconds, sound servers at most every 0.1 s or so.
const STALLED: Duration = Duration::from_secs(1);
/// A new stream has this long instead. A virtual loudspeaker of PulseAudio that was unused takes a
/// large block of sound first, and asks for more only after it was played, 2 s later.
const SETTLING: Duration = Duration::from_secs(3);
/// How long a stream has to call back after an error that it may survive.
const RETRY: Duration = Duration::from_millis(300);
/// How often a stream is checked.
const LOOK: Duration = Duration::from_millis(50);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// After a stream has lived for this long, the pauses start at the shortest again.
const WELL: Duration = Duration::from_secs(5);

/// A stream to supervise. All methods are called on the supervisor's thread, because on some
/// systems streams cannot move to another.
pub trait Line: Send + 'static {
    /// Opens the device and connects it.
    fn open(&mut self) -> Result<Opened, BoardError>;
    /// The stream was closed; `at` was its last sign of life.
    fn lost(&mut self, at: Instant);
    /// Called often. Returns the longest time until the next call.
    fn tick(&mut self) -> Duration;
}

/// A running stream; dropping it ends the stream.
pub struct Opened {
    pub stream: Box<dyn Any>,
    /// The device's name for people.
    pub name: String,
    pub beat: Arc<Beat>,
    /// The errors from its error callback.
    pub errors: HeapCons<cpal::Error>,
}

/// How a stream ended.
struct Death {
    /// Its last sign of life.
    at: Instant,
    /// What the sound library said, or that it said nothing.
    why: String,
}

/// The thread that owns a stream. Dropping it closes the stream.
pub struct Supervisor {
    quit: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// Opens the stream on a thread of its own, and keeps it open from then on. Its loss and its
    /// return are sent to `news`.
    pub fn start(
        name: &str,
        line: impl Line,
        way: Way,
        news: mpsc::Sender<Change>,
    ) -> Result<Self, BoardError> {
        let quit = Arc::new(AtomicBool::new(false));
        let (ready, opened) = mpsc::sync_channel(1);
        let theirs = Arc::clone(&quit);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(line, News { way, lost: false, news }, &ready, &theirs))
            .map_err(|error| BoardError::no_thread("the sound device", error))?;
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
            // The thread panics only if a sound library does, and then it has ended too.
            let _ = thread.join();
        }
    }
}

/// Reports when a device is lost and when it is back. A device that can be opened again but gives
/// no sound is still lost, and is not reported again.
struct News {
    way: Way,
    lost: bool,
    news: mpsc::Sender<Change>,
}

impl News {
    fn lost(&mut self, name: &str, why: &str) {
        if !std::mem::replace(&mut self.lost, true) {
            let noun = self.way.noun();
            self.tell(format!(
                "the {noun} \"{name}\" is lost: {why}. Plug it in, or {START_SERVER}. Sayso uses \
                 the next {noun} that appears"
            ));
        } else {
            log::info!("the {} \"{name}\" is lost again: {why}", self.way.noun());
        }
    }

    fn flows(&mut self, name: &str) {
        if std::mem::replace(&mut self.lost, false) {
            self.tell(format!("there is a {} again: \"{name}\"", self.way.noun()));
        }
    }

    fn tell(&self, message: String) {
        log::info!("{message}");
        // This fails only if nobody listens.
        let _ = self.news.send(Change { device: self.way.noun(), back: !self.lost, message });
    }
}

fn run(
    mut line: impl Line,
    mut news: News,
    ready: &mpsc::SyncSender<Result<(), BoardError>>,
    quit: &AtomicBool,
) {
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
        let flows = &mut || news.flows(&opened.name);
        let Some(death) = watch(&mut line, &opened.beat, &mut opened.errors, quit, flows) else {
            return;
        };
        drop(opened.stream);
        line.lost(death.at);
        news.lost(&opened.name, &death.why);
        if death.at.duration_since(since) > WELL {
            pause = FIRST_PAUSE;
        }
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
    }
}

/// Returns how the stream ended, or `None` when it is time to quit. Calls `flows` at each sign of
/// life, and logs the errors that the stream survives.
fn watch(
    line: &mut impl Line,
    beat: &Beat,
    errors: &mut HeapCons<cpal::Error>,
    quit: &AtomicBool,
    flows: &mut dyn FnMut(),
) -> Option<Death> {
    let since = Instant::now();
    let (mut frames, mut alive) = (0, since);
    // Since when the stream may have ended, and its number of frames then.
    let mut doubt: Option<(Instant, u64)> = None;
    let mut cause = None;
    loop {
        std::thread::park_timeout(line.tick().min(LOOK));
        if quit.load(Ordering::Acquire) {
            return None;
        }
        let now = Instant::now();
        // Read before the frames, so that a higher count means that frames came after the error.
        let shaken = beat.shaken.swap(false, Ordering::AcqRel);
        let seen = beat.frames.load(Ordering::Acquire);
        if seen != frames {
            (frames, alive) = (seen, now);
            flows();
        }
        let settled = now.duration_since(since) > SETTLING;
        let stalled = settled && now.duration_since(alive) > STALLED;
        // Read before the errors, so that the error that broke the stream is among them.
        let broken = beat.broken.load(Ordering::Acquire);
        for error in errors.pop_iter() {
            if breaks(error.kind()) {
                cause.get_or_insert_with(|| plain(&error));
            } else {
                log::warn!("the sound system says: {}", plain(&error));
            }
        }
        if doubt.take_if(|(_, then)| seen > *then).is_some()
            && !broken
            && let Some(why) = cause.take()
        {
            log::warn!("the sound system says: {why}; the stream goes on");
        }
        if shaken {
            doubt.get_or_insert((now, seen));
        }
        let over = doubt.is_some_and(|(when, _)| now.duration_since(when) > RETRY);
        if stalled || broken || over {
            let silent = || format!("it delivered nothing for {} s", STALLED.as_secs());
            return Some(Death { at: alive, why: cause.unwrap_or_else(silent) });
        }
    }
}

/// Waits for `pause`. Returns false when it is time to quit.
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
    use crate::callback::{Faults, error_callback, faults};
    use std::sync::Mutex;

    /// A device that dies at once, first with an error, then silently, and that cannot be opened
    /// in between. From the fourth time on it lives.
    #[derive(Default)]
    struct Fickle {
        attempts: usize,
        log: Arc<Mutex<Vec<&'static str>>>,
        alive: Option<Arc<Beat>>,
    }

    impl Line for Fickle {
        fn open(&mut self) -> Result<Opened, BoardError> {
            self.attempts += 1;
            let beat = Arc::new(Beat::default());
            let (mut faults, errors) = faults(&beat);
            let said = match self.attempts {
                1 => {
                    let denied = cpal::Error::new(cpal::ErrorKind::RealtimeDenied);
                    error_callback(&mut faults, denied);
                    let text = "snd_pcm_readi: No such device (ENODEV).";
                    let kind = cpal::ErrorKind::DeviceNotAvailable;
                    error_callback(&mut faults, cpal::Error::with_message(kind, text));
                    "broken"
                }
                2 => "absent",
                3 => "silent",
                _ => {
                    self.alive = Some(Arc::clone(&beat));
                    "alive"
                }
            };
            self.log.lock().unwrap().push(said);
            if said == "absent" {
                return Err(BoardError::new(BoardErrorKind::NotFound, "absent"));
            }
            Ok(Opened { stream: Box::new(()), name: said.into(), beat, errors })
        }

        fn lost(&mut self, _at: Instant) {
            self.log.lock().unwrap().push("lost");
        }

        fn tick(&mut self) -> Duration {
            if let Some(beat) = &self.alive {
                beat.frames.fetch_add(1, Ordering::Release);
            }
            Duration::MAX
        }
    }

    #[test]
    fn a_dead_stream_is_opened_again_until_it_lives() {
        let line = Fickle::default();
        let log = Arc::clone(&line.log);
        let (news, told) = mpsc::channel();
        let supervisor = Supervisor::start("test", line, Way::Input, news).unwrap();
        let wait = || told.recv_timeout(Duration::from_secs(60)).unwrap();
        // The loss is reported once, however often the device was opened in between.
        let (lost, back) = (wait(), wait());
        drop(supervisor);
        let why = "microphone \"broken\" is lost: snd_pcm_readi: No such device (ENODEV). Plug";
        assert!(!lost.back && lost.message.contains(why), "{lost:?}");
        assert!(back.back && back.message.contains("\"alive\""), "{back:?}");
        assert_eq!(told.try_recv(), Err(mpsc::TryRecvError::Disconnected));
        let expected = ["broken", "lost", "absent", "silent", "lost", "alive"];
        assert_eq!(log.lock().unwrap()[..], expected);
    }

    /// A device with an error that it survives if it `stays`, and that ends it otherwise.
    struct Shaky {
        stays: bool,
        beat: Option<(Arc<Beat>, Faults)>,
        ticks: u64,
        opened: usize,
    }

    impl Line for Shaky {
        fn open(&mut self) -> Result<Opened, BoardError> {
            self.opened += 1;
            let beat = Arc::new(Beat::default());
            let (faults, errors) = faults(&beat);
            self.beat = Some((Arc::clone(&beat), faults));
            Ok(Opened { stream: Box::new(()), name: "shaky".into(), beat, errors })
        }

        fn lost(&mut self, _at: Instant) {}

        fn tick(&mut self) -> Duration {
            self.ticks += 1;
            let Some((beat, faults)) = &mut self.beat else { return LOOK };
            if self.ticks.is_multiple_of(10) && self.opened == 1 {
                let kind = cpal::ErrorKind::BackendError;
                let text = "snd_pcm_avail_delay failed with error 'I/O error (5)'";
                error_callback(faults, cpal::Error::with_message(kind, text));
            }
            if self.stays || self.opened > 1 || self.ticks < 10 {
                beat.frames.fetch_add(1, Ordering::Release);
            }
            Duration::from_millis(5)
        }
    }

    #[test]
    fn an_error_that_the_stream_survives_is_not_a_loss() {
        let (news, told) = mpsc::channel();
        let shaky = |stays| Shaky { stays, beat: None, ticks: 0, opened: 0 };
        let supervisor = Supervisor::start("test", shaky(true), Way::Output, news).unwrap();
        let timeout = Err(mpsc::RecvTimeoutError::Timeout);
        assert_eq!(told.recv_timeout(4 * RETRY), timeout, "more than one error, no loss");
        drop(supervisor);
        // A stream that gives no more frames has ended, and the error says why.
        let (news, told) = mpsc::channel();
        let _supervisor = Supervisor::start("test", shaky(false), Way::Output, news).unwrap();
        let wait = || told.recv_timeout(Duration::from_secs(60)).unwrap();
        let (lost, back) = (wait(), wait());
        assert!(!lost.back && lost.message.contains("I/O error (5)"), "{lost:?}");
        assert!(back.back, "{back:?}");
    }

    #[test]
    fn a_device_that_is_absent_at_the_start_is_an_error() {
        let line = Fickle { attempts: 1, ..Fickle::default() };
        let (news, told) = mpsc::channel();
        let error = Supervisor::start("test", line, Way::Output, news).err().unwrap();
        assert_eq!(error.kind(), BoardErrorKind::NotFound);
        assert!(told.try_recv().is_err());
    }
}
