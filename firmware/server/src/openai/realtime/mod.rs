//! `/v1/realtime`: spoken conversations over a WebSocket or a WebRTC call, with OpenAI's events.
//!
//! ```text
//! client ◄─► line: its wire ◄─► flow: events and items (pure) ──► script: what is to be answered
//!              │                   ▲ reports                             │
//!              ▼ sound             │                                     ▼
//!            peer ◄─► conversation: turn machine, guesses, playback ─► answerer: the language model
//! ```
//!
//! The conversation is one like any other, on a remote board. Only its language model is another:
//! it answers what the client's session says, and its history is the session's items.

mod answerer;
#[cfg(feature = "webrtc")]
mod call;
mod codec;
mod flow;
mod items;
mod line;
mod pacer;
mod script;
mod settings;
mod talk;

use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use sayso_models::Cancel;
use serde::Deserialize;
use tokio::sync::mpsc;

#[cfg(feature = "webrtc")]
pub use self::call::call;
use self::flow::Carrier;
use self::line::{Line, Wishes};
use super::error::{Refusal, Result};
use super::job;
use super::list::ASSISTANT;
use crate::app::App;
use crate::wire::Wire;

/// The longest message, in bytes, as OpenAI has it: 15 MiB of sound in base64.
const LONGEST: usize = 21 << 20;
/// The longest name of a model, in bytes.
const LONGEST_NAME: usize = 100;

/// What is in the address.
#[derive(Deserialize)]
pub struct Address {
    model: Option<String>,
}

/// `GET /v1/realtime?model=…`, as a WebSocket.
pub async fn connect(
    State(app): State<Arc<App>>,
    Extension(alive): Extension<mpsc::Sender<()>>,
    Query(address): Query<Address>,
    headers: HeaderMap,
    upgrade: std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response> {
    let Ok(upgrade) = upgrade else {
        let why = "this is the address of a WebSocket";
        return Ok((StatusCode::UPGRADE_REQUIRED, Refusal::invalid(None, why)).into_response());
    };
    let says = |name: &str, what: &str| {
        let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim() == what)
    };
    let beta = says("openai-beta", "realtime=v1")
        || says("sec-websocket-protocol", "openai-beta.realtime-v1");
    let line = prepare(&app, address.model, beta, Carrier::Events).await?;
    let upgrade = upgrade.protocols(["realtime"]);
    let upgrade = upgrade.max_message_size(LONGEST).max_frame_size(LONGEST);
    Ok(upgrade.on_upgrade(move |socket| async move {
        let _alive = alive;
        app.metrics.began();
        line.hold(Wire::Socket(Box::new(socket))).await;
    }))
}

/// A session on one of the pool.
async fn prepare(
    app: &Arc<App>,
    model: Option<String>,
    beta: bool,
    carrier: Carrier,
) -> Result<Line> {
    let model = model.unwrap_or_else(|| ASSISTANT.to_owned());
    if model.len() > LONGEST_NAME {
        return Err(Refusal::invalid("model", "the name of the model is too long"));
    }
    let wishes = Wishes { model, beta, carrier };
    let own = Arc::clone(app);
    // Loading the models may take long.
    let line = tokio::task::spawn_blocking(move || {
        let lease = job::lease(&own, &Cancel::new())?;
        Line::prepare(&own, lease, wishes)
    });
    line.await.map_err(|_| Refusal::failed("the session could not be prepared"))?
}
