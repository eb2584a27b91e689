//! The wake phrases that the user has chosen. They are in the [state folder](StateFolder).

use std::sync::Arc;

use sayso_frontend::WakePhrase;
use sayso_phonemes::{Acoustic, Phrase};
use serde::{Deserialize, Serialize};

use crate::engines::Chosen;
use crate::error::{Error, Result};
use crate::state::StateFolder;

/// The entry in the state folder.
const ENTRY: &str = "wake-phrases";

/// The phrase that is used if the user has not chosen any.
const DEFAULT: &str = "alexa";

/// A wake phrase that the user has chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Choice {
    /// One with a net of its own: its words.
    ReadyMade(String),
    /// Any other.
    Typed(TypedPhrase),
}

/// A typed phrase: what is known of it without a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "typed")]
pub struct TypedPhrase {
    /// Its words.
    pub text: String,
    /// How it is said, in IPA with a space between any two sounds, the likeliest first.
    pub pronunciations: Vec<String>,
    /// What the score has to exceed ([`Phrase::threshold`]).
    pub threshold: f32,
    /// In how many recordings it was said to make it surer.
    #[serde(default)]
    pub recordings: usize,
}

impl TypedPhrase {
    /// What is kept of `phrase`, which was enrolled with this many recordings.
    pub fn new(phrase: &Phrase, recordings: usize) -> Self {
        Self {
            text: phrase.text().into(),
            pronunciations: phrase.spaced_ipa().collect(),
            threshold: phrase.threshold(),
            recordings,
        }
    }

    /// The phrase.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when its sounds are damaged.
    pub fn phrase(&self) -> Result<Phrase> {
        let ipa: Vec<&str> = self.pronunciations.iter().map(String::as_str).collect();
        let phrase = Phrase::with_ipa(&self.text, &ipa).map_err(|error| {
            let message = format!(
                "the wake phrase \"{0}\" is damaged: {error}. Add it again with `sayso wake add \
                 \"{0}\"`",
                self.text
            );
            Error::input(message).with_source(error)
        })?;
        Ok(phrase.with_threshold(self.threshold))
    }
}

impl Choice {
    /// The phrase with these words, if there is a net for it.
    pub fn ready_made(text: &str) -> Option<Self> {
        let text = plain(text);
        WakePhrase::ready_made(&text).map(|_| Self::ReadyMade(text))
    }

    /// Its words.
    pub fn text(&self) -> &str {
        match self {
            Self::ReadyMade(text) => text,
            Self::Typed(typed) => &typed.text,
        }
    }

    /// Its kind, for people and programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ReadyMade(_) => "ready-made",
            Self::Typed(_) => "typed",
        }
    }
}

/// The wake phrases that are used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phrases(Vec<Choice>);

impl Phrases {
    /// Those that the user has chosen, or the default.
    ///
    /// # Errors
    /// As [`StateFolder::load`].
    pub fn load(folder: &StateFolder) -> Result<Self> {
        let default = || Self(vec![Choice::ReadyMade(DEFAULT.into())]);
        Ok(folder.load(ENTRY)?.unwrap_or_else(default))
    }

    /// Saves them.
    ///
    /// # Errors
    /// As [`StateFolder::save`].
    pub fn save(&self, folder: &StateFolder) -> Result<()> {
        folder.save(ENTRY, self)
    }

    /// All of them, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Choice> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one with these words.
    pub fn get(&self, text: &str) -> Option<&Choice> {
        let text = plain(text);
        self.iter().find(|choice| choice.text() == text)
    }

    /// Adds a phrase, or replaces the one with the same words.
    pub fn put(&mut self, choice: Choice) {
        match self.0.iter_mut().find(|known| known.text() == choice.text()) {
            Some(known) => *known = choice,
            None => self.0.push(choice),
        }
    }

    /// Removes the phrase with these words.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when it is not listened for.
    pub fn remove(&mut self, text: &str) -> Result<()> {
        let text = plain(text);
        let before = self.0.len();
        self.0.retain(|known| known.text() != text);
        if self.0.len() == before {
            return Err(Error::input(format!(
                "\"{text}\" is not one of the wake phrases: `sayso wake list` shows them"
            )));
        }
        Ok(())
    }

    /// The phrases, for the front end. The nets of typed phrases are among the files that are
    /// `chosen`; they are loaded once for all phrases, if there are such.
    ///
    /// # Errors
    /// [`Model`](crate::ErrorKind::Model) when the nets are needed and not installed;
    /// [`Input`](crate::ErrorKind::Input) when a phrase cannot be listened for.
    pub fn to_listen_for(&self, chosen: &Chosen<'_>) -> Result<Vec<WakePhrase>> {
        let mut net: Option<Arc<Acoustic>> = None;
        let mut phrases = Vec::new();
        for choice in self.iter() {
            phrases.push(match choice {
                Choice::ReadyMade(text) => WakePhrase::ready_made(text).ok_or_else(|| {
                    Error::input(format!(
                        "\"{text}\" is not a ready-made wake phrase: add it again with `sayso wake \
                         add`"
                    ))
                })?,
                Choice::Typed(typed) => {
                    let net = match &mut net {
                        Some(net) => net,
                        none => none.insert(Arc::new(Acoustic::load(chosen.wake()?)?)),
                    };
                    WakePhrase::typed(typed.phrase()?, Arc::clone(net))
                }
            });
        }
        Ok(phrases)
    }
}

impl FromIterator<Choice> for Phrases {
    fn from_iter<I: IntoIterator<Item = Choice>>(choices: I) -> Self {
        let mut phrases = Self::default();
        choices.into_iter().for_each(|choice| phrases.put(choice));
        phrases
    }
}

/// The words of a phrase: small letters, digits and single spaces.
pub fn plain(text: &str) -> String {
    let text: String =
        text.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(phrases: &Phrases) -> Vec<&str> {
        phrases.iter().map(Choice::text).collect()
    }

    fn typed() -> TypedPhrase {
        // Sounds that would be others without the spaces, and a threshold that is no short decimal.
        let phrase = Phrase::with_ipa("nut shell", &["n ʌ t ʃ ɛ l", "n ə t ʃ ɛ l"]).unwrap();
        TypedPhrase::new(&phrase.with_threshold(-1.0 / 3.0), 3)
    }

    #[test]
    fn phrases_are_chosen_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let folder = StateFolder::new(dir.path());
        let mut phrases = Phrases::load(&folder).unwrap();
        assert_eq!(texts(&phrases), ["alexa"]);
        phrases.put(Choice::ready_made("Hey, Jarvis!").unwrap());
        phrases.put(Choice::ready_made("hey jarvis").unwrap());
        assert_eq!(texts(&phrases), ["alexa", "hey jarvis"]);
        assert!(phrases.get("HEY JARVIS").is_some());
        phrases.remove("Alexa").unwrap();
        let error = phrases.remove("alexa").unwrap_err();
        assert!(error.to_string().contains("sayso wake list"), "{error}");
        assert_eq!(Choice::ready_made("xyzzy"), None);
        phrases.save(&folder).unwrap();
        assert_eq!(Phrases::load(&folder).unwrap(), phrases);
        let config = crate::Config::default();
        let heard = phrases.to_listen_for(&Chosen::new(&config)).unwrap();
        assert_eq!(heard.iter().map(WakePhrase::text).collect::<Vec<_>>(), ["hey jarvis"]);
        assert!(!heard[0].needs_vad());
    }

    #[test]
    fn a_typed_phrase_survives_as_it_was_enrolled() {
        let dir = tempfile::tempdir().unwrap();
        let folder = StateFolder::new(dir.path());
        let choices = [Choice::ReadyMade("alexa".into()), Choice::Typed(typed())];
        choices.into_iter().collect::<Phrases>().save(&folder).unwrap();
        let read = Phrases::load(&folder).unwrap();
        assert_eq!(texts(&read), ["alexa", "nut shell"]);
        let Some(Choice::Typed(kept)) = read.get("Nut-shell") else { panic!("{read:?}") };
        assert_eq!(*kept, typed());
        let phrase = kept.phrase().unwrap();
        assert_eq!(phrase.threshold(), -1.0 / 3.0);
        let sounds: Vec<String> = phrase.spaced_ipa().collect();
        assert_eq!(sounds, kept.pronunciations);
    }

    #[test]
    fn an_entry_of_words_alone_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let entry = dir.path().join("wake-phrases.json");
        std::fs::write(&entry, r#"["okay nabu", "alexa"]"#).unwrap();
        let phrases = Phrases::load(&StateFolder::new(dir.path())).unwrap();
        assert_eq!(texts(&phrases), ["okay nabu", "alexa"]);
        assert!(phrases.iter().all(|choice| choice.kind() == "ready-made"));
    }

    #[test]
    fn a_damaged_phrase_says_what_to_do() {
        let damaged = TypedPhrase { pronunciations: vec!["n ʌ 7".into()], ..typed() };
        let error = damaged.phrase().unwrap_err().to_string();
        assert!(error.contains("nut shell") && error.contains("sayso wake add"), "{error}");
        let none = TypedPhrase { pronunciations: Vec::new(), ..typed() };
        assert!(none.phrase().is_err());
    }

    #[test]
    fn without_the_nets_a_typed_phrase_is_refused_and_others_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = crate::Config::default();
        config.models.dir = dir.path().into();
        let chosen = Chosen::new(&config);
        let mut phrases: Phrases = [Choice::ReadyMade("alexa".into())].into_iter().collect();
        assert!(phrases.to_listen_for(&chosen).is_ok());
        phrases.put(Choice::Typed(typed()));
        let error = phrases.to_listen_for(&chosen).map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Model);
        assert!(error.to_string().contains("sayso models fetch hama"), "{error}");
    }
}
