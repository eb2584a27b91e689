//! The description of the interface: OpenAPI 3.1. Each handler describes itself, so that no route
//! can be left out.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{control, conversation, events, household};
use crate::app::App;

/// Where the description is.
const PLACE: &str = "/api/openapi.json";

/// The routes, and the route of their description.
pub fn routes() -> Router<Arc<App>> {
    let (router, described) = described();
    let text = described.to_json().unwrap_or_default();
    router.route(
        PLACE,
        get(async || ([(header::CONTENT_TYPE, "application/json")], text).into_response()),
    )
}

/// The routes that are there in every build, and that of the description.
#[derive(utoipa::OpenApi)]
#[openapi(paths(crate::health::health, crate::health::ready, crate::health::metrics, description))]
struct Others;

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", security(("token" = [])),
    responses((status = 200, body = Object)))]
#[allow(dead_code, reason = "it only describes the route")]
fn description() {}

/// The routes, but for those of `Others`, and the description of all.
pub fn described() -> (Router<Arc<App>>, OpenApi) {
    let about = InfoBuilder::new()
        .title("Sayso")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("A voice assistant on this machine."))
        .build();
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let parts = ComponentsBuilder::new().security_scheme("token", token).build();
    let head = OpenApiBuilder::new().info(about).components(Some(parts)).build();
    let router = OpenApiRouter::with_openapi(head)
        .routes(routes!(control::status))
        .routes(routes!(control::say))
        .routes(routes!(control::announce))
        .routes(routes!(control::ask))
        .routes(routes!(control::listen))
        .routes(routes!(control::stop))
        .routes(routes!(control::mute))
        .routes(routes!(control::unmute))
        .routes(routes!(control::volume))
        .routes(routes!(household::overview))
        .routes(routes!(household::timers, household::start_timer))
        .routes(routes!(household::cancel))
        .routes(routes!(household::lists))
        .routes(routes!(household::list, household::set_list, household::remove_list))
        .routes(routes!(household::devices))
        .routes(routes!(events::events))
        .routes(routes!(conversation::conversation));
    #[cfg(feature = "webrtc")]
    let router = router.routes(routes!(conversation::call));
    let (router, mut described) = router.split_for_parts();
    described.merge(Others::openapi());
    (router, described)
}
