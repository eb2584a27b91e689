//! From a document to its passages: sentences, items of lists and rows of tables.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use unicode_segmentation::UnicodeSegmentation;

use super::words::Words;

/// An item of a list with at most so many words is one passage, and so is a sentence with a label and
/// what follows it. A list is one as well, if a sentence introduces it.
const MOST_WORDS: usize = 40;
/// A label is a number or a code, with at most so many words, before a colon.
const LABEL_WORDS: usize = 4;
/// A cell with at most so many words and a number in it is a value: it is said with its column.
const VALUE_WORDS: usize = 4;

/// The most words in the title of a plain text.
const TITLE_WORDS: usize = 10;

/// What can be said as an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The headings above it, and what introduces it.
    pub context: String,
    /// What is said.
    pub text: String,
    /// Its paragraph, by number: the passages of one are said one after the other.
    pub paragraph: usize,
}

/// The passages of a text in Markdown. Plain text is one.
pub fn passages(text: &str, words: &Words) -> Vec<Passage> {
    let mut reader = Reader::new(words);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        reader.take(event);
    }
    reader.flush();
    reader.passages
}

struct Reader<'a> {
    words: &'a Words,
    passages: Vec<Passage>,
    headings: Vec<(HeadingLevel, String)>,
    /// The text of what is being read.
    open: String,
    paragraphs: usize,
    /// The last paragraph.
    before: Option<String>,
    /// What introduces the list or table that is being read.
    intro: Option<String>,
    /// The items of the list that it introduces.
    items: Vec<String>,
    columns: Vec<String>,
    cells: Vec<String>,
    /// In how many items of lists the reader is.
    within: usize,
}

impl<'a> Reader<'a> {
    fn new(words: &'a Words) -> Self {
        Self {
            words,
            passages: Vec::new(),
            headings: Vec::new(),
            open: String::new(),
            paragraphs: 0,
            before: None,
            intro: None,
            items: Vec::new(),
            columns: Vec::new(),
            cells: Vec::new(),
            within: 0,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.open.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.open.push(' '),
            Event::Start(Tag::Paragraph) if self.within > 0 => self.open.push(' '),
            Event::Start(Tag::Paragraph) => self.flush(),
            Event::Start(Tag::Item) => {
                self.flush();
                self.within += 1;
            }
            Event::Start(Tag::List(_)) => {
                self.flush();
                self.intro = self.before.take().filter(|before| before.ends_with(':'));
            }
            Event::Start(Tag::Table(_)) => {
                self.flush();
                self.intro = self.before.take();
            }
            Event::Start(Tag::Heading { .. }) => {
                self.flush();
                self.before = None;
            }
            Event::End(TagEnd::Heading(level)) => {
                self.headings.retain(|(above, _)| *above < level);
                self.headings.push((level, taken(&mut self.open)));
            }
            Event::End(TagEnd::Paragraph) if self.within > 0 => {}
            Event::End(TagEnd::Paragraph) => {
                self.before = Some(self.open.trim().to_owned());
                if self.is_title() {
                    self.headings.push((HeadingLevel::H1, taken(&mut self.open)));
                }
                self.flush();
            }
            Event::End(TagEnd::Item) => {
                if self.intro.is_some() && !self.open.trim().is_empty() {
                    self.items.push(self.open.trim().trim_end_matches(['.', ',', ';']).to_owned());
                }
                self.item();
                self.within = self.within.saturating_sub(1);
            }
            Event::End(TagEnd::List(_)) => self.whole_list(),
            Event::End(TagEnd::CodeBlock) => self.flush(),
            Event::End(TagEnd::TableCell) => self.cells.push(taken(&mut self.open)),
            Event::End(TagEnd::TableHead) => self.columns = std::mem::take(&mut self.cells),
            Event::End(TagEnd::TableRow) => self.row(),
            Event::End(TagEnd::Table) => self.intro = None,
            _ => {}
        }
    }

    /// Whether what was read is the title of a plain text: its first line, if it is no sentence.
    fn is_title(&self) -> bool {
        let text = self.open.trim();
        self.passages.is_empty()
            && self.headings.is_empty()
            && !text.is_empty()
            && text.split_whitespace().count() <= TITLE_WORDS
            && !text.ends_with(['.', '!', '?', ':'])
    }

    /// The list that has ended, together with the sentence that introduces it.
    fn whole_list(&mut self) {
        let items = std::mem::take(&mut self.items);
        let Some(intro) = self.intro.take().filter(|_| !items.is_empty()) else { return };
        let text = format!("{intro} {}.", items.join(", "));
        if text.split_whitespace().count() <= MOST_WORDS {
            self.paragraphs += 1;
            self.push(text);
        }
    }

    /// A row of a table, as a sentence.
    fn row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        let Some((first, rest)) = cells.split_first() else { return };
        let column = |n: usize| self.columns.get(n).map_or("", String::as_str);
        // A code or a number needs the name of its kind.
        let mut text = match column(0) {
            "" => first.clone(),
            kind if has_number(first) && !first.contains(kind) && first.split(' ').count() == 1 => {
                format!("{kind} {first}")
            }
            _ => first.clone(),
        };
        let mut before = ": ";
        for (n, cell) in rest.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            text.push_str(before);
            let value = has_number(cell) && cell.split_whitespace().count() <= VALUE_WORDS;
            if value && rest.len() > 1 {
                text.push_str(&format!("{} ", column(n + 1)));
            }
            text.push_str(cell.trim_end_matches('.'));
            before = if value { ", " } else { ". " };
        }
        if !text.ends_with(['.', '!', '?']) {
            text.push('.');
        }
        let columns = self.columns.join(" ");
        self.paragraphs += 1;
        let context = format!("{} {columns}", self.context());
        self.passages.push(Passage { context, text, paragraph: self.paragraphs });
    }

    /// An item of a list that was read.
    fn item(&mut self) {
        if self.open.split_whitespace().count() > MOST_WORDS {
            return self.flush();
        }
        let text = taken(&mut self.open);
        if !text.is_empty() {
            self.paragraphs += 1;
            self.push(text);
        }
    }

    /// The sentences of what was read. What follows a label belongs to it.
    fn flush(&mut self) {
        let text = taken(&mut self.open);
        if text.is_empty() {
            return;
        }
        self.paragraphs += 1;
        let mut labelled = false;
        let mut said: Vec<Range<usize>> = Vec::new();
        for sentence in sentences(&text, self.words) {
            let whole = said.last().map(|last| last.start..sentence.end);
            let fits =
                |whole: &Range<usize>| text[whole.clone()].split_whitespace().count() <= MOST_WORDS;
            let label = has_label(&text[sentence.clone()]);
            match (said.last_mut(), whole.filter(fits)) {
                (Some(last), Some(whole)) if labelled && !label => *last = whole,
                _ => {
                    said.push(sentence);
                    labelled = label;
                }
            }
        }
        for range in said {
            let text = text[range].trim();
            if has_label(text) {
                self.paragraphs += 1;
            }
            self.push(text.to_owned());
        }
    }

    fn push(&mut self, text: String) {
        let context = self.context();
        self.passages.push(Passage { context, text, paragraph: self.paragraphs });
    }

    fn context(&self) -> String {
        let headings = self.headings.iter().map(|(_, heading)| heading.as_str());
        headings.chain(self.intro.as_deref()).collect::<Vec<_>>().join(" ")
    }
}

/// The text without the spaces around it and the second ones in it. What it is taken from is empty
/// then.
fn taken(text: &mut String) -> String {
    std::mem::take(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn has_number(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

/// Whether a sentence begins with a label ("Fault F-03: the belt is jammed").
fn has_label(sentence: &str) -> bool {
    let label = sentence.split_once(": ").map(|(label, _)| label);
    label.is_some_and(|label| has_number(label) && label.split(' ').count() <= LABEL_WORDS)
}

/// The sentences of a paragraph.
fn sentences(text: &str, words: &Words) -> Vec<Range<usize>> {
    let mut sentences: Vec<Range<usize>> = Vec::new();
    for (start, sentence) in text.split_sentence_bound_indices() {
        let end = start + sentence.len();
        match sentences.last_mut() {
            Some(last) if ends_short(&text[last.clone()], words) => last.end = end,
            _ => sentences.push(start..end),
        }
    }
    sentences
}

/// Whether the last word of a text is an abbreviation.
fn ends_short(text: &str, words: &Words) -> bool {
    let last = text.trim_end().strip_suffix('.').and_then(|text| text.rsplit([' ', '(']).next());
    last.is_some_and(|word| words.is_short(word))
}
