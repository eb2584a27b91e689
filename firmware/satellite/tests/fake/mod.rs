//! A simulated board: the test lets its time pass, its wire ends in a [`HostLink`], and the test
//! holds the sound of its microphone and its loudspeaker.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::rc::Rc;

use embedded_hal::digital::{self, InputPin, OutputPin};
use embedded_hal::pwm::{self, SetDutyCycle};
use sayso_core::link::{
    HostCondition, HostEvent, HostLink, SatelliteHello, SatelliteStatus, Stats,
};
use sayso_satellite::board::{AudioIn, AudioOut, Board, Clock, Parts, Serial, Watchdog};
use sayso_satellite::{AudioInterrupt, Buffers, Config, HEARD_BLOCK, PLAYED_BLOCK, Satellite};

/// Shared by the parts and the test.
#[derive(Default)]
pub struct Pins {
    now: Cell<u64>,
    /// Bytes to the host, and how many the wire takes per millisecond.
    up: RefCell<VecDeque<u8>>,
    up_room: Cell<usize>,
    pub up_rate: Cell<usize>,
    down: RefCell<VecDeque<u8>>,
    pub pressed: Cell<bool>,
    pub lamp: Cell<u16>,
    pub mute_led: Cell<bool>,
    pub fed: Cell<u32>,
    /// The word that survives a reset.
    pub kept: Cell<Option<u32>>,
}

pub struct Cardboard;
pub struct Part(Rc<Pins>);

impl Board for Cardboard {
    type Serial = Part;
    type Clock = Part;
    type Watchdog = Part;
    type Lamp = Part;
    type MuteLed = Part;
    type Button = Part;
}

impl Serial for Part {
    fn read(&mut self, bytes: &mut [u8]) -> usize {
        let mut down = self.0.down.borrow_mut();
        let n = bytes.len().min(down.len());
        bytes[..n].iter_mut().zip(down.drain(..n)).for_each(|(place, byte)| *place = byte);
        n
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        let n = bytes.len().min(self.0.up_room.get());
        self.0.up_room.set(self.0.up_room.get() - n);
        self.0.up.borrow_mut().extend(&bytes[..n]);
        n
    }
}

impl Clock for Part {
    fn now_ms(&mut self) -> u64 {
        self.0.now.get()
    }
}

impl Watchdog for Part {
    fn feed(&mut self) {
        self.0.fed.set(self.0.fed.get() + 1);
    }

    fn kept(&mut self) -> Option<u32> {
        self.0.kept.get()
    }

    fn keep(&mut self, word: u32) {
        self.0.kept.set(Some(word));
    }
}

impl pwm::ErrorType for Part {
    type Error = Infallible;
}

impl SetDutyCycle for Part {
    fn max_duty_cycle(&self) -> u16 {
        1_000
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), Infallible> {
        self.0.lamp.set(duty);
        Ok(())
    }
}

impl digital::ErrorType for Part {
    type Error = Infallible;
}

impl OutputPin for Part {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.mute_led.set(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.mute_led.set(true);
        Ok(())
    }
}

impl InputPin for Part {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(!self.0.pressed.get())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.pressed.get())
    }
}

/// The microphone's DMA: gives a block from a position in the microphone's sound, when it is due.
struct MicrophoneDma<'a>(Option<usize>, &'a [i16]);

impl AudioIn for MicrophoneDma<'_> {
    fn completed(&mut self, take: impl FnOnce(&[u32; HEARD_BLOCK])) -> bool {
        let Some(from) = self.0.take() else { return false };
        let mut block = [0; HEARD_BLOCK];
        for (slot, sample) in block.iter_mut().zip(self.1.iter().skip(from)) {
            *slot = u32::from(sample.cast_unsigned()) << 16;
        }
        take(&block);
        true
    }
}

/// The loudspeaker's DMA: records what is played, when it is due.
struct LoudspeakerDma<'a>(bool, &'a mut Vec<i16>);

impl AudioOut for LoudspeakerDma<'_> {
    fn completed(&mut self, fill: impl FnOnce(&mut [i16; PLAYED_BLOCK])) -> bool {
        if !std::mem::take(&mut self.0) {
            return false;
        }
        let mut block = [0x5555; PLAYED_BLOCK];
        fill(&mut block);
        self.1.extend(block);
        true
    }
}

/// A satellite on the simulated board, and a host at the other end of its wire.
pub struct Bench<'a> {
    pub satellite: Satellite<'a, Cardboard>,
    interrupt: AudioInterrupt<'a>,
    pub shared: Rc<Pins>,
    pub host: HostLink<4096>,
    pub condition: HostCondition,
    /// The microphone's sound from the start on; then silence.
    pub microphone: Vec<i16>,
    pub played: Vec<i16>,
    /// What the host received: the clock at each block's first sample, the place of the
    /// loudspeaker then, the block.
    pub captured: Vec<(u32, u32, Vec<i16>)>,
    pub status: Option<SatelliteStatus>,
    pub stats: Option<Stats>,
    pub sessions: Vec<String>,
    /// Sound that the host wants to play, and how much of it was sent.
    pub say: Vec<i16>,
    pub said: usize,
    /// Whether the main loop runs, whether the interrupt comes, whether the wire is whole.
    pub loop_turns: bool,
    pub sound_flows: bool,
    pub wire: bool,
}

impl<'a> Bench<'a> {
    /// After a cold start, with a host that remembers no mute.
    pub fn new(buffers: &'a mut Buffers, config: Config) -> Self {
        Self::after(buffers, config, None)
    }

    /// After a start at which this word was found.
    pub fn after(buffers: &'a mut Buffers, config: Config, kept: Option<u32>) -> Self {
        let shared = Rc::new(Pins { kept: Cell::new(kept), ..Pins::default() });
        shared.up_rate.set(100);
        let part = || Part(shared.clone());
        let parts = Parts {
            serial: part(),
            clock: part(),
            watchdog: part(),
            lamp: part(),
            mute_led: part(),
            button: part(),
        };
        let (satellite, interrupt) = Satellite::new(parts, buffers, config);
        Self {
            satellite,
            interrupt,
            shared,
            host: HostLink::new(1),
            condition: HostCondition { free: 16, volume: 100, ..HostCondition::default() },
            microphone: Vec::new(),
            played: Vec::new(),
            captured: Vec::new(),
            status: None,
            stats: None,
            sessions: Vec::new(),
            say: Vec::new(),
            said: 0,
            loop_turns: true,
            sound_flows: true,
            wire: true,
        }
    }

    /// Lets this many milliseconds pass.
    pub fn run(&mut self, ms: u64) {
        for _ in 0..ms {
            let now = self.shared.now.get() + 1;
            self.shared.now.set(now);
            let room = self.shared.up_room.get() + self.shared.up_rate.get();
            self.shared.up_room.set(if self.shared.up_rate.get() == 0 { 0 } else { room.min(512) });
            if self.sound_flows {
                let heard = now.is_multiple_of(20).then(|| (now as usize / 20 - 1) * HEARD_BLOCK);
                self.interrupt.serve(
                    &mut MicrophoneDma(heard, &self.microphone),
                    &mut LoudspeakerDma(now.is_multiple_of(10), &mut self.played),
                );
            }
            if self.loop_turns {
                self.satellite.poll();
            }
            self.host(now);
        }
    }

    /// One round of the host.
    fn host(&mut self, now: u64) {
        let up: Vec<u8> = self.shared.up.borrow_mut().drain(..).collect();
        for byte in up.into_iter().filter(|_| self.wire) {
            match self.host.push(byte, now) {
                Some(HostEvent::Connected(SatelliteHello { name, .. })) => {
                    self.sessions.push(name.into());
                }
                Some(HostEvent::Capture(capture)) => {
                    let samples = capture.block.samples().collect();
                    self.captured.push((capture.at, capture.played, samples));
                }
                Some(HostEvent::Status(status)) => self.status = Some(status),
                Some(HostEvent::Stats(stats)) => self.stats = Some(stats),
                Some(HostEvent::Restarted | HostEvent::Version(_) | HostEvent::Mute(_)) | None => {}
            }
        }
        self.host.poll(now, &self.condition);
        while let Some(block) = self.say.get(self.said..).and_then(|left| left.chunks(480).next())
            && self.host.try_playback(self.said as u32, block).is_ok()
        {
            self.said += block.len();
        }
        let down = self.host.outgoing().to_vec();
        self.host.written(down.len());
        if self.wire {
            self.shared.down.borrow_mut().extend(down);
        }
    }
}

/// A tone of this many samples at an amplitude; it repeats every 50 samples.
pub fn tone(samples: usize, amplitude: f64) -> Vec<i16> {
    let step = std::f64::consts::TAU / 50.0;
    (0..samples).map(|n| (amplitude * (step * n as f64).sin()) as i16).collect()
}
