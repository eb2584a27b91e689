//! Compiling files of sentences to a [`Grammar`].

mod lists;
mod nodes;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use crate::grammar::{Block, Branch, Fractions, Grammar, Id, Kind, List, Node, Requirement};
use crate::numbers::Numbers;
use crate::source::{Data, Error, Node as Doc, Place, Source};
use crate::template::{self, Expr};
use crate::text;
use crate::trie::Trie;
use crate::vocabulary::Vocabulary;

/// The rules and lists that a sentence may use: those of all files, or those with the rules and
/// lists of one block added.
#[derive(Default)]
struct Scope {
    rules: HashMap<String, Rc<Expr>>,
    lists: HashMap<String, u32>,
    compiled: HashMap<String, Id>,
}

pub(crate) struct Compiler {
    grammar: Grammar,
    known: HashMap<Node, Id>,
    slot_ids: HashMap<String, u32>,
    edges: HashMap<(u32, Id), u32>,
    global: Scope,
    numbers: Option<Numbers>,
    number_words: HashMap<(i64, i64, i64, Fractions), Arc<Trie<i64>>>,
    /// The rules that are being compiled now, to find one that uses itself.
    open: Vec<String>,
    file: String,
    own: bool,
    errors: Vec<Error>,
}

/// The keys of a file.
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
/// The keys of a block.
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
    /// Compiles the sentences of some files.
    ///
    /// # Errors
    /// With all errors in the files.
    pub fn run(language: &str, sources: &[Source]) -> Result<Grammar, Vec<Error>> {
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
            near: Vocabulary::default(),
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
        let (own, others): (Vec<&Source>, Vec<&Source>) =
            sources.iter().partition(|source| source.own);
        compiler.sources(&others);
        // What the user's files define must not change the other sentences, so it comes later.
        compiler.global.compiled.clear();
        compiler.sources(&own);
        // A rule that no sentence uses may contain an error too.
        let mut scope = std::mem::take(&mut compiler.global);
        for source in own {
            compiler.enter(source);
            let rules = source.root.get("expansion_rules").map(Doc::entries);
            for (name, rule) in rules.unwrap_or_default() {
                if scope.rules.contains_key(name) {
                    compiler.rule(name, &mut scope, rule.place);
                }
            }
        }
        if compiler.errors.is_empty() {
            compiler.grammar.near = Vocabulary::of(&compiler.grammar);
            Ok(compiler.grammar)
        } else {
            Err(compiler.errors)
        }
    }

    /// Compiles some files. What they define replaces what was defined before.
    fn sources(&mut self, sources: &[&Source]) {
        // Rules and lists come first, because every sentence may use them.
        let mut scope = std::mem::take(&mut self.global);
        for source in sources {
            self.enter(source);
            self.rules(source.root.get("expansion_rules"), &mut scope);
            self.skip_words(source.root.get("skip_words"));
        }
        for source in sources {
            self.enter(source);
            self.lists(source.root.get("lists"), &mut scope);
        }
        self.global = scope;
        for source in sources {
            self.enter(source);
            self.intents(source.root.get("intents"));
        }
    }

    fn enter(&mut self, source: &Source) {
        self.file.clone_from(&source.name);
        self.own = source.own;
        if matches!(source.root.data, Data::Map(_)) {
            self.check_keys(&source.root, &TOP);
        } else if !source.root.is_null() {
            self.error(source.root.place, "a file of sentences must be a map");
        }
    }

    fn error(&mut self, place: Place, reason: impl Into<String>) {
        let error = Error::new(&self.file, place, reason);
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// The entries of a map. Anything else but null is an error.
    fn entries<'d>(&mut self, node: Option<&'d Doc>, name: &str) -> &'d [(String, Doc)] {
        let Some(node) = node else { return &[] };
        if !matches!(node.data, Data::Map(_)) && !node.is_null() {
            self.error(node.place, format!("`{name}` must be a map"));
        }
        node.entries()
    }

    /// The items of a list. Anything else but null is an error.
    fn list_items<'d>(&mut self, node: &'d Doc, name: &str) -> &'d [Doc] {
        if !matches!(node.data, Data::List(_)) && !node.is_null() {
            self.error(node.place, format!("`{name}` must be a list"));
        }
        node.items()
    }

    /// Reports unknown keys in the user's own files. Otherwise a misspelt key would be ignored
    /// without a message.
    fn check_keys(&mut self, node: &Doc, known: &[&str]) {
        if !self.own {
            return;
        }
        for (key, value) in node.entries() {
            if !known.contains(&key.as_str()) {
                self.error(
                    value.place,
                    format!("unknown key `{key}`; known keys: {}", known.join(", ")),
                );
            }
        }
    }

    fn rules(&mut self, node: Option<&Doc>, scope: &mut Scope) {
        for (name, rule) in self.entries(node, "expansion_rules") {
            let Some(text) = rule.text() else {
                self.error(rule.place, format!("the rule <{name}> is not text"));
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
        for item in self.list_items(node, "skip_words") {
            let Some(text) = item.text() else {
                self.error(item.place, "a skip word is not text");
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

    fn intents(&mut self, intents: Option<&Doc>) {
        for (intent, node) in self.entries(intents, "intents") {
            if self.own {
                self.check_keys(node, &["data", "description", "domain"]);
            }
            let name: Arc<str> = intent.as_str().into();
            let Some(data) = node.get("data") else {
                self.error(node.place, format!("the intent {intent} has no `data`"));
                continue;
            };
            for block in self.list_items(data, "data") {
                self.block(&name, block);
            }
        }
    }

    fn block(&mut self, intent: &Arc<str>, node: &Doc) {
        self.check_keys(node, &IN_BLOCK);
        // A block with rules or lists of its own does not share what is compiled with others.
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
            slots: self.pairs(node.get("slots"), "slots"),
            requires: self.requirements(node.get("requires_context"), "requires_context"),
            excludes: self.requirements(node.get("excludes_context"), "excludes_context"),
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
        for sentence in self.list_items(sentences, "sentences") {
            let Some(text) = sentence.text() else {
                self.error(sentence.place, "a sentence is not text");
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

    fn requirements(&mut self, node: Option<&Doc>, name: &str) -> Vec<Requirement> {
        let mut all = Vec::new();
        for (key, value) in self.entries(node, name) {
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
}

impl Grammar {
    /// Compiles the sentences of some files. If several files define a list or a rule with the
    /// same name, the last one counts; the user's own lists and rules count only in the user's own
    /// files.
    ///
    /// # Errors
    /// With all errors in the files.
    pub fn compile(language: &str, sources: &[Source]) -> Result<Self, Vec<Error>> {
        Compiler::run(language, sources).map_err(|errors| {
            // JSON is read without places at first, because that is faster.
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
}
