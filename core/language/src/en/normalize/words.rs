//! Words, abbreviations and single signs.

use super::numbers;
use super::tables::{self, find};
use super::{PAUSES, Reader, Token, TokenKind};

impl Reader<'_> {
    pub(super) fn word(&mut self, i: usize) -> Option<usize> {
        self.dotted(i)
            .or_else(|| self.abbreviation(i))
            .or_else(|| self.roman(i))
            .or_else(|| self.compound(i))
            .or_else(|| {
                self.single(i);
                Some(i + 1)
            })
    }

    /// e.g., U.S.A., Ph.D.
    fn dotted(&mut self, i: usize) -> Option<usize> {
        let short = |at: usize| self.is_word(at) && self.text(at).chars().count() <= 2;
        let mut letters = String::new();
        let mut at = i;
        while short(at) && self.text(at + 1) == "." && letters.len() < 16 {
            letters.push_str(self.text(at));
            at += 2;
        }
        // The last full stop may be missing.
        if at > i && short(at) && self.text(at).chars().count() == 1 {
            letters.push_str(self.text(at));
            at += 1;
        }
        if letters.chars().count() < 2 || at < i + 3 {
            return None;
        }
        let span = self.span(i, at - 1);
        match find(tables::DOTTED, &letters.to_lowercase()) {
            Some(words) => self.say(words, span),
            None => self.spell(&letters, span),
        }
        if self.text(at - 1) == "." && self.ends_line(at) {
            self.mark('.', self.at(at - 1));
        }
        Some(at)
    }

    fn abbreviation(&mut self, i: usize) -> Option<usize> {
        let text = self.text(i).to_owned();
        let stop = self.text(i + 1) == ".";
        let after = self.past_space(i + 1 + usize::from(stop));
        let words = match text.as_str() {
            "St" => {
                let name = self.text(after).starts_with(char::is_uppercase) && self.is_word(after);
                if name && after > i + 1 {
                    "saint"
                } else if stop {
                    "street"
                } else {
                    return None;
                }
            }
            "No" | "no" | "Nos" if stop && self.is_number(after) => "number",
            "p" if stop && self.is_number(after) => "page",
            "US" if self.text(i + 1) == "$" && self.is_number(i + 2) => return Some(i + 1),
            "w" if self.text(i + 1) == "/" => {
                let without = self.text(i + 2) == "o";
                let end = if without { i + 3 } else { i + 2 };
                self.say(if without { "without" } else { "with" }, self.span(i, end - 1));
                return Some(end);
            }
            _ if stop => find(tables::ABBREVIATIONS, &text)?,
            _ => find(tables::BARE, &text)?,
        };
        self.say(words, self.at(i));
        if !stop {
            return Some(i + 1);
        }
        if self.ends_line(i + 2) {
            self.mark('.', self.at(i + 1));
        }
        Some(i + 2)
    }

    /// Chapter IV, Henry VIII
    fn roman(&mut self, i: usize) -> Option<usize> {
        let n = numbers::roman(self.text(i))?;
        let before = i.checked_sub(2).filter(|&b| self.is_word(b) && self.text(i - 1) == " ")?;
        let name = self.text(before);
        let lower = name.to_lowercase();
        // "I" is a numeral only after something like a title.
        if self.text(i) == "I" && !name.starts_with(char::is_uppercase) {
            return None;
        }
        if tables::ROMAN_COUNTED.contains(&lower.as_str()) {
            self.say_all(&numbers::cardinal(&n.to_string()), self.at(i));
        } else if tables::ROMAN_ORDERED.contains(&lower.as_str()) && n < 30 && self.text(i) != "I" {
            self.say("the", self.at(i));
            self.say_all(&numbers::ordinal(&n.to_string()), self.at(i));
        } else {
            return None;
        }
        Some(i + 1)
    }

    /// well-known, mother-in-law; and/or
    fn compound(&mut self, i: usize) -> Option<usize> {
        if self.text(i + 1) == "/" && self.is_word(i + 2) {
            self.single(i);
            if !(self.text(i) == "and" && self.text(i + 2) == "or") {
                self.say("slash", self.at(i + 1));
            }
            return Some(i + 2);
        }
        let mut end = i + 1;
        while self.text(end) == "-" && self.is_word(end + 1) && end < i + 12 {
            end += 2;
        }
        let capital = |at: usize| self.text(at).chars().all(char::is_uppercase);
        if end == i + 1 || capital(i) || (i..end).any(|at| tables::SPELT.contains(&self.text(at))) {
            return None;
        }
        let joined: String = (i..end).map(|at| self.text(at)).collect();
        self.push(TokenKind::Word, &joined, self.span(i, end - 1));
        Some(end)
    }

    fn single(&mut self, i: usize) {
        let text = self.text(i).to_owned();
        let letter = text.chars().count() == 1 && !matches!(text.as_str(), "a" | "A" | "I");
        // Next to a number, letters are a code: "A4", "4K".
        let code = text.chars().count() == 1
            && (self.is_number(i + 1) || (i > 0 && self.is_number(i - 1)));
        if letter || code || tables::SPELT.contains(&text.as_str()) {
            self.spell(&text, self.at(i));
        } else {
            self.push(TokenKind::Word, &text, self.at(i));
        }
    }

    pub(super) fn sign(&mut self, i: usize) -> Option<usize> {
        let c = self.text(i).chars().next()?;
        let at = self.at(i);
        let next = i + 1;
        match c {
            '.' if self.text(next) == "." => {
                let mut end = next;
                while self.text(end) == "." {
                    end += 1;
                }
                self.mark('…', at);
                return Some(end);
            }
            '.' if i > 0 && self.is_word(i - 1) && (self.is_word(next) || self.is_number(next)) => {
                self.say("dot", at)
            }
            '.' if self.is_number(next) && (i == 0 || !self.is_number(i - 1)) => {
                self.say("point", at);
                let words = numbers::spelt(self.text(next));
                self.say_all(&words, self.at(next));
                return Some(next + 1);
            }
            '-' if self.text(next) == "-" => self.mark('—', at),
            '-' if self.is_number(next) && self.starts_fresh(i) => self.say("minus", at),
            '-' if self.is_space(i.wrapping_sub(1)) && self.is_space(next) => {
                let sum = self.is_number(i.wrapping_sub(2)) && self.is_number(i + 2);
                if sum { self.say("minus", at) } else { self.mark('—', at) }
            }
            '-' | '–' if self.joins_amounts(i) => self.say("to", at),
            '–' | '—' => self.mark('—', at),
            '.' | ',' | ';' | ':' | '!' | '?' | '…' => self.mark(c, at),
            '(' | '[' | '{' => self.mark('(', at),
            ')' | ']' | '}' => {
                // The target of a Markdown link is not spoken.
                if c == ']' && self.text(next) == "(" {
                    let close =
                        (next..self.pieces.len().min(next + 200)).find(|&at| self.text(at) == ")");
                    if let Some(close) = close {
                        self.unmark('(');
                        return Some(close + 1);
                    }
                }
                self.mark(')', at);
            }
            '|' => self.mark(',', at),
            '+' if self.is_number(self.past_space(next)) => self.say("plus", at),
            '+' if i > 0 && (self.is_word(i - 1) || self.text(i - 1) == "+") => {
                self.say("plus", at)
            }
            '*' if self.between_numbers(i) => self.say("times", at),
            '/' if self.between_numbers(i) => self.say("over", at),
            '^' if self.is_number(next) => self.say("to the power of", at),
            '~' if self.is_number(next) => self.say("about", at),
            '<' | '>' if self.is_space(next) && i > 0 && self.is_space(i - 1) => {
                self.say(if c == '<' { "is less than" } else { "is greater than" }, at);
            }
            '#' if self.is_number(next) => self.say("number", at),
            '#' if self.is_word(next) => self.say("hashtag", at),
            '\'' if self.text(next) == "n" && self.text(next + 1) == "'" => {
                self.say("and", self.span(i, next + 1));
                return Some(next + 2);
            }
            '\'' if self.starts_fresh(i)
                && matches!(self.text(next), "tis" | "twas" | "em" | "cause" | "til" | "bout") =>
            {
                let word = format!("'{}", self.text(next));
                self.push(TokenKind::Word, &word, self.span(i, next));
                return Some(next + 1);
            }
            _ => {
                if let Some(money) = find(tables::MONEY, self.text(i)) {
                    self.say(money[1], at);
                } else if let Some((_, words)) = tables::SIGNS.iter().find(|(sign, _)| *sign == c) {
                    self.say(words, at);
                }
            }
        }
        Some(next)
    }

    /// The dash of "10%–20%", "June 5–7".
    fn joins_amounts(&self, i: usize) -> bool {
        let before = i.checked_sub(1).is_some_and(|b| {
            self.is_number(b) || find(tables::MONEY, self.text(b)).is_some() || self.text(b) == "%"
        });
        before && self.is_number(i + 1)
    }

    /// Whether there are numbers on both sides, with or without a space.
    fn between_numbers(&self, i: usize) -> bool {
        let before = i.checked_sub(1).map(|b| if self.is_space(b) { b.wrapping_sub(1) } else { b });
        before.is_some_and(|b| self.is_number(b)) && self.is_number(self.past_space(i + 1))
    }

    /// Removes the last bracket of this kind again, if only words came after it.
    fn unmark(&mut self, mark: char) {
        let recent = self.out.len().saturating_sub(64);
        let bracket = |t: &Token| t.kind == TokenKind::Mark && !PAUSES.contains(&t.text);
        let found = self.out[recent..].iter().rposition(bracket).map(|at| recent + at);
        if let Some(at) = found.filter(|&at| self.out[at].text.starts_with(mark)) {
            self.out.remove(at);
        }
    }
}
