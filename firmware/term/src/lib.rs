//! Output to the terminal: with colours on a terminal, plain text otherwise.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};

/// The columns of a terminal of the usual width; our own lines are no longer.
pub const COLUMNS: usize = 80;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// A text from outside, such as the name of a file or what a server says, without characters that
/// control a terminal: those are shown by their numbers. Lines and tabs stay.
pub fn shown(text: impl Display) -> String {
    let text = text.to_string();
    if !text.contains(controls) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match controls(c) {
            true => shown.extend(c.escape_unicode()),
            false => shown.push(c),
        }
    }
    shown
}

/// A line of JSON in which such characters are escaped too: JSON itself asks for that only below
/// U+0020.
pub fn json(value: &impl Display) -> String {
    let text = value.to_string();
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match controls(c) {
            // All of them have four digits.
            true => line.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => line.push(c),
        }
    }
    line
}

/// Whether a character controls a terminal, or the direction in which it writes.
fn controls(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn painted(style: Style, text: impl Display, terminal: bool) -> String {
    let text = shown(text);
    if terminal && std::env::var_os("NO_COLOR").is_none() {
        format!("{style}{text}{style:#}")
    } else {
        text
    }
}

/// Bold text.
pub fn bold(text: impl Display) -> String {
    painted(BOLD, text, std::io::stdout().is_terminal())
}

/// Dimmed text.
pub fn dim(text: impl Display) -> String {
    painted(DIM, text, std::io::stdout().is_terminal())
}

/// Text in this colour.
pub fn coloured(colour: AnsiColor, text: impl Display) -> String {
    painted(colour.on_default(), text, std::io::stdout().is_terminal())
}

/// `text` in lines of at most `columns`, if breaks at `between` allow that.
pub fn folded(text: &str, between: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in text.split(between) {
        let longer = |line: &str| format!("{line}{between}{part}");
        match lines.last_mut() {
            Some(line) if longer(line).chars().count() <= columns => *line = longer(line),
            _ => lines.push(part.into()),
        }
    }
    lines
}

/// A time in ms rounded to a tenth, which is about its precision.
pub fn tenth(ms: f64) -> f64 {
    (ms * 10.0).round() / 10.0
}

/// The length of this many samples at `rate` Hz, in s, to the millisecond.
pub fn seconds(samples: usize, rate: u32) -> f64 {
    (samples as f64 * 1e3 / f64::from(rate.max(1))).round() / 1e3
}

/// Removes the system's numbers after the texts of its errors, and what [`shown`] does.
pub fn plain(text: &str) -> String {
    let text = shown(text);
    let mut parts = text.split(" (os error ");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once(')').map_or(part, |(_, rest)| rest));
    }
    plain
}

/// Reports a failure on stderr.
pub fn error(error: &impl Display) {
    let word =
        painted(AnsiColor::Red.on_default().bold(), "error", std::io::stderr().is_terminal());
    eprintln!("{word}: {}", plain(error.to_string().trim_end()));
}

/// Reports something that the user should know, on stderr.
pub fn note(text: impl Display) {
    let word =
        painted(AnsiColor::Yellow.on_default().bold(), "note", std::io::stderr().is_terminal());
    eprintln!("{word}: {}", plain(&text.to_string()));
}

/// Prints a piece of a line at once.
pub fn piece(text: &str) {
    print!("{text}");
    // If the pipe is closed, the next whole line reports it.
    let _ = std::io::stdout().flush();
}

/// A spinner on stderr while something takes long; removed when dropped.
pub struct Busy(ProgressBar);

impl Busy {
    /// `what` says what takes long.
    pub fn new(what: &str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A bar on stderr that shows how far a long task is; removed when dropped.
pub struct Progress(ProgressBar);

impl Progress {
    /// A task of this many steps.
    pub fn new(steps: u64, what: &str) -> Self {
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {elapsed} {wide_msg}");
        let bar = ProgressBar::new(steps).with_message(what.to_owned());
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// This many steps are done.
    pub fn at(&self, position: u64, what: &str) {
        self.0.set_position(position);
        self.0.set_message(what.to_owned());
    }

    /// One more step is done.
    pub fn next(&self, what: &str) {
        self.0.inc(1);
        self.0.set_message(what.to_owned());
    }

    /// Prints something while the bar is out of the way.
    pub fn aside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{folded, json, plain, shown};

    #[test]
    fn what_comes_from_outside_controls_no_terminal() {
        assert_eq!(shown("a\tb\nc – ü 你 👍🏽"), "a\tb\nc – ü 你 👍🏽");
        assert_eq!(
            shown("\u{1b}[2J\u{7}\r\u{9b}x\u{202e}"),
            "\\u{1b}[2J\\u{7}\\u{d}\\u{9b}x\\u{202e}"
        );
    }

    #[test]
    fn json_controls_no_terminal_either() {
        let line = "{\"a\":\"ü\u{7f}\u{9b}31m\u{202e}\\n\"}";
        assert_eq!(json(&line), r#"{"a":"ü\u007f\u009b31m\u202e\n"}"#);
    }

    #[test]
    fn lines_are_broken_only_where_allowed() {
        assert_eq!(folded("a b · c · d", " · ", 7), ["a b · c", "d"]);
        assert_eq!(folded("much too long · c", " · ", 7), ["much too long", "c"]);
        assert_eq!(folded("a", " ", 1), ["a"]);
    }

    #[test]
    fn numbers_of_the_system_are_removed() {
        let text = "a: No such file or directory (os error 2). Name another (b (os error 13))";
        assert_eq!(plain(text), "a: No such file or directory. Name another (b)");
        assert_eq!(plain("nothing of the kind"), "nothing of the kind");
    }
}
