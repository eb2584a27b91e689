//! How likely a text is a misheard sentence.

use crate::grammar::Grammar;
use crate::graph;
use crate::home::Home;
use crate::text;

impl Grammar {
    /// The share of a text's letters, 0 to 1, that are in words of the sentences or in names of the
    /// home. Numbers in digits do not count. It says how likely a text is a misheard sentence.
    pub fn familiarity(&self, home: &Home, text: &str) -> f32 {
        let folded = text::folded(text);
        let words = graph::split(&folded.chars);
        let (mut known, mut all) = (0, 0);
        for word in &words {
            let word = &folded.chars[word.from..word.to];
            if word.iter().any(char::is_ascii_digit) {
                continue;
            }
            all += word.len();
            if self.near.is_known(word) || home.words.contains(word) {
                known += word.len();
            }
        }
        #[allow(clippy::cast_precision_loss)] // A sentence has few letters.
        let share = known as f32 / all.max(1) as f32;
        share
    }
}
