//! Whether the program runs, and whether it can be used.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::app::App;

/// The only path that answers without the token.
pub const HEALTH: &str = "/healthz";

/// `/healthz` and `/readyz`.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route(HEALTH, get(health)).route("/readyz", get(ready))
}

/// Whether every conversation is alive: if not, the program should be started again. Needs no token.
#[cfg_attr(feature = "api", utoipa::path(get, path = "/healthz",
    responses((status = 200, body = String), (status = 503, body = String))))]
pub async fn health(State(app): State<Arc<App>>) -> Response {
    match app.hub().is_alive() {
        true => "ok\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "a conversation hangs\n").into_response(),
    }
}

/// Whether new requests are answered: the models are loaded, and the program does not end. A load
/// balancer then sends requests here.
#[cfg_attr(feature = "api", utoipa::path(get, path = "/readyz", security(("token" = [])),
    responses((status = 200, body = String), (status = 503, body = String))))]
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    let (loaded, ending) = (app.pool().is_loaded(), app.is_ending());
    let ready = loaded && !ending;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "ready": ready,
        "models_loaded": loaded,
        "ending": ending,
        "sessions": {"in_use": app.pool().lent(), "limit": app.pool().most()},
    });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
