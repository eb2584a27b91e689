//! Word error rate as usually defined: the least number of words to insert, delete and replace,
//! divided by the words of the reference, after both were normalised.

use std::fmt;
use std::ops::AddAssign;

/// Errors, and words of the references.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wer {
    /// Words to insert, delete or replace.
    pub errors: usize,
    /// Words of the references.
    pub words: usize,
}

impl Wer {
    /// The word error rate of one transcript.
    pub fn of(reference: &str, heard: &str) -> Self {
        let (reference, heard) = (normalise(reference), normalise(heard));
        Self { errors: distance(&reference, &heard), words: reference.len() }
    }

    /// The rate in percent.
    pub fn percent(&self) -> f64 {
        100.0 * self.errors as f64 / self.words.max(1) as f64
    }
}

impl AddAssign for Wer {
    fn add_assign(&mut self, other: Self) {
        self.errors += other.errors;
        self.words += other.words;
    }
}

impl fmt::Display for Wer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} % ({} of {} words)", self.percent(), self.errors, self.words)
    }
}

/// The Levenshtein distance over words.
fn distance(a: &[String], b: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Lower case, no punctuation, contractions and common abbreviations written
/// out, numbers and times in words.
pub fn normalise(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['’', '‘', '`'], "'");
    let text = text
        .replace("a.m.", " a m ")
        .replace("p.m.", " p m ")
        .replace("o'clock", "oclock")
        .replace('%', " percent ")
        .replace('&', " and ")
        .replace('£', " pounds ")
        .replace("all right", "alright");
    let mut words = Vec::new();
    for raw in text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '/' | ':'))
    {
        // "1,000" is one number; "well,yes" never occurs.
        let word: String =
            raw.chars().filter(|c| c.is_alphanumeric() || *c == '\'' || *c == '$').collect();
        let (dollars, word) = match word.strip_prefix('$') {
            Some(rest) => (true, rest.to_owned()),
            None => (false, word),
        };
        push(word.trim_matches('\''), &mut words);
        if dollars {
            words.push("dollars".into());
        }
    }
    words
}

fn push(word: &str, words: &mut Vec<String>) {
    let after_number = words.last().is_some_and(|last| is_number(last));
    let mut say = |text: &str| words.extend(text.split(' ').map(str::to_owned));
    match word {
        "" => return,
        "mr" => return say("mister"),
        "mrs" => return say("missus"),
        "dr" => return say("doctor"),
        "ok" => return say("okay"),
        "am" if after_number => return say("a m"),
        "pm" if after_number => return say("p m"),
        "won't" => return say("will not"),
        "can't" | "cannot" => return say("can not"),
        "shan't" => return say("shall not"),
        "let's" => return say("let us"),
        "gonna" => return say("going to"),
        "wanna" => return say("want to"),
        _ => {}
    }
    for (ending, full) in [
        ("n't", "not"),
        ("'re", "are"),
        ("'ll", "will"),
        ("'ve", "have"),
        ("'m", "am"),
        ("'d", "would"),
    ] {
        if let Some(stem) = word.strip_suffix(ending) {
            return say(&format!("{stem} {full}"));
        }
    }
    if let Some(stem) = word.strip_suffix("'s")
        && matches!(
            stem,
            "it" | "that"
                | "what"
                | "there"
                | "he"
                | "she"
                | "who"
                | "where"
                | "here"
                | "how"
                | "when"
        )
    {
        return say(&format!("{stem} is"));
    }
    let word = word.replace('\'', "");
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
    if let (false, Ok(number)) = (digits.is_empty(), digits.parse::<u64>()) {
        let suffix = &word[digits.len()..];
        match suffix {
            "st" | "nd" | "rd" | "th" => return say(&ordinal(number)),
            "am" | "pm" => say(&format!("{} {} m", cardinal(digits, number), &suffix[..1])),
            "" => say(&cardinal(digits, number)),
            _ => say(&format!("{} {suffix}", cardinal(digits, number))),
        }
        return;
    }
    say(&word);
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn is_number(word: &str) -> bool {
    ONES.contains(&word) || TENS.contains(&word) || word == "hundred" || word == "oclock"
}

/// The number as people say it: years in pairs, leading zeros and long runs digit by digit.
fn cardinal(digits: &str, number: u64) -> String {
    if (digits.len() > 1 && digits.starts_with('0')) || digits.len() > 6 {
        let each: Vec<&str> = digits.bytes().map(|d| ONES[usize::from(d - b'0')]).collect();
        return each.join(" ");
    }
    if (1100..2000).contains(&number) && !number.is_multiple_of(100) {
        return format!("{} {}", below_thousand(number / 100), below_thousand(number % 100));
    }
    if number >= 1000 {
        let rest = number % 1000;
        let thousands = format!("{} thousand", below_thousand(number / 1000));
        return if rest == 0 { thousands } else { format!("{thousands} {}", below_thousand(rest)) };
    }
    below_thousand(number)
}

fn below_thousand(number: u64) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let tail = match rest {
        0 if hundreds > 0 => String::new(),
        0..20 => ONES[rest as usize].to_owned(),
        _ if rest % 10 == 0 => TENS[(rest / 10) as usize].to_owned(),
        _ => format!("{} {}", TENS[(rest / 10) as usize], ONES[(rest % 10) as usize]),
    };
    match (hundreds, tail.is_empty()) {
        (0, _) => tail,
        (_, true) => format!("{} hundred", ONES[hundreds as usize]),
        _ => format!("{} hundred {tail}", ONES[hundreds as usize]),
    }
}

fn ordinal(number: u64) -> String {
    let cardinal = cardinal(&number.to_string(), number);
    let (head, last) = cardinal.rsplit_once(' ').map_or(("", cardinal.as_str()), |(h, l)| (h, l));
    let last = match last {
        "one" => "first".into(),
        "two" => "second".into(),
        "three" => "third".into(),
        "five" => "fifth".into(),
        "eight" => "eighth".into(),
        "nine" => "ninth".into(),
        "twelve" => "twelfth".into(),
        tens if tens.ends_with('y') => format!("{}ieth", &tens[..tens.len() - 1]),
        other => format!("{other}th"),
    };
    if head.is_empty() { last } else { format!("{head} {last}") }
}

#[test]
fn numbers_times_and_contractions_are_written_out() {
    for (written, spoken) in [
        ("2:30 p.m.", "two thirty p m"),
        ("It's 2:30PM.", "it is two thirty p m"),
        ("At 7 am, Mr. Smith can't come", "at seven a m mister smith can not come"),
        ("In 1930, 1,500 people", "in nineteen thirty one thousand five hundred people"),
        ("the 21st of May; 45%", "the twenty first of may forty five percent"),
        ("I'm $5 short", "i am five dollars short"),
        ("half-an-hour", "half an hour"),
        ("0123", "zero one two three"),
    ] {
        assert_eq!(normalise(written).join(" "), spoken, "{written}");
    }
    assert_eq!(Wer::of("turn on the lamp", "Turn the damp"), Wer { errors: 2, words: 4 });
    assert_eq!(Wer::of("stop", ""), Wer { errors: 1, words: 1 });
}
