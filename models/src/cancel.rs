use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A flag that tells running work to stop; clones share it.
///
/// Engines check it at least once per token, network layer, synthesised block or node of a ggml
/// graph, and then return [`ErrorKind::Cancelled`]. So the checks also show that the work is
/// alive: a flag made by [`beating`](Self::beating) counts them.
///
/// [`ErrorKind::Cancelled`]: crate::ErrorKind::Cancelled
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    cancelled: Arc<AtomicBool>,
    beats: Option<Arc<AtomicU64>>,
}

impl Cancel {
    /// A flag that is not set and counts nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same flag, which also adds one to `beats` at each check: while the number grows, the
    /// work that holds this flag is alive.
    pub fn beating(&self, beats: &Arc<AtomicU64>) -> Self {
        Self { cancelled: self.cancelled.clone(), beats: Some(beats.clone()) }
    }

    /// Another flag, not set, that counts its checks in the same place: for work that follows from
    /// this work but must not be stopped with it.
    pub fn renewed(&self) -> Self {
        Self { cancelled: Arc::default(), beats: self.beats.clone() }
    }

    /// Asks all holders to stop. This cannot be undone: each turn gets its own flag.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Whether someone asked to stop.
    pub fn is_cancelled(&self) -> bool {
        if let Some(beats) = &self.beats {
            beats.fetch_add(1, Ordering::Relaxed);
        }
        self.cancelled.load(Ordering::Acquire)
    }

    /// `Err` with [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) once cancelled: for use with `?`.
    pub fn check(&self) -> crate::Result<()> {
        if self.is_cancelled() {
            Err(crate::Error::new(crate::ErrorKind::Cancelled, "stopped before it was finished"))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_a_beat_and_the_flag_stays_shared() {
        let beats = Arc::new(AtomicU64::new(0));
        let plain = Cancel::new();
        let beating = plain.beating(&beats);
        assert!(!plain.is_cancelled() && plain.check().is_ok());
        assert_eq!(beats.load(Ordering::Relaxed), 0, "the flag it came from counts nothing");
        assert!(!beating.is_cancelled() && beating.check().is_ok());
        assert!(!beating.clone().is_cancelled());
        assert_eq!(beats.load(Ordering::Relaxed), 3);
        plain.cancel();
        assert!(beating.is_cancelled() && beating.check().is_err_and(|e| e.is_cancelled()));
        assert_eq!(beats.load(Ordering::Relaxed), 5, "it beats on while the work winds up");
    }

    #[test]
    fn cancelling_a_beating_flag_cancels_the_other() {
        let plain = Cancel::new();
        plain.beating(&Arc::default()).cancel();
        assert!(plain.is_cancelled());
    }

    #[test]
    fn a_renewed_flag_beats_with_the_old_one_and_is_not_set() {
        let beats = Arc::new(AtomicU64::new(0));
        let old = Cancel::new().beating(&beats);
        old.cancel();
        let new = old.renewed();
        assert!(!new.is_cancelled());
        assert_eq!(beats.load(Ordering::Relaxed), 1);
        new.cancel();
        assert!(new.is_cancelled() && !old.renewed().is_cancelled());
    }
}
