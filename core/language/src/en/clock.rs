//! Answers that no language model can know: the time and the date, which come from a clock, and
//! the weather, which nothing here knows.

use jiff::civil::DateTime;

/// The answer to a question about one of these. `None` for any other text.
pub(super) fn answer(text: &str, now: &DateTime) -> Option<String> {
    clock(text, now).or_else(|| weather(text).map(str::to_owned))
}

/// A model that is asked for the weather invents one.
fn weather(text: &str) -> Option<&'static str> {
    const ASKS: [&str; 9] =
        ["what", "what's", "whats", "how", "how's", "hows", "is", "will", "tell"];
    let words = crate::heard::words(text);
    let words: Vec<&str> = words.split_whitespace().collect();
    let asked = words.contains(&"weather") && words.iter().any(|word| ASKS.contains(word));
    (asked && words.len() <= 10)
        .then_some("I can't tell the weather: I am not connected to anything outside.")
}

/// The time, the date and the like.
fn clock(text: &str, now: &DateTime) -> Option<String> {
    /// Words that make it a question about another time or place ("… in Tokyo", "… does the bus
    /// leave", "… of the next train").
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
    #[test]
    fn the_clock_answers_for_now_and_only_for_now() {
        let now = jiff::civil::date(2026, 11, 2).at(14, 5, 0, 0);
        let answer = |text| super::answer(text, &now);
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
}
