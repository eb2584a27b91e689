//! Words that no lexicon knows: a small character transformer (`oov.onnx`) gives their phonemes.
//! Its output is aligned as in CTC: repeats and blanks are removed.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use tract_onnx::prelude::*;

use super::files;
use crate::{Error, ErrorKind, Result};

/// The reader of unknown words.
pub(super) struct Oov {
    plan: Arc<TypedRunnableModel>,
    characters: HashMap<char, i64>,
    phonemes: Vec<String>,
    longest: usize,
}

#[derive(Deserialize)]
struct Alphabet {
    #[serde(rename = "in")]
    characters: Vec<char>,
    #[serde(rename = "out")]
    phonemes: Vec<String>,
    #[serde(rename = "maxlen")]
    longest: usize,
}

/// The longest word, whatever the alphabet's file says.
const LONGEST: usize = 64;

impl Oov {
    /// Reads `oov.onnx` and `oov.json` in the voice's folder.
    pub(super) fn load(dir: &Path) -> Result<Self> {
        let alphabet: Alphabet = files::json(&dir.join("oov.json"))?;
        let path = dir.join("oov.onnx");
        let bytes = files::read(&path)?;
        let plan = tract_onnx::onnx()
            .model_for_read(&mut bytes.as_slice())
            .and_then(|m| m.into_optimized())
            .and_then(|m| m.into_runnable())
            .map_err(|e| files::damaged(&path, "not the reader of unknown words").because(e))?;
        let oov = Self {
            plan,
            characters: alphabet.characters.into_iter().zip(1..).collect(),
            phonemes: alphabet.phonemes,
            longest: alphabet.longest.min(LONGEST),
        };
        // A foreign network is detected here, and not in the middle of a sentence.
        oov.read("sayso").map_err(|e| files::damaged(&path, e))?;
        Ok(oov)
    }

    /// Phonemes of a word; empty when none of its characters are known.
    pub(super) fn read(&self, word: &str) -> Result<String> {
        let ids: Vec<i64> = word
            .chars()
            .filter_map(|c| self.characters.get(&c))
            .take(self.longest)
            .copied()
            .collect();
        if ids.is_empty() {
            return Ok(String::new());
        }
        let failed =
            |e| Error::new(ErrorKind::Engine, "the reader of unknown words failed").because(e);
        let input = Tensor::from_shape(&[1, ids.len()], &ids).map_err(failed)?;
        let output = self.plan.run(tvec!(input.into())).map_err(failed)?;
        let labels = output[0].cast_to::<i64>().map_err(failed)?;
        let labels = labels.view();
        let mut phonemes = String::new();
        let mut previous = 0;
        for &label in labels.as_slice::<i64>().map_err(failed)? {
            if label != previous && label > 0 {
                phonemes.push_str(self.phonemes.get(label as usize - 1).map_or("", String::as_str));
            }
            previous = label;
        }
        Ok(phonemes)
    }
}
