//! A map of texts, in which equal beginnings are stored once.

/// A trie of texts, each with values.
#[derive(Clone, Debug)]
pub(crate) struct Trie<V> {
    nodes: Vec<Node<V>>,
}

#[derive(Clone, Debug)]
struct Node<V> {
    /// By character.
    next: Vec<(char, u32)>,
    values: Vec<V>,
}

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Self { nodes: vec![Node { next: Vec::new(), values: Vec::new() }] }
    }
}

impl<V: PartialEq> Trie<V> {
    pub const ROOT: u32 = 0;

    /// Adds a text. One without characters is ignored, because it would match everywhere.
    pub fn insert(&mut self, text: impl Iterator<Item = char>, value: V) {
        let mut at = Self::ROOT;
        for c in text {
            let found = self.nodes[at as usize].next.binary_search_by_key(&c, |(c, _)| *c);
            at = match found {
                Ok(n) => self.nodes[at as usize].next[n].1,
                Err(n) => {
                    let new = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
                    self.nodes.push(Node { next: Vec::new(), values: Vec::new() });
                    self.nodes[at as usize].next.insert(n, (c, new));
                    new
                }
            };
        }
        let values = &mut self.nodes[at as usize].values;
        if at != Self::ROOT && !values.contains(&value) {
            values.push(value);
        }
    }

    pub fn next(&self, at: u32) -> &[(char, u32)] {
        &self.nodes[at as usize].next
    }

    pub fn values(&self, at: u32) -> &[V] {
        &self.nodes[at as usize].values
    }

    /// Calls `found` with each text that has values.
    pub fn texts(&self, found: &mut dyn FnMut(&[char])) {
        self.texts_with(&mut |text, _| found(text));
    }

    /// Calls `found` with each value and its text.
    pub fn texts_with(&self, found: &mut dyn FnMut(&[char], &V)) {
        let mut open = vec![(Self::ROOT, Vec::new())];
        while let Some((at, text)) = open.pop() {
            for value in self.values(at) {
                found(&text, value);
            }
            for (c, next) in self.next(at) {
                let mut longer = text.clone();
                longer.push(*c);
                open.push((*next, longer));
            }
        }
    }
}
