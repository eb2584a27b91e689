//! `sayso bench serve`: conversations at the same time over the network.
//!
//! A `sayso serve` is started as a process of its own. Clients talk with it over WebSockets, as
//! `docs/api.md` says, in real time. Each asks recorded questions, one after the other, and waits
//! for the whole answer. All clients begin at different moments of one question, as people would.

mod client;
mod server;

use std::time::Duration;

use clap::Args;
use sayso::{Error, Result, Stop};

use super::figures::{Figures, Sheet};
use super::questions::{Choice, Question};
use crate::{Host, term};
use client::{Asked, Client};
use server::Server;

/// How long after each other the first questions begin.
const APART: Duration = Duration::from_millis(700);

const EXAMPLES: &str = "\
Examples:
  sayso --profile small bench serve
  sayso bench serve --clients 1,2 --each 8 --json";

/// Measure conversations at the same time over the network.
///
/// A server of its own is started, with the program's settings. Each client asks recorded
/// questions in real time over a WebSocket, and plays the answers. Latencies are measured at the
/// client, from the labelled end of the speech to the first audible sample that it plays. Finally
/// one client more than there are sessions asks for a conversation, which has to be refused.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Serve {
    #[command(flatten)]
    choice: Choice,
    /// How many clients talk at the same time, one number after the other
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1,2,4,8")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=64))]
    clients: Vec<u8>,
    /// How many questions each client asks
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..))]
    each: u8,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

impl Serve {
    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        let questions = self.choice.load()?;
        let most = self.clients.iter().copied().max().unwrap_or(1);
        let server = Server::start((host.program)()?, most, stop)?;
        let idle = server.memory()?;
        for &count in &self.clients {
            let all = self.talk(&server, usize::from(count), &questions, stop)?;
            if stop.is_stopped() {
                return Err(Error::stopped());
            }
            let mut latency = Figures::new("voice_to_voice_ms");
            let mut sheet = Sheet::new("serve").count("clients", count.into());
            let asked = all.iter().flat_map(|talk| &talk.asked);
            for one in asked.clone() {
                one.voice_to_voice_ms.into_iter().for_each(|ms| latency.push(ms));
            }
            let lost = asked.clone().filter(|one| one.voice_to_voice_ms.is_none()).count();
            let cut = asked.filter(|one| one.cut_off).count();
            let late: u64 = all.iter().map(|talk| talk.late).sum();
            sheet = sheet.with(latency).count("unanswered", lost as u64);
            sheet = sheet.count("cut_off", cut as u64).count("gaps_in_the_answers", late);
            // The sessions are still lent, because the clients have not left.
            let used = all.iter().filter_map(|talk| talk.memory_mib).fold(0.0, f64::max);
            sheet = sheet.value("server_mib", used);
            sheet.value("mib_per_client", (used - idle) / f64::from(count)).print(self.json);
        }
        let refused = Self::one_too_many(&server, most)?;
        Sheet::new("serve")
            .label("clients", "one too many")
            .count("refused", refused)
            .print(self.json);
        Ok(())
    }

    /// Lets so many clients talk at the same time.
    fn talk(
        &self,
        server: &Server,
        count: usize,
        questions: &[Question],
        stop: &Stop,
    ) -> Result<Vec<Talk>> {
        let asking = term::Busy::new(&format!("{count} at the same time"));
        let talks = std::thread::scope(|scope| {
            let mut talks = Vec::new();
            for number in 0..count {
                talks.push(scope.spawn(move || {
                    let client = Client::connect(server.port(), number)?;
                    self.ask(client, server, number, questions, stop)
                }));
            }
            let died = |_| Error::died("client");
            talks.into_iter().map(|talk| talk.join().map_err(died)?).collect()
        });
        drop(asking);
        talks
    }

    fn ask(
        &self,
        mut client: Client,
        server: &Server,
        number: usize,
        questions: &[Question],
        stop: &Stop,
    ) -> Result<Talk> {
        client.wait(APART * u32::try_from(number).unwrap_or_default())?;
        let mut asked = Vec::new();
        for step in 0..usize::from(self.each) {
            if stop.is_stopped() {
                break;
            }
            // Each client asks other questions at the same time.
            let at = (number * usize::from(self.each) + step) % questions.len().max(1);
            let question = questions.get(at);
            let question = question.ok_or_else(|| Error::input("there are no questions to ask"))?;
            asked.push(client.ask(question)?);
        }
        Ok(Talk { asked, late: client.gaps(), memory_mib: server.memory().ok() })
    }

    /// Asks for a conversation while all sessions are lent. Returns how many were refused as busy.
    fn one_too_many(server: &Server, most: u8) -> Result<u64> {
        let held: Vec<Client> =
            (0..most.into()).map(|n| Client::connect(server.port(), n)).collect::<Result<_>>()?;
        let refused = Client::is_refused(server.port())?;
        drop(held);
        Ok(u64::from(refused))
    }
}

/// What a client has seen.
struct Talk {
    asked: Vec<Asked>,
    /// How often an answer stopped because no sound was there.
    late: u64,
    /// The server's memory at the end of it.
    memory_mib: Option<f64>,
}
