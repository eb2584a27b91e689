//! Texts in several styles, in lines of at most a width.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// A label, and beside it a text in lines, so that both take at most `width` cells.
pub fn wrapped(label: Span<'static>, text: &[(&str, Style)], width: usize) -> Vec<Line<'static>> {
    let indent = label.width();
    let room = width.saturating_sub(indent).max(1);
    let mut lines = vec![vec![label]];
    let mut used = 0;
    for (part, style) in text {
        for word in words(part) {
            let long = Span::raw(word).width();
            let begins_a_line = used == 0;
            // The space between two words is not carried over.
            let word = match used + Span::raw(word.trim_end()).width() > room && !begins_a_line {
                true => {
                    lines.push(vec![Span::raw(" ".repeat(indent))]);
                    used = 0;
                    word.trim_start()
                }
                false => word,
            };
            if long <= room {
                used += Span::raw(word).width();
                push(&mut lines, word, *style);
                continue;
            }
            for c in word.chars() {
                let c = c.to_string();
                let wide = Span::raw(&*c).width();
                if used + wide > room {
                    lines.push(vec![Span::raw(" ".repeat(indent))]);
                    used = 0;
                }
                used += wide;
                push(&mut lines, &c, *style);
            }
        }
    }
    lines.into_iter().map(Line::from).collect()
}

/// Appends to the last line, to its last span if the style is the same.
fn push(lines: &mut [Vec<Span<'static>>], text: &str, style: Style) {
    let Some(line) = lines.last_mut() else { return };
    // The first span is the label, or the space below it.
    let is_first = line.len() == 1;
    match line.last_mut() {
        Some(last) if !is_first && last.style == style => last.content.to_mut().push_str(text),
        _ => line.push(Span::styled(text.to_owned(), style)),
    }
}

/// The words of a text, each with the spaces after it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .char_indices()
            .skip_while(|(_, c)| !c.is_whitespace())
            .find(|(_, c)| !c.is_whitespace())
            .map_or(rest.len(), |(at, _)| at);
        // Leading spaces are a word of their own.
        let end = end.max(rest.chars().next().map_or(1, char::len_utf8));
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}
