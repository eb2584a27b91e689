//! Written text, and the words that are spoken.
//!
//! `cases/LANGUAGE/*.tsv` contains written text and its spoken words: class, input (`\n` for a line
//! end), and the words as [`Reader::spoken`] gives them, in any case.
//! `homographs.tsv` contains a word with two pronunciations, a sentence, and the pronunciation
//! that is right in it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "normalize/parts.rs"]
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use parts::{NAMES, PARTS};
use proptest::prelude::*;
use sayso_language::{Clause, ClauseSplitter, Reader, Token, TokenKind, line};

fn normalize(text: &str) -> Vec<Token> {
    Reader::english().normalize(text)
}

/// The cases of a language: class, input, words.
fn cases(reader: &Reader) -> Vec<(String, String, String)> {
    let folder = format!("{}/tests/cases/{}", env!("CARGO_MANIFEST_DIR"), reader.code());
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |file| std::fs::read_to_string(file).unwrap();
    let text: String = files.into_iter().map(read).collect();
    let case = |line: &str| {
        let [class, input, words] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not three columns: {line:?}")
        };
        (class.to_owned(), input.replace("\\n", "\n"), words.to_owned())
    };
    text.lines().map(case).collect()
}

/// The words, without what cannot be heard: capitals, and the full stop at the end.
fn heard(words: &str) -> String {
    words.to_lowercase().trim_end_matches('.').to_owned()
}

/// Reads all cases of a language: by class, all and those that are right; and what is wrong.
fn counts(reader: &Reader) -> (BTreeMap<String, [usize; 2]>, Vec<String>) {
    let mut counts: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (class, input, words) in cases(reader) {
        let [all, right] = counts.entry(class.clone()).or_default();
        *all += 1;
        let got = reader.spoken(&input);
        if heard(&got) == heard(&words) {
            *right += 1;
        } else {
            wrong.push(format!("{class}: {input:?}\n  got  {got}\n  want {words}"));
        }
    }
    (counts, wrong)
}

/// Reads all cases of a language, prints those that are wrong, and requires so many classes, cases
/// and, in percent, right ones.
fn read_cases(code: &str, classes: usize, least: usize, percent: usize) {
    let (counts, wrong) = counts(Reader::find(code).unwrap());
    let cases: usize = counts.values().map(|[all, _]| all).sum();
    let right = cases - wrong.len();
    println!("{code}: {right} of {cases} right");
    for (class, [all, right]) in &counts {
        println!("{code} {class}: {right} of {all}");
    }
    println!("{}", wrong.join("\n"));
    assert!(cases >= least && counts.len() >= classes, "{counts:?}");
    assert!(right * 100 >= cases * percent, "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Prints the table of BENCHMARKS.md: how many cases of each class each language has. A number
/// alone means that all are right.
#[test]
#[ignore = "prints a table"]
fn table_of_classes_and_languages() {
    let all: Vec<_> = Reader::all().iter().map(|reader| counts(reader).0).collect();
    let cell = |[all, right]: [usize; 2]| match (all, right) {
        (0, _) => String::new(),
        _ if all == right => all.to_string(),
        _ => format!("{right} of {all}"),
    };
    let classes: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    for class in classes {
        let row: Vec<String> =
            all.iter().map(|counts| cell(counts.get(class).copied().unwrap_or_default())).collect();
        println!("| {class} | {} |", row.join(" | "));
    }
    let sums = all
        .iter()
        .map(|counts| counts.values().fold([0, 0], |sum, one| [sum[0] + one[0], sum[1] + one[1]]));
    let row: Vec<String> = sums.map(cell).collect();
    println!("| all | {} |", row.join(" | "));
    assert!(all.iter().all(|counts| !counts.is_empty()));
}

#[test]
fn english_is_spoken_as_listed() {
    read_cases("en", 20, 700, 99);
}

#[test]
fn german_is_spoken_as_listed() {
    read_cases("de", 20, 350, 97);
}

#[test]
fn spanish_is_spoken_as_listed() {
    read_cases("es", 15, 200, 97);
}

#[test]
fn italian_is_spoken_as_listed() {
    read_cases("it", 15, 200, 97);
}

#[test]
fn french_is_spoken_as_listed() {
    read_cases("fr", 20, 600, 97);
}

#[test]
fn homographs_are_pronounced_as_listed() {
    let text = include_str!("homographs.tsv");
    let (mut all, mut wrong) = (0, Vec::new());
    for line in text.lines() {
        let [word, sentence, want] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not three columns: {line:?}")
        };
        let tokens = normalize(sentence);
        let said = tokens.iter().find(|token| token.text.eq_ignore_ascii_case(word));
        let got = said.and_then(|token| token.ipa);
        all += 1;
        if got != Some(want) {
            wrong.push(format!("{sentence} {got:?}, not {want}"));
        }
    }
    println!("{} of {all} right", all - wrong.len());
    assert!(all >= 120 && wrong.len() * 10 <= all, "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn letters_are_distinguished_from_words() {
    let kinds = |text: &str| -> Vec<TokenKind> { normalize(text).iter().map(|t| t.kind).collect() };
    assert_eq!(kinds("LED"), [TokenKind::Letters]);
    assert_eq!(kinds("NASA"), [TokenKind::Word]);
    assert_eq!(kinds("5 pm"), [TokenKind::Word, TokenKind::Letters]);
    assert_eq!(kinds("Plan B."), [TokenKind::Word, TokenKind::Letters, TokenKind::Mark]);
    assert_eq!(kinds("I am a man"), [TokenKind::Word; 4]);
}

#[test]
fn every_token_knows_where_it_comes_from() {
    let text = "Pay $3.50 at 2:30 pm for 20 °C, Dr. Ünal!";
    let sources: Vec<(String, &str)> =
        normalize(text).into_iter().map(|t| (t.text, &text[t.source])).collect();
    let want = [
        ("Pay", "Pay"),
        ("three", "3.50"),
        ("dollars", "$"),
        ("and", "3.50"),
        ("fifty", "3.50"),
        ("cents", "3.50"),
        ("at", "at"),
        ("two", "2"),
        ("thirty", "30"),
        ("PM", "pm"),
        ("for", "for"),
        ("twenty", "20"),
        ("degrees", "°C"),
        ("Celsius", "°C"),
        (",", ","),
        ("doctor", "Dr."),
        ("Ünal", "Ünal"),
        ("!", "!"),
    ];
    assert_eq!(sources, want.map(|(word, source)| (word.to_owned(), source)));
}

/// The words printed for a whole text are those that a voice gets, clause by clause, from a reply
/// that comes character by character.
#[test]
fn printed_and_spoken_words_are_the_same() {
    for reader in Reader::all() {
        for (_, input, _) in cases(reader) {
            let mut said: Vec<String> = Vec::new();
            let mut voice = |clause: Clause| said.push(line(&reader.normalize(&clause.text)));
            let mut splitter = ClauseSplitter::new(reader);
            for c in input.chars() {
                splitter.push(c.encode_utf8(&mut [0; 4]), &mut voice);
            }
            splitter.finish(&mut voice);
            said.retain(|words| !words.is_empty());
            assert_eq!(said.join(" "), reader.spoken(&input), "{input:?}");
        }
    }
}

/// Each line of a text has its words; lines inside reasoning have none.
#[test]
fn lines_inside_reasoning_are_silent() {
    let lines = |text| Reader::english().spoken_lines(text);
    assert_eq!(
        lines("It is 5 pm.\n<think>\nThe user asks.\nI say 6 pm.\n</think>\nIt is 6 pm."),
        ["It is five P M.", "", "", "", "", "It is six P M."]
    );
    assert_eq!(lines("A <think>no\nno</think> B\nC"), ["A", "B", "C"]);
    assert_eq!(lines("A\n\nB"), ["A", "", "B"]);
    assert_eq!(lines("A <think>no\nno"), ["A", ""]);
}

/// Of a whole text, what comes before the end of reasoning is silent, although its beginning is
/// missing.
#[test]
fn text_before_the_end_of_reasoning_is_silent() {
    let english = Reader::english();
    assert_eq!(english.spoken("The user asks.\n</think>\n\nIt is 5 pm."), "It is five P M.");
    assert_eq!(english.spoken("So.</think>Yes."), "Yes.");
    assert_eq!(english.spoken_lines("I think.\nSo.\n</think>\nYes."), ["", "", "", "Yes."]);
    // It may be mentioned, or be the end of reasoning that is there.
    assert_eq!(english.spoken("Mind the </think> tag."), "Mind the slash think tag.");
    assert_eq!(english.spoken("So <think>no</think> it is."), "So it is.");
}

/// No sign of mathematics vanishes in any language.
#[test]
fn signs_have_words_in_every_language() {
    let signs = "∂ ∇ ∏ ∑ ∫ √ ∛ ∜ ∞ ∈ ∉ ∪ ∩ ⊂ ⊆ ⊃ ∅ ∀ ∃ ∝ ∧ ∨ ¬ ≪ ≫ ≡ ≅ ≈ ≠ ≤ ≥ ± ∓ × ÷ ∠ ⊥ ∥ ⌊ ⌈ ∴ ∵ → ← \
                 ↑ ↓ ↔ ⇒ ⇔ Ø ⌀ ¶ § © ° µ Ω & @ %";
    for reader in Reader::all() {
        for sign in signs.split_whitespace() {
            let words = reader.spoken(&format!("Zett {sign} 5"));
            let without = reader.spoken("Zett 5");
            assert!(words.len() > without.len(), "{}: {sign}: {words}", reader.code());
        }
    }
}

#[test]
fn a_language_may_have_a_country() {
    for (tag, code) in [("de", "de"), ("DE", "de"), ("en-US", "en"), ("it_IT.UTF-8", "it")] {
        assert_eq!(Reader::find(tag).map(Reader::code), Some(code), "{tag}");
    }
    assert!(Reader::find("xx").is_none() && Reader::find("").is_none());
}

/// A clause is never cut inside an item.
#[test]
fn clauses_do_not_cut_items() {
    for text in [
        "It is due on Jan. 5, and not later.",
        "We are open from Monday to Friday 10:00 – 18:00 and on Sundays.",
        "It takes about three weeks or 5 – 7 days.",
        "The U.S. Army is big.",
        "He lives at 2000 W. Olympic Blvd in the city.",
        "Meet me there at 5 p.m. Monday, please.",
        "He has lived in Tulsa, OK, for years.",
        "It returns a HashMap<K, V> or nothing.",
    ] {
        let whole = line(&normalize(text));
        assert_eq!(Reader::english().spoken(text), whole, "{text}");
    }
}

/// Whether each reader gives what the voice can speak, and nothing else.
fn check(text: &str) -> Result<(), String> {
    Reader::all().iter().try_for_each(|reader| check_with(reader, text))
}

fn check_with(reader: &Reader, text: &str) -> Result<(), String> {
    let tokens = reader.normalize(text);
    let total: usize = tokens.iter().map(|t| t.text.len()).sum();
    if total > 64 * text.len() + 64 {
        return Err(format!("{total} bytes out of {}", text.len()));
    }
    for token in &tokens {
        if text.get(token.source.clone()).is_none_or(str::is_empty) {
            return Err(format!("{token:?} of {text:?} has no source"));
        }
        let sayable = match token.kind {
            TokenKind::Word => {
                token.text.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-'))
                    && token.text.chars().any(char::is_alphabetic)
            }
            TokenKind::Letters => {
                token.text.chars().all(char::is_alphabetic) && !token.text.is_empty()
            }
            TokenKind::Mark => {
                token.text.chars().count() == 1 && ".,;:!?…—()".contains(&token.text)
            }
        };
        if !sayable {
            return Err(format!("{token:?} of {text:?}"));
        }
    }
    // The whole path to the voice.
    let mut clauses = Vec::new();
    let mut splitter = ClauseSplitter::new(reader);
    let mut plain = splitter.push(text, &mut |clause| clauses.push(clause));
    plain.push_str(&splitter.finish(&mut |clause| clauses.push(clause)));
    for clause in &clauses {
        if plain.get(clause.range.clone()) != Some(clause.text.as_str()) {
            return Err(format!("{clause:?} is not where it says in {plain:?}"));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_only_what_can_be_spoken(text in "\\PC{0,200}") {
        prop_assert_eq!(check(&text), Ok(()));
    }

    #[test]
    fn any_bytes_as_text(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(check(&String::from_utf8_lossy(&bytes)), Ok(()));
    }
}

/// So many random strings of [`PARTS`] and [`NAMES`], from a seed.
fn random_texts(count: u32, seed: u64) {
    let mut state = seed;
    let mut next = || {
        // SplitMix64
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as usize
    };
    let parts: Vec<&str> = PARTS.iter().chain(NAMES).copied().collect();
    for _ in 0..count {
        let length = next() % 16;
        let text: String = (0..length).map(|_| parts[next() % parts.len()]).collect();
        if let Err(wrong) = check(&text) {
            panic!("{wrong}");
        }
    }
}

#[test]
fn random_texts_keep_the_invariants() {
    random_texts(20_000, 1);
}

/// Takes minutes; run with `--ignored`.
#[test]
#[ignore = "a million texts"]
fn a_million_random_texts_keep_the_invariants() {
    random_texts(1_000_000, 2);
}
