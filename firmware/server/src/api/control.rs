//! The operations of the control socket.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sayso::internals::control::operation::{Answer, Refusal, Request};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;

/// Which board is meant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Board {
    /// The name of the board; all of them if it is left out.
    board: Option<String>,
}

/// A text for a board.
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "it describes the body, which the operation reads")]
pub struct Text {
    /// What is said or asked, at most 4096 bytes.
    text: String,
    /// The name of the board; all of them if it is left out.
    board: Option<String>,
    /// Whether it interrupts a reply and does not wait until nobody speaks. Not for questions.
    #[serde(default)]
    urgent: bool,
}

/// Which board is meant, in a body, which may be empty.
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "it describes the body, which the operation reads")]
pub struct At {
    /// The name of the board; all of them if it is left out.
    board: Option<String>,
}

/// How loud a board is to be.
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "it describes the body, which the operation reads")]
pub struct Volume {
    /// A factor, 0 to 2.
    volume: f32,
    /// The name of the board; all of them if it is left out.
    board: Option<String>,
}

/// What the program and its boards are doing.
#[utoipa::path(get, path = "/api/status", params(Board), security(("token" = [])),
    responses((status = 200, body = Answer), (status = 404, body = Answer)))]
pub async fn status(State(app): State<Arc<App>>, Query(at): Query<Board>) -> Response {
    let board = at.board.map(|board| serde_json::json!({"board": board}));
    carry_out(&app, "status", board.map(|board| board.to_string()).unwrap_or_default().as_bytes())
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $name:ident: $body:ty;)+) => {$(
        $(#[doc = $doc])+
        #[utoipa::path(post, path = concat!("/api/", stringify!($name)), request_body = $body,
            security(("token" = [])),
            responses(
                (status = 200, body = Answer),
                (status = 400, body = Answer, description = "It is not such a request"),
                (status = 404, body = Answer, description = "There is no such board"),
                (status = 503, body = Answer, description = "Not now: try again"),
            ))]
        pub async fn $name(State(app): State<Arc<App>>, body: Bytes) -> Response {
            carry_out(&app, stringify!($name), &body)
        }
    )+};
}

operations! {
    /// Says something when nobody else speaks.
    say: Text;
    /// The same, with a chime first.
    announce: Text;
    /// Answers a question as if it had been spoken. The answer is spoken at the board.
    ask: Text;
    /// Listens to what is said next, as after the wake phrase, and ends a reply.
    listen: At;
    /// Ends what is being said or answered.
    stop: At;
    /// Mutes the microphone, also after a restart.
    mute: At;
    /// Unmutes it.
    unmute: At;
    /// Sets the loudness of everything that is played, also after a restart.
    volume: Volume;
}

/// Carries out an operation whose fields are in `body`.
fn carry_out(app: &App, op: &str, body: &[u8]) -> Response {
    answered(&answer(app, op, body))
}

fn answer(app: &App, op: &str, body: &[u8]) -> Answer {
    let bad = |why: String| Answer::refused(Refusal::BadRequest, why);
    let fields = match body {
        [] => Ok(Value::Object(serde_json::Map::new())),
        body => serde_json::from_slice(body),
    };
    let mut fields = match fields {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return bad(r#"not an object, such as {"text":"hello"}"#.into()),
        Err(error) => return bad(format!("not JSON: {error}")),
    };
    if fields.insert("op".into(), op.into()).is_some() {
        return bad("op: the path says it already".into());
    }
    match Request::parse(Value::Object(fields).to_string().as_bytes()) {
        Ok(request) => app.hub().answer(&request),
        Err(refused) => refused,
    }
}

/// The answer to an operation, as HTTP has it.
fn answered(answer: &Answer) -> Response {
    let status = match answer.refusal {
        None => StatusCode::OK,
        Some(Refusal::BadRequest) => StatusCode::BAD_REQUEST,
        Some(Refusal::UnknownBoard) => StatusCode::NOT_FOUND,
        Some(Refusal::NotReady | Refusal::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = (status, Json(answer)).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
