//! Control of a running conversation by others: a control socket, a server, a skill.
//!
//! A [`Handle`] reaches one conversation from any thread. Each call leaves a [`Command`] that the
//! conversation takes between two inputs, within about 10 ms; no call waits for its effect.
//!
//! [`operation`] defines, in JSON, the requests to a program with several boards. The [`Hub`]
//! carries them out, and a transport ([`socket`]) transmits them.

mod hub;
pub mod operation;
#[cfg(unix)]
pub mod socket;

use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};
use sayso_core::turn::State;
use serde::{Deserialize, Serialize};

pub use self::hub::{Hub, Seat};

/// Something the assistant says on its own: a timer, a reminder, a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The words.
    pub text: String,
    /// Whether it interrupts a reply and is spoken over a person, instead of waiting for both.
    #[serde(default)]
    pub urgent: bool,
    /// Whether a chime sounds first.
    #[serde(default)]
    pub chime: bool,
}

/// A request to a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Says something when nobody else speaks.
    Announce(Announcement),
    /// Answers a question as if it had been spoken.
    Ask(String),
    /// Answers what is said in a recording: 16 kHz mono.
    AskAloud(Arc<[f32]>),
    /// Listens to what is said next, as after the wake phrase. Ends a reply.
    Listen,
    /// Ends what is being said or answered, and forgets waiting announcements.
    Stop,
    /// Mutes or unmutes.
    Mute(bool),
    /// Sets the volume of everything that is played: a factor, 0 to 2.
    Volume(f32),
}

/// What a conversation is doing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Whether the board is open. If not, it is being opened, or Sayso waits for it.
    pub open: bool,
    /// Whose turn it is.
    pub state: State,
    /// Whether it is muted.
    pub muted: bool,
    /// The volume of everything that is played: a factor, 0 to 2.
    pub volume: f32,
    /// Announcements that wait to be said.
    pub waiting: usize,
}

/// The conversation is over: nobody takes the command. Give it up: this handle reaches
/// nobody any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the conversation is over")
    }
}

impl std::error::Error for Gone {}

/// A conversation, as seen by others; clones reach the same one.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: Sender<Command>,
    status: Arc<Mutex<Status>>,
}

impl Handle {
    /// Leaves a command.
    ///
    /// # Errors
    /// [`Gone`] when the conversation is over.
    pub fn send(&self, command: Command) -> Result<(), Gone> {
        self.commands.send(command).map_err(|_| Gone)
    }

    /// Commands that were left and not yet taken up.
    pub fn pending(&self) -> usize {
        self.commands.len()
    }

    /// What the conversation is doing.
    pub fn status(&self) -> Status {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The conversation's end of its [`Handle`]s.
#[derive(Clone, Debug)]
pub(crate) struct Controls {
    pub(crate) commands: Receiver<Command>,
    pub(crate) handle: Handle,
}

impl Controls {
    /// The controls of a conversation that has not begun, muted or not.
    pub(crate) fn new(muted: bool, volume: f32) -> Self {
        let (sender, commands) = unbounded();
        let status = Status { open: false, state: State::Asleep, muted, volume, waiting: 0 };
        let handle = Handle { commands: sender, status: Arc::new(Mutex::new(status)) };
        Self { commands, handle }
    }

    /// The next command, if there is one.
    pub(crate) fn take(&self) -> Option<Command> {
        self.commands.try_recv().ok()
    }

    /// Shows others what the conversation is doing.
    pub(crate) fn show(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.handle.status.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
