//! Boards that come by themselves: a bounded number of conversations with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

use sayso::internals::boards::{Listener, Opened};
use sayso::internals::control::Hub;
use sayso::{Error, Event, Losses, Pace, Result, Stop};
use sayso_board::Board;
use sayso_core::audio::Samples;

use super::talk::{Events, Models, Talk};

/// How often it is looked whether to stop.
const WAIT: Duration = Duration::from_millis(200);

/// The conversations that are still possible with boards that come; clones share them.
#[derive(Clone)]
pub struct Places {
    most: usize,
    free: Arc<AtomicUsize>,
}

impl Places {
    pub fn new(most: usize) -> Self {
        Self { most, free: Arc::new(AtomicUsize::new(most)) }
    }

    fn take(&self) -> Option<Place> {
        let less = |free: usize| free.checked_sub(1);
        let taken = self.free.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        taken.is_ok().then(|| Place(self.clone()))
    }
}

/// One of them, given back when dropped.
struct Place(Places);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.free.fetch_add(1, Ordering::AcqRel);
    }
}

/// A listener, and what is needed for a conversation with what comes.
pub struct Reception<'t> {
    pub listener: Box<dyn Listener>,
    pub models: &'t Models<'t>,
    pub hub: &'t Hub,
    pub places: Places,
    pub stop: &'t Stop,
    pub events: Events,
}

/// A conversation with one that came.
struct Guest<'scope> {
    name: String,
    stop: Stop,
    thread: ScopedJoinHandle<'scope, Result<Losses>>,
}

impl<'t> Reception<'t> {
    /// Talks with what comes, until it is to stop. A conversation that fails ends alone.
    pub fn serve<'scope>(mut self, scope: &'scope Scope<'scope, '_>) -> Result<()>
    where
        't: 'scope,
    {
        let mut guests: Vec<Guest<'scope>> = Vec::new();
        let mut refused = false;
        let ended = loop {
            if self.stop.is_stopped() {
                break Ok(());
            }
            let came = self.listener.accept(WAIT);
            let (over, on): (Vec<_>, Vec<_>) =
                guests.into_iter().partition(|guest| guest.thread.is_finished());
            guests = on;
            for guest in over {
                refused = false;
                self.see_off(guest);
            }
            let (name, board) = match came {
                Ok(Some(came)) => came,
                Ok(None) => continue,
                Err(error) => break Err(error),
            };
            match self.places.take() {
                Some(place) => match self.take_in(scope, &name, board, place) {
                    Ok(guest) => guests.push(guest),
                    Err(error) => break Err(error),
                },
                // Said once, until there is room again: who is refused may try for ever.
                None if std::mem::replace(&mut refused, true) => {}
                None => self.trouble(
                    name,
                    format!(
                        "refused: {} boards that came by themselves are talked with; \
                         models.sessions allows more",
                        self.places.most
                    ),
                ),
            }
        };
        for guest in &guests {
            guest.stop.stop();
        }
        for guest in guests {
            self.see_off(guest);
        }
        ended
    }

    fn take_in<'scope>(
        &self,
        scope: &'scope Scope<'scope, '_>,
        name: &str,
        board: Box<dyn Board + Send>,
        place: Place,
    ) -> Result<Guest<'scope>>
    where
        't: 'scope,
    {
        // Who comes has no name of its own yet under which it could be remembered.
        let (seat, _) = self.hub.enter(name, "", false);
        let name = seat.name().to_owned();
        let stop = Stop::new();
        let talk = Talk {
            models: self.models,
            seat,
            board: Opened::new(board),
            pace: Pace::Live,
            device: "satellite",
            waits: false,
            came: true,
            stop: stop.clone(),
            events: self.events.clone(),
        };
        let hold = move || {
            let _place = place;
            talk.hold()
        };
        let thread = std::thread::Builder::new()
            .name(name.clone())
            .spawn_scoped(scope, hold)
            .map_err(|error| Error::Io(format!("cannot start a thread: {error}")))?;
        Ok(Guest { name, stop, thread })
    }

    /// The conversation is over.
    fn see_off(&self, guest: Guest<'_>) {
        match guest.thread.join().map_err(|_| Error::Worker("conversation")) {
            Ok(Ok(_)) => {}
            Ok(Err(error)) | Err(error) => self.trouble(guest.name, error.to_string()),
        }
    }

    fn trouble(&self, name: String, message: String) {
        // The receiver outlives every conversation.
        let _ = self.events.send((name, Event::Trouble { at: Samples::ZERO, message }));
    }
}
