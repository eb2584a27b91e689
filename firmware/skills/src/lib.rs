//! Skills: what a sentence asks for, and doing it.
//!
//! ```
//! use sayso_skills::{Now, Request, Situation, Skills};
//!
//! let mut skills = Skills::new("en", &[], None).unwrap();
//! let now = Now {
//!     wall: "2026-11-30T14:05[Europe/London]".parse().unwrap(),
//!     steady: std::time::Duration::ZERO,
//! };
//! let situation = Situation::new("kitchen");
//! let request = Request::new("Is today Tuesday?", &now, &situation);
//! let plan = skills.claim(&request).unwrap();
//! assert_eq!(plan.say(), Some("No, today is Monday, November 30, 2026."));
//! let said = skills.act(plan, &now, &situation);
//! assert_eq!(said.text, None);
//! ```
//!
//! Two steps answer a sentence. [`Skills::claim`] decides what is to be done: it is pure and quick,
//! and a turn that began as a guess may be dropped after it. [`Skills::act`] does it when the turn
//! is released. No skill reads a clock: the time is passed in.
//!
//! A [skill](Skill) is a file of code. Its words are in the data files of each language
//! (`languages/`): sentence templates in the grammar of [`sayso_intents`], and answers in Fluent's
//! syntax.

#![forbid(unsafe_code)]

mod dialogue;
mod error;
mod expression;
mod heard;
mod house;
mod language;
mod overview;
mod plan;
mod registry;
mod ringing;
mod schedule;
mod skill;
mod skills;
mod when;

pub use error::Error;
pub use house::{Change, Failure, House, Origin, Progress, State, VirtualHouse};
pub use language::Texts;
pub use overview::{Coming, ComingPhase, DeviceStatus, Edit, List, Overview};
pub use plan::{Again, Claim, Command, Effect, How, Plan, Ring, Said, Scene, Situation, Slots};
pub use registry::{Now, Request, Skills, Snapshot};
pub use skill::Skill;
pub use skills::{
    Call, CallError, Deck, Documents, Input, Library, MusicOrder, Obstacle, Program, Run, RunError,
    SERVER_STARTS_S, Tool, Track, WeakDocuments,
};
