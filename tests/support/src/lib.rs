//! Helpers that every crate's tests may use. It has no dependencies.

pub mod channels;
pub mod peers;
pub mod recordings;
mod skip;
pub mod tone;
pub mod wer;

pub use recordings::Recording;
pub use skip::skip;
