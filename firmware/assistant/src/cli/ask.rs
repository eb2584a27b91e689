//! `sayso ask`: a recorded question in, a spoken answer out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use sayso::event::{Ending, TurnRecord};
use sayso::{Assistant, Error, Event, Pace, Result, Stop};
use sayso_board::Board;
use sayso_replay::{Layout, Output, Replay, Tracks};

use super::{Shared, term};

/// The longest question, so that an endless recording ends.
const LONGEST: Duration = Duration::from_secs(120);

const UNHEARD: &str = "no words were heard in it. `sayso transcribe --json` tells why";

/// A pause within a question is shorter than this, in ms: a file is one question.
const PAUSE_MS: u32 = 10_000;

const EXAMPLES: &str = "\
Examples:
  sayso ask question.wav -o answer.wav      one question
  sayso ask one.wav two.flac --json         a conversation, for a program
  sayso --profile small ask question.wav    with the model for small machines";

/// Ask a recorded question and get a spoken answer.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Ask {
    /// WAV or FLAC, any sample rate, any number of channels; further files
    /// continue the conversation
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

impl Ask {
    pub fn run(&self, shared: &Shared, stop: &Stop) -> Result<()> {
        let mut config = shared.settings()?;
        one_question(&mut config);
        if let Some(output) = &self.output {
            can_be_written(output, &self.questions)?;
        }
        let several = self.questions.len() > 1;
        let mut failed = 0;
        // Unreadable questions are told before the models are loaded.
        let mut questions = Vec::new();
        for (number, file) in self.questions.iter().enumerate() {
            match super::recording(file, LONGEST, several)? {
                Some(samples) => questions.push((number, file, samples)),
                None => failed += 1,
            }
        }
        if questions.is_empty() {
            return Err(Error::Usage("none of these questions could be read".into()));
        }
        let mut assistant = shared.assistant(config)?;
        for (number, file, samples) in questions {
            let json = self.json;
            let mut shown = Shown::default();
            let answered = answer(&mut assistant, samples, stop, &mut |event| {
                if !json {
                    shown.show(event);
                }
            });
            if !json {
                shown.end();
            }
            if stop.is_stopped() {
                return Err(Error::Stopped);
            }
            let Some((record, tracks)) = answered? else {
                let unheard = format!("{}: {UNHEARD}", file.display());
                if !several {
                    return Err(Error::NothingSaid(unheard));
                }
                term::note(unheard);
                failed += 1;
                continue;
            };
            let output = self.output.as_ref().map(|file| match several {
                true => numbered(file, number + 1),
                false => file.clone(),
            });
            if let Some(output) = &output {
                write(output, &tracks)?;
            }
            if json {
                println!("{}", line(file, number + 1, &record, output.as_deref(), &tracks));
            } else {
                println!("{}", term::dim(format!("       {}", times(&record))));
                if let Some(output) = &output {
                    println!("{}", term::dim(format!("       {}", output.display())));
                }
            }
        }
        match failed {
            0 => Ok(()),
            n => Err(Error::NothingSaid(format!(
                "{n} of {} questions were not answered, as noted above",
                self.questions.len()
            ))),
        }
    }
}

/// Tells before the work is done that its result would have no place.
///
/// # Errors
/// When the folder is missing, or a question would be overwritten.
fn can_be_written(output: &Path, questions: &[PathBuf]) -> Result<()> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let message = format!("{}: there is no such folder: create it", folder.display());
        return Err(Error::Usage(message));
    }
    if questions.iter().any(|question| is_same_file(question, output)) {
        let message = format!("{}: the answer would overwrite the question", output.display());
        return Err(Error::Usage(message));
    }
    Ok(())
}

/// Whether both names, links followed, are of one file.
fn is_same_file(one: &Path, other: &Path) -> bool {
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

/// Makes a whole recording one question, whatever its pauses.
fn one_question(config: &mut sayso::Config) {
    config.turn.may_end_ms = PAUSE_MS;
    config.turn.hangover_short_ms = PAUSE_MS;
    config.turn.hangover_ms = PAUSE_MS;
    config.turn.hangover_long_ms = PAUSE_MS;
    config.turn.max_utterance_s = LONGEST.as_secs() as u32 + 1;
}

/// Asks one question. `None` when no words were heard in it. With the record
/// of the turn comes the sound of the answer.
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
        // So long may the quiet last that ends the question.
        .tail(Duration::from_millis(u64::from(PAUSE_MS) + 1_000));
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
        (None, _, Some(message)) => Err(Error::Turn(message)),
        _ => Ok(None),
    }
}

/// A recording as the microphone; `output` gets the user left, the reply right.
pub fn replay(input: &Path, output: Option<&Path>) -> Result<Box<dyn Board + Send>> {
    let mut board = Replay::open(input)?;
    if let Some(output) = output {
        if is_same_file(input, output) {
            let message = format!("{}: the answer would overwrite the question", output.display());
            return Err(Error::Usage(message));
        }
        board = board.output(Output::File(output.into(), Layout::Stereo));
    }
    Ok(Box::new(board))
}

/// What the terminal shows while an answer is made.
#[derive(Default)]
struct Shown {
    replying: bool,
}

impl Shown {
    fn show(&mut self, event: &Event) {
        match event {
            Event::Transcript { transcript, .. } if !transcript.text.trim().is_empty() => {
                println!("{}    {}", term::dim("you"), transcript.text.trim());
            }
            Event::Token { text, .. } => {
                if !std::mem::replace(&mut self.replying, true) {
                    term::piece(&format!("{}  ", term::dim("sayso")));
                }
                term::piece(&term::bold(text));
            }
            Event::Trouble { message, .. } => term::note(message),
            _ => {}
        }
    }

    fn end(&mut self) {
        if self.replying {
            println!();
        }
    }
}

/// The stage times of a turn, for people: how long until the text was known, from there
/// to the reply's first word, to the end of its first clause, and to the first sound.
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

/// One JSON object: the question number `turn`, and what came of it.
fn line(
    file: &Path,
    turn: usize,
    record: &TurnRecord,
    output: Option<&Path>,
    tracks: &Tracks,
) -> String {
    let sound = spoken(tracks);
    serde_json::json!({
        "file": file,
        "turn": turn,
        "transcript": record.transcript,
        "reply": record.reply.trim(),
        "output": output,
        "answer_s": term::seconds(sound.len(), tracks.rate),
        "tokens": record.tokens,
        "timings_ms": record.timings_ms,
    })
    .to_string()
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
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let extension = file.extension().map(|e| e.to_string_lossy()).unwrap_or("wav".into());
    file.with_file_name(format!("{stem}-{number}.{extension}"))
}
