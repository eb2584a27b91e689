//! The thread that communicates with a satellite.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use log::Level;
use sayso_board::{Change, Mute};
use sayso_core::link::{HostCondition, HostEvent, HostLink, Refused, VERSION};
use sayso_remote_board::{Allowance, Feed};

use crate::SatelliteConfig;
use crate::address::{Address, Security};
use crate::shared::{StationShared, StationState};
use crate::wire::Wire;

/// Bytes that may wait for the wire: 0.3 s of uncompressed sound.
const OUT: usize = 16_384;
/// If nobody answers on a wire for this long, it is closed and opened again.
const SILENT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often a pause checks for the end.
pub const LOOK: Duration = Duration::from_millis(10);

/// How much work a satellite may cause, in bytes a second and at once. Each round of the loop
/// counts as [`TURN`] bytes. Uncompressed sound, sealed, needs a sixth of it. If a peer floods the
/// wire, the thread rests, and the wire's own flow control holds the peer up.
pub const WORK_A_SECOND: u32 = 400_000;
pub const WORK_AT_ONCE: u32 = 400_000;
pub const TURN: u32 = 100;
/// Bytes read at a time.
pub const PIECE: usize = 4_096;

/// Something to report after the state is unlocked, because the listener may take long.
enum Note {
    Log(Level, String),
    Tell(Change),
    Mute(bool),
}

/// The thread's side.
pub struct Talk {
    address: Address,
    security: Security,
    volume: u8,
    /// Whether a lost wire is opened again.
    dials: bool,
    shared: Arc<StationShared>,
    link: HostLink<OUT>,
    changes: SyncSender<Change>,
    mute: Mute,
    /// The name that it must give, and whether it has given another.
    name: Option<String>,
    stranger: bool,
    /// Whether it was connected, and is lost.
    gone: bool,
    work: Allowance,
    notes: Vec<Note>,
}

impl Talk {
    pub fn new(
        config: &SatelliteConfig,
        dials: bool,
        shared: Arc<StationShared>,
        changes: SyncSender<Change>,
        mute: Mute,
    ) -> Self {
        Self {
            address: config.address.clone(),
            security: config.security.clone(),
            volume: config.volume,
            dials,
            shared,
            link: HostLink::new(seed()),
            changes,
            mute,
            name: config.name.clone(),
            stranger: false,
            gone: false,
            work: Allowance::new(WORK_AT_ONCE, WORK_A_SECOND),
            notes: Vec::new(),
        }
    }

    /// Runs until it must end. A lost wire is opened again.
    pub fn run(mut self, wire: Box<dyn Wire>) {
        let mut wire = Some(wire);
        let mut pause = FIRST_PAUSE;
        while !self.shared.quits() {
            if let Some(open) = wire.take() {
                self.link.reconnect();
                // If a peer accepts and closes connections, it is not called again at once.
                if self.talk(open) >= SILENT {
                    pause = FIRST_PAUSE;
                }
                self.lose();
            }
            if !self.dials {
                self.shared.lock().over = true;
                self.shared.news.notify_all();
                // Time goes on until the conversation has ended.
                pause = Duration::MAX;
            }
            let until = self.shared.now().saturating_add(pause);
            while self.shared.now() < until && !self.shared.quits() {
                std::thread::sleep(LOOK);
                self.pass();
            }
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            if !self.shared.quits() {
                wire = self.open();
            }
        }
    }

    /// Opens the wire again, on another thread. Resolving a name or opening a dead port can take
    /// long, and this thread must keep the time.
    fn open(&mut self) -> Option<Box<dyn Wire>> {
        let (give, opened) = sync_channel(1);
        let (address, security) = (self.address.clone(), self.security.clone());
        let opening = std::thread::Builder::new()
            .name("satellite-open".into())
            // Nobody receives it if this thread has ended.
            .spawn(move || drop(give.send(address.open(&security))));
        if let Err(error) = opening {
            log::warn!("{}: cannot start a thread to open it: {error}", self.address);
            return None;
        }
        while !self.shared.quits() {
            match opened.recv_timeout(LOOK) {
                Ok(Ok(wire)) => return Some(wire),
                Ok(Err(error)) => {
                    log::info!("{error}");
                    return None;
                }
                Err(RecvTimeoutError::Timeout) => self.pass(),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }

    /// Communicates until the wire is lost or nobody answers. Returns for how long somebody
    /// answered.
    fn talk(&mut self, mut wire: Box<dyn Wire>) -> Duration {
        let mut buffer = [0; PIECE];
        let (mut since, mut heard) = (None, self.shared.now());
        let opened = heard;
        while !self.shared.quits() {
            let came = match self.read(wire.as_mut(), &mut buffer) {
                Ok(came) => came,
                Err(error) => {
                    log::info!("{}: {error}", self.address);
                    break;
                }
            };
            let was = self.link.is_connected();
            self.receive(&buffer[..came]);
            if std::mem::take(&mut self.stranger) {
                break;
            }
            self.pass();
            let is = self.link.is_connected();
            let now = self.shared.now();
            if is {
                heard = now;
                since.get_or_insert(now);
            } else if was {
                self.lose();
            } else if now.saturating_sub(heard) > SILENT {
                break;
            } else if let Some(obstacle) = wire.obstacle() {
                self.block(obstacle.into());
            }
            if let Err(error) = self.send(wire.as_mut()) {
                log::info!("{}: {error}", self.address);
                break;
            }
        }
        heard.saturating_sub(since.unwrap_or(opened))
    }

    /// Reads, unless the satellite has caused too much work for now.
    fn read(&mut self, wire: &mut dyn Wire, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.shared.beat();
        if self.work.is_spent(self.shared.now()) {
            std::thread::sleep(LOOK);
            return Ok(0);
        }
        let came = wire.read(buffer)?;
        self.work.owe(TURN + came as u32, self.shared.now());
        Ok(came)
    }

    fn send(&mut self, wire: &mut dyn Wire) -> std::io::Result<()> {
        let sent = wire.write(self.link.outgoing())?;
        self.link.written(sent);
        Ok(())
    }

    /// The satellite is lost.
    fn lose(&mut self) {
        let now = self.shared.now();
        let mut state = self.shared.lock();
        let was = std::mem::replace(&mut state.connected, false);
        state.jitter.lost(now);
        state.feed.lost(now);
        drop(state);
        if was {
            self.gone = true;
            let message = if !self.dials {
                format!("the satellite at {} has closed the connection", self.address)
            } else {
                format!(
                    "the satellite at {} is lost: it was unplugged or switched off, or the \
                     connection is cut. Sayso uses it again as soon as it is back",
                    self.address
                )
            };
            self.tell(false, message);
            self.say();
        }
    }

    /// Something prevents a session.
    fn block(&mut self, obstacle: String) {
        let mut state = self.shared.lock();
        let known = state.obstacle.as_ref() == Some(&obstacle);
        if !known {
            state.obstacle = Some(obstacle.clone());
        }
        drop(state);
        if !known {
            self.shared.news.notify_all();
            // A caller that still waits for the first session gets this as its error.
            if self.gone {
                let message = format!("{}: {obstacle}", self.address);
                self.tell(false, message);
                self.say();
            }
        }
    }

    /// Processes received bytes.
    fn receive(&mut self, bytes: &[u8]) {
        let shared = Arc::clone(&self.shared);
        let now = shared.now();
        let mut obstacle = None;
        let mut state = shared.lock();
        for &byte in bytes {
            self.take(byte, &mut state, now, &mut obstacle);
        }
        drop(state);
        self.say();
        if let Some(obstacle) = obstacle {
            self.block(obstacle);
        }
    }

    /// Processes one byte. Because the state is locked, reports are only noted.
    fn take(
        &mut self,
        byte: u8,
        state: &mut StationState,
        now: Duration,
        obstacle: &mut Option<String>,
    ) {
        match self.link.push(byte, now.as_millis() as u64) {
            None => {}
            Some(HostEvent::Connected(hello))
                if self.name.as_ref().is_some_and(|name| name != hello.name) =>
            {
                let line =
                    format!("{}: another satellite answers there: {:?}", self.address, hello.name);
                self.notes.push(Note::Log(Level::Warn, line));
                self.stranger = true;
            }
            Some(HostEvent::Connected(hello)) => {
                let met =
                    format!("the satellite {:?} at {} is connected", hello.name, self.address);
                // All its rates can be resampled.
                if let Err(error) = state.feed.attach(hello.rate.hz(), now) {
                    self.notes.push(Note::Log(Level::Warn, format!("{}: {error}", self.address)));
                }
                if std::mem::replace(&mut self.gone, false) {
                    self.tell(true, format!("{met} again"));
                } else {
                    self.notes.push(Note::Log(Level::Info, met));
                }
                state.jitter.attach(now);
                state.pressed = 0;
                state.muting.begin(self.mute.is_set());
                state.obstacle = None;
                state.connected = true;
                self.shared.news.notify_all();
            }
            Some(HostEvent::Restarted) => {
                state.jitter.lost(now);
                state.feed.lost(now);
            }
            Some(HostEvent::Capture(capture)) => {
                let heard: Vec<f32> =
                    capture.block.samples().map(|sample| f32::from(sample) / 32_768.0).collect();
                let mut played = vec![0.0; heard.len()];
                state.feed.reached(capture.played, now);
                state.feed.reference(capture.played, &mut played);
                state.jitter.push(now, capture.number, capture.at, heard, played);
            }
            Some(HostEvent::Status(status)) => {
                self.notes.extend(state.hear(status, now).map(Note::Mute));
            }
            Some(HostEvent::Mute(answer)) => {
                self.notes.extend(state.muting.answered(answer).map(Note::Mute));
            }
            Some(HostEvent::Stats(stats)) => {
                let line = format!("{}: {stats:?}", self.address);
                self.notes.push(Note::Log(Level::Debug, line));
                state.feed.underruns(stats.underruns.into());
            }
            Some(HostEvent::Version(version)) => {
                *obstacle = Some(other_version(version));
            }
        }
    }

    /// Notes a loss or a return of the satellite.
    fn tell(&mut self, back: bool, message: String) {
        self.notes.push(Note::Log(Level::Info, message.clone()));
        self.notes.push(Note::Tell(Change { device: "satellite", back, message }));
    }

    /// Makes the noted reports. The state is not locked.
    fn say(&mut self) {
        for note in self.notes.drain(..) {
            match note {
                Note::Log(level, line) => log::log!(level, "{line}"),
                // Nobody has to listen, and a satellite that comes and goes must not fill memory.
                Note::Tell(change) => drop(self.changes.try_send(change)),
                Note::Mute(muted) => self.mute.set(muted),
            }
        }
    }

    /// Advances the time, and gives the link what is to be sent.
    fn pass(&mut self) {
        self.shared.beat();
        let now = self.shared.now();
        let mut guard = self.shared.lock();
        let state = &mut *guard;
        state.feed.tick(now);
        state.jitter.tick(now);
        let condition = HostCondition {
            free: state.jitter.free(),
            shown: state.shown,
            volume: self.volume,
            muted: self.mute.is_set(),
        };
        if self.link.poll(now.as_millis() as u64, &condition) {
            let (order, stays) = state.muting.poll(condition.muted, now);
            if order.is_some_and(|order| self.link.try_mute(order).is_ok()) {
                state.muting.sent(now);
            }
            self.notes.extend(stays.map(Note::Mute));
            if let Some(stop) = state.feed.order()
                && self.link.try_stop(stop).is_err()
            {
                state.feed.order_again(stop);
            } else {
                send_sound(&mut self.link, &mut state.feed, now);
            }
        }
        if state.jitter.is_ready() {
            self.shared.news.notify_all();
        }
        drop(guard);
        self.say();
    }
}

/// The reason why there can be no session with a satellite of another version.
pub fn other_version(version: u8) -> String {
    format!(
        "the satellite uses version {version} of the link, and this program version {VERSION}: \
         update the older of the two"
    )
}

/// A session's number that no earlier one is likely to have had.
fn seed() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_nanos() as u32 ^ std::process::id().rotate_left(16)
}

/// Sends as many blocks as there is credit for.
fn send_sound(link: &mut HostLink<OUT>, feed: &mut Feed, now: Duration) {
    while link.credit() > 0 {
        let Some((at, sound)) = feed.block(now) else { return };
        let block: Vec<i16> =
            sound.iter().map(|sample| (sample * 32_768.0).round() as i16).collect();
        match link.try_playback(at, &block) {
            // A block that is refused as invalid would be refused again.
            Ok(()) | Err(Refused::BadBlock) => feed.sent(block.len()),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
#[path = "talk_tests.rs"]
mod tests;
