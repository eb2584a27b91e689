//! The operations on a running program, the same for every transport.
//!
//! A request is one JSON object, and so is its answer; `docs/control.md` describes both. A
//! transport transmits them: at present a Unix socket.

use sayso_core::turn::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The longest text of a request, in bytes.
pub const LONGEST_TEXT: usize = 4_096;

/// An operation on a running program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Says something when nobody else speaks.
    Say {
        /// The words.
        text: String,
        /// Whether it interrupts a reply and does not wait until nobody speaks.
        #[serde(default)]
        urgent: bool,
    },
    /// As `Say`, with a chime first.
    Announce {
        /// The words.
        text: String,
        /// Whether it interrupts a reply and does not wait until nobody speaks.
        #[serde(default)]
        urgent: bool,
    },
    /// Answers a question as if it had been spoken.
    Ask {
        /// The question.
        text: String,
    },
    /// Listens to what is said next, as after the wake phrase. Ends a reply.
    Listen {},
    /// Ends what is being said or answered.
    Stop {},
    /// Mutes, also after a restart.
    Mute {},
    /// Unmutes.
    Unmute {},
    /// Sets the volume of everything that is played, also after a restart.
    Volume {
        /// A factor, 0 to 2.
        volume: f32,
    },
    /// Reports what the boards are doing.
    Status {},
}

/// An operation, and the board that it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The name of the board; `None` for all of them.
    pub board: Option<String>,
    /// The operation.
    pub operation: Operation,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// The answer to a line that is not a request.
    pub fn parse(line: &[u8]) -> Result<Self, Answer> {
        let bad = |why: String| Answer::refused(Refusal::BadRequest, why);
        let value: Value =
            serde_json::from_slice(line).map_err(|error| bad(format!("not JSON: {error}")))?;
        let Value::Object(mut fields) = value else {
            return Err(bad(r#"not an object, such as {"op":"status"}"#.into()));
        };
        let board = match fields.remove("board") {
            None | Some(Value::Null) => None,
            Some(Value::String(board)) => Some(board),
            Some(_) => return Err(bad("board: the name of a board must be a text".into())),
        };
        let operation =
            serde_json::from_value(fields.into()).map_err(|error| bad(error.to_string()))?;
        let request = Self { board, operation };
        request.check().map_err(bad)?;
        Ok(request)
    }

    fn check(&self) -> Result<(), String> {
        match &self.operation {
            Operation::Say { text, .. }
            | Operation::Announce { text, .. }
            | Operation::Ask { text } => {
                if text.trim().is_empty() {
                    return Err("text: it is empty".into());
                }
                // A question may consist of signs only.
                let is_said = !matches!(self.operation, Operation::Ask { .. });
                if is_said && !sayso_language::can_be_said(text) {
                    return Err("text: there is nothing to say in this text".into());
                }
                if text.len() > LONGEST_TEXT {
                    let length = text.len();
                    return Err(format!(
                        "text: it is too long: {length} bytes, at most {LONGEST_TEXT} are allowed"
                    ));
                }
                Ok(())
            }
            Operation::Volume { volume } if !crate::state::Sound::is_volume(*volume) => {
                Err(format!("volume: {volume} is out of range: 0 to 2"))
            }
            _ => Ok(()),
        }
    }

    /// The request as one line of JSON, without the line end.
    pub fn to_line(&self) -> String {
        let mut value = serde_json::json!(self.operation);
        if let Some(board) = &self.board {
            value["board"] = board.as_str().into();
        }
        value.to_string()
    }
}

/// Why a request was not done.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// It is not a request. Permanent.
    BadRequest,
    /// There is no board with this name, or none was named although one is needed.
    UnknownBoard,
    /// The board is missing, or its models are loading. Try later.
    NotReady,
    /// Too many requests wait already, or too many clients are connected. Try later.
    Busy,
    /// It was done but cannot be saved, so it will not survive a restart.
    NotSaved,
}

/// The answer to a request.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// Whether it was done.
    pub ok: bool,
    /// Why not, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// Why not, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The program, by `Status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<Program>,
    /// The boards, by `Status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boards: Option<Vec<BoardStatus>>,
}

impl Answer {
    /// It was done.
    pub fn done() -> Self {
        Self { ok: true, ..Self::default() }
    }

    /// It was not done.
    pub fn refused(refusal: Refusal, error: impl Into<String>) -> Self {
        Self { refusal: Some(refusal), error: Some(error.into()), ..Self::default() }
    }

    /// The answer as one line of JSON, without the line end.
    pub fn to_line(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

/// The program that answers.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its version.
    pub version: String,
    /// The number of its process.
    pub pid: u32,
}

/// The state of a board.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It is being opened, or waited for.
    Waiting,
    /// It is open, and the models are being loaded.
    Loading,
    /// It hears and speaks.
    Open,
}

/// A board and what its conversation is doing.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BoardStatus {
    /// Its name.
    pub board: String,
    /// Where it is, by the settings; empty if they do not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub area: String,
    /// Its state.
    pub phase: Phase,
    /// Why it is waited for, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whose turn it is, if it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub state: Option<State>,
    /// Whether it is muted.
    pub muted: bool,
    /// The volume of everything that is played: a factor, 0 to 2.
    pub volume: f32,
    /// Announcements that wait to be said.
    pub waiting: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, String> {
        Request::parse(line.as_bytes()).map_err(|answer| {
            assert!(!answer.ok);
            assert_eq!(answer.refusal, Some(Refusal::BadRequest));
            answer.error.expect("why")
        })
    }

    #[test]
    fn requests_are_read_back_unchanged() {
        let operations = [
            Operation::Say { text: "tea is \"ready\"\n".into(), urgent: true },
            Operation::Announce { text: "Grüße".into(), urgent: false },
            Operation::Ask { text: "what time is it".into() },
            Operation::Listen {},
            Operation::Stop {},
            Operation::Mute {},
            Operation::Unmute {},
            Operation::Volume { volume: 0.5 },
            Operation::Status {},
        ];
        for operation in operations {
            for board in [None, Some("kitchen".to_owned())] {
                let request = Request { board, operation: operation.clone() };
                let line = request.to_line();
                assert!(!line.contains('\n'), "{line}");
                assert_eq!(parsed(&line), Ok(request), "{line}");
            }
        }
        let short = parsed(r#"{"op":"say","text":"hello","board":null}"#);
        let operation = Operation::Say { text: "hello".into(), urgent: false };
        assert_eq!(short, Ok(Request { board: None, operation }));
    }

    #[test]
    fn an_invalid_request_is_refused_with_a_reason() {
        for (line, why) in [
            ("", "not JSON"),
            ("hello", "not JSON"),
            ("[1]", "not an object"),
            ("{}", "op"),
            (r#"{"op":"sing"}"#, "sing"),
            (r#"{"op":"stop","now":true}"#, "now"),
            (r#"{"op":"say","text":"x","urgant":true}"#, "urgant"),
            (r#"{"op":"say"}"#, "text"),
            (r#"{"op":"say","text":" "}"#, "empty"),
            (r#"{"op":"say","text":"🎉"}"#, "there is nothing to say in this text"),
            (r#"{"op":"announce","text":"… !"}"#, "there is nothing to say in this text"),
            (r#"{"op":"say","text":7}"#, "invalid type"),
            (r#"{"op":"mute","board":7}"#, "board"),
            (r#"{"op":"volume","volume":2.1}"#, "0 to 2"),
            (r#"{"op":"volume","volume":-0.1}"#, "0 to 2"),
            (r#"{"op":"volume","volume":1e99}"#, "0 to 2"),
            (r#"{"op":"volume","volume":"loud"}"#, "invalid type"),
        ] {
            let error = parsed(line).expect_err(line);
            assert!(error.contains(why), "{line}: {error}");
        }
        let long = Operation::Ask { text: "x".repeat(LONGEST_TEXT + 1) };
        let error = parsed(&Request { board: None, operation: long }.to_line());
        assert!(error.expect_err("too long").contains("at most 4096"));
        // The parser limits nesting.
        assert!(parsed(&"[".repeat(10_000)).is_err());
        assert!(Request::parse(b"\xff\xfe").is_err());
    }
}
