//! Text as people write it, brought into words.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Instant;

use proptest::prelude::*;
use sayso_language::{Language, Token, TokenKind, line};

fn normalize(text: &str) -> Vec<Token> {
    Language::english().normalize(text)
}

/// What is written, and what is said.
const CASES: &[(&str, &str)] = &[
    // Numbers.
    ("I have 3 cats.", "I have three cats."),
    (
        "There are 1,234,567 people.",
        "There are one million two hundred thirty four thousand five hundred sixty seven people.",
    ),
    ("1000000", "one million"),
    ("5280 feet", "five thousand two hundred eighty feet"),
    ("It costs 12.5 percent.", "It costs twelve point five percent."),
    ("1,000.50", "one thousand point five zero"),
    ("3.14159", "three point one four one five nine"),
    ("0.05", "zero point zero five"),
    (".5 percent", "point five percent"),
    ("-5 degrees", "minus five degrees"),
    ("He is −5 now.", "He is minus five now."),
    ("Room 007", "Room zero zero seven"),
    ("version 1.2.3", "version one point two point three"),
    ("192.168.0.1", "one hundred ninety two point one hundred sixty eight point zero point one"),
    ("１２ apples", "twelve apples"),
    (
        "12345678901234567890",
        "one two three four five six seven eight nine zero one two three four five six seven eight nine zero",
    ),
    // Ordinals.
    ("the 21st century", "the twenty first century"),
    ("the 2nd try", "the second try"),
    ("100th", "one hundredth"),
    ("1,000th", "one thousandth"),
    ("12th", "twelfth"),
    ("5th Ave.", "fifth avenue."),
    ("2nd-floor", "second floor"),
    // Years and decades.
    ("It was 1905.", "It was nineteen oh five."),
    ("in 2026", "in twenty twenty six"),
    ("the year 2000", "the year two thousand"),
    ("2007", "two thousand seven"),
    ("the 1990s", "the nineteen nineties"),
    ("the '90s", "the nineties"),
    ("20s", "twenties"),
    ("1990-1995", "nineteen ninety to nineteen ninety five"),
    // Telephones.
    ("call 555-1234", "call five five five, one two three four"),
    ("call (555) 123-4567", "call five five five, one two three, four five six seven"),
    ("call +1 555 123 4567", "call plus one, five five five, one two three, four five six seven"),
    ("5551234567", "five five five one two three four five six seven"),
    // Times.
    ("at 2:30 pm", "at two thirty PM"),
    ("at 14:05", "at fourteen oh five"),
    ("at 3:00", "at three o'clock"),
    ("At 5:00, go.", "At five o'clock, go."),
    ("at 9 am.", "at nine AM."),
    ("at 9 a.m. today", "at nine AM today"),
    ("at 11:45 p.m.", "at eleven forty five PM."),
    ("7pm", "seven PM"),
    ("2:30:15", "two thirty and fifteen seconds"),
    ("00:30", "zero thirty"),
    ("12:00", "twelve o'clock"),
    ("24:00", "midnight"),
    ("0:00 to 00:15", "midnight to zero fifteen"),
    ("3:1", "three to one"),
    ("16:9", "sixteen to nine"),
    // Dates.
    ("May 5, 2026", "May fifth, twenty twenty six"),
    ("on May 5th", "on May fifth"),
    ("Jan. 5", "January fifth"),
    ("Sept. 1, 1999", "September first, nineteen ninety nine"),
    ("2026-11-22", "November twenty second, twenty twenty six"),
    ("11/22/2026", "November twenty second, twenty twenty six"),
    ("22/11/26", "November twenty second, twenty twenty six"),
    ("11/22", "November twenty second"),
    ("Monday, 3 March", "Monday, the third of March"),
    ("the 1st of May", "the first of May"),
    ("22 November 2026", "the twenty second of November twenty twenty six"),
    ("May 2026", "May twenty twenty six"),
    ("June 5–7", "June fifth to seven"),
    ("you may 5 times", "you may five times"),
    // Fractions.
    ("1/2", "one half"),
    ("3/4", "three quarters"),
    ("1/2 lb and 3/4 oz", "one half of a pound and three quarters of an ounce"),
    ("1 1/2 lb", "one and a half pounds"),
    ("2 1/4 tsp, 1/2 in water", "two and a quarter teaspoons, one half in water"),
    ("2/3", "two thirds"),
    ("3/8", "three eighths"),
    ("5/32", "five thirty seconds"),
    ("2 1/2 cups", "two and a half cups"),
    ("½ cup", "one half cup"),
    ("2½ cups", "two and a half cups"),
    ("24/7", "twenty four seven"),
    ("50/50", "fifty fifty"),
    ("7/5", "seven over five"),
    // Units.
    ("20 °C", "twenty degrees Celsius"),
    ("72°F", "seventy two degrees Fahrenheit"),
    ("1 °C", "one degree Celsius"),
    ("-40 °F", "minus forty degrees Fahrenheit"),
    ("20°", "twenty degrees"),
    ("5 km/h", "five kilometers per hour"),
    ("10 m/s", "ten meters per second"),
    ("3 kg", "three kilograms"),
    ("1 kg", "one kilogram"),
    ("1.5 kg", "one point five kilograms"),
    ("10m", "ten meters"),
    ("5 m²", "five square meters"),
    ("100 MB", "one hundred megabytes"),
    ("60 mph", "sixty miles per hour"),
    ("6 ft 2 in", "six feet two in"),
    ("4 oz", "four ounces"),
    ("5 min", "five minutes"),
    ("50%", "fifty percent"),
    ("50 %", "fifty percent"),
    ("8-bit", "eight bit"),
    ("a 10-minute walk", "a ten minute walk"),
    // Money.
    ("$3.50", "three dollars and fifty cents"),
    ("$1", "one dollar"),
    ("$0.99", "ninety nine cents"),
    ("$1.01", "one dollar and one cent"),
    ("$5.00", "five dollars"),
    ("$1,000", "one thousand dollars"),
    ("€20", "twenty euros"),
    ("20€", "twenty euros"),
    ("£1m", "one million pounds"),
    ("£2.50", "two pounds and fifty pence"),
    ("$2.5 million", "two point five million dollars"),
    ("¥500", "five hundred yen"),
    ("5 USD", "five dollars"),
    ("US$5", "five dollars"),
    ("$5–$10", "five to ten dollars"),
    ("5€/kg", "five euros per kilogram"),
    ("10k users", "ten thousand users"),
    // Abbreviations.
    ("Dr. Smith", "doctor Smith"),
    ("Mr. and Mrs. Brown", "mister and missus Brown"),
    ("St. Paul", "saint Paul"),
    ("Baker St.", "Baker street."),
    ("e.g., apples", "for example, apples"),
    ("i.e., this", "that is, this"),
    ("cats vs. dogs", "cats versus dogs"),
    ("and so on, etc.", "and so on, etcetera."),
    ("No. 5", "number five"),
    ("p. 12", "page twelve"),
    ("w/ cheese, w/o ham", "with cheese, without ham"),
    // Acronyms.
    ("NASA launched", "NASA launched"),
    ("a USB stick", "a USB stick"),
    ("LED lights", "LED lights"),
    ("U.S. Army", "US Army"),
    ("in the U.S.", "in the US."),
    ("a Ph.D. student", "a PhD student"),
    ("MP3", "MP three"),
    ("COVID-19", "COVID nineteen"),
    ("B2B", "B two B"),
    ("4K", "four K"),
    ("AT&T", "AT and T"),
    // Ranges and sums.
    ("10-12 people", "ten to twelve people"),
    ("20–30 minutes", "twenty to thirty minutes"),
    ("10%–20%", "ten percent to twenty percent"),
    ("2 + 2 = 4", "two plus two equals four"),
    ("5 - 3", "five minus three"),
    ("5 * 3", "five times three"),
    ("3 × 4", "three times four"),
    ("10 / 2", "ten over two"),
    ("2^8", "two to the power of eight"),
    ("a < b", "a is less than b"),
    // Addresses.
    ("https://www.example.com/foo-bar?x=1", "www dot example dot com slash foo dash bar"),
    ("Visit example.com.", "Visit example dot com."),
    ("me@example.com", "me at example dot com"),
    ("node.js", "node dot js"),
    // Roman numerals.
    ("Henry VIII", "Henry the eighth"),
    ("Chapter IV", "Chapter four"),
    ("World War II", "World War two"),
    ("when I step I fall", "when I step I fall"),
    // Markup and what is not for the front end.
    ("**bold** and *italic*", "bold and italic"),
    ("# Heading", "Heading"),
    ("- item one\n- item two", "item one. item two"),
    ("1. First\n2. Second", "one. First. two. Second"),
    ("```\ncode\n```", "code."),
    ("[link](https://a.com) here", "link here"),
    ("hello 😀 world", "hello world"),
    ("a line\nthat goes on", "a line that goes on"),
    ("One line\nAnother", "One line. Another"),
    ("日本語", ""),
    // Punctuation.
    ("Wait...", "Wait…"),
    ("Really?!", "Really?"),
    ("No!!!", "No!"),
    ("yes — or no", "yes — or no"),
    ("yes - or no", "yes — or no"),
    ("(quietly)", "(quietly)"),
    ("\"Stop,\" he said.", "Stop, he said."),
    ("'single'", "single"),
    ("don’t", "don't"),
    ("the dogs' toys", "the dogs toys"),
    ("rock 'n' roll", "rock and roll"),
    ("state-of-the-art", "state-of-the-art"),
    ("and/or", "and or"),
    ("he/she", "he slash she"),
    ("#1", "number one"),
    ("C++ code", "C plus plus code"),
];

#[test]
fn what_is_written_and_what_is_said() {
    assert!(CASES.len() >= 120);
    let wrong: Vec<String> = CASES
        .iter()
        .map(|(text, want)| (text, line(&normalize(text)), want))
        .filter(|(_, got, want)| got != *want)
        .map(|(text, got, want)| format!("{text:?}\n  got  {got}\n  want {want}"))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn letters_are_told_from_words() {
    let kinds = |text: &str| -> Vec<TokenKind> { normalize(text).iter().map(|t| t.kind).collect() };
    assert_eq!(kinds("LED"), [TokenKind::Letters]);
    assert_eq!(kinds("NASA"), [TokenKind::Word]);
    assert_eq!(kinds("5 pm"), [TokenKind::Word, TokenKind::Letters]);
    assert_eq!(kinds("Plan B."), [TokenKind::Word, TokenKind::Letters, TokenKind::Mark]);
    assert_eq!(kinds("I am a man"), [TokenKind::Word; 4]);
}

#[test]
fn every_token_knows_where_it_comes_from() {
    let text = "Pay $3.50 at 2:30 pm for 20 °C, Dr. Ünal!";
    let sources: Vec<(String, &str)> =
        normalize(text).into_iter().map(|t| (t.text, &text[t.source])).collect();
    let want = [
        ("Pay", "Pay"),
        ("three", "3.50"),
        ("dollars", "$"),
        ("and", "3.50"),
        ("fifty", "3.50"),
        ("cents", "3.50"),
        ("at", "at"),
        ("two", "2"),
        ("thirty", "30"),
        ("PM", "pm"),
        ("for", "for"),
        ("twenty", "20"),
        ("degrees", "°"),
        ("Celsius", "C"),
        (",", ","),
        ("doctor", "Dr"),
        ("Ünal", "Ünal"),
        ("!", "!"),
    ];
    assert_eq!(sources, want.map(|(word, source)| (word.to_owned(), source)));
}

/// What the voice can speak, and nothing else.
fn check(text: &str) -> Result<(), TestCaseError> {
    let tokens = normalize(text);
    let total: usize = tokens.iter().map(|t| t.text.len()).sum();
    prop_assert!(total <= 64 * text.len() + 64, "{} bytes out of {}", total, text.len());
    for token in &tokens {
        prop_assert!(text.get(token.source.clone()).is_some_and(|s| !s.is_empty()), "{:?}", token);
        let sayable = match token.kind {
            TokenKind::Word => {
                token.text.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-'))
                    && token.text.chars().any(char::is_alphabetic)
            }
            TokenKind::Letters => {
                token.text.chars().all(char::is_alphabetic) && !token.text.is_empty()
            }
            TokenKind::Mark => {
                token.text.chars().count() == 1 && ".,;:!?…—()".contains(&token.text)
            }
        };
        prop_assert!(sayable, "{:?}", token);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_only_what_can_be_spoken(text in "\\PC{0,200}") {
        check(&text)?;
    }

    #[test]
    fn any_bytes_as_text(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn anything_that_looks_like_a_number(
        text in "([0-9]{1,5}|[ .,:/%$€£°+*x'()\"#@-]|am|pm|km|h|C|May|st|th|s|–|½|²|k|m|www|com|I|V|http|\\n|St|No|w|US|[a-zA-Z]){0,24}"
    ) {
        check(&text)?;
    }
}

#[test]
fn long_text_does_not_take_for_ever() {
    for unit in ["](a) ", "1-", "(1)", "$5-", "a.b@", "www.", "1/2/", "12:30 ", "'", "- ", "St. "] {
        let begun = Instant::now();
        check(&unit.repeat(20_000)).unwrap();
        assert!(begun.elapsed().as_secs() < 60, "{unit:?}: {:?}", begun.elapsed());
    }
}
