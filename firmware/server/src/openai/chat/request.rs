//! What a request for a chat completion asks for, checked. Pure.

use sayso_models::llm::{Call, Choice, Message, Role, Sampling, Tool};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::openai::error::{Refusal, Result};

/// The most messages, tools and texts to stop at.
const MESSAGES: usize = 1_000;
const TOOLS: usize = 128;
const STOPS: usize = 16;

/// A request as it comes. Fields that change nothing here are ignored.
#[derive(Debug, Deserialize)]
pub struct Asked {
    messages: Vec<Said>,
    #[serde(default)]
    tools: Option<Vec<Value>>,
    tool_choice: Option<Value>,
    parallel_tool_calls: Option<bool>,
    response_format: Option<Value>,
    temperature: Option<f32>,
    top_p: Option<f32>,
    seed: Option<i64>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    stop: Option<Value>,
    n: Option<u32>,
    logprobs: Option<bool>,
    stream: Option<bool>,
    stream_options: Option<StreamOptions>,
}

#[derive(Debug, Deserialize)]
struct StreamOptions {
    include_usage: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Said {
    role: String,
    content: Option<Value>,
    tool_calls: Option<Vec<Called>>,
}

#[derive(Debug, Deserialize)]
struct Called {
    function: Function,
}

#[derive(Debug, Deserialize)]
struct Function {
    name: String,
    arguments: String,
}

/// A request that can be carried out.
#[derive(Debug, PartialEq)]
pub struct Request {
    pub messages: Vec<Message>,
    pub tools: Vec<Tool>,
    pub choice: Choice,
    pub parallel: bool,
    pub sampling: Sampling,
    pub stop: Vec<String>,
    pub schema: Option<Value>,
    /// Whether the answer is sent as it is written.
    pub stream: bool,
    /// Whether the stream ends with the usage.
    pub usage: bool,
}

impl Asked {
    /// The request, with `sampling` where it says nothing.
    ///
    /// # Errors
    /// When it asks for what is wrong, or is not there.
    pub fn checked(self, sampling: &Sampling) -> Result<Request> {
        let several = |most: usize, what: &str| {
            Refusal::invalid(None, format!("there are more than {most} {what}"))
        };
        if self.messages.is_empty() {
            return Err(Refusal::invalid("messages", "there is no message to answer"));
        }
        if self.messages.len() > MESSAGES {
            return Err(several(MESSAGES, "messages"));
        }
        if self.n.is_some_and(|n| n != 1) {
            return Err(Refusal::unsupported("n", "only one answer is written: leave n out"));
        }
        if self.logprobs == Some(true) {
            return Err(Refusal::unsupported("logprobs", "probabilities are not reported"));
        }
        let messages = self.messages.into_iter().map(Said::message).collect::<Result<_>>()?;
        let offered = self.tools.unwrap_or_default();
        if offered.len() > TOOLS {
            return Err(several(TOOLS, "tools"));
        }
        let tools = offered.iter().map(tool).collect::<Result<Vec<_>>>()?;
        let mut sampling = sampling.clone();
        sampling.temperature =
            within("temperature", self.temperature, 0.0..=2.0)?.unwrap_or(sampling.temperature);
        sampling.top_p = within("top_p", self.top_p, 0.0..=1.0)?.unwrap_or(sampling.top_p);
        if let Some(seed) = self.seed {
            // The lower half is as random as the whole.
            sampling.seed = (seed & 0xffff_ffff) as u32;
        }
        let most = self.max_completion_tokens.or(self.max_tokens);
        if most == Some(0) {
            return Err(Refusal::invalid("max_tokens", "an answer has at least one token"));
        }
        // Without a limit, the context is one.
        sampling.max_tokens = most.unwrap_or(u32::MAX);
        Ok(Request {
            messages,
            choice: choice(self.tool_choice.as_ref())?,
            tools,
            parallel: self.parallel_tool_calls.unwrap_or(true),
            sampling,
            stop: stops(self.stop)?,
            schema: schema(self.response_format.as_ref())?,
            stream: self.stream.unwrap_or(false),
            usage: self.stream_options.and_then(|options| options.include_usage).unwrap_or(false),
        })
    }
}

fn within(
    param: &'static str,
    value: Option<f32>,
    range: std::ops::RangeInclusive<f32>,
) -> Result<Option<f32>> {
    match value {
        Some(value) if !range.contains(&value) => {
            let message = format!("{value} is out of range: {} to {}", range.start(), range.end());
            Err(Refusal::invalid(param, message))
        }
        value => Ok(value),
    }
}

impl Said {
    fn message(self) -> Result<Message> {
        let role = match self.role.as_str() {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "tool" | "function" => Role::Tool,
            other => {
                let shown: String = other.chars().take(40).collect();
                let message = format!("{shown:?} is no role: use system, user, assistant or tool");
                return Err(Refusal::invalid("messages", message));
            }
        };
        let calls = self.tool_calls.unwrap_or_default().into_iter();
        let calls =
            calls.map(|call| Call { name: call.function.name, arguments: call.function.arguments });
        let calls: Vec<_> = calls.collect();
        let text = match self.content {
            None | Some(Value::Null) if !calls.is_empty() => String::new(),
            None | Some(Value::Null) => {
                return Err(Refusal::invalid("messages", "a message has no content"));
            }
            Some(content) => text(&content)?,
        };
        Ok(Message { role, text, calls })
    }
}

/// The text of a message: a string, or parts of which each is a text.
fn text(content: &Value) -> Result<String> {
    let wrong = || Refusal::invalid("messages", "the content of a message is text or parts of it");
    match content {
        Value::String(text) => Ok(text.clone()),
        Value::Array(parts) => {
            let mut whole = String::new();
            for part in parts {
                let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
                if !matches!(kind, "text" | "input_text" | "output_text") {
                    let shown: String = kind.chars().take(40).collect();
                    let message = format!("the model reads only text, not {shown:?}");
                    return Err(Refusal::unsupported("messages", message));
                }
                whole.push_str(part.get("text").and_then(Value::as_str).ok_or_else(wrong)?);
            }
            Ok(whole)
        }
        _ => Err(wrong()),
    }
}

/// A tool: `{"type": "function", "function": {…}}`, or the same in one object, as in Realtime.
pub fn tool(value: &Value) -> Result<Tool> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or("function");
    if kind != "function" {
        let shown: String = kind.chars().take(40).collect();
        let message = format!("{shown:?} is no kind of tool that is there: use function");
        return Err(Refusal::unsupported("tools", message));
    }
    let function = value.get("function").unwrap_or(value);
    let field = |name| function.get(name).and_then(Value::as_str);
    let name = field("name").ok_or_else(|| Refusal::invalid("tools", "a tool has no name"))?;
    Ok(Tool {
        name: name.to_owned(),
        description: field("description").unwrap_or_default().to_owned(),
        parameters: function.get("parameters").cloned().unwrap_or_else(|| json!({})),
    })
}

/// Whether the model calls.
pub fn choice(value: Option<&Value>) -> Result<Choice> {
    let Some(value) = value else { return Ok(Choice::Auto) };
    match value.as_str() {
        Some("auto") => return Ok(Choice::Auto),
        Some("none") => return Ok(Choice::Never),
        Some("required") => return Ok(Choice::Required),
        _ if value.is_null() => return Ok(Choice::Auto),
        _ => {}
    }
    let name = value.pointer("/function/name").or_else(|| value.get("name"));
    match name.and_then(Value::as_str) {
        Some(name) => Ok(Choice::Named(name.to_owned())),
        None => {
            let message = "use auto, none, required, or an object that names a function";
            Err(Refusal::invalid("tool_choice", message))
        }
    }
}

fn stops(value: Option<Value>) -> Result<Vec<String>> {
    let wrong = || Refusal::invalid("stop", format!("a text, or at most {STOPS} of them"));
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(stop)) => Ok(vec![stop]),
        Some(Value::Array(stops)) if stops.len() <= STOPS => stops
            .into_iter()
            .map(|stop| stop.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

/// The schema of an answer that is to be JSON.
fn schema(value: Option<&Value>) -> Result<Option<Value>> {
    let Some(value) = value else { return Ok(None) };
    match value.get("type").and_then(Value::as_str) {
        None | Some("text") => Ok(None),
        Some("json_object") => Ok(Some(json!({ "type": "object" }))),
        Some("json_schema") => match value.pointer("/json_schema/schema") {
            Some(schema) => Ok(Some(schema.clone())),
            None => Err(Refusal::invalid("response_format", "json_schema has no schema")),
        },
        Some(other) => {
            let shown: String = other.chars().take(40).collect();
            let message = format!("{shown:?} is not there: use text, json_object or json_schema");
            Err(Refusal::unsupported("response_format", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checked(value: Value) -> std::result::Result<Request, String> {
        let asked: Asked = serde_json::from_value(value).map_err(|error| error.to_string())?;
        asked.checked(&Sampling::default()).map_err(|refusal| refusal.message().to_owned())
    }

    #[test]
    fn a_request_is_read() {
        let request = checked(json!({
            "model": "any",
            "messages": [
                {"role": "developer", "content": [{"type": "text", "text": "Be "}, {"type": "text", "text": "brief."}]},
                {"role": "user", "content": "Light!"},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "lamp", "arguments": "{}"}}]},
                {"role": "tool", "tool_call_id": "call_1", "content": "done"},
            ],
            "tools": [{"type": "function", "function": {"name": "lamp", "parameters": {"type": "object"}}}],
            "tool_choice": {"type": "function", "function": {"name": "lamp"}},
            "temperature": 0.5, "max_tokens": 7, "stop": "\n", "stream": true, "seed": -1,
            "stream_options": {"include_usage": true},
            "response_format": {"type": "json_object"},
        }))
        .expect("a request");
        assert_eq!(request.messages[0], Message::new(Role::System, "Be brief."));
        assert_eq!(request.messages[2].calls[0].name, "lamp");
        assert_eq!(request.messages[3].role, Role::Tool);
        assert_eq!(request.choice, Choice::Named("lamp".into()));
        assert_eq!((request.sampling.max_tokens, request.sampling.seed), (7, u32::MAX));
        assert_eq!((request.stop.as_slice(), request.usage), (&["\n".to_owned()][..], true));
        assert_eq!(request.schema, Some(json!({"type": "object"})));
        let plain = checked(json!({"messages": [{"role": "user", "content": "Hi"}]}));
        let plain = plain.expect("a request");
        assert_eq!((plain.choice, plain.stream, plain.parallel), (Choice::Auto, false, true));
        assert_eq!(plain.sampling.max_tokens, u32::MAX);
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let user = json!([{"role": "user", "content": "Hi"}]);
        for (more, why) in [
            (json!({"messages": []}), "no message"),
            (json!({"messages": [{"role": "user"}]}), "no content"),
            (json!({"messages": [{"role": "cat", "content": "x"}]}), "no role"),
            (
                json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
                "only text",
            ),
            (json!({"n": 2}), "one answer"),
            (json!({"logprobs": true}), "probabilities"),
            (json!({"temperature": 3}), "0 to 2"),
            (json!({"max_tokens": 0}), "one token"),
            (json!({"tools": [{"type": "web_search"}]}), "no kind of tool"),
            (json!({"tools": [{"type": "function", "function": {}}]}), "no name"),
            (json!({"tool_choice": "maybe"}), "auto, none, required"),
            (json!({"stop": 7}), "a text"),
            (json!({"response_format": {"type": "xml"}}), "json_schema"),
        ] {
            let mut value = json!({ "messages": user });
            for (key, more) in more.as_object().expect("an object") {
                value[key] = more.clone();
            }
            let error = checked(value).expect_err(why);
            assert!(error.contains(why), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_request_or_refused(text in "[\\[\\]{}\":,a-z0-9 ]{0,80}") {
            if let Ok(asked) = serde_json::from_str::<Asked>(&text) {
                let _ = asked.checked(&Sampling::default());
            }
        }
    }
}
