//! The recorded questions that turns are measured on, and where their speech ends.

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use sayso::{Error, Result};
use sayso_core::audio::Samples;

use super::further::further;
use super::label::label;
use super::room;
use crate::term;

/// The list of questions and their labels, in the folder of the recordings.
pub const LIST: &str = "turns.tsv";

/// The list that comes with the program.
const LABELS: &str = include_str!("../../../tests/data/turns.tsv");

/// Questions that come with the program, for where there is no folder of them.
const EMBEDDED: [(&str, &[u8]); 3] = [
    (
        "commands-misc-en/gdo_audio.flac",
        include_bytes!("../../../tests/data/commands-misc-en/gdo_audio.flac"),
    ),
    (
        "commands-misc-en/rh3_set_timer.flac",
        include_bytes!("../../../tests/data/commands-misc-en/rh3_set_timer.flac"),
    ),
    ("smoke/librivox_0890.flac", include_bytes!("../../../tests/data/smoke/librivox_0890.flac")),
];

/// Longer recordings are cut: nobody asks for longer.
const LONGEST: Duration = Duration::from_secs(60);

/// Which recordings.
#[derive(Args, Clone, Default)]
pub struct Choice {
    /// A recorded question; its end is then found by `sayso bench label`'s
    /// rule, not by hand and eye
    #[arg(long, value_name = "FILE")]
    question: Vec<PathBuf>,
    /// Folder of recordings, with a list of labels (turns.tsv) or without
    /// [default: the repository's tests/data, where there is one, and the folder that
    /// SAYSO_TEST_DATA names]
    #[arg(long, value_name = "DIR", conflicts_with = "question")]
    data: Vec<PathBuf>,
    /// Only the first N; the list is in such an order that any beginning is a mix
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
}

/// One recorded question.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its file, as listed.
    pub name: String,
    /// 16 kHz mono.
    pub samples: Vec<f32>,
    /// The end of the speech.
    pub end: Samples,
    /// Pauses within the speech.
    pub pauses: Vec<Range<Samples>>,
    /// Whether the labels were looked at, and not only found by rule.
    pub checked: bool,
    /// How loud the room is, in dBFS.
    pub room: f64,
}

impl Choice {
    /// The first `few` of the usual place.
    pub fn first(few: u32) -> Self {
        Self { limit: Some(few), ..Self::default() }
    }

    /// Reads the recordings, and says on stderr where they are from unless
    /// that is the usual place.
    ///
    /// # Errors
    /// When a file or a list cannot be read, or a folder holds no recording of speech.
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
            questions = match checkout() {
                Some(folder) => self.folder(&folder)?,
                None => {
                    term::note(format!(
                        "no tests/data in or above the working folder: these are the {} \
                         recordings that come with the program. --data DIR names a folder",
                        EMBEDDED.len()
                    ));
                    embedded()?
                }
            };
            self.add_further(&mut questions)?;
        }
        questions.truncate(self.most());
        Ok(questions)
    }

    /// Adds the sentences among the further recordings that are not there yet.
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

    /// The listed recordings of a folder, or all there are.
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

/// `tests/data` of the checkout that the program is run from, or was built in.
fn checkout() -> Option<PathBuf> {
    let places = [std::env::current_dir().ok(), std::env::current_exe().ok()];
    places.iter().flatten().flat_map(|place| place.ancestors()).find_map(|folder| {
        let data = folder.join("tests").join("data");
        data.join(LIST).is_file().then_some(data)
    })
}

fn embedded() -> Result<Vec<Question>> {
    let rows = rows(LABELS, LIST)?;
    let mut questions = Vec::new();
    for (path, flac) in EMBEDDED {
        if let Some(row) = rows.iter().find(|row| row.path == path) {
            questions.push(row.question(decode(flac)?));
        }
    }
    Ok(questions)
}

/// Decodes a recording that comes with the program.
pub fn decode(flac: &[u8]) -> Result<Vec<f32>> {
    let failed = |error| Error::io("a temporary file", error);
    let mut file = tempfile::Builder::new().suffix(".flac").tempfile().map_err(failed)?;
    file.write_all(flac).map_err(failed)?;
    Ok(sayso_audio_io::read_all(file.path(), LONGEST)?.samples)
}

/// Labelled by rule alone; `None` where there is no speech.
fn unlabelled(file: &Path) -> Result<Option<Question>> {
    let samples = sayso_audio_io::read_all(file, LONGEST)?.samples;
    let samples_at = |ms: usize| Samples::from_ms(ms as u64);
    Ok(label(&samples).map(|labels| Question {
        name: file.display().to_string(),
        end: samples_at(labels.end),
        pauses: labels.pauses.iter().map(|p| samples_at(p.start)..samples_at(p.end)).collect(),
        checked: false,
        room: labels.room,
        samples,
    }))
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

/// One row of the list: path, end of the speech in ms, pauses in ms
/// (`1230-2325,4657-4978`), and whether the `rule` found them or a `hand` moved them.
#[derive(Debug)]
struct Row {
    path: String,
    end: Samples,
    pauses: Vec<Range<Samples>>,
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
    let ms = |text: &str| text.parse().ok().map(Samples::from_ms);
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
    /// The question in its room: so much quiet before and after it.
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
        assert_eq!((row.path.as_str(), row.end), ("a/b.flac", Samples::from_ms(1500)));
        assert_eq!(row.pauses[1], Samples::from_ms(900)..Samples::from_ms(1200));
        assert!(rows_of("a.flac\t10\t\trule").expect("no pauses")[0].pauses.is_empty());
        for bad in ["a.flac", "a.flac\tten\t\trule", "a.flac\t10\t5\trule", ""] {
            assert!(rows_of(&format!("{bad}\nx")).expect_err(bad).to_string().contains("line 2"));
        }
    }

    #[test]
    fn the_list_is_what_the_rule_says_unless_a_hand_moved_it() {
        let folder = checkout().expect("tests/data");
        let rows = rows(LABELS, LIST).expect("the list");
        let by: Vec<&str> = LABELS.lines().skip(1).filter_map(|l| l.split('\t').nth(3)).collect();
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
    fn the_embedded_questions_are_labelled() {
        let questions = embedded().expect("decodes");
        assert_eq!(questions.len(), EMBEDDED.len());
        assert!(questions.iter().all(|q| q.end > Samples::from_ms(1000) && q.checked));
    }
}
