//! The two halves that [`Board::start`](sayso_board::Board::start) returns.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sayso_board::{Heard, Loudspeaker, Microphone, StreamStats};

use crate::room::EchoPath;
use crate::{Pace, Playback};

/// The same length as the queue of a sound card's loudspeaker.
const REAL_TIME_QUEUE_SECONDS: usize = 30;

/// The microphone of a [`Replay`](crate::Replay).
pub struct ReplayMicrophone(pub Arc<Playback>);

impl Microphone for ReplayMicrophone {
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard {
        let mut state = self.0.lock();
        if state.pace == Pace::RealTime {
            let pause = state.until_next_samples().min(wait);
            if !pause.is_zero() {
                drop(state);
                std::thread::sleep(pause);
                state = self.0.lock();
            }
        } else if state.holds > 0 {
            let (held, result) = self
                .0
                .released
                .wait_timeout_while(state, wait, |state| state.holds > 0)
                .unwrap_or_else(PoisonError::into_inner);
            if result.timed_out() && held.holds > 0 {
                return Heard::Nothing;
            }
            state = held;
        }
        state.read(buffer)
    }

    fn reference(&mut self, played: &mut [f32]) {
        let state = self.0.lock();
        let last = state.echo.as_ref().map_or(&[][..], EchoPath::last);
        let n = last.len().min(played.len());
        played[..n].copy_from_slice(&last[..n]);
        played[n..].fill(0.0);
    }

    fn stats(&self) -> StreamStats {
        StreamStats::default()
    }
}

/// The loudspeaker of a [`Replay`](crate::Replay).
pub struct ReplayLoudspeaker(pub Arc<Playback>);

impl Loudspeaker for ReplayLoudspeaker {
    fn write(&mut self, samples: &[f32]) -> usize {
        let mut state = self.0.lock();
        state.follow_wall_clock();
        let room = match state.pace {
            // While the clock is held the queue does not shrink, so a full queue would be a
            // deadlock.
            Pace::Virtual => usize::MAX,
            Pace::RealTime => REAL_TIME_QUEUE_SECONDS * state.voice_rate as usize,
        };
        let n = samples.len().min(room.saturating_sub(state.speaker.queued()));
        state.speaker.write(&samples[..n]);
        n
    }

    fn played(&self) -> u64 {
        let mut state = self.0.lock();
        state.follow_wall_clock();
        state.speaker.played()
    }

    fn queued(&self) -> usize {
        let mut state = self.0.lock();
        state.follow_wall_clock();
        state.speaker.queued()
    }

    fn stop(&mut self, fade: Duration) -> usize {
        let mut state = self.0.lock();
        state.follow_wall_clock();
        let fade = (fade.as_secs_f64() * f64::from(state.voice_rate)).round() as usize;
        state.speaker.stop(fade)
    }

    fn stats(&self) -> StreamStats {
        StreamStats::default()
    }
}
