//! Errors in the form that clients of OpenAI's interfaces expect.

use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sayso::ErrorKind;
use serde_json::{Value, json};

/// After this many seconds a client may try again.
const RETRY: u32 = 2;

/// A request that is not carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    status: StatusCode,
    /// What happened, why, and what to do.
    message: String,
    /// The field of the request that it is about.
    param: Option<String>,
    /// For programs.
    code: Option<&'static str>,
}

/// A result whose error is a [`Refusal`].
pub type Result<T> = std::result::Result<T, Refusal>;

impl Refusal {
    /// The request is wrong. `param` is the field, if it is one.
    pub fn invalid(param: impl Into<Option<&'static str>>, message: impl Into<String>) -> Self {
        let param = param.into().map(str::to_owned);
        Self { status: StatusCode::BAD_REQUEST, message: message.into(), param, code: None }
    }

    /// What the field asks for is not there.
    pub fn unsupported(param: &'static str, message: impl Into<String>) -> Self {
        Self { code: Some("unsupported_value"), ..Self::invalid(param, message) }
    }

    /// There is no such thing.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        let status = StatusCode::NOT_FOUND;
        Self { status, message: message.into(), param: None, code: Some(code) }
    }

    /// It is refused before its handler sees it; `code` says why to programs.
    pub fn with_code(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), param: None, code: Some(code) }
    }

    /// The program failed.
    pub fn failed(message: impl Into<String>) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, message: message.into(), param: None, code: None }
    }

    /// Whether it may be possible later.
    pub fn is_busy(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
    }

    /// What happened, for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    fn kind(&self) -> &'static str {
        match self.status.as_u16() {
            429 | 500.. => "server_error",
            _ => "invalid_request_error",
        }
    }

    /// The value of the field `error`.
    pub fn to_json(&self) -> Value {
        json!({
            "message": self.message,
            "type": self.kind(),
            "param": self.param,
            "code": self.code,
        })
    }
}

impl From<sayso::Error> for Refusal {
    fn from(error: sayso::Error) -> Self {
        let (status, code) = match error.kind() {
            ErrorKind::Busy | ErrorKind::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, Some("busy"))
            }
            ErrorKind::Input => (StatusCode::BAD_REQUEST, None),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, None),
        };
        Self { status, message: error.to_string(), param: None, code }
    }
}

impl From<sayso_models::Error> for Refusal {
    fn from(error: sayso_models::Error) -> Self {
        sayso::Error::from(error).into()
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        let status = rejection.status();
        Self { status, message: rejection.body_text(), param: None, code: None }
    }
}

impl From<BytesRejection> for Refusal {
    fn from(rejection: BytesRejection) -> Self {
        let status = rejection.status();
        Self { status, message: rejection.body_text(), param: None, code: None }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.to_json() }).to_string();
        let kind = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (self.status, kind, body).into_response();
        if self.is_busy() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY));
        }
        response
    }
}
