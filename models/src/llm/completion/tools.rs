//! How tools, calls and results are written for the model: the form that Qwen2.5 was trained with
//! (Hermes), which others can follow too. Pure.

use serde_json::{Value, json};

use super::{Call, Completion, Grammar, Message, Role, Tool};

/// What begins a call.
pub(super) const OPENING: &str = "<tool_call>";
/// What ends a call.
pub(super) const CLOSING: &str = "</tool_call>";

/// The longest name of a tool.
const LONGEST_NAME: usize = 64;

/// Whether this can be the name of a tool.
pub(super) fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(fits)
}

/// How a call begins that a model writes without [`OPENING`], as Qwen2.5-Coder does.
pub(super) const BARE: &str = "{\"name\":";

/// The messages as roles and texts for a chat template.
///
/// The result of a call becomes part of the question. Small models repeat a call that they see, even
/// after its result: so does Qwen2.5-Coder-0.5B with the form for results that it was trained with.
pub(super) fn messages(completion: &Completion<'_>) -> Vec<(&'static str, String)> {
    let mut written: Vec<(&'static str, String)> = Vec::new();
    if completion.offers() {
        let own = completion.messages.first().filter(|first| first.role == Role::System);
        let own = own.map(|first| first.text.trim()).unwrap_or_default();
        written.push(("system", format!("{own}{}", offer(completion.tools)).trim().to_owned()));
    }
    let mut calls = std::collections::VecDeque::new();
    let mut messages = completion.messages.iter().enumerate().peekable();
    while let Some((n, message)) = messages.next() {
        match message.role {
            Role::System if n == 0 && completion.offers() => {}
            Role::System => written.push(("system", message.text.clone())),
            Role::User => written.push(("user", message.text.clone())),
            Role::Assistant => {
                let returns = messages.peek().is_some_and(|(_, next)| next.role == Role::Tool);
                if !returns {
                    written.push(("assistant", said(message)));
                    continue;
                }
                calls = message.calls.iter().collect();
                if !message.text.is_empty() {
                    written.push(("assistant", message.text.clone()));
                }
            }
            Role::Tool => {
                let call = calls.pop_front();
                let call = call.map(|call| format!("{}({})", call.name, call.arguments));
                let result = format!(
                    "The function {} has returned: {}",
                    call.unwrap_or_default(),
                    message.text
                );
                match written.last_mut().filter(|(role, _)| *role == "user") {
                    Some((_, text)) => text.push_str(&format!("\n\n{result}")),
                    None => written.push(("user", result)),
                }
            }
        }
    }
    written
}

/// The calls since the user's last words. Those whose results are there need no repetition.
pub(super) fn returned<'m>(completion: &Completion<'m>) -> Vec<&'m Call> {
    let last = completion.messages.iter().rev().take_while(|message| message.role != Role::User);
    let calls: Vec<_> = last.flat_map(|message| &message.calls).collect();
    let ends = completion.messages.last().is_some_and(|last| last.role == Role::Tool);
    if ends { calls } else { Vec::new() }
}

/// What the model said and called in a message.
fn said(message: &Message) -> String {
    let calls = message.calls.iter().map(|call| {
        let arguments = serde_json::from_str(&call.arguments);
        let arguments = arguments.unwrap_or_else(|_| Value::String(call.arguments.clone()));
        let name = Value::String(call.name.clone());
        format!("{OPENING}\n{{\"name\": {name}, \"arguments\": {arguments}}}\n{CLOSING}")
    });
    let text = Some(message.text.clone()).filter(|text| !text.is_empty());
    text.into_iter().chain(calls).collect::<Vec<_>>().join("\n")
}

/// What is added to the system prompt.
fn offer(tools: &[Tool]) -> String {
    let signatures = tools.iter().map(|tool| {
        let Tool { name, description, parameters } = tool;
        let function = json!({
            "name": name, "description": description, "parameters": parameters,
        });
        json!({ "type": "function", "function": function }).to_string()
    });
    let signatures = signatures.collect::<Vec<_>>().join("\n");
    format!(
        "\n\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\n\
         You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n\
         {signatures}\n</tools>\n\nFor each function call, return a json object with function name \
         and arguments within {OPENING}{CLOSING} XML tags:\n{OPENING}\n\
         {{\"name\": <function-name>, \"arguments\": <args-json-object>}}\n{CLOSING}"
    )
}

/// The grammar of a call of one of these tools, from the text after [`OPENING`] and a line end up
/// to [`CLOSING`].
pub(super) fn grammar<'t>(tools: impl IntoIterator<Item = &'t Tool>) -> Grammar {
    let mut grammar = Grammar::default();
    let ways: Vec<String> = tools
        .into_iter()
        .map(|tool| {
            let arguments = grammar.object(&tool.parameters);
            let head = format!("{{\"name\": \"{}\", \"arguments\": ", tool.name);
            format!("{} {arguments} {}", Grammar::literal(&head), Grammar::literal("}"))
        })
        .collect();
    let closing = Grammar::literal(CLOSING);
    grammar.root(&format!("( {} ) \"\\n\" {closing}", ways.join(" | ")))
}

/// The call that a text of the [`grammar`] is; `None` if it is incomplete.
pub(super) fn parse(text: &str) -> Option<Call> {
    let text = text.trim().strip_suffix(CLOSING)?;
    let value: Value = serde_json::from_str(text).ok()?;
    let name = value.get("name")?.as_str()?.to_owned();
    let arguments = value.get("arguments")?.to_string();
    Some(Call { name, arguments })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::llm::Choice;

    fn lamp() -> Tool {
        let parameters = json!({"type": "object", "properties": {"on": {"type": "boolean"}}});
        Tool { name: "lamp".into(), description: "switches a lamp".into(), parameters }
    }

    #[test]
    fn calls_and_results_are_written_as_the_model_knows_them() {
        let call = Call { name: "lamp".into(), arguments: "{\"on\":true}".into() };
        let asks = Message { calls: vec![call.clone(), call], ..Message::new(Role::Assistant, "") };
        let conversation = [
            Message::new(Role::System, "Be brief."),
            Message::new(Role::User, "Light!"),
            asks,
            Message::new(Role::Tool, "done"),
            Message::new(Role::Tool, "done too"),
        ];
        let tools = [lamp()];
        let completion =
            Completion { messages: &conversation, tools: &tools, ..Completion::default() };
        let written = messages(&completion);
        let roles: Vec<_> = written.iter().map(|(role, _)| *role).collect();
        assert_eq!(roles, ["system", "user"]);
        assert!(written[0].1.starts_with("Be brief.\n\n# Tools"), "{}", written[0].1);
        assert!(written[0].1.contains("\"name\":\"lamp\""), "{}", written[0].1);
        assert_eq!(
            written[1].1,
            "Light!\n\nThe function lamp({\"on\":true}) has returned: done\n\n\
             The function lamp({\"on\":true}) has returned: done too"
        );
        assert_eq!(returned(&completion).len(), 2);
        let without = Completion { messages: &conversation[..3], ..completion.clone() };
        let written = messages(&without);
        assert_eq!(written[2].1.matches(OPENING).count(), 2);
        assert!(written[2].1.contains("{\"name\": \"lamp\", \"arguments\": {\"on\":true}}"));
        assert!(returned(&without).is_empty());
        // Not offered, so not mentioned.
        let completion = Completion { choice: Choice::Never, ..completion };
        assert_eq!(messages(&completion)[0].1, "Be brief.");
    }

    #[test]
    fn only_a_complete_call_is_parsed() {
        let text = "{\"name\": \"lamp\", \"arguments\": {\"on\": false}}\n</tool_call>";
        let call = Call { name: "lamp".into(), arguments: "{\"on\":false}".into() };
        assert_eq!(parse(text), Some(call));
        for (end, _) in text.char_indices() {
            assert_eq!(parse(&text[..end]), None, "{}", &text[..end]);
        }
    }

    #[test]
    fn names_are_plain() {
        assert!(is_name("get_weather-2"));
        for bad in ["", "a b", "ä", "a\"", "a\n", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}
