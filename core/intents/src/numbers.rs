//! Number words, by the rule-based number formats of the Unicode CLDR.
//!
//! `data/numbers.txt` holds the rules for cardinal numbers, one language after the other:
//! `@language`, `%set` (`%%set` for one that only other sets use), then `value/radix`, a tab
//! and the rule's text. See "Rule-Based Number Formatting" in UTS #35.

use std::collections::BTreeMap;

const DATA: &str = include_str!("../data/numbers.txt");
/// A rule may call another; none of those in use comes near this depth.
const MAX_DEPTH: usize = 24;

#[derive(Debug)]
struct Rule {
    value: u64,
    divisor: u64,
    text: &'static str,
}

#[derive(Debug, Default)]
struct Set {
    private: bool,
    /// By value, the least first.
    rules: Vec<Rule>,
    point: Option<&'static str>,
    minus: Option<&'static str>,
}

/// How one language says numbers.
#[derive(Debug, Default)]
pub struct Numbers {
    sets: BTreeMap<&'static str, Set>,
}

impl Numbers {
    /// The rules of a language; of `de` where there are none for `de-AT`.
    pub fn of(language: &str) -> Option<Self> {
        let family = language.split(['-', '_']).next()?;
        Self::exactly(&language.replace('_', "-")).or_else(|| Self::exactly(family))
    }

    fn exactly(language: &str) -> Option<Self> {
        let mut lines = DATA.lines().skip_while(|line| line.strip_prefix('@') != Some(language));
        lines.next()?;
        let mut numbers = Self::default();
        let mut current = "";
        for line in lines.take_while(|line| !line.starts_with('@')) {
            if let Some(name) = line.strip_prefix('%') {
                current = name.trim_start_matches('%');
                numbers.sets.entry(current).or_default().private = name.starts_with('%');
                continue;
            }
            let (Some(set), Some((head, text))) =
                (numbers.sets.get_mut(current), line.split_once('\t'))
            else {
                continue;
            };
            match head {
                "x.x" => set.point = Some(text),
                "-x" => set.minus = Some(text),
                _ => {
                    let (value, radix) = head.split_once('/').unwrap_or((head, "10"));
                    let (Ok(value), Ok(radix)) = (value.parse::<u64>(), radix.parse::<u64>())
                    else {
                        continue;
                    };
                    let mut divisor = 1;
                    while radix > 1 && divisor * radix <= value {
                        divisor *= radix;
                    }
                    set.rules.push(Rule { value, divisor, text });
                }
            }
        }
        for set in numbers.sets.values_mut() {
            set.rules.sort_by_key(|rule| rule.value);
        }
        Some(numbers)
    }

    /// All the ways in which a number is said, given in tenths. Empty where there is none.
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
        // Where the remainder is zero, a rule for two parts gives way to the one before it.
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
                    // The same number by the same rule would never end.
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
