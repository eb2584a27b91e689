//! The messages of a conversation over a WebSocket. `docs/api.md` specifies them.

use sayso::internals::control::operation::{Answer, Operation, Refusal, Request};
use sayso::internals::events::BoardEvent;
use sayso::internals::state::Sound;
use serde::Deserialize;
use serde_json::{Value, json};

/// The name of the protocol that is chosen, if a client offers it.
pub const PROTOCOL: &str = "sayso";

/// The version of these messages.
pub const VERSION: u32 = 1;

/// What a client sends as text.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// It has played so much.
    Played(Played),
    /// Its microphone is on or off.
    Microphone(bool),
    /// An operation on its own board. The answer has the same `id`.
    Operation(Option<Value>, Operation),
}

/// How much a client has played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Played {
    /// The place that it has reached, in samples.
    pub samples: u64,
    /// How many of the `stop_sound` it has carried out, if it counts them.
    pub stops: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Microphone {
    on: bool,
}

impl Incoming {
    /// Reads a message.
    ///
    /// # Errors
    /// The answer to a text that is no message.
    pub fn parse(text: &str) -> Result<Self, Value> {
        let bad = |id: Option<&Value>, why: String| {
            answer(id, &Answer::refused(Refusal::BadRequest, why))
        };
        let mut fields = match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => return Err(bad(None, r#"not an object, such as {"op":"listen"}"#.into())),
            Err(error) => return Err(bad(None, format!("not JSON: {error}"))),
        };
        let id = fields.remove("id");
        let wrong = |error: serde_json::Error| bad(id.as_ref(), error.to_string());
        match fields.get("op").and_then(Value::as_str) {
            Some("played") => {
                fields.remove("op");
                serde_json::from_value(fields.into()).map(Self::Played).map_err(wrong)
            }
            Some("microphone") => {
                fields.remove("op");
                let read: Result<Microphone, _> = serde_json::from_value(fields.into());
                read.map(|microphone| Self::Microphone(microphone.on)).map_err(wrong)
            }
            _ if fields.contains_key("board") => {
                Err(bad(id.as_ref(), "board: a conversation has one board, its own".into()))
            }
            _ => match Request::parse(Value::from(fields).to_string().as_bytes()) {
                Ok(request) => Ok(Self::Operation(id, request.operation)),
                Err(refused) => Err(answer(id.as_ref(), &refused)),
            },
        }
    }
}

/// The first message to a client.
pub fn hello(board: &str, hears: u32, plays: u32, phrases: &[String]) -> Value {
    let sayso = env!("CARGO_PKG_VERSION");
    json!({"event": "hello", "version": VERSION, "sayso": sayso, "board": board, "hears": hears,
           "plays": plays, "phrases": phrases})
}

/// The mute and the volume of a board.
pub fn sound(sound: Sound) -> Value {
    json!({"event": "sound", "muted": sound.muted, "volume": sound.volume})
}

/// The order to drop what is to be played.
pub fn stop_sound(at: u64, fade: u16) -> Value {
    json!({"event": "stop_sound", "at": at, "fade": fade})
}

/// The last message to a client, if there is one.
pub fn goodbye(reason: &str) -> Value {
    json!({"event": "goodbye", "reason": reason})
}

/// The answer to an operation.
pub fn answer(id: Option<&Value>, answer: &Answer) -> Value {
    let mut value = json!(answer);
    value["event"] = "answer".into();
    if let Some(id) = id {
        value["id"] = id.clone();
    }
    value
}

/// An event of a board.
pub fn event(event: &BoardEvent) -> Value {
    let mut value = json!(event.event);
    value["board"] = (*event.board).into();
    value
}

/// Sound as it is sent: 16 bits, little endian.
pub fn to_pcm(samples: &[f32]) -> Vec<u8> {
    let whole = |sample: &f32| (sample * 32_768.0).round() as i16;
    samples.iter().flat_map(|sample| whole(sample).to_le_bytes()).collect()
}

/// Sound as it arrives. `None` if a half of a sample is missing.
pub fn from_pcm(bytes: &[u8]) -> Option<Vec<f32>> {
    let (samples, rest) = bytes.as_chunks::<2>();
    let one = |pair: &[u8; 2]| f32::from(i16::from_le_bytes(*pair)) / 32_768.0;
    rest.is_empty().then(|| samples.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read() {
        let is = |text: &str, due: Incoming| assert_eq!(Incoming::parse(text), Ok(due), "{text}");
        is(
            r#"{"op":"played","samples":480}"#,
            Incoming::Played(Played { samples: 480, stops: None }),
        );
        is(
            r#"{"op":"played","samples":480,"stops":2}"#,
            Incoming::Played(Played { samples: 480, stops: Some(2) }),
        );
        is(r#"{"op":"microphone","on":false}"#, Incoming::Microphone(false));
        is(r#"{"op":"listen"}"#, Incoming::Operation(None, Operation::Listen {}));
        is(
            r#"{"op":"ask","text":"hi","id":7}"#,
            Incoming::Operation(Some(7.into()), Operation::Ask { text: "hi".into() }),
        );
    }

    #[test]
    fn everything_else_is_refused_with_its_id() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"op":"played"}"#,
            r#"{"op":"played","samples":-1}"#,
            r#"{"op":"microphone"}"#,
            r#"{"op":"listen","board":"kitchen"}"#,
            r#"{"op":"sing"}"#,
            r#"{"op":"listen","now":1}"#,
        ] {
            let refused = Incoming::parse(text).expect_err(text);
            assert_eq!(refused["ok"], false, "{text}");
            assert_eq!(refused["refusal"], "bad_request", "{text}");
        }
        let refused = Incoming::parse(r#"{"op":"sing","id":"a"}"#).expect_err("no such");
        assert_eq!(refused["id"], "a");
    }

    #[test]
    fn sound_is_sent_and_read_back() {
        let sound = [0.0, 0.5, -0.5, -1.0];
        assert_eq!(from_pcm(&to_pcm(&sound)).as_deref(), Some(&sound[..]));
        assert_eq!(to_pcm(&[2.0, -2.0]), [255, 127, 0, 128], "it is limited, not wrapped");
        assert_eq!(from_pcm(&[1]), None);
    }
}
