//! The skills, one file each.

mod alarms;
mod calculator;
mod clock;
mod commands;
mod device;
mod home;
mod knowledge;
mod lists;
mod music;
mod reminders;
mod timers;
mod tools;

pub use alarms::Alarms;
pub use calculator::Calculator;
pub use clock::Clock;
pub use commands::{Commands, Input, Program, Run, RunError, ran};
pub use device::Device;
pub(crate) use device::IDLE;
pub use home::Devices;
pub(crate) use knowledge::Words;
pub use knowledge::{Documents, Knowledge, WeakDocuments};
pub use lists::Lists;
pub use music::{Deck, Library, Music, MusicOrder, Track};
pub use reminders::Reminders;
pub use timers::{Action as TimerAction, Timers};
pub use tools::{Call, CallError, Obstacle, SERVER_STARTS_S, Tool, Tools, called};
