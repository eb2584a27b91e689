//! The wake phrases that the user has chosen. They are in the [state folder](StateFolder).

use sayso_frontend::WakePhrase;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::state::StateFolder;

/// The entry in the state folder.
const ENTRY: &str = "wake-phrases";

/// The phrase that is used if the user has not chosen any.
const DEFAULT: &str = "alexa";

/// The wake phrases that are used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phrases(Vec<String>);

impl Phrases {
    /// Those that the user has chosen, or the default.
    ///
    /// # Errors
    /// As [`StateFolder::load`].
    pub fn load(folder: &StateFolder) -> Result<Self> {
        Ok(folder.load(ENTRY)?.unwrap_or_else(|| Self(vec![DEFAULT.into()])))
    }

    /// Those with these words.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when one cannot be listened for.
    pub fn of(texts: &[String]) -> Result<Self> {
        let mut phrases = Self(Vec::new());
        for text in texts {
            phrases.add(text)?;
        }
        Ok(phrases)
    }

    /// Saves them.
    ///
    /// # Errors
    /// As [`StateFolder::save`].
    pub fn save(&self, folder: &StateFolder) -> Result<()> {
        folder.save(ENTRY, self)
    }

    /// Their words.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Adds the phrase with these words. Returns whether it is new.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when it cannot be listened for.
    pub fn add(&mut self, text: &str) -> Result<bool> {
        let phrase = phrase(&plain(text))?;
        let new = !self.texts().any(|known| known == phrase.text());
        if new {
            self.0.push(phrase.text().into());
        }
        Ok(new)
    }

    /// Removes the phrase with these words.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when it is not listened for.
    pub fn remove(&mut self, text: &str) -> Result<()> {
        let text = plain(text);
        let before = self.0.len();
        self.0.retain(|known| *known != text);
        if self.0.len() == before {
            return Err(Error::input(format!(
                "\"{text}\" is not one of the wake phrases: `sayso wake list` shows them"
            )));
        }
        Ok(())
    }

    /// The phrases, for the front end.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when one cannot be listened for.
    pub fn to_listen_for(&self) -> Result<Vec<WakePhrase>> {
        self.texts().map(phrase).collect()
    }
}

/// Small letters, digits and single spaces.
fn plain(text: &str) -> String {
    let text: String =
        text.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The phrase with these words.
fn phrase(text: &str) -> Result<WakePhrase> {
    WakePhrase::ready_made(text).ok_or_else(|| {
        let known: Vec<&str> = WakePhrase::all_ready_made().collect();
        Error::input(format!(
            "\"{text}\": this phrase cannot be recognised. These can: {}",
            known.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_chosen_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let folder = StateFolder::new(dir.path());
        let mut phrases = Phrases::load(&folder).unwrap();
        assert_eq!(phrases.texts().collect::<Vec<_>>(), ["alexa"]);
        assert!(phrases.add("Hey, Jarvis!").unwrap());
        assert!(!phrases.add("hey jarvis").unwrap());
        phrases.remove("Alexa").unwrap();
        let error = phrases.remove("alexa").unwrap_err();
        assert!(error.to_string().contains("sayso wake list"), "{error}");
        let error = phrases.add("xyzzy").unwrap_err();
        assert!(error.to_string().contains("okay nabu"), "{error}");
        phrases.save(&folder).unwrap();
        assert_eq!(Phrases::load(&folder).unwrap(), phrases);
        let heard = phrases.to_listen_for().unwrap();
        assert_eq!(heard.iter().map(WakePhrase::text).collect::<Vec<_>>(), ["hey jarvis"]);
    }
}
