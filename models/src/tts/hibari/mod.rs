//! Hibari: a small English voice (24 kHz, female, American) distilled from
//! Kokoro-82M.
//!
//! Text is [normalised](sayso_language::Reader::normalize), turned into phonemes by the voice's own
//! lexicons, spoken by a convolutional network on tract's matrix kernels and turned into sound by a
//! vocoder, block by block.

mod edges;
mod encoder;
mod files;
mod layers;
mod lexicon;
mod net;
mod oov;
mod phonemes;
mod stress;
mod table;
mod tagger;
mod vocoder;
mod voice;

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use sayso_language::Language;

use super::{Delivery, Spoken, Tts, WordTiming};
use crate::{Cancel, Error, ErrorKind, Result};
use lexicon::Lexicon;
use net::Net;
use oov::Oov;
use phonemes::{Phonemizer, Said};
use tagger::Tagger;
use voice::Voice;

/// The longest clause in bytes: a few minutes of speech.
const LONGEST_CLAUSE: usize = 10_000;
/// Phonemes that the network sees at once. Longer clauses are cut at pauses, or else between
/// words, because it was trained on single sentences.
const MOST_PHONEMES: usize = 200;

/// The Hibari voice, loaded once, for any number of sessions. Clones share it.
///
/// Reads a folder with `hibari.onnx`, `vocab.json`, `oov.onnx`, `oov.json`,
/// `lexicon_us_gold.json.gz`, `lexicon_us_silver.json.gz` and `tagger.json.gz`, as in the package
/// hibari-tts 0.2.1 (Apache-2.0).
#[derive(Clone)]
pub struct HibariWeights {
    reader: Arc<Reader>,
    net: Arc<Net>,
}

/// Turns text into the numbers of phonemes.
struct Reader {
    language: &'static Language,
    phonemizer: Phonemizer,
    symbols: HashMap<char, usize>,
}

impl HibariWeights {
    /// Loads the voice from its folder, to read texts in `language` aloud.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing) or [`Damaged`](ErrorKind::Damaged), naming the
    /// file; [`Engine`](ErrorKind::Engine) when the CPU cannot run the network.
    pub fn load(dir: &Path, language: &'static Language) -> Result<Self> {
        let vocab = dir.join("vocab.json");
        let symbols: HashMap<char, usize> = files::json(&vocab)?;
        if symbols.values().any(|&id| id >= encoder::SYMBOLS) || !symbols.contains_key(&' ') {
            return Err(files::damaged(&vocab, "not the phonemes of this voice"));
        }
        // The parts are independent and take about equally long.
        let (net, oov, tables) = std::thread::scope(|scope| {
            let net = scope.spawn(|| voice::load(&dir.join("hibari.onnx")));
            let oov = scope.spawn(|| Oov::load(dir));
            let tables = Lexicon::load(dir).and_then(|lexicon| Ok((lexicon, Tagger::load(dir)?)));
            (joined(net), joined(oov), tables)
        });
        let (lexicon, tagger) = tables?;
        let phonemizer = Phonemizer::new(lexicon, tagger, oov?);
        let reader = Reader { language, phonemizer, symbols };
        Ok(Self { reader: Arc::new(reader), net: Arc::new(net?) })
    }

    /// A voice for one user.
    pub fn session(&self) -> Hibari {
        Hibari { reader: self.reader.clone(), voice: Voice::new(self.net.clone()) }
    }
}

impl Reader {
    /// What is to be spoken, token by token.
    fn read(&self, text: &str) -> Result<Vec<Said>> {
        self.phonemizer.read(&self.language.reader().normalize(text))
    }

    /// Numbers of the phonemes, and which of them belong to which token.
    fn ids(&self, said: &[Said]) -> (Vec<usize>, Vec<Range<usize>>) {
        let mut ids = Vec::new();
        let spans = said
            .iter()
            .map(|s| {
                ids.extend(s.spaced.then(|| self.symbols[&' ']));
                let start = ids.len();
                ids.extend(s.phonemes.chars().filter_map(|c| self.symbols.get(&c)));
                start..ids.len()
            })
            .collect();
        (ids, spans)
    }
}

/// The Hibari voice. The same clause gives the same samples, whatever was spoken before.
pub struct Hibari {
    reader: Arc<Reader>,
    voice: Voice,
}

impl Hibari {
    /// A voice with weights of its own; see [`HibariWeights`] for several.
    ///
    /// # Errors
    /// As [`HibariWeights::load`].
    pub fn load(dir: &Path, language: &'static Language) -> Result<Self> {
        Ok(HibariWeights::load(dir, language)?.session())
    }

    /// The phonemes of a text, in the voice's alphabet (misaki's).
    ///
    /// # Errors
    /// [`Engine`](ErrorKind::Engine) when inference fails.
    pub fn phonemes(&mut self, text: &str) -> Result<String> {
        Ok(phonemes::joined(&self.reader.read(text)?))
    }
}

/// The result of a thread. A panic in it, which would be a bug in a library, becomes an error.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Damaged, format!("loading the voice failed; {}", files::REMEDY)))
    })
}

impl Tts for Hibari {
    fn sample_rate(&self) -> u32 {
        vocoder::RATE
    }

    fn speak(
        &mut self,
        clause: &str,
        delivery: &Delivery,
        cancel: &Cancel,
        on_sound: &mut dyn FnMut(&[f32]),
    ) -> Result<Spoken> {
        cancel.check()?;
        if clause.len() > LONGEST_CLAUSE {
            return Err(Error::new(
                ErrorKind::Input,
                format!(
                    "a clause of {} bytes is too long to be spoken; at most {LONGEST_CLAUSE}",
                    clause.len()
                ),
            ));
        }
        if !(delivery.speed.is_finite() && delivery.volume.is_finite()) {
            return Err(Error::new(ErrorKind::Input, "speed and volume must be numbers"));
        }
        let delivery = Delivery {
            speed: delivery.speed.clamp(0.5, 2.0),
            volume: delivery.volume.clamp(0.0, 2.0),
        };
        let said = self.reader.read(clause)?;
        let mut spoken = Spoken::default();
        for part in parts(&said) {
            let part = &said[part];
            if part.iter().all(|s| s.mark || s.phonemes.is_empty()) {
                continue;
            }
            let (ids, spans) = self.reader.ids(part);
            let pad = pause_after(part);
            let sung = self.voice.say(&ids, &delivery, pad, cancel, on_sound)?;
            for (said, span) in
                part.iter().zip(spans).filter(|(s, span)| !s.mark && !span.is_empty())
            {
                // The voice is earlier than its predicted durations: a word begins within the
                // space before it.
                let first = span.start - usize::from(said.spaced && span.start > 0);
                let samples = spoken.samples + sung.phonemes[first].start
                    ..spoken.samples + sung.phonemes[span.end - 1].end;
                add(&mut spoken.words, words_around(clause, &said.source), samples);
            }
            spoken.samples += sung.samples;
        }
        Ok(spoken)
    }

    fn wipe(&mut self) -> Result<()> {
        self.voice.wipe();
        Ok(())
    }
}

/// Samples of silence to leave after this: 250 ms after a sentence, 120 ms after a shorter pause,
/// 40 ms if the clause just ends.
fn pause_after(said: &[Said]) -> usize {
    let milliseconds = match said.last().filter(|s| s.mark).map(|s| s.phonemes.as_str()) {
        Some("." | "!" | "?" | "…") => 250,
        Some(_) => 120,
        None => 40,
    };
    vocoder::RATE as usize * milliseconds / 1000
}

/// Cuts the tokens into parts of at most [`MOST_PHONEMES`].
fn parts(said: &[Said]) -> Vec<Range<usize>> {
    let len = |s: &Said| s.phonemes.chars().count() + usize::from(s.spaced);
    let mut parts = Vec::new();
    let mut start = 0;
    while start < said.len() {
        let mut total = 0;
        let end = start
            + said[start..]
                .iter()
                .take_while(|s| {
                    total += len(s);
                    total <= MOST_PHONEMES
                })
                .count()
                .max(1);
        let cut = if end == said.len() {
            end
        } else {
            // After the last pause, unless the part would become too short.
            (start + 1..=end)
                .rev()
                .find(|&i| said[i - 1].mark)
                .filter(|&i| said[start..i].iter().map(len).sum::<usize>() > MOST_PHONEMES / 4)
                .unwrap_or(end)
        };
        parts.push(start..cut);
        start = cut;
    }
    parts
}

/// The whole words of `text` that `source` touches, without the space around them.
fn words_around(text: &str, source: &Range<usize>) -> Range<usize> {
    let start = text[..source.start]
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text[source.end..].find(char::is_whitespace).map_or(text.len(), |at| source.end + at);
    start..end
}

/// Adds a word. It becomes one with those before it that it overlaps: words may be spoken in another
/// order than they are written ("<¢ 5").
fn add(words: &mut Vec<WordTiming>, text: Range<usize>, samples: Range<usize>) {
    let mut word = WordTiming { text, samples };
    while let Some(last) = words.pop_if(|last| last.text.end > word.text.start) {
        word.text = last.text.start.min(word.text.start)..last.text.end.max(word.text.end);
        word.samples = last.samples.start..last.samples.end.max(word.samples.end);
    }
    words.push(word);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "<¢ 0": "less than", "zero", "cents".
    #[test]
    fn words_in_another_order_become_one() {
        let mut words = Vec::new();
        for (text, samples) in [(0..3, 0..10), (4..5, 10..20), (0..3, 20..30), (6..9, 30..40)] {
            add(&mut words, text, samples);
        }
        let found: Vec<_> = words.into_iter().map(|word| (word.text, word.samples)).collect();
        assert_eq!(found, [(0..5, 0..30), (6..9, 30..40)]);
    }
}
