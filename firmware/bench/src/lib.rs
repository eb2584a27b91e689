//! `sayso bench`: how fast this machine is, stage by stage and turn by turn.

#![forbid(unsafe_code)]

mod busy;
mod data;
mod documents;
mod echo;
mod endpoint;
mod figures;
mod further;
mod interruptions;
mod label;
mod length;
mod load;
mod questions;
mod room;
#[cfg(feature = "server")]
mod serve;
mod sessions;
mod soak;
mod stages;
mod turns;

use std::path::PathBuf;
use std::process::Command;

use clap::{Args, Subcommand, ValueEnum};
use sayso::{Assistant, Config, Error, Result, Stop, Weights};
use sayso_term as term;

pub use busy::BUSY;
use data::Data;
use stages::Stages;

/// The number of questions when everything is measured.
const FEW: u32 = 16;

const EXAMPLES: &str = "\
Examples:
  sayso bench vad stt                       two stages
  sayso bench tts -n 50 --json              one stage, 50 times, for a program
  sayso --profile small bench turns --limit 16
                                            whole turns beside a plain cascade
  sayso bench soak --minutes 60             an hour of conversation: does memory grow?
  sayso bench sessions                      the memory of each further conversation
  sayso bench serve                         conversations at the same time over the network
  sayso bench documents                     answers from documents beside the model's";

/// The program that the benchmarks run in.
pub struct Host<'a> {
    /// Loads the program's settings.
    pub settings: &'a dyn Fn() -> Result<Config>,
    /// Loads the models that the settings choose, and shows the progress.
    pub weights: &'a dyn Fn(&Config) -> Result<Weights>,
    /// This program with its options, as a process of its own.
    pub program: &'a dyn Fn() -> Result<Command>,
    /// Whether to print more details.
    pub verbose: bool,
}

impl Host<'_> {
    fn settings(&self) -> Result<Config> {
        (self.settings)()
    }

    /// An assistant with these settings, its models loaded.
    fn assistant(&self, config: Config) -> Result<Assistant> {
        let engines = self.weights(&config)?.session()?;
        Ok(Assistant::new(config, engines))
    }

    fn weights(&self, config: &Config) -> Result<Weights> {
        (self.weights)(config)
    }
}

/// Measure the stages and whole turns on this machine.
///
/// Without a name: every stage, the endpointer, and turns with the first 16 questions. Prints the
/// median and the tails; times are in ms unless the name says otherwise.
///
/// The recordings are not part of the program, but of Sayso's source, in its folder tests/data.
/// They are found if the working folder or the program is inside a checkout of it; otherwise name
/// the folder with --data or SAYSO_TEST_DATA.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, subcommand_precedence_over_arg = true)]
pub struct Bench {
    /// Which stages to measure
    #[arg(value_enum, value_name = "STAGE")]
    names: Vec<Name>,
    /// How often each is measured
    #[arg(long, short = 'n', default_value_t = 10)]
    runs: usize,
    /// Folder of the recordings, laid out like tests/data [default: tests/data of the checkout
    /// that contains the working folder or the program, or else the folder in SAYSO_TEST_DATA]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Voice activity detection, per frame of 32 ms
    Vad,
    /// End-of-turn model, for utterances of 1, 2, 5 and 8 s
    Eot,
    /// Speech to text, for utterances of 2, 3, 5 and 10 s
    Stt,
    /// Language model: prefill, tokens per second, time to first token
    Llm,
    /// Voice: first sound of a clause, real-time factor
    Tts,
    /// A listening assistant while nobody speaks: share of one core
    Idle,
    /// Its own voice on an open loudspeaker: whether it is taken for a person, and whether people
    /// are heard over it
    Echo,
}

#[derive(Subcommand)]
enum What {
    Turns(turns::Turns),
    Endpoint(endpoint::Endpoint),
    Length(length::Length),
    Load(load::Load),
    Soak(soak::Soak),
    Label(label::Label),
    Sessions(sessions::SessionsBench),
    #[cfg(feature = "server")]
    Serve(serve::Serve),
    Documents(documents::DocumentsBench),
    /// Keep one core busy until the input ends
    #[command(hide = true)]
    Busy,
}

impl Bench {
    /// Measures what the command line asks for, and prints the figures.
    ///
    /// # Errors
    /// If the command line or the settings are wrong, the recordings are missing, the models
    /// cannot be loaded, or an engine fails.
    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        match &self.what {
            Some(What::Turns(turns)) => return turns.run(host, stop),
            Some(What::Endpoint(endpoint)) => return endpoint.run(host, stop),
            Some(What::Length(length)) => return length.run(host, stop),
            Some(What::Load(load)) => return load.run(host, stop),
            Some(What::Soak(soak)) => return soak.run(host, stop),
            Some(What::Sessions(sessions)) => return sessions.run(host, stop),
            #[cfg(feature = "server")]
            Some(What::Serve(serve)) => return serve.run(host, stop),
            Some(What::Documents(documents)) => return documents.run(host, stop),
            Some(What::Busy) => return busy::busy(),
            Some(What::Label(label)) => return label.run(host.verbose),
            None => {}
        }
        if self.runs == 0 {
            return Err(Error::input("--runs 0 measures nothing: use 1 or more"));
        }
        let all = [Name::Vad, Name::Eot, Name::Stt, Name::Llm, Name::Tts, Name::Idle];
        let names = if self.names.is_empty() { &all[..] } else { &self.names };
        let named = self.data.as_slice();
        let data = &Data::new(named);
        let stages = Stages { runs: self.runs, data, stop };
        for name in names {
            let sheet = match name {
                Name::Vad => stages.vad(host)?,
                Name::Eot => stages.eot(host)?,
                Name::Stt => stages.stt(host)?,
                Name::Llm => stages.llm(host)?,
                Name::Tts => stages.tts(host)?,
                Name::Idle => stages.idle(host)?,
                Name::Echo => echo::run(&host.settings()?, data, self.runs, stop)?,
            };
            sheet.print(self.json);
        }
        if self.names.is_empty() {
            endpoint::Endpoint::new(named, self.json).run(host, stop)?;
            turns::Turns::first(FEW, named, self.json).run(host, stop)?;
        }
        Ok(())
    }
}
