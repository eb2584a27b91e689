#![forbid(unsafe_code)]
//! A board at the other end of a connection, whatever its protocol.
//!
//! [`connect`] makes both ends. The conversation gets a [`RemoteBoard`]; the protocol keeps the
//! [`Peer`], gives it the sound that arrives, and sends the sound that it takes from it.
//!
//! ```text
//! protocol ─► Peer::hear ─► jitter buffer: 16 kHz that keeps time ─► Microphone
//!                             └─ reference: what was played meanwhile
//! protocol ◄─ Peer::take ◄─ feed: queue, resampling, places ◄─ Loudspeaker
//! protocol ─► Peer::played: what the other end has really played
//! ```
//!
//! The parts are public for a board that needs them in another arrangement: a satellite's link
//! has its own credit and reports.

mod allowance;
mod feed;
mod jitter_buffer;
mod peer;
mod places;
mod said;
mod streams;

pub use allowance::Allowance;
pub use feed::Feed;
pub use jitter_buffer::JitterBuffer;
pub use peer::{Outgoing, Peer};
pub use streams::{RemoteBoard, connect};
