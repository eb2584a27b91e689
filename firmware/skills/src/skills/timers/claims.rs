//! What the commands about timers ask for.

use super::{Action, State, Timer, Timers};
use crate::plan::{Claim, Command, Scene};
use crate::when;

/// Which timers a command means.
enum Meant<'t> {
    None,
    Some(Vec<&'t Timer>),
    Unclear(Vec<&'t Timer>),
}

impl Timers {
    /// The timers that a command means: by number, name, length and area. Those that ring come
    /// first.
    fn meant(&self, command: &Command, scene: &Scene<'_>) -> Meant<'_> {
        if let Some(id) = command.whole("id").and_then(|id| u64::try_from(id).ok()) {
            let one = self.timers.iter().filter(|timer| timer.id == id).collect::<Vec<_>>();
            return if one.is_empty() { Meant::None } else { Meant::Some(one) };
        }
        let name = command.text("name").map(folded);
        let length = when::length(&command.slots, "start_");
        let area = command.text("area");
        let is = |timer: &&Timer| {
            name.as_ref()
                .is_none_or(|name| timer.name.as_deref().map(folded).as_ref() == Some(name))
                && length.is_none_or(|length| timer.length == length)
                && area.is_none_or(|area| timer.area.as_deref() == Some(area))
        };
        let all: Vec<&Timer> = self.timers.iter().filter(is).collect();
        let ringing: Vec<&Timer> = all.iter().copied().filter(|timer| timer.rings()).collect();
        let here = |timers: &[&'_ Timer]| {
            timers.iter().filter(|timer| timer.board == scene.situation.board).count() == 1
        };
        match (all.len(), ringing.len()) {
            (0, _) => Meant::None,
            (_, 1..) => Meant::Some(ringing),
            (1, _) => Meant::Some(all),
            // Of timers in several rooms, the one that was set here.
            _ if here(&all) => {
                let here = all.into_iter().filter(|t| t.board == scene.situation.board);
                Meant::Some(here.collect())
            }
            _ => Meant::Unclear(all),
        }
    }

    /// The claim for one timer, or the question which one.
    fn one(
        &self,
        command: &Command,
        scene: &Scene<'_>,
        act: impl Fn(&Timer) -> Claim<Action>,
    ) -> Claim<Action> {
        let texts = scene.texts;
        match self.meant(command, scene) {
            Meant::None if self.timers.is_empty() => Claim::Say(texts.get("timer-none", [])),
            Meant::None => Claim::Say(texts.get("timer-no-such", [])),
            Meant::Some(timers) => match timers.last() {
                Some(timer) => act(timer),
                None => Claim::Say(texts.get("timer-none", [])),
            },
            Meant::Unclear(timers) => {
                let choice = |timer: &Timer| {
                    let mut command = command.clone();
                    command.slots.insert("id".to_owned(), timer.id.into());
                    (timer.label(texts), command)
                };
                let choices: Vec<_> = timers.iter().map(|timer| choice(timer)).collect();
                let the =
                    |label: &str| texts.get("timer-the", [("timer", label.to_owned().into())]);
                let labels: Vec<String> = choices.iter().map(|(label, _)| the(label)).collect();
                let question = texts.get("which", [("choices", texts.or(&labels).into())]);
                Claim::Which { question, choices }
            }
        }
    }

    pub(super) fn start(command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let texts = scene.texts;
        let length = when::length(&command.slots, "");
        let Some(length) = length.filter(|length| length.is_positive()) else {
            let question = texts.get("timer-how-long", []);
            return Claim::Missing { question, slot: "length".to_owned() };
        };
        let name = command.text("name").map(str::to_owned);
        let said = texts.length(length);
        let say = match &name {
            Some(name) => texts
                .get("timer-set-named", [("length", said.into()), ("name", name.as_str().into())]),
            None => texts.get("timer-set", [("length", said.into())]),
        };
        Claim::Do { action: Action::Start { length, name }, say: Some(say) }
    }

    pub(super) fn cancel(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let texts = scene.texts;
        self.one(command, scene, |timer| {
            let id = if timer.rings() { None } else { Some(timer.label(texts)) };
            let say = id.map(|label| texts.get("timer-cancelled", [("timer", label.into())]));
            Claim::Do { action: Action::Cancel(vec![timer.id]), say }
        })
    }

    pub(super) fn cancel_all(&self, scene: &Scene<'_>) -> Claim<Action> {
        let ids: Vec<u64> = self.timers.iter().map(|timer| timer.id).collect();
        let n = i64::try_from(ids.len()).unwrap_or(0);
        let say = scene.texts.count("timer-all-cancelled", n);
        if ids.is_empty() {
            return Claim::Say(scene.texts.get("timer-none", []));
        }
        Claim::Do { action: Action::Cancel(ids), say: Some(say) }
    }

    pub(super) fn change(&self, command: &Command, scene: &Scene<'_>, more: bool) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        let Some(by) = when::length(&command.slots, "") else {
            let question = texts.get("timer-how-much", []);
            return Claim::Missing { question, slot: "length".to_owned() };
        };
        let by = if more { by } else { -by };
        self.one(command, scene, |timer| {
            let left = timer.left(now.timestamp()).saturating_add(by);
            let label = timer.label(texts);
            if !left.is_positive() {
                return Claim::Say(texts.get("timer-too-short", [("timer", label.into())]));
            }
            let left = texts.length(left);
            let say = texts.get("timer-now", [("timer", label.into()), ("length", left.into())]);
            Claim::Do { action: Action::Add(timer.id, by), say: Some(say) }
        })
    }

    pub(super) fn pause(&self, command: &Command, scene: &Scene<'_>, pause: bool) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        self.one(command, scene, |timer| {
            let is_paused = matches!(timer.state, State::Paused(_));
            let (id, action) = match (pause, is_paused) {
                (true, true) => ("timer-paused", None),
                (true, false) => ("timer-paused", Some(Action::Pause(vec![timer.id]))),
                (false, true) => ("timer-goes-on", Some(Action::Resume(vec![timer.id]))),
                (false, false) => ("timer-goes-on", None),
            };
            let left = texts.length(timer.left(now.timestamp()));
            let label = timer.label(texts);
            let say = texts.get(id, [("timer", label.into()), ("length", left.into())]);
            match action {
                Some(action) => Claim::Do { action, say: Some(say) },
                None => Claim::Say(say),
            }
        })
    }

    pub(super) fn status(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        let timers = match self.meant(command, scene) {
            Meant::None if self.timers.is_empty() => {
                return Claim::Say(texts.get("timer-none", []));
            }
            Meant::None => return Claim::Say(texts.get("timer-no-such", [])),
            Meant::Some(timers) | Meant::Unclear(timers) => timers,
        };
        let said = timers.iter().map(|timer| {
            let id = match timer.state {
                State::Ends(_) => "timer-left",
                State::Paused(_) => "timer-is-paused",
                State::Rings(_) => "timer-done",
            };
            let left = texts.length(timer.left(now.timestamp()));
            let label = timer.label(texts);
            texts.get(id, [("timer", label.into()), ("length", left.into())])
        });
        Claim::Say(said.collect::<Vec<_>>().join(" "))
    }
}

fn folded(name: &str) -> String {
    name.to_lowercase()
}
