//! A host without an assistant, over TCP: it keeps what the satellite sends, and sends it sound to
//! play.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use sayso_core::link::{
    Counters, HostCondition, HostEvent, HostLink, Mute, SatelliteHello, SatelliteStatus, Stats,
};

/// If a satellite has not done what is waited for by then, it never will.
const DEADLINE: Duration = Duration::from_secs(120);

/// The host's end of a link.
pub struct Host {
    to: SocketAddr,
    stream: Option<TcpStream>,
    link: HostLink<8192>,
    started: Instant,
    pub condition: HostCondition,
    /// Received sound, by its place on the microphone's clock; cleared with each session.
    pub heard: Vec<(u32, Vec<i16>)>,
    pub status: SatelliteStatus,
    pub stats: Option<Stats>,
    /// The names that satellites have given, one for each session.
    pub sessions: Vec<String>,
    pub restarts: usize,
    /// The last answer to an order to mute.
    pub answer: Option<Mute>,
    say: Vec<i16>,
    said: usize,
    /// Whether it reads what the satellite sends.
    pub reads: bool,
}

impl Host {
    pub fn new(to: SocketAddr) -> Self {
        Self {
            to,
            stream: None,
            link: HostLink::new(42),
            started: Instant::now(),
            condition: HostCondition { free: 32, volume: 100, ..HostCondition::default() },
            heard: Vec::new(),
            status: SatelliteStatus::default(),
            stats: None,
            sessions: Vec::new(),
            restarts: 0,
            answer: None,
            say: Vec::new(),
            said: 0,
            reads: true,
        }
    }

    /// Tells the satellite to mute or unmute itself.
    pub fn mute(&mut self, order: u8, muted: bool) {
        self.link.try_mute(Mute { order, muted }).expect("a session");
    }

    /// Plays `samples` (24 kHz), starting at place 0 of this session.
    pub fn say(&mut self, samples: &[i16]) {
        (self.say, self.said) = (samples.to_vec(), 0);
    }

    pub fn counters(&self) -> Counters {
        self.link.counters()
    }

    /// Runs until `done` returns true.
    pub fn until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let since = Instant::now();
        while !done(self) {
            assert!(
                since.elapsed() < DEADLINE,
                "waited in vain until {what}: {:?} {:?} {:?}",
                self.status,
                self.stats,
                self.link.counters()
            );
            self.turn();
        }
    }

    /// Runs for a while.
    pub fn go_on(&mut self, time: Duration) {
        let since = Instant::now();
        while since.elapsed() < time {
            self.turn();
        }
    }

    fn turn(&mut self) {
        let now = self.started.elapsed().as_millis() as u64;
        if self.stream.is_none() {
            self.connect();
        }
        if !self.exchange(now) {
            self.stream = None;
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(1));
    }

    fn connect(&mut self) {
        self.stream = TcpStream::connect(self.to).ok().filter(|stream| {
            stream.set_nonblocking(true).is_ok() && stream.set_nodelay(true).is_ok()
        });
        self.link.reconnect();
    }

    /// Moves bytes both ways; returns false if the wire is cut.
    fn exchange(&mut self, now: u64) -> bool {
        let Some(mut stream) = self.stream.as_ref() else { return false };
        let waits = |error: &std::io::Error| error.kind() == ErrorKind::WouldBlock;
        let mut bytes = [0; 4096];
        let came = match if self.reads { stream.read(&mut bytes) } else { Ok(usize::MAX) } {
            Ok(0) => return false,
            Ok(usize::MAX) => 0,
            Ok(came) => came,
            Err(error) if waits(&error) => 0,
            Err(_) => return false,
        };
        for &byte in &bytes[..came] {
            match self.link.push(byte, now) {
                Some(HostEvent::Connected(SatelliteHello { name, .. })) => {
                    self.sessions.push(name.into());
                    self.heard.clear();
                    self.said = 0;
                    self.status = SatelliteStatus::default();
                }
                Some(HostEvent::Capture(capture)) => {
                    self.heard.push((capture.at, capture.block.samples().collect()));
                }
                Some(HostEvent::Status(status)) => self.status = status,
                Some(HostEvent::Stats(stats)) => self.stats = Some(stats),
                Some(HostEvent::Restarted) => self.restarts += 1,
                Some(HostEvent::Mute(answer)) => self.answer = Some(answer),
                Some(HostEvent::Version(version)) => panic!("version {version}"),
                None => {}
            }
        }
        self.link.poll(now, &self.condition);
        while let Some(block) = self.say.get(self.said..).and_then(|left| left.chunks(480).next())
            && self.link.try_playback(self.said as u32, block).is_ok()
        {
            self.said += block.len();
        }
        while !self.link.outgoing().is_empty() {
            match stream.write(self.link.outgoing()) {
                Ok(sent) => self.link.written(sent),
                Err(error) if waits(&error) => break,
                Err(_) => return false,
            }
        }
        true
    }
}
