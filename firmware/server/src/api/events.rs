//! The events of all boards, over a WebSocket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Extension, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sayso::internals::events::{BoardEvent, Subscription};
use serde::Deserialize;
use tokio::sync::{Notify, mpsc};
use utoipa::IntoParams;

use super::message::{self, PROTOCOL};
use crate::app::App;
use crate::guard::Access;
use crate::refusal::refusal;

/// The longest message that is read. None is expected.
const LONGEST: usize = 4_096;
/// How often a client that sends nothing is asked whether it is there.
const PING: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_secs(1);

/// Which events are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The name of the board; all of them if it is left out.
    board: Option<String>,
    /// Whether what is said and answered is in them. Only a client with the token hears it; for
    /// such a client, `true` if it is left out.
    words: Option<bool>,
    /// Whether sound levels and single pieces of text are in them. `false` if it is left out.
    #[serde(default)]
    progress: bool,
}

/// The events of all boards: a WebSocket with one JSON object a message, as `sayso run --json`
/// prints them.
#[utoipa::path(get, path = "/api/events", params(Which), security(("token" = [])),
    responses(
        (status = 101, description = "The events follow"),
        (status = 403, description = "Words were asked for without the token"),
        (status = 426, description = "This is no WebSocket"),
    ))]
pub async fn events(
    State(app): State<Arc<App>>,
    Extension(access): Extension<Access>,
    Extension(alive): Extension<mpsc::Sender<()>>,
    Query(which): Query<Which>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let words = match (access, which.words) {
        (Access::Local, Some(true)) => {
            let why = "what is said is only for clients with the token: set server.token_file";
            return refusal(StatusCode::FORBIDDEN, "words", why);
        }
        (Access::Local, _) => false,
        (Access::Token, words) => words.unwrap_or(true),
    };
    let Ok(upgrade) = upgrade else {
        let why = "this is the address of a WebSocket";
        let mut response = refusal(StatusCode::UPGRADE_REQUIRED, "upgrade", why).into_response();
        let websocket = axum::http::HeaderValue::from_static("websocket");
        response.headers_mut().insert(axum::http::header::UPGRADE, websocket);
        return response;
    };
    let news = Arc::new(Notify::new());
    let wake = Arc::clone(&news);
    let events = app.hub().events().subscribe_waking(move || wake.notify_one());
    let wanted = Wanted { board: which.board, words, progress: which.progress };
    upgrade.protocols([PROTOCOL]).max_message_size(LONGEST).on_upgrade(move |socket| async move {
        let _alive = alive;
        follow(&app, socket, &events, &news, &wanted).await;
    })
}

/// Which events are sent.
struct Wanted {
    board: Option<String>,
    words: bool,
    progress: bool,
}

impl Wanted {
    /// The event as it is sent, if it is.
    fn shown(&self, event: BoardEvent) -> Option<String> {
        if self.board.as_ref().is_some_and(|board| **board != *event.board) {
            return None;
        }
        if !self.progress && !event.event.logged() {
            return None;
        }
        let BoardEvent { board, event } = event;
        let event = if self.words { Some(event) } else { event.without_words() };
        Some(message::event(&BoardEvent { board, event: event? }).to_string())
    }
}

async fn follow(
    app: &App,
    mut socket: WebSocket,
    events: &Subscription<BoardEvent>,
    news: &Notify,
    wanted: &Wanted,
) {
    let idle = Duration::from_secs(app.config().server.idle_s.into());
    let (mut heard, mut asked) = (Instant::now(), Instant::now());
    let mut look = tokio::time::interval(LOOK);
    let close = loop {
        loop {
            match events.next(Duration::ZERO) {
                Ok(None) => break,
                Ok(Some(event)) => {
                    let Some(text) = wanted.shown(event) else { continue };
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        return;
                    }
                }
                Err(_) => {
                    app.metrics.slow_reader();
                    let why = "the events were not read in time".into();
                    let frame = CloseFrame { code: close_code::POLICY, reason: why };
                    let _ = socket.send(Message::Close(Some(frame))).await;
                    return;
                }
            }
        }
        tokio::select! {
            () = news.notified() => {}
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => heard = Instant::now(),
            },
            _ = look.tick() => {
                if heard.elapsed() > idle {
                    break (close_code::POLICY, "nothing came for too long");
                }
                if heard.max(asked).elapsed() > PING.min(idle / 3) {
                    asked = Instant::now();
                    if socket.send(Message::Ping(axum::body::Bytes::new())).await.is_err() {
                        return;
                    }
                }
            }
            () = app.ending() => break (close_code::AWAY, "the program ends"),
        }
    };
    let frame = CloseFrame { code: close.0, reason: close.1.into() };
    // The client may be gone by now.
    let _ = socket.send(Message::Close(Some(frame))).await;
}
