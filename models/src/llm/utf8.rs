//! Whole characters from tokens, which may end in the middle of a character. Pure.

/// Collects bytes and returns the characters that are complete.
#[derive(Default)]
pub(super) struct Utf8 {
    rest: Vec<u8>,
}

impl Utf8 {
    /// Adds bytes and returns all characters that are complete now. Invalid bytes become U+FFFD.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let mut text = String::new();
        let mut done = 0;
        for chunk in self.rest.utf8_chunks() {
            text.push_str(chunk.valid());
            done += chunk.valid().len();
            let broken = chunk.invalid();
            if broken.is_empty() {
                continue;
            }
            // At the end a character may only be incomplete.
            let last = done + broken.len() == self.rest.len();
            if last && std::str::from_utf8(broken).is_err_and(|e| e.error_len().is_none()) {
                break;
            }
            text.push(char::REPLACEMENT_CHARACTER);
            done += broken.len();
        }
        self.rest.drain(..done);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_one_by_one_give_the_text() {
        let text = "naïve 20 °C 東京 🙂 fin";
        let mut utf8 = Utf8::default();
        let joined: String = text.bytes().map(|byte| utf8.push(&[byte])).collect();
        assert_eq!(joined, text);
    }

    #[test]
    fn invalid_bytes_are_replaced() {
        let mut utf8 = Utf8::default();
        assert_eq!(utf8.push(b"a\xffb\xe2\x82"), "a\u{fffd}b");
        assert_eq!(utf8.push(b"c"), "\u{fffd}c");
        assert_eq!(utf8.push("é".as_bytes()), "é");
    }
}
