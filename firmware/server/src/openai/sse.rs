//! Server-sent events: lines of `data:`, each with one JSON object.

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _};
use serde_json::{Value, json};

use super::error::{Refusal, Result};

/// One event.
pub fn event(value: &Value) -> Bytes {
    format!("data: {value}\n\n").into()
}

/// The end of a stream of chat completions.
pub fn done() -> Bytes {
    Bytes::from_static(b"data: [DONE]\n\n")
}

/// The event that reports an error in the middle of a stream.
pub fn failed(refusal: &Refusal) -> Bytes {
    event(&json!({ "error": refusal.to_json() }))
}

/// A response of these events. After an error nothing follows.
pub fn response(events: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Response {
    let events = events.map(|event| {
        Ok::<_, std::convert::Infallible>(event.unwrap_or_else(|refusal| failed(&refusal)))
    });
    let kind = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    (kind, Body::from_stream(events)).into_response()
}
