//! `sayso bench documents`: how long a person who has asked waits for an answer from documents,
//! beside one of the language model.
//!
//! The questions are spoken by the voice, and put to the whole assistant in real time: once with the
//! documents, and once without skills, so that the model answers. Only questions that the documents
//! answer count, in both ways, so the two figures are about the same questions.

use std::path::{Path, PathBuf};

use clap::Args;
use sayso::internals::skills::SharedSkills;
use sayso::{Assistant, Config, Engines, Error, Result, Stop};
use sayso_audio_io::Resampler;
use sayso_board::CAPTURE_RATE;
use sayso_models::Cancel;

use super::figures::{Figures, Sheet};
use super::questions::Question;
use super::turns::play::play;
use crate::{Host, term};

/// The skill that answers from documents.
const SKILL: &str = "knowledge";
/// Silence around a question, in ms.
const AROUND_MS: usize = 500;

/// Measure the first sound of answers from documents, beside the language model's, in real time.
///
/// Both are asked the same questions, spoken by the voice. From the end of the speech to the first
/// audible sample of the answer.
#[derive(Args)]
pub struct DocumentsBench {
    /// Folder of documents
    #[arg(long, value_name = "DIR", default_value = "examples/kiosk/documents")]
    documents: PathBuf,
    /// File with a question in each line, before the first tab
    #[arg(long, value_name = "FILE", default_value = "examples/kiosk/questions.tsv")]
    questions: PathBuf,
    /// Use only the first N questions
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

/// Waits for an answer in one of the two ways, in ms, for each question that was answered so.
struct Way {
    assistant: Assistant,
    waits: Vec<Option<f64>>,
}

impl DocumentsBench {
    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        let mut config = host.settings()?;
        config.skills.documents.clone_from(&self.documents);
        config.forget_real_house();
        let texts = questions(&self.questions, self.limit)?;
        let (skills, _) = SharedSkills::load(&config, None)?;
        if let Some(fault) = skills.faults().first() {
            return Err(Error::input(fault));
        }
        let spoken = spoken(&config, &texts)?;
        let weights = host.weights(&config)?;
        let way = |assistant| Way { assistant, waits: Vec::new() };
        let with = Assistant::new(config.clone(), weights.session()?);
        let mut ways = [
            way(with.use_skills(skills, "bench", "")),
            way(Assistant::new(config.clone(), weights.session()?)),
        ];
        let progress = term::Progress::new((2 * spoken.len()) as u64, "warming up");
        if let Some(first) = spoken.first() {
            // It would meet cold caches.
            for way in &mut ways {
                play(&mut way.assistant, first, stop)?;
            }
        }
        for (number, question) in spoken.iter().enumerate() {
            for place in 0..ways.len() {
                // The order changes, so that neither always goes first.
                let place = (place + number) % 2;
                let Some(way) = ways.get_mut(place) else { continue };
                progress.next(&question.name);
                let played = play(&mut way.assistant, question, stop)?;
                if stop.is_stopped() {
                    return Err(Error::stopped());
                }
                let as_wanted = (played.skill == SKILL) == (place == 0);
                way.waits.push(played.voice_to_voice_ms.filter(|_| as_wanted));
            }
        }
        drop(progress);
        let profile = format!("{:?}", config.models.profile).to_lowercase();
        let [documents, model] = ways.map(|way| way.waits);
        sheet(&documents, &model, &profile).print(self.json);
        Ok(())
    }
}

/// The figures about the questions that were answered in both ways.
fn sheet(documents: &[Option<f64>], model: &[Option<f64>], profile: &str) -> Sheet {
    let mut figures =
        [Figures::new("documents_voice_to_voice_ms"), Figures::new("model_voice_to_voice_ms")];
    for waits in documents.iter().zip(model) {
        let (Some(document), Some(model)) = waits else { continue };
        for (figures, wait) in figures.iter_mut().zip([document, model]) {
            figures.push(*wait);
        }
    }
    let [documents_ms, model_ms] = figures;
    let mut sheet = Sheet::new("documents").label("profile", profile);
    sheet = sheet.count("asked", documents.len() as u64);
    for (name, share) in [("p50", 0.5), ("p95", 0.95)] {
        if let (Some(document), Some(model)) =
            (documents_ms.percentile(share), model_ms.percentile(share))
        {
            sheet = sheet.value(format!("documents_by_model_{name}_ratio"), document / model);
        }
    }
    sheet.with(documents_ms).with(model_ms)
}

/// The questions in a file.
fn questions(file: &Path, limit: usize) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(file).map_err(|error| Error::io(file.display(), error))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let questions = lines.filter_map(|line| line.split('\t').next()).map(str::to_owned);
    let questions: Vec<String> = questions.take(limit).collect();
    match questions.is_empty() {
        true => Err(Error::input(format!("{}: there are no questions in it", file.display()))),
        false => Ok(questions),
    }
}

/// The questions, spoken by the voice.
fn spoken(config: &Config, texts: &[String]) -> Result<Vec<Question>> {
    let mut tts = Engines::load_tts(config)?;
    let delivery = sayso::internals::synthesizer::delivery(config);
    let silence = vec![0.0; AROUND_MS * CAPTURE_RATE as usize / 1_000];
    let mut all = Vec::new();
    for text in texts {
        let (mut sound, mut samples) = (Vec::new(), silence.clone());
        tts.speak(text, &delivery, &Cancel::new(), &mut |block| sound.extend_from_slice(block))?;
        let mut resampler = Resampler::new(tts.sample_rate(), CAPTURE_RATE)?;
        resampler.process(&sound, &mut samples);
        resampler.finish(&mut samples);
        samples.extend_from_slice(&silence);
        let question = Question::found(text.clone(), samples);
        all.push(question.ok_or_else(|| Error::input(format!("{text:?} has no sound")))?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_both_answered_counts() {
        let sheet =
            sheet(&[Some(300.0), None, Some(500.0)], &[Some(600.0), Some(1.0), None], "small");
        let json = sheet.json();
        assert_eq!(json["documents_voice_to_voice_ms"]["n"], 1);
        assert_eq!(json["model_voice_to_voice_ms"]["max"], 600.0);
        assert_eq!(json["documents_by_model_p50_ratio"], 0.5);
        assert_eq!(json["asked"], 3);
    }

    #[test]
    fn questions_are_read_without_their_answers() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("questions.tsv");
        std::fs::write(&file, "# about\n\nWhen?\t9 am\nWhere?\t-\nHow?\n").unwrap();
        assert_eq!(questions(&file, 2).unwrap(), ["When?", "Where?"]);
        std::fs::write(&file, "# nothing\n").unwrap();
        assert!(questions(&file, 2).is_err());
    }
}
