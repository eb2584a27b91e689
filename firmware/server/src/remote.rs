//! A conversation with somebody who has connected.
//!
//! A protocol that carries sound calls [`Conversation::begin`]. It then gives the
//! [`Peer`] the sound that arrives, and sends what it takes from it.
//! The conversation ends when this value is dropped.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use sayso::internals::boards::{Guest, Site};
use sayso::internals::events::{BoardEvent, Subscription};
use sayso::{Error, ErrorKind, Result};
use sayso_board::Board;
use sayso_remote_board::{Peer, RemoteBoard, connect};
use tokio::sync::{Notify, oneshot};

use crate::app::App;
use crate::refusal::refusal;

/// How long the program may take to make a place: it may have to load the models.
const WELCOME: Duration = Duration::from_secs(60);

/// After this many seconds a client may try again.
const RETRY: u32 = 5;

/// Who wants a conversation.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The name that it gives. Under this name its mute, its timers and its area in the settings
    /// are found again.
    pub name: Option<String>,
    /// Where it comes from, for people.
    pub origin: String,
    /// The rate at which it hears, in Hz.
    pub hears: u32,
    /// The rate at which it plays, in Hz.
    pub plays: u32,
}

/// A conversation with a visitor.
pub struct Conversation {
    /// The name of its board.
    pub board: String,
    /// Its sound.
    pub peer: Peer,
    /// The events of all boards, from before the conversation began.
    pub events: Subscription<BoardEvent>,
    /// Notified when there may be an event, or something to take from the peer.
    pub news: Arc<Notify>,
}

/// Why there is no conversation.
#[derive(Clone, Debug)]
pub struct Refused {
    /// What the caller can do.
    pub kind: ErrorKind,
    /// What happened, for people.
    pub message: String,
}

impl From<&Error> for Refused {
    fn from(error: &Error) -> Self {
        Self { kind: error.kind(), message: error.to_string() }
    }
}

impl IntoResponse for Refused {
    /// 503 with `Retry-After` if it may be possible later; 500 otherwise.
    fn into_response(self) -> Response {
        match self.kind {
            ErrorKind::Busy | ErrorKind::Unavailable => {
                let kind = StatusCode::SERVICE_UNAVAILABLE;
                let mut response = refusal(kind, "busy", self.message);
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY));
                response
            }
            ErrorKind::Input => refusal(StatusCode::BAD_REQUEST, "bad_request", self.message),
            _ => refusal(StatusCode::INTERNAL_SERVER_ERROR, "failed", self.message),
        }
    }
}

impl Conversation {
    /// Begins a conversation, if there is a place for it.
    ///
    /// # Errors
    /// [`Busy`](ErrorKind::Busy) when the most conversations are held already, or the program
    /// ends; [`Input`](ErrorKind::Input) for a rate that cannot be converted; and the errors of
    /// loading the models.
    pub async fn begin(app: &App, visitor: Visitor) -> std::result::Result<Self, Refused> {
        let news = Arc::new(Notify::new());
        let wake = |news: &Arc<Notify>| {
            let news = Arc::clone(news);
            move || news.notify_one()
        };
        let (board, peer) = connect(visitor.hears, visitor.plays, wake(&news))
            .map_err(|error| Refused { kind: ErrorKind::Input, message: error.to_string() })?;
        // From here on, the conversation ends if this task is dropped.
        let mut conversation = Self {
            board: String::new(),
            peer,
            events: app.hub().events().subscribe_waking(wake(&news)),
            news,
        };
        let busy = |message: &str| Refused { kind: ErrorKind::Busy, message: message.into() };
        if app.is_ending() {
            return Err(busy("the program ends"));
        }
        let (answer, answered) = oneshot::channel();
        let guest = Arriving { visitor, board, answer };
        if app.guests.try_send(Box::new(guest)).is_err() {
            return Err(busy("too many conversations begin at once: try again"));
        }
        match tokio::time::timeout(WELCOME, answered).await {
            Ok(Ok(welcome)) => conversation.board = welcome?,
            Ok(Err(_)) => return Err(busy("the program ends")),
            Err(_) => return Err(busy("the models are still being loaded: try again")),
        }
        app.metrics.began();
        Ok(conversation)
    }

    /// The next event of its board that waits. `None` if there is none yet.
    ///
    /// # Errors
    /// [`Unavailable`](ErrorKind::Unavailable) when this task was too slow to take the events.
    pub fn event(&self) -> Result<Option<BoardEvent>> {
        loop {
            match self.events.next(Duration::ZERO) {
                Ok(Some(event)) if *event.board == *self.board => return Ok(Some(event)),
                Ok(Some(_)) => {}
                Ok(None) => return Ok(None),
                Err(_) => {
                    let why = "the events were not read in time";
                    return Err(Error::new(ErrorKind::Unavailable, why));
                }
            }
        }
    }
}

impl Drop for Conversation {
    /// A visitor may leave at any time. A protocol that has lost it has closed the peer before.
    fn drop(&mut self) {
        self.peer.hang_up();
    }
}

/// A visitor on the way to the program.
struct Arriving {
    visitor: Visitor,
    board: RemoteBoard,
    answer: oneshot::Sender<std::result::Result<String, Refused>>,
}

impl Guest for Arriving {
    fn origin(&self) -> String {
        self.visitor.origin.clone()
    }

    fn identify(&mut self) -> Result<Option<String>> {
        Ok(self.visitor.name.take())
    }

    fn has_own_mute(&self) -> bool {
        false
    }

    fn refuse(self: Box<Self>, error: &Error) {
        // Nobody waits if the client has gone.
        let _ = self.answer.send(Err(error.into()));
    }

    fn board(self: Box<Self>, site: &Site<'_>) -> Box<dyn Board + Send> {
        // If the client has gone, the board is closed already.
        let _ = self.answer.send(Ok(site.name.to_owned()));
        Box::new(self.board.with_mute(site.mute.clone()))
    }
}
