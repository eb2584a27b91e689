//! Boards that connect by themselves: a limited number of conversations with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

use sayso::internals::boards::{Guest, Listener, Opened, Site, known_as, named};
use sayso::internals::control::Hub;
use sayso::{Error, ErrorKind, Event, Losses, Pace, Result, Stop};
use sayso_core::audio::SampleTime;

use super::talk::{Events, Models, Talk};

/// How often it checks whether to stop.
const WAIT: Duration = Duration::from_millis(200);

/// How many more conversations are possible with boards that connect; clones share it.
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

/// One of these places, released when dropped.
struct Place(Places);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.free.fetch_add(1, Ordering::AcqRel);
    }
}

/// A listener, and what is needed for a conversation with a board that connects.
pub struct Reception<'t> {
    pub listener: Box<dyn Listener>,
    pub models: &'t Models,
    pub hub: &'t Hub,
    pub places: Places,
    pub stop: &'t Stop,
    pub events: Events,
}

/// A conversation with a board that has connected.
struct Visit<'scope> {
    /// Where it connected from, until it is identified.
    origin: String,
    stop: Stop,
    thread: ScopedJoinHandle<'scope, (String, Result<Losses>)>,
}

impl<'t> Reception<'t> {
    /// Holds conversations with the boards that connect, until it must stop. A conversation that
    /// fails does not affect the others.
    pub fn serve<'scope>(mut self, scope: &'scope Scope<'scope, '_>) -> Result<()>
    where
        't: 'scope,
    {
        let mut visits: Vec<Visit<'scope>> = Vec::new();
        let (mut refused, mut deaf) = (false, false);
        let ended = loop {
            if self.stop.is_stopped() {
                break Ok(());
            }
            let came = self.listener.accept(WAIT);
            let (over, on): (Vec<_>, Vec<_>) =
                visits.into_iter().partition(|visit| visit.thread.is_finished());
            visits = on;
            for visit in over {
                refused = false;
                self.see_off(visit);
            }
            let guest = match came {
                Ok(Some(came)) => came,
                Ok(None) => {
                    deaf = false;
                    continue;
                }
                // It goes on listening. The error is reported once, until listening works again.
                Err(error) if error.kind() == ErrorKind::Unavailable => {
                    if !std::mem::replace(&mut deaf, true) {
                        self.trouble(self.listener.address(), error.to_string());
                    }
                    std::thread::sleep(WAIT);
                    continue;
                }
                Err(error) => break Err(error),
            };
            deaf = false;
            match self.places.take() {
                Some(place) => match self.take_in(scope, guest, place) {
                    Ok(visit) => visits.push(visit),
                    Err(error) => break Err(error),
                },
                None => {
                    let why = format!(
                        "{} boards that connected by themselves are in use already. To allow \
                         more, set models.sessions",
                        self.places.most
                    );
                    // Reported once, until a place is free again, because a refused board may try
                    // for ever.
                    if !std::mem::replace(&mut refused, true) {
                        self.trouble(guest.origin(), format!("refused: {why}"));
                    }
                    guest.refuse(&Error::new(ErrorKind::Busy, why));
                }
            }
        };
        for visit in &visits {
            visit.stop.stop();
        }
        for visit in visits {
            self.see_off(visit);
        }
        ended
    }

    fn take_in<'scope>(
        &self,
        scope: &'scope Scope<'scope, '_>,
        guest: Box<dyn Guest>,
        place: Place,
    ) -> Result<Visit<'scope>>
    where
        't: 'scope,
    {
        let (origin, stop) = (guest.origin(), Stop::new());
        let (models, hub) = (self.models, self.hub);
        let (theirs, events) = (stop.clone(), self.events.clone());
        let hold = move || {
            let _place = place;
            converse(models, hub, guest, theirs, events)
        };
        let thread = std::thread::Builder::new()
            .name(origin.clone())
            .spawn_scoped(scope, hold)
            .map_err(Error::no_thread)?;
        Ok(Visit { origin, stop, thread })
    }

    /// The conversation is over.
    fn see_off(&self, visit: Visit<'_>) {
        match visit.thread.join() {
            Ok((_, Ok(_))) => {}
            Ok((name, Err(error))) => self.trouble(name, error.to_string()),
            Err(_) => self.trouble(visit.origin, Error::died("conversation").to_string()),
        }
    }

    fn trouble(&self, name: String, message: String) {
        trouble(&self.events, name, message);
    }
}

fn trouble(events: &Events, name: String, message: String) {
    // The receiver outlives every conversation.
    let _ = events.send((name, Event::Trouble { at: SampleTime::ZERO, message }));
}

/// Identifies a board that has connected, and holds a conversation with it. Returns its name, and
/// how that ended.
fn converse(
    models: &Models,
    hub: &Hub,
    mut guest: Box<dyn Guest>,
    stop: Stop,
    events: Events,
) -> (String, Result<Losses>) {
    let identity = match guest.identify() {
        Ok(identity) => identity,
        Err(error) => return (guest.origin(), Err(error)),
    };
    let (seat, doubt) = match identity.as_deref().and_then(known_as) {
        Some(known) => {
            let (name, area) = named(&known, models.config());
            // Otherwise a visitor could fill the disk with names.
            let remembered = guest.has_own_mute() || name != known;
            hub.enter(&name, &area, remembered)
        }
        None if !guest.has_own_mute() => hub.enter(&guest.origin(), "", false),
        None => {
            let (seat, _) = hub.enter(&guest.origin(), "", false);
            seat.doubt();
            let doubt = "it gives no name, so it is not known whether it was muted, and it is \
                         muted now. To unmute it: `sayso ctl unmute`";
            (seat, Some(doubt.to_owned()))
        }
    };
    let name = seat.name().to_owned();
    if let Some(doubt) = doubt {
        trouble(&events, name.clone(), doubt);
    }
    // Before it is used, so that it can be told why it is not.
    seat.loading();
    let assistant = match models.assistant(&seat) {
        Ok(assistant) => Some(assistant),
        Err(error) => {
            guest.refuse(&error);
            return (name, Err(error));
        }
    };
    let site = Site { config: models.config(), name: &name, mute: seat.mute() };
    let board = guest.board(&site);
    let talk = Talk {
        models,
        seat,
        board: Opened::new(board),
        pace: Pace::Live,
        device: "satellite",
        contender: models.contender(Pace::Live),
        waits: false,
        came: true,
        assistant,
        stop,
        events,
    };
    (name, talk.hold())
}
