//! Compiling templates to the nodes of a [`Grammar`](crate::Grammar), each of which is stored
//! once.

use super::{Compiler, Scope};
use crate::grammar::{Branch, Fractions, Id, List, Node, Range, Template};
use crate::source::Place;
use crate::template::Expr;

impl Compiler {
    /// The items of a template's outermost sequence.
    pub(super) fn items(
        &mut self,
        expr: &Expr,
        scope: &mut Scope,
        place: Place,
    ) -> Option<Vec<Id>> {
        let mut items = Vec::new();
        match expr {
            Expr::Sequence(parts) => {
                for part in parts {
                    items.extend(self.items(part, scope, place)?);
                }
            }
            other => items.push(self.expr(other, scope, place)?),
        }
        Some(items)
    }

    /// Adds a template.
    pub(super) fn template(&mut self, block: u32, items: Vec<Id>, text: &str, place: Place) {
        if items.is_empty() {
            self.error(place, "a sentence is empty");
            return;
        }
        let mut at = 0;
        for item in &items {
            at = match self.edges.get(&(at, *item)) {
                Some(next) => *next,
                None => {
                    let next = u32::try_from(self.grammar.branches.len()).unwrap_or(u32::MAX);
                    self.grammar.branches.push(Branch::default());
                    self.grammar.branches[at as usize].next.push((*item, next));
                    self.edges.insert((at, *item), next);
                    next
                }
            };
        }
        let template = u32::try_from(self.grammar.templates.len()).unwrap_or(u32::MAX);
        self.grammar.branches[at as usize].ends.push(template);
        let (items, text) = (items.into(), text.into());
        self.grammar.templates.push(Template { block, items, text });
    }

    /// The number of an expression.
    pub(super) fn expr(&mut self, expr: &Expr, scope: &mut Scope, place: Place) -> Option<Id> {
        match expr {
            Expr::Text(text) => Some(self.node(Node::Text(text.chars().collect()))),
            Expr::Sequence(_) => {
                let items = self.items(expr, scope, place)?;
                Some(self.sequence(items))
            }
            Expr::Alternatives(branches) => {
                let mut ids = Vec::new();
                for branch in branches {
                    let id = self.expr(branch, scope, place)?;
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
                Some(self.node(Node::Alternatives(ids.into())))
            }
            Expr::Permutation(parts) => {
                let parts: Option<Vec<Id>> =
                    parts.iter().map(|part| self.expr(part, scope, place)).collect();
                Some(self.permutation(&parts?))
            }
            Expr::List { list, slot, capture, whole } => {
                let Some(&found) = scope.lists.get(list) else {
                    self.error(place, format!("there is no list {{{list}}}"));
                    return None;
                };
                let slot = self.slot(slot);
                Some(self.node(Node::List { list: found, slot, capture: *capture, whole: *whole }))
            }
            Expr::Range { from, to, step, slot } => {
                let key = format!("{from}..{to},{step}");
                let list = if let Some(list) = scope.lists.get(&key) {
                    *list
                } else {
                    let words = self.number_words(*from, *to, *step, Fractions::None);
                    let id = self.list_id(List::Range(Range {
                        from: *from,
                        to: *to,
                        step: *step,
                        fractions: Fractions::None,
                        multiplier: None,
                        digits: true,
                        words,
                    }));
                    scope.lists.insert(key, id);
                    id
                };
                let slot = self.slot(slot);
                Some(self.node(Node::List { list, slot, capture: false, whole: true }))
            }
            Expr::Rule(name) => self.rule(name, scope, place),
        }
    }

    /// The number of what a rule stands for.
    pub(super) fn rule(&mut self, name: &str, scope: &mut Scope, place: Place) -> Option<Id> {
        if let Some(id) = scope.compiled.get(name) {
            return Some(*id);
        }
        if self.open.iter().any(|open| open == name) {
            self.error(place, format!("the rule <{name}> uses itself"));
            return None;
        }
        let Some(rule) = scope.rules.get(name).cloned() else {
            self.error(place, format!("there is no rule <{name}>"));
            return None;
        };
        self.open.push(name.to_owned());
        let id = self.expr(&rule, scope, place);
        self.open.pop();
        scope.compiled.insert(name.to_owned(), id?);
        id
    }

    fn slot(&mut self, name: &str) -> u32 {
        if let Some(id) = self.slot_ids.get(name) {
            return *id;
        }
        let id = u32::try_from(self.grammar.slots.len()).unwrap_or(u32::MAX);
        self.grammar.slots.push(name.to_owned());
        self.slot_ids.insert(name.to_owned(), id);
        id
    }

    fn sequence(&mut self, items: Vec<Id>) -> Id {
        match items.as_slice() {
            [only] => *only,
            _ => self.node(Node::Sequence(items.into())),
        }
    }

    /// All orders of some parts, with spaces between them. Orders of the same parts are shared,
    /// so there are 2ⁿ expressions, not n!.
    fn permutation(&mut self, parts: &[Id]) -> Id {
        if let [only] = parts {
            return *only;
        }
        let space = self.node(Node::Text([' '].into()));
        let mut branches = Vec::new();
        for (n, first) in parts.iter().enumerate() {
            let mut rest = parts.to_vec();
            rest.remove(n);
            let rest = self.permutation(&rest);
            let branch = self.node(Node::Sequence([*first, space, rest].into()));
            if !branches.contains(&branch) {
                branches.push(branch);
            }
        }
        self.node(Node::Alternatives(branches.into()))
    }

    fn node(&mut self, node: Node) -> Id {
        if let Some(id) = self.known.get(&node) {
            return *id;
        }
        let id = u32::try_from(self.grammar.nodes.len()).unwrap_or(u32::MAX);
        let has = |ids: &[Id]| ids.iter().any(|id| self.grammar.has_slots[*id as usize]);
        let has_slots = match &node {
            Node::Text(_) => false,
            Node::Sequence(ids) | Node::Alternatives(ids) => has(ids),
            Node::List { .. } => true,
        };
        self.grammar.nodes.push(node.clone());
        self.grammar.has_slots.push(has_slots);
        self.known.insert(node, id);
        id
    }
}
