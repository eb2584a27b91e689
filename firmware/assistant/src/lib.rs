//! Sayso, an on-device voice assistant: you speak, it answers aloud, and
//! nothing leaves the machine.
//!
//! An [`Assistant`] is built from a [`Config`] and [`Engines`], holds
//! conversations on a [`Board`](sayso_board::Board) and tells what happens as
//! [`Event`]s. Several assistants have a session each of the same [`Weights`]. The `sayso` program is the first user of this library and uses
//! nothing else.
//!
//! ```no_run
//! use sayso::{Assistant, Config, Engines, Event, Pace, Stop};
//!
//! fn main() -> sayso::Result<()> {
//!     let config = Config::load(None, &[])?;
//!     let engines = Engines::load(&config)?;
//!     let mut board = sayso_desktop::Desktop::new(Default::default());
//!     let mut assistant = Assistant::new(config, engines);
//!     assistant.converse(&mut board, Pace::Live, &Stop::new(), &mut |event| match event {
//!         Event::Transcript { transcript, .. } => println!("you: {}", transcript.text),
//!         Event::Speaking { text, .. } => println!("assistant: {text}"),
//!         _ => {}
//!     })?;
//!     Ok(())
//! }
//! ```
//!
//! Data flows one way: [`ear`] → [`conversation`] (which holds the turn
//! machine) → [`scribe`] and [`judge`] → [`mind`] → [`voice`] → [`playback`];
//! [`live`] and [`lockstep`] give them threads, or a virtual clock.

#![forbid(unsafe_code)]

mod announcements;
pub mod assistant;
pub mod boards;
pub mod chat;
pub mod clause;
pub mod clock;
pub mod config;
pub mod control;
pub mod conversation;
pub mod cores;
mod draft;
pub mod ear;
pub mod earcon;
pub mod engines;
mod error;
pub mod event;
pub mod events;
pub mod intent;
pub mod itself;
pub mod judge;
pub mod live;
pub mod lockstep;
mod lost;
pub mod mind;
pub mod passages;
pub mod patience;
pub mod playback;
pub mod scribe;
pub mod state;
mod stop;
pub mod supervisor;
pub mod voice;
pub mod workers;

pub use assistant::{Assistant, Losses, Pace};
pub use chat::Chat;
pub use config::Config;
#[cfg(feature = "models")]
pub use engines::Weights;
pub use engines::{Engines, Pool, Sessions};
pub use error::{Error, Result};
pub use event::Event;
pub use stop::Stop;

/// Milliseconds of wall-clock time since `start`.
fn ms(start: std::time::Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
