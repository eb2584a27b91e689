//! All routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn};

use crate::app::App;
use crate::guard::{Guard, Limits, guard};
use crate::health;
use crate::refusal::refusal_at;

/// The routes of all protocols of this build, behind the guard.
pub fn router(app: &Arc<App>, door: Guard, limits: Arc<Limits>) -> Router {
    let routes = Router::new().merge(health::routes());
    #[cfg(feature = "api")]
    let routes = routes.merge(crate::api::routes());
    #[cfg(feature = "page")]
    let routes = routes.merge(crate::page::routes());
    #[cfg(feature = "openai")]
    let routes = routes.merge(crate::openai::routes());
    let guarding = (door, limits, Arc::clone(app));
    routes
        .fallback(|uri: Uri| async move {
            refusal_at(uri.path(), StatusCode::NOT_FOUND, "path", "there is nothing here")
        })
        .with_state(Arc::clone(app))
        .layer(from_fn(move |request: Request, next: Next| guard(guarding.clone(), request, next)))
}
