//! `sayso bench soak`: hours of conversation, to find whether anything degrades.

mod watch;

use std::time::Duration;

use clap::Args;
use sayso::{Error, ErrorKind, Losses, Pace, Result, Stop};
use sayso_core::audio::Samples;
use sayso_replay::Replay;

use super::busy::Busy;
use super::figures::Sheet;
use super::questions::Choice;
use crate::{Host, term};
use watch::Watch;

/// Hold a long conversation to find out whether anything degrades.
///
/// Asks recorded questions with random gaps between them, some of them over the reply. Fails if a
/// sample of sound was lost, if a state lasted beyond its time-out, or if memory kept growing.
#[derive(Args)]
pub struct Soak {
    /// How many minutes, by the clock of the conversation
    #[arg(long, value_name = "N", default_value_t = 60,
          value_parser = clap::value_parser!(u32).range(1..))]
    minutes: u32,
    /// Run in real time, every stage on its thread; without this, on a virtual clock, as fast as
    /// possible
    #[arg(long)]
    real_time: bool,
    /// Keep one core busy with another process meanwhile
    #[arg(long)]
    load: bool,
    /// Seed for the gaps and for the order of the questions
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    choice: Choice,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Soak {
    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        let questions = self.choice.load()?;
        let config = host.settings()?;
        let limits = sayso::internals::assistant::turn_config(&config.turn, None);
        let mut assistant = host.assistant(config)?;
        let _load = self.load.then(Busy::start).transpose()?;
        // It does not end by itself: questions follow until the time is up.
        let hour = Duration::from_secs(3_600);
        let mut board = Replay::from_samples(Vec::new()).tail(hour).max_tail(hour);
        let pace = if self.real_time {
            board = board.pace(sayso_replay::Pace::RealTime);
            Pace::Live
        } else {
            Pace::Lockstep
        };
        let length = Samples::from_ms(u64::from(self.minutes) * 60_000);
        let mut watch = Watch::new(board.handle(), &questions, limits, length, self.seed);
        let progress = term::Progress::new(self.minutes.into(), "minutes of conversation");
        let over = Stop::new();
        let losses = assistant.converse(&mut board, pace, &over, &mut |event| {
            watch.see(event, &|trouble| progress.aside(|| term::note(trouble)));
            progress.at(watch.now().as_ms() / 60_000, &watch.shown());
            if stop.is_stopped() || watch.over() {
                over.stop();
            }
        })?;
        drop(progress);
        let ended = watch.now().as_ms() / 1000;
        if stop.is_stopped() {
            term::note(format!("stopped after {ended} s of conversation"));
        } else if !over.is_stopped() {
            let message = format!("the conversation ended by itself after {ended} s");
            return Err(Error::new(ErrorKind::Turn, message));
        }
        let lost = lost(&losses) + watch.skipped();
        let sheet = self.sheet(&watch, &losses, lost);
        sheet.print(self.json);
        if (lost, watch.stuck()) != (0, 0) {
            let stuck = watch.stuck();
            let message = format!(
                "{lost} samples were lost, and a state lasted longer than its time-out {stuck} \
                 times"
            );
            return Err(Error::new(ErrorKind::Turn, message));
        }
        match watch.leak() {
            None => Ok(()),
            Some(leak) => Err(Error::new(ErrorKind::Turn, leak)),
        }
    }

    fn sheet(&self, watch: &Watch<'_>, losses: &Losses, lost: u64) -> Sheet {
        let hours = watch.now().as_ms() as f64 / 3_600_000.0;
        let xruns = losses.microphone.xruns + losses.loudspeaker.xruns + watch.overruns();
        let pace = if self.real_time { "real time" } else { "virtual clock" };
        let mut sheet = Sheet::new("soak")
            .label("pace", pace)
            .label(
                "load",
                if self.load { "another process keeps a core busy" } else { "no other work" },
            )
            .value("conversation_min", hours * 60.0);
        for (name, count) in watch.counts() {
            sheet = sheet.count(name, count);
        }
        sheet = sheet
            .count("lost_samples", lost)
            .count_wrong_order()
            .count("stuck_states", watch.stuck())
            .value("xruns_per_hour", xruns as f64 / hours.max(1e-9));
        for (name, mib) in watch.memory() {
            sheet = sheet.value(name, mib);
        }
        sheet
    }
}

/// Samples that the streams lost, at their own rates.
fn lost(losses: &Losses) -> u64 {
    let Losses { microphone, loudspeaker, .. } = losses;
    microphone.dropped + microphone.missing + loudspeaker.dropped + loudspeaker.missing
}
