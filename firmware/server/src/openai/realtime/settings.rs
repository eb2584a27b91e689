//! The settings of a Realtime session, as clients change and see them. Pure.

use sayso_models::llm::{Choice, Tool};
use serde_json::{Value, json};

use super::codec::Codec;
use crate::openai::chat::{choice, tool};
use crate::openai::error::{Refusal, Result};

/// The longest instructions, in bytes.
const INSTRUCTIONS: usize = 64 * 1024;
/// The most tools.
const TOOLS: usize = 128;

/// How the end of an utterance is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Detection {
    /// The client says it.
    Manual,
    /// By the length of quiet, in ms, if the client has set one; otherwise as `Semantic`.
    Quiet { silence_ms: Option<u32>, threshold: Option<f32> },
    /// By how the utterance sounds and reads.
    Semantic { eagerness: Eagerness },
}

/// How soon an utterance counts as over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Eagerness {
    Low,
    #[default]
    Medium,
    High,
}

/// The settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Empty for the assistant's own.
    pub instructions: String,
    /// Whether answers are spoken; if not, they are text.
    pub spoken: bool,
    pub input: Codec,
    pub output: Codec,
    pub detection: Detection,
    /// Whether an utterance is answered without being asked.
    pub answers: bool,
    /// Whether speech interrupts an answer.
    pub interrupts: bool,
    /// Whether the client is told what was said.
    pub transcribes: bool,
    pub tools: Vec<Tool>,
    /// The tools as the client described them.
    offered: Value,
    pub choice: Choice,
    chosen: Value,
    /// The most tokens of an answer; `None` is no limit of the client's.
    pub most: Option<u32>,
    pub speed: f32,
    voice: Value,
    model: String,
    /// Whether this is a session that only transcribes.
    transcription: bool,
}

impl Settings {
    /// The settings of a new session with the voice and the model of these names.
    pub fn new(voice: &str, model: &str) -> Self {
        Self {
            instructions: String::new(),
            spoken: true,
            input: Codec::Pcm,
            output: Codec::Pcm,
            detection: Detection::Semantic { eagerness: Eagerness::Medium },
            answers: true,
            interrupts: true,
            transcribes: false,
            tools: Vec::new(),
            offered: json!([]),
            choice: Choice::Auto,
            chosen: json!("auto"),
            most: None,
            speed: 1.0,
            voice: voice.into(),
            model: model.into(),
            transcription: false,
        }
    }

    /// Whether a change from `before` needs another conversation.
    pub fn differs_in_sound(&self, before: &Self) -> bool {
        let of = |it: &Self| {
            let detection = it.detection.clone();
            (it.input, it.output, detection, it.interrupts, it.speed.to_bits())
        };
        of(self) != of(before)
    }

    /// Changes what an object of the client's names; what it does not name stays.
    ///
    /// # Errors
    /// When a value cannot be used. Nothing is changed then.
    pub fn update(&mut self, session: &Value) -> Result<()> {
        let mut new = self.clone();
        new.apply(session)?;
        *self = new;
        Ok(())
    }

    fn apply(&mut self, session: &Value) -> Result<()> {
        let Value::Object(_) = session else {
            return Err(Refusal::invalid("session", "session must be an object"));
        };
        if session.get("type").and_then(Value::as_str) == Some("transcription") {
            (self.transcription, self.answers, self.transcribes) = (true, false, true);
        }
        self.common(session)?;
        // As it is now: in an object. As it was before: flat.
        let input = session.pointer("/audio/input");
        let output = session.pointer("/audio/output");
        let of = |part: Option<&Value>, now: &str, before: &str| {
            part.and_then(|part| part.get(now)).or_else(|| session.get(before)).cloned()
        };
        let codec = |value: &Value| {
            Codec::named(value).ok_or_else(|| {
                let message = "this format of sound is not there: use audio/pcm (24 kHz), \
                               audio/pcmu or audio/pcma";
                Refusal::unsupported("session.audio.format", message)
            })
        };
        if let Some(value) = of(input, "format", "input_audio_format") {
            self.input = codec(&value)?;
        }
        if let Some(value) = of(output, "format", "output_audio_format") {
            self.output = codec(&value)?;
        }
        if let Some(value) = of(input, "transcription", "input_audio_transcription") {
            self.transcribes = !value.is_null();
        }
        if let Some(value) = of(input, "turn_detection", "turn_detection") {
            self.detect(&value)?;
        }
        if let Some(value) = of(output, "speed", "speed") {
            let speed = value.as_f64().filter(|speed| (0.25..=2.0).contains(speed));
            let wrong = || Refusal::invalid("session.audio.output.speed", "0.25 to 2");
            self.speed = speed.ok_or_else(wrong)? as f32;
        }
        if let Some(value) = of(output, "voice", "voice") {
            let is_voice = value.is_string() || value.get("id").is_some_and(Value::is_string);
            if !is_voice || value.to_string().len() > 200 {
                return Err(Refusal::invalid("session.audio.output.voice", "this is no voice"));
            }
            self.voice = value;
        }
        Ok(())
    }

    /// What also an order to answer may set.
    fn common(&mut self, value: &Value) -> Result<()> {
        if let Some(instructions) = value.get("instructions").filter(|it| !it.is_null()) {
            let text = instructions.as_str().filter(|text| text.len() <= INSTRUCTIONS);
            let wrong = || {
                let message = format!("a text of at most {INSTRUCTIONS} bytes");
                Refusal::invalid("session.instructions", message)
            };
            text.ok_or_else(wrong)?.trim().clone_into(&mut self.instructions);
        }
        let modalities = value.get("output_modalities").or_else(|| value.get("modalities"));
        if let Some(modalities) = modalities.and_then(Value::as_array) {
            let has = |name: &str| modalities.iter().any(|known| known == name);
            if !has("audio") && !has("text") {
                let message = "use [\"audio\"] or [\"text\"]";
                return Err(Refusal::invalid("session.output_modalities", message));
            }
            self.spoken = has("audio");
        }
        if let Some(offered) = value.get("tools").and_then(Value::as_array) {
            if offered.len() > TOOLS {
                let message = format!("there are more than {TOOLS} tools");
                return Err(Refusal::invalid("session.tools", message));
            }
            self.tools = offered.iter().map(tool).collect::<Result<_>>()?;
            self.offered = offered.clone().into();
        }
        if let Some(chosen) = value.get("tool_choice") {
            self.choice = choice(Some(chosen))?;
            self.chosen = chosen.clone();
        }
        let most = value.get("max_output_tokens");
        let most = most.or_else(|| value.get("max_response_output_tokens"));
        match most {
            None => {}
            Some(most) if most == "inf" || most.is_null() => self.most = None,
            Some(most) => {
                let most = most.as_u64().and_then(|most| u32::try_from(most).ok());
                let wrong = || {
                    let message = "a number from 1 to 4096, or \"inf\"";
                    Refusal::invalid("session.max_output_tokens", message)
                };
                let most = most.filter(|most| (1..=4096).contains(most));
                self.most = Some(most.ok_or_else(wrong)?);
            }
        }
        Ok(())
    }

    fn detect(&mut self, value: &Value) -> Result<()> {
        let flag = |name| value.get(name).and_then(Value::as_bool);
        self.detection = match value.get("type").and_then(Value::as_str) {
            _ if value.is_null() => Detection::Manual,
            Some("server_vad") => Detection::Quiet {
                silence_ms: value
                    .get("silence_duration_ms")
                    .and_then(Value::as_u64)
                    .map(|ms| u32::try_from(ms.clamp(100, 10_000)).unwrap_or(10_000)),
                threshold: value
                    .get("threshold")
                    .and_then(Value::as_f64)
                    .map(|threshold| threshold.clamp(0.05, 0.95) as f32),
            },
            Some("semantic_vad") => Detection::Semantic {
                eagerness: match value.get("eagerness").and_then(Value::as_str) {
                    Some("low") => Eagerness::Low,
                    Some("high") => Eagerness::High,
                    _ => Eagerness::Medium,
                },
            },
            _ => {
                let message = "use server_vad, semantic_vad, or null for turns that you end";
                return Err(Refusal::unsupported("session.audio.input.turn_detection", message));
            }
        };
        self.answers = flag("create_response").unwrap_or(true) && !self.transcription;
        self.interrupts = flag("interrupt_response").unwrap_or(true);
        Ok(())
    }

    /// The settings of one answer, for which an order names others.
    ///
    /// # Errors
    /// When a value cannot be used.
    pub fn for_response(&self, response: &Value) -> Result<Self> {
        let mut own = self.clone();
        own.common(response)?;
        Ok(own)
    }

    fn detection(&self) -> Value {
        let (answers, interrupts) = (self.answers, self.interrupts);
        match &self.detection {
            Detection::Manual => Value::Null,
            Detection::Quiet { silence_ms, threshold } => json!({
                "type": "server_vad",
                "threshold": threshold.unwrap_or(0.5),
                "prefix_padding_ms": 300,
                "silence_duration_ms": silence_ms.unwrap_or(500),
                "idle_timeout_ms": null,
                "create_response": answers,
                "interrupt_response": interrupts,
            }),
            Detection::Semantic { eagerness } => json!({
                "type": "semantic_vad",
                "eagerness": match eagerness {
                    Eagerness::Low => "low",
                    Eagerness::Medium => "auto",
                    Eagerness::High => "high",
                },
                "create_response": answers,
                "interrupt_response": interrupts,
            }),
        }
    }

    /// The session object. `instructions` are those that hold if the client has set none.
    pub fn to_json(&self, id: &str, instructions: &str, beta: bool) -> Value {
        let instructions = match self.instructions.as_str() {
            "" => instructions,
            own => own,
        };
        let most = self.most.map_or_else(|| json!("inf"), |most| json!(most));
        let transcription = match self.transcribes {
            true => json!({ "model": "whisper-1" }),
            false => Value::Null,
        };
        if beta {
            let modalities = if self.spoken { json!(["text", "audio"]) } else { json!(["text"]) };
            return json!({
                "id": id,
                "object": "realtime.session",
                "model": self.model,
                "modalities": modalities,
                "instructions": instructions,
                "voice": self.voice,
                "speed": self.speed,
                "input_audio_format": self.input.to_json(true),
                "output_audio_format": self.output.to_json(true),
                "input_audio_transcription": transcription,
                "turn_detection": self.detection(),
                "tools": self.offered,
                "tool_choice": self.chosen,
                "temperature": 0.8,
                "max_response_output_tokens": most,
            });
        }
        json!({
            "type": if self.transcription { "transcription" } else { "realtime" },
            "object": "realtime.session",
            "id": id,
            "model": self.model,
            "output_modalities": self.modalities(),
            "instructions": instructions,
            "tools": self.offered,
            "tool_choice": self.chosen,
            "max_output_tokens": most,
            "tracing": null,
            "truncation": "auto",
            "prompt": null,
            "include": null,
            "audio": {
                "input": {
                    "format": self.input.to_json(false),
                    "transcription": transcription,
                    "noise_reduction": null,
                    "turn_detection": self.detection(),
                },
                "output": self.output_json(),
            },
        })
    }

    /// `["audio"]` or `["text"]`.
    pub fn modalities(&self) -> Value {
        if self.spoken { json!(["audio"]) } else { json!(["text"]) }
    }

    /// How answers sound.
    pub fn output_json(&self) -> Value {
        let format = self.output.to_json(false);
        json!({ "format": format, "voice": self.voice, "speed": self.speed })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn updated(session: Value) -> std::result::Result<Settings, String> {
        let mut settings = Settings::new("hibari", "sayso");
        settings.update(&session).map_err(|refusal| refusal.message().to_owned())?;
        Ok(settings)
    }

    #[test]
    fn both_forms_change_the_same() {
        let now = updated(json!({
            "type": "realtime",
            "instructions": " Be brief. ",
            "output_modalities": ["text"],
            "max_output_tokens": 50,
            "audio": {
                "input": {"format": {"type": "audio/pcmu"}, "transcription": {"model": "whisper-1"}, "turn_detection": null},
                "output": {"format": {"type": "audio/pcma"}, "speed": 1.5},
            },
        }));
        let before = updated(json!({
            "instructions": "Be brief.",
            "modalities": ["text"],
            "max_response_output_tokens": 50,
            "input_audio_format": "g711_ulaw",
            "output_audio_format": "g711_alaw",
            "input_audio_transcription": {"model": "whisper-1"},
            "turn_detection": null,
            "speed": 1.5,
        }));
        assert_eq!(now, before);
        let settings = now.expect("settings");
        assert_eq!((settings.input, settings.output), (Codec::Ulaw, Codec::Alaw));
        assert_eq!(settings.detection, Detection::Manual);
        assert_eq!(
            settings.to_json("s", "", false)["audio"]["input"]["turn_detection"],
            Value::Null
        );
        assert_eq!(settings.to_json("s", "", true)["output_audio_format"], "g711_alaw");
    }

    #[test]
    fn what_is_not_named_stays() {
        let mut settings = updated(json!({"instructions": "One."})).expect("settings");
        settings.update(&json!({"audio": {"output": {"voice": "marin"}}})).expect("updated");
        assert_eq!(settings.instructions, "One.");
        assert!(settings.answers && settings.interrupts && !settings.transcribes);
        let before = settings.clone();
        settings
            .update(&json!({"audio": {"input": {"turn_detection": {
                "type": "server_vad", "silence_duration_ms": 300, "create_response": false}}}}))
            .expect("updated");
        assert!(!settings.answers && settings.differs_in_sound(&before));
        let shown = settings.to_json("s", "default", false);
        assert_eq!(shown["audio"]["input"]["turn_detection"]["silence_duration_ms"], 300);
        assert_eq!(shown["audio"]["output"]["voice"], "marin");
        settings.update(&json!({"instructions": ""})).expect("updated");
        assert_eq!(settings.to_json("s", "default", false)["instructions"], "default");
    }

    #[test]
    fn a_wrong_value_changes_nothing() {
        for (session, why) in [
            (json!([]), "object"),
            (json!({"audio": {"input": {"format": {"type": "audio/opus"}}}}), "audio/pcmu"),
            (json!({"audio": {"input": {"turn_detection": {"type": "psychic"}}}}), "semantic_vad"),
            (json!({"audio": {"output": {"speed": 9}}}), "0.25 to 2"),
            (json!({"max_output_tokens": 0}), "1 to 4096"),
            (json!({"output_modalities": ["smell"]}), "audio"),
            (json!({"tools": [{"type": "mcp"}]}), "function"),
            (json!({"tool_choice": "perhaps"}), "auto"),
            (json!({"instructions": 7}), "a text"),
        ] {
            let error = updated(session).expect_err(why);
            assert!(error.contains(why), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_value_is_taken_or_refused(text in "[\\[\\]{}\":,a-z0-9_/ ]{0,80}") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                let _ = updated(value);
            }
        }
    }
}
