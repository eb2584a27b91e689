//! The microphone: converts the device's frames to 16 kHz mono that keeps time.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use sayso_audio_io::Resampler;
use sayso_board::{BoardError, CAPTURE_RATE, Heard, Microphone, StreamStats, Way};

use crate::callback::{CaptureTap, RING, capture_link, faults};
use crate::devices::choose;
use crate::format::open_capture;
use crate::quiet::Quiet;
use crate::reference::Reference;
use crate::supervisor::{Line, Opened, Supervisor};
use crate::tap::{Live, PIECE};

/// How often a waiting reader looks for sound, because the callback cannot wake it without a
/// system call.
const LOOK: Duration = Duration::from_millis(5);

/// Opens the microphone, repeatedly if necessary, and passes its taps on.
pub struct CaptureLine {
    name: Option<String>,
    /// The sound system that it was opened on first.
    system: Option<cpal::HostId>,
    taps: Sender<CaptureTap>,
    gone: Arc<OnceLock<Instant>>,
}

impl CaptureLine {
    pub fn new(name: Option<String>, taps: Sender<CaptureTap>) -> Self {
        Self { name, system: None, taps, gone: Arc::default() }
    }
}

impl Line for CaptureLine {
    fn open(&mut self) -> Result<Opened, BoardError> {
        let _quiet = Quiet::new();
        let (device, config) = choose(self.name.as_deref(), Way::Input, &mut self.system)?;
        let channels = usize::from(config.channels()).max(1);
        // Refuses a rate that the reader could not convert.
        Resampler::new(config.sample_rate(), CAPTURE_RATE)?;
        let (end, mut tap) = capture_link(config.sample_rate(), channels, RING);
        self.gone = Arc::clone(&tap.gone);
        let beat = Arc::clone(&tap.beat);
        let (faults, errors) = faults(&beat);
        let stream = open_capture(&device, &config, end, faults)?;
        tap.began = Instant::now();
        // This fails only if the microphone was dropped; then the line is dropped too.
        let _ = self.taps.send(tap);
        Ok(Opened { stream: Box::new(stream), name: device.to_string(), beat, errors })
    }

    fn lost(&mut self, at: Instant) {
        let _ = self.gone.set(at);
    }

    fn tick(&mut self) -> Duration {
        Duration::MAX
    }
}

/// What [`Board::start`](sayso_board::Board::start) gives.
pub struct DesktopMicrophone {
    capture: Capture,
    reference: Reference,
    _supervisor: Supervisor,
}

impl DesktopMicrophone {
    /// `played` receives the links of the loudspeaker's devices.
    pub fn new(
        taps: Receiver<CaptureTap>,
        played: Receiver<CaptureTap>,
        supervisor: Supervisor,
    ) -> Self {
        let (capture, reference) = (Capture::new(taps), Reference::new(played));
        Self { capture, reference, _supervisor: supervisor }
    }
}

impl Microphone for DesktopMicrophone {
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard {
        let deadline = Instant::now() + wait;
        loop {
            let now = Instant::now();
            let n = self.capture.read(buffer, now);
            if n > 0 {
                self.reference.follow(n, n < buffer.len());
                return Heard::Samples(n);
            }
            let left = deadline.saturating_duration_since(now);
            if left.is_zero() {
                return Heard::Nothing;
            }
            std::thread::sleep(left.min(LOOK));
        }
    }

    fn reference(&mut self, played: &mut [f32]) {
        let last = self.reference.last();
        let n = last.len().min(played.len());
        played[..n].copy_from_slice(&last[..n]);
        played[n..].fill(0.0);
    }

    fn stats(&self) -> StreamStats {
        StreamStats { shifted: self.reference.shifted(), ..self.capture.stats() }
    }
}

/// The reader's side; the caller passes in the time.
pub struct Capture {
    taps: Receiver<CaptureTap>,
    state: Listening,
    /// Samples ready for the reader, from `at` on.
    ready: Vec<f32>,
    at: usize,
    /// Statistics of the lost devices.
    past: StreamStats,
    opened: u64,
}

enum Listening {
    To(Box<Live>),
    /// There has been no device since `since`, and `given` samples of silence replaced it. A new
    /// device may have to wait until all silence was given.
    Away {
        since: Option<Instant>,
        given: u64,
        next: Option<CaptureTap>,
    },
}

impl Capture {
    pub fn new(taps: Receiver<CaptureTap>) -> Self {
        Self {
            taps,
            state: Listening::Away { since: None, given: 0, next: None },
            ready: Vec::new(),
            at: 0,
            past: StreamStats::default(),
            opened: 0,
        }
    }

    /// Fills the front of `buffer` with what is available at the time `now`.
    pub fn read(&mut self, buffer: &mut [f32], now: Instant) -> usize {
        let mut filled = 0;
        while filled < buffer.len() {
            if self.at == self.ready.len() {
                self.ready.clear();
                self.at = 0;
                // A step may need further steps before it gives a sample.
                while self.ready.is_empty() && self.step(now) {}
                if self.ready.is_empty() {
                    break;
                }
            }
            let n = (buffer.len() - filled).min(self.ready.len() - self.at);
            buffer[filled..filled + n].copy_from_slice(&self.ready[self.at..self.at + n]);
            filled += n;
            self.at += n;
        }
        filled
    }

    pub fn stats(&self) -> StreamStats {
        let mut stats = self.past;
        stats.reopened = self.opened.saturating_sub(1);
        if let Listening::To(live) = &self.state {
            stats.xruns += live.tap.beat.xruns.load(Ordering::Relaxed);
            stats.dropped += live.dropped();
        }
        stats
    }

    /// Processes one piece. Returns false if there is nothing to do now.
    fn step(&mut self, now: Instant) -> bool {
        match &mut self.state {
            Listening::To(live) => {
                // Read before the ring is, so that everything pushed before the loss is in the
                // ring.
                let gone = live.tap.gone.get().copied();
                if live.next(&mut self.ready) {
                    return true;
                }
                let Some(since) = gone else { return false };
                if live.count_the_rest() {
                    return true;
                }
                live.finish(&mut self.ready);
                self.past.xruns += live.tap.beat.xruns.load(Ordering::Relaxed);
                self.past.dropped += live.dropped();
                self.state = Listening::Away { since: Some(since), given: 0, next: None };
                true
            }
            Listening::Away { since, given, next } => {
                if next.is_none() {
                    *next = self.taps.try_recv().ok();
                }
                let until = next.as_ref().map_or(now, |tap| tap.began);
                let away =
                    since.map_or(Duration::ZERO, |since| until.saturating_duration_since(since));
                let due = (away.as_secs_f64() * f64::from(CAPTURE_RATE)) as u64;
                let piece =
                    due.saturating_sub(*given).min((PIECE * f64::from(CAPTURE_RATE)) as u64);
                if piece > 0 {
                    *given += piece;
                    self.past.missing += piece;
                    self.ready.resize(piece as usize, 0.0);
                    return true;
                }
                // The rate was checked before the tap was sent.
                let Some(Ok(live)) = next.take().map(Live::new) else { return false };
                self.opened += 1;
                self.state = Listening::To(Box::new(live));
                true
            }
        }
    }
}

#[cfg(test)]
#[path = "microphone_tests.rs"]
mod tests;
