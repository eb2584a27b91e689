#![forbid(unsafe_code)]
//! One WebRTC connection, as the side that is called: spoken sound in both directions as Opus, and
//! a data channel of texts.
//!
//! ```text
//! datagrams ─► Call: ICE, DTLS, SRTP, SCTP (str0m) ─► Opus ─► numbered pieces of sound
//!                └──────────────────────────────────────────► texts
//! datagrams ◄─ Call ◄─ Opus ◄─ playout: a frame each 20 ms ◄─ sound with places, stops
//!                └◄────────────────────────────────────────── texts
//! ```
//!
//! Nothing here reads a clock, a socket or a file: the caller passes in the time and the datagrams,
//! and sends what it is given. The caller plays no sound: what is given out at a time is what the
//! other end plays a moment later, so the place that is played is known without a report.

mod call;
mod codec;
mod playout;

pub use call::{Call, Output, Packet};
pub use playout::Played;

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// The rate at which a call hears, in Hz: that of the capture.
pub const HEARS: u32 = 16_000;

/// The rate at which a call plays, in Hz.
pub const PLAYS: u32 = 24_000;
