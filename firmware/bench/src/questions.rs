//! The recorded questions with which turns are measured, and where their speech ends.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use sayso::{Error, Result};
use sayso_core::audio::{SampleTime, Samples};

use super::data::{Data, LIST};
use super::further::further;
use super::label::label;
use super::room;

/// Longer recordings are refused: nobody asks for longer.
const LONGEST: Duration = Duration::from_secs(60);

/// Which recordings to use.
#[derive(Args, Clone, Default)]
pub struct Choice {
    /// A recorded question; its end is found by the rule of `sayso bench label`, not checked by
    /// hand
    #[arg(long, value_name = "FILE")]
    question: Vec<PathBuf>,
    /// Folder of recordings, with or without a list of labels (turns.tsv); may be repeated
    /// [default: tests/data of the checkout that contains the working folder or the program, and
    /// the folder in SAYSO_TEST_DATA]
    #[arg(long, value_name = "DIR", conflicts_with = "question")]
    data: Vec<PathBuf>,
    /// Use only the first N; the list is ordered so that its first N are always a mix
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
}

/// One recorded question.
#[derive(Clone, Debug)]
pub struct Question {
    /// The file as the list names it.
    pub name: String,
    /// 16 kHz mono.
    pub samples: Vec<f32>,
    /// The end of the speech.
    pub end: SampleTime,
    /// Pauses within the speech.
    pub pauses: Vec<Range<SampleTime>>,
    /// Whether the labels were checked by hand, and not only found by the rule.
    pub checked: bool,
    /// The level of the room, in dBFS.
    pub room: f64,
}

impl Choice {
    /// The first `few` questions of the default folders.
    pub fn first(few: u32) -> Self {
        Self { limit: Some(few), ..Self::default() }
    }

    /// Uses these folders instead of the default ones, if there are any.
    pub fn of(self, data: &[PathBuf]) -> Self {
        Self { data: data.to_vec(), ..self }
    }

    /// The folders in which other recordings are looked for.
    pub fn data(&self) -> Data {
        Data::new(&self.data)
    }

    /// Reads the recordings.
    ///
    /// # Errors
    /// If there are none, a file or a list cannot be read, or a folder contains no recording of
    /// speech.
    pub fn load(&self) -> Result<Vec<Question>> {
        let mut questions = Vec::new();
        for file in &self.question {
            questions.push(
                unlabelled(file)?
                    .ok_or_else(|| Error::input(format!("{}: no speech in it", file.display())))?,
            );
        }
        for folder in &self.data {
            questions.extend(self.folder(folder)?);
        }
        if questions.is_empty() {
            questions = self.folder(self.data().folder(&[LIST])?)?;
            self.add_further(&mut questions)?;
        }
        questions.truncate(self.most());
        Ok(questions)
    }

    /// Adds the sentences among the further recordings that are not in the list yet.
    fn add_further(&self, questions: &mut Vec<Question>) -> Result<()> {
        for further in further()?.into_iter().filter(|further| further.is_sentence()) {
            if questions.len() >= self.most() {
                break;
            }
            if !questions.iter().any(|question| question.name == further.name) {
                questions.extend(unlabelled(&further.path)?);
            }
        }
        Ok(())
    }

    fn most(&self) -> usize {
        self.limit.map_or(usize::MAX, |limit| limit as usize)
    }

    /// The listed recordings of a folder, or all recordings if it has no list.
    fn folder(&self, folder: &Path) -> Result<Vec<Question>> {
        let list = folder.join(LIST);
        if list.is_file() {
            let text =
                std::fs::read_to_string(&list).map_err(|error| Error::io(list.display(), error))?;
            return rows(&text, &list.display().to_string())?
                .into_iter()
                .take(self.most())
                .map(|row| {
                    let path = folder.join(&row.path);
                    Ok(row.question(sayso_audio_io::read_all(path, LONGEST)?.samples))
                })
                .collect();
        }
        let mut files = Vec::new();
        recordings(folder, &mut files)?;
        files.sort();
        let mut questions = Vec::new();
        for file in &files {
            if questions.len() < self.most() {
                questions.extend(unlabelled(file)?);
            }
        }
        if questions.is_empty() {
            return Err(Error::input(format!(
                "{}: no recordings of speech (.flac, .wav) in it",
                folder.display()
            )));
        }
        Ok(questions)
    }
}

impl Question {
    /// A question labelled by the rule alone (16 kHz mono); `None` if there is no speech in it.
    pub fn found(name: String, samples: Vec<f32>) -> Option<Self> {
        let samples_at = |ms: usize| SampleTime::from_ms(ms as u64);
        label(&samples).map(|labels| Self {
            name,
            end: samples_at(labels.end),
            pauses: labels.pauses.iter().map(|p| samples_at(p.start)..samples_at(p.end)).collect(),
            checked: false,
            room: labels.room,
            samples,
        })
    }
}

/// A recording labelled by the rule alone; `None` if there is no speech in it.
fn unlabelled(file: &Path) -> Result<Option<Question>> {
    let samples = sayso_audio_io::read_all(file, LONGEST)?.samples;
    Ok(Question::found(file.display().to_string(), samples))
}

/// All sound files below `folder`.
fn recordings(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |error| Error::io(folder.display(), error);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            recordings(&path, files)?;
        } else if path.extension().is_some_and(|kind| kind == "flac" || kind == "wav") {
            files.push(path);
        }
    }
    Ok(())
}

/// One row of the list: path, end of the speech in ms, pauses in ms (`1230-2325,4657-4978`), and
/// whether they were found by the `rule` or corrected by `hand`.
#[derive(Debug)]
struct Row {
    path: String,
    end: SampleTime,
    pauses: Vec<Range<SampleTime>>,
}

impl Row {
    fn question(&self, samples: Vec<f32>) -> Question {
        Question {
            name: self.path.clone(),
            end: self.end,
            pauses: self.pauses.clone(),
            checked: true,
            room: label(&samples).map_or(room::QUIET, |labels| labels.room),
            samples,
        }
    }
}

/// Reads the list. The first line names the columns.
fn rows(text: &str, place: &str) -> Result<Vec<Row>> {
    let ms = |text: &str| text.parse().ok().map(SampleTime::from_ms);
    let row = |line: &str| {
        let mut fields = line.split('\t');
        let (path, end) = (fields.next()?.to_owned(), ms(fields.next()?)?);
        let pauses = fields.next()?.split(',').filter(|pause| !pause.is_empty());
        let pauses = pauses.map(|pause| {
            let (from, to) = pause.split_once('-')?;
            Some(ms(from)?..ms(to)?)
        });
        Some(Row { path, end, pauses: pauses.collect::<Option<_>>()? })
    };
    text.lines()
        .enumerate()
        .skip(1)
        .map(|(number, line)| {
            row(line).ok_or_else(|| {
                Error::input(format!(
                    "{place}, line {}: not path, end_ms, pauses_ms, by: {line}",
                    number + 1
                ))
            })
        })
        .collect()
}

impl Question {
    /// The question in its room, with these lengths of silence before and after it.
    pub fn in_room(&self, before: Samples, after: Samples) -> Vec<f32> {
        let quiet = |length| room::quiet(self.room, length);
        quiet(before).chain(self.samples.iter().copied()).chain(quiet(after)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_and_bad_ones_named() {
        let rows_of = |line: &str| rows(&format!("path\tend_ms\tpauses_ms\tby\n{line}"), "list");
        let good = rows_of("a/b.flac\t1500\t300-700,900-1200\trule").expect("good");
        let [row] = good.as_slice() else { panic!("one row") };
        assert_eq!((row.path.as_str(), row.end), ("a/b.flac", SampleTime::from_ms(1500)));
        assert_eq!(row.pauses[1], SampleTime::from_ms(900)..SampleTime::from_ms(1200));
        assert!(rows_of("a.flac\t10\t\trule").expect("no pauses")[0].pauses.is_empty());
        for bad in ["a.flac", "a.flac\tten\t\trule", "a.flac\t10\t5\trule", ""] {
            assert!(rows_of(&format!("{bad}\nx")).expect_err(bad).to_string().contains("line 2"));
        }
    }

    #[test]
    fn the_list_follows_the_rule_unless_corrected_by_hand() {
        let data = Data::new(&[]);
        let folder = data.folder(&[LIST]).expect("tests/data");
        let list = std::fs::read_to_string(folder.join(LIST)).expect("the list");
        let rows = rows(&list, LIST).expect("the list");
        let by: Vec<&str> = list.lines().skip(1).filter_map(|l| l.split('\t').nth(3)).collect();
        assert!((40..=60).contains(&rows.len()), "{} questions", rows.len());
        let (mut pauses, mut moved) = (0, 0);
        for (row, by) in rows.iter().zip(by) {
            let question = unlabelled(&folder.join(&row.path)).expect("readable").expect("speech");
            assert!(row.end.0 <= question.samples.len() as u64, "{}", row.path);
            pauses += row.pauses.len();
            if by == "rule" {
                assert_eq!(
                    (row.end, &row.pauses),
                    (question.end, &question.pauses),
                    "{}",
                    row.path
                );
            } else {
                assert!(by.starts_with("hand"), "{}: {by}", row.path);
                moved += 1;
            }
        }
        assert!(pauses >= 10, "{pauses} pauses");
        assert!(moved * 4 <= rows.len(), "{moved} of {} by hand", rows.len());
    }

    #[test]
    fn the_first_questions_are_read_with_their_labels() {
        let questions = Choice::first(3).load().expect("the questions of tests/data");
        assert_eq!(questions.len(), 3);
        assert!(questions.iter().all(|q| q.end > SampleTime::from_ms(1000) && q.checked));
    }
}
