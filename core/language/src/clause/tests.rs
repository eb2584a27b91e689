use super::*;
use proptest::prelude::*;

fn split(pieces: &[&str]) -> Vec<Clause> {
    let mut splitter = ClauseSplitter::new(Reader::english());
    let mut clauses = Vec::new();
    for piece in pieces {
        splitter.push(piece, &mut |clause| clauses.push(clause));
    }
    splitter.finish(&mut |clause| clauses.push(clause));
    clauses
}

fn texts(reply: &str) -> Vec<String> {
    split(&[reply]).into_iter().map(|clause| clause.text).collect()
}

#[test]
fn the_first_clause_comes_early() {
    assert_eq!(
        texts("Well then, the Brooklyn Bridge was opened in 1883, and it is still in use."),
        ["Well then,", "the Brooklyn Bridge was opened in 1883,", "and it is still in use."]
    );
    assert_eq!(texts("Sure, I'll do it."), ["Sure, I'll do it."]);
}

#[test]
fn a_long_first_clause_is_cut_before_the_next_phrase() {
    assert_eq!(
        texts("They built the Brooklyn Bridge because the ferries were full and slow."),
        ["They built the Brooklyn Bridge", "because the ferries were full and slow."]
    );
    // Not after a few words, and only once.
    assert_eq!(texts("Salt and pepper, and more."), ["Salt and pepper,", "and more."]);
}

#[test]
fn a_long_subject_is_spoken_before_its_verb_is_written() {
    assert_eq!(
        texts("The capital of France is Paris, and it is old."),
        ["The capital of France", "is Paris, and it is old."]
    );
    assert_eq!(texts("The lamp is on."), ["The lamp is on."]);
    assert_eq!(texts("I think that it is late."), ["I think that it is late."]);
    assert_eq!(texts("Can you tell me what is wrong?"), ["Can you tell me what is wrong?"]);
}

#[test]
fn a_full_stop_of_an_abbreviation_ends_no_clause() {
    assert_eq!(
        texts("Dr. Smith paid 3.50 dollars to J. Doe. Fine!"),
        ["Dr. Smith paid 3.50 dollars to J. Doe.", "Fine!"]
    );
    assert_eq!(texts("Say \"yes.\" Then go."), ["Say \"yes.\"", "Then go."]);
}

#[test]
fn the_next_words_decide_what_a_full_stop_means() {
    assert_eq!(texts("It is due on Jan. 5. Pay it."), ["It is due on Jan. 5.", "Pay it."]);
    assert_eq!(
        texts("He lives in the U.S. He likes it."),
        ["He lives in the U.S.", "He likes it."]
    );
    assert_eq!(texts("The U.S. Army is big."), ["The U.S. Army", "is big."]);
    assert_eq!(
        texts("I live on Elm St. It is a long street."),
        ["I live on Elm St.", "It is a long street."]
    );
    assert_eq!(
        texts("We are open today 10:00 – 18:00, and tomorrow too."),
        ["We are open today 10:00 – 18:00,", "and tomorrow too."]
    );
}

/// The text that must be known before the first clause is passed on.
#[test]
fn a_clause_waits_for_one_character_of_ordinary_text() {
    for (text, known) in [
        ("Well then, the bridge was opened.", "Well then, t"),
        ("It is late. Go home.", "It is late. G"),
        ("The capital of France is Paris.", "The capital of France is P"),
        // A possible abbreviation needs the next word.
        ("It snowed in Jan. The roads were closed.", "It snowed in Jan. The r"),
    ] {
        let mut splitter = ClauseSplitter::new(Reader::english());
        let mut first = None;
        for (at, c) in text.char_indices() {
            splitter.push(c.encode_utf8(&mut [0; 4]), &mut |_| {
                first.get_or_insert(&text[..at + c.len_utf8()]);
            });
        }
        assert_eq!(first, Some(known), "{text}");
    }
}

#[test]
fn endless_text_is_cut() {
    let words = "word ".repeat(100);
    assert!(texts(&words).iter().all(|c| c.split_whitespace().count() <= MOST_WORDS + 1));
    let solid = "a".repeat(5000);
    assert!(texts(&solid).iter().all(|c| c.len() <= 2 * MOST_BYTES + 1));
}

#[test]
fn nothing_to_say_gives_nothing() {
    assert!(texts(" … \n -- ").is_empty());
    assert!(texts("").is_empty());
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same(text in "[a-zA-Z ,.!?\"'é0-9\n-]{0,200}", cuts in prop::collection::vec(0usize..200, 0..20)) {
        let mut cuts: Vec<usize> =
            cuts.into_iter().filter(|&cut| text.is_char_boundary(cut)).collect();
        cuts.extend([0, text.len()]);
        cuts.retain(|&cut| cut <= text.len());
        cuts.sort_unstable();
        let pieces: Vec<&str> = cuts.windows(2).map(|w| &text[w[0]..w[1]]).collect();
        prop_assert_eq!(split(&pieces), split(&[&text]));
    }

    #[test]
    fn clauses_lie_where_they_say_and_nothing_spoken_is_lost(text in "\\PC{0,300}") {
        let clauses = split(&[&text]);
        let text = Plain::filter(&text);
        let mut end = 0;
        for clause in &clauses {
            prop_assert_eq!(&text[clause.range.clone()], clause.text.as_str());
            prop_assert!(clause.range.start >= end);
            prop_assert!(!text[end..clause.range.start].chars().any(char::is_alphanumeric));
            end = clause.range.end;
        }
        prop_assert!(!text[end..].chars().any(char::is_alphanumeric));
    }
}
