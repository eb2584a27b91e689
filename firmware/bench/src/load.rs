//! `sayso bench load`: how long a person waits for the answer while other programs use the machine
//! too.
//!
//! The same questions are asked with fixed numbers of threads and with one that follows the load,
//! alternating from question to question. None, one and two other processes each keep a core busy:
//! on the whole machine, under a processor quota of one core, and with a single CPU.

mod confine;

use clap::{Args, ValueEnum};
use sayso::internals::cores::Cores;
use sayso::{Assistant, Result, Stop};

use super::busy::Busy;
use super::figures::{Figures, Sheet};
use super::questions::{Choice, Question};
use super::turns::play::play;
use crate::{Host, term};
use confine::Within;

/// The largest fixed number of threads that is tried.
const MOST: usize = 4;

/// Measure the time to the first sound while other programs are busy.
///
/// From the labelled end of the speech to the first audible sample of the reply, with 1, 2, …
/// threads (`stt.threads`, `llm.threads`) and with as many as the load leaves free (0).
/// `following_to_best_fixed_ratio` compares the medians; the target is at most 1.3.
#[derive(Args)]
pub struct Load {
    #[command(flatten)]
    choice: Choice,
    /// How often each question is asked
    #[arg(long, short = 'n', visible_alias = "runs", value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// How many other processes keep a core busy each; may be repeated
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "0,1,2")]
    busy: Vec<usize>,
    /// What part of the machine the assistant may use
    #[arg(
        long,
        value_enum,
        value_name = "WHAT,…",
        value_delimiter = ',',
        default_value = "machine,quota,affinity"
    )]
    within: Vec<Within>,
    /// Instead of everything that `within` names: confine this process to it
    #[arg(long, value_enum, hide = true)]
    confined: Option<Within>,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

/// A number of threads, and the times with it.
struct Way {
    /// 0 follows the load.
    threads: u32,
    cores: Cores,
    first_sound: Figures,
    ready: Figures,
}

impl Load {
    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        if let Some(within) = self.confined {
            return match confine::enter(within) {
                Ok(()) => self.measure(within, host, stop),
                Err(why) => {
                    term::note(format!("SKIPPED {}: {why}", name(within)));
                    Ok(())
                }
            };
        }
        for &within in &self.within {
            match within {
                Within::Machine => self.measure(within, host, stop)?,
                Within::Quota | Within::Affinity => confine::again(within)?,
            }
            if stop.is_stopped() {
                break;
            }
        }
        Ok(())
    }

    fn measure(&self, within: Within, host: &Host, stop: &Stop) -> Result<()> {
        let questions = self.choice.load()?;
        let mut assistant = host.assistant(host.settings()?)?;
        let cores = sayso::internals::engines::cores();
        for &busy in &self.busy {
            let others = (0..busy).map(|_| Busy::start()).collect::<Result<Vec<_>>>()?;
            let mut ways = ways(cores);
            assistant = self.ask(assistant, &questions, &mut ways, stop)?;
            drop(others);
            if stop.is_stopped() {
                break;
            }
            sheet(within, busy, cores, &ways).print(self.json);
        }
        Ok(())
    }

    /// Asks every question with each number of threads.
    fn ask(
        &self,
        mut assistant: Assistant,
        questions: &[Question],
        ways: &mut [Way],
        stop: &Stop,
    ) -> Result<Assistant> {
        let plays = self.repeat as usize * questions.len() * ways.len();
        let progress = term::Progress::new(plays as u64, "warming up");
        let mut done = 0;
        if let Some(question) = questions.first() {
            play(&mut assistant, question, stop)?;
        }
        for round in 0..self.repeat as usize {
            for (number, question) in questions.iter().enumerate() {
                for way in 0..ways.len() {
                    // The order changes, so that none always goes first.
                    let way = (way + round + number) % ways.len();
                    let Some(way) = ways.get_mut(way) else { continue };
                    progress.at(done, &question.name);
                    done += 1;
                    assistant = assistant.share(way.cores.clone());
                    assistant.set_threads(way.threads);
                    let played = play(&mut assistant, question, stop)?;
                    if stop.is_stopped() {
                        term::note(format!("stopped at {done} of {plays} plays"));
                        return Ok(assistant);
                    }
                    for trouble in &played.troubles {
                        progress.aside(|| term::note(trouble));
                    }
                    played.voice_to_voice_ms.into_iter().for_each(|ms| way.first_sound.push(ms));
                    played.stages.ready.into_iter().for_each(|ms| way.ready.push(ms));
                }
            }
        }
        Ok(assistant)
    }
}

/// Each fixed number of threads, and the one that follows the load.
fn ways(cores: usize) -> Vec<Way> {
    let way = |name: &str, threads, cores| Way {
        threads,
        cores,
        first_sound: Figures::new(format!("{name}_first_sound_ms")),
        ready: Figures::new(format!("{name}_ready_ms")),
    };
    let fixed = (1..=cores.min(MOST) as u32)
        .map(|threads| way(&format!("fixed_{threads}"), threads, Cores::new(cores)));
    fixed.chain([way("following", 0, Cores::following(cores))]).collect()
}

fn sheet(within: Within, busy: usize, cores: usize, ways: &[Way]) -> Sheet {
    let mut sheet = Sheet::new("load")
        .label("within", &name(within))
        .label("busy", &format!("{busy} cores kept busy by others"))
        .count("cores", cores as u64);
    for way in ways {
        sheet = sheet.with(way.first_sound.clone()).with(way.ready.clone());
    }
    for (name, share) in [("", 0.5), ("_p95", 0.95)] {
        if let Some(ratio) = ratio(ways, share) {
            sheet = sheet.value(format!("following_to_best_fixed{name}_ratio"), ratio);
        }
    }
    sheet
}

/// How many times as long the first sound takes as with the best fixed number of threads.
fn ratio(ways: &[Way], share: f64) -> Option<f64> {
    let time = |way: &Way| way.first_sound.percentile(share);
    let (following, fixed) = ways.split_last()?;
    let best = fixed.iter().filter_map(time).min_by(f64::total_cmp)?;
    Some(time(following)? / best)
}

fn name(within: Within) -> String {
    let value = within.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_to_the_best_fixed_number() {
        let mut ways = ways(2);
        assert_eq!(ways.iter().map(|way| way.threads).collect::<Vec<_>>(), [1, 2, 0]);
        assert_eq!(ratio(&ways, 0.5), None);
        for (way, times) in
            ways.iter_mut().zip([[500.0, 510.0], [1_700.0, 2_500.0], [550.0, 600.0]])
        {
            times.into_iter().for_each(|time| way.first_sound.push(time));
        }
        assert_eq!(ratio(&ways, 0.5), Some(1.1));
        let json = sheet(Within::Quota, 1, 2, &ways).json();
        assert_eq!(json["following_to_best_fixed_ratio"], 1.1);
        assert_eq!(json["fixed_2_first_sound_ms"]["max"], 2_500.0);
        assert_eq!((&json["within"], &json["cores"]), (&"quota".into(), &2.into()));
    }
}
