//! How certain a model is of an answer: by the probabilities of the words that carry it. Pure.
//!
//! The content of an answer is the words of its first sentence that are neither in the question nor
//! mere grammar: "The capital of Peru is *Lima*." Logistic regression on their probabilities says
//! how likely the answer is right (`tests/data/language-model/doubt.py` fits it).

use sayso_language::Language;

/// After so many tokens nothing more is waited for.
const LONGEST: usize = 28;

/// What the probabilities of a model's answers mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubt {
    /// The constant of the regression.
    pub constant: f32,
    /// The weights of: the mean log-probability of the content, the least one, and the entropy (in
    /// nats, of the eight likeliest tokens) where the content begins.
    pub weights: [f32; 3],
    /// An answer that is less likely right than this is doubtful.
    pub least: f32,
}

/// How likely a token was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Likelihood {
    /// Its log-probability.
    pub(super) logprob: f32,
    /// The entropy of the eight likeliest tokens, in nats.
    pub(super) entropy: f32,
}

/// Listens to an answer while it is written.
pub(super) struct Certainty<'a> {
    doubt: &'a Doubt,
    language: &'a Language,
    asked: Vec<String>,
    tokens: Vec<(String, Likelihood)>,
}

impl<'a> Certainty<'a> {
    /// For the answer to `asked`.
    pub(super) fn new(doubt: &'a Doubt, language: &'a Language, asked: &str) -> Self {
        Self { doubt, language, asked: words(asked).collect(), tokens: Vec::new() }
    }

    /// Adds a token, which reads `piece`.
    pub(super) fn add(&mut self, piece: &str, likelihood: Likelihood) {
        self.tokens.push((piece.to_owned(), likelihood));
    }

    /// Whether the first sentence is written.
    pub(super) fn is_complete(&self) -> bool {
        let last: String = self.words().last().into_iter().flatten().map(|(p, _)| &**p).collect();
        let last = last.trim_start().trim_end_matches(['"', '”', ')', ' ']);
        // "J.R.R." is no end.
        let initials = last.split('.').all(|part| part.chars().count() <= 1);
        self.tokens.len() >= LONGEST || (!initials && last.ends_with(['.', '!', '?', '\n']))
    }

    /// How likely it is right, 0 to 1. `None` if there is no content.
    pub(super) fn right(&self) -> Option<f32> {
        let features = self.features()?;
        let weighed = features.iter().zip(self.doubt.weights).map(|(f, w)| f * w).sum::<f32>();
        Some(1.0 / (1.0 + (-(self.doubt.constant + weighed)).exp()))
    }

    /// Whether that is so little that the doubt must be said.
    pub(super) fn is_doubtful(&self) -> bool {
        self.right().is_some_and(|right| right < self.doubt.least)
    }

    fn features(&self) -> Option<[f32; 3]> {
        let mut content: Vec<Likelihood> = Vec::new();
        for word in self.words() {
            let text: String = word.iter().map(|(piece, _)| piece.as_str()).collect();
            let mut parts = words(&text).peekable();
            if parts.peek().is_some()
                && parts.any(|part| !self.asked.contains(&part) && !self.language.is_grammar(&part))
            {
                // Marks at its end say nothing of what it means.
                let letters =
                    |(piece, _): &&(String, Likelihood)| piece.contains(char::is_alphanumeric);
                content.extend(word.iter().filter(letters).map(|(_, likelihood)| *likelihood));
            }
        }
        let first = content.first()?.entropy;
        let mean = content.iter().map(|l| l.logprob).sum::<f32>() / content.len() as f32;
        let least = content.iter().map(|l| l.logprob).fold(0.0, f32::min);
        Some([mean, least, first])
    }

    /// The tokens of each word.
    fn words(&self) -> impl Iterator<Item = &[(String, Likelihood)]> {
        self.tokens.chunk_by(|_, (next, _)| !next.starts_with(char::is_whitespace))
    }
}

/// The words of a text, in lower case, without marks.
fn words(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    parts.filter(|part| !part.is_empty()).map(|part| part.to_lowercase().replace('’', "'"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const DOUBT: Doubt = Doubt { constant: 2.0, weights: [1.0, 0.5, -1.0], least: 0.5 };

    /// An answer in tokens, with the log-probability of each.
    fn answer(tokens: &[(&str, f32)]) -> (Option<[f32; 3]>, bool, bool) {
        let language = Language::english();
        let mut certainty = Certainty::new(&DOUBT, language, "What is the capital of Peru?");
        for (piece, logprob) in tokens {
            assert!(!certainty.is_complete());
            certainty.add(piece, Likelihood { logprob: *logprob, entropy: -logprob });
        }
        (certainty.features(), certainty.is_doubtful(), certainty.is_complete())
    }

    #[test]
    fn only_the_content_counts() {
        let sure = [
            ("The", -3.0),
            (" capital", -2.0),
            (" of", -0.1),
            (" Peru", -3.0),
            (" is", -2.0),
            (" L", -0.1),
            ("ima", -0.3),
            (".", -4.0),
        ];
        let (features, doubtful, complete) = answer(&sure);
        let [mean, least, entropy] = features.unwrap();
        assert!((mean + 0.2).abs() < 1e-6 && (least + 0.3).abs() < 1e-6);
        assert!((entropy - 0.1).abs() < 1e-6);
        assert!(!doubtful && complete);
    }

    #[test]
    fn initials_do_not_end_a_sentence() {
        let (_, _, complete) =
            answer(&[("It", -0.1), (" is", -0.1), (" J", -0.1), (".R", -0.1), (".", -0.1)]);
        assert!(!complete);
    }

    #[test]
    fn an_unlikely_answer_is_doubtful() {
        let unsure = [("It", -0.1), (" is", -0.1), (" C", -2.5), ("usco", -0.3)];
        let (_, doubtful, complete) = answer(&unsure);
        assert!(doubtful && !complete);
    }

    #[test]
    fn an_answer_without_content_is_not_judged() {
        assert_eq!(answer(&[("It", -5.0), (" is", -5.0), (" the", -5.0), (".", -5.0)]).0, None);
    }
}
