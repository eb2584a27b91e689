//! `sayso bench length`: does a longer utterance mean a longer wait for its text?
//!
//! While an utterance goes on, its beginning is already transcribed, so that only the rest is left
//! at its end. For comparison, the same sound is also transcribed as a whole once it has ended.

use std::time::Instant;

use clap::Args;
use sayso::config::Turn;
use sayso::{Assistant, Result, Stop};
use sayso_core::audio::{SampleTime, Samples};
use sayso_models::Cancel;
use sayso_models::stt::SttRequest;

use super::figures::{Figures, Sheet};
use super::questions::{Choice, Question};
use super::turns::play::play;
use crate::{Host, term};

/// Lengths of the utterances, in s.
const LENGTHS_S: [u64; 4] = [3, 6, 12, 24];

/// The silence between recordings within an utterance.
const SEAM: Samples = Samples::from_ms(200);

/// No pause within the recordings is this long, so the utterance stays one, in ms.
const HANGOVER_MS: u32 = 2_500;

/// Measure the time from the end of an utterance to its text, by its length.
///
/// Joins recordings of speech to utterances of at least 3, 6, 12 and 24 s and plays them in real
/// time.
#[derive(Args)]
pub struct Length {
    #[command(flatten)]
    choice: Choice,
    /// Utterances of each length
    #[arg(long, short = 'n', visible_alias = "runs", value_name = "N", default_value_t = 5,
          value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

impl Length {
    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        let questions = self.choice.load()?;
        let config = host.settings()?;
        let turn = one_utterance(&config.turn);
        let mut assistant = host.assistant(config)?;
        assistant.set_turn(turn);
        let repeat = self.repeat as usize;
        let progress = term::Progress::new((LENGTHS_S.len() * repeat) as u64, "");
        let mut sheets = Vec::new();
        for (nth, seconds) in LENGTHS_S.into_iter().enumerate() {
            let mut as_spoken = Figures::new("end_to_text_ms");
            let mut as_whole = Figures::new("whole_to_text_ms");
            for run in 0..repeat {
                progress.at((nth * repeat + run) as u64, &format!("{seconds} s"));
                // Each utterance begins with another recording.
                let utterance = strung(&questions, run, Samples::from_ms(seconds * 1000));
                let played = play(&mut assistant, &utterance, stop)?;
                if stop.is_stopped() {
                    return Ok(());
                }
                if let (Some(begun), Some(stt)) = (played.stages.begun, played.stages.stt) {
                    as_spoken.push(begun + stt);
                    as_whole.push(whole(&mut assistant, &utterance)?);
                }
            }
            sheets.push(
                Sheet::new("length")
                    .label("speech", &format!("{seconds} s"))
                    .with(as_spoken)
                    .with(as_whole),
            );
        }
        drop(progress);
        for sheet in sheets {
            sheet.print(self.json);
        }
        Ok(())
    }
}

/// The assistant's settings, with a hangover that no pause reaches.
fn one_utterance(turn: &Turn) -> Turn {
    Turn {
        hangover_short_ms: HANGOVER_MS,
        hangover_question_ms: HANGOVER_MS,
        hangover_ms: HANGOVER_MS,
        hangover_long_ms: HANGOVER_MS,
        ..turn.clone()
    }
}

/// The speech of the recordings starting with `first`, one after the other, until it is at least
/// `length` long. Only whole recordings are used, so that it ends where a speaker ended.
fn strung(questions: &[Question], first: usize, length: Samples) -> Question {
    let length = usize::try_from(length.0).unwrap_or(usize::MAX);
    let seam = usize::try_from(SEAM.0).unwrap_or(0);
    let mut samples: Vec<f32> = Vec::new();
    let (mut room, mut at) = (0.0_f64, first);
    while samples.len() < length {
        let Some(question) = questions.get(at % questions.len().max(1)) else { break };
        at += 1;
        let end = usize::try_from(question.end.0).unwrap_or(usize::MAX);
        if !samples.is_empty() {
            samples.resize(samples.len() + seam, 0.0);
        }
        samples.extend(question.samples.iter().take(end));
        room = room.min(question.room);
    }
    let end = SampleTime(samples.len() as u64);
    let name = format!("{} s", end.as_ms() / 1000);
    Question { name, samples, end, pauses: Vec::new(), checked: true, room }
}

/// How long the whole takes if none of it was transcribed before, in ms.
fn whole(assistant: &mut Assistant, utterance: &Question) -> Result<f64> {
    let start = Instant::now();
    let stt = &mut assistant.engines().stt;
    stt.transcribe(&utterance.samples, &SttRequest::default(), &Cancel::new(), &mut |_| {})?;
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_joined_to_the_length() {
        let question = |level: f32| Question {
            name: String::new(),
            samples: vec![level; 16_000],
            end: SampleTime(12_000),
            pauses: Vec::new(),
            checked: true,
            room: -60.0,
        };
        let strung = strung(&[question(0.1), question(0.2)], 1, Samples(20_000));
        let length = 12_000 + 3_200 + 12_000;
        assert_eq!((strung.samples.len(), strung.end), (length, SampleTime(length as u64)));
        assert_eq!(strung.samples[11_999..12_001], [0.2, 0.0]);
        assert_eq!(strung.samples[12_000 + 3_200], 0.1);
    }
}
