//! Mathematics in LaTeX, as language models write it, put into the signs that the recognisers know.

use super::commands::{COMMANDS, FRACTIONS, LOOKS, OVER};
use super::{Step, html};
use crate::aloud::sums;

/// The longest formula, in bytes.
const LONGEST: usize = 400;
/// How deep braces may be nested.
const DEEPEST: usize = 8;

/// A step at a backslash: `\(x\)`, `\[x\]`, and commands outside of formulae.
pub(super) fn backslash(rest: &str, after_letter: bool, end: bool) -> Option<Step> {
    let close = match rest[1..].chars().next()? {
        '(' => "\\)",
        '[' => "\\]",
        c if c.is_ascii_alphabetic() && !after_letter => return command(rest, end),
        _ => return None,
    };
    enclosed(rest, 2, close, end)
}

/// A formula that begins after `open` bytes.
fn enclosed(rest: &str, open: usize, close: &str, end: bool) -> Option<Step> {
    let window = &rest[..rest.floor_char_boundary(LONGEST)];
    match window[open..].find(close) {
        Some(length) => {
            let formula = plain(&window[open..open + length]);
            Some(Step::Give(open + length + close.len(), formula))
        }
        None if rest.len() < LONGEST && !end => Some(Step::Wait),
        None => None,
    }
}

/// A command with its arguments, if it is a known one.
fn command(rest: &str, end: bool) -> Option<Step> {
    let window = &rest[..rest.floor_char_boundary(LONGEST)];
    let cut = window.len() == rest.len() && !end;
    let name_end = letters(&window[1..]) + 1;
    if name_end == window.len() && cut {
        return Some(Step::Wait);
    }
    let name = &window[1..name_end];
    let arguments = match name {
        "sqrt" => 1,
        "binom" => 2,
        _ if FRACTIONS.contains(&name) => 2,
        _ if OVER.iter().any(|(known, _)| *known == name) => 1,
        // In running text, these are words of a path or a program.
        _ if LOOKS.contains(&name) && !window[name_end..].starts_with('{') => return None,
        _ if LOOKS.contains(&name) => 1,
        _ if COMMANDS.iter().any(|(known, _)| *known == name) => 0,
        _ => return None,
    };
    let mut at = name_end;
    for _ in 0..arguments {
        match window[at..].chars().next() {
            None if cut => return Some(Step::Wait),
            Some('{') => match group(&window[at..]) {
                Some(length) => at += length,
                None if cut => return Some(Step::Wait),
                None => return None,
            },
            _ => return None,
        }
    }
    Some(Step::Give(at, plain(&window[..at])))
}

/// A step at a dollar sign: `$x$` and `$$x$$`, but not amounts of money.
pub(super) fn dollar(rest: &str, joined: bool, end: bool) -> Option<Step> {
    if rest.starts_with("$$") {
        return enclosed(rest, 2, "$$", end);
    }
    let inside = &rest[1..];
    let Some(first) = inside.chars().next() else {
        return if end { None } else { Some(Step::Wait) };
    };
    if joined || first.is_whitespace() {
        return None;
    }
    // "$5", "$5 and $6", "$5-6", "$5k": an amount, as far as no formula shows.
    if first.is_ascii_digit() {
        let number = inside.len() - inside.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        match inside[number..].chars().next() {
            None if !end => return Some(Step::Wait),
            Some('$' | '^' | '\\' | '_' | '=' | '+' | '<' | '>' | '(' | '*' | 'x' | 'y' | 'n') => {}
            _ => return None,
        }
    }
    let window = &rest[..rest.floor_char_boundary(LONGEST)];
    let line = window.find('\n').unwrap_or(window.len());
    let close = window[1..line].find('$').map(|at| at + 1);
    let Some(close) = close else {
        let more = line == rest.len() && rest.len() < LONGEST && !end;
        return if more { Some(Step::Wait) } else { None };
    };
    let formula = &rest[1..close];
    match rest[close + 1..].chars().next() {
        None if !end => return Some(Step::Wait),
        Some(next) if next.is_alphanumeric() => return None,
        _ => {}
    }
    let fits = !formula.ends_with(char::is_whitespace) && is_formula(formula);
    fits.then(|| Step::Give(close + 1, plain(formula)))
}

/// Whether the text between two dollar signs is a formula, and not what an amount costs.
fn is_formula(text: &str) -> bool {
    let short = !text.contains(char::is_whitespace)
        && text.split(|c: char| !c.is_alphabetic()).all(|word| word.chars().count() <= 2);
    short || text.contains(['\\', '^', '_', '=', '+', '<', '>', '{'])
}

fn letters(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len())
}

/// The length of the braces with which the text begins, and what is in them.
fn group(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at + c.len_utf8());
        }
    }
    None
}

/// A formula without the commands and braces of LaTeX.
fn plain(formula: &str) -> String {
    let mut out = String::new();
    convert(formula, DEEPEST, &mut out);
    out
}

/// The argument with which the text begins, converted; and how long it is.
fn argument(text: &str, depth: usize) -> (String, usize) {
    let space = text.len() - text.trim_start().len();
    let text = &text[space..];
    let mut out = String::new();
    let length = match text.chars().next() {
        None => 0,
        Some('{') => {
            let length = group(text).unwrap_or(text.len());
            convert(text[1..length].trim_end_matches('}'), depth.saturating_sub(1), &mut out);
            length
        }
        Some('\\') => {
            let length = (1 + letters(&text[1..])).max(2).min(text.len());
            let length = text.ceil_char_boundary(length);
            convert(&text[..length], depth.saturating_sub(1), &mut out);
            length
        }
        Some(c) => {
            out.push(c);
            c.len_utf8()
        }
    };
    (out.trim().to_owned(), space + length)
}

fn convert(formula: &str, depth: usize, out: &mut String) {
    if depth == 0 {
        return out.push_str(formula);
    }
    let mut at = 0;
    while let Some(c) = formula[at..].chars().next() {
        let rest = &formula[at..];
        at += match c {
            '\\' => backslashed(rest, depth, out),
            '^' | '_' if takes_bounds(out) => {
                let (bound, length) = argument(&rest[1..], depth);
                // The upper bound may come first.
                let lower =
                    out.rfind(sums::OPEN).filter(|_| c == '_' && out.ends_with(sums::CLOSE));
                let bound = format!("{}{bound}{}", sums::OPEN, sums::CLOSE);
                match lower {
                    Some(at) => out.insert_str(at, &bound),
                    None => out.push_str(&bound),
                }
                1 + length
            }
            '^' => {
                let (power, length) = argument(&rest[1..], depth);
                raised(&power, out);
                1 + length
            }
            '_' => {
                let (index, length) = argument(&rest[1..], depth);
                match index.chars().all(|c| html::lower(c) != c) {
                    true => out.extend(index.chars().map(html::lower)),
                    false => {
                        out.push(' ');
                        out.push_str(&index);
                        out.push(' ');
                    }
                }
                1 + length
            }
            '{' | '}' => 1,
            '&' | '~' => {
                out.push(' ');
                1
            }
            '*' => {
                out.push_str(" × ");
                1
            }
            '-' => {
                let binary =
                    out.trim_end().ends_with(|c: char| c.is_alphanumeric() || ")°".contains(c));
                let power = out.trim_end().ends_with(html::is_raised);
                out.push_str(if binary || power { " − " } else { "−" });
                1
            }
            '=' | '+' | '<' | '>' => {
                out.extend([' ', c, ' ']);
                1
            }
            _ => {
                out.push(c);
                c.len_utf8()
            }
        };
    }
}

/// Whether a subscript or superscript after this text is a bound of a sum, an integral or a limit.
fn takes_bounds(text: &str) -> bool {
    let sign = match text.strip_suffix(sums::CLOSE) {
        // Of two bounds, one is there.
        Some(bound) => match bound.rsplit_once(sums::OPEN) {
            Some((before, _)) => before,
            None => return false,
        },
        None => text,
    };
    sign.ends_with(['∑', '∏', '∫']) || sign.trim_end().ends_with("lim")
}

/// A power: raised digits, degrees, or what comes after the sign for it.
fn raised(power: &str, out: &mut String) {
    let signs = power.replace('−', "-");
    let all = !signs.is_empty() && signs.chars().all(|c| html::raise(c) != c);
    match power {
        "°" => out.push('°'),
        "′" => out.push('′'),
        _ if all => out.extend(signs.chars().map(html::raise)),
        _ if power.chars().count() == 1 => {
            out.push('^');
            out.push_str(power);
        }
        _ => {
            out.push_str("^(");
            out.push_str(power);
            out.push(')');
        }
    }
}

/// A command at the beginning of `rest`; returns how many bytes it takes.
fn backslashed(rest: &str, depth: usize, out: &mut String) -> usize {
    let name = &rest[1..1 + letters(&rest[1..])];
    let mut at = 1 + name.len();
    match name {
        "" => {
            let sign = rest[1..].chars().next();
            match sign {
                Some('\\') => out.push_str(", "),
                Some('%' | '$' | '#' | '&' | '_') => out.extend(sign),
                Some('!') | None => {}
                Some(_) => out.push(' '),
            }
            at += sign.map_or(0, char::len_utf8);
        }
        "sqrt" => {
            let degree = rest[at..].strip_prefix('[').and_then(|rest| rest.split_once(']'));
            let degree = degree.map_or("", |(degree, _)| degree);
            at += if degree.is_empty() { 0 } else { degree.len() + 2 };
            let (inside, length) = argument(&rest[at..], depth);
            match degree {
                "" | "2" => out.push('√'),
                "3" => out.push('∛'),
                "4" => out.push('∜'),
                other => out.push_str(&format!("√{}{other}{}", sums::OPEN, sums::CLOSE)),
            }
            out.push_str(&inside);
            at += length;
        }
        "begin" | "end" => at += argument(&rest[at..], 1).1,
        _ if FRACTIONS.contains(&name) => {
            let (over, first) = argument(&rest[at..], depth);
            let (under, second) = argument(&rest[at + first..], depth);
            at += first + second;
            let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
            if digits(&over) && digits(&under) {
                let number = out.ends_with(|c: char| c.is_ascii_digit());
                out.push_str(if number { " " } else { "" });
                out.push_str(&format!("{over}/{under}"));
            } else {
                out.push_str(&format!("{over} ⟋ {under} "));
            }
        }
        "binom" => {
            let (over, first) = argument(&rest[at..], depth);
            let (under, second) = argument(&rest[at + first..], depth);
            at += first + second;
            out.push_str(&format!("{over} ⫶ {under}"));
        }
        _ if let Some((_, mark)) = OVER.iter().find(|(known, _)| *known == name) => {
            let (inside, length) = argument(&rest[at..], depth);
            at += length;
            // A mark over several letters has no name; an arrow is said first.
            let single = inside.chars().count() == 1;
            out.extend(Some(*mark).filter(|_| single && name == "vec"));
            out.push_str(&inside);
            out.extend(Some(*mark).filter(|_| single && name != "vec"));
        }
        // "\left." is a bracket that is not seen.
        "left" | "right" => at += usize::from(rest[at..].starts_with('.')),
        _ if LOOKS.contains(&name) => {}
        _ => match COMMANDS.iter().find(|(known, _)| *known == name) {
            Some((_, sign)) => out.push_str(sign),
            // "\sin x"
            None => {
                let apart = out.ends_with(char::is_alphanumeric);
                out.push_str(if apart { " " } else { "" });
                out.push_str(name);
            }
        },
    }
    at
}

#[cfg(test)]
mod tests {
    use crate::Plain;

    #[test]
    fn formulae_become_signs() {
        for (written, said) in [
            ("So $x = 5$.", "So x = 5."),
            ("$$\\frac{1}{2}$$", "1/2"),
            ("\\(a^2 + b^2 = c^2\\)", "a² + b² = c²"),
            ("\\[ \\sqrt{2} \\times 3 \\]", "√2 × 3"),
            ("It is 2 \\times 3.", "It is 2 × 3."),
            ("$\\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$", "−b ± √b² − 4ac ⟋ 2a"),
            ("$x_1$ and $y_{12}$", "x₁ and y₁₂"),
            ("$e^{-x}$", "e^(−x)"),
            ("$10^{-3}$ or $90^\\circ$", "10⁻³ or 90°"),
            ("$\\text{area} = \\pi r^2$", "area = π r²"),
            ("$5 and $6", "$5 and $6"),
            ("$5-6, $20/month, $1.50, $3k", "$5-6, $20/month, $1.50, $3k"),
            ("$A and $B", "$A and $B"),
            ("$HOME/$USER is US$5", "$HOME/$USER is US$5"),
            ("C:\\in\\times \\n", "C:\\in\\times \\n"),
            ("\\frac{1", "\\frac{1"),
            ("$\\sum_{i=1}^{n} i$", "∑⟦i = 1⟧⟦n⟧ i"),
            ("$\\int^1_0 x^2$", "∫⟦0⟧⟦1⟧ x²"),
            ("$\\lim_{x \\to 0} x$", "lim⟦x → 0⟧ x"),
            ("$\\bar{x}$, $\\vec{v}$", "x\u{304}, \u{20d7}v"),
            ("$\\sqrt[4]{2} + \\sqrt[n]{3}$", "∜2 + √⟦n⟧3"),
            ("$\\binom{n}{k}$", "n ⫶ k"),
        ] {
            assert_eq!(Plain::filter(written), said, "{written:?}");
        }
    }
}
