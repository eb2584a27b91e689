//! The boards of a running program, and requests to them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sayso_board::{Mute, StreamStats};

use super::operation::{Answer, BoardStatus, Operation, Phase, Program, Refusal, Request};
use super::{Announcement, Command, Handle};
use crate::error::Result;
use crate::event::Event;
use crate::events::{BoardEvent, Events};
use crate::meter::Meter;
use crate::state::{Sound, StateFolder};
use crate::supervisor::Health;

/// Commands and announcements that may wait at one board.
const MOST_WAITING: usize = 32;

/// Commands of any kind that may wait at one board. A conversation takes them within about 10 ms,
/// so this many wait only if it has stopped.
const MOST_PENDING: usize = 1_024;

const BUSY: &str = "too many requests wait there already: try again later";

/// A missing board is looked for more often than this. If one was not, the thread that looks for
/// it hangs.
const FRESH: Duration = Duration::from_secs(30);

/// The boards of a running program. It carries out [`Request`]s from any transport, and never
/// waits for a conversation. Clones share it.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<HubState>,
}

struct HubState {
    boards: Mutex<BTreeMap<String, Place>>,
    state: StateFolder,
    events: Events<BoardEvent>,
    /// What boards lost that are gone now.
    lost: Mutex<(StreamStats, StreamStats)>,
}

/// One board.
struct Place {
    area: String,
    phase: Phase,
    reason: Option<String>,
    /// The mute and the volume that were last given to its conversation.
    sound: Sound,
    /// The board's mute, which its button sets and ends too.
    mute: Mute,
    /// The name under which its settings survive a restart, if they do.
    memory: Option<String>,
    handle: Option<Handle>,
    /// Whether its conversation is alive.
    health: Option<Health>,
    /// When it was last looked for.
    looked: Instant,
    meter: Meter,
}

impl Hub {
    /// A program without boards, which saves what must survive it in `state`.
    pub fn new(state: StateFolder) -> Self {
        let (boards, events, lost) = Default::default();
        Self { shared: Arc::new(HubState { boards, state, events, lost }) }
    }

    /// What all boards have lost since the program began, of microphones and of loudspeakers.
    pub fn losses(&self) -> (StreamStats, StreamStats) {
        let boards = self.boards();
        let mut all = *self.shared.lost.lock().unwrap_or_else(PoisonError::into_inner);
        for place in boards.values() {
            let (microphone, loudspeaker) = place.meter.read();
            all.0 += microphone;
            all.1 += loudspeaker;
        }
        all
    }

    /// The events of all boards.
    pub fn events(&self) -> &Events<BoardEvent> {
        &self.shared.events
    }

    fn boards(&self) -> MutexGuard<'_, BTreeMap<String, Place>> {
        self.shared.boards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a board, which is removed when the [`Seat`] is dropped. If it is `remembered`, it
    /// begins with the mute and the volume that it had last; the message says why, if they are not
    /// known. Of two boards with the same name the second is called `NAME#2`. Because nobody knows
    /// which was which, both are remembered as muted if one is.
    pub fn enter(&self, name: &str, area: &str, remembered: bool) -> (Seat, Option<String>) {
        let (sound, doubt) = match remembered {
            true => Sound::recall(&self.shared.state, name),
            false => (Sound::default(), None),
        };
        let memory = remembered.then(|| name.to_owned());
        let mut boards = self.boards();
        let free = |name: &String| !boards.contains_key(name);
        let others = (2..).map(|n| format!("{name}#{n}"));
        let name = std::iter::once(name.to_owned()).chain(others).find(free).unwrap_or_default();
        let (hub, own) = (self.clone(), name.clone());
        let place = Place {
            area: area.into(),
            phase: Phase::Waiting,
            reason: None,
            sound,
            mute: Mute::new(sound.muted, move || hub.muted_by_hand(&own)),
            memory,
            handle: None,
            health: None,
            looked: Instant::now(),
            meter: Meter::default(),
        };
        boards.insert(name.clone(), place);
        drop(boards);
        (Seat { hub: self.clone(), name }, doubt)
    }

    /// Whether the program does its work: a board is in use, or waited for.
    pub fn is_ready(&self) -> bool {
        let ready = |place: &Place| match place.phase {
            Phase::Open => true,
            Phase::Waiting => place.reason.is_some(),
            Phase::Loading => false,
        };
        self.boards().values().any(ready)
    }

    /// Whether every conversation is alive, and every missing board is still looked for.
    pub fn is_alive(&self) -> bool {
        let hangs = |place: &Place| match place.phase {
            Phase::Waiting => place.looked.elapsed() > FRESH,
            Phase::Open => place.health.as_ref().is_some_and(|health| !health.is_fresh()),
            Phase::Loading => false,
        };
        !self.boards().values().any(hangs)
    }

    /// What the boards are doing, in a few words, for people.
    pub fn summary(&self) -> String {
        let boards = self.status();
        let one = |board: &BoardStatus| match (board.phase, &board.reason) {
            (Phase::Waiting, Some(reason)) => format!("waiting: {reason}"),
            (Phase::Waiting, None) => "opening".into(),
            (Phase::Loading, _) => "loading the models".into(),
            (Phase::Open, _) if board.muted => "muted".into(),
            (Phase::Open, _) => "open".to_owned(),
        };
        match boards.as_slice() {
            [] => "no boards yet".into(),
            [board] => one(board),
            several => {
                let each = several.iter().map(|board| format!("{}: {}", board.board, one(board)));
                each.collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// The mute and the volume of a board, if there is one of this name.
    pub fn sound(&self, board: &str) -> Option<Sound> {
        self.boards().get(board).map(|place| place.sound)
    }

    /// What the boards are doing, in the order of their names.
    pub fn status(&self) -> Vec<BoardStatus> {
        let boards = self.boards();
        let status = boards.iter().map(|(name, place)| {
            let handle = place.handle.as_ref().map(Handle::status);
            BoardStatus {
                board: name.clone(),
                area: place.area.clone(),
                phase: place.phase,
                reason: place.reason.clone(),
                state: handle.map(|status| status.state),
                muted: place.sound.muted,
                volume: place.sound.volume,
                waiting: handle.map_or(0, |status| status.waiting),
            }
        });
        status.collect()
    }

    /// Carries out a request and answers it. Does not wait for its effect.
    pub fn answer(&self, request: &Request) -> Answer {
        let named = request.board.as_deref();
        if let Some(name) = named
            && !self.boards().contains_key(name)
        {
            return self.unknown(&format!("there is no board {name:?}"));
        }
        match &request.operation {
            Operation::Say { text, urgent } => self.announce(named, text, *urgent, false),
            Operation::Announce { text, urgent } => self.announce(named, text, *urgent, true),
            Operation::Ask { text } => {
                if named.is_none() && self.boards().len() > 1 {
                    return self.unknown("name the board that is to answer");
                }
                self.send(named, &Command::Ask(text.trim().into()))
            }
            Operation::Listen {} => self.send(named, &Command::Listen),
            Operation::Stop {} => self.send(named, &Command::Stop),
            Operation::Mute {} => self.set(named, Some(true), None),
            Operation::Unmute {} => self.set(named, Some(false), None),
            Operation::Volume { volume } => self.set(named, None, Some(*volume)),
            Operation::Status {} => {
                let mut boards = self.status();
                boards.retain(|board| named.is_none_or(|name| name == board.board));
                let version = env!("CARGO_PKG_VERSION").into();
                let program = Some(Program { version, pid: std::process::id() });
                Answer { program, boards: Some(boards), ..Answer::done() }
            }
        }
    }

    fn unknown(&self, what: &str) -> Answer {
        let names = self.boards().keys().cloned().collect::<Vec<_>>().join(", ");
        let there = match names.as_str() {
            "" => "there are no boards yet".into(),
            names => format!("{what}; the boards are: {names}"),
        };
        Answer::refused(Refusal::UnknownBoard, there)
    }

    fn announce(&self, named: Option<&str>, text: &str, urgent: bool, chime: bool) -> Answer {
        let announcement = Announcement { text: text.trim().into(), urgent, chime };
        self.send(named, &Command::Announce(announcement))
    }

    /// Leaves a command at the named board, or at all that are open.
    fn send(&self, named: Option<&str>, command: &Command) -> Answer {
        let (mut sent, mut full, mut last) = (0, 0, None);
        for (name, place) in self.boards().iter() {
            if named.is_some_and(|named| named != name) {
                continue;
            }
            let Some(handle) = place.handle.as_ref().filter(|_| place.phase == Phase::Open) else {
                last = Some(match &place.reason {
                    Some(reason) => {
                        format!("{name} is not ready, because Sayso waits for it: {reason}")
                    }
                    None => format!("{name} is not ready yet: its models are being loaded"),
                });
                continue;
            };
            // These must be possible when no more texts are accepted.
            let full_up = match command {
                Command::Stop | Command::Listen => handle.pending() >= MOST_PENDING,
                _ => handle.pending() + handle.status().waiting >= MOST_WAITING,
            };
            if full_up {
                full += 1;
                continue;
            }
            match handle.send(command.clone()) {
                Ok(()) => sent += 1,
                Err(gone) => last = Some(format!("{name}: {gone}")),
            }
        }
        match (sent, full, last) {
            (0, 0, None) => self.unknown("nobody is there to do it"),
            (0, 0, Some(why)) => Answer::refused(Refusal::NotReady, why),
            (0, _, _) => Answer::refused(Refusal::Busy, BUSY),
            _ => Answer::done(),
        }
    }

    /// Changes mute or volume of the named board, or of all, now and for the next start.
    fn set(&self, named: Option<&str>, muted: Option<bool>, volume: Option<f32>) -> Answer {
        let mut boards = self.boards();
        let (mut full, mut trouble) = (false, None);
        let is_meant = |name: &&String| named.is_none_or(|named| named == *name);
        let meant: Vec<String> = boards.keys().filter(is_meant).cloned().collect();
        let any = !meant.is_empty();
        for name in meant {
            let Some(place) = boards.get_mut(&name) else { continue };
            let pending = place.handle.as_ref().map_or(0, Handle::pending);
            // Muting is always possible: it cannot happen twice without its opposite.
            if pending >= MOST_PENDING && !muted.unwrap_or_else(|| place.mute.is_set()) {
                full = true;
                continue;
            }
            if let Some(muted) = muted {
                place.mute.order(muted);
            }
            let volume = volume.unwrap_or(place.sound.volume);
            place.put(Sound { muted: place.mute.is_set(), volume });
            trouble = trouble.or(self.save(&boards, &name).err());
        }
        drop(boards);
        match trouble {
            _ if !any => self.unknown("nobody is there to do it"),
            None if full => Answer::refused(Refusal::Busy, BUSY),
            None => Answer::done(),
            Some(error) => Answer::refused(
                Refusal::NotSaved,
                format!(
                    "done, but it will not survive a restart, because it cannot be saved: {error}"
                ),
            ),
        }
    }

    /// The board's own button has set its mute, or ended it.
    fn muted_by_hand(&self, name: &str) {
        let mut boards = self.boards();
        let Some(place) = boards.get_mut(name) else { return };
        // Read while nobody else changes it here, so that the latest change counts.
        place.put(Sound { muted: place.mute.is_set(), ..place.sound });
        if let Err(error) = self.save(&boards, name) {
            log::error!(
                "{name}: what its button did will not survive a restart, because it cannot be \
                 saved: {error}"
            );
        }
    }

    fn save(&self, boards: &BTreeMap<String, Place>, name: &str) -> Result<()> {
        let Some(place) = boards.get(name) else { return Ok(()) };
        let Some(memory) = &place.memory else { return Ok(()) };
        let muted = |other: &Place| other.memory == place.memory && other.sound.muted;
        let muted = boards.values().any(muted);
        Sound { muted, ..place.sound }.remember(&self.shared.state, memory)
    }
}

impl Place {
    /// Applies `sound` to the present conversation, if there is one.
    fn put(&mut self, sound: Sound) {
        let was = std::mem::replace(&mut self.sound, sound);
        let Some(handle) = &self.handle else { return };
        let mut changes = Vec::new();
        if sound.muted != was.muted {
            changes.push(Command::Mute(sound.muted));
        }
        if sound.volume != was.volume {
            changes.push(Command::Volume(sound.volume));
        }
        // A conversation that is over accepts nothing; the next one begins with what is
        // remembered.
        let _ = changes.into_iter().try_for_each(|change| handle.send(change));
    }
}

/// The entry of a board in the [`Hub`], until it is dropped.
pub struct Seat {
    hub: Hub,
    name: String,
}

impl Seat {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sets what shows the losses of its streams.
    pub fn metered_by(&self, meter: Meter) {
        self.change(|place| place.meter = meter);
    }

    /// Passes an event of its conversation to the subscribers of the hub.
    pub fn tell(&self, event: &Event) {
        let event = BoardEvent { board: self.name.as_str().into(), event: event.clone() };
        self.hub.shared.events.tell(&event);
    }

    /// The area where it is; "" if that is not known.
    pub fn area(&self) -> String {
        self.hub.boards().get(&self.name).map(|place| place.area.clone()).unwrap_or_default()
    }

    /// The mute and the volume with which it begins.
    pub fn sound(&self) -> Sound {
        self.hub.boards().get(&self.name).map(|place| place.sound).unwrap_or_default()
    }

    fn change(&self, change: impl FnOnce(&mut Place)) {
        if let Some(place) = self.hub.boards().get_mut(&self.name) {
            change(place);
        }
    }

    /// It is being looked for, and waited for if there is a `reason`. Must be called each time.
    pub fn waiting(&self, reason: Option<String>) {
        self.change(|place| {
            (place.phase, place.reason) = (Phase::Waiting, reason);
            place.looked = Instant::now();
        });
    }

    /// It is open, and its models are being loaded.
    pub fn loading(&self) {
        self.change(|place| (place.phase, place.reason) = (Phase::Loading, None));
    }

    /// Sets the handle and the health of its conversations, which begin with the mute and the volume
    /// `begun`. If these were changed since then, the change is sent to the conversations.
    pub fn reached_by(&self, handle: Handle, health: Health, begun: Sound) {
        self.change(|place| {
            (place.handle, place.health) = (Some(handle), Some(health));
            let wanted = std::mem::replace(&mut place.sound, begun);
            place.put(wanted);
        });
    }

    /// A conversation begins.
    pub fn talking(&self) {
        self.change(|place| {
            (place.phase, place.reason) = (Phase::Open, None);
            if let Some(health) = &place.health {
                health.show();
            }
        });
    }

    /// It is not known whether it was muted, so it is muted.
    pub fn doubt(&self) {
        self.change(|place| {
            place.mute.order(true);
            place.put(Sound { muted: true, ..place.sound });
        });
    }

    /// The board's mute, for the board. What its own button does is remembered.
    pub fn mute(&self) -> Mute {
        self.hub.boards().get(&self.name).map(|place| place.mute.clone()).unwrap_or_default()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // The board and its losses move together.
        let mut boards = self.hub.boards();
        let Some(place) = boards.remove(&self.name) else { return };
        let (microphone, loudspeaker) = place.meter.read();
        let mut lost = self.hub.shared.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.0 += microphone;
        lost.1 += loudspeaker;
    }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
