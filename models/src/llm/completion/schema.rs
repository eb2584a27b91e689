//! JSON schemas as grammars of llama.cpp (GBNF). Pure.
//!
//! What a schema says beyond types, properties, items, enumerations and alternatives (patterns,
//! ranges, formats) is not enforced: the text is then JSON of the right form, and the caller checks
//! the values.

use serde_json::{Map, Value};

/// The most rules of a grammar. What is beyond is any JSON.
const MOST_RULES: usize = 500;
/// The most schemas that are looked at, those that are repeated included. What is beyond is any
/// JSON: references to what branches would otherwise never end.
const MOST_LOOKS: usize = 5_000;
/// How deep schemas may be nested, references included. What is deeper is any JSON.
const DEEPEST: usize = 16;
/// The most items that are counted; above it an array is of any length.
const MOST_ITEMS: u64 = 64;

/// The rules that each grammar has: JSON, with at most one space where JSON allows any.
const JSON: &str = r#"sp ::= " "?
char ::= [^"\\\x7F\x00-\x1F] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] )
string ::= "\"" char* "\""
integer ::= "-"? ( "0" | [1-9] [0-9]{0,15} )
number ::= integer ( "." [0-9]{1,15} )? ( [eE] [-+]? [0-9]{1,3} )?
boolean ::= "true" | "false"
null ::= "null"
array ::= "[" sp ( value ( "," sp value )* )? sp "]"
object ::= "{" sp ( string ":" sp value ( "," sp string ":" sp value )* )? sp "}"
value ::= object | array | string | number | boolean | null
"#;

/// A grammar that is being made.
#[derive(Clone, Debug, Default)]
pub struct Grammar {
    rules: Vec<String>,
    root: String,
    /// How many schemas were looked at.
    looks: usize,
}

impl Grammar {
    /// The grammar of JSON that fits a schema.
    pub fn of(schema: &Value) -> Self {
        let mut grammar = Self::default();
        let root = grammar.value(schema);
        grammar.root(&root)
    }

    /// The same, with this as the root rule.
    pub(super) fn root(mut self, rule: &str) -> Self {
        rule.clone_into(&mut self.root);
        self
    }

    /// The text for llama.cpp. The root rule is `root`.
    pub fn text(&self) -> String {
        let mut text = format!("root ::= {}\n", self.root);
        for (n, rule) in self.rules.iter().enumerate() {
            text.push_str(&format!("r{n} ::= {rule}\n"));
        }
        text + JSON
    }

    /// A text as it stands.
    pub(super) fn literal(text: &str) -> String {
        let mut quoted = String::from("\"");
        for c in text.chars() {
            match c {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                c if c.is_control() => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
                c => quoted.push(c),
            }
        }
        quoted + "\""
    }

    /// What matches a schema.
    pub(super) fn value(&mut self, schema: &Value) -> String {
        self.fits(schema, schema, 0)
    }

    /// What matches a schema whose value must be an object: the arguments of a tool.
    pub(super) fn object(&mut self, schema: &Value) -> String {
        match schema.get("properties") {
            Some(Value::Object(properties)) if !properties.is_empty() => {
                self.properties(schema, properties, schema, 0)
            }
            // A tool without parameters.
            Some(Value::Object(_)) => Self::literal("{}"),
            None if schema.get("type").is_none() => Self::literal("{}"),
            _ => "object".into(),
        }
    }

    /// Adds a rule, and returns its name.
    fn rule(&mut self, rule: String) -> String {
        if let Some(n) = self.rules.iter().position(|known| *known == rule) {
            return format!("r{n}");
        }
        self.rules.push(rule);
        format!("r{}", self.rules.len() - 1)
    }

    fn fits(&mut self, schema: &Value, whole: &Value, depth: usize) -> String {
        let deeper = depth + 1;
        self.looks += 1;
        let is_large = self.rules.len() >= MOST_RULES || self.looks >= MOST_LOOKS;
        if depth >= DEEPEST || is_large {
            return "value".into();
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let found = target.strip_prefix('#').and_then(|path| whole.pointer(path));
            return match found {
                Some(found) => self.fits(found, whole, deeper),
                None => "value".into(),
            };
        }
        if let Some(constant) = schema.get("const") {
            return Self::literal(&constant.to_string());
        }
        if let Some(Value::Array(values)) = schema.get("enum").filter(|v| is_filled(v)) {
            let ways = values.iter().map(|value| Self::literal(&value.to_string()));
            let ways = ways.collect::<Vec<_>>().join(" | ");
            return self.rule(ways);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(Value::Array(ways)) = schema.get(key).filter(|v| is_filled(v)) {
                let ways: Vec<_> = ways.iter().map(|way| self.fits(way, whole, deeper)).collect();
                return self.rule(ways.join(" | "));
            }
        }
        match schema.get("type") {
            Some(Value::Array(types)) if !types.is_empty() => {
                let ways = types.iter().map(|kind| self.typed(kind, schema, whole, deeper));
                let ways = ways.collect::<Vec<_>>().join(" | ");
                self.rule(ways)
            }
            Some(kind) => self.typed(kind, schema, whole, depth),
            None if schema.get("properties").is_some() => {
                self.typed(&"object".into(), schema, whole, depth)
            }
            None => "value".into(),
        }
    }

    fn typed(&mut self, kind: &Value, schema: &Value, whole: &Value, depth: usize) -> String {
        match kind.as_str() {
            Some("object") => match schema.get("properties") {
                Some(Value::Object(properties)) if !properties.is_empty() => {
                    self.properties(schema, properties, whole, depth)
                }
                _ => "object".into(),
            },
            Some("array") => {
                let item = match schema.get("items") {
                    Some(items) => self.fits(items, whole, depth + 1),
                    None => "value".into(),
                };
                let count = |key| schema.get(key).and_then(Value::as_u64);
                let least = count("minItems").filter(|n| *n <= MOST_ITEMS).unwrap_or(0);
                let most = count("maxItems").filter(|n| *n <= MOST_ITEMS && *n >= least);
                self.items(&item, least, most)
            }
            Some("string") => self.string(schema),
            Some(known @ ("integer" | "number" | "boolean" | "null")) => known.into(),
            _ => "value".into(),
        }
    }

    fn string(&mut self, schema: &Value) -> String {
        let count = |key| schema.get(key).and_then(Value::as_u64).filter(|n| *n <= 1000);
        let (least, most) = (count("minLength").unwrap_or(0), count("maxLength"));
        match most.filter(|most| *most >= least) {
            None if least == 0 => "string".into(),
            None => self.rule(format!("\"\\\"\" char{{{least},}} \"\\\"\"")),
            Some(most) => self.rule(format!("\"\\\"\" char{{{least},{most}}} \"\\\"\"")),
        }
    }

    fn items(&mut self, item: &str, least: u64, most: Option<u64>) -> String {
        if most == Some(0) {
            return Self::literal("[]");
        }
        let (rest, last) = (least.saturating_sub(1), most.map(|most| most - 1));
        let last = last.map_or_else(String::new, |last| last.to_string());
        let list = format!("{item} ( \",\" sp {item} ){{{rest},{last}}}");
        let list = if least == 0 { format!("( {list} )?") } else { list };
        self.rule(format!("\"[\" sp {list} sp \"]\""))
    }

    /// An object: first what is required, then what is not, each in the order of the schema.
    fn properties(
        &mut self,
        schema: &Value,
        properties: &Map<String, Value>,
        whole: &Value,
        depth: usize,
    ) -> String {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
        let (mut must, mut may) = (Vec::new(), Vec::new());
        for (name, schema) in properties {
            let key = Self::literal(&format!("{}:", Value::from(name.as_str())));
            let value = self.fits(schema, whole, depth + 1);
            let pair = self.rule(format!("{key} sp {value}"));
            if is_required(name) { must.push(pair) } else { may.push(pair) }
        }
        // What may follow a property: any of the optional ones that come after it.
        let mut tails = vec![String::new()];
        for pair in may.iter().rev() {
            let after = tails.last().cloned().unwrap_or_default();
            tails.push(self.rule(format!("( \",\" sp {pair} )? {after}")));
        }
        tails.reverse();
        let body = if must.is_empty() {
            let ways = may.iter().zip(&tails[1..]).map(|(pair, tail)| format!("{pair} {tail}"));
            format!("( {} )?", ways.collect::<Vec<_>>().join(" | "))
        } else {
            format!("{} {}", must.join(" \",\" sp "), tails[0])
        };
        self.rule(format!("\"{{\" sp {body} sp \"}}\""))
    }
}

fn is_filled(values: &Value) -> bool {
    values.as_array().is_some_and(|values| !values.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_becomes_rules() {
        let schema = json!({
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "days": {"type": "integer"},
                "unit": {"enum": ["c", "f"]},
            },
            "required": ["city"],
        });
        let text = Grammar::of(&schema).text();
        assert!(text.starts_with("root ::= r"), "{text}");
        assert!(text.contains("\"\\\"city\\\":\" sp string"), "{text}");
        assert!(text.contains("\"\\\"c\\\"\" | \"\\\"f\\\"\""), "{text}");
        assert!(text.contains("\"{\" sp r0 r"), "{text}");
    }

    #[test]
    fn references_end() {
        let schema = json!({
            "$defs": {"tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/tree"}}}},
            "$ref": "#/$defs/tree",
        });
        let text = Grammar::of(&schema).text();
        assert!(text.contains("sp value"), "{text}");
        assert!(Grammar::of(&json!({"$ref": "#/nowhere"})).text().starts_with("root ::= value\n"));
        let many = vec![json!({"$ref": "#"}); 50];
        let text = Grammar::of(&json!({"anyOf": many})).text();
        assert!(text.len() < 1 << 20, "{} bytes", text.len());
    }

    #[test]
    fn a_tool_without_parameters_has_an_empty_object() {
        let mut grammar = Grammar::default();
        for schema in [json!(null), json!({}), json!({"type": "object", "properties": {}})] {
            assert_eq!(grammar.object(&schema), "\"{}\"");
        }
        assert_eq!(grammar.object(&json!({"type": "object"})), "object");
    }

    #[test]
    fn a_literal_stays_one_line() {
        assert_eq!(Grammar::literal("a\"\\\n\u{1}é"), "\"a\\\"\\\\\\n\\U00000001é\"");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            prop_oneof![
                Just("object"),
                Just("array"),
                Just("string"),
                Just("integer"),
                Just("#"),
                Just("#/properties"),
                Just("x\"\n\\")
            ]
            .prop_map(Value::from),
        ];
        let key = prop_oneof![
            Just("type"),
            Just("properties"),
            Just("items"),
            Just("required"),
            Just("enum"),
            Just("anyOf"),
            Just("$ref"),
            Just("const"),
            Just("minItems"),
            Just("maxItems"),
            Just("minLength"),
            Just("maxLength"),
            Just("a\"b")
        ];
        leaf.prop_recursive(4, 64, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((key.clone(), inner), 0..5).prop_map(|pairs| {
                    Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
                }),
            ]
        })
    }

    proptest! {
        /// Whatever a client sends, the grammar is bounded, and each line is a rule whose
        /// quotation marks are closed.
        #[test]
        fn any_schema_has_a_grammar(schema in any_json()) {
            let text = Grammar::of(&schema).text();
            prop_assert!(text.lines().count() < MOST_RULES + 64);
            for line in text.lines() {
                prop_assert!(line.contains(" ::= "), "{}", line);
            }
        }
    }
}
