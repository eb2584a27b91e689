//! All routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::app::App;
use crate::guard::{Guard, Limits, guard};
use crate::{health, metrics};

/// The routes of all protocols of this build, behind the guard.
pub fn router(app: &Arc<App>, door: Guard, limits: Arc<Limits>) -> Router {
    let routes = Router::new().merge(health::routes()).merge(metrics::routes());
    #[cfg(feature = "api")]
    let routes = routes.merge(crate::api::routes());
    #[cfg(feature = "page")]
    let routes = routes.merge(crate::page::routes());
    let guarding = (door, limits, Arc::clone(app));
    routes
        .fallback(async || refusal(StatusCode::NOT_FOUND, "path", "there is nothing here"))
        .with_state(Arc::clone(app))
        .layer(from_fn(move |request: Request, next: Next| guard(guarding.clone(), request, next)))
}

/// A request that is not carried out: `kind` says why to programs, `why` to people.
pub fn refusal(status: StatusCode, kind: &str, why: impl Into<String>) -> Response {
    let body = json!({"ok": false, "refusal": kind, "error": why.into()}).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
