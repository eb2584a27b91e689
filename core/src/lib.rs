//! The decisions in a conversation, independent of sound card, models and clock.
//!
//! All decisions are pure functions over the sample clock, and run on a microcontroller as well as
//! on a desktop: `no_std`, no allocation, no unsafe code, no I/O.
//!
//! - [`audio`]: time counted in samples.
//! - [`endpoint`]: speech probabilities in, "speech started", "may have
//!   ended", "ended" out.
//! - [`turn`]: takes those events and the progress of the reply; says what to think about, play,
//!   stop and remember.
//! - [`light`]: how one LED shows the state.
//! - [`button`]: contact levels in, presses out.
//!
//! ```
//! use sayso_core::endpoint::{EndpointConfig, Endpointer};
//! use sayso_core::turn::{Action, Event, State, TurnConfig, TurnMachine};
//!
//! let mut endpointer = Endpointer::new(EndpointConfig::default());
//! let mut machine = TurnMachine::new(TurnConfig::default());
//!
//! // A second of speech, then quiet: what a voice activity detector says per 32 ms.
//! let mut actions = Vec::new();
//! for probability in [[0.9; 32], [0.05; 32]].concat() {
//!     if let Some(event) = endpointer.push(probability) {
//!         actions.extend(machine.step(event.at(), event.into()));
//!     }
//!     actions.extend(machine.step(endpointer.now(), Event::Tick));
//! }
//! assert!(matches!(
//!     actions[..],
//!     [
//!         Action::Show(State::Hearing),
//!         Action::Think { .. }, // after 192 ms of quiet, on a guess
//!         Action::Release { .. }, // after 600 ms: it was right
//!         Action::Show(State::Thinking),
//!     ]
//! ));
//! assert_eq!(machine.state(), State::Thinking);
//! ```
//!
//! The optional feature `serde` makes settings, events and actions serialisable, so that event
//! logs can be stored and replayed.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod audio;
pub mod button;
pub mod endpoint;
pub mod light;
pub mod link;
pub mod turn;
