//! `sayso ask`: a recorded question in, a spoken answer out.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use sayso::event::{Ending, TurnRecord};
use sayso::{Assistant, Config, Engines, Error, ErrorKind, Event, Pace, Result, Stop};
use sayso_board::{Board, CAPTURE_RATE};
use sayso_frontend::segments;
use sayso_replay::{Layout, Output, Replay, Tracks};

use super::{GlobalOptions, term};

/// The longest question, so that an endless recording ends.
const LONGEST: Duration = Duration::from_secs(120);

const UNHEARD: &str = "no words were heard in it. `sayso transcribe --json` says why";

/// Pauses within a question are shorter than this, in ms.
const PAUSE_MS: u32 = 10_000;
/// Quiet that ends a question, in ms: longer than any pause within one, edges included.
const HANGOVER_MS: u32 = PAUSE_MS + 2_000;

const EXAMPLES: &str = "\
Examples:
  sayso ask question.wav -o answer.wav      one question
  sayso ask one.wav two.flac --json         a conversation, for a program
  sayso --profile small ask question.wav    with the model for small machines

A recording is one question, whatever its pauses up to 10 s. After a longer pause the
next question begins: each is answered whole before the next is heard, as if it were in
a file of its own. Recordings longer than 120 s are refused.";

/// Ask a recorded question and get a spoken answer.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Ask {
    /// WAV, FLAC (also in Ogg), AIFF or CAF, any sample rate, any number of channels;
    /// further files continue the conversation
    #[arg(required = true, value_name = "QUESTION")]
    questions: Vec<PathBuf>,
    /// Write the answer to this WAV file (answer-1.wav, answer-2.wav … for
    /// several questions)
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// One JSON object per question
    #[arg(long)]
    json: bool,
}

/// A question, or the file that cannot be read.
struct Question<'a> {
    file: &'a Path,
    samples: Option<Vec<f32>>,
}

impl Ask {
    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        let mut config = shared.settings()?;
        if let Some(output) = &self.output {
            super::is_for_sound(output)?;
            can_be_written(output, &self.questions)?;
        }
        // Unreadable questions are reported before the models are loaded.
        let questions = self.read(&config, stop)?;
        if questions.iter().all(|question| question.samples.is_none()) {
            return Err(Error::input("none of these questions could be read"));
        }
        one_question(&mut config);
        // Nobody hears music in the file of an answer.
        let mut assistant = shared.assistant(config, "ask")?.without_music();
        let (all, mut failed) = (questions.len(), 0);
        for (number, question) in (1..).zip(questions) {
            let Some(samples) = question.samples else {
                failed += 1;
                continue;
            };
            let file = question.file;
            let mut shown = Shown { json: self.json, replying: false };
            let answered = answer(&mut assistant, samples, stop, &mut |event| shown.show(event));
            shown.end();
            if stop.is_stopped() {
                return Err(Error::stopped());
            }
            let Some((record, tracks)) = answered? else {
                let unheard = format!("{}: {UNHEARD}", file.display());
                if all == 1 {
                    return Err(Error::input(unheard));
                }
                term::note(unheard);
                failed += 1;
                continue;
            };
            let output = self.output.as_ref().map(|file| match all {
                1 => file.clone(),
                _ => numbered(file, number),
            });
            if let Some(output) = &output {
                write(output, &tracks)?;
            }
            if self.json {
                let line = line(file, number, &record, output.as_deref(), &tracks);
                println!("{}", term::json(&line));
            } else {
                println!("{}", term::dim(format!("       {}", times(&record))));
                if let Some(output) = &output {
                    println!("{}", term::dim(format!("       {}", output.display())));
                }
            }
        }
        match failed {
            0 => Ok(()),
            n => Err(Error::input(format!("{n} of {all} questions were not answered: see above"))),
        }
    }

    /// All questions of all files, in order.
    ///
    /// # Errors
    /// When the only file cannot be read, or the voice activity detector fails.
    fn read(&self, config: &Config, stop: &Stop) -> Result<Vec<Question<'_>>> {
        let several = self.questions.len() > 1;
        let mut questions = Vec::new();
        for file in &self.questions {
            let Some(samples) = super::recording(file, LONGEST, several)? else {
                questions.push(Question { file, samples: None });
                continue;
            };
            for question in parted(config, &samples, stop)? {
                let samples = samples.get(question).map(<[f32]>::to_vec);
                questions.push(Question { file, samples });
            }
        }
        Ok(questions)
    }
}

/// The questions of a recording: its parts, cut in the middle of long pauses.
///
/// # Errors
/// When the voice activity detector cannot be loaded, or fails.
fn parted(config: &Config, samples: &[f32], stop: &Stop) -> Result<Vec<Range<usize>>> {
    let pause = PAUSE_MS as usize * (CAPTURE_RATE as usize / 1000);
    // A short recording cannot hold such a pause.
    if samples.len() <= pause {
        return Ok(Vec::from([Range { start: 0, end: samples.len() }]));
    }
    let mut vad = Engines::load_vad(config)?;
    let spoken = segments(vad.as_mut(), samples, &super::cancelled_by(stop))?;
    Ok(cut(&spoken, pause, samples.len()))
}

/// Cuts `length` samples in the middle of each pause of `pause` samples or more between
/// these segments of speech.
fn cut(spoken: &[Range<usize>], pause: usize, length: usize) -> Vec<Range<usize>> {
    let (mut parts, mut from) = (Vec::new(), 0);
    for pair in spoken.windows(2) {
        let quiet = pair[0].end..pair[1].start;
        if quiet.len() >= pause {
            let middle = quiet.start + quiet.len() / 2;
            parts.push(from..middle);
            from = middle;
        }
    }
    parts.push(from..length);
    parts
}

/// Checks before the work that its result can be written.
///
/// # Errors
/// When the folder is missing, or a question would be overwritten.
fn can_be_written(output: &Path, questions: &[PathBuf]) -> Result<()> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let message = format!("{}: this folder does not exist: create it", folder.display());
        return Err(Error::input(message));
    }
    if questions.iter().any(|question| is_same_file(question, output)) {
        let message = format!("{}: the answer would overwrite the question", output.display());
        return Err(Error::input(message));
    }
    Ok(())
}

/// Whether both names, links followed, mean the same file.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let same = |(one, other): (std::fs::Metadata, std::fs::Metadata)| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            (one.dev(), one.ino()) == (other.dev(), other.ino())
        }
        #[cfg(not(unix))]
        false
    };
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
        || one.metadata().ok().zip(other.metadata().ok()).is_some_and(same)
}

/// Treats what is heard as one question, whatever its pauses: recordings were cut at long ones.
fn one_question(config: &mut Config) {
    config.turn.may_end_ms = HANGOVER_MS;
    config.turn.hangover_short_ms = HANGOVER_MS;
    config.turn.hangover_ms = HANGOVER_MS;
    config.turn.hangover_long_ms = HANGOVER_MS;
    config.turn.max_utterance_s = LONGEST.as_secs() as u32 + 1;
}

/// Asks one question. `None` if no words were heard. The record of the turn comes with the sound
/// of the answer.
///
/// # Errors
/// When the conversation cannot be held, or no reply could be made.
fn answer(
    assistant: &mut Assistant,
    samples: Vec<f32>,
    stop: &Stop,
    on_event: &mut dyn FnMut(&Event),
) -> Result<Option<(TurnRecord, Tracks)>> {
    let mut board = Replay::from_samples(samples)
        .output(Output::Memory(Layout::Reply))
        // The longest quiet that ends the question.
        .tail(Duration::from_millis(u64::from(HANGOVER_MS) + 1_000));
    let handle = board.handle();
    let (mut record, mut trouble) = (None, None);
    assistant.converse(&mut board, Pace::Lockstep, stop, &mut |event| {
        on_event(&event);
        match event {
            Event::Turn(turn) if turn.ending != Ending::Dropped => record = Some(*turn),
            Event::Trouble { message, .. } => trouble = Some(message),
            _ => {}
        }
    })?;
    let tracks = handle.finish()?;
    match (record, tracks, trouble) {
        (Some(record), Some(tracks), _) => Ok(Some((record, tracks))),
        (None, _, Some(message)) => Err(Error::new(ErrorKind::Turn, message)),
        _ => Ok(None),
    }
}

/// A recording as the microphone. In `output` the user is left, the reply right.
pub fn replay(input: &Path, output: Option<&Path>) -> Result<Box<dyn Board + Send>> {
    let mut board = Replay::open(input)?;
    if let Some(output) = output {
        if is_same_file(input, output) {
            let message = format!("{}: the answer would overwrite the question", output.display());
            return Err(Error::input(message));
        }
        board = board.output(Output::File(output.into(), Layout::Stereo));
    }
    Ok(Box::new(board))
}

/// Shows on the terminal how an answer is made: a line for the question, and one for the answer.
struct Shown {
    /// Shows nothing, because a program reads what is printed at the end.
    json: bool,
    replying: bool,
}

impl Shown {
    fn show(&mut self, event: &Event) {
        if self.json {
            return;
        }
        match event {
            Event::Transcript { transcript, .. } if !transcript.text.trim().is_empty() => {
                self.end();
                println!("{}    {}", term::dim("you"), term::shown(transcript.text.trim()));
            }
            Event::Token { text, .. } => {
                if !std::mem::replace(&mut self.replying, true) {
                    term::piece(&format!("{}  ", term::dim("sayso")));
                }
                term::piece(&term::bold(text.replace('\n', " ")));
            }
            Event::Changed { name, state, .. } => {
                self.end();
                println!("{}", term::dim(format!("       {name}: {state}")));
            }
            Event::Trouble { message, .. } => {
                self.end();
                term::note(message);
            }
            _ => {}
        }
    }

    /// Ends the line of the reply.
    fn end(&mut self) {
        if std::mem::take(&mut self.replying) {
            println!();
        }
    }
}

/// The times of a turn's stages, for people: to the text, from there to the reply's first word, to
/// the end of its first clause, and to the first sound.
pub fn times(record: &TurnRecord) -> String {
    let t = &record.timings_ms;
    let mut text = format!(
        "speech {:.1} s · text {:.0} + word {:.0} + clause {:.0} + sound {:.0} = {:.0} ms",
        t.speech / 1000.0,
        t.stt,
        t.llm_first_token,
        t.llm_first_clause - t.llm_first_token,
        t.tts_first_sound,
        t.first_sound,
    );
    if let Some(latency) = t.voice_to_voice {
        text.push_str(&format!(" · voice to voice {latency:.0} ms"));
    }
    text
}

/// One JSON object: the question number `turn`, and its result.
fn line(
    file: &Path,
    turn: usize,
    record: &TurnRecord,
    output: Option<&Path>,
    tracks: &Tracks,
) -> String {
    let sound = spoken(tracks);
    let mut line = serde_json::json!({
        "file": super::lossy(file),
        "turn": turn,
        "transcript": record.transcript,
        "reply": record.reply.trim(),
        "output": output.map(super::lossy),
        "answer_s": term::seconds(sound.len(), tracks.rate),
        "tokens": record.tokens,
        "timings_ms": record.timings_ms,
    });
    if !record.skill.is_empty() {
        line["skill"] = record.skill.into();
    }
    if !record.changed.is_empty() {
        line["changed"] = serde_json::json!(record.changed);
    }
    line.to_string()
}

/// The answer without the quiet while the question was asked.
fn spoken(tracks: &Tracks) -> &[f32] {
    let loud = |sample: &f32| sample.abs() > 1e-4;
    let start = tracks.samples.iter().position(loud).unwrap_or(0);
    let end = tracks.samples.iter().rposition(loud).map_or(0, |last| last + 1);
    tracks.samples.get(start..end).unwrap_or_default()
}

fn write(output: &Path, tracks: &Tracks) -> Result<()> {
    super::write_wav(output, tracks.rate, spoken(tracks))
}

fn numbered(file: &Path, number: usize) -> PathBuf {
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}."));
    name.push(file.extension().unwrap_or("wav".as_ref()));
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_cut_in_the_middle_of_long_pauses() {
        let spoken = [10..20, 25..40, 60..70, 90..100];
        assert_eq!(cut(&spoken, 20, 120), [0..50, 50..80, 80..120]);
        let whole = [Range { start: 0, end: 120 }];
        assert_eq!(cut(&spoken, 21, 120), whole);
        assert_eq!(cut(&[], 5, 120), whole);
    }

    #[test]
    fn the_help_names_the_limits() {
        let (longest, pause) = (LONGEST.as_secs(), PAUSE_MS / 1_000);
        assert!(EXAMPLES.contains(&format!("longer than {longest} s are refused")));
        assert!(EXAMPLES.contains(&format!("pauses up to {pause} s")));
    }

    #[cfg(unix)]
    #[test]
    fn a_numbered_file_keeps_its_name() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let name = |bytes| Path::new("/a").join(OsStr::from_bytes(bytes));
        assert_eq!(numbered(&name(b"caf\xE9.wav"), 2), name(b"caf\xE9-2.wav"));
        assert_eq!(numbered(&name(b"answer"), 1), name(b"answer-1.wav"));
    }
}
