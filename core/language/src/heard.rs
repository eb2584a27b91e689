//! What the words alone show, without a language model.

use crate::Language;
use crate::token::line;

/// What people say that is neither a question nor a request. Words of a phrase are separated by
/// one space. If two phrases begin alike, the longer comes first.
#[derive(Debug)]
pub(crate) struct Remarks {
    /// Phrases that only ask to stop.
    pub(crate) stops: &'static [&'static str],
    /// Words that may accompany them without changing anything.
    pub(crate) beside_stops: &'static [&'static str],
    /// Phrases that only show that the listener follows.
    pub(crate) backchannels: &'static [&'static str],
    /// What Whisper has learnt from the ends of videos and writes where nobody speaks. Letters and
    /// digits only.
    pub(crate) stock_phrases: &'static [&'static str],
}

/// More words than these are a sentence, not a backchannel.
const MOST_BACKCHANNELS: usize = 4;

impl Language {
    /// Whether `text` only asks to stop: "stop", "cancel", "never mind" and the like.
    pub fn is_stop(&self, text: &str) -> bool {
        let words = words(text);
        let mut words: Vec<&str> = words.split_whitespace().collect();
        words.retain(|word| !self.remarks.beside_stops.contains(word));
        // "Never mind. Stop!" consists of two of them.
        are_all(&words, self.remarks.stops)
    }

    /// Whether `text` only shows that the listener follows: "mhm", "yeah", "I see". If it is said
    /// over a reply, the reply goes on.
    pub fn is_backchannel(&self, text: &str) -> bool {
        let words = words(text);
        let words: Vec<&str> = words.split_whitespace().collect();
        words.len() <= MOST_BACKCHANNELS && are_all(&words, self.remarks.backchannels)
    }

    /// What a recogniser writes where nobody speaks, in lower case, letters and digits only.
    pub fn stock_phrases(&self) -> &'static [&'static str] {
        self.remarks.stock_phrases
    }

    /// Whether `said`, heard over a reply, is only the reply itself, heard through the
    /// loudspeaker. `spoken` is the part of the reply that has been spoken, and a little more.
    ///
    /// This is the last check that keeps the assistant from answering itself: before the echo
    /// canceller knows the room, the rest of the voice that it leaves may still be understood. At
    /// least four in five of the words must be, in this order, at the end of what was spoken.
    /// Words that are misheard a little count as well.
    pub fn is_own(&self, said: &str, spoken: &str) -> bool {
        // "12.50" may come back as "twelve fifty".
        let [said, spoken] =
            [said, spoken].map(|text| words(&line(&self.reader().normalize(text))));
        let said: Vec<&str> = said.split_whitespace().collect();
        let spoken: Vec<&str> = spoken.split_whitespace().collect();
        let recent = &spoken[spoken.len().saturating_sub(said.len() + RECENT_WORDS)..];
        !said.is_empty() && 5 * shared(&said, recent) >= 4 * said.len()
    }
}

/// Whether the words consist of some of these phrases, at least one.
fn are_all(words: &[&str], phrases: &[&str]) -> bool {
    let mut rest = words;
    while !rest.is_empty() {
        let after = phrases.iter().find_map(|phrase| {
            phrase.split(' ').try_fold(rest, |rest, word| match rest {
                [first, after @ ..] if *first == word => Some(after),
                _ => None,
            })
        });
        let Some(after) = after else { return false };
        rest = after;
    }
    !words.is_empty()
}

/// Words spoken shortly before what was heard that may belong to it.
const RECENT_WORDS: usize = 4;

/// The length of the longest common subsequence of words.
fn shared(a: &[&str], b: &[&str]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for word in a {
        let mut diagonal = 0;
        for (at, other) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if alike(word, other) { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[b.len()]
}

fn alike(a: &str, b: &str) -> bool {
    a == b || strsim::normalized_levenshtein(a, b) >= 0.6
}

/// The words in lower case, without punctuation except for marks that join words.
pub(crate) fn words(text: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || c == '\'' || c == '-' { c } else { ' ' };
    text.to_lowercase().chars().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backchannels_are_recognised() {
        let english = Language::english();
        for text in ["Mhm.", "Yeah, yeah.", "Uh-huh", "I see.", "Oh, okay.", "Thank you.", "Hmm..."]
        {
            assert!(english.is_backchannel(text), "{text}");
        }
        for text in
            ["", "Stop.", "No.", "Yes, but what about Sunday?", "What?", "Right turn", "I see him"]
        {
            assert!(!english.is_backchannel(text), "{text}");
        }
    }

    #[test]
    fn the_voice_recognises_its_own_words() {
        let english = Language::english();
        let spoken = "The Brooklyn Bridge was built in 1883, and the living room lamp is on.";
        for said in
            ["lamp is on", "The living room lamp is", "Lamp's on.", "in the living room lamp is"]
        {
            assert!(english.is_own(said, spoken), "{said}");
        }
        for said in [
            "",
            "Turn on the living room lamp.",
            "The Brooklyn Bridge",
            "What about the kitchen?",
            "No, wait.",
            "is it on fire",
        ] {
            assert!(!english.is_own(said, spoken), "{said}");
        }
        assert!(!english.is_own("Yes", ""));
    }

    #[test]
    fn stops_are_recognised() {
        let english = Language::english();
        for text in [
            "Stop.",
            "stop, stop!",
            "Please cancel that.",
            "Never mind.",
            "Never mind. Stop!",
            "Oh, stop it now",
        ] {
            assert!(english.is_stop(text), "{text}");
        }
        for text in
            ["", "Stop the music at ten.", "When does the bus stop?", "Cancel my order", "no"]
        {
            assert!(!english.is_stop(text), "{text}");
        }
    }
}
