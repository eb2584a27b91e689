//! A satellite in Rust, for tests: its microphone hears what the test sets, and its loudspeaker
//! records what it plays, in real time.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sayso_core::link::{
    Codec, Condition, Counters, Description, HostStatus, PlaybackQueue, Rate, SatelliteEvent,
    SatelliteLink,
};

/// What the test reads and sets.
#[derive(Default)]
pub struct Body {
    /// What the microphone hears next; silence after that.
    pub hears: VecDeque<i16>,
    /// What the loudspeaker has played, at its rate, silence included.
    pub played: Vec<i16>,
    pub status: Option<HostStatus>,
    pub counters: Counters,
    pub presses: u8,
    pub muted: bool,
    /// Whether it has lost its power, and so takes the host's state at the session's start.
    pub cold: bool,
    /// What the host sent at the last session's start.
    pub remembered: Option<bool>,
    /// How many of each hundred bytes are dropped, in both directions.
    pub loss: u32,
    pub sessions: u32,
}

/// A satellite that runs on one wire until it is dropped.
pub struct Satellite {
    pub body: Arc<Mutex<Body>>,
    quit: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Satellite {
    /// Runs on `wire`, whose reads must not wait for long, with `body`, which may be that of an
    /// earlier satellite.
    pub fn start(
        wire: impl Read + Write + Send + 'static,
        description: Description,
        body: Arc<Mutex<Body>>,
    ) -> Self {
        let quit = Arc::new(AtomicBool::new(false));
        let (ours, theirs) = (Arc::clone(&body), Arc::clone(&quit));
        let thread = std::thread::spawn(move || work(wire, description, &ours, &theirs));
        Self { body, quit, thread: Some(thread) }
    }
}

impl Satellite {
    /// Stops. Its wire is closed, unless it is open elsewhere.
    pub fn pause(&mut self) {
        self.quit.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Satellite {
    fn drop(&mut self) {
        self.pause();
    }
}

/// A file that does not block, made to wait a little.
pub struct Patient(pub std::fs::File);

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer);
        if read.as_ref().is_err_and(|error| {
            // A terminal whose other end is not open yet gives this error.
            error.kind() == ErrorKind::WouldBlock || error.raw_os_error() == Some(5)
        }) {
            std::thread::sleep(Duration::from_millis(2));
            return Err(ErrorKind::WouldBlock.into());
        }
        read
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.write(bytes) {
            // Nobody reads: a wire loses such bytes.
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The usual description.
pub fn description(codec: Codec) -> Description {
    Description { codec, rate: Rate::Hz24000, buffer: 10, name: "test" }
}

fn work(
    mut wire: impl Read + Write,
    description: Description,
    body: &Mutex<Body>,
    quit: &AtomicBool,
) {
    let mut link: SatelliteLink<8_192> = SatelliteLink::new(description);
    let mut queue = PlaybackQueue::<4_800>::new();
    let began = Instant::now();
    let (mut blocks, mut clock) = (0_u64, 1_000_000_u32);
    let mut dice = 1_u32;
    let mut lost = move |percent: u32| {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (dice >> 8) % 10_000 < percent
    };
    let mut buffer = [0; 2_048];
    while !quit.load(Ordering::Acquire) {
        let now = began.elapsed();
        let ms = now.as_millis() as u64;
        match wire.read(&mut buffer) {
            Ok(0) => return,
            Ok(n) => {
                for &byte in &buffer[..n] {
                    if lost(body.lock().unwrap().loss) {
                        continue;
                    }
                    match link.push(byte, ms) {
                        Some(SatelliteEvent::Connected { muted }) => {
                            queue.clear();
                            let mut body = body.lock().unwrap();
                            body.sessions += 1;
                            body.remembered = Some(muted);
                            if std::mem::take(&mut body.cold) {
                                body.muted = muted;
                            }
                        }
                        Some(SatelliteEvent::Playback(playback)) => queue.push(&playback),
                        Some(SatelliteEvent::Stop(stop)) => queue.stop(stop),
                        Some(SatelliteEvent::Status(status)) => {
                            body.lock().unwrap().status = Some(status);
                        }
                        Some(SatelliteEvent::Mute(muted)) => body.lock().unwrap().muted = muted,
                        None => {}
                    }
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return,
        }
        while blocks < ms / 20 {
            blocks += 1;
            let at_first = queue.played();
            let mut out = [0; 480];
            queue.take(&mut out);
            let mut body = body.lock().unwrap();
            body.played.extend(out);
            let heard: Vec<i16> =
                (0..320).map(|_| body.hears.pop_front().unwrap_or_default()).collect();
            if !body.muted {
                let _ = link.try_capture(clock, at_first, &heard);
            }
            clock = clock.wrapping_add(320);
        }
        let mut body = body.lock().unwrap();
        body.counters = link.counters();
        let condition = Condition {
            clock,
            played: queue.played(),
            free: queue.free(480),
            muted: body.muted,
            open: !body.muted,
            presses: body.presses,
            ..Condition::default()
        };
        link.poll(ms, &condition);
        let mut bytes = link.outgoing().to_vec();
        let sent = bytes.len();
        bytes.retain(|_| !lost(body.loss));
        drop(body);
        if wire.write_all(&bytes).is_err() {
            return;
        }
        link.written(sent);
    }
}

/// The longest wait: a condition that is not true after this never will be, even on a busy
/// machine.
const DEADLINE: Duration = Duration::from_secs(120);

/// Waits until `is` is true. Panics with `what` if it never is.
pub fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
