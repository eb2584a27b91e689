#![forbid(unsafe_code)]
//! The server that browsers, phones and programs use.
//!
//! ```text
//! TCP, TLS ─► connection: limits, time-outs ─► guard: Host, Origin, rate, token ─► routes
//!                                                                                    │
//!   conversation ◄─ RemoteBoard ◄─ remote ◄─ the protocols that carry sound ◄────────┤
//!   hub, skills, pool ◄──────────────────── the others ◄─────────────────────────────┘
//! ```
//!
//! Tokio is in this crate only, on threads of its own. A conversation does not know of it: each
//! connection that carries sound is one more board (`remote`). Everything else goes through
//! `App`, which every handler gets.
//!
//! A protocol is a module with a router, behind a feature of its own: `api`, `openai` with
//! `realtime`. The `page` uses `api`. With `webrtc`, the conversations of `api` and `realtime` come
//! over WebRTC as well (`call`, `wire`).

#[cfg(feature = "api")]
mod api;
mod app;
#[cfg(feature = "webrtc")]
mod call;
pub mod certificate;
mod client;
mod connection;
mod guard;
mod health;
mod listener;
mod metrics;
#[cfg(feature = "openai")]
mod openai;
#[cfg(feature = "page")]
mod page;
mod refusal;
mod remote;
mod routes;
mod tls;
#[cfg(any(feature = "api", feature = "realtime"))]
mod wire;

pub use guard::make_token;
pub use listener::{DEFAULT, kinds};
