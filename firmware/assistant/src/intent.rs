//! What can be understood from the words alone, without a language model.

use sayso_core::turn::Outcome;
use sayso_models::tts::normalize;

/// Whether `text` only asks to stop: "stop", "cancel", "never mind" and the like.
pub fn is_stop(text: &str) -> bool {
    let words = words(text);
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.retain(|word| !["please", "ok", "okay", "oh", "no", "just", "now"].contains(word));
    let mut rest = words.as_slice();
    // "Never mind. Stop!" is two of them.
    while let Some(after) = match rest {
        ["stop", "it" | "that" | "talking", after @ ..]
        | ["cancel", "that" | "it", after @ ..]
        | ["never", "mind", after @ ..]
        | ["be", "quiet", after @ ..]
        | ["shut", "up", after @ ..]
        | ["that's", "enough", after @ ..]
        | ["stop" | "cancel" | "nevermind", after @ ..] => Some(after),
        _ => None,
    } {
        rest = after;
    }
    rest.is_empty() && !words.is_empty()
}

/// Whether `text` only shows that the listener follows: "mhm", "yeah", "I see".
/// Said over a reply, it lets the reply go on.
pub fn is_backchannel(text: &str) -> bool {
    const ALONE: [&str; 30] = [
        "mhm", "mm", "mmm", "hmm", "hm", "uh-huh", "uhhuh", "huh", "uh", "um", "ah", "aha", "oh",
        "yeah", "yep", "yes", "yup", "ok", "okay", "right", "sure", "good", "great", "cool",
        "nice", "wow", "really", "exactly", "true", "thanks",
    ];
    const TOGETHER: [&[&str]; 6] = [
        &["i", "see"],
        &["got", "it"],
        &["thank", "you"],
        &["all", "right"],
        &["very", "good"],
        &["uh", "huh"],
    ];
    let words = words(text);
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut rest = words.as_slice();
    while let Some(first) = rest.first() {
        let together = TOGETHER.iter().find(|phrase| rest.starts_with(phrase));
        let known = match together {
            Some(phrase) => phrase.len(),
            None if ALONE.contains(first) => 1,
            None => return false,
        };
        rest = rest.get(known..).unwrap_or_default();
    }
    // More than a few of them are a sentence.
    !words.is_empty() && words.len() <= 4
}

/// Whether `said`, heard over a reply, is nothing but the reply itself, come back
/// from the loudspeaker. `spoken` is its text as far as it has been spoken, and a
/// little beyond.
///
/// The last defence of the machine against answering itself: what the echo
/// canceller leaves of the voice before it knows the room may still be understood.
/// At least four in five of the words must stand, in this order, at the end of
/// what was spoken; those that are misheard a little count as well.
pub fn is_own(said: &str, spoken: &str) -> bool {
    // "12.50" may come back as "twelve fifty".
    let [said, spoken] =
        [said, spoken].map(|text| words(&normalize::line(&normalize::normalize(text))));
    let said: Vec<&str> = said.split_whitespace().collect();
    let spoken: Vec<&str> = spoken.split_whitespace().collect();
    let recent = &spoken[spoken.len().saturating_sub(said.len() + RECENT_WORDS)..];
    !said.is_empty() && 5 * shared(&said, recent) >= 4 * said.len()
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

/// What an utterance comes to.
pub fn outcome(text: &str) -> Outcome {
    match text.trim() {
        "" => Outcome::Nothing,
        text if is_stop(text) => Outcome::Stop,
        _ => Outcome::Words,
    }
}

/// The words in lower case, without punctuation but for what joins them.
fn words(text: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || c == '\'' || c == '-' { c } else { ' ' };
    text.to_lowercase().chars().map(keep).collect()
}

/// The answer to a question about what no language model can know: the time and the date,
/// which the clock tells, and the weather, which nothing here does. `None` for any other text.
pub fn beyond_the_model(text: &str, now: &jiff::civil::DateTime) -> Option<String> {
    clock(text, now).or_else(|| weather(text).map(str::to_owned))
}

/// A model asked for the weather makes one up.
fn weather(text: &str) -> Option<&'static str> {
    const ASKS: [&str; 9] =
        ["what", "what's", "whats", "how", "how's", "hows", "is", "will", "tell"];
    let words = words(text);
    let words: Vec<&str> = words.split_whitespace().collect();
    let asked = words.contains(&"weather") && words.iter().any(|word| ASKS.contains(word));
    (asked && words.len() <= 10)
        .then_some("I can't tell the weather: I am not connected to anything outside.")
}

/// The time, the date and their like.
fn clock(text: &str, now: &jiff::civil::DateTime) -> Option<String> {
    /// Words that make it a question for another time than now ("… in Tokyo",
    /// "… does the bus leave", "… of the next train").
    const ELSEWHERE: [&str; 17] = [
        "at", "did", "does", "for", "in", "last", "next", "of", "should", "since", "there", "till",
        "until", "was", "were", "when", "will",
    ];
    const TIME: [&str; 10] = [
        "what time is it",
        "what time it is",
        "whats the time",
        "what is the time",
        "tell me the time",
        "know the time",
        "have the time",
        "got the time",
        "current time",
        "give me the time",
    ];
    const DATE: [&str; 12] = [
        "what day is it",
        "what day it is",
        "what day is today",
        "what date is it",
        "what date it is",
        "what is the date",
        "whats the date",
        "whats todays date",
        "what is todays date",
        "tell me the date",
        "know the date",
        "current date",
    ];
    const TOMORROW: [&str; 4] = [
        "what day is tomorrow",
        "whats tomorrows date",
        "what is tomorrows date",
        "what date is tomorrow",
    ];
    const YEAR: [&str; 4] =
        ["what year is it", "what year it is", "what year is this", "current year"];
    const MONTH: [&str; 4] =
        ["what month is it", "what month it is", "what month is this", "current month"];
    let text: String =
        text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let time_in = |phrase: &&str| text.contains(&format!("{phrase} in "));
    if words.len() <= 10 && TIME.iter().any(time_in) {
        return Some(format!("I only know the time here: it is {}.", now.strftime("%-I:%M %p")));
    }
    if words.len() > 10 || words.iter().any(|word| ELSEWHERE.contains(word)) {
        return None;
    }
    let asks = |phrases: &[&str]| {
        phrases.iter().any(|phrase| {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            words.windows(phrase.len()).any(|window| window == phrase)
        })
    };
    if asks(&TOMORROW) {
        let tomorrow = now.tomorrow().ok()?;
        return Some(format!("Tomorrow is {}.", tomorrow.strftime("%A, %B %-d, %Y")));
    }
    if words.contains(&"tomorrow") || words.contains(&"yesterday") {
        return None;
    }
    let what = words.contains(&"what") || words.contains(&"whats");
    let day = what && ["date", "day"].iter().any(|word| words.contains(word));
    if asks(&TIME) {
        Some(format!("It is {}.", now.strftime("%-I:%M %p")))
    } else if asks(&DATE) || day && words.contains(&"today") {
        Some(format!("Today is {}.", now.strftime("%A, %B %-d, %Y")))
    } else if asks(&YEAR) {
        Some(format!("It is {}.", now.strftime("%Y")))
    } else if asks(&MONTH) {
        Some(format!("It is {}.", now.strftime("%B")))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{beyond_the_model, is_backchannel, is_own, is_stop, outcome};
    use sayso_core::turn::Outcome;

    #[test]
    fn backchannels() {
        for text in ["Mhm.", "Yeah, yeah.", "Uh-huh", "I see.", "Oh, okay.", "Thank you.", "Hmm..."]
        {
            assert!(is_backchannel(text), "{text}");
        }
        for text in
            ["", "Stop.", "No.", "Yes, but what about Sunday?", "What?", "Right turn", "I see him"]
        {
            assert!(!is_backchannel(text), "{text}");
        }
    }

    #[test]
    fn the_voice_knows_itself() {
        let spoken = "The Brooklyn Bridge was built in 1883, and the living room lamp is on.";
        for said in
            ["lamp is on", "The living room lamp is", "Lamp's on.", "in the living room lamp is"]
        {
            assert!(is_own(said, spoken), "{said}");
        }
        for said in [
            "",
            "Turn on the living room lamp.",
            "The Brooklyn Bridge",
            "What about the kitchen?",
            "No, wait.",
            "is it on fire",
        ] {
            assert!(!is_own(said, spoken), "{said}");
        }
        assert!(!is_own("Yes", ""));
    }

    #[test]
    fn outcomes() {
        assert_eq!(outcome(" "), Outcome::Nothing);
        assert_eq!(outcome("Stop!"), Outcome::Stop);
        assert_eq!(outcome("Yeah."), Outcome::Words);
    }

    #[test]
    fn the_clock_answers_for_now_and_only_for_now() {
        let now = jiff::civil::date(2026, 11, 2).at(14, 5, 0, 0);
        let answer = |text| beyond_the_model(text, &now);
        let here = "I only know the time here: it is 2:05 PM.";
        assert_eq!(answer("What time is it in Tokyo?").as_deref(), Some(here));
        for text in ["What's the weather today?", "How is the weather in Paris?"] {
            assert!(answer(text).is_some_and(|told| told.contains("can't tell")), "{text}");
        }
        assert_eq!(answer("I like sunny weather."), None);
        for text in [
            "What time is it?",
            "Hey, what's the time?",
            "What is the time, please?",
            "Could you tell me the time?",
            "Do you know what time it is?",
        ] {
            assert_eq!(answer(text).as_deref(), Some("It is 2:05 PM."), "{text}");
        }
        for text in ["What's the date today?", "What day is it?", "What day is today?"] {
            assert_eq!(
                answer(text).as_deref(),
                Some("Today is Monday, November 2, 2026."),
                "{text}"
            );
        }
        let tomorrow = "Tomorrow is Tuesday, November 3, 2026.";
        assert_eq!(answer("What day is tomorrow?").as_deref(), Some(tomorrow));
        assert_eq!(answer("What year is it?").as_deref(), Some("It is 2026."));
        assert_eq!(answer("And what month is it?").as_deref(), Some("It is November."));
        for text in [
            "Tell me the time of the next train.",
            "What year is it going to end, tomorrow?",
            "What year did the war end?",
            "What day is best for a walk?",
            "What time does the bus leave?",
            "What date is Easter?",
            "Tell me about today.",
            "It is time.",
            "",
        ] {
            assert_eq!(answer(text), None, "{text}");
        }
    }

    #[test]
    fn stops() {
        for text in [
            "Stop.",
            "stop, stop!",
            "Please cancel that.",
            "Never mind.",
            "Never mind. Stop!",
            "Oh, stop it now",
        ] {
            assert!(is_stop(text), "{text}");
        }
        for text in
            ["", "Stop the music at ten.", "When does the bus stop?", "Cancel my order", "no"]
        {
            assert!(!is_stop(text), "{text}");
        }
    }
}
