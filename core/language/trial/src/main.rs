//! Reads 300 of the listed cases with other libraries, and prints how many each reads as listed, by
//! language and class, as rows of a table.
//!
//! ```sh
//! cargo run --release                     # without WeText
//! cargo run --release -- FOLDER           # with the FSTs of WeText
//! ```
//!
//! The FSTs are those of the Python package of that name: `pip download --no-deps wetext`, and
//! unpack it; FOLDER is its `wetext/fsts`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use num2words::{Lang, Num2Words};
use sayso_language::Reader;
use wetext_rs::{Language, Normalizer, NormalizerConfig, Operator};

/// The languages, and how many cases of each are tried.
const LANGUAGES: [(&str, usize); 5] = [("en", 100), ("de", 50), ("fr", 50), ("es", 50), ("it", 50)];

/// A case: its class, the text, and the words.
struct Case {
    class: String,
    text: String,
    words: String,
}

/// Cases of one thing, evenly taken from all those of a language: no whole sentences, and no
/// Markdown, which is not what the libraries are for.
fn cases(code: &str, count: usize) -> Vec<Case> {
    let folder = format!("{}/../tests/cases/{code}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("cases").map(|file| file.expect("file").path()).collect();
    files.sort();
    let text: String =
        files.iter().map(|file| std::fs::read_to_string(file).expect("text")).collect();
    let case = |line: &str| {
        let mut columns = line.split('\t').map(str::to_owned);
        let mut next = || columns.next().expect("three columns");
        Case { class: next(), text: next().replace("\\n", "\n"), words: next() }
    };
    let all: Vec<Case> = text
        .lines()
        .map(case)
        .filter(|case| !matches!(case.class.as_str(), "sentence" | "markup" | "emoji" | "list"))
        .collect();
    let step = all.len() as f64 / count as f64;
    let chosen: Vec<usize> = (0..count).map(|n| (n as f64 * step) as usize).collect();
    let taken = |(n, case): (usize, Case)| chosen.contains(&n).then_some(case);
    all.into_iter().enumerate().filter_map(taken).collect()
}

/// The words without marks, hyphens and capitals, which the libraries set differently; letters that
/// are said one by one are joined.
fn heard(words: &str) -> String {
    let plain: String = words
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' })
        .collect();
    let mut heard = String::new();
    let mut letter = false;
    for word in plain.split_whitespace() {
        let single = word.chars().count() == 1;
        if !(heard.is_empty() || single && letter) {
            heard.push(' ');
        }
        heard.push_str(word);
        letter = single;
    }
    heard
}

/// Puts only the numbers of a text into words, as a program does that has a library for these.
fn numbers(text: &str, lang: fn() -> Lang) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let number = rest[..digits].trim_end_matches('.');
        if !c.is_ascii_digit() || number.is_empty() {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let words = Num2Words::parse(number).map(|number| number.lang(lang()).to_words());
        match words {
            Some(Ok(words)) => out.push_str(&words),
            _ => out.push_str(number),
        }
        rest = &rest[number.len()..];
    }
    out
}

/// A library: its name, and the words that it gives; `None` if it has no such language.
struct Library<'l> {
    name: &'static str,
    read: Box<dyn FnMut(&str, &str) -> Option<String> + 'l>,
}

fn main() {
    // A panic of a library is counted as a wrong reading, without its message.
    std::panic::set_hook(Box::new(|_| {}));
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let mut libraries = vec![
        Library {
            name: "this reading",
            read: Box::new(|code, text| Some(Reader::find(code)?.spoken(text))),
        },
        Library {
            name: "text-processing-rs 0.2.2",
            read: Box::new(|code, text| {
                let known = matches!(code, "en" | "de" | "fr" | "es");
                // It panics on some texts ("–5 °C" in German), which are not read then.
                let words = || text_processing_rs::tn_normalize_sentence_lang(text, code);
                known.then(|| std::panic::catch_unwind(words).unwrap_or_default())
            }),
        },
        Library {
            name: "num2words 1.2.0 (numbers only)",
            read: Box::new(|code, text| match code {
                "en" => Some(numbers(text, || Lang::English)),
                "fr" => Some(numbers(text, || Lang::French)),
                _ => None,
            }),
        },
    ];
    if let Some(folder) = folder {
        libraries.push(wetext(&folder));
    }
    for (code, count) in LANGUAGES {
        let cases = cases(code, count);
        let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
        for case in &cases {
            *classes.entry(&case.class).or_default() += 1;
        }
        let head: Vec<String> = classes.iter().map(|(class, n)| format!("{class} {n}")).collect();
        println!("\n{code}: {} cases ({})", cases.len(), head.join(", "));
        for library in &mut libraries {
            let mut right: BTreeMap<&str, usize> = BTreeMap::new();
            let mut known = true;
            for case in &cases {
                match (library.read)(code, &case.text) {
                    None => known = false,
                    Some(words) if heard(&words) == heard(&case.words) => {
                        *right.entry(&case.class).or_default() += 1;
                    }
                    Some(_) => {}
                }
            }
            let all: usize = right.values().sum();
            let by_class: Vec<String> =
                right.iter().map(|(class, n)| format!("{class} {n}")).collect();
            match known {
                true => println!("  {}: {all} right ({})", library.name, by_class.join(", ")),
                false => println!("  {}: has no such language", library.name),
            }
        }
    }
}

/// WeText with the FSTs in a folder. It has Chinese, English and Japanese.
fn wetext(folder: &Path) -> Library<'static> {
    let config = NormalizerConfig::new().with_lang(Language::En).with_operator(Operator::Tn);
    let mut normalizer = Normalizer::new(folder, config);
    Library {
        name: "wetext-rs 0.1.2",
        read: Box::new(move |code, text| {
            // A text that it fails on is not read as listed.
            (code == "en").then(|| normalizer.normalize(text).unwrap_or_default())
        }),
    }
}
