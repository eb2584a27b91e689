//! `/v1/audio/transcriptions` and `/v1/audio/translations`: what is said in a recording.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use sayso::internals::engines::threads;
use sayso::{Config, Engines};
use sayso_audio_io::SoundFile;
use sayso_board::CAPTURE_RATE;
use sayso_frontend::segments;
use sayso_models::stt::{SttRequest, Transcript};
use serde_json::json;

use super::error::{Refusal, Result};
use super::job::{Bench, Job};
use super::sse;
use super::transcript::{Format, Report};
use crate::app::App;

/// The longest recording.
const LONGEST: Duration = Duration::from_secs(3_600);
/// The longest field that is no file, in bytes.
const FIELD: usize = 16 * 1024;
/// The most fields of a form.
const FIELDS: usize = 64;

/// What is asked.
#[derive(Debug, Default)]
struct Form {
    name: String,
    file: Vec<u8>,
    language: Option<String>,
    prompt: String,
    format: Option<Format>,
    /// Whether times of words, and of segments, are asked for.
    words: bool,
    segments: bool,
    stream: bool,
    translate: bool,
}

/// What a job reports.
enum Heard {
    /// Words that were added.
    Delta(String),
    /// Everything, and the length of the recording in s.
    Done(Box<Transcript>, f64),
}

/// `POST /v1/audio/transcriptions`
pub async fn transcribe(
    State(app): State<Arc<App>>,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    answer(&app, Form::read(form).await?).await
}

/// `POST /v1/audio/translations`
pub async fn translate(
    State(app): State<Arc<App>>,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let form = Form { translate: true, ..Form::read(form).await? };
    answer(&app, form).await
}

impl Form {
    async fn read(form: std::result::Result<Multipart, MultipartRejection>) -> Result<Self> {
        let mut fields = form.map_err(|rejection| Refusal::invalid(None, rejection.body_text()))?;
        let mut form = Self::default();
        let bad = |error: MultipartError| Refusal::invalid(None, error.body_text());
        for _ in 0..FIELDS {
            let Some(mut field) = fields.next_field().await.map_err(bad)? else {
                if form.file.is_empty() {
                    return Err(Refusal::invalid("file", "there is no recording in the request"));
                }
                return Ok(form);
            };
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                form.name = field.file_name().unwrap_or("recording").to_owned();
                form.file = field.bytes().await.map_err(bad)?.into();
                continue;
            }
            let mut value = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(bad)? {
                value.extend_from_slice(&chunk);
                if value.len() > FIELD {
                    let message = format!("a field of the form has more than {FIELD} bytes");
                    return Err(Refusal::invalid(None, message));
                }
            }
            let value = String::from_utf8(value)
                .map_err(|_| Refusal::invalid(None, "a field of the form is not UTF-8"))?;
            form.set(&name, value)?;
        }
        Err(Refusal::invalid(None, format!("the form has more than {FIELDS} fields")))
    }

    /// Takes a field. Those that change nothing here are ignored.
    fn set(&mut self, name: &str, value: String) -> Result<()> {
        match name {
            "language" => self.language = Some(value).filter(|code| !code.is_empty()),
            "prompt" => self.prompt = value,
            "response_format" => {
                let format = Format::named(&value);
                let names = Format::NAMES.map(|(name, _)| name).join(", ");
                self.format = Some(format.ok_or_else(|| {
                    let message = format!("{value:?} is no format of a transcript: use {names}");
                    Refusal::unsupported("response_format", message)
                })?);
            }
            "timestamp_granularities[]" | "timestamp_granularities" => match value.as_str() {
                "word" => self.words = true,
                "segment" => self.segments = true,
                _ => {
                    let message = format!("{value:?} has no times: use word or segment");
                    return Err(Refusal::unsupported("timestamp_granularities", message));
                }
            },
            "stream" => self.stream = matches!(value.as_str(), "true" | "True" | "1"),
            _ => {}
        }
        Ok(())
    }
}

async fn answer(app: &Arc<App>, form: Form) -> Result<Response> {
    let config = Arc::clone(&app.around.config);
    let format = form.format.unwrap_or(Format::Json);
    let task = if form.translate { "translate" } else { "transcribe" };
    let (words, stream) = (form.words, form.stream);
    // Without a wish, there are times of segments.
    let segments = form.segments || !form.words;
    let mut job = Job::begin(app, move |bench| hear(bench, form, &config));
    if stream {
        let first = job.first().await?;
        let events = futures_util::stream::iter([Ok(first)]).chain(job);
        return Ok(sse::response(events.map(move |heard| {
            heard.map(|heard| match heard {
                Heard::Delta(delta) => {
                    sse::event(&json!({ "type": "transcript.text.delta", "delta": delta }))
                }
                Heard::Done(transcript, duration) => {
                    let report =
                        Report { task, transcript: &transcript, duration, words, segments };
                    sse::event(&json!({
                        "type": "transcript.text.done",
                        "text": transcript.text.trim(),
                        "usage": report.usage(),
                    }))
                }
            })
        })));
    }
    loop {
        let Heard::Done(transcript, duration) = job.first().await? else { continue };
        let report = Report { task, transcript: &transcript, duration, words, segments };
        let kind = [(header::CONTENT_TYPE, format.media_type())];
        return Ok((kind, report.write(format)).into_response());
    }
}

/// Writes down what is said, wherever somebody speaks.
fn hear(bench: &mut Bench<Heard>, form: Form, config: &Config) -> Result<()> {
    if form.translate && !bench.engines.stt.can_translate() {
        return Err(Refusal::invalid(
            "model",
            "the recogniser in use understands only English, so it cannot translate: fetch one that \
             knows other languages (sayso models fetch whisper-base), and set models.whisper = \
             \"whisper-base\"",
        ));
    }
    let recording = decoded(&form.name, form.file)?;
    let duration = recording.len() as f64 / f64::from(CAPTURE_RATE);
    let duration = (duration * 1000.0).round() / 1000.0;
    let seat = bench.cores.seat();
    let cancel = bench.out.cancel.clone();
    let spoken = {
        let _core = seat.take(1, 1, &cancel)?;
        segments(&mut *bench.engines.vad, &recording, &cancel)?
    };
    let most = threads(config.stt.threads, bench.cores.total());
    let prompt = format!("{} {}", config.stt.prompt, form.prompt);
    let mut transcript = Transcript::default();
    transcript.no_speech_prob = 1.0;
    transcript.language = form.language.clone().unwrap_or_default();
    for segment in spoken {
        let offset_ms = segment.start as u64 * 1000 / u64::from(CAPTURE_RATE);
        // Later segments have the language of the first.
        let known = Some(transcript.language.clone()).filter(|_| !transcript.text.is_empty());
        let taken = seat.take(most, most, &cancel)?;
        let asked = form.language.as_deref().or_else(|| config.recognised());
        let request = SttRequest {
            prompt: prompt.trim(),
            language: if form.translate { form.language.as_deref() } else { asked }
                .or(known.as_deref().filter(|code| !code.is_empty())),
            translate: form.translate,
            threads: taken.count(),
            guide: None,
        };
        let Engines { stt, .. } = &mut bench.engines;
        let heard = stt.transcribe(&recording[segment], &request, &cancel, &mut |_| {})?;
        drop(taken);
        let added = transcript.append(heard, u32::try_from(offset_ms).unwrap_or(u32::MAX));
        if !added.is_empty() {
            bench.out.give(Heard::Delta(added));
        }
    }
    bench.out.give(Heard::Done(Box::new(transcript), duration));
    Ok(())
}

/// The sound of an uploaded file, at [`CAPTURE_RATE`].
fn decoded(name: &str, file: Vec<u8>) -> Result<Vec<f32>> {
    let bad = |error: sayso_audio_io::Error| {
        let message = format!(
            "{error}. WAV, FLAC (also in Ogg), AIFF, CAF, MP3, Ogg Vorbis, AAC and M4A are read"
        );
        Refusal::invalid("file", message)
    };
    // It stands in messages, and its ending is a hint.
    let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
    let mut sound = SoundFile::in_memory(&name, file).map_err(bad)?;
    let most = LONGEST.as_secs() as usize * CAPTURE_RATE as usize;
    let mut samples = Vec::new();
    while let Some(block) = sound.next_block().map_err(bad)? {
        samples.extend_from_slice(block);
        if samples.len() > most {
            let message = format!("the recording is longer than {} min", LONGEST.as_secs() / 60);
            return Err(Refusal::invalid("file", message));
        }
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_taken_or_refused() {
        let mut form = Form::default();
        for (name, value) in [
            ("language", "de"),
            ("prompt", "Sayso"),
            ("response_format", "vtt"),
            ("timestamp_granularities[]", "word"),
            ("stream", "true"),
            ("temperature", "0"),
            ("model", "whisper-1"),
        ] {
            form.set(name, value.into()).expect(name);
        }
        assert_eq!((form.language.as_deref(), form.format), (Some("de"), Some(Format::Vtt)));
        assert!(form.words && !form.segments && form.stream);
        let error = form.set("response_format", "xml".into()).expect_err("no format");
        assert!(error.message().contains("verbose_json, text, srt, vtt"), "{error:?}");
        assert!(form.set("timestamp_granularities[]", "letter".into()).is_err());
    }

    #[test]
    fn what_is_no_sound_is_refused_with_the_list() {
        for bytes in [&b""[..], b"RIFF", b"hello there, this is no sound at all", &[0xff; 5_000]] {
            let error = decoded("a.wav\u{1b}[2J", bytes.to_vec()).expect_err("no sound");
            assert!(error.message().contains("MP3, Ogg Vorbis"), "{error:?}");
            assert!(!error.message().contains('\u{1b}'), "{error:?}");
        }
    }
}
