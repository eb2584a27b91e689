use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;

use sayso_board::CAPTURE_RATE;
use sayso_core::link::{
    Block, Capture, Codec, Condition, Counters, Description, MAX_DATA, Message, Rate,
    SatelliteLink, SatelliteStatus, encode,
};

use super::*;

fn config() -> SatelliteConfig {
    SatelliteConfig {
        address: "/dev/no-such-port".parse().unwrap(),
        security: Security::default(),
        volume: 100,
        name: None,
    }
}

fn talk() -> (Talk, Arc<StationShared>, std::sync::mpsc::Receiver<Change>) {
    let shared = Arc::new(StationShared::new(24_000, Mute::default()));
    let (changes, told) = sync_channel(4);
    let mute = shared.lock().mute.clone();
    (Talk::new(&config(), true, Arc::clone(&shared), changes, mute), shared, told)
}

/// One round between a satellite and its host: each receives what the other sends.
fn exchange(
    talk: &mut Talk,
    satellite: &mut SatelliteLink<4_096>,
    now: u64,
    condition: &Condition,
) {
    satellite.poll(now, condition);
    let up = satellite.outgoing().to_vec();
    satellite.written(up.len());
    talk.receive(&up);
    talk.pass();
    let down = talk.link.outgoing().to_vec();
    talk.link.written(down.len());
    for byte in down {
        let _ = satellite.push(byte, now);
    }
}

thread_local! {
    /// The state that must not be locked while this thread logs.
    static WATCHED: RefCell<Option<Arc<StationShared>>> = const { RefCell::new(None) };
    static LINES: RefCell<Vec<(String, bool)>> = const { RefCell::new(Vec::new()) };
}

struct Watchful;

impl log::Log for Watchful {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        WATCHED.with_borrow(|watched| {
            if let Some(shared) = watched {
                let line = (record.args().to_string(), shared.is_locked());
                LINES.with_borrow_mut(|lines| lines.push(line));
            }
        });
    }

    fn flush(&self) {}
}

/// The whole life of a satellite, with every log message.
#[test]
fn nothing_is_logged_while_the_state_is_locked() {
    log::set_logger(&Watchful).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let (mut talk, shared, _told) = talk();
    let muted = Arc::new(Mutex::new(Vec::new()));
    let (theirs, locked) = (Arc::clone(&muted), Arc::clone(&shared));
    talk.mute = Mute::new(false, move || theirs.lock().unwrap().push(locked.is_locked()));
    shared.lock().mute = talk.mute.clone();
    WATCHED.set(Some(Arc::clone(&shared)));
    for life in 0..2 {
        let mut satellite: SatelliteLink<4_096> = SatelliteLink::new(Description::default());
        let condition = Condition { muted: true, ..Condition::default() };
        for _ in 0..60 {
            let now = shared.now().as_millis() as u64;
            exchange(&mut talk, &mut satellite, now, &condition);
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(satellite.is_connected(), "life {life}");
    }
    talk.lose();
    let frame = Message::SatelliteHello(sayso_core::link::SatelliteHello {
        version: 77,
        session: 0,
        credit: 1,
        codec: Codec::Pcm,
        rate: Rate::Hz16000,
        name: "old",
    });
    talk.receive(encode(0, 0, &frame).unwrap().as_bytes());
    WATCHED.set(None);
    let lines = LINES.take();
    let said = |what: &str| lines.iter().any(|(line, _)| line.contains(what));
    for what in ["is connected", "Stats", "is lost", "version 77"] {
        assert!(said(what), "{what}: {lines:?}");
    }
    assert!(lines.iter().all(|(_, locked)| !locked), "{lines:?}");
    assert_eq!(*muted.lock().unwrap(), [false], "reported once, and not locked");
    assert!(shared.lock().mute.is_set());
}

/// A peer with a session that sends whatever it likes.
struct Peer {
    talk: Talk,
    shared: Arc<StationShared>,
    told: std::sync::mpsc::Receiver<Change>,
    session: u32,
    seq: u16,
    /// Samples that a reader got.
    read: u64,
}

impl Peer {
    fn connected() -> Self {
        let (mut talk, shared, told) = talk();
        let mut satellite: SatelliteLink<4_096> = SatelliteLink::new(Description::default());
        for _ in 0..4 {
            let now = shared.now().as_millis() as u64;
            exchange(&mut talk, &mut satellite, now, &Condition::default());
        }
        assert!(talk.link.is_connected());
        let session = talk.link.session();
        Self { talk, shared, told, session, seq: 100, read: 0 }
    }

    fn send(&mut self, message: &Message<'_>) {
        let frame = encode(self.session as u8, self.seq, message).unwrap();
        self.seq = self.seq.wrapping_add(1);
        self.talk.receive(frame.as_bytes());
    }

    fn capture(&mut self, number: u16, at: u32, samples: usize) {
        let data = vec![7; 2 * samples];
        let block = Block::new(Codec::Pcm, &data[..data.len().min(MAX_DATA)]).unwrap();
        self.send(&Message::Capture(Capture { number, at, played: at, block }));
    }

    fn read(&mut self) {
        loop {
            let mut heard = [f32::NAN; 512];
            let n = self.shared.lock().jitter.read(&mut heard, &mut Vec::new());
            assert!(heard[..n].iter().all(|sample| sample.is_finite()));
            if n == 0 {
                return;
            }
            self.read += n as u64;
        }
    }

    /// Checks how much sound a peer can produce: 3 s, the blocks that wait for others, and one
    /// more.
    fn check(&mut self) {
        self.read();
        let passed = (self.shared.now().as_secs_f64() * f64::from(CAPTURE_RATE)) as u64;
        let most = passed + 3 * u64::from(CAPTURE_RATE) + 17 * 320;
        assert!(self.read <= most, "{} of {most}", self.read);
    }

    fn counters(&self) -> Counters {
        self.talk.link.counters()
    }
}

/// Blocks as long as allowed, or of one sample, at places far apart: they must not become seconds
/// of sound.
#[test]
fn places_far_apart_do_not_produce_sound() {
    for samples in [1, 320] {
        let mut peer = Peer::connected();
        let mut at = 0_u32;
        for n in 0..20_000_u16 {
            at = at.wrapping_add([16_000, 31_999, 32_001, 1 << 31, 7, 0xffff_0000][n as usize % 6]);
            // Numbers in a row, and with gaps.
            let status = SatelliteStatus {
                flow: sayso_core::link::Flow { sent: n, until: n },
                open: n % 3 > 0,
                ..SatelliteStatus::default()
            };
            peer.send(&Message::SatelliteStatus(status));
            peer.capture(n.wrapping_add(n % 3), at, samples);
            peer.talk.pass();
            peer.check();
        }
    }
}

/// As fast as possible, with a reader that is faster.
#[test]
fn sound_beyond_the_credit_and_beyond_the_time_is_dropped() {
    let mut peer = Peer::connected();
    for n in 0..3_000_u16 {
        peer.capture(n, u32::from(n) * 320, 320);
        peer.talk.pass();
        peer.check();
    }
    assert!(peer.counters().uncredited == 0, "within the credit: {:?}", peer.counters());
    assert!(peer.shared.lock().jitter.stats().dropped > 0);

    // Without a reader there is no credit.
    let mut peer = Peer::connected();
    for n in 0..3_000_u16 {
        peer.capture(n, u32::from(n) * 320, 320);
        peer.talk.pass();
    }
    assert!(peer.counters().uncredited > 2_000, "{:?}", peer.counters());
    assert_eq!(peer.shared.lock().jitter.free(), 0);

    // Repeated blocks, in frames with new numbers.
    let mut peer = Peer::connected();
    for _ in 0..3_000 {
        peer.capture(0, 0, 320);
        peer.capture(40_000, 0, 320);
    }
    assert_eq!(peer.counters().uncredited, 2 * 3_000 - 1);
}

/// For example a hello, and the answer to a session that was never offered.
#[test]
fn sessions_are_no_more_than_ten_a_second() {
    let mut peer = Peer::connected();
    let before = peer.counters().sessions;
    let since = std::time::Instant::now();
    let hello = |session| {
        Message::SatelliteHello(sayso_core::link::SatelliteHello {
            version: VERSION,
            session,
            credit: 1,
            codec: Codec::Pcm,
            rate: Rate::Hz24000,
            name: "wild",
        })
    };
    // Longer than the time until one more is allowed.
    while since.elapsed() < std::time::Duration::from_millis(500) {
        peer.send(&hello(0));
        let next = peer.talk.link.session();
        peer.send(&hello(next));
        peer.talk.pass();
        let offered = peer.talk.link.session();
        peer.send(&hello(offered));
        let out = peer.talk.link.outgoing().len();
        peer.talk.link.written(out);
    }
    let sessions = peer.counters().sessions - before;
    let most = 2 + (since.elapsed().as_millis() / 100) as u32;
    assert!((1..=most).contains(&sessions), "{sessions} of {most}");
    // Nobody reads the changes, and they must not fill memory.
    for _ in 0..1_000 {
        peer.shared.lock().connected = true;
        peer.talk.lose();
    }
    assert_eq!(peer.told.try_iter().count(), 4);
}

/// Bytes without end.
struct Flood {
    pieces: VecDeque<Vec<u8>>,
    read: Arc<Mutex<(u64, u64)>>,
}

impl Wire for Flood {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = self.pieces.pop_front().unwrap_or_default();
        let n = piece.len().min(buffer.len());
        buffer[..n].copy_from_slice(&piece[..n]);
        self.pieces.push_back(piece);
        let mut read = self.read.lock().unwrap();
        *read = (read.0 + 1, read.1 + n as u64);
        Ok(n)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }
}

/// The work that a flood causes is counted, in reads and bytes, over two seconds.
#[test]
fn a_flood_is_read_at_a_bounded_rate() {
    for size in [1, 30, PIECE] {
        let (talk, shared, _told) = talk();
        let read = Arc::default();
        let pieces = (0..7).map(|n| vec![n * 36; size]).collect();
        let wire = Flood { pieces, read: Arc::clone(&read) };
        let thread = std::thread::spawn(move || talk.run(Box::new(wire)));
        std::thread::sleep(Duration::from_secs(2));
        let passed = shared.now().as_secs_f64();
        let (reads, bytes) = *read.lock().unwrap();
        let most = f64::from(WORK_AT_ONCE) + passed * f64::from(WORK_A_SECOND);
        let work = (reads * u64::from(TURN) + bytes) as f64;
        assert!(work <= most + f64::from(TURN) + PIECE as f64, "{size}: {work} of {most}");
        assert!(work > most / 2.0, "and no slower than it has to: {size}: {work} of {most}");
        shared.end();
        thread.join().unwrap();
    }
}
