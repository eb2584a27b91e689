//! A reply must not claim that something was done. What the language model writes does nothing: only
//! skills do. Pure.

use sayso_language::{Claim, Language};

/// Lets a reply through, up to a sentence that claims a deed.
pub struct Claims {
    language: &'static Language,
    /// The sentence that is being written.
    sentence: String,
    /// The part of it that waits, because it may become a claim.
    held: String,
    /// Whether this sentence claims nothing.
    cleared: bool,
    /// Whether a claim was found. Nothing is let through after it.
    found: bool,
    /// Whether anything was let through.
    told: bool,
}

impl Claims {
    /// For a reply in a language.
    pub fn new(language: &'static Language) -> Self {
        let (sentence, held) = (String::new(), String::new());
        Self { language, sentence, held, cleared: false, found: false, told: false }
    }

    /// Takes a piece of the reply. Returns what can be told now.
    pub fn push(&mut self, piece: &str) -> String {
        let mut free = String::new();
        for c in piece.chars() {
            if self.found {
                break;
            }
            let ended = self.sentence.ends_with(['.', '!', '?', '\n']) && c.is_whitespace();
            if ended {
                // What is in doubt at the end of its sentence is no claim.
                free.push_str(&std::mem::take(&mut self.held));
                self.sentence.clear();
                self.cleared = false;
            }
            self.sentence.push(c);
            if self.cleared {
                free.push(c);
                continue;
            }
            self.held.push(c);
            if c.is_alphanumeric() || c == '\'' || c == '’' {
                continue;
            }
            match self.language.claims_deed(&self.sentence) {
                Claim::Maybe => {}
                Claim::No => {
                    // A sentence that has no word yet has not begun.
                    self.cleared = self.sentence.contains(char::is_alphanumeric);
                    free.push_str(&std::mem::take(&mut self.held));
                }
                Claim::Yes => {
                    self.found = true;
                    self.held.clear();
                    let space = if self.told || !free.is_empty() { " " } else { "" };
                    free =
                        format!("{}{space}{}", free.trim_end(), self.language.said_when_not_done());
                }
            }
        }
        self.told |= !free.is_empty();
        free
    }

    /// What is left at the end of the reply.
    pub fn finish(&mut self) -> String {
        // The end of a reply is that of its sentence.
        let rest = if self.found { String::new() } else { self.push("\n") };
        let rest = rest + &std::mem::take(&mut self.held);
        rest.trim_end().to_owned()
    }

    /// Whether a claim was found.
    pub fn found(&self) -> bool {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is heard of a reply that comes in pieces of a few characters.
    fn heard(reply: &str) -> String {
        let whole = |size: usize| {
            let mut claims = Claims::new(Language::english());
            let chars: Vec<char> = reply.chars().collect();
            let mut heard: String =
                chars.chunks(size).map(|piece| claims.push(&String::from_iter(piece))).collect();
            heard += &claims.finish();
            heard
        };
        let first = whole(1);
        assert!([2, 3, 5, 100].into_iter().all(|size| whole(size) == first), "{reply}");
        first
    }

    #[test]
    fn an_honest_reply_passes() {
        for reply in [
            "Mount Everest is 8.8 kilometers high. I have no better figure.",
            "I",
            "The lamp",
            "Okay. Why did the bicycle fall over? Because it was two tired!",
            "",
        ] {
            assert_eq!(heard(reply), reply);
        }
    }

    #[test]
    fn a_claim_is_replaced() {
        let sorry = Language::english().said_when_not_done();
        assert_eq!(heard("I've turned on the light. Anything else?"), sorry);
        assert_eq!(heard("Your timer is set."), sorry);
        assert_eq!(heard("Your timer is set"), sorry);
        assert_eq!(
            heard("It is dark. I've opened the blinds for you."),
            format!("It is dark. {sorry}")
        );
    }

    #[test]
    fn what_cannot_be_a_claim_is_told_at_once() {
        let mut claims = Claims::new(Language::english());
        assert_eq!(claims.push("Mount"), "");
        assert_eq!(claims.push(" Everest"), "Mount Everest");
        assert_eq!(claims.push(" is"), " is");
        assert!(!claims.found());
    }
}
