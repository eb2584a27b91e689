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
        let [said, spoken] = [said, spoken].map(|text| words(&line(&self.normalize(text))));
        let said: Vec<&str> = said.split_whitespace().collect();
        let spoken: Vec<&str> = spoken.split_whitespace().collect();
        let recent = &spoken[spoken.len().saturating_sub(said.len() + RECENT_WORDS)..];
        !said.is_empty() && 5 * shared(&said, recent) >= 4 * said.len()
    }
}

/// The part of `text` after the wake phrase `phrase`, if it begins with that or something that
/// sounds like it; otherwise all of it.
///
/// The front end cuts the phrase off where it ends. But a phrase that is said while the assistant
/// listens anyway is inside the utterance.
pub fn after_phrase<'t>(text: &'t str, phrase: &str) -> &'t str {
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let wanted = letters(phrase);
    let spoken = phrase.split_whitespace().count();
    // The ends of the first words, one more than the phrase has.
    let inside = |c: char| c.is_alphanumeric() || c == '\'';
    let mut ends = Vec::new();
    let mut before = false;
    for (at, c) in text.char_indices() {
        if before && !inside(c) {
            ends.push(at);
        }
        before = inside(c);
        if ends.len() > spoken {
            break;
        }
    }
    if before && ends.len() <= spoken {
        ends.push(text.len());
    }
    let alike = |end: &usize| {
        let said = letters(text.get(..*end).unwrap_or_default());
        (*end, strsim::normalized_levenshtein(&said, &wanted))
    };
    let best = ends.iter().map(alike).max_by(|a, b| a.1.total_cmp(&b.1));
    match best.filter(|(_, likeness)| *likeness >= PHRASE_ALIKE) {
        Some((end, _)) => {
            text.get(end..).unwrap_or_default().trim_start_matches(|c: char| !c.is_alphanumeric())
        }
        None => text,
    }
}

/// How like the wake phrase the first words must be to be taken for it.
const PHRASE_ALIKE: f64 = 0.7;

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
    fn the_wake_phrase_is_taken_off() {
        for (text, phrase, rest) in [
            ("Alexa, what time is it?", "alexa", "what time is it?"),
            ("Alexa.", "alexa", ""),
            ("Alexia what's new", "alexa", "what's new"),
            ("Hey, Jarvis! Stop.", "hey jarvis", "Stop."),
            ("Hay Jarvis turn it off", "hey jarvis", "turn it off"),
            ("Okay Nabu set a timer", "okay nabu", "set a timer"),
            ("What time is it?", "alexa", "What time is it?"),
            ("All lights off", "alexa", "All lights off"),
            ("Hey, what is a service?", "hey jarvis", "Hey, what is a service?"),
            ("", "alexa", ""),
        ] {
            assert_eq!(after_phrase(text, phrase), rest, "{text}");
        }
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
