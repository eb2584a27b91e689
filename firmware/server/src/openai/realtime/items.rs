//! The items of a Realtime conversation: what was said, called and returned. Pure.

use sayso_models::llm::{Call, Message, Role};
use serde_json::{Value, json};

use crate::openai::error::{Refusal, Result};

/// The most items. Beyond it the oldest are forgotten.
const MOST: usize = 500;
/// The longest text of an item, in bytes.
const LONGEST: usize = 256 * 1024;

/// An item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is whole; if not, it was interrupted.
    pub complete: bool,
    /// Whether it is settled: only then does the language model see it.
    pub settled: bool,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Somebody said or wrote something.
    Said {
        /// Who.
        role: Role,
        /// The words; of sound, once they are known.
        text: String,
        /// Whether it is sound.
        aloud: bool,
        /// The length of the sound, in ms.
        ms: u64,
    },
    /// The model called a tool.
    Called {
        /// The name of the call.
        call_id: String,
        /// What was called.
        call: Call,
    },
    /// A tool has returned something.
    Returned {
        /// The name of the call.
        call_id: String,
        /// What it returned.
        output: String,
    },
}

impl Item {
    /// A complete one.
    pub fn new(id: String, kind: Kind) -> Self {
        Self { id, kind, complete: true, settled: true }
    }

    /// The item that a client describes; its name is `id` if it gives none. The second value is
    /// the sound in it, as base64, whose words are not known yet.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(value: &Value, id: impl FnOnce() -> String) -> Result<(Self, Option<String>)> {
        let field = |name| value.get(name).and_then(Value::as_str);
        let own = field("id").filter(|own| !own.is_empty() && own.len() <= 64);
        let id = own.map_or_else(id, str::to_owned);
        let text = |name: &'static str| {
            let text = field(name).filter(|text| text.len() <= LONGEST);
            let message = format!("the item needs {name}: a text of at most {LONGEST} bytes");
            text.map(str::to_owned).ok_or_else(|| Refusal::invalid("item", message))
        };
        let kind = match field("type") {
            Some("message") => return said(value, id),
            Some("function_call") => {
                let call = Call { name: text("name")?, arguments: text("arguments")? };
                Kind::Called { call_id: text("call_id")?, call }
            }
            Some("function_call_output") => {
                Kind::Returned { call_id: text("call_id")?, output: text("output")? }
            }
            _ => {
                let message = "use message, function_call or function_call_output";
                return Err(Refusal::unsupported("item.type", message));
            }
        };
        Ok((Self::new(id, kind), None))
    }

    /// The item as clients see it.
    pub fn to_json(&self, beta: bool) -> Value {
        let status = if self.complete { "completed" } else { "incomplete" };
        let mut value = json!({ "id": self.id, "object": "realtime.item", "status": status });
        match &self.kind {
            Kind::Said { role, text, aloud, .. } => {
                value["type"] = "message".into();
                let (name, content) = match (role, aloud) {
                    (Role::Assistant, true) => ("assistant", audio(beta, text)),
                    (Role::Assistant, false) => {
                        let kind = if beta { "text" } else { "output_text" };
                        ("assistant", json!({ "type": kind, "text": text }))
                    }
                    (Role::User | Role::Tool, true) => {
                        ("user", json!({ "type": "input_audio", "transcript": text }))
                    }
                    (Role::User | Role::Tool, false) => {
                        ("user", json!({ "type": "input_text", "text": text }))
                    }
                    (Role::System, _) => ("system", json!({ "type": "input_text", "text": text })),
                };
                value["role"] = name.into();
                let empty = *role == Role::Assistant && !self.settled;
                value["content"] = if empty { json!([]) } else { json!([content]) };
                if empty {
                    value["status"] = "in_progress".into();
                }
            }
            Kind::Called { call_id, call } => {
                value["type"] = "function_call".into();
                value["call_id"] = call_id.as_str().into();
                value["name"] = call.name.as_str().into();
                value["arguments"] = call.arguments.as_str().into();
            }
            Kind::Returned { call_id, output } => {
                value["type"] = "function_call_output".into();
                value["call_id"] = call_id.as_str().into();
                value["output"] = output.as_str().into();
            }
        }
        value
    }

    fn message(&self) -> Option<Message> {
        match &self.kind {
            Kind::Said { text, .. } if text.trim().is_empty() => None,
            Kind::Said { role: Role::Assistant, text, .. } if !self.complete => {
                // The mark shows the model that it was interrupted.
                Some(Message::new(Role::Assistant, format!("{}…", text.trim_end())))
            }
            Kind::Said { role, text, .. } => Some(Message::new(*role, text.clone())),
            Kind::Called { call, .. } => {
                let calls = vec![call.clone()];
                Some(Message { calls, ..Message::new(Role::Assistant, "") })
            }
            Kind::Returned { output, .. } => Some(Message::new(Role::Tool, output.clone())),
        }
    }
}

/// The content of an answer that is sound.
pub fn audio(beta: bool, transcript: &str) -> Value {
    let kind = if beta { "audio" } else { "output_audio" };
    json!({ "type": kind, "transcript": transcript })
}

fn said(value: &Value, id: String) -> Result<(Item, Option<String>)> {
    let wrong = |what: &str| Refusal::invalid("item.content", what.to_owned());
    let role = match value.get("role").and_then(Value::as_str) {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("system") => Role::System,
        _ => return Err(Refusal::invalid("item.role", "use user, assistant or system")),
    };
    let parts = value.get("content").and_then(Value::as_array);
    let parts = parts.ok_or_else(|| wrong("the item has no content"))?;
    let (mut text, mut sound) = (String::new(), None);
    for part in parts {
        let field = |name| part.get(name).and_then(Value::as_str);
        match field("type") {
            Some("input_text" | "text" | "output_text") => {
                text.push_str(field("text").unwrap_or_default());
            }
            Some("input_audio") if role == Role::User && sound.is_none() => {
                let audio = field("audio").ok_or_else(|| wrong("input_audio has no audio"))?;
                sound = Some(audio.to_owned());
            }
            _ => return Err(wrong("use input_text, input_audio or output_text")),
        }
    }
    if text.len() > LONGEST {
        return Err(wrong("the text is too long"));
    }
    let aloud = sound.is_some();
    if aloud && !text.is_empty() {
        return Err(wrong("an item has text or sound, not both"));
    }
    Ok((Item::new(id, Kind::Said { role, text, aloud, ms: 0 }), sound))
}

/// The items, in order.
#[derive(Clone, Debug, Default)]
pub struct Items(Vec<Item>);

impl Items {
    /// Adds one after the item `after`: "root" is the beginning, `None` the end. Returns the name
    /// of the one before it.
    ///
    /// # Errors
    /// When there is no such item, or one of this name.
    pub fn insert(&mut self, item: Item, after: Option<&str>) -> Result<Option<String>> {
        if self.get(&item.id).is_some() {
            return Err(Refusal::invalid("item.id", "there is an item with this id"));
        }
        let at = match after {
            None => self.0.len(),
            Some("root") => 0,
            Some(id) => match self.0.iter().position(|item| item.id == id) {
                Some(at) => at + 1,
                None => {
                    let message = "there is no item with this id";
                    return Err(Refusal::invalid("previous_item_id", message));
                }
            },
        };
        let before = at.checked_sub(1).map(|before| self.0[before].id.clone());
        self.0.insert(at, item);
        if self.0.len() > MOST {
            self.0.remove(0);
        }
        Ok(before)
    }

    /// The item with this name.
    pub fn get(&self, id: &str) -> Option<&Item> {
        self.0.iter().find(|item| item.id == id)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Item> {
        self.0.iter_mut().find(|item| item.id == id)
    }

    /// The name of the item before this one.
    pub fn before(&self, id: &str) -> Option<String> {
        let at = self.0.iter().position(|item| item.id == id)?;
        Some(self.0[at.checked_sub(1)?].id.clone())
    }

    /// Removes one. Returns whether it was there.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|item| item.id != id);
        self.0.len() < before
    }

    /// Cuts an answer off after `end_ms` of its sound.
    ///
    /// # Errors
    /// When it is none, or is shorter.
    pub fn truncate(&mut self, id: &str, end_ms: u64) -> Result<()> {
        let item = self.get_mut(id);
        let Some(Item {
            kind: Kind::Said { role: Role::Assistant, text, aloud: true, ms },
            complete,
            ..
        }) = item
        else {
            let message = "only an answer that was spoken can be cut off";
            return Err(Refusal::invalid("item_id", message));
        };
        // What was cut off by an interruption may have been sent, and what was sent in the last
        // packets may not be counted yet.
        const TOLERANCE_MS: u64 = 250;
        if end_ms > *ms + TOLERANCE_MS {
            let message = format!("the answer has only {ms} ms of sound");
            return Err(Refusal::invalid("audio_end_ms", message));
        }
        if end_ms < *ms {
            *text = beginning(text, end_ms, *ms).to_owned();
            (*ms, *complete) = (end_ms, false);
        }
        Ok(())
    }

    /// The items that are settled, for the language model.
    pub fn messages(&self) -> Vec<Message> {
        let settled = self.0.iter().filter(|item| item.settled);
        settled.filter_map(Item::message).collect()
    }
}

/// The words of a text that were heard in `heard` of `whole` ms, as if all letters took equally
/// long. A word that was cut off was not heard.
pub fn beginning(text: &str, heard: u64, whole: u64) -> &str {
    if heard >= whole {
        return text;
    }
    let letters = text.chars().count() as u64;
    let kept = (letters * heard / whole.max(1)) as usize;
    let end = text.char_indices().nth(kept).map_or(text.len(), |(at, _)| at);
    if text[end..].starts_with(char::is_whitespace) {
        return text[..end].trim_end();
    }
    let cut = text[..end].rfind(char::is_whitespace).unwrap_or(0);
    text[..cut].trim_end()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item(value: Value) -> std::result::Result<Item, String> {
        let read = Item::read(&value, || "item_1".into());
        read.map(|(item, _)| item).map_err(|refusal| refusal.message().to_owned())
    }

    fn answer(id: &str, text: &str, ms: u64) -> Item {
        let text = text.to_owned();
        Item::new(id.into(), Kind::Said { role: Role::Assistant, text, aloud: true, ms })
    }

    #[test]
    fn items_are_read_and_shown() {
        for value in [
            json!({"id": "a", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}),
            json!({"id": "a", "type": "function_call", "call_id": "c", "name": "lamp", "arguments": "{}"}),
            json!({"id": "a", "type": "function_call_output", "call_id": "c", "output": "done"}),
        ] {
            let shown = item(value.clone()).expect("an item").to_json(false);
            for (key, known) in value.as_object().expect("an object") {
                assert_eq!(&shown[key], known);
            }
            assert_eq!(shown["status"], "completed");
        }
        for (value, why) in [
            (json!({"type": "message", "role": "cat", "content": []}), "user, assistant"),
            (json!({"type": "message", "role": "user"}), "no content"),
            (
                json!({"type": "message", "role": "user", "content": [{"type": "input_image"}]}),
                "input_audio",
            ),
            (json!({"type": "function_call_output", "call_id": "c"}), "output"),
            (json!({"type": "mcp_call"}), "function_call"),
            (json!(7), "function_call"),
        ] {
            let error = item(value).expect_err(why);
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn items_have_an_order() {
        let mut items = Items::default();
        assert_eq!(items.insert(answer("a", "", 0), None), Ok(None));
        assert_eq!(items.insert(answer("b", "", 0), None), Ok(Some("a".into())));
        assert_eq!(items.insert(answer("c", "", 0), Some("a")), Ok(Some("a".into())));
        assert_eq!(items.insert(answer("d", "", 0), Some("root")), Ok(None));
        assert!(items.insert(answer("d", "", 0), None).is_err());
        assert!(items.insert(answer("e", "", 0), Some("z")).is_err());
        assert_eq!(items.before("b"), Some("c".into()));
        assert!(items.remove("c") && !items.remove("c"));
        assert_eq!(items.before("b"), Some("a".into()));
        for n in 0..2 * MOST {
            items.insert(answer(&n.to_string(), "", 0), None).expect("room");
        }
        assert_eq!(items.0.len(), MOST);
    }

    #[test]
    fn an_answer_is_cut_off_where_it_was() {
        let mut items = Items::default();
        items.insert(answer("a", "One two three four.", 2_000), None).expect("room");
        assert!(items.truncate("a", 2_500).is_err() && items.truncate("b", 0).is_err());
        items.truncate("a", 2_100).expect("no change");
        assert_eq!(items.messages(), [Message::new(Role::Assistant, "One two three four.")]);
        items.truncate("a", 1_000).expect("cut");
        assert_eq!(items.messages(), [Message::new(Role::Assistant, "One two…")]);
        assert_eq!(items.get("a").map(|item| item.complete), Some(false));
        items.truncate("a", 0).expect("cut");
        assert!(items.messages().is_empty());
    }

    #[test]
    fn what_is_not_settled_is_not_seen() {
        let mut items = Items::default();
        items.insert(Item { settled: false, ..answer("a", "Hi", 1) }, None).expect("room");
        assert!(items.messages().is_empty());
        assert_eq!(items.get("a").expect("it").to_json(false)["content"], json!([]));
    }

    proptest! {
        #[test]
        fn a_beginning_is_one(text in "[a-zä ]{0,30}", heard in 0u64..100, whole in 0u64..100) {
            let begun = beginning(&text, heard, whole);
            prop_assert!(text.starts_with(begun));
        }

        #[test]
        fn any_value_is_an_item_or_refused(text in "[\\[\\]{}\":,a-z0-9_ ]{0,80}") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                let _ = item(value);
            }
        }
    }
}
