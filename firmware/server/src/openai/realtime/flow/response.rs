//! Responses: from the moment when it is certain that an answer will be heard, to its end.

use sayso_models::llm::{Call, Completed, End, Role};
use serde_json::{Value, json};

use super::{Began, Carrier, Ended, Flow, How};
use crate::openai::id;
use crate::openai::realtime::items::{self, Item, Kind};
use crate::openai::realtime::settings::Settings;

/// A response in progress.
pub struct Open {
    id: String,
    began: Began,
    turn: Option<u64>,
    /// The number of what the language model writes.
    draft: Option<u64>,
    /// What the conversation was asked, if the client asked for it.
    pub prompt: String,
    settings: Settings,
    metadata: Value,
    /// Whether it becomes part of the conversation.
    is_kept: bool,
    /// The item that it answers.
    answers: Option<String>,
    /// The items that were begun.
    output: Vec<String>,
    message: Option<Spoken>,
    /// Whether the client has cancelled it.
    pub cancelled: bool,
    /// What went wrong.
    pub trouble: Option<String>,
}

/// The item that is being spoken or written.
struct Spoken {
    item: String,
    index: usize,
    /// What the client knows of its text.
    text: String,
    /// How much sound the client has.
    samples: u64,
    /// Where the client says that it was cut off, in ms.
    cut: Option<u64>,
}

impl Open {
    /// Whether this is the item that it speaks.
    pub fn is_message(&self, item: &str) -> bool {
        self.message.as_ref().is_some_and(|message| message.item == item)
    }

    /// The client has played only so much of it, in ms.
    pub fn cut_at(&mut self, ms: u64) {
        if let Some(message) = &mut self.message {
            message.cut = Some(ms);
        }
    }

    /// Whether it is what the language model writes under this number.
    pub fn is_draft(&self, number: u64) -> bool {
        self.draft == Some(number)
    }

    /// Whether nothing of it can be heard yet.
    pub fn is_silent(&self) -> bool {
        self.message.is_none()
    }
}

/// The number of tokens, as clients know it.
fn usage(done: Option<&Completed>) -> Value {
    let Some(done) = done else { return Value::Null };
    json!({
        "total_tokens": done.prompt_tokens + done.reply_tokens,
        "input_tokens": done.prompt_tokens,
        "output_tokens": done.reply_tokens,
        "input_token_details": {
            "text_tokens": done.prompt_tokens,
            "audio_tokens": 0,
            "cached_tokens": done.cached_tokens,
        },
        "output_token_details": { "text_tokens": done.reply_tokens, "audio_tokens": 0 },
    })
}

impl Flow {
    /// A response begins.
    pub(super) fn begin_response(
        &mut self,
        began: Began,
        turn: Option<u64>,
        answers: Option<String>,
        order: &Value,
    ) {
        // One at a time.
        if let Some(open) = self.open.take() {
            let heard = open.message.as_ref().map(|message| message.text.clone());
            let heard = heard.unwrap_or_default();
            let (turn, began, how) = (0, open.began, How::Interrupted);
            let (asked, reply) = (String::new(), heard.clone());
            self.close(open, &Ended { turn, began, how, asked, reply, heard });
        }
        // What the client has ordered was checked.
        let settings = self.settings.for_response(order);
        let settings = settings.unwrap_or_else(|_| self.settings.clone());
        let open = Open {
            id: id("resp_"),
            began,
            turn,
            draft: None,
            prompt: String::new(),
            settings,
            metadata: order.get("metadata").cloned().unwrap_or_default(),
            is_kept: order.get("conversation").and_then(Value::as_str) != Some("none"),
            answers,
            output: Vec::new(),
            message: None,
            cancelled: false,
            trouble: None,
        };
        let response = self.response(&open, "in_progress", Value::Null, Value::Null);
        self.open = Some(open);
        self.send("response.created", json!({ "response": response }));
        // What was written on a guess.
        self.bind();
        self.tell_text();
    }

    /// Finds out which draft the response is.
    pub(super) fn bind(&mut self) {
        let Some(open) = self.open.as_mut().filter(|open| open.draft.is_none()) else { return };
        let prompted = open.began == Began::Asked;
        let mut drafts = self.drafts.iter();
        let fits = drafts.rfind(|(_, draft)| draft.prompted == prompted);
        open.draft = fits.map(|(number, _)| *number);
        self.tell_draft();
    }

    /// A piece of what will be spoken.
    pub(super) fn token(&mut self, turn: u64, text: &str) {
        if self.tokens.0 != turn {
            self.tokens = (turn, String::new());
        }
        self.tokens.1.push_str(text);
        let speaks = self.speech.as_ref().is_some_and(|speech| !speech.stopped);
        if let Some(open) = &mut self.open
            && open.began == Began::Asked
            && open.turn.is_none()
            && (open.draft.is_some() || !speaks)
        {
            open.turn = Some(turn);
        }
        self.tell_text();
    }

    /// A clause is now heard. Only what the program says by itself is not known before.
    pub(super) fn speaking(&mut self, turn: u64, text: &str) {
        let Some(open) = self.open.as_mut().filter(|open| open.began == Began::Own) else { return };
        open.turn = Some(turn);
        self.add_text(text);
    }

    /// Tells the client what is known of the text that is spoken.
    fn tell_text(&mut self) {
        let Some(open) = &self.open else { return };
        if open.turn != Some(self.tokens.0) {
            return;
        }
        let told = open.message.as_ref().map_or(0, |message| message.text.len());
        if let Some(more) = self.tokens.1.get(told..).filter(|more| !more.is_empty()) {
            let more = more.to_owned();
            self.add_text(&more);
        }
    }

    /// Tells the client what the language model writes beside what is spoken.
    pub(super) fn tell_draft(&mut self) {
        let Some(open) = &self.open else { return };
        let Some(draft) = open.draft.and_then(|number| self.drafts.get_mut(&number)) else {
            return;
        };
        let text = draft.text.get(draft.told_text..).unwrap_or_default().to_owned();
        let calls = draft.calls.get(draft.told_calls..).unwrap_or_default().to_vec();
        (draft.told_text, draft.told_calls) = (draft.text.len(), draft.calls.len());
        if !text.is_empty() {
            self.add_text(&text);
        }
        for call in calls {
            self.add_call(call);
        }
    }

    /// Sound on its way to the client, at the rate of the output. Returns whether it is to be heard.
    pub fn sound(&mut self, samples: &[f32]) -> bool {
        if self.open.is_none() {
            self.begin_response(Began::Own, None, None, &json!({}));
        }
        // What a rule or a skill answers is spoken in any case.
        if self.open.as_ref().is_some_and(|open| !open.settings.spoken) {
            return false;
        }
        let Some(mut event) = self.part() else { return false };
        let Some(open) = &mut self.open else { return false };
        let response = open.id.clone();
        let Some(message) = &mut open.message else { return false };
        let first = message.samples == 0;
        message.samples += samples.len() as u64;
        match self.carrier {
            Carrier::Events => {
                event["delta"] = self.settings.output.encode(samples).into();
                self.send("response.output_audio.delta", event);
            }
            Carrier::Call if first => {
                self.send("output_audio_buffer.started", json!({ "response_id": response }));
            }
            Carrier::Call => {}
        }
        true
    }

    /// So many samples that were sent will not be played.
    pub fn dropped(&mut self, samples: u64) {
        if let Some(message) = self.open.as_mut().and_then(|open| open.message.as_mut()) {
            message.samples = message.samples.saturating_sub(samples);
        }
    }

    fn add_text(&mut self, text: &str) {
        let Some(mut event) = self.part() else { return };
        let Some(open) = &mut self.open else { return };
        let Some(message) = &mut open.message else { return };
        message.text.push_str(text);
        event["delta"] = text.into();
        let kind = match open.settings.spoken {
            true => "response.output_audio_transcript.delta",
            false => "response.output_text.delta",
        };
        self.send(kind, event);
    }

    /// What all events about the message name; begins it if there is none.
    fn part(&mut self) -> Option<Value> {
        if self.open.as_ref()?.message.is_none() {
            self.begin_message();
        }
        let open = self.open.as_ref()?;
        let message = open.message.as_ref()?;
        Some(json!({
            "response_id": open.id,
            "item_id": message.item,
            "output_index": message.index,
            "content_index": 0,
        }))
    }

    fn begin_message(&mut self) {
        let Some(open) = &mut self.open else { return };
        let (name, index, aloud) = (id("item_"), open.output.len(), open.settings.spoken);
        open.output.push(name.clone());
        let (item, text) = (name.clone(), String::new());
        open.message = Some(Spoken { item, index, text, samples: 0, cut: None });
        let (response, kept) = (open.id.clone(), open.is_kept);
        let kind = Kind::Said { role: Role::Assistant, text: String::new(), aloud, ms: 0 };
        let item = Item { settled: false, ..Item::new(name.clone(), kind) };
        self.begin_item(&response, index, item, kept);
        let part = match aloud {
            true => items::audio(self.beta, ""),
            false => json!({ "type": if self.beta { "text" } else { "output_text" }, "text": "" }),
        };
        let event = json!({
            "response_id": response,
            "item_id": name,
            "output_index": index,
            "content_index": 0,
            "part": short(part),
        });
        self.send("response.content_part.added", event);
    }

    /// An item of the output begins.
    fn begin_item(&mut self, response: &str, index: usize, item: Item, kept: bool) {
        let (name, mut shown) = (item.id.clone(), item.to_json(self.beta));
        shown["status"] = "in_progress".into();
        let event =
            json!({ "response_id": response, "output_index": index, "item": shown.clone() });
        self.send("response.output_item.added", event);
        // The name is new.
        let _ = self.items.insert(item, None);
        if kept {
            let event = json!({ "previous_item_id": self.items.before(&name), "item": shown });
            let now =
                if self.beta { "conversation.item.created" } else { "conversation.item.added" };
            self.send(now, event);
        }
    }

    /// An item of the output is complete, or will not be.
    fn end_item(&mut self, response: &str, index: usize, name: &str, kept: bool) {
        let Some(item) = self.items.get(name) else { return };
        let shown = item.to_json(self.beta);
        if kept && !self.beta {
            let event = json!({ "previous_item_id": self.items.before(name), "item": shown });
            self.send("conversation.item.done", event);
        }
        let event = json!({ "response_id": response, "output_index": index, "item": shown });
        self.send("response.output_item.done", event);
    }

    fn add_call(&mut self, call: Call) {
        let Some(open) = &mut self.open else { return };
        let (name, call_id, index) = (id("item_"), id("call_"), open.output.len());
        open.output.push(name.clone());
        let (response, kept) = (open.id.clone(), open.is_kept);
        let kind = Kind::Called { call_id: call_id.clone(), call: call.clone() };
        let item = Item { settled: kept, ..Item::new(name.clone(), kind) };
        self.begin_item(&response, index, item, kept);
        let mut event = json!({
            "response_id": response, "item_id": name, "output_index": index, "call_id": call_id,
        });
        event["delta"] = call.arguments.as_str().into();
        self.send("response.function_call_arguments.delta", event.clone());
        if let Value::Object(fields) = &mut event {
            fields.remove("delta");
        }
        event["arguments"] = call.arguments.into();
        event["name"] = call.name.into();
        self.send("response.function_call_arguments.done", event);
        self.end_item(&response, index, &name, kept);
    }

    /// A turn is over.
    pub(super) fn ended(&mut self, ended: &Ended) {
        if let Some(speech) = &mut self.speech
            && speech.said.as_ref().is_some_and(|(turn, _)| *turn == ended.turn)
        {
            // It was a guess.
            speech.said = None;
        }
        let is_it = |open: &Open| {
            open.began == ended.began
                && match (open.turn, ended.began) {
                    (Some(turn), _) => turn == ended.turn,
                    (None, Began::Asked) => open.prompt == ended.asked,
                    (None, Began::Speech | Began::Own) => true,
                }
        };
        if let Some(open) = self.open.take_if(|open| is_it(open)) {
            self.close(open, ended);
        }
        if self.open.is_none()
            && self.recordings.is_empty()
            && let Some(order) = self.waiting.take()
            && let Err(refusal) = self.create_response(order)
        {
            self.fail(&refusal, None);
        }
    }

    fn close(&mut self, mut open: Open, ended: &Ended) {
        let whole = ended.how == How::Complete;
        // A skill's answer, and the end of every other: what no token told.
        if whole {
            let told = open.message.as_ref().map_or(0, |message| message.text.len());
            let more = ended.reply.get(told..).unwrap_or_default().to_owned();
            if !more.is_empty() {
                self.open = Some(open);
                self.add_text(&more);
                let Some(same) = self.open.take() else { return };
                open = same;
            }
        }
        // On a call, the turn ends when the last of it was played.
        let sounded = open.message.as_ref().is_some_and(|message| message.samples > 0);
        let last =
            if whole { "output_audio_buffer.stopped" } else { "output_audio_buffer.cleared" };
        let played = (self.carrier == Carrier::Call && sounded).then_some(last);
        if let Some(message) = open.message.take() {
            self.end_message(&open, &message, ended);
        }
        if let Some(item) = open.answers.as_deref().and_then(|item| self.items.get_mut(item)) {
            item.settled = true;
        }
        let done = open.draft.and_then(|number| self.drafts.remove(&number));
        let done = done.and_then(|draft| draft.done);
        let cut = done.as_ref().is_some_and(|done| done.end == End::Length);
        let reason = if open.cancelled { "client_cancelled" } else { "turn_detected" };
        let (status, details) = match (&open.trouble, ended.how) {
            (Some(message), How::Dropped | How::Interrupted) => {
                let error = json!({ "type": "server_error", "code": null, "message": message });
                ("failed", json!({ "type": "failed", "error": error }))
            }
            (_, How::Complete) if cut => {
                ("incomplete", json!({ "type": "incomplete", "reason": "max_output_tokens" }))
            }
            (_, How::Complete) => ("completed", Value::Null),
            (_, How::Dropped | How::Interrupted) => {
                ("cancelled", json!({ "type": "cancelled", "reason": reason }))
            }
        };
        let response = self.response(&open, status, details, usage(done.as_deref()));
        self.send("response.done", json!({ "response": response }));
        if let Some(played) = played {
            self.send(played, json!({ "response_id": open.id }));
        }
        if !open.is_kept {
            for item in &open.output {
                self.items.remove(item);
            }
        }
        self.follow();
    }

    /// The message is complete, or was interrupted.
    fn end_message(&mut self, open: &Open, message: &Spoken, ended: &Ended) {
        let whole = ended.how == How::Complete;
        let aloud = open.settings.spoken;
        let ms = message.samples * 1000 / u64::from(self.carrier.plays(&self.settings));
        let heard = match (whole, aloud) {
            (true, _) | (_, false) => message.text.clone(),
            // By the counter of what was played; the client may know of a little less.
            (false, true) => {
                match message.cut.map(|cut| items::beginning(&message.text, cut, ms)) {
                    Some(less) if less.len() < ended.heard.len() => less.to_owned(),
                    _ => ended.heard.clone(),
                }
            }
        };
        if let Some(item) = self.items.get_mut(&message.item) {
            let (role, text) = (Role::Assistant, heard.clone());
            item.kind = Kind::Said { role, text, aloud, ms };
            (item.complete, item.settled) = (whole, true);
        }
        let at = json!({
            "response_id": open.id,
            "item_id": message.item,
            "output_index": message.index,
            "content_index": 0,
        });
        let with = |name: &str, value: Value| {
            let mut event = at.clone();
            event[name] = value;
            event
        };
        let part = if aloud {
            self.send("response.output_audio.done", at.clone());
            let event = with("transcript", heard.as_str().into());
            self.send("response.output_audio_transcript.done", event);
            items::audio(self.beta, &heard)
        } else {
            self.send("response.output_text.done", with("text", heard.as_str().into()));
            json!({ "type": "text", "text": heard })
        };
        self.send("response.content_part.done", with("part", short(part)));
        self.end_item(&open.id, message.index, &message.item, open.is_kept);
    }

    /// The response as clients see it.
    fn response(&self, open: &Open, status: &str, details: Value, usage: Value) -> Value {
        let output = open.output.iter().filter_map(|item| self.items.get(item));
        let output: Vec<_> = output.map(|item| item.to_json(self.beta)).collect();
        let conversation = open.is_kept.then_some(self.conversation.as_str());
        let mut value = json!({
            "object": "realtime.response",
            "id": open.id,
            "status": status,
            "status_details": details,
            "output": output,
            "conversation_id": conversation,
            "usage": usage,
            "metadata": open.metadata,
        });
        let most = open.settings.most.map_or_else(|| json!("inf"), |most| json!(most));
        if self.beta {
            value["modalities"] = match open.settings.spoken {
                true => json!(["text", "audio"]),
                false => json!(["text"]),
            };
            value["output_audio_format"] = open.settings.output.to_json(true);
        } else {
            value["output_modalities"] = open.settings.modalities();
            value["audio"] = json!({ "output": open.settings.output_json() });
        }
        value["max_output_tokens"] = most;
        value
    }
}

/// A part of an item, in events: its kind is named without "output".
fn short(mut part: Value) -> Value {
    let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
    let kind = kind.trim_start_matches("output_").to_owned();
    part["type"] = kind.into();
    part
}
