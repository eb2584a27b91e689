//! Requests that are not carried out.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A request that is not carried out: `kind` says why to programs, `why` to people.
pub fn refusal(status: StatusCode, kind: &str, why: impl Into<String>) -> Response {
    let body = json!({"ok": false, "refusal": kind, "error": why.into()}).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
