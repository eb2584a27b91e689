//! `sayso bench turns`: how long a person who has asked waits for the answer.
//!
//! Recorded questions are put to the whole assistant in real time. The latency is measured on the
//! recording of both sides: from the labelled end of the speech to the first audible sample of the
//! reply. For comparison, a plain cascade with the same models is measured in alternation with it.
//! The cascade waits for a fixed silence before it begins to work. The ratio of the two depends
//! little on the machine. Finally some replies are interrupted, in a room where the microphone hears
//! the loudspeaker.

mod interrupt;
pub mod play;
mod plot;
mod tally;
mod watch;

use std::path::PathBuf;

use clap::Args;
use sayso::config::Turn;
use sayso::{Assistant, Error, Result, Stop};
use sayso_core::audio::Samples;
use serde_json::json;

use super::data::Data;
use super::figures::{Figures, Sheet};
use super::interruptions::{Interruption, interruptions};
use super::questions::{Choice, Question};
use super::room;
use crate::{Host, term};
use interrupt::{Interrupted, Scene, interrupt};
use play::{Played, play};
use tally::Tally;

/// How long the plain cascade waits after the end of the speech, in ms: usual for assistants
/// without an end-of-turn model.
const CASCADE_HANGOVER_MS: u32 = 700;

/// The times from the beginning of a reply to the interruption.
const OFFSETS: [Samples; 4] = [
    Samples::from_ms(600),
    Samples::from_ms(1_000),
    Samples::from_ms(1_500),
    Samples::from_ms(2_000),
];

/// Measure voice-to-voice latency on recorded questions, in real time.
///
/// From the true (labelled) end of the speech to the first audible sample of the reply, in a
/// recording of both sides. A plain cascade of the same models is measured in alternation, for
/// comparison. Finally some replies are interrupted, in a room with an echo: how soon that is
/// noticed and the reply silent, and whether the assistant interrupts itself.
#[derive(Args, Default)]
pub struct Turns {
    #[command(flatten)]
    choice: Choice,
    /// How often each question is asked
    #[arg(long, short = 'n', visible_alias = "runs", value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Measure only the assistant with its settings, not the plain cascade
    #[arg(long)]
    no_cascade: bool,
    /// How many replies are interrupted
    #[arg(long, value_name = "N", default_value_t = 8)]
    interruptions: u32,
    /// Draw the latencies into this SVG file
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Also print a line for every question
    #[arg(long)]
    each: bool,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

/// A way to take turns, and its results.
struct Pipeline {
    name: &'static str,
    turn: Turn,
    tally: Tally,
}

/// What is said over replies, and the rooms in which that happens.
struct OverReplies {
    commands: Vec<Interruption>,
    rooms: Vec<Vec<f32>>,
}

impl OverReplies {
    fn load(data: &Data) -> Result<Self> {
        Ok(Self { commands: interruptions(data)?, rooms: room::rooms(data)? })
    }
}

impl Turns {
    /// The first `few` questions, once, from these folders or the default ones.
    pub fn first(few: u32, data: &[PathBuf], json: bool) -> Self {
        let choice = Choice::first(few).of(data);
        Self { choice, repeat: 1, interruptions: few.div_ceil(2), json, ..Self::default() }
    }

    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        let questions = self.choice.load()?;
        // Checked before models are loaded, so that missing recordings are reported at once.
        let over_replies = match self.interruptions {
            0 => None,
            _ => Some(OverReplies::load(&self.choice.data())?),
        };
        let config = host.settings()?;
        let pipeline = |name, turn| Pipeline { name, turn, tally: Tally::default() };
        let mut pipelines = vec![pipeline("overlapped", config.turn.clone())];
        if !self.no_cascade {
            pipelines.push(pipeline("cascade", cascade(&config.turn)));
        }
        let profile = format!("{:?}", config.models.profile).to_lowercase();
        let mut assistant = host.assistant(config)?;
        let unchecked = questions.iter().filter(|question| !question.checked).count();
        if unchecked > 0 {
            term::note(format!(
                "{unchecked} of {} ends of speech were found by the rule (sayso bench label) and \
                 were not checked by a person",
                questions.len()
            ));
        }
        let plays =
            questions.len() * pipelines.len() * self.repeat as usize + self.interruptions as usize;
        let progress = term::Progress::new(plays as u64, "warming up");
        // The first question would meet cold caches, page faults and low clock rates, so it is
        // asked once beforehand.
        if let Some(question) = questions.first() {
            for pipeline in &pipelines {
                assistant.set_turn(pipeline.turn.clone());
                play(&mut assistant, question, stop)?;
            }
        }
        let mut done = 0;
        for round in 0..self.repeat as usize {
            for (number, question) in questions.iter().enumerate() {
                for turn in 0..pipelines.len() {
                    // The order changes, so that neither always goes first.
                    let turn = (turn + round + number) % pipelines.len();
                    let Some(pipeline) = pipelines.get_mut(turn) else { continue };
                    progress.at(done, &question.name);
                    done += 1;
                    assistant.set_turn(pipeline.turn.clone());
                    let played = play(&mut assistant, question, stop)?;
                    if stop.is_stopped() {
                        term::note(format!("stopped at {done} of {plays} plays"));
                        return self.report(&pipelines, &Interrupted::default(), &profile);
                    }
                    if self.each {
                        progress.aside(|| self.print_each(pipeline.name, question, &played));
                    }
                    pipeline.tally.add(question, played);
                }
            }
        }
        if let Some(pipeline) = pipelines.first() {
            assistant.set_turn(pipeline.turn.clone());
        }
        let interrupted = match &over_replies {
            Some(over) => self.speak_over(&mut assistant, &questions, over, &progress, stop)?,
            None => Interrupted::default(),
        };
        drop(progress);
        self.report(&pipelines, &interrupted, &profile)
    }

    /// Asks again, and interrupts the replies.
    fn speak_over(
        &self,
        assistant: &mut Assistant,
        questions: &[Question],
        OverReplies { commands, rooms }: &OverReplies,
        progress: &term::Progress,
        stop: &Stop,
    ) -> Result<Interrupted> {
        let mut interrupted = Interrupted::default();
        // Numbers without a common divisor, so that every pair occurs.
        let questions = questions.iter().cycle();
        let commands = commands.iter().cycle().step_by(5);
        let scenes = questions.zip(commands).zip(rooms.iter().cycle()).zip(OFFSETS.iter().cycle());
        for (((question, interruption), room), offset) in scenes.take(self.interruptions as usize) {
            progress.next("speaking over replies");
            let scene = Scene { question, interruption, room, offset: *offset };
            let one = interrupt(assistant, &scene, stop)?;
            if stop.is_stopped() {
                term::note("stopped during the interruptions");
                break;
            }
            for trouble in &one.troubles {
                progress.aside(|| term::note(trouble));
            }
            log::info!("{} interrupted: {one:?}", question.name);
            interrupted.add(&one);
        }
        Ok(interrupted)
    }

    fn report(
        &self,
        pipelines: &[Pipeline],
        interrupted: &Interrupted,
        profile: &str,
    ) -> Result<()> {
        for Pipeline { name, turn, tally } in pipelines {
            tally.sheet(name, profile, turn).print(self.json);
        }
        if let [overlapped, cascade] = pipelines {
            ratio(&overlapped.tally, &cascade.tally).print(self.json);
        }
        if interrupted.any() {
            interrupted.sheet(profile).print(self.json);
        }
        let Some(file) = &self.plot else { return Ok(()) };
        let series: Vec<plot::Series<'_>> = pipelines
            .iter()
            .map(|pipeline| plot::Series {
                name: pipeline.name,
                values: pipeline.tally.voice_to_voice.values(),
            })
            .collect();
        let drawn = plot::svg(&series, profile)
            .ok_or_else(|| Error::input("no question was answered, so there is no plot"))?;
        std::fs::write(file, drawn).map_err(|error| Error::io(file.display(), error))
    }

    fn print_each(&self, pipeline: &str, question: &Question, played: &Played) {
        if self.json {
            let line = json!({
                "bench": "turns",
                "pipeline": pipeline,
                "question": question.name,
                "voice_to_voice_ms": played.voice_to_voice_ms.map(term::tenth),
                "work_begun_ms": played.stages.begun.map(term::tenth),
                "stt_ms": played.stages.stt.map(term::tenth),
                "sound_ready_ms": played.stages.ready.map(term::tenth),
                "released_ms": played.stages.released.map(term::tenth),
                "cut_off": played.cut_off,
                "guesses_made": played.guesses.made,
                "transcript": played.transcript,
                "troubles": played.troubles,
            });
            println!("{line}");
            return;
        }
        let latency = match played.voice_to_voice_ms {
            Some(ms) => format!("{ms:>6.0} ms"),
            None if played.cut_off => "  cut off".into(),
            None => "no answer".into(),
        };
        println!("{pipeline:<10} {latency}  {}", question.name);
        for line in term::folded(&played.transcript, " ", term::COLUMNS - 4) {
            println!("    {line}");
        }
    }
}

/// The same models one after the other, without guesses.
fn cascade(turn: &Turn) -> Turn {
    Turn {
        // A guess is reported only if it comes before the end is certain.
        may_end_ms: CASCADE_HANGOVER_MS,
        hangover_short_ms: CASCADE_HANGOVER_MS,
        hangover_question_ms: CASCADE_HANGOVER_MS,
        hangover_ms: CASCADE_HANGOVER_MS,
        hangover_long_ms: CASCADE_HANGOVER_MS,
        ..turn.clone()
    }
}

/// How many times longer the cascade takes.
fn ratio(overlapped: &Tally, cascade: &Tally) -> Sheet {
    let mut sheet = Sheet::new("turns").label("pipeline", "cascade / overlapped");
    for (name, share) in [("p50", 0.5), ("p95", 0.95)] {
        let pair = [cascade, overlapped].map(|tally| tally.voice_to_voice.percentile(share));
        if let [Some(slow), Some(fast)] = pair {
            sheet = sheet.value(format!("voice_to_voice_{name}_ratio"), slow / fast);
        }
    }
    let mut pairs = Figures::new("voice_to_voice_ratio");
    let mut saved = Figures::new("voice_to_voice_saved_ms");
    for (question, fast) in overlapped.by_question() {
        if let Some(slow) = cascade.of(question) {
            pairs.push(slow / fast);
            saved.push(slow - fast);
        }
    }
    sheet.with(pairs).with(saved)
}

#[cfg(test)]
mod tests {
    use sayso_core::audio::SampleTime;

    use super::*;
    use crate::questions::Question;

    fn question(name: &str) -> Question {
        Question {
            name: name.into(),
            samples: Vec::new(),
            end: SampleTime::from_ms(1_000),
            pauses: Vec::new(),
            checked: true,
            room: -60.0,
        }
    }

    fn tally(latencies: &[(&str, Option<f64>)]) -> Tally {
        let mut tally = Tally::default();
        for (name, latency) in latencies {
            let played = Played { voice_to_voice_ms: *latency, ..Played::default() };
            tally.add(&question(name), played);
        }
        tally
    }

    #[test]
    fn the_ratio_uses_only_what_both_answered() {
        let fast = tally(&[("a", Some(500.0)), ("b", Some(800.0)), ("c", None)]);
        let slow = tally(&[("a", Some(1500.0)), ("b", Some(1600.0)), ("c", Some(9000.0))]);
        let sheet = ratio(&fast, &slow).json();
        assert_eq!(sheet["voice_to_voice_ratio"]["min"], 2.0);
        assert_eq!(sheet["voice_to_voice_ratio"]["max"], 3.0);
        assert_eq!(sheet["voice_to_voice_ratio"]["n"], 2);
        assert_eq!(sheet["voice_to_voice_saved_ms"]["max"], 1000.0);
        assert_eq!(sheet["voice_to_voice_p50_ratio"], 1600.0 / 500.0);
    }

    #[test]
    fn the_cascade_makes_no_guesses() {
        let turn = cascade(&Turn::default());
        let waits = [turn.hangover_ms, turn.hangover_short_ms, turn.hangover_question_ms];
        assert_eq!((waits, turn.hangover_long_ms), ([turn.may_end_ms; 3], turn.may_end_ms));
        assert_eq!(turn.onset, Turn::default().onset);
    }
}
