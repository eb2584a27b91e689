//! Reports of the program to systemd, if systemd started it: `sd_notify(3)`.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use sd_notify::{NotifyState, notify, watchdog_enabled};

/// The service manager, if there is one; without one nothing here has an effect.
pub struct Service {
    managed: bool,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    ready: bool,
    status: String,
}

impl Service {
    /// The service manager that `NOTIFY_SOCKET` names.
    pub fn find() -> Self {
        let managed = cfg!(target_os = "linux")
            && std::env::var_os("NOTIFY_SOCKET").is_some_and(|socket| !socket.is_empty());
        Self { managed, told: Mutex::default() }
    }

    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        self.managed
    }

    fn tell(&self, states: &[NotifyState<'_>]) {
        if self.managed
            && let Err(error) = notify(states)
        {
            log::warn!("cannot report to the service manager: {error}");
        }
    }

    /// The program does its work; reported once.
    pub fn ready(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut told.ready, true) {
            self.tell(&[NotifyState::Ready]);
        }
    }

    /// What is happening, in a few words for people; reported when it changes.
    pub fn status(&self, status: &str) {
        // Each state must be one line.
        let status = status.replace('\n', " ");
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.status != status {
            self.tell(&[NotifyState::Status(&status)]);
            told.status = status;
        }
    }

    /// The program ends.
    pub fn stopping(&self) {
        self.tell(&[NotifyState::Stopping]);
    }

    /// Feeds the watchdog, if there is one, as long as the program is `alive`. The service manager
    /// restarts a program that is not.
    pub fn watch(&self, alive: impl Fn() -> bool + Send + 'static) {
        let Some(limit) = watchdog_enabled().filter(|_| self.managed) else { return };
        let watching = move || {
            // A message that is late, or lost, does no harm.
            let pause = limit / 4;
            loop {
                if alive() {
                    // If the manager is gone, or restarts this program, nobody needs the message.
                    let _ = notify(&[NotifyState::Watchdog]);
                }
                std::thread::sleep(pause);
            }
        };
        // The thread ends with the program.
        if let Err(error) = std::thread::Builder::new().name("watchdog".into()).spawn(watching) {
            log::error!(
                "the watchdog will restart this program, because the thread that feeds it cannot \
                 start: {error}"
            );
        }
    }
}

/// Systems without systemd.
#[cfg(not(target_os = "linux"))]
mod none {
    pub enum NotifyState<'s> {
        Ready,
        Status(&'s str),
        Stopping,
        Watchdog,
    }

    pub fn notify(_: &[NotifyState<'_>]) -> std::io::Result<()> {
        Ok(())
    }

    pub fn watchdog_enabled() -> Option<std::time::Duration> {
        None
    }
}
#[cfg(not(target_os = "linux"))]
use none::{NotifyState, notify, watchdog_enabled};

/// Records when something last made progress.
pub struct Beat(Mutex<Instant>);

impl Beat {
    /// Progress was made just now.
    pub fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// Records progress.
    pub fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether progress was made within `limit`.
    pub fn is_within(&self, limit: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beat_is_fresh_for_a_while() {
        let beat = Beat::new();
        assert!(beat.is_within(Duration::from_secs(60)));
        std::thread::sleep(Duration::from_millis(5));
        assert!(!beat.is_within(Duration::from_millis(1)));
        beat.beat();
        assert!(beat.is_within(Duration::from_secs(60)));
    }
}
