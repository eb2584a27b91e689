//! What can be understood from the words alone, without a language model.

/// Whether `text` only asks to stop: "stop", "cancel", "never mind" and the like.
pub fn is_stop(text: &str) -> bool {
    let words: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' })
        .collect();
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.retain(|word| !["please", "ok", "okay", "oh", "no", "just", "now"].contains(word));
    words.dedup();
    matches!(
        words.as_slice(),
        ["stop"]
            | ["stop", "it" | "that" | "talking"]
            | ["cancel"]
            | ["cancel", "that" | "it"]
            | ["nevermind"]
            | ["never", "mind"]
            | ["be", "quiet"]
            | ["shut", "up"]
            | ["that's", "enough"]
    )
}

#[cfg(test)]
mod tests {
    use super::is_stop;

    #[test]
    fn stops() {
        for text in
            ["Stop.", "stop, stop!", "Please cancel that.", "Never mind.", "Oh, stop it now"]
        {
            assert!(is_stop(text), "{text}");
        }
        for text in
            ["", "Stop the music at ten.", "When does the bus stop?", "Cancel my order", "no"]
        {
            assert!(!is_stop(text), "{text}");
        }
    }
}
