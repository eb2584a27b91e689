use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that tells running work to stop; clones share it.
///
/// Engines look at it at least once per token, batch of the prompt, encoder
/// run or synthesised block, and then return [`ErrorKind::Cancelled`].
///
/// [`ErrorKind::Cancelled`]: crate::ErrorKind::Cancelled
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks all holders to stop. Cannot be taken back: each turn gets its own flag.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether someone asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// `Err` with [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) once cancelled: for use with `?`.
    pub fn check(&self) -> crate::Result<()> {
        if self.is_cancelled() {
            Err(crate::Error::new(crate::ErrorKind::Cancelled, "stopped before it was done"))
        } else {
            Ok(())
        }
    }
}
