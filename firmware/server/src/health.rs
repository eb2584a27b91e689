//! For those who operate the program: whether it runs, whether it can be used, what it has counted.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sayso::internals::events::BoardEvent;
use serde_json::json;
use tokio::sync::Notify;

use crate::app::App;

/// The only path that answers without the token.
pub const HEALTH: &str = "/healthz";

/// `/healthz`, `/readyz` and `/metrics`.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(HEALTH, get(health))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
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

/// Counts the events of all boards until the server ends.
pub async fn follow(app: Arc<App>) {
    let news = Arc::new(Notify::new());
    loop {
        let wake = Arc::clone(&news);
        let events = app.hub().events().subscribe_waking(move || wake.notify_one());
        loop {
            match events.next(Duration::ZERO) {
                Ok(Some(BoardEvent { event, .. })) => app.metrics.count(&event),
                Ok(None) => tokio::select! {
                    () = news.notified() => {}
                    () = app.ending() => return,
                },
                // The queue ran full, because this machine was too busy for minutes.
                Err(_) => break,
            }
        }
    }
}

/// What is counted, in Prometheus' form.
#[cfg_attr(feature = "api", utoipa::path(get, path = "/metrics", security(("token" = [])),
    responses((status = 200, body = String, content_type = "application/openmetrics-text"))))]
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    const FORM: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match app.metrics.text(app.hub(), app.pool()) {
        Ok(text) => ([(header::CONTENT_TYPE, FORM)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
