//! The passages that have most in common with a question, by BM25.

use bm25::{Embedder, EmbedderBuilder, Scorer, Tokenizer};

/// Terms with a mark between them.
#[derive(Default)]
struct Marked;

/// The mark. No term has one.
const MARK: char = ' ';

impl Tokenizer for Marked {
    fn tokenize(&self, terms: &str) -> Vec<String> {
        terms.split(MARK).map(str::to_owned).collect()
    }
}

/// The terms of all passages.
pub struct Search {
    embedder: Embedder<u32, Marked>,
    scorer: Scorer<u32>,
}

impl Search {
    /// These are the terms of each passage.
    pub fn new<'a, T: Iterator<Item = &'a String>>(passages: impl Iterator<Item = T>) -> Self {
        let (mut count, mut length) = (0_u32, 0_usize);
        let joined = passages.map(|terms| {
            let terms: Vec<&str> = terms.map(String::as_str).collect();
            count += 1;
            length += terms.len();
            terms.join(&MARK.to_string())
        });
        let joined: Vec<String> = joined.collect();
        #[allow(clippy::cast_precision_loss)] // It is a mean.
        let mean = length as f32 / count.max(1) as f32;
        let embedder = EmbedderBuilder::<u32, Marked>::with_avgdl(mean.max(1.0)).build();
        let mut scorer = Scorer::new();
        for (n, terms) in (0..).zip(&joined) {
            scorer.upsert(&n, embedder.embed(terms));
        }
        Self { embedder, scorer }
    }

    /// The places of the best passages, the best first, at most so many.
    pub fn best<'a>(&self, terms: impl Iterator<Item = &'a str>, most: usize) -> Vec<usize> {
        let terms: Vec<&str> = terms.collect();
        let mut found = self.scorer.matches(&self.embedder.embed(&terms.join(&MARK.to_string())));
        // Equal ones stay in the order of the documents.
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        found.into_iter().take(most).map(|found| found.id as usize).collect()
    }
}
