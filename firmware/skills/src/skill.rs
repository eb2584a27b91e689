//! What a skill is.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, Zoned};
use sayso_intents::Home;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::language::Texts;
use crate::overview::{Edit, Overview};
use crate::plan::{Claim, Command, Ring, Said, Scene};

/// A skill: it decides what a command asks for, and does it.
///
/// Its templates and answers are in `languages/CODE/NAME.yaml` and `NAME.ftl`.
pub trait Skill: Send {
    /// What it does, as data: it is kept until the turn is released.
    type Action: Serialize + DeserializeOwned;

    /// Its name, which is that of its files and in the settings.
    const NAME: &'static str;

    /// Takes up what has changed outside, before something is claimed.
    fn refresh(&mut self) {}

    /// Whether it is not known yet what is outside. Not for long.
    fn is_connecting(&self) -> bool {
        false
    }

    /// What it makes of a command. `None` if the command is not its own. Pure and quick: it is
    /// called for guesses that are dropped.
    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Self::Action>>;

    /// The whole command, if this one only says what is different from the last one: "and in the
    /// bedroom?"
    fn complete(&self, _: &Command, _: &Scene<'_>) -> Option<Command> {
        None
    }

    /// What it makes of a sentence that fits no template.
    fn claim_text(&self, _: &str, _: &Scene<'_>) -> Option<(Command, Claim<Self::Action>)> {
        None
    }

    /// Does it. What it would have to wait for is an [`Effect::Again`](crate::Effect::Again).
    fn act(&mut self, action: Self::Action, scene: &Scene<'_>) -> Said;

    /// The names of the home, if it knows them.
    fn home(&self) -> Option<&Arc<Home>> {
        None
    }

    /// Whether something of it rings at a board.
    fn rings(&self, _board: &str) -> bool {
        false
    }

    /// What rings now. It is told again only if it is to ring again.
    fn due(&mut self, _now: &Zoned, _texts: &Texts) -> Vec<Ring> {
        Vec::new()
    }

    /// When something rings next.
    fn next_due(&self, _now: &Zoned) -> Option<Timestamp> {
        None
    }

    /// Ends the ringing at a board. Returns whether there was any.
    fn hush(&mut self, _board: &str, _now: &Zoned) -> bool {
        false
    }

    /// The clock was set forward by this, or back. It shows `now`.
    fn clock_was_set(&mut self, _by: SignedDuration, _now: &Zoned) {}

    /// What a screen shows of it.
    fn overview(&self, _now: &Zoned, _texts: &Texts) -> Overview {
        Overview::default()
    }

    /// Makes a change of a screen. Returns whether it did: the change may be for another skill, or
    /// what it is about may be gone.
    fn edit(&mut self, _edit: &Edit) -> bool {
        false
    }

    /// Forgets everything.
    fn erase(&mut self) {}

    /// What must survive a restart.
    fn save(&self) -> Option<Value> {
        None
    }

    /// Takes what was saved.
    ///
    /// # Errors
    /// If it is damaged. The skill is then as it was.
    fn load(&mut self, _saved: Value) -> serde_json::Result<()> {
        Ok(())
    }
}

/// A skill whose actions are JSON, so that skills with different actions are in one list.
pub(crate) trait AnySkill: Send {
    fn name(&self) -> &'static str;
    fn refresh(&mut self);
    fn is_connecting(&self) -> bool;
    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim>;
    fn complete(&self, command: &Command, scene: &Scene<'_>) -> Option<Command>;
    fn claim_text(&self, text: &str, scene: &Scene<'_>) -> Option<(Command, Claim)>;
    fn act(&mut self, action: Value, scene: &Scene<'_>) -> Said;
    fn home(&self) -> Option<&Arc<Home>>;
    fn rings(&self, board: &str) -> bool;
    fn due(&mut self, now: &Zoned, texts: &Texts) -> Vec<Ring>;
    fn next_due(&self, now: &Zoned) -> Option<Timestamp>;
    fn hush(&mut self, board: &str, now: &Zoned) -> bool;
    fn clock_was_set(&mut self, by: SignedDuration, now: &Zoned);
    fn overview(&self, now: &Zoned, texts: &Texts) -> Overview;
    fn edit(&mut self, edit: &Edit) -> bool;
    fn erase(&mut self);
    fn save(&self) -> Option<Value>;
    fn load(&mut self, saved: Value) -> serde_json::Result<()>;
}

impl<S: Skill> AnySkill for S {
    fn name(&self) -> &'static str {
        S::NAME
    }

    fn refresh(&mut self) {
        Skill::refresh(self);
    }

    fn is_connecting(&self) -> bool {
        Skill::is_connecting(self)
    }

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim> {
        erased(Skill::claim(self, command, scene)?)
    }

    fn complete(&self, command: &Command, scene: &Scene<'_>) -> Option<Command> {
        Skill::complete(self, command, scene)
    }

    fn claim_text(&self, text: &str, scene: &Scene<'_>) -> Option<(Command, Claim)> {
        let (command, claim) = Skill::claim_text(self, text, scene)?;
        Some((command, erased(claim)?))
    }

    fn act(&mut self, action: Value, scene: &Scene<'_>) -> Said {
        match serde_json::from_value(action) {
            Ok(action) => Skill::act(self, action, scene),
            Err(_) => Said::text(scene.texts.get("failed", [])),
        }
    }

    fn home(&self) -> Option<&Arc<Home>> {
        Skill::home(self)
    }

    fn rings(&self, board: &str) -> bool {
        Skill::rings(self, board)
    }

    fn due(&mut self, now: &Zoned, texts: &Texts) -> Vec<Ring> {
        Skill::due(self, now, texts)
    }

    fn next_due(&self, now: &Zoned) -> Option<Timestamp> {
        Skill::next_due(self, now)
    }

    fn hush(&mut self, board: &str, now: &Zoned) -> bool {
        Skill::hush(self, board, now)
    }

    fn clock_was_set(&mut self, by: SignedDuration, now: &Zoned) {
        Skill::clock_was_set(self, by, now);
    }

    fn overview(&self, now: &Zoned, texts: &Texts) -> Overview {
        Skill::overview(self, now, texts)
    }

    fn edit(&mut self, edit: &Edit) -> bool {
        Skill::edit(self, edit)
    }

    fn erase(&mut self) {
        Skill::erase(self);
    }

    fn save(&self) -> Option<Value> {
        Skill::save(self)
    }

    fn load(&mut self, saved: Value) -> serde_json::Result<()> {
        Skill::load(self, saved)
    }
}

/// The claim with its action as JSON.
fn erased<A: Serialize>(claim: Claim<A>) -> Option<Claim> {
    Some(match claim {
        Claim::Say(said) => Claim::Say(said),
        Claim::Do { action, say } => Claim::Do { action: serde_json::to_value(action).ok()?, say },
        Claim::Confirm { question, action } => {
            Claim::Confirm { question, action: serde_json::to_value(action).ok()? }
        }
        Claim::Missing { question, slot } => Claim::Missing { question, slot },
        Claim::Which { question, choices } => Claim::Which { question, choices },
    })
}
