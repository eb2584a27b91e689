//! What a language model reads before a conversation.

/// A prompt for a language model whose replies are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The system prompt.
    pub system: &'static str,
    /// Pairs of lines: what the user says, then the answer; empty lines do not count.
    pub(crate) examples: &'static str,
}

impl Prompt {
    /// Example exchanges that go with the system prompt: what the user says, and the answer.
    pub fn examples(&self) -> Vec<(&'static str, &'static str)> {
        let mut lines = self.examples.lines().map(str::trim).filter(|line| !line.is_empty());
        std::iter::from_fn(|| Some((lines.next()?, lines.next()?))).collect()
    }
}

/// What a language model reads that may also write commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallPrompt {
    /// Follows the system prompt, with `{commands}` and `{devices}`.
    pub(crate) system: &'static str,
    /// The examples, in place of those of the other prompt.
    pub(crate) examples: Prompt,
}

impl CallPrompt {
    /// The system prompt, with these sentences as examples of commands, and devices of these names.
    pub fn system(&self, standard: &str, commands: &[String], devices: &[String]) -> String {
        let devices = devices.join(", ");
        let rest = self.system.trim().replace("{commands}", &commands.join("\n"));
        format!("{}\n\n{}", standard.trim(), rest.replace("{devices}", &devices))
    }

    /// The example exchanges.
    pub fn examples(&self) -> Vec<(&'static str, &'static str)> {
        self.examples.examples()
    }
}

/// The prompts of a language.
#[derive(Debug)]
pub struct Prompts {
    /// For models of about half a billion parameters and more.
    pub standard: Prompt,
    /// For models of about a hundred million parameters.
    pub small: Prompt,
    /// For models of a billion parameters and more, which may also write commands.
    pub calls: CallPrompt,
    /// A question that any assistant may be asked, to warm a model up.
    pub first_question: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_pairs_of_lines() {
        let examples = "\n Hello. \nHi.\n\nHow are you?\nFine.\nNo answer to this";
        let prompt = Prompt { system: "", examples };
        assert_eq!(prompt.examples(), [("Hello.", "Hi."), ("How are you?", "Fine.")]);
    }
}
