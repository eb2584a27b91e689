//! A conversation over a WebSocket or WebRTC: sound in both directions, events, and control of its own
//! board.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocketUpgrade, close_code};
use axum::extract::{Extension, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sayso::internals::control::operation::Request;
use sayso_remote_board::{Allowance, Outgoing};
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::IntoParams;

use super::message::{self, Incoming, PROTOCOL};
use crate::app::App;
use crate::client::Client;
use crate::refusal::refusal;
use crate::remote::{Conversation, Visitor};
use crate::wire::{Gone, Received, Wire};

/// The longest message, in bytes: more than a second of sound at the highest rate.
const LONGEST: usize = 256 * 1024;
/// The rates of sound that are accepted, in Hz.
const RATES: [u32; 6] = [8_000, 16_000, 24_000, 32_000, 44_100, 48_000];
/// The longest name of a board, in bytes.
const LONGEST_NAME: usize = 64;
/// How often it is looked whether there is something to send, and whether the client is there.
const LOOK: Duration = Duration::from_millis(50);
/// How often a client that sends nothing is asked whether it is there.
const PING: Duration = Duration::from_secs(20);
/// Texts at once, and a second on the average. Reports of what was played are some of them.
const TEXTS: u32 = 400;
const TEXTS_A_SECOND: u32 = 200;
/// How many times faster than it is heard sound may arrive, and for how many seconds at once.
const FASTER: u32 = 4;
const SECONDS_AT_ONCE: u32 = 30;

/// What a client says about itself.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct About {
    /// The name of the board, under which its mute, its timers and its area are found again.
    name: Option<String>,
    /// The rate of the sound that the client sends, in Hz: 8000, 16000, 24000, 32000, 44100 or
    /// 48000. 16000 if it is left out.
    hears: Option<u32>,
    /// The rate of the sound that it plays. 24000 if it is left out.
    plays: Option<u32>,
}

impl About {
    fn visitor(self, client: Client) -> Result<Visitor, String> {
        let rate = |name, rate: Option<u32>, usual| match rate.unwrap_or(usual) {
            rate if RATES.contains(&rate) => Ok(rate),
            rate => Err(format!("{name}: {rate} Hz is not supported: use one of {RATES:?}")),
        };
        let name = self.name.filter(|name| !name.is_empty());
        if let Some(name) = &name
            && (name.len() > LONGEST_NAME || name.chars().any(char::is_control))
        {
            return Err(format!(
                "name: a name has at most {LONGEST_NAME} bytes and no control characters"
            ));
        }
        Ok(Visitor {
            name,
            origin: format!("http:{}", client.ip),
            hears: rate("hears", self.hears, 16_000)?,
            plays: rate("plays", self.plays, 24_000)?,
        })
    }
}

/// Holds a conversation: a WebSocket with sound, events and operations in both directions.
#[utoipa::path(get, path = "/api/conversation", params(About), security(("token" = [])),
    responses(
        (status = 101, description = "The conversation begins"),
        (status = 400, description = "The rates or the name cannot be used"),
        (status = 426, description = "This is no WebSocket"),
        (status = 503, description = "The most conversations are held already: try again"),
    ))]
pub async fn conversation(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Extension(alive): Extension<mpsc::Sender<()>>,
    Query(about): Query<About>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let visitor = match about.visitor(client) {
        Ok(visitor) => visitor,
        Err(why) => return refusal(StatusCode::BAD_REQUEST, "bad_request", why),
    };
    let Ok(upgrade) = upgrade else { return no_upgrade(&app) };
    let (hears, plays) = (visitor.hears, visitor.plays);
    let conversation = match Conversation::begin(&app, visitor).await {
        Ok(conversation) => conversation,
        Err(refused) => {
            app.metrics.refused("busy");
            return refused.into_response();
        }
    };
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(LONGEST).max_frame_size(LONGEST);
    upgrade.on_upgrade(move |socket| async move {
        let _alive = alive;
        let line = Line::new(app, Wire::Socket(Box::new(socket)), conversation);
        line.hold(hears, plays).await;
    })
}

/// Begins a conversation over WebRTC. The body is an offer (SDP) with sound in both directions and a
/// data channel, which carries the texts of the WebSocket; the answer is one (SDP). The connection
/// ends the conversation.
#[cfg(feature = "webrtc")]
#[utoipa::path(post, path = "/api/conversation", params(("name" = Option<String>, Query)),
    request_body(content = String, content_type = "application/sdp"), security(("token" = [])),
    responses(
        (status = 201, description = "The answer", body = String, content_type = "application/sdp"),
        (status = 400, description = "The offer or the name cannot be used"),
        (status = 503, description = "The most conversations are held already: try again"),
    ))]
pub async fn call(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Extension(alive): Extension<mpsc::Sender<()>>,
    Query(about): Query<About>,
    headers: axum::http::HeaderMap,
    offer: String,
) -> Response {
    use crate::call::{NoCall, answer, created};
    let about =
        About { hears: Some(sayso_webrtc::HEARS), plays: Some(sayso_webrtc::PLAYS), ..about };
    let visitor = match about.visitor(client) {
        Ok(visitor) => visitor,
        Err(why) => return refusal(StatusCode::BAD_REQUEST, "bad_request", why),
    };
    let conversation = match Conversation::begin(&app, visitor).await {
        Ok(conversation) => conversation,
        Err(refused) => {
            app.metrics.refused("busy");
            return refused.into_response();
        }
    };
    let (call, answer) = match answer(&app, client, &headers, &offer).await {
        Ok(answered) => answered,
        Err(NoCall::Offer(why)) => return refusal(StatusCode::BAD_REQUEST, "bad_request", why),
        Err(NoCall::Socket(why)) => {
            return refusal(StatusCode::INTERNAL_SERVER_ERROR, "failed", why);
        }
    };
    let line = Line::new(app, Wire::Call(Box::new(call)), conversation);
    tokio::spawn(async move {
        let _alive = alive;
        line.hold(sayso_webrtc::HEARS, sayso_webrtc::PLAYS).await;
    });
    created(answer, None)
}

/// The answer to a client that asks without a WebSocket, such as a page that wants to know why it
/// was refused: a browser does not say.
fn no_upgrade(app: &App) -> Response {
    if app.pool().lent() >= app.pool().most() {
        let why = format!("all {} sessions are in use: try again", app.pool().most());
        return refusal(StatusCode::SERVICE_UNAVAILABLE, "busy", why);
    }
    let why = "this is the address of a WebSocket";
    let mut response = refusal(StatusCode::UPGRADE_REQUIRED, "upgrade", why).into_response();
    let websocket = axum::http::HeaderValue::from_static("websocket");
    response.headers_mut().insert(axum::http::header::UPGRADE, websocket);
    response
}

/// Why a line ends.
enum End {
    /// The client has closed it, or it is broken.
    Gone,
    /// It is closed with this code, and a reason for people.
    Close(u16, String),
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// A connection, and its conversation.
struct Line {
    app: Arc<App>,
    wire: Wire,
    conversation: Conversation,
    idle: Duration,
}

impl Line {
    fn new(app: Arc<App>, wire: Wire, conversation: Conversation) -> Self {
        let idle = Duration::from_secs(app.config().server.idle_s.into());
        Self { app, wire, conversation, idle }
    }

    /// Holds the conversation, until one of both ends it.
    async fn hold(mut self, hears: u32, plays: u32) {
        let end = self.serve(hears, plays).await;
        self.close(end).await;
    }

    async fn serve(&mut self, hears: u32, plays: u32) -> End {
        let phrases = &self.app.around.phrases;
        let hello = message::hello(&self.conversation.board, hears, plays, phrases);
        if self.wire.say(&hello).await.is_err() {
            return End::Gone;
        }
        let mut sound = None;
        let began = Instant::now();
        let (mut heard, mut asked) = (began, began);
        let mut texts = Allowance::new(TEXTS, TEXTS_A_SECOND);
        let mut heard_allowed = Allowance::new(SECONDS_AT_ONCE * 2 * hears, FASTER * 2 * hears);
        let news = Arc::clone(&self.conversation.news);
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = self.wire.receive() => {
                    heard = Instant::now();
                    let now = began.elapsed();
                    let allowed = match &message {
                        Received::Binary(bytes) => heard_allowed.take(length(bytes.len()), now),
                        Received::Text(_) | Received::Alive => texts.take(1, now),
                        _ => true,
                    };
                    if !allowed {
                        let why = "more was sent than a conversation needs";
                        return End::Close(close_code::POLICY, why.into());
                    }
                    if let Err(end) = self.take(message).await {
                        return end;
                    }
                }
                () = news.notified() => {}
                _ = look.tick() => {
                    let now = self.app.hub().sound(&self.conversation.board);
                    if let Some(now) = now.filter(|now| sound.replace(*now) != Some(*now))
                        && self.wire.say(&message::sound(now)).await.is_err()
                    {
                        return End::Gone;
                    }
                    if heard.elapsed() > self.idle && !self.wire.may_be_silent() {
                        let why = "nothing came for too long";
                        return End::Close(close_code::POLICY, why.into());
                    }
                    if heard.max(asked).elapsed() > PING.min(self.idle / 3) {
                        asked = Instant::now();
                        if self.wire.ask().await.is_err() {
                            return End::Gone;
                        }
                    }
                }
                () = self.app.ending() => {
                    return End::Close(close_code::AWAY, "the program ends".into());
                }
            }
            if let Err(end) = self.pass_on().await {
                return end;
            }
            if self.conversation.peer.is_left() {
                let ends = self.app.is_ending();
                let (code, why) = match ends {
                    true => (close_code::AWAY, "the program ends"),
                    false => (close_code::ERROR, "the conversation has ended"),
                };
                return End::Close(code, why.into());
            }
        }
    }

    /// Sends what there is: events first, because they may say what the sound is.
    async fn pass_on(&mut self) -> Result<(), End> {
        loop {
            let event = match self.conversation.event() {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(error) => {
                    self.app.metrics.slow_reader();
                    return Err(End::Close(close_code::POLICY, error.to_string()));
                }
            };
            self.wire.say(&message::event(&event)).await?;
        }
        while let Some(outgoing) = self.conversation.peer.take() {
            match (outgoing, &mut self.wire) {
                (Outgoing::Sound { samples, .. }, Wire::Socket(socket)) => {
                    let sound = Message::Binary(message::to_pcm(&samples).into());
                    socket.send(sound).await.map_err(|_| End::Gone)?;
                }
                (Outgoing::Stop { at, fade }, wire @ Wire::Socket(_)) => {
                    wire.say(&message::stop_sound(at, fade)).await?;
                }
                #[cfg(feature = "webrtc")]
                (Outgoing::Sound { samples, .. }, Wire::Call(call)) => call.play(&samples),
                #[cfg(feature = "webrtc")]
                (Outgoing::Stop { at, fade }, Wire::Call(call)) => call.stop(at, fade),
            }
        }
        Ok(())
    }

    /// Takes a message of the client's.
    async fn take(&mut self, message: Received) -> Result<(), End> {
        let peer = &self.conversation.peer;
        let text = match message {
            Received::Binary(_) if self.wire.may_be_silent() => return Ok(()),
            Received::Binary(bytes) => {
                let Some(samples) = message::from_pcm(&bytes) else {
                    let why = "sound has 16 bits a sample, so a message has an even length";
                    return Err(End::Close(close_code::INVALID, why.into()));
                };
                peer.hear(&samples);
                return Ok(());
            }
            #[cfg(feature = "webrtc")]
            Received::Sound(packet) => {
                peer.hear_block(packet.number, packet.at, packet.samples);
                return Ok(());
            }
            #[cfg(feature = "webrtc")]
            Received::Played(played) => {
                peer.played(played.place, Some(played.stops));
                return Ok(());
            }
            Received::Text(text) => text,
            Received::Alive => return Ok(()),
            Received::Gone => return Err(End::Gone),
        };
        match Incoming::parse(&text) {
            // What a call has played is known.
            Ok(Incoming::Played(_)) if self.wire.may_be_silent() => Ok(()),
            Ok(Incoming::Played(played)) => {
                self.conversation.peer.played(played.samples, played.stops);
                Ok(())
            }
            Ok(Incoming::Microphone(on)) => {
                self.conversation.peer.listens(on);
                Ok(())
            }
            Ok(Incoming::Operation(id, operation)) => {
                let board = Some(self.conversation.board.clone());
                let answer = self.app.hub().answer(&Request { board, operation });
                Ok(self.wire.say(&message::answer(id.as_ref(), &answer)).await?)
            }
            Err(answer) => Ok(self.wire.say(&answer).await?),
        }
    }

    /// Ends the line, and with it the conversation.
    async fn close(mut self, end: End) {
        let End::Close(code, why) = end else { return };
        self.conversation.peer.close(&why);
        // The client may be gone by now.
        if self.wire.say(&message::goodbye(&why)).await.is_ok() {
            self.wire.close(code, &why).await;
        }
    }
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
