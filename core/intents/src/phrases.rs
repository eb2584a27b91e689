//! What a speech recogniser should expect.

use serde_json::Value;

use crate::grammar::{Grammar, List};
use crate::home::Home;

impl Grammar {
    /// Names of the home and values of lists that together have every word in them: the shortest
    /// first, and none that adds no word. As the prompt of a speech recogniser they make these words
    /// more likely.
    pub fn phrases(&self, home: &Home) -> Vec<String> {
        let mut all: Vec<String> = home.names().map(str::to_lowercase).collect();
        for list in &self.lists {
            let List::Values { values, .. } = list else { continue };
            let texts =
                values.iter().filter_map(|value| value.out.as_ref().and_then(Value::as_str));
            all.extend(texts.map(str::to_lowercase));
        }
        all.sort_by_key(|text| text.split_whitespace().count());
        let mut known = std::collections::HashSet::new();
        all.retain(|text| {
            let new = text.split_whitespace().filter(|word| known.insert((*word).to_owned()));
            new.count() > 0
        });
        all
    }
}
