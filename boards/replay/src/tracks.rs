//! The tracks of what was heard and said, in step.

use std::collections::VecDeque;
use std::path::PathBuf;

use sayso_audio_io::{Resampler, WavWriter};
use sayso_board::{BoardError, CAPTURE_RATE};

use crate::onset::{AUDIBLE, onset};

/// Where the tracks of a [`Replay`](crate::Replay) are written.
#[derive(Clone, Debug, Default)]
pub enum Output {
    /// Nowhere.
    #[default]
    None,
    /// Into memory, for [`ReplayHandle::finish`](crate::ReplayHandle::finish).
    Memory(Layout),
    /// Into a WAV file, as they are recorded.
    File(PathBuf, Layout),
}

/// Which tracks are kept. Both begin at time 0 and keep time, with silence where nothing was said,
/// at the voice's rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The reply alone, mono.
    Reply,
    /// The user left, the reply right.
    Stereo,
}

/// Tracks kept in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracks {
    /// The voice's rate, in Hz.
    pub rate: u32,
    /// 1 for [`Layout::Reply`], 2 for [`Layout::Stereo`].
    pub channels: u16,
    /// Interleaved when stereo.
    pub samples: Vec<f32>,
}

impl Tracks {
    /// The reply's track alone: the last channel.
    pub fn reply(&self) -> Vec<f32> {
        let channels = usize::from(self.channels.max(1));
        self.samples.iter().copied().skip(channels - 1).step_by(channels).collect()
    }

    /// The first audible sample of the reply, in ms from the start of the recording.
    pub fn reply_onset_ms(&self) -> Option<f64> {
        let sample = onset(&self.reply(), self.rate)?;
        Some(sample as f64 * 1000.0 / f64::from(self.rate))
    }

    /// The end of the last audible sample of the reply between two times, all in ms from the start
    /// of the recording.
    pub fn audible_until_ms(&self, from: f64, to: f64) -> Option<f64> {
        let place = |ms: f64| (ms * f64::from(self.rate) / 1000.0) as usize;
        let reply = self.reply();
        let (from, to) = (place(from), place(to).min(reply.len()));
        let last = reply.get(from..to)?.iter().rposition(|sample| sample.abs() >= AUDIBLE)?;
        Some((from + last + 1) as f64 * 1000.0 / f64::from(self.rate))
    }
}

/// Converts both tracks to one rate and writes them in step.
pub struct Recorder {
    rate: u32,
    sink: Sink,
    /// Converts the user's track to the voice's rate; `None` if it is not kept.
    user: Option<Resampler>,
    left: VecDeque<f32>,
    right: VecDeque<f32>,
    scratch: Vec<f32>,
    error: Option<BoardError>,
}

enum Sink {
    None,
    Memory(Vec<f32>),
    File(Box<WavWriter>),
}

impl Recorder {
    pub fn create(output: &Output, rate: u32) -> Result<Self, BoardError> {
        let (sink, layout) = match output {
            Output::None => (Sink::None, Layout::Reply),
            Output::Memory(layout) => (Sink::Memory(Vec::new()), *layout),
            Output::File(path, layout) => {
                let channels = if *layout == Layout::Stereo { 2 } else { 1 };
                (Sink::File(Box::new(WavWriter::create(path, rate, channels)?)), *layout)
            }
        };
        let resampler = Resampler::new(CAPTURE_RATE, rate)?;
        Ok(Self {
            rate,
            sink,
            user: (layout == Layout::Stereo).then_some(resampler),
            left: VecDeque::new(),
            right: VecDeque::new(),
            scratch: Vec::new(),
            error: None,
        })
    }

    /// Adds what the user said.
    pub fn hear(&mut self, samples: &[f32]) {
        if let Some(user) = &mut self.user {
            self.scratch.clear();
            user.process(samples, &mut self.scratch);
            self.left.extend(&self.scratch);
            self.write_out();
        }
    }

    /// Adds what was played, or silence.
    pub fn say(&mut self, samples: impl Iterator<Item = f32>) {
        if !matches!(self.sink, Sink::None) {
            self.right.extend(samples);
            self.write_out();
        } else {
            samples.for_each(drop);
        }
    }

    /// Writes the part that both tracks have.
    fn write_out(&mut self) {
        self.scratch.clear();
        if self.user.is_some() {
            let n = self.left.len().min(self.right.len());
            for (left, right) in self.left.drain(..n).zip(self.right.drain(..n)) {
                self.scratch.extend([left, right]);
            }
        } else {
            self.scratch.extend(self.right.drain(..));
        }
        match &mut self.sink {
            Sink::None => {}
            Sink::Memory(samples) => samples.extend_from_slice(&self.scratch),
            Sink::File(_) if self.error.is_some() => {}
            Sink::File(writer) => {
                self.error = writer.write(&self.scratch).err().map(BoardError::from);
            }
        }
    }

    /// Makes both tracks equally long and closes the output.
    pub fn finish(mut self) -> Result<Option<Tracks>, BoardError> {
        if let Some(user) = &mut self.user {
            let mut rest = Vec::new();
            user.finish(&mut rest);
            self.left.extend(rest);
            let length = self.left.len().max(self.right.len());
            self.left.resize(length, 0.0);
            self.right.resize(length, 0.0);
        }
        self.write_out();
        if let Some(error) = self.error {
            return Err(error);
        }
        match self.sink {
            Sink::None => Ok(None),
            Sink::File(writer) => {
                writer.finish()?;
                Ok(None)
            }
            Sink::Memory(samples) => {
                let channels = if self.user.is_some() { 2 } else { 1 };
                Ok(Some(Tracks { rate: self.rate, channels, samples }))
            }
        }
    }
}
