//! What carries a conversation: a WebSocket, or a WebRTC call.

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde_json::Value;

#[cfg(feature = "webrtc")]
use crate::call::{Arrived, CallLine};

/// What carries a conversation.
pub enum Wire {
    /// Texts, and sound in the form of the protocol.
    Socket(Box<WebSocket>),
    /// Texts on its channel, and sound as Opus beside them.
    #[cfg(feature = "webrtc")]
    Call(Box<CallLine>),
}

/// Something from the client.
pub enum Received {
    Text(String),
    Binary(Bytes),
    /// Sound of a call.
    #[cfg(feature = "webrtc")]
    Sound(sayso_webrtc::Packet),
    /// How much of the sound of a call was played.
    #[cfg(feature = "webrtc")]
    Played(sayso_webrtc::Played),
    /// Nothing, but it is there.
    Alive,
    /// It has closed the connection, or it is broken.
    Gone,
}

/// The client is not there any more.
pub struct Gone;

impl Wire {
    /// Waits for something from the client. Nothing is lost if the caller stops waiting.
    pub async fn receive(&mut self) -> Received {
        match self {
            Self::Socket(socket) => match socket.recv().await {
                Some(Ok(Message::Text(text))) => Received::Text(text.as_str().to_owned()),
                Some(Ok(Message::Binary(bytes))) => Received::Binary(bytes),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Received::Alive,
                Some(Ok(Message::Close(_)) | Err(_)) | None => Received::Gone,
            },
            #[cfg(feature = "webrtc")]
            Self::Call(call) => match call.next().await {
                Arrived::Text(text) => Received::Text(text),
                Arrived::Sound(packet) => Received::Sound(packet),
                Arrived::Played(played) => Received::Played(played),
                Arrived::Ended(why) => {
                    log::debug!("webrtc: {why}");
                    Received::Gone
                }
            },
        }
    }

    /// Sends a text.
    pub async fn say(&mut self, value: &Value) -> Result<(), Gone> {
        let text = value.to_string();
        match self {
            Self::Socket(socket) => socket.send(Message::Text(text.into())).await.map_err(|_| Gone),
            #[cfg(feature = "webrtc")]
            Self::Call(call) => {
                call.say(&text);
                Ok(())
            }
        }
    }

    /// Asks the client whether it is there. A call does that by itself.
    pub async fn ask(&mut self) -> Result<(), Gone> {
        match self {
            Self::Socket(socket) => {
                socket.send(Message::Ping(Bytes::new())).await.map_err(|_| Gone)
            }
            #[cfg(feature = "webrtc")]
            Self::Call(_) => Ok(()),
        }
    }

    /// Whether it notices by itself that the client has gone, so that it may be silent.
    pub fn may_be_silent(&self) -> bool {
        !matches!(self, Self::Socket(_))
    }

    /// Ends the connection. The code is one of WebSockets; why, for people.
    pub async fn close(self, code: u16, why: &str) {
        match self {
            Self::Socket(mut socket) => {
                let frame = CloseFrame { code, reason: why.into() };
                // The client may be gone by now.
                let _ = socket.send(Message::Close(Some(frame))).await;
            }
            #[cfg(feature = "webrtc")]
            Self::Call(call) => call.close().await,
        }
    }
}
