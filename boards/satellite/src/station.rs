//! One satellite: the thread that talks with it, and what the assistant sees of it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sayso_board::{
    BoardError, BoardErrorKind, Change, EAR_RATE, Heard, Loudspeaker, Microphone, Panel, Press,
    RATES, StreamStats,
};
use sayso_core::link::{HostCondition, HostEvent, HostLink, Refused, SatelliteStatus, VERSION};
use sayso_core::turn::Shown;

use crate::SatelliteConfig;
use crate::address::{Address, Wire};
use crate::ear::Ear;
use crate::feed::Feed;

/// Bytes that may wait for the wire: 0.3 s of uncompressed sound.
const OUT: usize = 16_384;
/// How long the start waits for the satellite's answer.
const ANSWER: Duration = Duration::from_secs(3);
/// A wire on which nobody answers for so long is closed and opened again.
const SILENT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often the reader and a pause look up.
const LOOK: Duration = Duration::from_millis(10);
/// Presses that may wait to be asked for.
const PRESSES: usize = 16;

/// What the thread, the streams and the panel share.
struct State {
    ear: Ear,
    feed: Feed,
    shown: Shown,
    presses: VecDeque<Press>,
    /// How the satellite's buttons were.
    pressed: u8,
    muted: bool,
    /// Whether there is a session.
    connected: bool,
    /// What stands in the way of one, for people.
    obstacle: Option<String>,
}

/// A satellite and the thread that talks with it, which ends when this is dropped.
pub struct Station {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    /// Sound is there to be read, or a session has begun.
    news: Condvar,
    began: Instant,
    quit: AtomicBool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>, most: Duration) -> MutexGuard<'s, State> {
        self.news.wait_timeout(state, most).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Station {
    /// Opens the wire and meets the satellite. That it is gone later on, and back, goes
    /// to `changes`.
    pub fn start(
        config: &SatelliteConfig,
        voice_rate: u32,
        changes: Sender<Change>,
    ) -> Result<Arc<Self>, BoardError> {
        if !RATES.contains(&voice_rate) {
            let message = format!("a voice at {voice_rate} Hz cannot be played");
            return Err(BoardError::new(BoardErrorKind::Format, message));
        }
        let address = config.address.clone();
        let wire = address.open()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                ear: Ear::default(),
                feed: Feed::new(voice_rate),
                shown: Shown::default(),
                presses: VecDeque::new(),
                pressed: 0,
                muted: false,
                connected: false,
                obstacle: None,
            }),
            news: Condvar::new(),
            began: Instant::now(),
            quit: AtomicBool::new(false),
        });
        let talk = Talk {
            address: address.clone(),
            volume: config.volume,
            shared: Arc::clone(&shared),
            link: HostLink::new(seed()),
            changes,
            gone: false,
        };
        let thread = std::thread::Builder::new()
            .name("satellite".into())
            .spawn(move || talk.run(wire))
            .map_err(|error| {
                let message = format!("no thread for the satellite: {error}");
                BoardError::new(BoardErrorKind::Unavailable, message)
            })?;
        // From here on, dropping it ends the thread.
        let station = Self { shared, thread: Some(thread) };
        station.meet(&address)?;
        Ok(Arc::new(station))
    }

    /// Waits for the session.
    fn meet(&self, address: &Address) -> Result<(), BoardError> {
        let mut state = self.shared.lock();
        while !state.connected {
            if let Some(obstacle) = &state.obstacle {
                let message = format!("{address}: {obstacle}");
                return Err(BoardError::new(BoardErrorKind::Format, message));
            }
            let left = ANSWER.saturating_sub(self.shared.now());
            if left.is_zero() {
                return Err(BoardError::new(
                    BoardErrorKind::Unavailable,
                    format!(
                        "{address}: nobody answers there who speaks the satellite's language; \
                         is the port the right one, its speed the satellite's, and the \
                         firmware on it?"
                    ),
                ));
            }
            state = self.shared.wait(state, left);
        }
        Ok(())
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        self.shared.quit.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, it is over all the same.
            let _ = thread.join();
        }
    }
}

/// A session's number that no earlier one is likely to have had.
fn seed() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_nanos() as u32 ^ std::process::id().rotate_left(16)
}

/// Tells what became of the satellite.
fn tell(changes: &Sender<Change>, back: bool, message: String) {
    log::info!("{message}");
    // Nobody has to listen.
    let _ = changes.send(Change { device: "satellite", back, message });
}

/// The thread's side.
struct Talk {
    address: Address,
    volume: u8,
    shared: Arc<Shared>,
    link: HostLink<OUT>,
    changes: Sender<Change>,
    /// Whether it was there, and is not any more.
    gone: bool,
}

impl Talk {
    fn run(mut self, wire: Wire) {
        let mut wire = Some(wire);
        let mut pause = FIRST_PAUSE;
        while !self.quits() {
            if let Some(open) = wire.take() {
                self.link.reconnect();
                if self.talk(open) {
                    pause = FIRST_PAUSE;
                }
                self.lose();
            }
            let until = self.shared.now() + pause;
            while self.shared.now() < until {
                if self.quits() {
                    return;
                }
                std::thread::sleep(LOOK);
                self.pass();
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            match self.address.open() {
                Ok(open) => wire = Some(open),
                Err(error) => log::info!("{error}"),
            }
        }
    }

    fn quits(&self) -> bool {
        self.shared.quit.load(Ordering::Acquire)
    }

    /// Talks until the wire is gone or nobody answers; tells whether somebody did.
    fn talk(&mut self, mut wire: Wire) -> bool {
        let mut buffer = [0; 4_096];
        let mut answered = false;
        let mut heard = self.shared.now();
        while !self.quits() {
            let came = match wire.read(&mut buffer) {
                Ok(came) => came,
                Err(error) => {
                    log::info!("{}: {error}", self.address);
                    break;
                }
            };
            let was = self.link.is_connected();
            self.receive(&buffer[..came]);
            self.pass();
            let is = self.link.is_connected();
            if is {
                (answered, heard) = (true, self.shared.now());
            } else if was {
                self.lose();
            } else if self.shared.now().saturating_sub(heard) > SILENT {
                break;
            }
            if let Err(error) = self.send(&mut wire) {
                log::info!("{}: {error}", self.address);
                break;
            }
        }
        answered
    }

    fn send(&mut self, wire: &mut Wire) -> std::io::Result<()> {
        let sent = wire.write(self.link.outgoing())?;
        self.link.written(sent);
        Ok(())
    }

    /// The satellite is not there any more.
    fn lose(&mut self) {
        let now = self.shared.now();
        let mut state = self.shared.lock();
        let was = std::mem::replace(&mut state.connected, false);
        state.ear.lost(now);
        state.feed.lost(now);
        state.muted = false;
        drop(state);
        if was {
            self.gone = true;
            let message = format!(
                "the satellite at {} is gone: it was unplugged or switched off, or the wire is \
                 cut. As soon as it is there again, it is used again",
                self.address
            );
            tell(&self.changes, false, message);
        }
    }

    /// Works off what came.
    fn receive(&mut self, bytes: &[u8]) {
        let now = self.shared.now();
        let ms = now.as_millis() as u64;
        let mut guard = self.shared.lock();
        let state = &mut *guard;
        for &byte in bytes {
            match self.link.push(byte, ms) {
                None => {}
                Some(HostEvent::Connected(hello)) => {
                    let met =
                        format!("the satellite {:?} at {} is there", hello.name, self.address);
                    if std::mem::replace(&mut self.gone, false) {
                        tell(&self.changes, true, format!("{met} again"));
                    } else {
                        log::info!("{met}");
                    }
                    // Its rates are all within what can be resampled.
                    if let Err(error) = state.feed.attach(hello.rate, now) {
                        log::warn!("{}: {error}", self.address);
                    }
                    state.ear.attach(now);
                    state.pressed = 0;
                    state.obstacle = None;
                    state.connected = true;
                    self.shared.news.notify_all();
                }
                Some(HostEvent::Restarted) => {
                    state.ear.lost(now);
                    state.feed.lost(now);
                }
                Some(HostEvent::Capture(capture)) => {
                    let heard: Vec<f32> = capture
                        .block
                        .samples()
                        .map(|sample| f32::from(sample) / 32_768.0)
                        .collect();
                    let mut played = vec![0.0; heard.len()];
                    state.feed.reached(capture.played, now);
                    state.feed.reference(capture.played, &mut played);
                    state.ear.push(now, capture.number, capture.at, heard, played);
                }
                Some(HostEvent::Status(status)) => state.hear(status, now),
                Some(HostEvent::Stats(stats)) => {
                    log::debug!("{}: {stats:?}", self.address);
                    state.feed.underruns(stats.underruns.into());
                }
                Some(HostEvent::Version(version)) => {
                    let obstacle = format!(
                        "the satellite speaks version {version} of the link, and this program \
                         version {VERSION}: update the older of the two"
                    );
                    // Whoever waits for its first answer is told by the error. It says so
                    // twice a second.
                    if self.gone && state.obstacle.as_ref() != Some(&obstacle) {
                        tell(&self.changes, false, format!("{}: {obstacle}", self.address));
                    }
                    state.obstacle = Some(obstacle);
                    self.shared.news.notify_all();
                }
            }
        }
    }

    /// Passes the time, and gives the link what is to be sent.
    fn pass(&mut self) {
        let now = self.shared.now();
        let mut guard = self.shared.lock();
        let state = &mut *guard;
        state.feed.tick(now);
        state.ear.tick(now);
        let condition =
            HostCondition { free: state.ear.free(), shown: state.shown, volume: self.volume };
        if self.link.poll(now.as_millis() as u64, &condition) {
            if let Some(stop) = state.feed.order()
                && self.link.try_stop(stop).is_err()
            {
                state.feed.order_again(stop);
            } else {
                send_sound(&mut self.link, &mut state.feed, now);
            }
        }
        if state.ear.is_ready() {
            self.shared.news.notify_all();
        }
    }
}

/// Sends as many blocks as there is credit for.
fn send_sound(link: &mut HostLink<OUT>, feed: &mut Feed, now: Duration) {
    while link.credit() > 0 {
        let Some((at, sound)) = feed.block(now) else { return };
        let block: Vec<i16> =
            sound.iter().map(|sample| (sample * 32_768.0).round() as i16).collect();
        match link.try_playback(at, &block) {
            // What is no block would be none later on.
            Ok(()) | Err(Refused::BadBlock) => feed.sent(block.len()),
            Err(_) => return,
        }
    }
}

impl State {
    /// What the satellite says of itself.
    fn hear(&mut self, status: SatelliteStatus, now: Duration) {
        self.feed.reached(status.played, now);
        self.ear.shut(status.muted || !status.open);
        for _ in 0..status.presses.wrapping_sub(self.pressed).min(PRESSES as u8) {
            self.press(Press::Talk);
        }
        self.pressed = status.presses;
        if status.muted && !self.muted {
            self.press(Press::Hush);
        }
        self.muted = status.muted;
    }

    fn press(&mut self, press: Press) {
        if self.presses.len() < PRESSES {
            self.presses.push_back(press);
        }
    }
}

/// The satellite's microphone.
pub struct SatelliteMicrophone {
    station: Arc<Station>,
    played: Vec<f32>,
}

impl SatelliteMicrophone {
    pub fn new(station: Arc<Station>) -> Self {
        Self { station, played: Vec::with_capacity(EAR_RATE as usize / 10) }
    }
}

impl Microphone for SatelliteMicrophone {
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard {
        let shared = &self.station.shared;
        let deadline = shared.now() + wait;
        let mut state = shared.lock();
        loop {
            let now = shared.now();
            state.ear.tick(now);
            match state.ear.read(buffer, &mut self.played) {
                0 if now >= deadline => return Heard::Nothing,
                0 => state = shared.wait(state, LOOK.min(deadline - now)),
                n => return Heard::Samples(n),
            }
        }
    }

    fn reference(&mut self, played: &mut [f32]) {
        let n = self.played.len().min(played.len());
        played[..n].copy_from_slice(&self.played[..n]);
        played[n..].fill(0.0);
    }

    fn stats(&self) -> StreamStats {
        let state = self.station.shared.lock();
        StreamStats { reopened: state.feed.stats().reopened, ..state.ear.stats() }
    }
}

/// The satellite's loudspeaker.
pub struct SatelliteLoudspeaker(pub Arc<Station>);

impl Loudspeaker for SatelliteLoudspeaker {
    fn write(&mut self, samples: &[f32]) -> usize {
        self.0.shared.lock().feed.write(samples)
    }

    fn played(&self) -> u64 {
        let shared = &self.0.shared;
        shared.lock().feed.played(shared.now())
    }

    fn queued(&self) -> usize {
        let shared = &self.0.shared;
        shared.lock().feed.queued(shared.now())
    }

    fn stop(&mut self, fade: Duration) -> usize {
        let shared = &self.0.shared;
        shared.lock().feed.stop(fade, shared.now())
    }

    fn stats(&self) -> StreamStats {
        self.0.shared.lock().feed.stats()
    }
}

/// The satellite's lamp and buttons.
pub struct SatellitePanel(pub Arc<Station>);

impl Panel for SatellitePanel {
    fn show(&mut self, shown: Shown) {
        self.0.shared.lock().shown = shown;
    }

    fn pressed(&mut self) -> Option<Press> {
        self.0.shared.lock().presses.pop_front()
    }
}
