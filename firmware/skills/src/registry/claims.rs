//! From a sentence to a plan: what the skills make of it, and what it means for a question that
//! waits for an answer.

use jiff::Timestamp;
use sayso_intents::{Context, Home, Match, choices};
use serde_json::Value;

use super::{EVERY, Request, Skills, UNDO};
use crate::heard;
use crate::plan::{Claim, Command, How, Plan, Scene};
use crate::skills::IDLE;

/// How alike two words are that may be the same, misheard (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.85;

/// By how much another name may fit worse than the one that was heard unsurely.
const ABOUT_AS_LIKELY: f32 = 0.1;

/// A worse match is no command.
const LEAST_SCORE: f32 = 0.75;

impl Skills {
    pub(super) fn claim_with(
        &self,
        request: &Request<'_>,
        text: &str,
        repairs: bool,
    ) -> Option<Plan> {
        let heard = heard::plain(text.trim());
        let text = heard.text.as_str();
        let at = request.now.wall.timestamp();
        let board = &request.situation.board;
        let dialogue = self.dialogues.get(board);
        let scene = self.scene(request);
        let mut context = Context { area: request.situation.area.clone(), ..Context::default() };
        let mut set = |key: &str, value: Value| context.values.insert(key.to_owned(), value);
        if let Some(asked) = dialogue.and_then(|dialogue| dialogue.asked(at)) {
            set("asked", asked.into());
        }
        if let Some((skill, _)) = scene.last {
            set("last", skill.into());
        }
        if self.skills.iter().any(|skill| skill.rings(board)) {
            set("rings", true.into());
        }
        if repairs {
            set("repairs", true.into());
        }
        let pending = dialogue.and_then(|dialogue| dialogue.pending(at));
        if let Some(plan) = pending.and_then(|pending| self.chosen(pending, &context, text, &scene))
        {
            return Some(plan);
        }
        let mut matches = self.grammar.matches(self.home(), &context, text);
        matches.retain(|found| found.score >= LEAST_SCORE);
        matches.iter_mut().for_each(|found| heard.restore(found));
        // This one only if no other is meant.
        matches.sort_by_key(|found| &*found.intent == IDLE);
        if let Some(plan) = self.which(&matches, &scene) {
            return Some(plan);
        }
        for found in &matches {
            let command = Command::new(&found.intent, found.slots.clone());
            let doubt = self.doubt(found, &matches, request, &scene);
            let plan = match &*command.intent {
                "SaysoYes" | "SaysoNo" => self.answered(pending?, &command, &scene),
                "SaysoStop" => Some(stop(command)),
                UNDO => dialogue.and_then(|dialogue| dialogue.undo(at)).map(|undo| {
                    let claim = Claim::Do { action: Value::Null, say: None };
                    Plan { skill: undo.0, command, claim, undo: Some(undo), how: How::Plain }
                }),
                "SaysoRepair" if !repairs => self.repaired(request, &command, at),
                _ => self.claimed(command, pending, &scene),
            };
            if let Some(plan) = plan {
                return Some(match doubt {
                    Some(doubt) => doubt.about(plan),
                    None => plan,
                });
            }
        }
        self.skills.iter().find_map(|skill| {
            let (command, claim) = skill.claim_text(text, &scene)?;
            Some(Plan { skill: skill.name(), command, claim, undo: None, how: How::Plain })
        })
    }

    /// What the skills make of a command. If it has only the slot that was asked for, it completes
    /// the command that waits for it.
    fn claimed(&self, command: Command, pending: Option<&Plan>, scene: &Scene<'_>) -> Option<Plan> {
        let waits = |plan: &&Plan| {
            matches!(plan.claim, Claim::Missing { .. }) && plan.command.intent == command.intent
        };
        let command = match pending.filter(waits) {
            Some(pending) => pending.command.with(&command.slots),
            None => command,
        };
        self.skills.iter().find_map(|skill| {
            let command = skill.complete(&command, scene).unwrap_or_else(|| command.clone());
            let claim = skill.claim(&command, scene)?;
            Some(Plan { skill: skill.name(), command, claim, undo: None, how: How::Plain })
        })
    }

    /// Asks which of several commands was meant that fit about as well.
    fn which(&self, matches: &[Match], scene: &Scene<'_>) -> Option<Plan> {
        let unsure = choices(matches);
        let mut choices: Vec<(String, Command)> = Vec::new();
        let mut skill = None;
        for found in unsure {
            let command = Command::new(&found.intent, found.slots.clone());
            let label = found.named.iter().find_map(|slot| found.slots.get(slot)?.as_str());
            let Some((label, plan)) = label.zip(self.claimed(command, None, scene)) else {
                continue;
            };
            if !choices.iter().any(|(known, _)| known == label) {
                skill.get_or_insert(plan.skill);
                choices.push((label.to_owned(), plan.command));
            }
        }
        let (skill, (_, command)) = skill.zip(choices.first())?;
        if choices.len() < 2 {
            return None;
        }
        let (command, labels) = (command.clone(), labels(&choices));
        let question = scene.texts.get("which", [("choices", scene.texts.or(&labels).into())]);
        Some(Plan {
            skill,
            command,
            claim: Claim::Which { question, choices },
            undo: None,
            how: How::Plain,
        })
    }

    /// What is to be asked because the name of a command was heard unsurely: which of those that
    /// sound about like it, or whether it was this one.
    fn doubt(
        &self,
        found: &Match,
        matches: &[Match],
        request: &Request<'_>,
        scene: &Scene<'_>,
    ) -> Option<Doubt> {
        let named = |found: &Match| {
            found.named.iter().find_map(|slot| found.slots.get(slot)?.as_str().map(str::to_owned))
        };
        let name = named(found).filter(|name| is_doubtful(name, request.doubtful))?;
        let others = matches.iter().filter(|other| other.score >= found.score - ABOUT_AS_LIKELY);
        let mut choices: Vec<(String, Command)> = Vec::new();
        for other in std::iter::once(found).chain(others) {
            let Some(label) = named(other) else { continue };
            if !choices.iter().any(|(known, _)| *known == label) {
                choices.push((label, Command::new(&other.intent, other.slots.clone())));
            }
        }
        let names = match choices.len() {
            1 => name,
            _ => scene.texts.or(&labels(&choices)),
        };
        let question = scene.texts.get("did-you-say", [("choices", names.into())]);
        Some(Doubt { question, choices })
    }

    /// What was chosen of several things.
    fn chosen(
        &self,
        pending: &Plan,
        context: &Context,
        text: &str,
        scene: &Scene<'_>,
    ) -> Option<Plan> {
        let Claim::Which { choices, .. } = &pending.claim else { return None };
        let names: Vec<Value> =
            choices.iter().map(|(label, _)| serde_json::json!({"name": label})).collect();
        let home = Home::from_json(&serde_json::json!({"entities": names})).ok()?;
        let matches = self.grammar.matches(&home, context, text);
        let choose = matches.iter().find(|found| &*found.intent == "SaysoChoose")?;
        let nth = choose.slots.get("nth").and_then(Value::as_u64);
        let chosen = match (choose.slots.get("name"), nth) {
            (Some(name), _) => choices.iter().find(|(label, _)| name.as_str() == Some(label)),
            (None, Some(nth)) => choices.get(usize::try_from(nth).ok()?.checked_sub(1)?),
            // "The one for ten minutes".
            (None, None) => return self.claimed(pending.command.with(&choose.slots), None, scene),
        };
        let (_, command) = chosen?;
        self.claimed(command.clone(), None, scene)
    }

    /// What yes and no mean for the question that waits.
    fn answered(&self, pending: &Plan, answer: &Command, scene: &Scene<'_>) -> Option<Plan> {
        let (skill, command) = (pending.skill, pending.command.clone());
        let (claim, how) = match (&pending.claim, answer.intent == "SaysoYes") {
            (Claim::Confirm { action, .. }, true) => {
                (Claim::Do { action: action.clone(), say: None }, How::Confirmed)
            }
            (_, false) => (Claim::Say(scene.texts.get("all-right", [])), How::Plain),
            _ => return None,
        };
        Some(Plan { skill, command, claim, undo: pending.undo.clone(), how })
    }

    /// "No, I said the kitchen": what was done is taken back, and the right thing is done.
    fn repaired(&self, request: &Request<'_>, command: &Command, at: Timestamp) -> Option<Plan> {
        let rest = command.text("meant")?;
        let plan = self.claim_with(request, rest, true)?;
        let dialogue = self.dialogues.get(&request.situation.board);
        let undo = dialogue.and_then(|dialogue| dialogue.undo(at));
        Some(Plan { undo: undo.or(plan.undo), how: How::Repaired, ..plan })
    }
}

/// A question that is asked before a command with a doubtful name is carried out.
struct Doubt {
    question: String,
    /// The names that it may have been, and what each means.
    choices: Vec<(String, Command)>,
}

impl Doubt {
    /// The plan that asks first, if the plan would do something.
    fn about(self, plan: Plan) -> Plan {
        let Claim::Do { action, .. } = plan.claim else { return plan };
        let Self { question, choices } = self;
        let claim = match choices.len() {
            0 | 1 => Claim::Confirm { question, action },
            _ => Claim::Which { question, choices },
        };
        Plan { claim, ..plan }
    }
}

/// Whether one of the words of a name was heard unsurely, or sounds like one that was.
fn is_doubtful(name: &str, doubtful: &[String]) -> bool {
    let plain = |word: &str| word.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "");
    let mut words = name.split_whitespace().map(plain);
    words.any(|word| {
        doubtful.iter().any(|unsure| strsim::jaro_winkler(&word, &plain(unsure)) >= ALIKE)
    })
}

/// Ends what rings, whichever skill it belongs to.
fn stop(command: Command) -> Plan {
    let claim = Claim::Do { action: Value::Null, say: None };
    Plan { skill: EVERY, command, claim, undo: None, how: How::Plain }
}

fn labels(choices: &[(String, Command)]) -> Vec<String> {
    choices.iter().map(|(label, _)| label.clone()).collect()
}
