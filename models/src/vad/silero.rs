//! Silero VAD v6 (16 kHz) on tract.
//!
//! The network takes 512 new samples after the last 64 of the previous frame, and a recurrent
//! state of 2 × 1 × 128. For its short-time Fourier transform it reflects 64 samples at the end.
//! tract spends a third of a frame's time on that general padding, so the graph is cut after it
//! and the reflection is done here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use tract_onnx::pb;
use tract_onnx::prelude::*;

use super::Vad;
use crate::{Error, ErrorKind, Result, file};

/// New samples per frame: 32 ms at 16 kHz.
const FRAME: usize = 512;
/// Samples of the previous frame before the new ones.
const CONTEXT: usize = 64;
/// Samples mirrored after the end.
const MIRRORED: usize = 64;
const WINDOW: usize = CONTEXT + FRAME + MIRRORED;
const STATE: [usize; 3] = [2, 1, 128];
/// The real file has 1.3 MB; a much larger file is something else.
const LARGEST_FILE: u64 = 16 << 20;

/// The network of Silero VAD v6, loaded and optimised once, for any number of streams.
/// Clones share it.
#[derive(Clone)]
pub struct SileroWeights(Arc<TypedRunnableModel>);

impl SileroWeights {
    /// Loads `silero_vad_openvino_16k.onnx` of the package silero-vad 6.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing) when there is no such file,
    /// [`Io`](ErrorKind::Io) when it cannot be read,
    /// [`Damaged`](ErrorKind::Damaged) when it is not that network.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = file::read(path, "the voice activity model", LARGEST_FILE)?;
        // In places, tract and prost trust the sizes and indices in the file. If they panic on a
        // hostile file, the caller gets an error about a damaged file.
        let plan = catch_unwind(AssertUnwindSafe(|| plan(&bytes)))
            .unwrap_or_else(|_| Err(TractError::msg("the graph is inconsistent")))
            .map_err(|error| damaged(path, error))?;
        // A well-formed graph may still be another network, so its output is checked.
        let weights = Self(plan);
        let trial = catch_unwind(AssertUnwindSafe(|| {
            weights.session()?.process(&[0.0; FRAME])?;
            Ok(())
        }))
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::Engine, "inference panicked")));
        trial.map_err(|error| damaged(path, error))?;
        Ok(weights)
    }

    /// A detector for one stream.
    ///
    /// # Errors
    /// [`Engine`](ErrorKind::Engine) when the engine has no memory for it.
    pub fn session(&self) -> Result<Silero> {
        let runner = self.0.spawn().map_err(engine)?;
        Ok(Silero { runner, state: fresh_state(), context: [0.0; CONTEXT] })
    }
}

/// Silero VAD v6 for one stream of 16 kHz mono sound.
pub struct Silero {
    runner: TypedSimpleState,
    state: Tensor,
    /// The last samples of the previous frame.
    context: [f32; CONTEXT],
}

impl Silero {
    /// A detector with weights of its own; see [`SileroWeights`] for several.
    ///
    /// # Errors
    /// As [`SileroWeights::load`].
    pub fn load(path: &Path) -> Result<Self> {
        SileroWeights::load(path)?.session()
    }

    /// One pass of the network. The recurrent state is kept only if it is valid.
    fn infer(&mut self, window: &[f32; WINDOW]) -> TractResult<f32> {
        let window = Tensor::from_shape(&[1, WINDOW], window)?;
        let mut outputs =
            self.runner.run(tvec!(window.into_tvalue(), self.state.clone().into_tvalue()))?;
        let (Some(state), Some(output)) = (outputs.pop(), outputs.pop()) else {
            return Err(TractError::msg("the network has too few outputs"));
        };
        let probability = *output
            .to_plain_array_view::<f32>()?
            .first()
            .ok_or_else(|| TractError::msg("the network gave no probability"))?;
        let finite = state.to_plain_array_view::<f32>()?.iter().all(|value| value.is_finite());
        if !probability.is_finite() || !finite || state.shape() != STATE {
            return Err(TractError::msg("the network's answer is not a number"));
        }
        self.state = state.into_tensor();
        Ok(probability.clamp(0.0, 1.0))
    }
}

impl Vad for Silero {
    fn frame_len(&self) -> usize {
        FRAME
    }

    fn process(&mut self, frame: &[f32]) -> Result<f32> {
        if frame.len() != FRAME {
            return Err(Error::new(
                ErrorKind::Input,
                format!("a frame of {} samples; Silero takes {FRAME} at 16 kHz", frame.len()),
            ));
        }
        let mut window = [0.0; WINDOW];
        window[..CONTEXT].copy_from_slice(&self.context);
        // One broken sample would otherwise stay in the state for ever.
        for (to, from) in window[CONTEXT..].iter_mut().zip(frame) {
            *to = if from.is_finite() { from.clamp(-1.0, 1.0) } else { 0.0 };
        }
        let end = CONTEXT + FRAME;
        for i in 0..MIRRORED {
            window[end + i] = window[end - 2 - i];
        }
        self.context.copy_from_slice(&window[end - CONTEXT..end]);
        self.infer(&window).map_err(|error| {
            self.reset();
            engine(error)
        })
    }

    fn reset(&mut self) {
        self.state = fresh_state();
        self.context = [0.0; CONTEXT];
    }
}

fn fresh_state() -> Tensor {
    Tensor::zero_dt(f32::datum_type(), &STATE).unwrap_or_default()
}

/// The optimised network, whose input is the padded window.
fn plan(mut bytes: &[u8]) -> TractResult<Arc<TypedRunnableModel>> {
    let onnx = tract_onnx::onnx();
    let mut proto = onnx.proto_model_for_read(&mut bytes)?;
    let graph = proto.graph.as_mut().ok_or_else(|| TractError::msg("no graph inside"))?;
    cut_padding(graph)?;
    let model = onnx.with_ignore_value_info(true).model_for_proto_model(&proto)?;
    model
        .with_input_fact(0, f32::fact([1, WINDOW]).into())?
        .with_input_fact(1, f32::fact(STATE).into())?
        .into_optimized()?
        .into_runnable()
}

/// Removes the node that reflects the end of `input` from the graph: its readers then read `input`
/// itself, which must be padded already.
fn cut_padding(graph: &mut pb::GraphProto) -> TractResult<()> {
    let names = |values: &[pb::ValueInfoProto]| -> Vec<String> {
        values.iter().map(|value| value.name.clone()).collect()
    };
    if names(&graph.input) != ["input", "state"] || names(&graph.output) != ["output", "stateN"] {
        return Err(TractError::msg("not the 16 kHz network: other inputs or outputs"));
    }
    let padding = graph
        .node
        .iter()
        .position(|node| node.op_type == "Pad" && node.input.first().is_some_and(|i| i == "input"))
        .ok_or_else(|| TractError::msg("the padding of the input is not where it should be"))?;
    let padded = graph
        .node
        .remove(padding)
        .output
        .pop()
        .ok_or_else(|| TractError::msg("nothing uses the padding of the input"))?;
    for node in &mut graph.node {
        for input in node.input.iter_mut().filter(|input| **input == padded) {
            "input".clone_into(input);
        }
    }
    Ok(())
}

fn damaged(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Damaged, "this is not the Silero VAD v6 network: fetch it again")
        .with_path(path)
        .because(source)
}

fn engine(error: TractError) -> Error {
    Error::new(ErrorKind::Engine, "voice activity detection failed").because(error)
}
