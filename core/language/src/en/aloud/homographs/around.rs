//! The words around a homograph, and what they show about it.

use super::words::{AUXILIARY, BE, BEFORE_NOUN, BEFORE_VERB, OBJECT};

/// The words around one word, in lower case; empty where there is none.
pub(super) struct Around<'a> {
    pub(super) words: &'a [String],
    pub(super) i: usize,
}

impl<'a> Around<'a> {
    pub(super) fn get(&self, by: isize) -> &'a str {
        let at = self.i.checked_add_signed(by);
        at.and_then(|at| self.words.get(at)).map_or("", String::as_str)
    }

    pub(super) fn before(&self) -> &'a str {
        self.get(-1)
    }

    pub(super) fn next(&self) -> &'a str {
        self.get(1)
    }

    /// Whether one of the words from the second to the first place is in the list.
    pub(super) fn within(&self, from: isize, to: isize, list: &[&str]) -> bool {
        (from..=to).any(|by| by != 0 && list.contains(&self.get(by)))
    }

    pub(super) fn says(&self, list: &[&str]) -> bool {
        self.within(-12, 12, list)
    }

    /// Whether nothing follows in the phrase.
    pub(super) fn ends(&self) -> bool {
        matches!(
            self.next(),
            "" | "." | "," | "!" | "?" | ";" | ":" | "…" | ")" | "—" | "and" | "but" | "or"
        )
    }

    /// Whether the phrase begins here.
    pub(super) fn begins(&self) -> bool {
        matches!(self.before(), "" | "." | "," | "!" | "?" | ";" | ":" | "…" | "(" | "—")
    }

    /// Whether the word before may be a subject of several ("the shops …").
    pub(super) fn after_plural(&self) -> bool {
        let word = self.before();
        let plural = word.len() > 3
            && word.ends_with('s')
            && !word.ends_with("ss")
            && !word.ends_with("us")
            && !word.ends_with("'s")
            || matches!(word, "people" | "men" | "women" | "children");
        plural && !BEFORE_NOUN.contains(&word)
    }

    /// Whether the word is a verb here.
    pub(super) fn is_verb(&self) -> bool {
        let before = self.before();
        if BEFORE_NOUN.contains(&before) {
            return false;
        }
        if self.begins() {
            return OBJECT.contains(&self.next()) || self.get(1) == "me";
        }
        let near = |word: &str| matches!(word, "and" | "that" | "then");
        if near(before) {
            return OBJECT.contains(&self.next());
        }
        // "Can John record it?"
        let asked = self.within(-3, -2, &["can", "could", "will", "would", "did", "does", "do"])
            && !self.within(-1, -1, BEFORE_NOUN);
        BEFORE_VERB.contains(&before)
            || self.after_plural() && !self.ends()
            || asked && OBJECT.contains(&self.next())
    }

    /// Whether a word that ends in "s" is a verb of a single subject ("the path winds through").
    pub(super) fn is_third_person(&self) -> bool {
        let next = self.next();
        let object = next.ends_with("ly")
            || OBJECT.contains(&next)
            || matches!(next, "through" | "around" | "along" | "past");
        let subject = matches!(self.before(), "he" | "she" | "it" | "who" | "which" | "that");
        let article = matches!(
            self.get(-2),
            "the" | "a" | "this" | "that" | "my" | "your" | "our" | "every" | "each"
        );
        let noun = !self.ends()
            && !BE.contains(&next)
            && !AUXILIARY.contains(&next)
            && !matches!(next, "of" | "in" | "from" | "on" | "for" | "with" | "have" | "were");
        subject
            || !self.begins()
                && article
                && (object || noun)
                && !BEFORE_NOUN.contains(&self.before())
    }
}
