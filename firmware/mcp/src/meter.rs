//! Counts what a server sends, and remembers why it was cut off.

use std::sync::atomic::{AtomicUsize, Ordering};

use sayso_skills::Obstacle;
use tokio::sync::watch;

/// The longest message, in bytes.
pub const LONGEST: usize = 1 << 20;
/// What a server may send for one use, in bytes.
pub const MOST: usize = 8 << 20;

/// What is read from a connection is reported here. The first thing that is wrong ends it.
pub struct Meter {
    /// How many bytes may still be sent.
    left: AtomicUsize,
    trouble: watch::Sender<Option<Obstacle>>,
}

/// The connection is cut off: [`Meter::trouble`] says why.
#[derive(Debug)]
pub struct CutOff;

impl std::fmt::Display for CutOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "it was cut off")
    }
}

impl std::error::Error for CutOff {}

impl Default for Meter {
    fn default() -> Self {
        Self { left: AtomicUsize::new(MOST), trouble: watch::Sender::new(None) }
    }
}

impl Meter {
    /// So many bytes were read.
    ///
    /// # Errors
    /// If that is more than a server may send.
    pub fn read(&self, bytes: usize) -> Result<(), CutOff> {
        let less = |left: usize| left.checked_sub(bytes);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.cut(too_much(&format!("more than {} MB", MOST >> 20)))),
        }
    }

    /// A message is at least so many bytes long.
    ///
    /// # Errors
    /// If that is longer than a message may be.
    pub fn message(&self, bytes: usize) -> Result<(), CutOff> {
        if bytes <= LONGEST {
            return Ok(());
        }
        Err(self.cut(too_much(&format!("a message of more than {} MB", LONGEST >> 20))))
    }

    /// Something is wrong with what was read.
    pub fn cut(&self, why: Obstacle) -> CutOff {
        self.trouble.send_if_modified(|trouble| {
            let first = trouble.is_none();
            trouble.get_or_insert(why);
            first
        });
        CutOff
    }

    /// The server is used once more.
    pub fn allow_more(&self) {
        self.left.store(MOST, Ordering::Relaxed);
    }

    /// What is wrong, as soon as something is.
    pub async fn trouble(&self) -> Obstacle {
        let mut seen = self.trouble.subscribe();
        let trouble = seen.wait_for(Option::is_some).await.ok().and_then(|trouble| trouble.clone());
        // There is one: its sender is this value, which is borrowed.
        trouble.unwrap_or_default()
    }

    /// Whether something is wrong.
    pub fn is_cut(&self) -> bool {
        self.trouble.borrow().is_some()
    }
}

fn too_much(what: &str) -> Obstacle {
    Obstacle::new(format!("it sent {what}"), "look into the server: it may be broken")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_trouble_counts() {
        let meter = Meter::default();
        assert!(meter.read(MOST).is_ok() && !meter.is_cut());
        assert!(meter.read(1).is_err() && meter.is_cut());
        assert!(meter.message(LONGEST).is_ok() && meter.message(LONGEST + 1).is_err());
        assert_eq!(meter.trouble().await.why, "it sent more than 8 MB");
        meter.allow_more();
        assert!(meter.read(MOST).is_ok());
    }
}
