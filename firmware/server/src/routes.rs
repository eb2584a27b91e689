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
    let guarding = (door, limits, Arc::clone(app));
    routes()
        .fallback(|uri: Uri| async move {
            refusal_at(uri.path(), StatusCode::NOT_FOUND, "path", "there is nothing here")
        })
        .with_state(Arc::clone(app))
        .layer(from_fn(move |request: Request, next: Next| guard(guarding.clone(), request, next)))
}

/// The routes of all protocols of this build.
fn routes() -> Router<Arc<App>> {
    let routes = Router::new().merge(health::routes());
    #[cfg(feature = "api")]
    let routes = routes.merge(crate::api::routes());
    #[cfg(feature = "page")]
    let routes = routes.merge(crate::page::routes());
    #[cfg(feature = "openai")]
    let routes = routes.merge(crate::openai::routes());
    routes
}

#[cfg(all(test, feature = "api"))]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The paths of a router. It shows them only for debugging, so the test below fails if it shows
    /// them no longer.
    fn paths(router: &Router<Arc<App>>) -> BTreeSet<String> {
        let shown = format!("{router:?}");
        let quoted = shown.split('"').skip(1).step_by(2);
        quoted
            .filter(|text| text.starts_with('/') && !text.contains("__private"))
            .map(str::to_owned)
            .collect()
    }

    /// Why a route is not in the description; `None` if it must be.
    fn reason(path: &str) -> Option<&'static str> {
        #[cfg(feature = "openai")]
        if path.starts_with(crate::openai::PREFIX) {
            return Some("OpenAI describes it");
        }
        #[cfg(feature = "page")]
        if crate::page::paths().any(|file| file == path) {
            return Some("it is a file of the page");
        }
        (path == "/").then_some("the router has it for its fallback")
    }

    #[test]
    fn every_route_is_described_or_has_a_reason_not_to_be() {
        let routed = paths(&routes());
        assert!(routed.contains("/healthz"), "the router shows no paths: {routed:?}");
        let described: BTreeSet<String> =
            crate::api::description().paths.paths.into_keys().collect();
        let due: BTreeSet<String> =
            routed.iter().filter(|path| reason(path).is_none()).cloned().collect();
        assert_eq!(described, due);
    }

    #[cfg(feature = "openai")]
    #[test]
    fn routes_of_openai_are_in_the_documentation() {
        let text = include_str!("../../../docs/api.md");
        for path in paths(&crate::openai::routes()) {
            if path == "/" {
                continue;
            }
            let written = path.split('{').next().unwrap_or_default();
            assert!(text.contains(written), "docs/api.md does not name {path}");
        }
    }
}
