//! `sayso bench`: how fast this machine is, stage by stage and turn by turn.

#![forbid(unsafe_code)]

mod busy;
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
mod sessions;
mod soak;
mod stages;
mod turns;

use clap::{Args, Subcommand, ValueEnum};
use sayso::{Assistant, Config, Error, Result, Stop, Weights};
use sayso_term as term;

pub use busy::BUSY;
use stages::Stages;

/// So many questions are asked when everything is measured.
const FEW: u32 = 16;

const EXAMPLES: &str = "\
Examples:
  sayso bench vad stt                       two stages
  sayso bench tts -n 50 --json              one stage, 50 times, for a program
  sayso --profile small bench turns --limit 16
                                            whole turns beside a plain cascade
  sayso bench soak --minutes 60             does it hold for an hour?
  sayso bench sessions                      what a further conversation costs";

/// The program that the benchmarks run in.
pub struct Host<'a> {
    /// Loads its settings.
    pub settings: &'a dyn Fn() -> Result<Config>,
    /// Loads the models that settings choose, and shows that.
    pub weights: &'a dyn Fn(&Config) -> Result<Weights>,
    /// Whether more of what goes on is to be said.
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
/// Without a name: every stage, the endpointer, and turns with the first 16
/// questions. Prints the median and the tails; times in ms unless the name
/// says otherwise.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, subcommand_precedence_over_arg = true)]
pub struct Bench {
    /// Which stages
    #[arg(value_enum, value_name = "STAGE")]
    names: Vec<Name>,
    /// How often
    #[arg(long, short = 'n', default_value_t = 10)]
    runs: usize,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Voice activity detection, per frame of 32 ms
    Vad,
    /// Is the turn over? For utterances of 1, 2, 5 and 8 s
    Eot,
    /// Speech to text, for utterances of 2, 3, 5 and 10 s
    Stt,
    /// Language model: prefill, tokens a second, time to first token
    Llm,
    /// Voice: first sound of a clause, real-time factor
    Tts,
    /// A listening assistant with nobody speaking: share of one core
    Idle,
    /// Own voice on an open loudspeaker: is it taken for a person, are people heard over it
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
    /// Keep one core busy until the input ends
    #[command(hide = true)]
    Busy,
}

impl Bench {
    /// Measures what the command line asks for, and prints it.
    ///
    /// # Errors
    /// When the command line or the settings are wrong, when the models do not load, or when
    /// an engine fails.
    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        match &self.what {
            Some(What::Turns(turns)) => return turns.run(host, stop),
            Some(What::Endpoint(endpoint)) => return endpoint.run(host, stop),
            Some(What::Length(length)) => return length.run(host, stop),
            Some(What::Load(load)) => return load.run(host, stop),
            Some(What::Soak(soak)) => return soak.run(host, stop),
            Some(What::Sessions(sessions)) => return sessions.run(host, stop),
            Some(What::Busy) => return busy::busy(),
            Some(What::Label(label)) => return label.run(host.verbose),
            None => {}
        }
        if self.runs == 0 {
            return Err(Error::input("--runs 0 measures nothing"));
        }
        let all = [Name::Vad, Name::Eot, Name::Stt, Name::Llm, Name::Tts, Name::Idle];
        let names = if self.names.is_empty() { &all[..] } else { &self.names };
        let stages = Stages { runs: self.runs, stop };
        for name in names {
            let sheet = match name {
                Name::Vad => stages.vad(host)?,
                Name::Eot => stages.eot(host)?,
                Name::Stt => stages.stt(host)?,
                Name::Llm => stages.llm(host)?,
                Name::Tts => stages.tts(host)?,
                Name::Idle => stages.idle(host)?,
                Name::Echo => echo::run(&host.settings()?, self.runs, stop)?,
            };
            sheet.print(self.json);
        }
        if self.names.is_empty() {
            endpoint::Endpoint::new(self.json).run(host, stop)?;
            turns::Turns::first(FEW, self.json).run(host, stop)?;
        }
        Ok(())
    }
}
