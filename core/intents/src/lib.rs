//! Commands in the sentence templates of Home Assistant: parsed, compiled and matched.
//!
//! ```
//! use sayso_intents::{Context, Grammar, Home, Source};
//!
//! let sentences = r#"
//! intents:
//!   HassTurnOn:
//!     data:
//!       - sentences:
//!           - "(turn|switch) on [the] {name}"
//!           - "turn [the] {name} on"
//! "#;
//! let source = Source::read("sentences.yaml", sentences, true).unwrap();
//! let grammar = Grammar::compile("en", &[source]).unwrap();
//! let home = serde_json::json!({"entities": [{"name": "Bedroom Lamp", "domain": "light"}]});
//! let home = Home::from_json(&home).unwrap();
//! let command = grammar.parse(&home, &Context::default(), "Switch on the bed room lamp.").unwrap();
//! assert_eq!(&*command.intent, "HassTurnOn");
//! assert_eq!(command.slots["name"], "Bedroom Lamp");
//! ```
//!
//! Templates are compiled to one graph in which equal parts are stored once. A sentence is
//! matched by dynamic programming, so the time is bounded by the number of parts and of
//! characters, however many sentences a template stands for. A sentence that fits no template is
//! tried again, and the usual mistakes of speech recognition are forgiven, at a cost
//! ([`Match::score`]).

mod compile;
mod familiarity;
mod folder;
mod grammar;
mod graph;
mod home;
mod matcher;
mod near;
mod numbers;
mod phrases;
mod sample;
mod source;
mod template;
mod text;
mod trie;
mod vocabulary;
mod walk;

pub use folder::Folder;
pub use grammar::Grammar;
pub use home::{Entity, Home, Place};
pub use matcher::{Context, Match, choices, is_unsure};
pub use near::sounds_like;
pub use numbers::Numbers;
pub use sample::Sample;
pub use source::{Error, Source};
pub use walk::Walk;
