//! Compiled sentences: a graph of expressions in which nothing stands twice.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use crate::numbers::Numbers;
use crate::source::{Data, Error, Node as Doc, Place, Source};
use crate::template::{self, Expr};
use crate::text;
use crate::trie::Trie;

/// The number of an expression.
pub(crate) type Id = u32;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// A word, a part of one, or a space.
    Text(Box<[char]>),
    Sequence(Box<[Id]>),
    Alternatives(Box<[Id]>),
    List {
        list: u32,
        slot: u32,
        capture: bool,
        whole: bool,
    },
}

/// The kind of a name that the home has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Area,
    Floor,
    Name,
}

/// What a list value is.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    /// What fills the slot; the words themselves where there is none.
    pub out: Option<Value>,
    /// What is known when the value is said.
    pub context: Vec<(String, Value)>,
}

#[derive(Clone, Debug)]
pub(crate) enum List {
    Values { trie: Trie<u32>, templates: Vec<(Id, u32)>, values: Vec<Listed> },
    Range(Range),
    Wildcard,
    Home(Kind),
}

/// How the numbers of a range divide a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fractions {
    None,
    Halves,
    Tenths,
}

#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub from: i64,
    pub to: i64,
    pub step: i64,
    pub fractions: Fractions,
    pub multiplier: Option<f64>,
    pub digits: bool,
    /// The numbers in words, in tenths.
    pub words: Arc<Trie<i64>>,
}

impl Range {
    /// Whether a number, in tenths, is one of the range.
    pub fn has(&self, tenths: i64) -> bool {
        let (whole, tenth) = (tenths.div_euclid(10), tenths.rem_euclid(10));
        let fraction = match self.fractions {
            Fractions::None => tenth == 0,
            Fractions::Halves => tenth % 5 == 0,
            Fractions::Tenths => true,
        };
        fraction && (self.from..=self.to).contains(&whole) && (whole - self.from) % self.step == 0
    }

    /// What a number, in tenths, fills the slot with.
    pub fn value(&self, tenths: i64) -> Value {
        #[allow(clippy::cast_precision_loss)] // Ranges are far from 2⁵³.
        let number = tenths as f64 / 10.0 * self.multiplier.unwrap_or(1.0);
        #[allow(clippy::cast_possible_truncation)]
        if number.fract() == 0.0 && number.abs() < 1e15 {
            Value::from(number as i64)
        } else {
            Value::from(number)
        }
    }
}

/// A value that the context is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    pub key: String,
    /// The values that will do; any where there is none.
    pub values: Option<Vec<Value>>,
    /// The slot that the value fills.
    pub slot: Option<String>,
}

/// What the sentences of one block have in common.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub intent: Arc<str>,
    pub slots: Vec<(String, Value)>,
    pub requires: Vec<Requirement>,
    pub excludes: Vec<Requirement>,
    pub response: Option<String>,
    pub own: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub block: u32,
    pub items: Box<[Id]>,
    pub text: Box<str>,
}

/// A node of the trie of templates: they share their first items.
#[derive(Clone, Debug, Default)]
pub(crate) struct Branch {
    pub next: Vec<(Id, u32)>,
    pub ends: Vec<u32>,
}

/// The sentences of one language, ready for matching.
#[derive(Clone, Debug)]
pub struct Grammar {
    pub(crate) language: String,
    pub(crate) nodes: Vec<Node>,
    /// Whether a slot is somewhere in the expression.
    pub(crate) has_slots: Vec<bool>,
    pub(crate) lists: Vec<List>,
    pub(crate) slots: Vec<String>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) templates: Vec<Template>,
    pub(crate) branches: Vec<Branch>,
    /// Words that are passed over; each a sequence of words.
    pub(crate) skip: Vec<Vec<Vec<char>>>,
    pub(crate) near: crate::near::Words,
    /// The lists of zones, which Home Assistant has as words of the speaker's own choice.
    pub(crate) zones: Vec<u32>,
}

impl Grammar {
    /// Compiles the sentences of some files. Of lists, rules and words to skip that have
    /// one name, those of the last file hold.
    ///
    /// # Errors
    /// With all that is wrong in the files.
    pub fn compile(language: &str, sources: &[Source]) -> Result<Self, Vec<Error>> {
        Compiler::run(language, sources).map_err(|errors| {
            // Once more with the places.
            let placed: Vec<Option<Source>> = sources.iter().map(Source::placed).collect();
            if placed.iter().all(Option::is_none) {
                return errors;
            }
            let pairs = sources.iter().zip(placed);
            let placed: Vec<Source> =
                pairs.map(|(source, placed)| placed.unwrap_or_else(|| source.clone())).collect();
            Compiler::run(language, &placed).err().unwrap_or(errors)
        })
    }

    /// How many templates there are.
    pub fn len(&self) -> usize {
        self.templates.len()
    }

    /// Whether there are no templates.
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }
}

/// Where a name is looked up first: in a block, with what it defines itself.
#[derive(Default)]
struct Scope {
    rules: HashMap<String, Rc<Expr>>,
    lists: HashMap<String, u32>,
    compiled: HashMap<String, Id>,
}

struct Compiler {
    grammar: Grammar,
    known: HashMap<Node, Id>,
    slot_ids: HashMap<String, u32>,
    edges: HashMap<(u32, Id), u32>,
    global: Scope,
    numbers: Option<Numbers>,
    number_words: HashMap<(i64, i64, i64, Fractions), Arc<Trie<i64>>>,
    /// Rules that are being compiled, for those that use themselves.
    open: Vec<String>,
    file: String,
    own: bool,
    errors: Vec<Error>,
}

const TOP: [&str; 8] = [
    "language",
    "intents",
    "lists",
    "expansion_rules",
    "skip_words",
    "settings",
    "responses",
    "speech",
];
const IN_BLOCK: [&str; 12] = [
    "sentences",
    "slots",
    "requires_context",
    "excludes_context",
    "expansion_rules",
    "lists",
    "response",
    "metadata",
    "required_keywords",
    "settings",
    "inferred_domain",
    "name_domains",
];

impl Compiler {
    fn run(language: &str, sources: &[Source]) -> Result<Grammar, Vec<Error>> {
        let grammar = Grammar {
            language: language.to_owned(),
            nodes: Vec::new(),
            has_slots: Vec::new(),
            lists: Vec::new(),
            slots: Vec::new(),
            blocks: Vec::new(),
            templates: Vec::new(),
            branches: vec![Branch::default()],
            skip: Vec::new(),
            near: crate::near::Words::default(),
            zones: Vec::new(),
        };
        let mut compiler = Self {
            grammar,
            known: HashMap::new(),
            slot_ids: HashMap::new(),
            edges: HashMap::new(),
            global: Scope::default(),
            numbers: Numbers::of(language),
            number_words: HashMap::new(),
            open: Vec::new(),
            file: String::new(),
            own: false,
            errors: Vec::new(),
        };
        for (name, kind) in [("area", Kind::Area), ("floor", Kind::Floor), ("name", Kind::Name)] {
            let list = compiler.list_id(List::Home(kind));
            compiler.global.lists.insert(name.to_owned(), list);
        }
        // Rules and lists first: any sentence may use them, wherever it stands.
        let mut scope = std::mem::take(&mut compiler.global);
        for source in sources {
            compiler.enter(source);
            compiler.rules(source.root.get("expansion_rules"), &mut scope);
            compiler.skip_words(source.root.get("skip_words"));
        }
        for source in sources {
            compiler.enter(source);
            compiler.lists(source.root.get("lists"), &mut scope);
        }
        compiler.global = scope;
        for source in sources {
            compiler.enter(source);
            if let Some(intents) = source.root.get("intents") {
                compiler.intents(intents);
            }
        }
        // What no sentence uses may be wrong too.
        let mut scope = std::mem::take(&mut compiler.global);
        for source in sources.iter().filter(|source| source.own) {
            compiler.enter(source);
            let rules = source.root.get("expansion_rules").map(Doc::entries);
            for (name, rule) in rules.unwrap_or_default() {
                if scope.rules.contains_key(name) {
                    compiler.rule(name, &mut scope, rule.place);
                }
            }
        }
        if compiler.errors.is_empty() {
            compiler.grammar.near = crate::near::Words::of(&compiler.grammar);
            Ok(compiler.grammar)
        } else {
            Err(compiler.errors)
        }
    }

    fn enter(&mut self, source: &Source) {
        self.file.clone_from(&source.name);
        self.own = source.own;
        if matches!(source.root.data, Data::Map(_)) {
            self.check_keys(&source.root, &TOP);
        } else if !source.root.is_null() {
            self.error(source.root.place, "a file of sentences is a map with `intents`");
        }
    }

    fn error(&mut self, place: Place, reason: impl Into<String>) {
        let error = Error::new(&self.file, place, reason);
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// A misspelt key would be passed over in silence.
    fn check_keys(&mut self, node: &Doc, known: &[&str]) {
        if !self.own {
            return;
        }
        for (key, value) in node.entries() {
            if !known.contains(&key.as_str()) {
                self.error(value.place, format!("there is no `{key}`; it may be {known:?}"));
            }
        }
    }

    fn rules(&mut self, node: Option<&Doc>, scope: &mut Scope) {
        for (name, rule) in node.map(Doc::entries).unwrap_or_default() {
            let Some(text) = rule.text() else {
                self.error(rule.place, format!("the rule <{name}> is no text"));
                continue;
            };
            if let Some(expr) = self.parse(text, rule.place) {
                scope.rules.insert(name.clone(), Rc::new(expr));
            }
        }
    }

    fn parse(&mut self, text: &str, place: Place) -> Option<Expr> {
        match template::parse(text) {
            Ok(expr) => Some(expr),
            Err(e) => {
                let lead = text.chars().take_while(|c| c.is_whitespace()).count();
                let column = match place.column {
                    0 => 0,
                    column => column + lead + e.column,
                };
                let reason = format!("{} (in `{}`, character {})", e.reason, text, e.column + 1);
                self.error(Place { column, ..place }, reason);
                None
            }
        }
    }

    fn skip_words(&mut self, node: Option<&Doc>) {
        let Some(node) = node else { return };
        for item in node.items() {
            let Some(text) = item.text() else {
                self.error(item.place, "a word to skip is no text");
                continue;
            };
            let folded = text::folded(text).chars;
            let words: Vec<Vec<char>> = crate::graph::split(&folded)
                .iter()
                .map(|word| folded[word.from..word.to].to_vec())
                .collect();
            if !words.is_empty() && !self.grammar.skip.contains(&words) {
                self.grammar.skip.push(words);
            }
        }
    }

    fn list_id(&mut self, list: List) -> u32 {
        self.grammar.lists.push(list);
        u32::try_from(self.grammar.lists.len() - 1).unwrap_or(u32::MAX)
    }

    fn lists(&mut self, node: Option<&Doc>, scope: &mut Scope) {
        for (name, list) in node.map(Doc::entries).unwrap_or_default() {
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
        for item in node.items() {
            let (said, out, context) = match &item.data {
                Data::Map(_) => {
                    self.check_keys(item, &["in", "out", "context", "metadata"]);
                    let context = item.get("context").map(|node| self.pairs(node));
                    (item.get("in"), item.get("out"), context.unwrap_or_default())
                }
                _ => (Some(item), None, Vec::new()),
            };
            let said = said.and_then(|node| {
                let value = node.scalar().filter(|value| !value.is_null())?;
                Some((value.as_str().map_or_else(|| value.to_string(), str::to_owned), node.place))
            });
            let Some((said, place)) = said else {
                self.error(item.place, format!("a value of {{{name}}} is no text"));
                continue;
            };
            let at = u32::try_from(values.len()).unwrap_or(u32::MAX);
            let out = out.filter(|out| !out.is_null()).map(Doc::value);
            values.push(Listed { out, context });
            let Some(expr) = self.parse(&said, place) else { continue };
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

    fn number_words(
        &mut self,
        from: i64,
        to: i64,
        step: i64,
        fractions: Fractions,
    ) -> Arc<Trie<i64>> {
        /// A range with more numbers is understood in digits alone.
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

    fn pairs(&mut self, node: &Doc) -> Vec<(String, Value)> {
        let mut pairs = Vec::new();
        for (key, value) in node.entries() {
            match value.scalar() {
                Some(value) => pairs.push((key.clone(), value.clone())),
                None => self.error(value.place, format!("the value of `{key}` is no scalar")),
            }
        }
        pairs
    }

    fn intents(&mut self, intents: &Doc) {
        for (intent, node) in intents.entries() {
            if self.own {
                self.check_keys(node, &["data", "description", "domain"]);
            }
            let name: Arc<str> = intent.as_str().into();
            let Some(data) = node.get("data") else {
                self.error(node.place, format!("the intent {intent} has no `data`"));
                continue;
            };
            for block in data.items() {
                self.block(&name, block);
            }
        }
    }

    fn block(&mut self, intent: &Arc<str>, node: &Doc) {
        self.check_keys(node, &IN_BLOCK);
        // A block with rules or lists of its own compiles all that it uses anew.
        let mut own =
            (node.get("expansion_rules").is_some() || node.get("lists").is_some()).then(|| Scope {
                rules: self.global.rules.clone(),
                lists: self.global.lists.clone(),
                compiled: HashMap::new(),
            });
        if let Some(scope) = &mut own {
            self.rules(node.get("expansion_rules"), scope);
            self.lists(node.get("lists"), scope);
        }
        let block = Block {
            intent: intent.clone(),
            slots: node.get("slots").map(|node| self.pairs(node)).unwrap_or_default(),
            requires: self.requirements(node.get("requires_context")),
            excludes: self.requirements(node.get("excludes_context")),
            response: node.get("response").and_then(Doc::text).map(str::to_owned),
            own: self.own,
        };
        let Some(sentences) = node.get("sentences") else {
            self.error(node.place, format!("a block of {intent} has no `sentences`"));
            return;
        };
        let at = u32::try_from(self.grammar.blocks.len()).unwrap_or(u32::MAX);
        self.grammar.blocks.push(block);
        let local = own.is_some();
        let mut scope = own.unwrap_or_else(|| std::mem::take(&mut self.global));
        for sentence in sentences.items() {
            let Some(text) = sentence.text() else {
                self.error(sentence.place, "a sentence is no text");
                continue;
            };
            let Some(expr) = self.parse(text, sentence.place) else { continue };
            let Some(items) = self.items(&expr, &mut scope, sentence.place) else { continue };
            self.template(at, items, text, sentence.place);
        }
        if !local {
            self.global = scope;
        }
    }

    fn requirements(&mut self, node: Option<&Doc>) -> Vec<Requirement> {
        let mut all = Vec::new();
        for (key, value) in node.map(Doc::entries).unwrap_or_default() {
            let mut slot = None;
            let mut wanted = Some(value);
            if let Data::Map(_) = &value.data {
                self.check_keys(value, &["value", "slot"]);
                slot = match value.get("slot").and_then(Doc::scalar) {
                    Some(Value::String(name)) => Some(name.clone()),
                    Some(Value::Bool(true)) => Some(key.clone()),
                    _ => None,
                };
                wanted = value.get("value");
            }
            let values = wanted.filter(|node| !node.is_null()).map(|node| match &node.data {
                Data::List(items) => items.iter().filter_map(Doc::scalar).cloned().collect(),
                _ => node.scalar().cloned().into_iter().collect(),
            });
            all.push(Requirement { key: key.clone(), values, slot });
        }
        all
    }

    /// The items of a template's outermost sequence.
    fn items(&mut self, expr: &Expr, scope: &mut Scope, place: Place) -> Option<Vec<Id>> {
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

    fn template(&mut self, block: u32, items: Vec<Id>, text: &str, place: Place) {
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

    fn expr(&mut self, expr: &Expr, scope: &mut Scope, place: Place) -> Option<Id> {
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

    fn rule(&mut self, name: &str, scope: &mut Scope, place: Place) -> Option<Id> {
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

    /// All orders of some parts, with spaces between. Orders of fewer parts are shared: 2ⁿ
    /// expressions, not n!.
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

/// The text of an expression that is nothing else.
fn plain(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Text(text) => Some(text.clone()),
        Expr::Sequence(items) => items.iter().map(plain).collect(),
        _ => None,
    }
}
