//! `sayso say`: speaks a text.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::BufRead as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use sayso::{Engines, Error, Result, Stop};
use sayso_language::{ClauseSplitter, Plain, Reader};
use sayso_models::Cancel;

use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso say \"Dinner is at 7:30 pm.\"        on the loudspeaker
  sayso say -o dinner.wav Dinner is ready   into a file
  fortune | sayso say -                     a text that another program prints
  sayso say --speed 1.3 --volume 0.5 Hello  faster and softer
  sayso say --print 'Due Jan. 5, $3.50'     the words that would be spoken
  sayso say --print --language de '3,50 €'  in another language
  sayso say --print -- '-5 °C'              a text that begins with a dash";

/// Speak a text.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Say {
    /// The text; `-` reads it from stdin
    #[arg(required = true)]
    text: Vec<String>,
    /// Write a WAV file instead of playing
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Pace: 1 is the voice's own, 2 is twice as fast
    #[arg(long, allow_negative_numbers = true)]
    speed: Option<f32>,
    /// Loudness: 1 is the voice's own
    #[arg(long, allow_negative_numbers = true)]
    volume: Option<f32>,
    /// Print the words that would be spoken, a line for each line of the text; no sound
    #[arg(long, conflicts_with_all = ["output", "speed", "volume", "json"])]
    print: bool,
    /// Print a JSON object at the end
    #[arg(long)]
    json: bool,
}

/// Where the sound goes.
enum Sink {
    /// Written when it is complete, so that a failure leaves an existing file unchanged.
    File(PathBuf, u32, Vec<f32>),
    Speaker(Box<dyn sayso_board::Loudspeaker>),
}

impl Sink {
    fn write(&mut self, samples: &[f32], stop: &Stop) -> Result<()> {
        match self {
            Self::File(_, _, sound) => {
                sound.extend_from_slice(samples);
                Ok(())
            }
            Self::Speaker(speaker) => {
                let mut rest = samples;
                while !rest.is_empty() && !stop.is_stopped() {
                    let taken = speaker.write(rest);
                    rest = rest.get(taken..).unwrap_or_default();
                    if taken == 0 {
                        std::thread::sleep(Duration::from_millis(10));
                    }
                }
                Ok(())
            }
        }
    }

    fn finish(self, stop: &Stop) -> Result<()> {
        match self {
            Self::File(..) if stop.is_stopped() => Ok(()),
            Self::File(file, rate, sound) => super::write_wav(&file, rate, &sound),
            Self::Speaker(mut speaker) => {
                while speaker.queued() > 0 && !stop.is_stopped() {
                    std::thread::sleep(Duration::from_millis(10));
                }
                speaker.stop(Duration::from_millis(20));
                // Lets the last callback period reach the loudspeaker.
                std::thread::sleep(Duration::from_millis(150));
                Ok(())
            }
        }
    }
}

fn no_sound(error: Error) -> Error {
    let message = format!("{error}. To write a file instead: `-o FILE.wav`");
    Error::new(error.kind(), message).with_source(error)
}

impl Say {
    /// Whether the text comes from stdin.
    ///
    /// # Errors
    /// If there are words after the `-`.
    fn is_from_stdin(&self) -> Result<bool> {
        match self.text.as_slice() {
            [from] if from == "-" => Ok(true),
            [from, ..] if from == "-" => Err(Error::input(
                "`-` reads the text from stdin, so no words may follow it; quote a text that \
                 begins with a dash: `sayso say -- '- so it begins'`",
            )),
            _ => Ok(false),
        }
    }

    fn text(&self) -> Result<String> {
        match self.is_from_stdin()? {
            true => std::io::read_to_string(std::io::stdin())
                .map_err(|error| Error::io("cannot read the text on stdin", error)),
            false => Ok(self.text.join(" ")),
        }
    }

    /// Prints the words that would be spoken. This needs no voice, so the language need not be one
    /// in which the assistant can be used.
    fn print(&self, shared: &GlobalOptions, set: &[OsString]) -> Result<()> {
        let code = shared.language_code(set)?;
        let Some(reader) = Reader::find(&code) else {
            let known: Vec<&str> = Reader::all().iter().map(|reader| reader.code()).collect();
            let known = known.join(", ");
            return Err(Error::config(format!("cannot read {code:?} aloud. Known: {known}")));
        };
        if !self.is_from_stdin()? {
            for words in reader.spoken_lines(&self.text.join(" ")) {
                println!("{words}");
            }
            return Ok(());
        }
        // Each line is printed when it is read, because the other program may write on.
        let mut lines = reader.lines();
        let mut unreadable = None;
        for (n, line) in std::io::stdin().lock().split(b'\n').enumerate() {
            let line = line.map_err(|error| Error::io("cannot read the text on stdin", error))?;
            let text = String::from_utf8_lossy(&line);
            if matches!(text, Cow::Owned(_)) {
                unreadable.get_or_insert(n + 1);
            }
            println!("{}", lines.spoken(text.strip_suffix('\r').unwrap_or(&text)));
        }
        match unreadable {
            None => Ok(()),
            Some(n) => Err(Error::input(format!(
                "line {n} on stdin is not UTF-8; only what is readable in such lines was printed"
            ))),
        }
    }

    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        let mut set = shared.set.clone();
        set.extend(self.speed.map(|speed| format!("tts.speed={speed:?}").into()));
        set.extend(self.volume.map(|volume| format!("tts.volume={volume:?}").into()));
        if self.print {
            return self.print(shared, &set);
        }
        let config = shared.settings_with(&set)?;
        if let Some(output) = &self.output {
            super::is_for_sound(output)?;
        }
        let text = self.text()?;
        let mut clauses = Vec::new();
        let mut splitter = ClauseSplitter::new(config.spoken().reader());
        splitter.push(Plain::after_reasoning(&text), &mut |clause| clauses.push(clause));
        splitter.finish(&mut |clause| clauses.push(clause));
        if clauses.is_empty() {
            return Err(Error::input("there is nothing to say in this text"));
        }
        let busy = term::Busy::new("loading the voice");
        let mut tts = Engines::load_tts(&config)?;
        drop(busy);
        let rate = tts.sample_rate();
        let mut sink = match &self.output {
            Some(file) => Sink::File(file.clone(), rate, Vec::new()),
            None => Sink::Speaker(super::run::loudspeaker(&config, rate).map_err(no_sound)?),
        };
        let delivery = sayso::internals::synthesizer::delivery(&config);
        let start = Instant::now();
        let (mut first, mut samples, mut failed) = (None, 0, None);
        for clause in &clauses {
            let cancel = Cancel::new();
            let spoken = tts.speak(&clause.text, &delivery, &cancel, &mut |sound| {
                first.get_or_insert_with(|| start.elapsed());
                samples += sound.len();
                if stop.is_stopped() {
                    cancel.cancel();
                } else if let Err(error) = sink.write(sound, stop) {
                    cancel.cancel();
                    failed = Some(error);
                }
            });
            if let Some(error) = failed.take() {
                return Err(error);
            }
            match spoken {
                Err(error) if error.is_cancelled() => break,
                other => drop(other?),
            }
        }
        let took = start.elapsed();
        if samples == 0 && !stop.is_stopped() {
            return Err(Error::input("there is nothing in this text that the voice can say"));
        }
        sink.finish(stop)?;
        if stop.is_stopped() {
            return Err(Error::stopped());
        }
        if self.json {
            let line = serde_json::json!({
                "output": self.output.as_ref().map(super::lossy),
                "duration_s": term::seconds(samples, rate),
                "timings_ms": {
                    "first_sound": term::tenth(first.unwrap_or_default().as_secs_f64() * 1e3),
                    "tts": term::tenth(took.as_secs_f64() * 1e3),
                },
            });
            println!("{}", term::json(&line));
        }
        Ok(())
    }
}
