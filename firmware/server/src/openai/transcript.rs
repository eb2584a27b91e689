//! What was heard in a recording, in the forms in which it can be asked for. Pure.

use sayso_models::stt::Transcript;
use serde_json::{Value, json};

use super::subtitles::{self, segments};

/// The form of a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `{"text": …}`
    Json,
    /// With times.
    Verbose,
    /// The words alone.
    Text,
    /// SubRip.
    Srt,
    /// WebVTT.
    Vtt,
}

impl Format {
    /// The names, as clients give them.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("json", Self::Json),
        ("verbose_json", Self::Verbose),
        ("text", Self::Text),
        ("srt", Self::Srt),
        ("vtt", Self::Vtt),
    ];

    /// The form of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, format)| format)
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json | Self::Verbose => "application/json",
            Self::Text | Self::Srt => "text/plain; charset=utf-8",
            Self::Vtt => "text/vtt; charset=utf-8",
        }
    }
}

/// A transcript, and what is asked about it.
pub struct Report<'t> {
    /// "transcribe" or "translate".
    pub task: &'static str,
    /// The transcript.
    pub transcript: &'t Transcript,
    /// The length of the recording, in s.
    pub duration: f64,
    /// Whether times of words are wanted.
    pub words: bool,
    /// Whether times of segments are wanted.
    pub segments: bool,
}

impl Report<'_> {
    /// The text of the response.
    pub fn write(&self, format: Format) -> String {
        let text = self.transcript.text.trim();
        match format {
            Format::Json => json!({ "text": text, "usage": self.usage() }).to_string(),
            Format::Verbose => self.verbose(text).to_string(),
            Format::Text => format!("{text}\n"),
            Format::Srt => subtitles::srt(&segments(&self.transcript.words)),
            Format::Vtt => subtitles::vtt(&segments(&self.transcript.words)),
        }
    }

    /// What it would cost.
    pub fn usage(&self) -> Value {
        json!({ "type": "duration", "seconds": self.duration.ceil() })
    }

    fn verbose(&self, text: &str) -> Value {
        let mut value = json!({
            "task": self.task,
            "language": self.transcript.language,
            "duration": self.duration,
            "text": text,
            "usage": self.usage(),
        });
        if self.segments {
            let transcript = self.transcript;
            let segments = segments(&transcript.words).into_iter().enumerate();
            let segments = segments.map(|(id, segment)| {
                json!({
                    "id": id,
                    "seek": 0,
                    "start": seconds(segment.start_ms),
                    "end": seconds(segment.end_ms),
                    "text": format!(" {}", segment.text),
                    "tokens": [],
                    "temperature": 0.0,
                    "avg_logprob": transcript.avg_logprob,
                    "compression_ratio": 1.0,
                    "no_speech_prob": transcript.no_speech_prob,
                })
            });
            value["segments"] = segments.collect();
        }
        if self.words {
            let words = self.transcript.words.iter().map(|word| {
                json!({
                    "word": word.text,
                    "start": seconds(word.start_ms),
                    "end": seconds(word.end_ms),
                })
            });
            value["words"] = words.collect();
        }
        value
    }
}

fn seconds(ms: u32) -> f64 {
    f64::from(ms) / 1000.0
}

#[cfg(test)]
mod tests {
    use sayso_models::stt::Word;

    use super::*;

    fn word(text: &str, start_ms: u32, end_ms: u32) -> Word {
        Word { text: text.into(), start_ms, end_ms, confidence: 1.0 }
    }

    fn transcript() -> Transcript {
        let mut transcript = Transcript::default();
        transcript.text = " Turn it on. Now wait".into();
        transcript.language = "en".into();
        transcript.words = vec![
            word("Turn", 100, 300),
            word("it", 300, 400),
            word("on.", 400, 700),
            word("Now", 800, 1_000),
            word("wait", 2_500, 2_900),
        ];
        transcript
    }

    #[test]
    fn each_format_holds_the_words() {
        let transcript = transcript();
        let report = Report {
            task: "transcribe",
            transcript: &transcript,
            duration: 3.25,
            words: true,
            segments: false,
        };
        let json: Value = serde_json::from_str(&report.write(Format::Json)).unwrap_or_default();
        assert_eq!(json["text"], "Turn it on. Now wait");
        let json: Value = serde_json::from_str(&report.write(Format::Verbose)).unwrap_or_default();
        assert_eq!(json["words"][2], json!({"word": "on.", "start": 0.4, "end": 0.7}));
        assert_eq!((&json["duration"], json.get("segments")), (&json!(3.25), None));
        let both = Report { segments: true, ..report };
        let json: Value = serde_json::from_str(&both.write(Format::Verbose)).unwrap_or_default();
        assert_eq!(json["segments"][1]["text"], " Now");
        assert_eq!(both.write(Format::Text), "Turn it on. Now wait\n");
        assert_eq!(both.write(Format::Srt).matches(" --> ").count(), 3);
        assert!(both.write(Format::Vtt).starts_with("WEBVTT\n\n00:00:00.100 --> "));
        for (name, format) in Format::NAMES {
            assert_eq!(Format::named(name), Some(format));
        }
    }
}
