//! What the program tells systemd, if that started it: `sd_notify(3)`.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use sd_notify::{NotifyState, notify, watchdog_enabled};

/// The service manager, if there is one; else all of this does nothing.
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
    /// The one that `NOTIFY_SOCKET` names.
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

    /// The program does what it is for; told once.
    pub fn ready(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut told.ready, true) {
            self.tell(&[NotifyState::Ready]);
        }
    }

    /// What goes on, in a few words, for people; told when it changes.
    pub fn status(&self, status: &str) {
        // Each state is a line.
        let status = status.replace('\n', " ");
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.status != status {
            self.tell(&[NotifyState::Status(&status)]);
            told.status = status;
        }
    }

    /// It ends.
    pub fn stopping(&self) {
        self.tell(&[NotifyState::Stopping]);
    }

    /// Feeds the watchdog, if there is one, for as long as the program is `alive`; the
    /// service manager restarts one that is not.
    pub fn watch(&self, alive: impl Fn() -> bool + Send + 'static) {
        let Some(limit) = watchdog_enabled().filter(|_| self.managed) else { return };
        let watching = move || {
            // One that is late, or lost, does no harm.
            let pause = limit / 4;
            loop {
                if alive() {
                    // The manager is gone, or restarts it: there is nobody to tell.
                    let _ = notify(&[NotifyState::Watchdog]);
                }
                std::thread::sleep(pause);
            }
        };
        // It ends with the program.
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

/// Says when something was last seen to go on.
pub struct Beat(Mutex<Instant>);

impl Beat {
    /// Just now.
    pub fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// Goes on.
    pub fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether it went on within `limit`.
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
