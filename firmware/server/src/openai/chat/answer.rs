//! The forms of a chat completion: whole, and in chunks. Pure.

use sayso_models::llm::{Call, Completed, End};
use serde_json::{Value, json};

/// What all parts of an answer have in common.
#[derive(Clone, Debug)]
pub struct Head {
    pub id: String,
    pub created: i64,
    pub model: String,
}

/// Why an answer ended, as clients know it.
pub fn reason(end: End) -> &'static str {
    match end {
        End::Stop => "stop",
        End::Length => "length",
        End::Calls => "tool_calls",
    }
}

/// The number of tokens.
pub fn usage(done: &Completed) -> Value {
    json!({
        "prompt_tokens": done.prompt_tokens,
        "completion_tokens": done.reply_tokens,
        "total_tokens": done.prompt_tokens + done.reply_tokens,
        "prompt_tokens_details": { "cached_tokens": done.cached_tokens },
    })
}

fn call(id: &str, call: &Call) -> Value {
    json!({
        "id": id,
        "type": "function",
        "function": { "name": call.name, "arguments": call.arguments },
    })
}

impl Head {
    /// The whole answer; `ids` names its calls.
    pub fn whole(&self, done: &Completed, ids: &[String]) -> Value {
        let mut message = json!({ "role": "assistant", "content": done.text, "refusal": null });
        if !done.calls.is_empty() {
            let calls = done.calls.iter().zip(ids).map(|(made, id)| call(id, made));
            message["tool_calls"] = calls.collect();
            if done.text.is_empty() {
                message["content"] = Value::Null;
            }
        }
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": message,
                "logprobs": null,
                "finish_reason": reason(done.end),
            }],
            "usage": usage(done),
        })
    }

    fn chunk(&self, choices: Value) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": choices,
        })
    }

    fn delta(&self, delta: Value, reason: Option<&str>) -> Value {
        self.chunk(json!([{ "index": 0, "delta": delta, "finish_reason": reason }]))
    }

    /// The first chunk.
    pub fn first(&self) -> Value {
        self.delta(json!({ "role": "assistant", "content": "" }), None)
    }

    /// A piece of the text.
    pub fn text(&self, text: &str) -> Value {
        self.delta(json!({ "content": text }), None)
    }

    /// A call, the one with this number.
    pub fn call(&self, number: usize, id: &str, made: &Call) -> Value {
        let mut value = call(id, made);
        value["index"] = number.into();
        self.delta(json!({ "tool_calls": [value] }), None)
    }

    /// The last chunk of the answer.
    pub fn last(&self, end: End) -> Value {
        self.delta(json!({}), Some(reason(end)))
    }

    /// The number of tokens, after the last chunk.
    pub fn usage(&self, done: &Completed) -> Value {
        let mut value = self.chunk(json!([]));
        value["usage"] = usage(done);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_the_documented_form() {
        let head = Head { id: "chatcmpl-1".into(), created: 7, model: "m".into() };
        let call = Call { name: "lamp".into(), arguments: "{\"on\":true}".into() };
        let mut done = Completed::default();
        (done.prompt_tokens, done.reply_tokens, done.cached_tokens) = (5, 3, 2);
        done.text = "Hi.".into();
        let whole = head.whole(&done, &[]);
        assert_eq!(whole["choices"][0]["message"]["content"], "Hi.");
        assert_eq!(whole["choices"][0]["finish_reason"], "stop");
        assert_eq!(whole["usage"]["total_tokens"], 8);
        done.text.clear();
        done.calls.push(call.clone());
        done.end = End::Calls;
        let whole = head.whole(&done, &["call_1".into()]);
        let message = &whole["choices"][0]["message"];
        assert_eq!(
            (&message["content"], &message["tool_calls"][0]["id"]),
            (&Value::Null, &json!("call_1"))
        );
        assert_eq!(whole["choices"][0]["finish_reason"], "tool_calls");
        let chunk = head.call(0, "call_1", &call);
        let made = &chunk["choices"][0]["delta"]["tool_calls"][0];
        assert_eq!((&made["index"], &made["function"]["name"]), (&json!(0), &json!("lamp")));
        assert_eq!(head.last(End::Length)["choices"][0]["finish_reason"], "length");
        assert_eq!(head.usage(&done)["choices"], json!([]));
    }
}
