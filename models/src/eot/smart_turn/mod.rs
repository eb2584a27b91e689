//! Smart Turn v3.2: a Whisper encoder (tiny) with a pooling head, trained on finished and
//! unfinished utterances in 23 languages. It judges how something is said, and knows little about
//! words.
//!
//! The file holds the network quantised to 8 bits, both weights and activations. Our forward pass
//! uses the weights as they are but does not round the activations, which are `f32`. This is
//! closer to the network as it was trained, and measurably better (`tests/examples/eot.rs`).

mod features;
mod net;

use std::path::Path;
use std::sync::Arc;

use super::EndOfTurn;
use crate::nn::{Team, Weights};
use crate::{Cancel, Error, ErrorKind, Result, file};
use features::LogMel;
use net::{Net, Scratch};

/// The real file has 8.7 MB; a much larger file is something else.
const LARGEST_FILE: u64 = 64 << 20;

/// How many seconds at the end of an utterance are heard, by default.
const HEARD: f32 = 5.0;
const RATE: f32 = 16_000.0;

/// The network of Smart Turn v3.2 (BSD-2-Clause, by Daily), loaded and packed once, for
/// any number of sessions. Clones share it.
#[derive(Clone)]
pub struct SmartTurnWeights(Arc<Net>);

impl SmartTurnWeights {
    /// Loads `smart-turn-v3.2-cpu.onnx` of the package pipecat-ai 1.14.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing) when there is no such file,
    /// [`Io`](ErrorKind::Io) when it cannot be read,
    /// [`Damaged`](ErrorKind::Damaged) when it is not that network,
    /// [`Engine`](ErrorKind::Engine) when the CPU cannot run it.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = file::read(path, "the end-of-turn model", LARGEST_FILE)?;
        let at = path.to_path_buf();
        let weights = Weights::parse(&bytes, move |what| {
            let message = format!("this is not Smart Turn v3.2: {what}; fetch it again");
            Error::new(ErrorKind::Damaged, message).with_path(&at)
        })?;
        Ok(Self(Arc::new(Net::new(&weights)?)))
    }

    /// A judge for one user.
    pub fn session(&self) -> SmartTurn {
        let (net, group, heard) = (self.0.clone(), net::GROUP, 0);
        let (features, scratch, team) = (LogMel::new(), Scratch::default(), Team::default());
        SmartTurn { net, features, scratch, team, group, heard }.hearing(HEARD)
    }
}

/// Smart Turn v3.2.
///
/// The same audio gives the same answer, whatever was asked before.
pub struct SmartTurn {
    net: Arc<Net>,
    features: LogMel,
    scratch: Scratch,
    team: Team,
    /// How many positions of silence before the audio are treated as one.
    group: usize,
    /// How many samples at the end of an utterance are heard.
    heard: usize,
}

impl SmartTurn {
    /// A judge with weights of its own; see [`SmartTurnWeights`] for several.
    ///
    /// # Errors
    /// As [`SmartTurnWeights::load`].
    pub fn load(path: &Path) -> Result<Self> {
        Ok(SmartTurnWeights::load(path)?.session())
    }

    /// Sets how many positions (20 ms each) of the silence before the audio are treated as one; 8
    /// by default. A higher number is quicker for short utterances; 1 computes the network
    /// exactly.
    pub fn grouped(mut self, positions: usize) -> Self {
        self.group = positions.clamp(1, Self::FRAMES / 2);
        self
    }

    /// Sets how many seconds at the end are heard: 5 by default, 8 at most. Fewer are quicker for
    /// long utterances.
    pub fn hearing(mut self, seconds: f32) -> Self {
        self.heard = (seconds.clamp(0.1, 8.0) * RATE) as usize;
        self
    }

    /// The features that the network hears: [`FRAMES`](Self::FRAMES) frames of 10 ms, the last
    /// at the end of `audio`, of [`MELS`](Self::MELS) log-mel energies each, about −1…1.5.
    pub fn features(&mut self, audio: &[f32]) -> &[f32] {
        self.features.run(end(audio, self.heard)).0
    }

    /// Frames of features: 8 s.
    pub const FRAMES: usize = features::FRAMES;
    /// Mel bands of a frame.
    pub const MELS: usize = features::MELS;
}

impl EndOfTurn for SmartTurn {
    fn completeness(&mut self, audio: &[f32], threads: usize, cancel: &Cancel) -> Result<f32> {
        cancel.check()?;
        let (features, alike) = self.features.run(end(audio, self.heard));
        let (net, group, scratch) = (&self.net, self.group, &mut self.scratch);
        let run = || net.run(features, alike, group, cancel, scratch);
        let probability = self.team.run(threads, run)?;
        if !probability.is_finite() {
            return Err(Error::new(ErrorKind::Engine, "the network's answer is not a number"));
        }
        Ok(probability.clamp(0.0, 1.0))
    }

    fn wipe(&mut self) -> Result<()> {
        self.features.wipe();
        self.scratch.wipe();
        Ok(())
    }
}

/// The last `samples` of `audio`.
fn end(audio: &[f32], samples: usize) -> &[f32] {
    &audio[audio.len().saturating_sub(samples)..]
}
