//! Spoken arithmetic, written as a calculator wants it: "seventeen times 23" is `17 * 23`.
//!
//! Every word must mean something. So an ordinary sentence is no expression.

use std::collections::HashMap;

use sayso_intents::Numbers;

/// What words mean in an expression.
#[derive(Clone, Debug, PartialEq)]
enum Word {
    /// A number.
    Number(f64),
    /// A factor of the number before it: thousand.
    Scale(f64),
    /// The decimals follow.
    Point,
    /// A half more than the number before it.
    Half(f64),
    /// Nothing, between the parts of a number.
    Joint,
    /// A sign between two numbers.
    Sign(&'static str),
    /// Something before a number.
    Before(&'static str),
    /// Something after a number.
    After(&'static str),
    /// The number of a unit.
    Unit(usize),
}

/// A unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// What the calculator calls it.
    pub written: &'static str,
    /// One of them.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
}

/// The words of arithmetic in one language.
#[derive(Debug)]
pub struct Words {
    words: HashMap<String, Word>,
    units: Vec<Unit>,
    /// The most words that mean something together.
    longest: usize,
}

/// Something as a calculator wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Whether there is anything to calculate in it.
    pub calculates: bool,
}

impl Words {
    /// The words of a language, from its tables of expressions and units.
    pub fn new(code: &str, expressions: &'static str, units: &'static str) -> Self {
        let mut all = Self { words: HashMap::new(), units: Vec::new(), longest: 1 };
        let numbers = Numbers::of(code).unwrap_or_default();
        for n in 0..1_000 {
            for said in numbers.words(n * 10) {
                #[allow(clippy::cast_precision_loss)] // They are small.
                all.add(&said, Word::Number(n as f64));
            }
        }
        let rows = |table: &'static str| {
            table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t'))
        };
        for mut row in rows(expressions) {
            let (Some(kind), Some(written), Some(said)) = (row.next(), row.next(), row.next())
            else {
                continue;
            };
            let number = || written.parse().unwrap_or(1.0);
            let word = match kind {
                "sign" => Word::Sign(written),
                "before" => Word::Before(written),
                "after" => Word::After(written),
                "scale" => Word::Scale(number()),
                "number" => Word::Number(number()),
                "point" => Word::Point,
                "half" => Word::Half(number()),
                _ => Word::Joint,
            };
            said.split(", ").for_each(|said| all.add(said, word.clone()));
        }
        for mut row in rows(units) {
            let (Some(written), Some(one), Some(many)) = (row.next(), row.next(), row.next())
            else {
                continue;
            };
            let unit = Word::Unit(all.units.len());
            all.units.push(Unit { written, one, many });
            let others = row.next().into_iter().flat_map(|others| others.split(", "));
            [one, many].into_iter().chain(others).for_each(|said| all.add(said, unit.clone()));
        }
        all
    }

    fn add(&mut self, said: &str, word: Word) {
        let said = tokens(said);
        self.longest = self.longest.max(said.len());
        self.words.entry(said.join(" ")).or_insert(word);
    }

    /// The meaning of each word; `None` if one has none.
    fn read(&self, text: &str) -> Option<Vec<Word>> {
        let tokens = tokens(text);
        let mut words = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let most = self.longest.min(tokens.len() - at);
            let found = (1..=most)
                .rev()
                .find_map(|n| Some((n, self.words.get(&tokens[at..at + n].join(" "))?.clone())));
            let (n, word) = match found {
                Some(found) => found,
                None => (1, Word::Number(tokens[at].parse().ok().filter(|n: &f64| n.is_finite())?)),
            };
            words.push(word);
            at += n;
        }
        Some(words)
    }

    /// An expression with at least one sign, or with something to do to a number.
    pub fn expression(&self, text: &str) -> Option<Written> {
        let words = self.read(text)?;
        let (mut written, mut calculates) = (String::new(), false);
        // Whether a number comes next, and what closes the brackets before it.
        let (mut wants, mut at) = (true, 0);
        while let Some(word) = words.get(at) {
            at += 1;
            let text = match (word, wants) {
                (Word::Before(text), true) => text,
                (Word::Sign("-"), true) => "-",
                (Word::Number(_), true) => {
                    let (number, next) = number(&words, at - 1)?;
                    (wants, at) = (false, next);
                    written.push_str(&shown(number));
                    written.push(' ');
                    continue;
                }
                (Word::After(text), false) => text,
                (Word::Sign(text), false) => {
                    wants = true;
                    text
                }
                _ => return None,
            };
            calculates |= text != "-" || !written.is_empty();
            written.push_str(text);
            written.push(' ');
        }
        (!wants).then(|| Written { text: written.trim_end().to_owned(), calculates })
    }

    /// What follows a result: "times three".
    pub fn continued(&self, result: &str, text: &str) -> Option<Written> {
        let words = self.read(text)?;
        let follows = matches!(words.first(), Some(Word::Sign(_) | Word::After(_)));
        let written = follows.then(|| self.expression(&format!("{result} {text}")));
        written.flatten().filter(|written| written.calculates)
    }

    /// A quantity: numbers of units, each more exact than the one before.
    pub fn quantity(&self, text: &str) -> Option<String> {
        let words = self.read(text)?;
        let (mut parts, mut at) = (Vec::new(), 0);
        while at < words.len() {
            if matches!(words.get(at), Some(Word::Joint)) && !parts.is_empty() {
                at += 1;
            }
            let minus = matches!(words.get(at), Some(Word::Before("-") | Word::Sign("-")));
            at += usize::from(minus);
            // "Half a pound".
            let (mut quantity, mut next) = match words.get(at)? {
                // "How many grams are in pounds" is no question.
                Word::Number(_) => number(&words, at)?,
                _ => return None,
            };
            if matches!(words.get(next), Some(Word::Number(n)) if *n == 1.0) && quantity == 0.5 {
                next += 1;
            }
            let Some(Word::Unit(unit)) = words.get(next) else { return None };
            at = next + 1;
            if let Some(Word::Half(half)) = words.get(at) {
                quantity += half;
                at += 1;
            }
            let sign = if minus { "-" } else { "" };
            parts.push(format!("{sign}{} {}", shown(quantity), self.units[*unit].written));
        }
        (!parts.is_empty()).then(|| parts.join(" + "))
    }

    /// A unit.
    pub fn unit(&self, text: &str) -> Option<Unit> {
        match self.read(text)?[..] {
            [Word::Unit(unit)] => self.units.get(unit).copied(),
            _ => None,
        }
    }
}

/// The words and signs of a text, in lower case.
fn tokens(text: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(text.len() + 8);
    let chars: Vec<char> = text.to_lowercase().chars().collect();
    let digit = |n: Option<usize>| n.and_then(|n| chars.get(n)).is_some_and(char::is_ascii_digit);
    for (n, &c) in chars.iter().enumerate() {
        let (before, after) = (digit(n.checked_sub(1)), digit(Some(n + 1)));
        let letter_before = n > 0 && chars[n - 1].is_alphabetic();
        let letter_after = chars.get(n + 1).is_some_and(|c| c.is_alphabetic());
        if before && c.is_alphabetic() || letter_before && c.is_ascii_digit() {
            spaced.push(' ');
        }
        match c {
            ',' if before && after => {}
            '.' if after => spaced.push(c),
            ',' | '.' | '?' | '!' | ';' | '"' => spaced.push(' '),
            // A hyphen joins words, and is a minus between numbers.
            '-' | '–' if letter_before && letter_after => spaced.push(' '),
            '–' | '−' => spaced.push_str(" - "),
            '+' | '-' | '*' | '×' | '÷' | '^' | '%' | '=' | '√' => {
                spaced.push(' ');
                spaced.push(c);
                spaced.push(' ');
            }
            '/' if before || after => spaced.push_str(" / "),
            _ => spaced.push(c),
        }
    }
    spaced.split_whitespace().filter(|token| *token != "=").map(str::to_owned).collect()
}

/// The number that begins at a word, and the word after it.
fn number(words: &[Word], mut at: usize) -> Option<(f64, usize)> {
    // The sum of the parts that are complete, and the part that a scale may follow.
    let (mut sum, mut part) = (0.0, None::<f64>);
    loop {
        match words.get(at) {
            Some(Word::Number(n)) if part.is_none() => part = Some(*n),
            // "Three hundred twenty": smaller than the scale before it.
            Some(Word::Scale(scale)) => {
                let scaled = part.unwrap_or(1.0) * scale;
                if part.is_none() && sum > 0.0 {
                    sum *= scale;
                } else {
                    sum += scaled;
                }
                part = None;
            }
            // "Three hundred and five", "two thousand and five".
            Some(Word::Joint) if part.map_or(sum > 0.0, |part| part >= 100.0) => {
                if !matches!(words.get(at + 1), Some(Word::Number(n)) if *n < 100.0) {
                    break;
                }
                sum += part.take().unwrap_or(0.0);
            }
            Some(Word::Point) => {
                let mut decimals = String::new();
                while let Some(Word::Number(n)) = words.get(at + 1) {
                    decimals.push_str(&n.to_string());
                    at += 1;
                }
                let decimals: f64 = format!("0.{decimals}").parse().ok()?;
                part = Some(part.unwrap_or(0.0) + decimals);
            }
            Some(Word::Half(half)) => part = Some(part.unwrap_or(0.0) + half),
            _ => break,
        }
        at += 1;
    }
    let number = sum + part.unwrap_or(0.0);
    number.is_finite().then_some((number, at))
}

/// A number as the calculator reads it, which knows no exponents in this form.
fn shown(number: f64) -> String {
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let expressions = include_str!("../languages/en/expressions.tsv");
        Words::new("en", expressions, include_str!("../languages/en/units.tsv"))
    }

    #[test]
    fn arithmetic_is_written() {
        let words = words();
        for (text, expected) in [
            ("17 times 23", "17 * 23"),
            ("seventeen times twenty-three", "17 * 23"),
            ("17x23", "17 * 23"),
            ("2+2", "2 + 2"),
            ("5 - 7", "5 - 7"),
            ("1,000 divided by 4", "1000 / 4"),
            ("two thousand three hundred and five minus five", "2305 - 5"),
            ("one million plus 1", "1000000 + 1"),
            ("three point one four times 2", "3.14 * 2"),
            ("3.5 plus 1.25", "3.5 + 1.25"),
            ("20 percent of 150", "20 % of 150"),
            ("15% of 80", "15 % of 80"),
            ("the square root of 144", "sqrt 144"),
            ("half of 90", "0.5 * 90"),
            ("one half plus a quarter", "0.5 + 0.25"),
            ("12 squared", "12 ^2"),
            ("two to the power of ten", "2 ^ 10"),
            ("minus five plus three", "- 5 + 3"),
            ("a hundred and twenty plus two and a half", "120 + 2.5"),
        ] {
            let written = words.expression(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(written.text, expected, "{text}");
            assert!(written.calculates, "{text}");
        }
        for text in
            ["love", "17 times", "times 3", "5 6", "plus", "", "the answer", "5 apples plus 3"]
        {
            assert_eq!(words.expression(text), None, "{text}");
        }
        for text in ["5", "minus five", "a hundred"] {
            assert!(words.expression(text).is_some_and(|written| !written.calculates), "{text}");
        }
        assert_eq!(words.continued("391", "times two").unwrap().text, "391 * 2");
        assert_eq!(words.continued("391", "two"), None);
    }

    #[test]
    fn quantities_are_written() {
        let words = words();
        for (text, expected) in [
            ("a pound", "1 pound"),
            ("5 feet 3 inches", "5 foot + 3 inch"),
            ("two and a half cups", "2.5 cup"),
            ("an hour and a half", "1.5 hour"),
            ("half a pound", "0.5 pound"),
            ("minus 40 degrees fahrenheit", "-40 °F"),
            ("100 km/h", "100 km/h"),
        ] {
            assert_eq!(words.quantity(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["pounds", "the sea", "5", "a pound of sugar", ""] {
            assert_eq!(words.quantity(text), None, "{text}");
        }
        assert_eq!(words.unit("degrees Celsius").unwrap().written, "°C");
        assert_eq!(words.unit("legs"), None);
    }
}
