//! What a worker of a conversation is: it has one engine, takes typed orders and emits typed
//! reports.

use std::sync::Arc;

use sayso_models::Cancel;

use crate::clock::Clock;
use crate::config::Config;
use crate::cores::{Cores, Seat};
use crate::engines::{Engines, threads};
use crate::skills::SharedSkills;

/// Does one kind of work, one order at a time.
pub trait Worker: Send + Sized + 'static {
    /// What it can be ordered to do.
    type Order;
    /// What it reports while it works.
    type Report;
    /// Its name for people.
    const NAME: &'static str;

    /// A worker that takes its engine out of `engines`.
    fn hire(engines: &mut Engines, tools: &Tools) -> Self;

    /// Returns its engine after the work.
    fn give_back(self, engines: &mut Engines);

    /// The flag that stops the work on `order`.
    fn cancel(order: &Self::Order) -> Cancel;

    /// The seat through which it takes cores before it computes, so that they can be taken back if
    /// it hangs.
    fn seat(&self) -> &Seat;

    /// Carries out one order. `cancel` is the order's own flag. Each check of it is a heartbeat,
    /// so it must be checked every second or so during the work.
    fn run(&mut self, order: Self::Order, cancel: &Cancel, emit: &mut dyn FnMut(Self::Report));
}

/// What the workers of a conversation are made of, apart from their engines.
#[derive(Clone)]
pub struct Tools {
    /// The settings.
    pub config: Config,
    /// The cores that the workers share.
    pub cores: Cores,
    /// The source of the time.
    pub clock: Arc<dyn Clock>,
    /// What all conversations share; without it, the language model answers everything.
    pub skills: Option<SharedSkills>,
    /// Whether the workers compute at the same time.
    pub live: bool,
}

impl Tools {
    /// The seat of a worker whose engine should use `asked` threads (0 follows the load). On a
    /// virtual clock the workers never compute at the same time, and one may call another while it
    /// holds its own cores. The number of threads is then fixed: some of llama.cpp's sums depend
    /// on it in their last bits, and one recording must always give the same event log.
    pub fn seat(&self, asked: u32) -> Seat {
        match (self.live, asked) {
            (false, _) => Cores::new(self.cores.total()).seat(),
            (true, 0) => self.cores.seat(),
            (true, _) => self.cores.clone().fixed().seat(),
        }
    }

    /// The most threads for such an engine.
    pub fn threads(&self, asked: u32) -> usize {
        threads(asked, self.cores.total())
    }
}
