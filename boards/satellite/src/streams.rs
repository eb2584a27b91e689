//! The microphone, the loudspeaker and the panel of a satellite.

use std::sync::Arc;
use std::time::Duration;

use sayso_board::{CAPTURE_RATE, Heard, Loudspeaker, Microphone, Panel, Press, StreamStats};
use sayso_core::turn::Shown;

use crate::station::Station;

/// How often the reader checks for the end.
const LOOK: Duration = Duration::from_millis(10);

/// The satellite's microphone.
pub struct SatelliteMicrophone {
    station: Arc<Station>,
    played: Vec<f32>,
}

impl SatelliteMicrophone {
    pub fn new(station: Arc<Station>) -> Self {
        Self { station, played: Vec::with_capacity(CAPTURE_RATE as usize / 10) }
    }
}

impl Microphone for SatelliteMicrophone {
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard {
        let shared = &self.station.shared;
        let deadline = shared.now() + wait;
        let mut state = shared.lock();
        loop {
            if shared.quits() || state.over {
                // The streams are abandoned because the board was started again, or a satellite
                // that connected by itself is lost.
                return Heard::End;
            }
            let now = shared.now();
            state.jitter.tick(now);
            match state.jitter.read(buffer, &mut self.played) {
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
        StreamStats { reopened: state.feed.stats().reopened, ..state.jitter.stats() }
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
