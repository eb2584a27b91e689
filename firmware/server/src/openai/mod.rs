//! OpenAI's interfaces, for clients that exist: transcription, speech, chat, models, Realtime.
//!
//! ```text
//! request ─► its types, checked ─► job: a session of the pool, on a thread that may compute
//!                                    │ pieces, as they are made
//! response ◄─ formats ◄──────────────┘   the client goes away ─► the job is cancelled
//! ```
//!
//! Each request is independent: its session is wiped when it is given back. `docs/api.md` says what
//! is supported.

mod chat;
mod error;
mod job;
mod list;
#[cfg(feature = "realtime")]
mod realtime;
mod sound;
mod speech;
mod sse;
mod subtitles;
mod transcribe;
mod transcript;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub use self::error::Refusal;
use crate::app::App;

/// How all paths of these interfaces begin.
pub const PREFIX: &str = "/v1/";

/// The routes under `/v1`.
pub fn routes() -> Router<Arc<App>> {
    let routes = Router::new()
        .route("/v1/models", get(list::all))
        .route("/v1/models/{id}", get(list::one))
        .route("/v1/chat/completions", post(chat::complete))
        .route("/v1/audio/speech", post(speech::speak))
        .route("/v1/audio/transcriptions", post(transcribe::transcribe))
        .route("/v1/audio/translations", post(transcribe::translate));
    #[cfg(feature = "realtime")]
    let routes = routes.route("/v1/realtime", get(realtime::connect));
    #[cfg(all(feature = "realtime", feature = "webrtc"))]
    let routes = routes
        .route("/v1/realtime", post(realtime::call))
        .route("/v1/realtime/calls", post(realtime::call));
    // The guard bounds bodies by the settings.
    routes.layer(DefaultBodyLimit::disable())
}

/// Seconds since 1970.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// A name that no other has.
fn id(prefix: &str) -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}{:08x}{n:08x}", std::process::id())
}
