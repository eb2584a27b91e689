//! Sayso's own interface: conversations, events, control. `docs/api.md` describes it.

mod control;
mod conversation;
mod events;
mod household;
mod message;
mod openapi;

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// The routes under `/api`, and their description.
pub fn routes() -> Router<Arc<App>> {
    openapi::routes()
}

/// The description of the routes.
#[cfg(test)]
pub fn description() -> utoipa::openapi::OpenApi {
    openapi::described().1
}
