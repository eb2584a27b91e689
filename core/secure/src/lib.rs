//! Encryption and authentication for the satellite link over a network.
//!
//! A [`Tunnel`] is between the link (`sayso_core::link`) and the wire, at both ends. It takes the
//! link's frames, seals each by itself and frames it again. So a bridge needs to know nothing of
//! it, and a frame that is lost, repeated or overtaken has the same effect as without a tunnel.
//! `docs/link.md` specifies the bytes.
//!
//! ```text
//! link ─ frames ─► Tunnel ─ sealed frames ─► wire ─► Tunnel ─ frames ─► link
//! ```
//!
//! # The protocol
//!
//! [Noise](https://noiseprotocol.org/noise.html) `NNpsk0_25519_ChaChaPoly_BLAKE2s`. Both sides
//! hold one [`Key`] of 32 bytes and nothing else, because a person can set that up. Patterns with
//! static keys (KK, NK) need two keys to be exchanged and kept, and protect no better here: anyone
//! who reads a satellite's flash has its key either way. `psk0` and not `psk2`: the first message
//! already proves the key, so a stranger costs a satellite a few hashes and no elliptic curve.
//! Because of the ephemeral keys, a key that leaks later does not open traffic that was recorded
//! before.
//!
//! After the handshake each frame carries its nonce, a number of 32 bits. Each number is accepted
//! once, in any order within a [window](ReplayWindow) of 64.
//!
//! # Two engines
//!
//! An [`Engine`] computes the handshake and seals frames. [`Noise`] is the engine for boards:
//! `noise-protocol` with RustCrypto's ChaCha20-Poly1305 and BLAKE2s and dalek's X25519, without
//! allocation or tables. Hosts use `snow`; the tests run the two against each other.

#![no_std]
#![forbid(unsafe_code)]

mod crypto;
mod engine;
mod key;
mod noise;
mod replay;
mod tunnel;

pub use engine::{Engine, Entropy, HANDSHAKE, PROLOGUE, Session, TAG};
pub use key::Key;
pub use noise::Noise;
pub use replay::ReplayWindow;
pub use tunnel::{Counters, MAX_SEALED, Refusal, Role, Tunnel};

/// How often a caller repeats its first message while nobody answers, in ms.
pub const RETRY_MS: u64 = 250;
/// The same after the other side has refused the key.
pub const REFUSED_RETRY_MS: u64 = 2_000;
/// If nothing was received for this long, in ms, the keys count as dead: a caller begins another
/// handshake, and an answerer answers one. It answers none before, so that nobody can end a
/// session with an old first message.
pub const SILENT_MS: u64 = 500;
/// The shortest time between two handshakes that an answerer computes, in ms. Each takes a
/// microcontroller a tenth of a second.
pub const ANSWER_MS: u64 = 250;
/// The shortest time between two first messages that an answerer looks at, in ms.
pub const TRY_MS: u64 = 50;
/// The shortest time between two messages of an answerer that refuse a key, in ms.
pub const REFUSE_MS: u64 = 1_000;
