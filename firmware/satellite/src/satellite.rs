use heapless::Deque;
use sayso_core::button::ButtonConfig;
use sayso_core::link::{
    Codec, Condition, Description, HostStatus, PlaybackQueue, STATS_MS, SatelliteEvent,
    SatelliteLink, Stats,
};
use sayso_core::turn::Shown;

#[cfg(feature = "wake")]
use crate::WakeGate;
use crate::board::{Board, Clock, Parts, Serial, Watchdog};
use crate::player::{BUFFER, RATE};
use crate::{AudioInterrupt, Exchange, Gain, Gate, GateConfig, Heard, Panel, Player, Sound};

/// Blocks of the microphone that are kept: 320 ms of pre-roll.
const PRE_ROLL: usize = 16;
/// Bytes that may wait for the wire: 80 ms of uncompressed sound. A sealed wire holds two frames
/// itself.
const OUTGOING: usize = if cfg!(feature = "secure") { 1_536 } else { 3_072 };
/// Bytes that are taken from the wire at a time, and the most in one round of the loop, so that a
/// host that sends too much cannot block the rest.
const CHUNK: usize = 64;
const CHUNKS: usize = 32;
/// How long, in ms, the sound may stall before the watchdog is no longer fed.
const STANDSTILL_MS: u64 = 500;

/// The configuration of a satellite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Its name, by which the host identifies it if it connects by itself; at most 32 bytes.
    pub name: &'static str,
    /// How sound is encoded on the wire: [`Codec::Adpcm`] from 230400 baud, [`Codec::Pcm`] from 1
    /// Mbaud or by USB.
    pub codec: Codec,
    /// The microphone's gain.
    pub gain: Gain,
    /// When sound is worth sending.
    pub gate: GateConfig,
    /// The timing of the button.
    pub button: ButtonConfig,
}

/// The memory for the sound and for the link. It belongs into a `static`: all of it is zero at
/// first, so it takes no room in the flash.
pub struct Buffers {
    exchange: Exchange,
    queue: PlaybackQueue<BUFFER>,
    kept: Deque<Heard, PRE_ROLL>,
    link: SatelliteLink<OUTGOING>,
}

impl Default for Buffers {
    fn default() -> Self {
        Self::new()
    }
}

impl Buffers {
    /// Empty buffers.
    pub const fn new() -> Self {
        Self {
            exchange: Exchange::new(),
            queue: PlaybackQueue::new(),
            kept: Deque::new(),
            link: SatelliteLink::new(Description::EMPTY),
        }
    }
}

/// The main loop of a satellite: call [`poll`](Self::poll) repeatedly, at least every 10 ms, and
/// sleep until the next interrupt in between.
pub struct Satellite<'a, B: Board> {
    serial: B::Serial,
    clock: B::Clock,
    watchdog: B::Watchdog,
    panel: Panel<B::Lamp, B::MuteLed, B::Button>,
    sound: Sound<'a>,
    gate: Gate<'a>,
    player: Player<'a>,
    link: &'a mut SatelliteLink<OUTGOING>,
    connected: bool,
    shown: Shown,
    stats: Stats,
    /// When the low water was last read.
    low_water_at: u64,
    /// The microphone's clock when it last advanced, and when that was.
    moved: (u32, u64),
    #[cfg(feature = "wake")]
    wake: Option<WakeGate<'a>>,
}

impl<'a, B: Board> Satellite<'a, B> {
    /// A satellite with these parts, and the work of its audio interrupt.
    pub fn new(
        parts: Parts<B>,
        buffers: &'a mut Buffers,
        config: Config,
    ) -> (Self, AudioInterrupt<'a>) {
        let (interrupt, sound) = buffers.exchange.split(config.gain);
        let player = Player::new(&mut buffers.queue);
        let (codec, buffer, name) = (config.codec, player.free(), config.name);
        buffers.link.describe(Description { codec, rate: RATE, buffer, name });
        let Parts { serial, clock, mut watchdog, lamp, mute_led, button } = parts;
        let panel = Panel::new(lamp, mute_led, button, watchdog.kept(), config.button);
        let satellite = Self {
            serial,
            clock,
            watchdog,
            panel,
            sound,
            gate: Gate::new(&mut buffers.kept, config.gate),
            player,
            link: &mut buffers.link,
            connected: false,
            shown: Shown::Asleep,
            stats: Stats::default(),
            low_water_at: 0,
            moved: (0, 0),
            #[cfg(feature = "wake")]
            wake: None,
        };
        (satellite, interrupt)
    }

    /// Lets sound leave the satellite only after `wake` has heard its phrase, which then counts as
    /// a press of the button.
    #[cfg(feature = "wake")]
    pub fn listen_for(&mut self, wake: WakeGate<'a>) {
        self.wake = Some(wake);
    }

    /// One round of the loop. Never waits.
    pub fn poll(&mut self) {
        let now = self.clock.now_ms();
        // Before anything else, because the first block may be there already.
        self.sound.mute(self.panel.muted());
        self.receive(now);
        self.player.feed(&mut self.sound);
        self.panel.poll(now, self.shown, self.connected);
        if let Some(word) = self.panel.take_word() {
            self.watchdog.keep(word);
        }
        self.sound.mute(self.panel.muted());
        self.listen();
        self.tell(now);
        self.guard(now);
    }

    /// Processes what came from the host.
    ///
    /// Like the others below it is not inlined: the stack would otherwise hold the variables of
    /// all.
    #[inline(never)]
    fn receive(&mut self, now: u64) {
        let mut bytes = [0; CHUNK];
        for _ in 0..CHUNKS {
            let came = self.serial.read(&mut bytes);
            for &byte in bytes.iter().take(came) {
                match self.link.push(byte, now) {
                    Some(SatelliteEvent::Connected { muted }) => {
                        self.player.clear();
                        self.gate.clear();
                        self.panel.remembered(muted);
                    }
                    Some(SatelliteEvent::Playback(playback)) => self.player.push(&playback),
                    Some(SatelliteEvent::Stop(stop)) => self.player.stop(stop),
                    Some(SatelliteEvent::Status(HostStatus { shown, volume, .. })) => {
                        self.shown = shown;
                        self.player.set_volume(volume);
                    }
                    Some(SatelliteEvent::Mute(muted)) => self.panel.mute(muted),
                    None => {}
                }
            }
            if came < CHUNK {
                return;
            }
        }
    }

    /// Passes the microphone's sound to the gate.
    #[inline(never)]
    fn collect(&mut self, keep_open: bool) {
        while let Some(mut block) = self.sound.heard() {
            block.turned = self.player.place(block.turned);
            #[cfg(feature = "wake")]
            self.wait_for_phrase(block, keep_open);
            #[cfg(not(feature = "wake"))]
            self.gate.push(block, keep_open);
        }
    }

    /// Passes a block to the gate, which stays closed until the phrase was heard.
    #[cfg(feature = "wake")]
    fn wait_for_phrase(&mut self, block: Heard, keep_open: bool) {
        let Some(wake) = &mut self.wake else { return self.gate.push(block, keep_open) };
        let busy = self.connected && (keep_open || self.shown == Shown::Thinking);
        let woken = wake.push(&block, busy);
        self.gate.push(block, keep_open);
        if let Some(from) = woken {
            // A question that goes on is not cut.
            if !self.gate.is_open() || !busy {
                self.gate.open_from(from);
            }
            self.panel.press();
        }
        if !wake.is_open() {
            self.gate.close();
        }
    }

    /// Sends the microphone's sound, as far as the gate passes it.
    #[inline(never)]
    fn listen(&mut self) {
        if self.panel.muted() {
            self.gate.clear();
            #[cfg(feature = "wake")]
            if let Some(wake) = &mut self.wake {
                wake.close();
            }
        }
        // While the assistant hears, its front end decides what is quiet; while it speaks, the
        // echo canceller needs sound without gaps.
        let keep_open = self.connected
            && matches!(self.shown, Shown::Hearing | Shown::Speaking | Shown::Paused);
        self.collect(keep_open);
        while let Some(block) = self.gate.front() {
            if self.link.try_capture(block.at, block.turned, &block.samples).is_err() {
                // The gate keeps it for a while, and counts what it drops.
                return;
            }
            self.gate.pop();
        }
    }

    /// Sends the status to the host, and what waits for the wire.
    #[inline(never)]
    fn tell(&mut self, now: u64) {
        if now.saturating_sub(self.low_water_at) >= STATS_MS {
            self.low_water_at = now;
            self.stats.low_water = self.player.take_low_water();
        }
        self.stats.dropped = self.gate.dropped();
        self.stats.overruns = self.sound.overruns();
        self.stats.underruns = self.player.dry().wrapping_add(self.sound.starved());
        let clock = self.sound.clock();
        let condition = Condition {
            // The clock is that of the oldest sound that may still be sent.
            clock: self.gate.oldest().unwrap_or(clock),
            played: self.player.place(self.sound.turned()),
            free: self.player.free(),
            muted: self.panel.muted(),
            open: self.gate.is_open(),
            presses: self.panel.presses(),
            held: self.panel.held(),
            stats: self.stats,
        };
        self.connected = self.link.poll(now, &condition);
        let sent = self.serial.write(self.link.outgoing());
        self.link.written(sent);
    }

    /// Feeds the watchdog while the loop runs and the sound flows.
    fn guard(&mut self, now: u64) {
        let clock = self.sound.clock();
        if clock != self.moved.0 {
            self.moved = (clock, now);
        }
        if now.saturating_sub(self.moved.1) < STANDSTILL_MS {
            self.watchdog.feed();
        }
    }

    /// Whether there is a session with a host.
    pub fn is_connected(&self) -> bool {
        self.connected
    }
}
