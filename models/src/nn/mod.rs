//! Shared by the engines with a forward pass of their own: dense layers and attention on tract's
//! matrix kernels, elementwise functions, and weights from an ONNX file. Activations are
//! row-major, a row per position in time.

// With only one of the engines, some of it is not used.
#![cfg_attr(not(all(feature = "hibari", feature = "smart-turn")), allow(dead_code))]

mod attention;
mod conv;
pub(crate) mod linear;
pub(crate) mod math;
mod norm;
#[cfg(feature = "smart-turn")]
mod team;
mod weights;

pub(crate) use attention::attention;
pub(crate) use conv::{by_tap, neighbours};
pub(crate) use linear::{Linear, Matrix, Products};
pub(crate) use norm::Affine;
#[cfg(feature = "smart-turn")]
pub(crate) use team::Team;
pub(crate) use weights::Weights;

/// Overwrites everything that a buffer has held with zeros, and empties it; the memory is kept.
pub(crate) fn wipe(buffer: &mut Vec<f32>) {
    buffer.clear();
    buffer.resize(buffer.capacity(), 0.0);
    buffer.clear();
}
