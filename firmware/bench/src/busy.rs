//! Another program that needs the CPU too.

use std::process::{Child, Command, Stdio};

use sayso::{Error, Result};

/// The hidden task that keeps one core busy.
pub const BUSY: [&str; 2] = ["bench", "busy"];

/// A separate process that keeps a core busy until this is dropped.
pub struct Busy(Child);

impl Busy {
    /// Starts it.
    ///
    /// # Errors
    /// If this program cannot be started a second time.
    pub fn start() -> Result<Self> {
        let failed = |error| Error::io("cannot start another process", error);
        let program = std::env::current_exe().map_err(failed)?;
        // It ends when its input does, so it also ends when this program does, for whatever
        // reason.
        let child = Command::new(program).args(BUSY).stdin(Stdio::piped()).spawn();
        child.map(Self).map_err(failed)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Fails only if it has already ended.
        let _ = self.0.wait();
    }
}

/// Keeps one core busy until the input ends.
pub fn busy() -> Result<()> {
    std::thread::spawn(|| {
        let mut sum = 0u64;
        loop {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(1));
        }
    });
    let input = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    input.map(drop).map_err(|error| Error::io("standard input", error))
}
