//! `/v1/audio/speech`: speaks a text.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use sayso::Config;
use sayso::internals::synthesizer::delivery;
use sayso_language::{ClauseSplitter, Plain};
use serde::Deserialize;
use serde_json::json;

use super::error::{Refusal, Result};
use super::job::{Bench, Job};
use super::sound::{Encoder, Format};
use super::sse;
use crate::app::App;

/// The longest text, in characters.
const LONGEST: usize = 4_096;
/// How fast the voice can speak, relative to its own pace.
const SPEEDS: std::ops::RangeInclusive<f32> = 0.5..=2.0;

/// What is asked.
#[derive(Debug, Deserialize)]
pub struct Asked {
    input: String,
    response_format: Option<String>,
    speed: Option<f32>,
    stream_format: Option<String>,
}

/// The same, checked.
#[derive(Debug, PartialEq)]
struct Speech {
    text: String,
    format: Format,
    speed: f32,
    /// Whether the sound is in events.
    events: bool,
}

impl Asked {
    fn checked(self) -> Result<Speech> {
        let length = self.input.chars().count();
        if length > LONGEST {
            let message =
                format!("the text has {length} characters, but at most {LONGEST} are spoken");
            return Err(Refusal::invalid("input", message));
        }
        let there = Format::NAMES.map(|(name, _)| name).join(", ");
        // MP3 is what clients expect if they ask for nothing, but all of them read WAV.
        let name = self.response_format.as_deref().unwrap_or("wav");
        let format = Format::named(name).ok_or_else(|| {
            let message =
                format!("sound cannot be sent as {name:?}. These formats are there: {there}");
            Refusal::unsupported("response_format", message)
        })?;
        let speed = self.speed.unwrap_or(1.0);
        if !SPEEDS.contains(&speed) {
            let message =
                format!("{speed} is out of range: {} to {}", SPEEDS.start(), SPEEDS.end());
            return Err(Refusal::invalid("speed", message));
        }
        let events = match self.stream_format.as_deref() {
            None | Some("audio") => false,
            Some("sse") => true,
            Some(other) => {
                let message = format!("{other:?} is no form of a stream: use audio or sse");
                return Err(Refusal::unsupported("stream_format", message));
            }
        };
        Ok(Speech { text: self.input, format, speed, events })
    }
}

/// `POST /v1/audio/speech`
pub async fn speak(
    State(app): State<Arc<App>>,
    asked: std::result::Result<Json<Asked>, JsonRejection>,
) -> Result<Response> {
    let speech = asked?.0.checked()?;
    let config = Arc::clone(&app.around.config);
    let (format, events) = (speech.format, speech.events);
    let characters = speech.text.chars().count();
    let mut job = Job::begin(&app, move |bench| synthesize(bench, &speech, &config));
    let first = job.first().await?;
    let sound = futures_util::stream::iter([Ok(first)]).chain(job);
    if !events {
        let sound = sound.map(|piece| piece.map_err(|refusal| refusal.message().to_owned()));
        let kind = [(header::CONTENT_TYPE, format.media_type())];
        return Ok((kind, Body::from_stream(sound)).into_response());
    }
    let deltas = sound.map(|piece| {
        piece.map(|bytes| {
            let audio = STANDARD.encode(bytes);
            sse::event(&json!({ "type": "speech.audio.delta", "audio": audio }))
        })
    });
    let done = json!({
        "type": "speech.audio.done",
        "usage": { "input_tokens": characters, "output_tokens": 0, "total_tokens": characters },
    });
    Ok(sse::response(deltas.chain(futures_util::stream::iter([Ok(sse::event(&done))]))))
}

/// Speaks clause by clause.
fn synthesize(bench: &mut Bench<Vec<u8>>, speech: &Speech, config: &Config) -> Result<()> {
    let mut clauses = Vec::new();
    let mut splitter = ClauseSplitter::new(config.spoken().reader());
    splitter.push(Plain::after_reasoning(&speech.text), &mut |clause| clauses.push(clause));
    splitter.finish(&mut |clause| clauses.push(clause));
    if clauses.is_empty() {
        return Err(Refusal::invalid("input", "there is nothing to say in this text"));
    }
    let mut delivery = delivery(config);
    delivery.speed *= speech.speed;
    let Bench { engines, cores, out } = bench;
    let mut encoder = Encoder::new(speech.format, engines.tts.sample_rate())?;
    let seat = cores.seat();
    let (mut samples, mut failed) = (0, None);
    for clause in &clauses {
        let _core = seat.take(1, 1, &out.cancel)?;
        let mut pass_on = |sound: &[f32]| match encoder.push(sound) {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => out.give(bytes),
            Err(refusal) => failed = Some(refusal),
        };
        samples += engines.tts.speak(&clause.text, &delivery, &out.cancel, &mut pass_on)?.samples;
        if let Some(refusal) = failed.take() {
            return Err(refusal);
        }
    }
    if samples == 0 {
        let message = "there is nothing in this text that the voice can say";
        return Err(Refusal::invalid("input", message));
    }
    out.give(encoder.finish()?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(json: &str) -> std::result::Result<Speech, String> {
        let asked: Asked = serde_json::from_str(json).expect("a request");
        asked.checked().map_err(|refusal| refusal.message().to_owned())
    }

    #[test]
    fn a_request_is_checked() {
        let plain = checked(r#"{"model":"tts-1","voice":"alloy","input":"Hello."}"#);
        let due = Speech { text: "Hello.".into(), format: Format::Wav, speed: 1.0, events: false };
        assert_eq!(plain, Ok(due));
        for (json, why) in [
            (r#"{"input":"a","response_format":"mp3"}"#, "wav, pcm, flac, opus"),
            (r#"{"input":"a","response_format":"aac"}"#, "wav, pcm, flac, opus"),
            (r#"{"input":"a","speed":4}"#, "0.5 to 2"),
            (r#"{"input":"a","stream_format":"udp"}"#, "audio or sse"),
        ] {
            let error = checked(json).expect_err(json);
            assert!(error.contains(why), "{json}: {error}");
        }
        let long = format!(r#"{{"input":"{}"}}"#, "x".repeat(LONGEST + 1));
        assert!(checked(&long).expect_err("too long").contains("4096"));
    }
}
