//! Compiling lists: values, ranges of numbers and wildcards.

use std::sync::Arc;

use serde_json::Value;

use super::{Compiler, Scope};
use crate::grammar::{Fractions, List, Listed, Range};
use crate::source::{Data, Node as Doc};
use crate::template::{self, Expr};
use crate::text;
use crate::trie::Trie;

impl Compiler {
    pub(super) fn list_id(&mut self, list: List) -> u32 {
        self.grammar.lists.push(list);
        u32::try_from(self.grammar.lists.len() - 1).unwrap_or(u32::MAX)
    }

    pub(super) fn lists(&mut self, node: Option<&Doc>, scope: &mut Scope) {
        for (name, list) in self.entries(node, "lists") {
            if let Some(list) = self.list(name, list, scope) {
                let id = self.list_id(list);
                if name == "zone" {
                    self.grammar.zones.push(id);
                }
                scope.lists.insert(name.clone(), id);
            }
        }
    }

    fn list(&mut self, name: &str, node: &Doc, scope: &mut Scope) -> Option<List> {
        self.check_keys(node, &["values", "range", "wildcard", "metadata"]);
        if let Some(values) = node.get("values") {
            return self.values(name, values, scope);
        }
        if let Some(range) = node.get("range") {
            return self.range(name, range);
        }
        if node.get("wildcard").and_then(Doc::scalar) == Some(&Value::Bool(true)) {
            return Some(List::Wildcard);
        }
        self.error(node.place, format!("the list {{{name}}} has no values, range or wildcard"));
        None
    }

    fn values(&mut self, name: &str, node: &Doc, scope: &mut Scope) -> Option<List> {
        let mut trie = Trie::default();
        let mut templates = Vec::new();
        let mut values = Vec::new();
        for item in self.list_items(node, "values") {
            let (said, out, context) = match &item.data {
                Data::Map(_) => {
                    self.check_keys(item, &["in", "out", "context", "metadata"]);
                    let context = self.pairs(item.get("context"), "context");
                    (item.get("in"), item.get("out"), context)
                }
                _ => (Some(item), None, Vec::new()),
            };
            let said = said.and_then(|node| {
                let value = node.scalar().filter(|value| !value.is_null())?;
                Some((value.as_str().map_or_else(|| value.to_string(), str::to_owned), node.place))
            });
            let Some((said, place)) = said else {
                self.error(item.place, format!("a value of {{{name}}} is not text"));
                continue;
            };
            let out = out.filter(|out| !out.is_null()).map(Doc::value);
            let Some(expr) = self.parse(&said, place) else { continue };
            let place_of_next = |values: &[Listed]| u32::try_from(values.len()).unwrap_or(u32::MAX);
            // Without an `out`, each text that the value stands for is a value of its own. So a slot
            // holds the text of the list, however it was recognised.
            if out.is_none()
                && let Some(texts) = expansions(&expr)
            {
                let single = texts.len() == 1;
                for text in texts {
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    trie.insert(text.chars(), place_of_next(&values));
                    let out = if single { said.trim().to_owned() } else { text };
                    values.push(Listed { out: Some(out.into()), context: context.clone() });
                }
                continue;
            }
            let at = place_of_next(&values);
            values.push(Listed { out, context });
            match plain(&expr) {
                Some(text) => trie.insert(text.trim().chars(), at),
                None => {
                    if let Some(id) = self.expr(&expr, scope, place) {
                        templates.push((id, at));
                    }
                }
            }
        }
        Some(List::Values { trie, templates, values })
    }

    fn range(&mut self, name: &str, node: &Doc) -> Option<List> {
        let known = ["from", "to", "step", "type", "fractions", "multiplier", "digits", "words"];
        self.check_keys(node, &known);
        let whole = |key: &str| {
            let number = node.get(key).and_then(Doc::number)?;
            #[allow(clippy::cast_possible_truncation)] // The bounds are checked.
            (number.fract() == 0.0 && number.abs() < 1e9).then_some(number as i64)
        };
        let (Some(from), Some(to)) = (whole("from"), whole("to")) else {
            self.error(node.place, format!("the range {{{name}}} has no `from` and `to`"));
            return None;
        };
        let step = if node.get("step").is_some() { whole("step").unwrap_or(0) } else { 1 };
        if let Err(reason) = template::check_range(from, to, step) {
            self.error(node.place, reason);
            return None;
        }
        let fractions = match node.get("fractions").and_then(Doc::text) {
            None => Fractions::None,
            Some("halves") => Fractions::Halves,
            Some("tenths") => Fractions::Tenths,
            Some(other) => {
                self.error(node.place, format!("`{other}` is neither halves nor tenths"));
                return None;
            }
        };
        let off = |key: &str| node.get(key).and_then(Doc::scalar) == Some(&Value::Bool(false));
        let words = if off("words") {
            Arc::default()
        } else {
            self.number_words(from, to, step, fractions)
        };
        let multiplier = node.get("multiplier").and_then(Doc::number);
        let digits = !off("digits");
        Some(List::Range(Range { from, to, step, fractions, multiplier, digits, words }))
    }

    /// The number words of a range, and the numbers, in tenths.
    pub(super) fn number_words(
        &mut self,
        from: i64,
        to: i64,
        step: i64,
        fractions: Fractions,
    ) -> Arc<Trie<i64>> {
        /// A range with more numbers is matched only in digits.
        const MOST: i64 = 2_000;
        let key = (from, to, step, fractions);
        if let Some(trie) = self.number_words.get(&key) {
            return trie.clone();
        }
        let mut trie = Trie::default();
        if let Some(numbers) = self.numbers.as_ref().filter(|_| (to - from) / step < MOST) {
            let tenths: &[i64] = match fractions {
                Fractions::None => &[0],
                Fractions::Halves => &[0, 5],
                Fractions::Tenths => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
            };
            let mut number = from;
            while number <= to {
                for tenth in tenths {
                    let tenths = number * 10 + tenth;
                    for said in numbers.words(tenths) {
                        trie.insert(text::folded(&said).chars.into_iter(), tenths);
                    }
                }
                number += step;
            }
        }
        let trie = Arc::new(trie);
        self.number_words.insert(key, trie.clone());
        trie
    }

    /// The entries of a map whose values are neither lists nor maps.
    pub(super) fn pairs(&mut self, node: Option<&Doc>, name: &str) -> Vec<(String, Value)> {
        let mut pairs = Vec::new();
        for (key, value) in self.entries(node, name) {
            match value.scalar() {
                Some(value) => pairs.push((key.clone(), value.clone())),
                None => self.error(value.place, format!("the value of `{key}` is a list or a map")),
            }
        }
        pairs
    }
}

/// The most texts for which one value of a list may stand to be listed.
const MOST_TEXTS: usize = 256;

/// The texts that an expression stands for, if they are few and depend on nothing else.
fn expansions(expr: &Expr) -> Option<Vec<String>> {
    let texts = match expr {
        Expr::Text(text) => vec![text.clone()],
        Expr::Sequence(parts) => {
            let mut texts = vec![String::new()];
            for part in parts {
                let ends = expansions(part)?;
                if texts.len() * ends.len() > MOST_TEXTS {
                    return None;
                }
                let each = |text: &String| {
                    ends.iter().map(|end| format!("{text}{end}")).collect::<Vec<_>>()
                };
                texts = texts.iter().flat_map(each).collect();
            }
            texts
        }
        Expr::Alternatives(parts) => {
            let mut texts = Vec::new();
            for part in parts {
                texts.append(&mut expansions(part)?);
            }
            texts
        }
        Expr::Permutation(_) | Expr::List { .. } | Expr::Range { .. } | Expr::Rule(_) => {
            return None;
        }
    };
    (texts.len() <= MOST_TEXTS).then_some(texts)
}

/// The text of an expression that consists only of text.
fn plain(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Text(text) => Some(text.clone()),
        Expr::Sequence(items) => items.iter().map(plain).collect(),
        _ => None,
    }
}
