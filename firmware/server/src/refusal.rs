//! Requests that are not carried out.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A request that is not carried out: `kind` says why to programs, `why` to people.
pub fn refusal(status: StatusCode, kind: &str, why: impl Into<String>) -> Response {
    let body = json!({"ok": false, "refusal": kind, "error": why.into()}).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// As [`refusal`], in the form that clients of this path read: those of OpenAI's interfaces show the
/// message only if it is in theirs.
pub fn refusal_at(path: &str, status: StatusCode, kind: &'static str, why: &str) -> Response {
    #[cfg(feature = "openai")]
    if path.starts_with(crate::openai::PREFIX) {
        return crate::openai::Refusal::with_code(status, kind, why).into_response();
    }
    #[cfg(not(feature = "openai"))]
    let _ = path;
    refusal(status, kind, why)
}
