//! Tags and entities, as HTML, SSML and language models write them.

use super::Step;
use crate::aloud::fold;

/// The longest tag, in bytes.
const LONGEST_TAG: usize = 300;
/// The longest entity, in bytes.
const LONGEST_ENTITY: usize = 12;

/// What a tag does to the text.
pub(super) enum Tag {
    /// Too little is known yet.
    Unknown,
    /// Not a tag.
    None,
    /// It begins a part that is not spoken: its length, and what ends that part.
    Hides(usize, &'static str),
    Breaks(usize),
    /// A cell of a table.
    Separates(usize),
    /// Superscript or subscript text begins or ends.
    Script(usize, Option<fn(char) -> char>),
    Inline(usize),
}

/// Elements that are not spoken, and what ends them.
const HIDDEN: &[(&str, &str)] = &[
    ("think", "</think>"),
    ("thinking", "</thinking>"),
    ("thought", "</thought>"),
    ("reasoning", "</reasoning>"),
    ("reflection", "</reflection>"),
    ("scratchpad", "</scratchpad>"),
    ("tool_call", "</tool_call>"),
    ("script", "</script>"),
    ("style", "</style>"),
];

/// Elements in which a language model thinks.
pub(super) const REASONING: &[&str] = &["think", "thinking", "thought", "reasoning", "reflection"];

/// Tags that are written for how a text looks. Any other between two spaces is mentioned.
const FORMATTING: &[&str] = &[
    "a", "abbr", "b", "big", "br", "code", "del", "div", "em", "font", "hr", "i", "ins", "kbd",
    "li", "mark", "p", "q", "s", "small", "span", "strong", "sub", "sup", "td", "th", "tr", "u",
];

/// Whether the tag at the beginning of `rest`, which follows a space within a line, is only
/// mentioned: "the `<script>` tag". `None` if too little is known yet.
pub(super) fn is_mentioned(rest: &str, end: bool) -> Option<bool> {
    let name = rest.trim_start_matches('<').trim_start_matches('/');
    let length = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let (name, after) = name.split_at(length);
    if name.is_empty() && !after.is_empty() || FORMATTING.contains(&&*name.to_ascii_lowercase()) {
        return Some(false);
    }
    let Some(after) = after.trim_start_matches('/').strip_prefix('>') else {
        return if after.trim_start_matches('/').is_empty() && !end { None } else { Some(false) };
    };
    match after.chars().next() {
        Some(c) => Some(matches!(c, ' ' | '.' | ',' | ';' | ':' | '?' | '!' | ')')),
        None if end => Some(true),
        None => None,
    }
}

/// Elements that are on their own lines.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "paragraph",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "title",
    "tr",
    "ul",
];

/// Elements within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "answer", "audio", "b", "bdi", "bdo", "big", "break", "button", "caption", "cite",
    "code", "col", "data", "del", "dfn", "em", "emphasis", "final", "font", "i", "img", "input",
    "ins", "kbd", "label", "link", "mark", "meta", "output", "phoneme", "prosody", "q", "response",
    "s", "samp", "say-as", "select", "small", "span", "speak", "strike", "strong", "sub", "sup",
    "svg", "td", "textarea", "th", "time", "tt", "u", "var", "video", "voice", "wbr",
];

/// Whether `text` begins with `start`, in any case; `None` if it is too short to decide.
pub(super) fn starts_with(text: &str, start: &str) -> Option<bool> {
    let length = text.len().min(start.len());
    let same = text.as_bytes()[..length].eq_ignore_ascii_case(&start.as_bytes()[..length]);
    if same && length < start.len() { None } else { Some(same) }
}

/// The tag at the beginning of `rest`, which begins with `<`.
pub(super) fn tag(rest: &str, end: bool) -> Tag {
    let unknown = || if end { Tag::None } else { Tag::Unknown };
    let Some(first) = rest[1..].chars().next() else { return unknown() };
    if first == '!' {
        return match starts_with(rest, "<!--") {
            Some(true) => Tag::Hides(4, "-->"),
            None => unknown(),
            Some(false) => whole(rest, end).map_or_else(unknown_or_none(rest, end), Tag::Inline),
        };
    }
    // Marks of chat templates: "<|im_end|>".
    if first == '|' {
        return match rest.find("|>").filter(|at| *at > 1 && *at < 40) {
            Some(at) => Tag::Inline(at + 2),
            None if rest.len() < 40 && !rest.contains(char::is_whitespace) => unknown(),
            None => Tag::None,
        };
    }
    let closing = first == '/';
    let name_at = 1 + usize::from(closing);
    let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name_end = rest[name_at..].find(|c| !named(c)).map_or(rest.len(), |at| name_at + at);
    let name = rest[name_at..name_end].to_ascii_lowercase();
    let lists = || {
        HIDDEN
            .iter()
            .map(|(name, _)| *name)
            .chain(BLOCKS.iter().copied())
            .chain(INLINE.iter().copied())
    };
    if name_end == rest.len() {
        let may = name.is_empty() && closing
            || !name.is_empty() && lists().any(|known| known.starts_with(&name));
        return if may { unknown() } else { Tag::None };
    }
    if name.is_empty() || !lists().any(|known| known == name) {
        return Tag::None;
    }
    let Some(close) = rest[name_end..].find('>').map(|at| name_end + at) else {
        let open = rest.len() < LONGEST_TAG && is_attributes(&rest[name_end..], false);
        return if open { unknown() } else { Tag::None };
    };
    if close > LONGEST_TAG || !is_attributes(&rest[name_end..close], true) {
        return Tag::None;
    }
    let length = close + 1;
    if let Some((_, hides)) = HIDDEN.iter().find(|(hidden, _)| *hidden == name) {
        return if closing { Tag::Breaks(length) } else { Tag::Hides(length, hides) };
    }
    match name.as_str() {
        "sup" => Tag::Script(length, (!closing).then_some(raise)),
        "sub" => Tag::Script(length, (!closing).then_some(lower)),
        "td" | "th" if closing => Tag::Separates(length),
        name if BLOCKS.contains(&name) => Tag::Breaks(length),
        _ => Tag::Inline(length),
    }
}

fn unknown_or_none(rest: &str, end: bool) -> impl FnOnce() -> Tag {
    let wait = !end && rest.len() < LONGEST_TAG;
    move || if wait { Tag::Unknown } else { Tag::None }
}

/// The length including `>`.
fn whole(rest: &str, _: bool) -> Option<usize> {
    rest.find('>').filter(|at| *at < LONGEST_TAG).map(|at| at + 1)
}

/// Whether this may be the attributes of a tag, or the beginning of them.
fn is_attributes(text: &str, whole: bool) -> bool {
    let text = text.trim().trim_end_matches('/').trim();
    let Some(first) = text.split_whitespace().next() else { return true };
    let name = first.split('=').next().unwrap_or_default();
    let letters = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_'));
    let more = text.split_whitespace().nth(1).is_some();
    letters && (first.contains('=') || text.contains(" =") || (!whole && !more))
}

const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ";

pub(super) fn is_raised(c: char) -> bool {
    RAISED.contains(c)
}

/// The superscript form of a character, if there is one.
pub(super) fn raise(c: char) -> char {
    RAISED.chars().find(|&r| fold::raised(r) == Some(c)).unwrap_or(c)
}

/// The subscript form of a character, if there is one.
pub(super) fn lower(c: char) -> char {
    ('₀'..='₉').find(|&l| fold::lowered(l) == Some(c)).unwrap_or(c)
}

/// `&amp;`, `&#39;`: the character it stands for.
pub(super) fn entity(rest: &str, end: bool) -> Step {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '#';
    match rest[1..].find(|c| !name(c)).map(|at| at + 1) {
        None if !end && rest.len() < LONGEST_ENTITY => Step::Wait,
        Some(at) if rest[at..].starts_with(';') && (3..LONGEST_ENTITY).contains(&at) => {
            let entity = &rest[..=at];
            let text = html_escape::decode_html_entities(entity);
            if text == entity { Step::Keep } else { Step::Give(entity.len(), text.into_owned()) }
        }
        _ => Step::Keep,
    }
}
