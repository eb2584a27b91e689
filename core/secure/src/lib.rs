//! Encryption and authentication for the satellite link, where it goes over a network.
//!
//! A [`Tunnel`] stands between the link (`sayso_core::link`) and the wire, at both ends. It
//! takes the link's frames, seals each by itself and frames it again. So any bridge that
//! carries bytes carries them, and a frame that is lost, repeated or overtaken costs what
//! it costs without a tunnel. `docs/link.md` specifies the bytes.
//!
//! ```text
//! link ─ frames ─► Tunnel ─ sealed frames ─► wire ─► Tunnel ─ frames ─► link
//! ```
//!
//! # The protocol
//!
//! [Noise](https://noiseprotocol.org/noise.html) `NNpsk0_25519_ChaChaPoly_BLAKE2s`. Both
//! sides hold one [`Key`] of 32 bytes and nothing else, which is what a person can set up:
//! patterns with static keys (KK, NK) want two to be exchanged and kept, and protect from
//! nothing more here, since whoever reads a satellite's flash has its key either way. `psk0`
//! and not `psk2`: the first message already proves the key, so that a stranger costs a
//! satellite a few hashes and no elliptic curve. The ephemeral keys make sure that a key that
//! leaks later on does not open what was recorded before.
//!
//! After the handshake each frame carries its nonce, a number of 32 bits, and a number is
//! taken once, in any order within a [window](ReplayWindow) of 64.
//!
//! # Two engines
//!
//! What computes the handshake and seals is an [`Engine`]. [`Noise`] is the one of boards:
//! `noise-protocol` with RustCrypto's ChaCha20-Poly1305 and BLAKE2s and dalek's X25519, no
//! allocation, no tables. Hosts use `snow`; the tests hold the two against each other.

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

/// A caller repeats its first message so often, in ms, while nobody answers.
pub const RETRY_MS: u64 = 250;
/// As [`RETRY_MS`], when the other side has refused the key.
pub const REFUSED_RETRY_MS: u64 = 2_000;
/// Keys under which nothing has come for so long, in ms, are taken for dead: a caller begins
/// another handshake, and an answerer answers one. Before that it does not, so that nobody
/// disturbs a session with an old first message.
pub const SILENT_MS: u64 = 500;
/// An answerer computes no more than one handshake in so many ms: each costs a
/// microcontroller a tenth of a second.
pub const ANSWER_MS: u64 = 250;
/// An answerer looks at no more than one first message in so many ms.
pub const TRY_MS: u64 = 50;
/// An answerer says no more often than this, in ms, that a key is not its own.
pub const REFUSE_MS: u64 = 1_000;
