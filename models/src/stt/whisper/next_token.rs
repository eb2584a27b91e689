//! What may come after the tokens so far.

/// The logarithms of the probabilities of the next token.
pub(super) struct Next<'a> {
    /// Of tokens of text.
    pub text: &'a [f32],
    /// Of the end.
    pub end: f32,
    /// What is added to a logit.
    pub shift: f32,
}

impl Next<'_> {
    /// The tokens of text, the likeliest first.
    pub fn likeliest(&self, count: usize, behind: f32) -> Vec<(i32, f32)> {
        let best = self.text.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut all: Vec<(i32, f32)> = (0..)
            .zip(self.text)
            .filter(|(_, logit)| **logit >= best - behind)
            .map(|(token, logit)| (token, logit + self.shift))
            .collect();
        all.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(count);
        all
    }
}
