//! The path from the loudspeaker back into the microphone.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use sayso_audio_io::{Resampler, read_all};
use sayso_board::{BoardError, BoardErrorKind, CAPTURE_RATE};
use sayso_fft::convolver::{BLOCK, Convolver};

/// The longest impulse response that [`Room::open`] reads.
const LONGEST: Duration = Duration::from_secs(10);

/// A simulated room, in which the microphone hears what the loudspeaker plays.
#[derive(Clone, Debug, PartialEq)]
pub struct Room {
    /// The microphone's sound for one sample of 1 from the loudspeaker, mono at 16 kHz: from empty
    /// (no echo) to a few seconds.
    pub impulse_response: Vec<f32>,
    /// The time from sending a sample to the loudspeaker to the first sample of the response,
    /// which is mainly the latency of the devices. Counted in whole samples at 16 kHz; at least
    /// about 10 ms.
    pub delay: Duration,
    /// A gain on the impulse response, in dB.
    pub gain_db: f32,
}

impl Room {
    /// A room with the impulse response in the sound file at `path`.
    ///
    /// # Errors
    /// As [`read_all`].
    pub fn open(path: impl AsRef<Path>, delay: Duration, gain_db: f32) -> Result<Self, BoardError> {
        Ok(Self { impulse_response: read_all(path, LONGEST)?.samples, delay, gain_db })
    }
}

/// What the loudspeaker played, converted to the microphone's rate and, through the room, to the
/// microphone's sound.
///
/// All queues begin at the time up to which the microphone was read.
pub struct EchoPath {
    resampler: Resampler,
    /// What was played, late by the resampler's delay.
    reference: VecDeque<f32>,
    room: Option<(Convolver, VecDeque<f32>)>,
    scratch: Vec<f32>,
    /// The reference for the last samples that were read.
    last: Vec<f32>,
}

impl EchoPath {
    /// # Errors
    /// [`BoardErrorKind::Unsupported`] for a voice rate that cannot be resampled,
    /// [`BoardErrorKind::Config`] for a room whose delay is shorter than the computation needs.
    pub fn new(voice_rate: u32, room: Option<&Room>) -> Result<Self, BoardError> {
        let resampler = Resampler::new(voice_rate, CAPTURE_RATE)?;
        // The longest wait of a sample, and one more because counts are rounded.
        let lag = match resampler.delay().as_secs_f64() * f64::from(CAPTURE_RATE) {
            0.0 => 0,
            delay => delay.ceil() as usize + 1,
        };
        let room = room.map(|room| {
            let delay = (room.delay.as_secs_f64() * f64::from(CAPTURE_RATE)).round() as usize;
            let least = lag + BLOCK;
            if delay < least {
                let least_ms = (1_000.0 * least as f64 / f64::from(CAPTURE_RATE)).ceil();
                let message = format!(
                    "a room's delay of {:?} is too short: with a voice at {voice_rate} Hz it \
                     takes {least_ms} ms",
                    room.delay
                );
                return Err(BoardError::new(BoardErrorKind::Config, message));
            }
            let gain = 10.0_f32.powf(room.gain_db / 20.0);
            let response: Vec<f32> = room.impulse_response.iter().map(|x| x * gain).collect();
            let convolver = Convolver::new(&response).map_err(|e| {
                BoardError::new(BoardErrorKind::Config, e.to_string()).with_source(e)
            })?;
            Ok((convolver, VecDeque::from(vec![0.0; delay])))
        });
        Ok(Self {
            resampler,
            reference: VecDeque::from(vec![0.0; lag]),
            room: room.transpose()?,
            scratch: Vec::new(),
            last: Vec::new(),
        })
    }

    /// Takes what was played next, silence included, at the voice's rate.
    pub fn play(&mut self, samples: &[f32]) {
        self.scratch.clear();
        self.resampler.process(samples, &mut self.scratch);
        self.reference.extend(&self.scratch);
        if let Some((convolver, echo)) = &mut self.room {
            convolver.push(&self.scratch, echo);
        }
    }

    /// Adds the echo to `buffer`, the next samples at the microphone. Everything that is played
    /// before their end must have been taken.
    pub fn hear(&mut self, buffer: &mut [f32]) {
        let n = buffer.len();
        debug_assert!(self.reference.len() >= n, "the reference is behind its time");
        self.last.clear();
        self.last.extend(self.reference.drain(..n.min(self.reference.len())));
        if let Some((_, echo)) = &mut self.room {
            debug_assert!(echo.len() >= n, "the echo is behind its time");
            for (sample, echo) in buffer.iter_mut().zip(echo.drain(..n.min(echo.len()))) {
                *sample += echo;
            }
        }
    }

    /// What was played during the samples that were heard last.
    pub fn last(&self) -> &[f32] {
        &self.last
    }
}
