//! The sound of one turn: what was made of it, and where each word is.

use std::ops::Range;

use sayso_core::turn::TurnId;
use sayso_models::tts::WordTiming;

use sayso_language::Clause;

/// A word counts as heard if all of it except this many ms was played, because the end of a word
/// carries little.
const WORD_TAIL_MS: u64 = 40;

/// A word that was cut is said again from its beginning, unless it is longer than this.
const LONGEST_WORD_MS: u64 = 800;

/// A clause whose sound has been made, or is being made.
#[derive(Debug)]
pub(super) struct Synthesized {
    pub(super) clause: Clause,
    /// Samples of the speech.
    pub(super) samples: Range<u64>,
    /// Times relative to the start of the clause.
    pub(super) words: Vec<WordTiming>,
    /// Whether its beginning was noticed.
    pub(super) announced: bool,
}

/// The sound of one turn: a reply or an announcement.
#[derive(Debug)]
pub(super) struct Speech {
    pub(super) turn: TurnId,
    pub(super) released: bool,
    pub(super) paused: bool,
    pub(super) complete: bool,
    /// All sound that was made so far: the chime, if there is one, and the clauses.
    pub(super) sound: Vec<f32>,
    /// Samples of the chime.
    chime: usize,
    /// How much of the sound was given to the loudspeaker.
    pub(super) sent: usize,
    /// How much of the voice will have been heard before the first sample of this speech, not
    /// counting what was played twice.
    pub(super) base: Option<u64>,
    pub(super) clauses: Vec<Synthesized>,
}

impl Speech {
    /// The speech of `turn`, with only the chime at its beginning, if any.
    pub(super) fn new(turn: TurnId, chime: &[f32]) -> Self {
        Self {
            turn,
            released: false,
            paused: false,
            complete: false,
            sound: chime.into(),
            chime: chime.len(),
            sent: 0,
            base: None,
            clauses: Vec::new(),
        }
    }

    /// Samples made so far.
    pub(super) fn made(&self) -> u64 {
        self.sound.len() as u64
    }

    /// Adds the next sound of the last clause. Returns whether it is the first of all.
    pub(super) fn push(&mut self, samples: &[f32]) -> bool {
        let first = self.sound.len() == self.chime && !samples.is_empty();
        self.sound.extend_from_slice(samples);
        let made = self.made();
        if let Some(voiced) = self.clauses.last_mut() {
            voiced.samples.end = made;
        }
        first
    }

    /// Sound that may be played and was not given to the loudspeaker yet.
    pub(super) fn waiting(&self) -> &[f32] {
        let waiting = self.sound.get(self.sent..).filter(|_| self.released && !self.paused);
        waiting.unwrap_or_default()
    }

    /// Samples that were played; `heard` is the count of the voice since the start.
    pub(super) fn played(&self, heard: u64) -> u64 {
        self.base.map_or(0, |base| heard.saturating_sub(base)).min(self.made())
    }

    /// Goes back to the beginning of the word that was cut, if that is near, at `rate` Hz.
    pub(super) fn back_to_the_word(&mut self, rate: u32) {
        let cut = self.sent as u64;
        let nearest = cut.saturating_sub(u64::from(rate) * LONGEST_WORD_MS / 1000);
        let words = self.clauses.iter().flat_map(|voiced| {
            voiced.words.iter().map(|word| voiced.samples.start + word.samples.start as u64)
        });
        let again = words.filter(|start| (nearest..=cut).contains(start)).max().unwrap_or(cut);
        self.sent = usize::try_from(again).unwrap_or(self.sent);
    }

    /// Bytes of the text heard after `played` samples, at `rate` Hz.
    pub(super) fn text_heard(&self, played: u64, rate: u32) -> usize {
        let tail = u64::from(rate) * WORD_TAIL_MS / 1000;
        let mut bytes = 0;
        for voiced in &self.clauses {
            if played >= voiced.samples.end && !voiced.samples.is_empty() {
                bytes = voiced.clause.range.end;
                continue;
            }
            for word in &voiced.words {
                if voiced.samples.start + word.samples.end as u64 <= played + tail {
                    bytes = voiced.clause.range.start + word.text.end;
                }
            }
            break;
        }
        bytes
    }
}
