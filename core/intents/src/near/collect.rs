//! The words of a grammar's sentences.

use std::collections::HashSet;

use super::joins;
use crate::grammar::{Grammar, Id, List, Node};
use crate::numbers::Numbers;
use crate::text;

/// All words of the templates, the lists, the skip words and the numbers.
pub(super) fn words(grammar: &Grammar) -> HashSet<Vec<char>> {
    let mut all = HashSet::new();
    for node in &grammar.nodes {
        match node {
            Node::Text(chars) => insert(&mut all, chars),
            Node::Sequence(items) => joined(grammar, items, &mut all),
            Node::Alternatives(_) | Node::List { .. } => {}
        }
    }
    for template in &grammar.templates {
        joined(grammar, &template.items, &mut all);
    }
    for list in &grammar.lists {
        if let List::Values { trie, .. } = list {
            trie.texts(&mut |text| insert(&mut all, text));
        }
    }
    if let Some(numbers) = Numbers::of(&grammar.language) {
        // A number below zero and one with a fraction have all the words that others add.
        let tenths = (0..=1_000).step_by(10).chain([-10, 5]);
        for said in tenths.flat_map(|tenths| numbers.words(tenths)) {
            insert(&mut all, &text::folded(&said).chars);
        }
    }
    all
}

/// The words with which templates begin.
pub(super) fn first_words(grammar: &Grammar) -> HashSet<Vec<char>> {
    let (mut seen, mut all) = (HashSet::new(), HashSet::new());
    for template in &grammar.templates {
        if let Some(first) = template.items.first() {
            begins(grammar, *first, &mut seen, &mut all);
        }
    }
    all
}

/// Adds the words of a text that contain letters.
fn insert(all: &mut HashSet<Vec<char>>, text: &[char]) {
    for word in crate::graph::split(text) {
        for part in text[word.from..word.to].split(|c| joins(*c)) {
            if part.iter().any(|c| c.is_alphabetic()) {
                all.insert(part.to_vec());
            }
        }
    }
}

/// Adds the words with which an expression begins.
fn begins(grammar: &Grammar, id: Id, seen: &mut HashSet<Id>, all: &mut HashSet<Vec<char>>) {
    if !seen.insert(id) {
        return;
    }
    match &grammar.nodes[id as usize] {
        Node::Text(chars) => insert(all, chars),
        Node::Alternatives(branches) => {
            branches.iter().for_each(|branch| begins(grammar, *branch, seen, all));
        }
        Node::Sequence(items) => {
            joined(grammar, items, all);
            if let Some(first) = items.first() {
                begins(grammar, *first, seen, all);
            }
        }
        Node::List { .. } => {}
    }
}

/// Adds the words that consist of two neighbouring items: `hour[s]`, `turn(s|ed)`.
fn joined(grammar: &Grammar, items: &[Id], all: &mut HashSet<Vec<char>>) {
    let texts = |id: Id| -> Vec<Vec<char>> {
        match &grammar.nodes[id as usize] {
            Node::Text(chars) => vec![chars.to_vec()],
            Node::Alternatives(branches) => branches
                .iter()
                .filter_map(|branch| match &grammar.nodes[*branch as usize] {
                    Node::Text(chars) => Some(chars.to_vec()),
                    Node::Sequence(items) if items.is_empty() => Some(Vec::new()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    };
    for pair in items.windows(2) {
        let (first, second) = (texts(pair[0]), texts(pair[1]));
        let blank = |texts: &[Vec<char>]| texts.iter().any(|text| text.contains(&' '));
        if blank(&first) || blank(&second) {
            continue;
        }
        for a in &first {
            for b in &second {
                insert(all, &[&a[..], b].concat());
            }
        }
    }
}
