//! The arguments of a tool, as its JSON schema describes them.

use std::collections::BTreeSet;
use std::sync::Arc;

use sayso_skills::{CallError, Slots};
use serde_json::{Map, Number, Value};

/// The schema of a tool's arguments.
#[derive(Clone, Debug)]
pub struct Inputs(Arc<Map<String, Value>>);

impl Inputs {
    /// The arguments that a JSON schema describes.
    pub fn new(schema: Arc<Map<String, Value>>) -> Self {
        Self(schema)
    }

    fn properties(&self) -> Option<&Map<String, Value>> {
        self.0.get("properties")?.as_object()
    }

    fn knows(&self, name: &str) -> bool {
        self.properties().is_some_and(|known| known.contains_key(name))
    }

    /// The names of those that must be given.
    fn required(&self) -> impl Iterator<Item = &str> {
        let names = self.0.get("required").and_then(Value::as_array);
        names.into_iter().flatten().filter_map(Value::as_str)
    }

    /// What is wrong if sentences fill these slots: arguments that the tool does not know, and those
    /// that it lacks.
    pub fn faults(&self, slots: &BTreeSet<&str>) -> Vec<String> {
        let unknown = slots.iter().filter(|slot| !self.knows(slot));
        let unknown = unknown.map(|slot| format!("the tool has no argument {slot}"));
        let missing = self.required().filter(|name| !slots.contains(name));
        let missing = missing
            .map(|name| format!("the tool needs the argument {name}, which no sentence fills"));
        unknown.chain(missing).collect()
    }

    /// The slots of a sentence as arguments of the types that the tool wants.
    ///
    /// # Errors
    /// [`CallError::Changed`] if it knows one of them not at all; [`CallError::Failed`] if a value has
    /// the wrong type, or one is missing.
    pub fn arguments(&self, slots: &Slots) -> Result<Map<String, Value>, CallError> {
        if let Some(unknown) = slots.keys().find(|slot| !self.knows(slot)) {
            return Err(CallError::Changed(format!("the tool has no argument {unknown}")));
        }
        if let Some(missing) = self.required().find(|name| !slots.contains_key(*name)) {
            return Err(CallError::Failed(format!("the argument {missing} was not said")));
        }
        let mut arguments = Map::new();
        for (slot, value) in slots {
            let schema = self.properties().and_then(|known| known.get(slot));
            let types = types(schema);
            let fits = types.is_empty() || types.iter().any(|kind| is(value, kind));
            let value = match fits {
                true => Some(value.clone()),
                false => types.iter().find_map(|kind| as_kind(value, kind)),
            };
            let value = value.ok_or_else(|| {
                CallError::Failed(format!("the argument {slot} must be of another type"))
            })?;
            arguments.insert(slot.clone(), value);
        }
        Ok(arguments)
    }
}

/// The types that a schema allows; none if it does not say.
fn types(schema: Option<&Value>) -> Vec<&str> {
    let Some(schema) = schema else { return Vec::new() };
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => {
            let any = schema.get("anyOf").or_else(|| schema.get("oneOf"));
            let any = any.and_then(Value::as_array).into_iter().flatten();
            any.filter_map(|one| one.get("type")?.as_str()).collect()
        }
    }
}

/// Whether a value has a type of JSON schemas.
fn is(value: &Value, kind: &str) -> bool {
    match value {
        Value::Null => kind == "null",
        Value::Bool(_) => kind == "boolean",
        Value::Number(number) => {
            kind == "number" || kind == "integer" && (number.is_i64() || number.is_u64())
        }
        Value::String(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Object(_) => kind == "object",
    }
}

/// A value in another type, if it has one there.
fn as_kind(value: &Value, kind: &str) -> Option<Value> {
    match (value, kind) {
        (Value::Number(number), "string") => Some(number.to_string().into()),
        (Value::Bool(yes), "string") => Some(yes.to_string().into()),
        (Value::String(text), "integer") => Some(text.trim().parse::<i64>().ok()?.into()),
        (Value::String(text), "number") => {
            Number::from_f64(text.trim().parse().ok()?).map(Value::Number)
        }
        (Value::String(text), "boolean") => Some(text.trim().parse::<bool>().ok()?.into()),
        #[allow(clippy::cast_possible_truncation)] // As many as have no fraction fit.
        (Value::Number(number), "integer") => {
            let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
            (number.abs() < 1e15).then(|| (number as i64).into())
        }
        (value, "array") => Some(Value::Array(vec![value.clone()])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inputs() -> Inputs {
        let schema = json!({
            "type": "object",
            "properties": {
                "text": {"type": "string"},
                "times": {"type": "integer"},
                "loud": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
                "share": {"type": ["number", "null"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "any": {},
            },
            "required": ["text"],
        });
        Inputs::new(Arc::new(schema.as_object().cloned().unwrap_or_default()))
    }

    fn given(slots: Value) -> Result<Value, CallError> {
        let slots: Slots = serde_json::from_value(slots).expect("slots");
        inputs().arguments(&slots).map(Value::Object)
    }

    #[test]
    fn slots_become_arguments_of_the_right_type() {
        let slots =
            json!({"text": 7, "times": "12", "loud": "true", "share": "0.5", "tags": "red"});
        let due = json!({"text": "7", "times": 12, "loud": true, "share": 0.5, "tags": ["red"]});
        assert_eq!(given(slots), Ok(due));
        let same = json!({"text": "a", "times": 3, "loud": null, "share": 1, "any": [1]});
        assert_eq!(given(same.clone()), Ok(same));
        assert_eq!(given(json!({"text": "a", "times": 3.0})), Ok(json!({"text": "a", "times": 3})));
    }

    #[test]
    fn what_does_not_fit_is_not_sent() {
        let why = |slots| given(slots).expect_err("refused");
        assert_eq!(
            why(json!({"text": "a", "x": 1})),
            CallError::Changed("the tool has no argument x".into())
        );
        assert_eq!(why(json!({})), CallError::Failed("the argument text was not said".into()));
        for odd in [json!("many"), json!(2.5), json!({})] {
            let error = why(json!({"text": "a", "times": odd}));
            let due = CallError::Failed("the argument times must be of another type".into());
            assert_eq!(error, due);
        }
    }

    #[test]
    fn sentences_that_do_not_fit_the_tool_are_named() {
        let faults = |slots: &[&str]| inputs().faults(&slots.iter().copied().collect());
        assert_eq!(faults(&["text", "times"]), Vec::<String>::new());
        assert_eq!(
            faults(&["note"]),
            [
                "the tool has no argument note",
                "the tool needs the argument text, which no sentence fills"
            ]
        );
        let none = Inputs::new(Arc::default());
        assert_eq!(none.faults(&BTreeSet::new()), Vec::<String>::new());
    }
}
