//! The clock and everything that depends on it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sayso_audio_io::{SoundFile, rescale_floor};
use sayso_board::{BoardError, CAPTURE_RATE, Heard};
use sayso_core::audio::{SampleTime, Samples};

use crate::room::EchoPath;
use crate::speaker::Speaker;
use crate::tracks::{Recorder, Tracks};
use crate::{Pace, ear_samples};

/// A recording that the microphone hears.
pub enum Source {
    Memory { samples: Vec<f32>, at: usize },
    File { file: Box<SoundFile>, block: Vec<f32>, at: usize },
}

impl Source {
    pub fn memory(samples: Vec<f32>) -> Self {
        Self::Memory { samples, at: 0 }
    }

    /// Fills the front of `buffer`; 0 at the end.
    fn read(&mut self, buffer: &mut [f32]) -> Result<usize, BoardError> {
        let (samples, at) = match self {
            Self::Memory { samples, at } => (samples, at),
            Self::File { file, block, at } => {
                if *at == block.len() {
                    block.clear();
                    *at = 0;
                    if let Some(next) = file.next_block()? {
                        block.extend_from_slice(next);
                    }
                }
                (block, at)
            }
        };
        let n = buffer.len().min(samples.len() - *at);
        buffer[..n].copy_from_slice(&samples[*at..*at + n]);
        *at += n;
        Ok(n)
    }
}

/// Everything that the board's lock protects.
pub struct ReplayState {
    pub pace: Pace,
    pub tail: Samples,
    pub max_tail: Samples,
    pub voice_rate: u32,
    pub started: Option<Instant>,
    pub holds: usize,
    pub busy: usize,
    pub told_to_end: bool,
    pub speaker: Speaker,
    pub tracks: Option<Recorder>,
    pub echo: Option<EchoPath>,
    /// The time up to which the loudspeaker has played.
    pub now: SampleTime,
    /// The time up to which the microphone was read.
    heard: SampleTime,
    sources: VecDeque<Source>,
    /// When the last recording was over.
    over_since: SampleTime,
    /// When it was last not quiet, because of a recording, sound or work.
    quiet_since: SampleTime,
    ended: bool,
    error: Option<BoardError>,
    scratch: Vec<f32>,
}

impl ReplayState {
    pub fn new(source: Source) -> Self {
        Self {
            pace: Pace::Virtual,
            tail: ear_samples(Duration::from_secs(3)),
            max_tail: ear_samples(Duration::from_secs(600)),
            voice_rate: CAPTURE_RATE,
            started: None,
            holds: 0,
            busy: 0,
            told_to_end: false,
            speaker: Speaker::default(),
            tracks: None,
            echo: None,
            now: SampleTime::ZERO,
            heard: SampleTime::ZERO,
            sources: VecDeque::from([source]),
            over_since: SampleTime::ZERO,
            quiet_since: SampleTime::ZERO,
            ended: false,
            error: None,
            scratch: Vec::new(),
        }
    }

    pub fn append(&mut self, source: Source) {
        self.sources.push_back(source);
    }

    /// Updates a real-time clock.
    pub fn follow_wall_clock(&mut self) {
        if let (Pace::RealTime, Some(started), false) = (self.pace, self.started, self.ended) {
            self.advance_to(SampleTime::ZERO + ear_samples(started.elapsed()));
        }
    }

    /// How long it takes until the microphone has the next 10 ms, in real time.
    pub fn until_next_samples(&self) -> Duration {
        let due = (self.heard + Samples::from_ms(10)).0 as f64 / f64::from(CAPTURE_RATE);
        let due = Duration::from_secs_f64(due);
        self.started.map_or(Duration::ZERO, |started| due.saturating_sub(started.elapsed()))
    }

    pub fn read(&mut self, buffer: &mut [f32]) -> Heard {
        self.follow_wall_clock();
        if self.ended || self.is_over() {
            self.ended = true;
            return Heard::End;
        }
        let wanted = match self.pace {
            Pace::Virtual => buffer.len(),
            Pace::RealTime => {
                buffer.len().min(usize::try_from((self.now - self.heard).0).unwrap_or(usize::MAX))
            }
        };
        if wanted == 0 {
            return Heard::Nothing;
        }
        let buffer = &mut buffer[..wanted];
        self.listen(buffer);
        self.heard += Samples(wanted as u64);
        if !self.sources.is_empty() {
            self.over_since = self.heard;
        }
        self.advance_to(self.heard);
        if let Some(echo) = &mut self.echo {
            echo.hear(buffer);
        }
        if let Some(tracks) = &mut self.tracks {
            tracks.hear(buffer);
        }
        Heard::Samples(wanted)
    }

    /// Fills `buffer` from the recordings, and with silence after them.
    fn listen(&mut self, buffer: &mut [f32]) {
        let mut filled = 0;
        while filled < buffer.len() {
            let Some(source) = self.sources.front_mut() else {
                buffer[filled..].fill(0.0);
                return;
            };
            match source.read(&mut buffer[filled..]) {
                Ok(0) => {
                    self.sources.pop_front();
                    self.over_since = self.heard + Samples(filled as u64);
                }
                Ok(n) => filled += n,
                Err(error) => {
                    self.sources.pop_front();
                    self.over_since = self.heard + Samples(filled as u64);
                    self.error.get_or_insert(error);
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        let drained = self.speaker.queued() == 0;
        if self.told_to_end && drained {
            return true;
        }
        if !self.sources.is_empty() {
            return false;
        }
        let quiet_since = self.quiet_since.max(self.over_since);
        (drained && self.busy + self.holds == 0 && self.heard >= quiet_since + self.tail)
            || self.heard >= self.over_since + self.max_tail
    }

    /// Advances the clock and plays what is due by then.
    fn advance_to(&mut self, time: SampleTime) {
        if time <= self.now {
            return;
        }
        // Computed from absolute counts, so that rounding errors never add up.
        let due = |time: SampleTime| rescale_floor(time.0, CAPTURE_RATE, self.voice_rate);
        let count = (due(time) - due(self.now)) as usize;
        let sounding = self.speaker.queued() > 0;
        self.scratch.clear();
        self.scratch.extend(self.speaker.play(count));
        if let Some(tracks) = &mut self.tracks {
            tracks.say(self.scratch.iter().copied());
        }
        if let Some(echo) = &mut self.echo {
            echo.play(&self.scratch);
        }
        self.now = time;
        if sounding || self.busy > 0 || self.holds > 0 {
            self.quiet_since = time;
        }
    }

    pub fn finish(&mut self) -> Result<Option<Tracks>, BoardError> {
        self.ended = true;
        let tracks = self.tracks.take().map_or(Ok(None), Recorder::finish);
        match self.error.take() {
            Some(error) => Err(error),
            None => tracks,
        }
    }
}

impl Drop for ReplayState {
    fn drop(&mut self) {
        // Nobody is left to report an error to; the file is still completed.
        let _ = self.finish();
    }
}
