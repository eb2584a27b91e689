//! What every handler gets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::{Receiver, Sender};
use sayso::Config;
use sayso::internals::boards::{Guest, Surroundings};
use sayso::internals::control::Hub;
use sayso::internals::engines::Pool;
use tokio::sync::watch;

use crate::metrics::Metrics;

/// Boards that may wait to be welcomed.
const WAITING: usize = 64;

/// What every handler gets: the rest of the program, and what the server counts.
pub struct App {
    /// The rest of the program.
    pub around: Surroundings,
    /// What is counted.
    pub metrics: Metrics,
    /// Boards that have connected, on their way to the program.
    pub guests: Sender<Box<dyn Guest>>,
    /// The other end.
    pub welcome: Receiver<Box<dyn Guest>>,
    /// Whether the server ends.
    ending: watch::Sender<bool>,
    /// The same, to be read without waiting.
    ended: AtomicBool,
}

impl App {
    pub fn new(around: Surroundings) -> Arc<Self> {
        let (guests, welcome) = crossbeam_channel::bounded(WAITING);
        let (metrics, ending) = (Metrics::new(&around.hub), watch::Sender::new(false));
        Arc::new(Self { around, metrics, guests, welcome, ending, ended: AtomicBool::new(false) })
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.around.config
    }

    /// The boards.
    pub fn hub(&self) -> &Hub {
        &self.around.hub
    }

    /// The sessions.
    pub fn pool(&self) -> &Pool {
        &self.around.pool
    }

    /// Lets everything end.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.ending.send_replace(true);
    }

    /// Whether the program or the server ends.
    pub fn is_ending(&self) -> bool {
        self.ended.load(Ordering::Acquire) || self.around.stop.is_stopped()
    }

    /// Waits until the server ends.
    pub async fn ending(&self) {
        let mut ending = self.ending.subscribe();
        // The sender is in this value, so there is no error.
        let _ = ending.wait_for(|ending| *ending).await;
    }
}
