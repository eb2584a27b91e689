//! The results of all questions together.

use std::collections::BTreeMap;

use sayso::config::Turn;

use super::play::{Guesses, Played, Stages};
use crate::figures::{self, Figures, Sheet};
use crate::questions::Question;

/// Counts and figures of one pipeline.
pub struct Tally {
    /// Latencies of the questions that were answered as a whole.
    pub voice_to_voice: Figures,
    stages: [Figures; 7],
    front_end_lag: Figures,
    asked: u64,
    unanswered: u64,
    cut_off: u64,
    cut_off_heard: u64,
    guesses: Guesses,
    xruns: u64,
    dropped_samples: u64,
    /// Latencies by question.
    latencies: BTreeMap<String, Vec<f64>>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            voice_to_voice: Figures::new("voice_to_voice_ms"),
            stages: [
                "end_to_work_begun_ms",
                "stt_ms",
                "first_token_ms",
                "first_clause_ms",
                "first_sound_ms",
                "end_to_sound_ready_ms",
                "end_to_released_ms",
            ]
            .map(Figures::new),
            front_end_lag: Figures::new("front_end_lag_ms"),
            asked: 0,
            unanswered: 0,
            cut_off: 0,
            cut_off_heard: 0,
            guesses: Guesses::default(),
            xruns: 0,
            dropped_samples: 0,
            latencies: BTreeMap::new(),
        }
    }
}

impl Tally {
    /// Counts one question.
    pub fn add(&mut self, question: &Question, played: Played) {
        let Stages { begun, stt, first_token, first_clause, first_sound, ready, released } =
            played.stages;
        let stages = [begun, stt, first_token, first_clause, first_sound, ready, released];
        for (figures, time) in self.stages.iter_mut().zip(stages) {
            time.into_iter().for_each(|time| figures.push(time));
        }
        played.front_end_lag_ms.into_iter().for_each(|lag| self.front_end_lag.push(lag));
        if let Some(latency) = played.voice_to_voice_ms {
            self.voice_to_voice.push(latency);
            self.latencies.entry(question.name.clone()).or_default().push(latency);
        }
        self.asked += 1;
        let silent = played.voice_to_voice_ms.is_none() && !played.cut_off_heard;
        self.unanswered += u64::from(silent);
        self.cut_off += u64::from(played.cut_off);
        self.cut_off_heard += u64::from(played.cut_off_heard);
        self.guesses.made += played.guesses.made;
        self.guesses.kept += played.guesses.kept;
        self.guesses.dropped += played.guesses.dropped;
        let (microphone, loudspeaker) = (played.losses.microphone, played.losses.loudspeaker);
        self.xruns += played.overruns + microphone.xruns + loudspeaker.xruns;
        self.dropped_samples +=
            microphone.dropped + microphone.missing + loudspeaker.dropped + loudspeaker.missing;
    }

    /// The median latency of each question that was answered, in ms.
    pub fn by_question(&self) -> impl Iterator<Item = (&str, f64)> {
        self.latencies.keys().filter_map(|name| Some((name.as_str(), self.of(name)?)))
    }

    /// The median latency of one question, in ms.
    pub fn of(&self, question: &str) -> Option<f64> {
        let mut figures = Figures::new("");
        self.latencies.get(question)?.iter().for_each(|latency| figures.push(*latency));
        figures.percentile(0.5)
    }

    /// All figures, for people and programs.
    pub fn sheet(&self, pipeline: &str, profile: &str, turn: &Turn) -> Sheet {
        let mut sheet = Sheet::new("turns")
            .label("pipeline", pipeline)
            .label("profile", profile)
            .count("hangover_ms", turn.hangover_ms.into())
            .count("questions", self.asked)
            .with(self.voice_to_voice.clone());
        for figures in &self.stages {
            sheet = sheet.with(figures.clone());
        }
        sheet = sheet
            .with(self.front_end_lag.clone())
            .count("unanswered", self.unanswered)
            .count("false_cutoffs", self.cut_off)
            .value("false_cutoff_share", self.cut_off as f64 / self.asked.max(1) as f64)
            .count("false_cutoffs_heard", self.cut_off_heard)
            .count("guesses_made", self.guesses.made)
            .count("guesses_kept", self.guesses.kept)
            .count("guesses_dropped", self.guesses.dropped)
            .count("xruns", self.xruns)
            .count("dropped_samples", self.dropped_samples)
            .count_wrong_order();
        match figures::peak_rss_mib() {
            Some(peak) => sheet.value("peak_rss_mib", peak),
            None => sheet,
        }
    }
}
