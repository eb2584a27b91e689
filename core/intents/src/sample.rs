//! Sentences of a template.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::grammar::{Grammar, Id, Kind, List, Node, Requirement};
use crate::home::Home;

/// A sentence and its meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The words.
    pub sentence: String,
    /// The intent.
    pub intent: Arc<str>,
    /// The slots that the words fill.
    pub slots: BTreeMap<String, Value>,
}

impl Grammar {
    /// One sentence of a template, which is given by a number below [`Grammar::len`]. `choose` is
    /// called with the number of choices and returns one of them. `None` if the home has no name
    /// that fits, or if a slot would be filled twice.
    pub fn sample(
        &self,
        template: usize,
        home: &Home,
        choose: &mut dyn FnMut(usize) -> usize,
    ) -> Option<Sample> {
        let template = self.templates.get(template)?;
        let block = self.blocks.get(template.block as usize)?;
        let mut sampler = Sampler {
            grammar: self,
            home,
            requires: &block.requires,
            choose,
            slots: BTreeMap::new(),
        };
        let mut sentence = String::new();
        for item in &template.items {
            sampler.add(*item, &mut sentence)?;
        }
        let slots = sampler.slots;
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Sample { sentence, intent: block.intent.clone(), slots })
    }
}

struct Sampler<'a> {
    grammar: &'a Grammar,
    home: &'a Home,
    requires: &'a [Requirement],
    choose: &'a mut dyn FnMut(usize) -> usize,
    slots: BTreeMap<String, Value>,
}

impl Sampler<'_> {
    fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        items.get((self.choose)(items.len()).min(items.len().checked_sub(1)?)).cloned()
    }

    fn add(&mut self, id: Id, sentence: &mut String) -> Option<()> {
        let grammar = self.grammar;
        match &grammar.nodes[id as usize] {
            Node::Text(chars) => sentence.extend(chars.iter()),
            Node::Sequence(items) => {
                for item in items {
                    self.add(*item, sentence)?;
                }
            }
            Node::Alternatives(branches) => {
                let branch = self.pick(branches)?;
                self.add(branch, sentence)?;
            }
            Node::List { list, slot, capture, .. } => {
                let value = self.value(*list, sentence)?;
                let slot = grammar.slots[*slot as usize].clone();
                if !capture && self.slots.insert(slot, value).is_some() {
                    return None;
                }
            }
        }
        Some(())
    }

    fn value(&mut self, list: u32, sentence: &mut String) -> Option<Value> {
        let (grammar, home) = (self.grammar, self.home);
        match &grammar.lists[list as usize] {
            List::Home(kind) => {
                let names: Vec<&String> = match kind {
                    Kind::Area => home.areas.iter().map(|area| &area.name).collect(),
                    Kind::Floor => home.floors.iter().map(|floor| &floor.name).collect(),
                    Kind::Name => {
                        let fits = |domain: Option<&str>| {
                            let wanted = self.requires.iter().find(|r| r.key == "domain");
                            let values = wanted.and_then(|wanted| wanted.values.as_ref());
                            values.is_none_or(|values| {
                                values.iter().any(|value| value.as_str() == domain)
                            })
                        };
                        let fitting = home.entities.iter().filter(|e| fits(e.domain.as_deref()));
                        fitting.map(|entity| &entity.name).collect()
                    }
                };
                let name = self.pick(&names)?;
                sentence.push_str(name);
                Some(Value::from(name.as_str()))
            }
            List::Values { trie, templates, values } => {
                let mut texts: Vec<(Vec<char>, u32)> = Vec::new();
                trie.texts_with(&mut |text, value| texts.push((text.to_vec(), *value)));
                let n = (self.choose)(texts.len() + templates.len());
                let mut said = String::new();
                let value = match texts.get(n) {
                    Some((text, value)) => {
                        said.extend(text);
                        *value
                    }
                    None => {
                        let (id, value) = *templates.get(n - texts.len())?;
                        self.add(id, &mut said)?;
                        value
                    }
                };
                sentence.push_str(&said);
                let out = values.get(value as usize)?.out.clone();
                Some(out.unwrap_or_else(|| Value::from(said.trim())))
            }
            List::Range(range) => {
                let steps = usize::try_from((range.to - range.from) / range.step).ok()?;
                let step = i64::try_from((self.choose)(steps + 1)).ok()?;
                let number = range.from + step * range.step;
                sentence.push_str(&number.to_string());
                Some(range.value(number * 10))
            }
            List::Wildcard => {
                // No template of any language contains these words.
                const WORDS: [&str; 3] = ["xylophon", "quokka xerxes", "zyzzyva"];
                let words = self.pick(&WORDS)?;
                sentence.push_str(words);
                Some(Value::from(words))
            }
        }
    }
}
