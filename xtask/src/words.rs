//! Checks the words of the documentation: finds phrases that read badly and names better ones.
//!
//! It reads the pages (README and the like, `docs/`) and the comments of the Rust files. The list
//! contains only phrases that are wrong wherever they are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sh::{Result, Sh};

/// Phrases that read badly, in lower case, and better ones. `#` stands for a number, and `.` for
/// any punctuation or the end of a paragraph.
const PHRASES: [(&str, &str); 60] = [
    ("tell of", "\"say\" or \"report\""),
    ("tells of", "\"says\" or \"reports\""),
    ("told of", "\"said\" or \"reported\""),
    ("told at once", "\"reported at once\""),
    ("of late .", "\"recently\""),
    ("cannot be had", "\"is not available\""),
    ("could not be had", "\"was not available\""),
    ("anew", "\"again\" or \"new\""),
    ("in the midst of", "\"during\""),
    ("is told so", "\"is told that\" and what"),
    ("come what may", "\"in any case\""),
    ("to be had", "\"available\" or \"possible\""),
    ("worked off", "\"done\" or \"processed\""),
    ("laid beside", "\"compared with\""),
    ("takes note of", "\"records\""),
    ("hung up on", "\"disconnected\""),
    ("so much is known", "what is known"),
    ("so long may", "\"how long\" and the subject"),
    ("as good as missing", "\"useless\""),
    ("what came of", "\"the result of\""),
    ("what became of", "\"the result of\""),
    ("what becomes of", "\"what happens to\""),
    ("comes of it", "\"the result is\""),
    ("came of it", "\"the result was\""),
    ("as soon as can be", "\"as soon as possible\""),
    ("as soon as may be", "\"as soon as possible\""),
    ("heard behind", "\"heard after\""),
    ("behind the last", "\"after the last\""),
    ("hears of", "\"learns of\""),
    ("such a one", "the name of the thing"),
    ("is amiss", "\"is wrong\""),
    ("must needs", "\"must\""),
    ("at the least", "\"at least\""),
    ("whence", "\"from where\""),
    ("thence", "\"from there\""),
    ("forthwith", "\"at once\""),
    ("wherein", "\"in which\""),
    ("whereupon", "\"and then\""),
    ("whosoever", "\"anyone who\""),
    ("whilst", "\"while\""),
    ("sees to", "\"takes care of\""),
    ("in truth", "\"really\""),
    ("for want of", "\"because there is no\""),
    ("some #", "\"about\" and the number"),
    ("some hundred", "\"about a hundred\" or \"hundreds of\""),
    ("whether whoever", "\"whether the person who\""),
    ("begins otherwise", "\"begins in another way\""),
    ("till", "\"until\""),
    ("lest", "\"so that … not\""),
    ("thrice", "\"three times\""),
    ("thereby", "\"so\""),
    ("whereby", "\"by which\""),
    ("therein", "\"in it\""),
    ("thereof", "\"of it\""),
    ("henceforth", "\"from now on\""),
    ("hitherto", "\"until now\""),
    ("aforesaid", "the name of the thing"),
    ("amidst", "\"among\""),
    ("betwixt", "\"between\""),
    ("herein", "\"here\""),
];

/// What to write instead of a statement that begins with "Who". Only for pages: a comment may
/// begin so.
const WHO: &str = "\"a person who\", or begin with the subject";

/// A text that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A page of Markdown; blocks of code in it are not checked.
    Page,
    /// A Rust file; only its comments are checked, not those after code on the same line.
    Rust,
}

/// A phrase that reads badly, and where it is.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// The line on which it begins, counted from 1.
    line: usize,
    /// The phrase, as it stands in the list.
    phrase: &'static str,
    /// What to write instead.
    better: &'static str,
}

/// A word or a mark of punctuation, and its line.
#[derive(Debug)]
struct Token {
    line: usize,
    text: String,
}

/// Marks the end of a paragraph, of a table row or the like.
const END: &str = "\n";

/// Stands for code between backquotes, which is not checked.
const CODE: &str = "`";

/// Checks all pages and comments.
///
/// # Errors
/// If a phrase reads badly (all of them are named), or a file cannot be read.
pub fn check(sh: &Sh) -> Result<()> {
    sh.step("words");
    let mut bad = Vec::new();
    for (file, kind) in files(sh.root())? {
        let text = fs::read_to_string(&file).map_err(|error| failed(&file, &error))?;
        let name = file.strip_prefix(sh.root()).unwrap_or(&file).display();
        for Finding { line, phrase, better } in findings(&text, kind) {
            bad.push(format!("{name}:{line}: \"{phrase}\": better {better}"));
        }
    }
    match bad.len() {
        0 => Ok(()),
        n => Err(format!("phrases that read badly: {n}\n{}", bad.join("\n"))),
    }
}

/// Finds the phrases that read badly in a text, from its beginning to its end.
fn findings(text: &str, kind: Kind) -> Vec<Finding> {
    let tokens = tokens(text, kind);
    let mut found = Vec::new();
    for start in 0..tokens.len() {
        let rest = &tokens[start..];
        let line = rest[0].line;
        for (phrase, better) in PHRASES {
            if begins_with(rest, phrase) {
                found.push(Finding { line, phrase, better });
            }
        }
        let first = start == 0 || is_punctuation(&tokens[start - 1].text);
        if kind == Kind::Page && first && is_who_statement(rest) {
            found.push(Finding { line, phrase: "Who …", better: WHO });
        }
    }
    found
}

/// Whether `tokens` begin with the words of `phrase`.
fn begins_with(tokens: &[Token], phrase: &str) -> bool {
    phrase.split(' ').enumerate().all(|(at, word)| {
        let Some(Token { text, .. }) = tokens.get(at) else { return word == "." };
        match word {
            "#" => text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(is_of_number),
            "." => is_punctuation(text),
            word => text.eq_ignore_ascii_case(word),
        }
    })
}

/// Whether `tokens` begin with a sentence of at least four words that begins with "Who" and
/// is no question.
fn is_who_statement(tokens: &[Token]) -> bool {
    if tokens.first().is_none_or(|token| token.text != "Who") {
        return false;
    }
    let is_end = |token: &&Token| [".", "?", "!", ":", "|", END].contains(&token.text.as_str());
    let words = tokens.iter().take_while(|token| !is_end(token)).count();
    words >= 4 && tokens.iter().find(is_end).is_none_or(|end| end.text != "?")
}

fn is_punctuation(text: &str) -> bool {
    text != CODE && !text.contains(is_of_word)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || ['\'', '’', '-', '_'].contains(&c)
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || c == '.' || c == ','
}

/// Splits the prose of a text into words and punctuation marks.
fn tokens(text: &str, kind: Kind) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut in_block, mut in_code) = (false, false);
    for (line, content) in (1..).zip(text.lines()) {
        let prose = match kind {
            Kind::Page => content,
            Kind::Rust => comment(content).unwrap_or_default(),
        };
        let is_fence = prose.trim_start().starts_with("```");
        in_block ^= is_fence;
        if is_fence || in_block || prose.trim().is_empty() {
            // A block of code ends with the comment that it is in.
            in_block &= kind == Kind::Page || comment(content).is_some();
            in_code = false;
            tokens.push(Token { line, text: END.to_owned() });
            continue;
        }
        let mut word = String::new();
        let mut chars = prose.chars().peekable();
        while let Some(c) = chars.next() {
            let digits = word.ends_with(|c: char| c.is_ascii_digit())
                && chars.peek().is_some_and(char::is_ascii_digit);
            if !in_code && (is_of_word(c) || is_of_number(c) && digits) {
                word.push(c);
                continue;
            }
            if !word.is_empty() {
                tokens.push(Token { line, text: std::mem::take(&mut word) });
            }
            if c == '`' {
                in_code = !in_code;
                if in_code {
                    tokens.push(Token { line, text: CODE.to_owned() });
                }
            } else if !in_code && !c.is_whitespace() {
                tokens.push(Token { line, text: c.to_string() });
            }
        }
        if !word.is_empty() {
            tokens.push(Token { line, text: word });
        }
    }
    tokens
}

/// The text of a line of Rust that is a comment: `//`, `///` or `//!`.
fn comment(line: &str) -> Option<&str> {
    let text = line.trim_start().strip_prefix("//")?;
    let text = text.strip_prefix(['/', '!']).unwrap_or(text);
    (!text.starts_with('/')).then_some(text)
}

/// All files to check, in order.
fn files(root: &Path) -> Result<Vec<(PathBuf, Kind)>> {
    const PAGES: [&str; 4] = ["README.md", "ARCHITECTURE.md", "BENCHMARKS.md", "CHANGELOG.md"];
    const SOURCES: [&str; 6] = ["core", "boards", "models", "firmware", "tests", "xtask"];
    let mut files: Vec<_> = PAGES.iter().map(|page| (root.join(page), Kind::Page)).collect();
    collect(&root.join("docs"), "md", Kind::Page, &mut files)?;
    for folder in SOURCES {
        collect(&root.join(folder), "rs", Kind::Rust, &mut files)?;
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(files)
}

/// Adds the files of that kind in `folder` and its subfolders, except build output.
fn collect(
    folder: &Path,
    extension: &str,
    kind: Kind,
    files: &mut Vec<(PathBuf, Kind)>,
) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        let path = entry.path();
        let is_folder = entry.file_type().map_err(|error| failed(&path, &error))?.is_dir();
        let name = entry.file_name();
        if is_folder && name != "target" && !name.to_string_lossy().starts_with('.') {
            collect(&path, extension, kind, files)?;
        } else if !is_folder && path.extension().is_some_and(|found| found == extension) {
            files.push((path, kind));
        }
    }
    Ok(())
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and phrase of what is found in a page.
    fn page(text: &str) -> Vec<(usize, &'static str)> {
        findings(text, Kind::Page).into_iter().map(|found| (found.line, found.phrase)).collect()
    }

    /// The same for a Rust file.
    fn rust(text: &str) -> Vec<(usize, &'static str)> {
        findings(text, Kind::Rust).into_iter().map(|found| (found.line, found.phrase)).collect()
    }

    #[test]
    fn phrases_are_found_over_the_end_of_a_line_and_in_any_case() {
        assert_eq!(page("It tells\nof a loss. Told of it.\n"), [(1, "tells of"), (2, "told of")]);
        assert!(page("A person\ntells. Of these\n\ntells\n\nof\n").is_empty());
    }

    #[test]
    fn only_whole_words_count() {
        assert!(page("still, until, distill, wholesome 20, tells offers").is_empty());
        assert_eq!(page("till"), [(1, "till")]);
    }

    #[test]
    fn numbers_and_ends_of_clauses_are_part_of_phrases() {
        assert_eq!(page("some 1,600 bytes, some 20"), [(1, "some #"), (1, "some #")]);
        assert!(page("some 16-bit samples, some bytes, 20").is_empty());
        assert_eq!(page("late of late (on a wire)"), [(1, "of late .")]);
        assert_eq!(page("late of late"), [(1, "of late .")]);
        assert!(page("the number of late frames").is_empty());
    }

    #[test]
    fn code_is_not_read() {
        assert!(page("```\ntill\n```\n`till` and `tells\nof` and tells `of`.\n").is_empty());
        assert_eq!(page("`a` till `b`"), [(1, "till")]);
        assert_eq!(rust("/// ```\n/// till\nfn till() {}\n/// till"), [(4, "till")]);
    }

    #[test]
    fn of_rust_only_comments_are_read() {
        let text = "//! It tells of\nlet till = 1; // till\n    /// a loss, anew\n//// till\n";
        assert_eq!(rust(text), [(1, "tells of"), (3, "anew")]);
        assert_eq!(rust("// It tells\n// of it\nlet n = 1;\n    // till then\n").len(), 2);
        // What follows code is another text.
        assert!(rust("/// tells\nfn f() {}\n/// of\n").is_empty());
    }

    #[test]
    fn statements_that_begin_with_who_are_found_in_pages() {
        assert_eq!(page("Who speaks over it is noticed."), [(1, "Who …")]);
        assert_eq!(page("It pauses. Who goes on is\nheard"), [(1, "Who …")]);
        assert!(page("Who made it, and when?").is_empty());
        assert!(page("| Who | speaks over it now |").is_empty());
        assert!(page("The people Who speak over it now.").is_empty());
        assert!(rust("/// Who is at the other end of it.").is_empty());
    }

    #[test]
    fn the_phrases_can_be_found() {
        for (phrase, better) in PHRASES {
            let text = phrase.replace('#', "20").replace(" .", ".");
            assert_eq!(page(&text), [(1, phrase)]);
            assert!(page(better).is_empty(), "{better}");
        }
    }
}
