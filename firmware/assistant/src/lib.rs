//! Sayso, an on-device voice assistant: you speak, it answers aloud, and
//! nothing leaves the machine.
//!
//! An [`Assistant`] is built from a [`Config`] and [`Engines`], holds conversations on a
//! [`Board`](sayso_board::Board) and reports [`Event`]s. Several assistants can share the same
//! [`Weights`], each with a session of its own.
//!
//! ```no_run
//! use sayso::{Assistant, Config, Engines, Event, Pace, Stop};
//! use sayso_board::Board;
//!
//! fn talk(board: &mut dyn Board) -> sayso::Result<()> {
//!     let config = Config::load(None, &[])?;
//!     let engines = Engines::load(&config)?;
//!     let mut assistant = Assistant::new(config, engines);
//!     assistant.converse(board, Pace::Live, &Stop::new(), &mut |event| match event {
//!         Event::Transcript { transcript, .. } => println!("you: {}", transcript.text),
//!         Event::Speaking { text, .. } => println!("assistant: {text}"),
//!         _ => {}
//!     })?;
//!     Ok(())
//! }
//! ```
//!
//! Data flows one way: the front end (`sayso_frontend`) → `conversation` (which holds the turn
//! machine) → `transcriber` and `end_of_turn` → `responder` → `synthesizer` → `playback`. `live`
//! runs them on threads, `lockstep` on a virtual clock.

#![forbid(unsafe_code)]

mod announcements;
mod arbiter;
mod assistant;
mod boards;
mod chat;
mod claims;
mod clauses;
mod clock;
mod commands;
pub mod config;
mod control;
mod conversation;
mod cores;
mod documents;
mod earcon;
mod end_of_turn;
mod engines;
mod errand;
mod error;
pub mod event;
mod events;
mod facts;
mod hangover;
mod house;
mod live;
mod lockstep;
mod lost;
mod meter;
mod music;
mod outcome;
mod own;
mod partial;
mod phrases;
mod playback;
mod programs;
mod records;
mod responder;
mod review;
mod skills;
mod state;
mod stats;
mod stop;
mod supervisor;
mod synthesizer;
mod tools;
mod transcriber;
mod vocabulary;
mod worker;
mod workers;

pub use assistant::{Assistant, Losses, Pace};
pub use chat::Chat;
pub use config::Config;
pub use engines::Engines;
#[cfg(feature = "models")]
pub use engines::Weights;
pub use error::{Error, ErrorKind, Result};
pub use event::Event;
pub use stop::Stop;

/// What the program, the benchmarks and the tests use in addition. It may change at any time.
#[doc(hidden)]
pub mod internals {
    macro_rules! open {
        ($($module:ident)*) => {$(
            pub mod $module {
                pub use crate::$module::*;
            }
        )*};
    }

    open! {
        arbiter assistant boards commands control cores earcon engines events hangover house phrases playback programs records review skills state stats synthesizer tools vocabulary
    }
}

/// Milliseconds of wall-clock time since `start`.
fn ms(start: std::time::Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
