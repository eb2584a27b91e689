//! What the client sends.

use sayso_models::llm::{Message, Role};
use serde_json::{Value, json};

use super::{Began, Carrier, Effect, Flow, Prompt};
use crate::openai::error::{Refusal, Result};
use crate::openai::id;
use crate::openai::realtime::items::{Item, Items, Kind};
use crate::openai::realtime::script::ANSWER;
use crate::openai::realtime::settings::Detection;

/// The most sound that may wait to be committed, in ms: 5 minutes.
const LONGEST_MS: u64 = 300_000;
/// The least sound that can be committed.
const SHORTEST_MS: u64 = 100;
/// Recordings that may wait to be written down.
const RECORDINGS: usize = 16;
/// The most items of an answer's own context.
const INPUT: usize = 500;

impl Flow {
    /// Takes an event of the client's.
    pub fn client(&mut self, text: &str) {
        let Ok(event) = serde_json::from_str::<Value>(text) else {
            return self.fail(&Refusal::invalid(None, "this is not JSON"), None);
        };
        if let Err(refusal) = self.carry_out(&event) {
            self.fail(&refusal, event.get("event_id").filter(|id| id.is_string()));
        }
    }

    fn carry_out(&mut self, event: &Value) -> Result<()> {
        let item = || event.get("item_id").and_then(Value::as_str).unwrap_or_default();
        match event.get("type").and_then(Value::as_str) {
            Some("session.update") => self.update(event.get("session").unwrap_or(&Value::Null)),
            Some("transcription_session.update") => {
                let mut session = event.get("session").cloned().unwrap_or_default();
                if let Value::Object(fields) = &mut session {
                    fields.insert("type".into(), "transcription".into());
                }
                self.update(&session)
            }
            Some("input_audio_buffer.append") => {
                let audio = event.get("audio").and_then(Value::as_str);
                self.append(audio.ok_or_else(|| Refusal::invalid("audio", "there is no audio"))?)
            }
            Some("input_audio_buffer.commit") => self.commit_buffer(),
            Some("input_audio_buffer.clear") => {
                self.buffer.clear();
                self.out.push(Effect::ClearInput);
                self.send("input_audio_buffer.cleared", json!({}));
                Ok(())
            }
            Some("conversation.item.create") => self.create_item(event),
            Some("conversation.item.retrieve") => {
                let shown = self.items.get(item()).map(|item| item.to_json(self.beta));
                let shown = shown.ok_or_else(unknown_item)?;
                self.send("conversation.item.retrieved", json!({ "item": shown }));
                Ok(())
            }
            Some("conversation.item.delete") => {
                if !self.items.remove(item()) {
                    return Err(unknown_item());
                }
                self.send("conversation.item.deleted", json!({ "item_id": item() }));
                self.follow();
                Ok(())
            }
            Some("conversation.item.truncate") => self.truncate(item(), event),
            Some("response.create") => {
                self.create_response(event.get("response").cloned().unwrap_or_else(|| json!({})))
            }
            Some("response.cancel") => self.cancel(),
            Some("output_audio_buffer.clear") if self.carrier == Carrier::Call => {
                self.out.push(Effect::Stop);
                Ok(())
            }
            other => {
                let shown: String = other.unwrap_or_default().chars().take(60).collect();
                let message = format!("{shown:?} is no event that is known here");
                Err(Refusal::invalid("type", message))
            }
        }
    }

    /// Changes the session.
    ///
    /// # Errors
    /// When a value cannot be used; then nothing changes.
    pub fn update(&mut self, session: &Value) -> Result<()> {
        let (before, instructed) = (self.settings.clone(), self.is_instructed());
        self.settings.update(session)?;
        let shown = self.settings.to_json(&self.id, &self.instructions, self.beta);
        self.send("session.updated", json!({ "session": shown }));
        self.follow();
        if self.settings.differs_in_sound(&before) || instructed != self.is_instructed() {
            self.buffer.clear();
            self.speech = None;
            self.out.push(Effect::Restart);
        }
        Ok(())
    }

    /// Takes sound of a call. Returns whether the conversation is to hear it.
    #[cfg_attr(not(feature = "webrtc"), allow(dead_code, reason = "there are no calls"))]
    pub fn listen(&mut self, samples: &[f32]) -> bool {
        if self.settings.detection != Detection::Manual {
            return true;
        }
        // A microphone that is always on fills it; what is said last counts.
        let most = (LONGEST_MS * u64::from(self.carrier.hears(&self.settings)) / 1000) as usize;
        let surplus = (self.buffer.len() + samples.len()).saturating_sub(most);
        self.buffer.drain(..surplus.min(self.buffer.len()));
        self.buffer.extend(samples);
        false
    }

    fn append(&mut self, audio: &str) -> Result<()> {
        if self.carrier == Carrier::Call {
            let message = "the sound of this session comes over its call";
            return Err(Refusal::invalid(None, message));
        }
        let samples = self.settings.input.decode(audio).ok_or_else(|| {
            let message = "this is no sound of the session's format in base64";
            Refusal::invalid("audio", message)
        })?;
        if self.settings.detection != Detection::Manual {
            self.out.push(Effect::Hear(samples));
            return Ok(());
        }
        let length = self.settings.input.ms((self.buffer.len() + samples.len()) as u64);
        if length > LONGEST_MS {
            let message = format!("more than {} s wait to be committed", LONGEST_MS / 1000);
            return Err(Refusal::invalid("audio", message));
        }
        self.buffer.extend(samples);
        Ok(())
    }

    fn commit_buffer(&mut self) -> Result<()> {
        if self.settings.detection != Detection::Manual {
            let message = "with turn detection, the server commits what is said: set \
                           turn_detection to null to end turns yourself";
            return Err(Refusal::invalid(None, message));
        }
        let rate = u64::from(self.carrier.hears(&self.settings));
        let length = self.buffer.len() as u64 * 1000 / rate;
        if length < SHORTEST_MS {
            let message =
                format!("the buffer holds {length} ms, at least {SHORTEST_MS} are needed");
            return Err(Refusal::invalid(None, message));
        }
        self.may_record()?;
        let item = id("item_");
        self.commit(item.clone());
        let recording = std::mem::take(&mut self.buffer);
        let rate = self.carrier.hears(&self.settings);
        self.write_down(item, recording, rate);
        Ok(())
    }

    fn may_record(&self) -> Result<()> {
        match self.recordings.len() < RECORDINGS {
            true => Ok(()),
            false => Err(Refusal::invalid(None, "too many recordings wait to be written down")),
        }
    }

    fn write_down(&mut self, item: String, recording: Vec<f32>, rate: u32) {
        self.recordings.push_back(item);
        self.out.push(Effect::WriteDown(recording, rate));
    }

    fn create_item(&mut self, event: &Value) -> Result<()> {
        let described = event.get("item").unwrap_or(&Value::Null);
        let (item, sound) = Item::read(described, || id("item_"))?;
        let recording = match sound {
            None => None,
            Some(audio) => {
                self.may_record()?;
                let samples = self.settings.input.decode(&audio);
                let wrong = || Refusal::invalid("item", "the sound is not in the session's format");
                let samples = samples.ok_or_else(wrong)?;
                if self.settings.input.ms(samples.len() as u64) > LONGEST_MS {
                    return Err(Refusal::invalid("item", "the recording is too long"));
                }
                Some(samples)
            }
        };
        let name = item.id.clone();
        let item = Item { settled: recording.is_none(), ..item };
        let after = event.get("previous_item_id").and_then(Value::as_str);
        self.items.insert(item, after)?;
        self.show_item(&name);
        match recording {
            Some(recording) => self.write_down(name, recording, self.settings.input.rate()),
            None => self.follow(),
        }
        Ok(())
    }

    fn truncate(&mut self, item: &str, event: &Value) -> Result<()> {
        let end = event.get("audio_end_ms").and_then(Value::as_u64);
        let end = end.ok_or_else(|| Refusal::invalid("audio_end_ms", "a number of ms"))?;
        match self.open.as_mut().filter(|open| open.is_message(item)) {
            // How much was heard of it is known when it ends.
            Some(open) => open.cut_at(end),
            None => {
                self.items.truncate(item, end)?;
                self.follow();
            }
        }
        let event = json!({ "item_id": item, "content_index": 0, "audio_end_ms": end });
        self.send("conversation.item.truncated", event);
        Ok(())
    }

    fn cancel(&mut self) -> Result<()> {
        self.waiting = None;
        let Some(open) = &mut self.open else {
            let message = "there is no response in progress";
            return Err(Refusal::invalid(None, message));
        };
        open.cancelled = true;
        self.out.push(Effect::Stop);
        Ok(())
    }

    /// Answers, as soon as what is to be answered is known.
    pub(super) fn create_response(&mut self, response: Value) -> Result<()> {
        if let Some(open) = &self.open
            && (!open.is_silent() || self.waiting.is_some())
        {
            let message = "a response is in progress: wait for response.done, or cancel it";
            return Err(Refusal::invalid(None, message));
        }
        if self.open.is_some() || !self.recordings.is_empty() {
            self.waiting = Some(response);
            return Ok(());
        }
        let settings = self.settings.for_response(&response)?;
        let messages = match response.get("input").and_then(Value::as_array) {
            None => None,
            Some(input) => Some(self.input(input)?),
        };
        // A question in words may be for a rule or a skill.
        let question = match messages {
            None => self.items.messages().pop().filter(|last| last.role == Role::User),
            Some(_) => None,
        };
        let text = question.map(|question| question.text.trim().to_owned());
        let text = text.filter(|text| !text.is_empty()).unwrap_or_else(|| ANSWER.to_owned());
        let prompt = Prompt { text, manner: self.manner(&settings), messages };
        self.begin_response(Began::Asked, None, None, &response);
        if let Some(open) = &mut self.open {
            open.prompt.clone_from(&prompt.text);
        }
        self.out.push(Effect::Answer(Box::new(prompt)));
        Ok(())
    }

    /// The context that an answer is given instead of the conversation.
    fn input(&self, input: &[Value]) -> Result<Vec<Message>> {
        if input.len() > INPUT {
            let message = format!("there are more than {INPUT} items");
            return Err(Refusal::invalid("response.input", message));
        }
        let mut own = Items::default();
        for value in input {
            let item = match value.get("type").and_then(Value::as_str) {
                Some("item_reference") => {
                    let name = value.get("id").and_then(Value::as_str).unwrap_or_default();
                    self.items.get(name).cloned().ok_or_else(unknown_item)?
                }
                _ => Item::read(value, || id("item_"))?.0,
            };
            if let Kind::Said { aloud: true, role: Role::User, text, .. } = &item.kind
                && text.is_empty()
            {
                let message = "sound must be an item of the conversation: refer to it";
                return Err(Refusal::unsupported("response.input", message));
            }
            own.insert(item, None)?;
        }
        Ok(own.messages())
    }
}

fn unknown_item() -> Refusal {
    Refusal::invalid("item_id", "there is no item with this id")
}
