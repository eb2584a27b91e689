//! What the user has added: sentences, commands, and tools of others.

use std::path::Path;

use sayso_intents::{Folder, Grammar};
use sayso_skills::Skills;

use crate::config::Config;
use crate::programs;

/// The folder with the user's own sentences, beside the settings file.
const SENTENCES: &str = "intents";

/// What is wrong with it.
#[derive(Debug, Default)]
pub struct Faults {
    /// With sentences, commands and tools, then with the rest.
    all: Vec<String>,
    /// How many of them are about what is read again.
    first: usize,
    /// How often the first were replaced.
    version: u64,
}

impl Faults {
    /// All of them.
    pub fn all(&self) -> &[String] {
        &self.all
    }

    /// Adds some about what is not read again.
    pub fn add(&mut self, more: Vec<String>) {
        self.all.extend(more);
    }

    /// The sentences were read again: this is wrong with them.
    pub fn replace(&mut self, faults: Vec<String>) {
        let first = faults.len();
        self.all.splice(..self.first, faults);
        (self.first, self.version) = (first, self.version + 1);
    }

    /// What is wrong with the sentences, if they were read again since the version `seen`.
    pub fn news(&self, seen: &mut u64) -> Option<Vec<String>> {
        let is_new = std::mem::replace(seen, self.version) != self.version;
        is_new.then(|| self.all.iter().take(self.first).cloned().collect())
    }
}

/// Adds the user's own sentences, commands and tools. Returns the files of sentences, if there is a
/// folder for them, and what is wrong.
pub fn add(skills: &mut Skills, config: &Config) -> (Option<Folder>, Faults) {
    let folder = config.folder.join(SENTENCES);
    let has_folder = !config.folder.as_os_str().is_empty();
    let opened = has_folder.then(|| skills.own_sentences(&folder));
    let (sentences, errors) = match opened {
        Some(Ok((sentences, errors))) => (Some(sentences), errors),
        Some(Err(errors)) => (None, errors),
        None => (None, Vec::new()),
    };
    if let Some(sentences) = &sentences {
        skills.use_grammar(sentences.grammar());
    }
    let all = faults(config, &skills.grammar(), &errors);
    let programs = config.commands.iter().map(|(name, command)| command.program(name));
    skills.use_commands(programs.collect());
    skills.use_tools(config.tools.iter().map(|(name, tool)| tool.allowed(name)).collect());
    (sentences, Faults { first: all.len(), all, version: 0 })
}

/// What is wrong with the user's own sentences, commands and tools, if their files have these errors.
pub fn faults(config: &Config, grammar: &Grammar, errors: &[sayso_intents::Error]) -> Vec<String> {
    let mut faults: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let (own, others) = (grammar.own_intents(), grammar.other_intents());
    let commands = config.commands.iter().map(|(name, own)| ("commands", name, &*own.intent));
    let tools = config.tools.iter().map(|(name, tool)| ("tools", name, &*tool.intent));
    let named: Vec<_> = commands.chain(tools).collect();
    for intent in own.difference(&others) {
        if !named.iter().any(|(.., named)| named == intent) {
            faults.push(format!(
                "the sentences of the intent {intent} do nothing: no section [commands.NAME] or \
                 [tools.NAME] names it"
            ));
        }
    }
    for (section, name, intent) in named {
        if !own.contains(intent) && !others.contains(intent) {
            let folder = config.folder.join(SENTENCES);
            let folder = folder.display();
            faults.push(format!(
                "{section}.{name}: no file in {folder} has sentences of the intent {intent}"
            ));
        }
    }
    let commands = config.commands.iter().map(|(name, own)| ("commands", name, own.run.first()));
    let servers = config.mcp.iter().map(|(name, server)| ("mcp", name, server.run.first()));
    for (section, name, program) in commands.chain(servers) {
        if let Some(why) = program.and_then(|program| programs::fault(Path::new(program))) {
            faults.push(format!("{section}.{name}: {why}"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_told_once() {
        let list = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let mut faults = Faults { all: list(&["a", "b"]), first: 2, version: 0 };
        faults.add(list(&["document"]));
        let (mut one, mut other) = (0, 0);
        assert_eq!(faults.news(&mut one), None, "they were shown at the start");
        faults.replace(list(&["c"]));
        assert_eq!(faults.all(), ["c", "document"]);
        assert_eq!(faults.news(&mut one), Some(list(&["c"])));
        assert_eq!(faults.news(&mut one), None);
        faults.replace(Vec::new());
        assert_eq!(faults.news(&mut other), Some(Vec::new()));
        assert_eq!(faults.all(), ["document"]);
    }
}
