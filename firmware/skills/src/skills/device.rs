//! The assistant itself: how loud and how fast it speaks, what was said, and what it can do.

use serde::{Deserialize, Serialize};

use crate::plan::{Claim, Command, Effect, Said, Scene};
use crate::skill::Skill;

/// How much louder or quieter one step is.
const STEP: f32 = 0.2;
/// The quietest and the loudest that can be asked for.
const QUIETEST: f32 = 0.1;
const LOUDEST: f32 = 1.5;
/// How much faster one step is.
const FASTER: f32 = 1.15;
/// The slowest and the fastest.
const SLOWEST: f32 = 0.6;
const FASTEST: f32 = 1.6;

/// The intent of what can mean nothing, if no other skill claims the sentence.
pub(crate) const IDLE: &str = "SaysoIdle";

/// The skill.
#[derive(Debug, Default)]
pub struct Device;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Sets the volume: a factor.
    Volume(f32),
    /// Sets how fast the assistant speaks: a factor.
    Pace(f32),
    /// Stops listening.
    Mute,
}

impl Skill for Device {
    type Action = Action;
    const NAME: &'static str = "device";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
        let Scene { texts, situation, .. } = scene;
        let say = |id: &str| Some(Claim::Say(texts.get(id, [])));
        match command.intent.as_str() {
            "HassSetVolume" | "HassSetVolumeRelative" => volume(command, scene),
            "HassMediaPlayerMute" => Some(Claim::Do { action: Action::Volume(0.0), say: None }),
            "HassMediaPlayerUnmute" => {
                let volume = if situation.volume < QUIETEST { 0.5 } else { situation.volume };
                Some(Claim::Do {
                    action: Action::Volume(volume),
                    say: Some(texts.get("device-heard", [])),
                })
            }
            "SaysoPace" => {
                let step = command.whole("step")?;
                let pace = match step {
                    0 => 1.0,
                    #[allow(clippy::cast_possible_truncation)] // It is a small number.
                    step => situation.pace * FASTER.powi(step as i32),
                };
                let pace = pace.clamp(SLOWEST, FASTEST);
                let say = Some(texts.get("device-pace", [("step", step.into())]));
                Some(Claim::Do { action: Action::Pace(pace), say })
            }
            "SaysoMute" => {
                let question = texts.get("device-mute", []);
                Some(Claim::Confirm { question, action: Action::Mute })
            }
            "SaysoRepeat" => match &situation.answered {
                Some(answered) => Some(Claim::Say(answered.clone())),
                None => say("device-nothing-said"),
            },
            "SaysoAsked" => match &situation.asked {
                Some(asked) => {
                    let asked = asked.as_str().into();
                    Some(Claim::Say(texts.get("device-asked", [("asked", asked)])))
                }
                None => say("device-nothing-asked"),
            },
            // "Go on" may be meant for the language model, if that has answered last.
            IDLE if command.slots.contains_key("goes_on")
                && situation.answered.is_some()
                && scene.last.is_none() =>
            {
                None
            }
            IDLE => say("device-idle"),
            "SaysoHelp" => {
                let helps = scene.skills.iter().map(|skill| format!("help-{skill}"));
                let helps = helps.filter(|id| texts.has(id)).map(|id| texts.get(&id, []));
                let helps = texts.and(&helps.collect::<Vec<_>>());
                Some(Claim::Say(texts.get("device-help", [("helps", helps.into())])))
            }
            _ => None,
        }
    }

    fn act(&mut self, action: Action, scene: &Scene<'_>) -> Said {
        let Scene { situation, texts, .. } = scene;
        let (effect, undo) = match action {
            Action::Volume(volume) => {
                (Effect::Volume(volume), Some(Action::Volume(situation.volume)))
            }
            Action::Pace(pace) => (Effect::Pace(pace), Some(Action::Pace(situation.pace))),
            Action::Mute => {
                return Said::text(texts.get("device-muted", [])).and(Effect::Mute);
            }
        };
        let said = Said::default().and(effect);
        undo.map_or(said.clone(), |undo| said.undone_by(&undo))
    }
}

fn volume(command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
    let Scene { texts, situation, .. } = scene;
    #[allow(clippy::cast_precision_loss)] // They are small numbers.
    let by = command.whole("volume_percent").map_or(STEP, |percent| percent as f32 / 100.0);
    #[allow(clippy::cast_precision_loss)]
    let volume = match (command.whole("volume_level"), command.whole("volume_step")) {
        (Some(level), _) => level as f32 / 100.0,
        (None, Some(step)) => situation.volume + by * step as f32,
        (None, None) => return None,
    };
    let volume = volume.clamp(QUIETEST, LOUDEST);
    if (volume - situation.volume).abs() < 0.005 {
        let id = if volume >= 1.0 { "device-loudest" } else { "device-as-before" };
        return Some(Claim::Say(texts.get(id, [])));
    }
    #[allow(clippy::cast_possible_truncation)]
    let percent = (volume * 100.0).round() as i64;
    let say = Some(texts.get("device-volume", [("percent", percent.into())]));
    Some(Claim::Do { action: Action::Volume(volume), say })
}
