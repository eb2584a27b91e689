//! The link between a satellite (microphone, loudspeaker, lamp and button on a
//! microcontroller) and the assistant, over any stream of bytes: a UART, USB, TCP.
//!
//! `docs/link.md` specifies it, byte by byte. In short: messages are encoded by
//! [postcard](https://postcard.jamesmunns.com), numbered, closed with a CRC-32 and framed by
//! [COBS](https://doi.org/10.1109/90.769765). Lasting state (credit, state, volume, mute, presses,
//! positions) is repeated completely at least every [`HEARTBEAT_MS`], so the next message makes up
//! for a lost one. Sound comes in blocks of at most 20 ms that carry their position.
//!
//! Both ends are state machines without I/O and without a clock. They take received bytes and return
//! events; they take messages and return bytes to send. The time, in milliseconds, is a parameter.
//!
//! ```
//! use sayso_core::link::{Condition, Description, HostCondition, HostLink, SatelliteLink};
//!
//! let mut satellite: SatelliteLink<4096> = SatelliteLink::new(Description::default());
//! let mut host: HostLink<4096> = HostLink::new(7);
//! for now in 0..3 {
//!     satellite.poll(now, &Condition::default());
//!     host.poll(now, &HostCondition { free: 50, ..Default::default() });
//!     let up: Vec<u8> = satellite.outgoing().to_vec();
//!     satellite.written(up.len());
//!     for byte in up {
//!         let _event = host.push(byte, now);
//!     }
//!     let down: Vec<u8> = host.outgoing().to_vec();
//!     host.written(down.len());
//!     for byte in down {
//!         let _event = satellite.push(byte, now);
//!     }
//! }
//! assert!(host.is_connected() && satellite.is_connected());
//! let block = [0; 320]; // 20 ms
//! assert!(satellite.try_capture(0, 0, &block).is_ok());
//! ```
//!
//! Nothing here blocks or allocates. A message that does not fit is [refused](Refused); the caller
//! then drops and counts it.

mod adpcm;
mod block;
mod credit;
mod frame;
mod host;
mod message;
mod outgoing;
mod queue;
mod satellite;
mod stuffing;
mod window;
mod wire;

pub use block::{Block, BlockSamples, Codec};
pub use frame::{Decoder, Encoded, FrameError, MAX_FRAME, RawFrame, encode};
pub use host::{HostCondition, HostEvent, HostLink};
pub use message::{
    Capture, Flow, HostHello, HostStatus, MAX_CAPTURE, MAX_DATA, MAX_NAME, MAX_SAMPLES, Message,
    Mute, Playback, Rate, SatelliteHello, SatelliteStatus, Stats, Stop, VERSION,
};
pub use outgoing::Outgoing;
pub use queue::PlaybackQueue;
pub use satellite::{Condition, Description, SatelliteEvent, SatelliteLink};
pub use stuffing::{Stuffer, Unstuffer, stuff, stuffed};
pub use wire::{Counters, Refused};

/// The longest time between two statuses of a side, in ms.
pub const HEARTBEAT_MS: u64 = 100;
/// The time without a good frame after which a peer is considered gone, in ms.
pub const GONE_MS: u64 = 1_000;
/// The time between two hellos of a side without a session, in ms.
pub const HELLO_MS: u64 = 250;
/// The least time between two hellos of a host to a satellite that asks for them, in ms: a session
/// costs the host more than a frame.
pub const HELLO_AGAIN_MS: u64 = 100;
/// The time between two [`Stats`] of a satellite, in ms.
pub const STATS_MS: u64 = 2_000;
