//! Number words, by the rule-based number formats of the Unicode CLDR.
//!
//! `data/numbers.txt` contains the rules for cardinal numbers. A line with `@language` begins a
//! language. Each further line is a set in ICU's notation: `%name: value/radix: text; text;`, or
//! `%%name` for a set that only other sets use. A rule without a value has the value after that
//! of the rule before it. See "Rule-Based Number Formatting" in UTS #35.
//!
//! The CLDR has such rules for 54 of the languages with sentences, and Home Assistant uses them
//! too. The libraries for number words in Rust know only a few languages.

use std::collections::BTreeMap;

const DATA: &str = include_str!("../data/numbers.txt");
/// How deep rules may call each other. The rules of the data stay far below it.
const MAX_DEPTH: usize = 24;

/// How numbers from `value` on are said.
#[derive(Debug)]
struct Rule {
    value: u64,
    /// The highest power of the radix that is not above the value.
    divisor: u64,
    text: &'static str,
}

/// One way to say all numbers.
#[derive(Debug, Default)]
struct Set {
    /// Whether only other sets use it.
    private: bool,
    /// In ascending order of the values.
    rules: Vec<Rule>,
    /// How a number with a fraction is said.
    point: Option<&'static str>,
    /// How a number below zero is said.
    minus: Option<&'static str>,
}

impl Set {
    /// Reads the rules of a set.
    fn read(private: bool, text: &'static str) -> Self {
        let mut set = Self { private, ..Self::default() };
        let mut next = 0;
        for rule in text.split_terminator(';') {
            let rule = rule.strip_prefix(' ').unwrap_or(rule);
            let (head, text) = match rule.split_once(": ") {
                Some((head, text)) => (Some(head), text),
                None => (None, rule),
            };
            let text = text.strip_prefix('\'').unwrap_or(text);
            match head {
                Some("x.x") => set.point = Some(text),
                Some("-x") => set.minus = Some(text),
                head => {
                    let head = head.map(|head| head.split_once('/').unwrap_or((head, "10")));
                    let (value, radix) = match head {
                        Some((value, radix)) => match (value.parse(), radix.parse()) {
                            (Ok(value), Ok(radix)) => (value, radix),
                            _ => continue,
                        },
                        None => (next, 10),
                    };
                    let mut divisor = 1;
                    while radix > 1 && divisor * radix <= value {
                        divisor *= radix;
                    }
                    set.rules.push(Rule { value, divisor, text });
                    next = value + 1;
                }
            }
        }
        set.rules.sort_by_key(|rule| rule.value);
        set
    }
}

/// The number words of a language.
#[derive(Debug, Default)]
pub struct Numbers {
    sets: BTreeMap<&'static str, Set>,
}

impl Numbers {
    /// The number words of a language. For a region without words of its own, such as `de-AT`,
    /// those of the language.
    pub fn of(language: &str) -> Option<Self> {
        let family = language.split(['-', '_']).next()?;
        Self::exactly(&language.replace('_', "-")).or_else(|| Self::exactly(family))
    }

    fn exactly(language: &str) -> Option<Self> {
        let mut lines = DATA.lines().skip_while(|line| line.strip_prefix('@') != Some(language));
        lines.next()?;
        let mut sets = BTreeMap::new();
        for line in lines.take_while(|line| !line.starts_with('@')) {
            let Some((name, rules)) = line.split_once(':') else { continue };
            let private = name.starts_with("%%");
            sets.insert(name.trim_start_matches('%'), Set::read(private, rules));
        }
        Some(Self { sets })
    }

    /// All words for a number in tenths.
    pub fn words(&self, tenths: i64) -> Vec<String> {
        let mut all = Vec::new();
        let public = self.sets.iter().filter(|(_, set)| !set.private);
        for (name, set) in public {
            let magnitude = tenths.unsigned_abs();
            let (whole, tenth) = (magnitude / 10, magnitude % 10);
            let said = if tenth == 0 {
                self.whole(name, whole, MAX_DEPTH)
            } else {
                let parts = set.point.map(|text| (text, whole, tenth));
                parts.and_then(|(text, whole, tenth)| self.point(name, text, whole, tenth))
            };
            let said = said.and_then(|said| {
                if tenths >= 0 {
                    return Some(said);
                }
                Some(set.minus?.replace("→→", &said))
            });
            if let Some(said) = said
                && !said.is_empty()
                && !all.contains(&said)
            {
                all.push(said);
            }
        }
        all
    }

    fn point(&self, set: &str, text: &str, whole: u64, tenth: u64) -> Option<String> {
        if !text.contains("←←") || text.contains(['[', '=']) {
            return None;
        }
        let text = text.replace("←←", &self.whole(set, whole, MAX_DEPTH)?);
        let tenth = self.whole(set, tenth, MAX_DEPTH)?;
        let text = text.replace("→→→", &tenth).replace("→→", &tenth);
        (!text.contains(['→', '←'])).then_some(text)
    }

    fn whole(&self, set: &str, number: u64, depth: usize) -> Option<String> {
        let rules = &self.sets.get(set)?.rules;
        let mut at = rules.partition_point(|rule| rule.value <= number).checked_sub(1)?;
        let rule = &rules[at];
        // If the remainder is zero, the rule before one with two parts is used instead.
        let two = rule.text.contains('←') && rule.text.contains('→') && !rule.text.contains('[');
        if two
            && !rule.value.is_multiple_of(rule.divisor)
            && number.is_multiple_of(rule.divisor)
            && at > 0
        {
            at -= 1;
        }
        self.apply(set, at, number, depth.checked_sub(1)?)
    }

    fn apply(&self, set: &str, at: usize, number: u64, depth: usize) -> Option<String> {
        let rules = &self.sets.get(set)?.rules;
        let rule = rules.get(at)?;
        let (quotient, remainder) = (number / rule.divisor, number % rule.divisor);
        let mut said = String::new();
        let mut rest = rule.text;
        let mut skipping = false;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            match c {
                '[' => skipping = remainder == 0,
                ']' => skipping = false,
                '→' | '←' | '=' => {
                    let end = after.find(c)?;
                    let inner = &after[..end];
                    rest = &after[end + c.len_utf8()..];
                    let exact = c == '→' && inner.is_empty() && rest.starts_with('→');
                    if exact {
                        rest = &rest['→'.len_utf8()..];
                    }
                    if skipping {
                        continue;
                    }
                    let number = match c {
                        '→' => remainder,
                        '←' => quotient,
                        _ => number,
                    };
                    let name = match inner {
                        "" if c == '=' => return None,
                        "" => set,
                        _ => inner.strip_prefix('%')?.trim_start_matches('%'),
                    };
                    // Limited by the depth, because a rule may call itself with the same number.
                    said += &if exact {
                        self.apply(name, at.checked_sub(1)?, number, depth.checked_sub(1)?)?
                    } else {
                        self.whole(name, number, depth)?
                    };
                    continue;
                }
                // A choice by the plural.
                '$' => return None,
                _ if skipping => {}
                _ => said.push(c),
            }
            rest = after;
        }
        Some(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(language: &str, tenths: i64, expected: &str) {
        let words = Numbers::of(language).unwrap().words(tenths);
        assert!(words.iter().any(|said| said == expected), "{language} {tenths}: {words:?}");
    }

    #[test]
    fn languages_say_numbers() {
        says("en", 0, "zero");
        says("en", 210, "twenty-one");
        says("en", 1000, "one hundred");
        says("en", 215, "twenty-one point five");
        says("en", -50, "minus five");
        says("en", 27_000, "two thousand seven hundred");
        says("de", 10, "eine");
        says("de", 210, "einundzwanzig");
        says("de", 305, "dreißig Komma fünf");
        says("fr", 710, "soixante-et-onze");
        says("fr", 750, "soixante-quinze");
        says("fr", 800, "quatre-vingts");
        says("fr", 990, "quatre-vingt-dix-neuf");
        says("es", 210, "veintiuno");
        says("it", 280, "ventotto");
        says("nl", 210, "eenentwintig");
        says("de-AT", 20, "zwei");
        assert!(Numbers::of("xx").is_none());
    }

    #[test]
    fn every_language_of_the_data_says_the_numbers_up_to_a_hundred() {
        let languages: Vec<&str> = DATA.lines().filter_map(|line| line.strip_prefix('@')).collect();
        assert!(languages.len() > 50, "{}", languages.len());
        for language in languages {
            let numbers = Numbers::of(language).unwrap();
            for n in 0..=100 {
                let words = numbers.words(n * 10);
                assert!(!words.is_empty(), "{language} {n}");
                let odd = words.iter().find(|w| w.contains(['%', '[', ']', '→', '←', '=', '$']));
                assert_eq!(odd, None, "{language} {n}");
            }
        }
    }
}
