//! Compares the machine with the table in `docs/turns.md`, cell by cell.

use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use super::machine::{Cut, Phase, Progress, Said};
use super::{Action, Event, Outcome, TurnConfig, TurnId, TurnMachine};
use crate::audio::{SampleTime, Samples};

const DOC: &str = include_str!("../../../docs/turns.md");

const STATES: [&str; 22] = [
    "Asleep",
    "Asleep, voice",
    "Listening",
    "Listening, voice",
    "Hearing",
    "Hearing, pause",
    "Hearing, guess",
    "Hearing, guess ready",
    "Hearing, guess silent",
    "Hearing, guess nothing",
    "Hearing, guess stop",
    "Announcing",
    "Announcing, urgent",
    "Announcing, urgent, voice",
    "Announcing, urgent, owed",
    "Thinking",
    "Speaking",
    "Speaking, voice",
    "Speaking, owed",
    "Paused",
    "Paused, asking",
    "Paused, asking, over",
];

const EVENTS: [&str; 23] = [
    "Wake",
    "Sleep",
    "Announce",
    "Announce(called)",
    "Announce(urgent)",
    "SpeechStarted",
    "SpeechResumed",
    "MayHaveEnded",
    "MayHaveEnded(empty)",
    "SpeechEnded",
    "SpeechEnded(empty)",
    "SpeechEnded(longer)",
    "Understood(Words)",
    "Understood(Nothing)",
    "Understood(Stop)",
    "Overheard(Words)",
    "Overheard(Nothing)",
    "Overheard(Stop)",
    "SoundReady",
    "Finished",
    "Failed",
    "Tick",
    "Tick(late)",
];

const T: SampleTime = SampleTime::from_ms(100_000);
const SECOND: Samples = Samples::from_ms(1_000);
const TURN: TurnId = TurnId(1);

/// The rows of the table: (state, event) to (line, next state, actions).
fn rows() -> BTreeMap<(String, String), (usize, String, Vec<String>)> {
    let (before, table) = DOC.split_once("<!-- transitions -->\n").unwrap();
    let first_line = before.lines().count() + 2;
    let mut rows = BTreeMap::new();
    for (n, line) in table.lines().enumerate().take_while(|(_, l)| l.starts_with('|')).skip(2) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, states, events, next, actions, _] = cells[..] else { panic!("columns: {line}") };
        let actions: Vec<String> =
            actions.split(" · ").filter(|a| !a.is_empty()).map(String::from).collect();
        let states: Vec<&str> = match states {
            "any guess" => STATES.into_iter().filter(|s| s.contains("guess")).collect(),
            states => states.split(" / ").collect(),
        };
        for state in states {
            assert!(STATES.contains(&state), "unknown state {state}");
            for event in events.split(" / ") {
                let of = |e: &str, form| event == with(e, form) || event == with(base(e), form);
                let known = EVENTS
                    .iter()
                    .any(|e| *e == event || base(e) == event || FORMS.iter().any(|f| of(e, f)));
                assert!(known, "unknown event {event}");
                let key = (state.to_string(), event.to_string());
                let row = (first_line + n, next.to_string(), actions.clone());
                assert!(rows.insert(key, row).is_none(), "{state} × {event} twice");
            }
        }
    }
    rows
}

/// Variants of an event that depend on how the machine came into its state.
const FORMS: [&str; 5] = ["asleep", "own", "missed", "barge-in", "urgent"];

/// The event with one more variant in its parentheses.
fn with(event: &str, form: &str) -> String {
    match event.strip_suffix(')') {
        Some(event) => format!("{event}, {form})"),
        None => format!("{event}({form})"),
    }
}

/// The event without the parentheses.
fn base(event: &str) -> &str {
    event.split('(').next().unwrap()
}

/// The table's name for the state of a machine.
fn name(machine: &TurnMachine) -> String {
    let state = match machine.phase {
        Phase::Asleep => "Asleep",
        Phase::Listening => "Listening",
        Phase::Hearing(None) => {
            return if machine.voice { "Hearing" } else { "Hearing, pause" }.to_string();
        }
        Phase::Hearing(Some(guess)) => {
            assert!(!machine.voice);
            match guess.progress {
                Progress::Working => "Hearing, guess",
                Progress::Ready => "Hearing, guess ready",
                Progress::Silent => "Hearing, guess silent",
                Progress::Nothing => "Hearing, guess nothing",
                Progress::Stop => "Hearing, guess stop",
            }
        }
        Phase::Announcing(_) | Phase::Speaking(_) if matches!(machine.cut, Cut::Owed { .. }) => {
            assert!(machine.urgent && !machine.voice);
            match machine.phase {
                Phase::Speaking(_) => "Speaking, owed",
                _ => "Announcing, urgent, owed",
            }
        }
        Phase::Announcing(_) if machine.urgent => "Announcing, urgent",
        Phase::Announcing(_) => {
            assert!(!machine.voice);
            "Announcing"
        }
        Phase::Thinking(_) => {
            assert!(!machine.voice);
            "Thinking"
        }
        Phase::Speaking(_) => "Speaking",
        Phase::Paused(overlap) => {
            assert_eq!(machine.voice, overlap.progress == Said::Going);
            return match overlap.progress {
                Said::Going => "Paused",
                Said::Paused(_) => "Paused, asking",
                Said::Over(_) => "Paused, asking, over",
            }
            .to_string();
        }
    };
    if machine.voice { format!("{state}, voice") } else { state.to_string() }
}

/// How a machine got into a state that can be reached in several ways.
#[derive(Clone, Copy, Debug, Default)]
struct By {
    /// It announces, and slept before, or the follow-up window is over.
    asleep: bool,
    /// The sound, playing or paused, is an urgent announcement.
    urgent: bool,
    /// The voice may be the assistant's own: it began over a reply.
    own: bool,
    /// The sound interrupted somebody, whose words are lost.
    missed: bool,
    /// It is paused, and an earlier utterance waits for its answer.
    owed: bool,
}

impl By {
    /// The ways to a state; none if the settings rule it out.
    fn ways(state: &str, config: &TurnConfig) -> Vec<Self> {
        let all = (0..32).map(|n| Self {
            asleep: n & 1 > 0,
            urgent: n & 2 > 0,
            own: n & 4 > 0,
            missed: n & 8 > 0,
            owed: n & 16 > 0,
        });
        let TurnConfig { wake, barge_in, .. } = *config;
        let possible = |by: &Self| {
            let Self { asleep, urgent, own, missed, owed } = *by;
            let special = [asleep, own, missed, owed];
            let plain = !special.contains(&true);
            let only = |one: bool| one && special.into_iter().filter(|s| *s).count() == 1;
            match (state, state.split(',').next().unwrap()) {
                (_, "Asleep") => plain && wake && !urgent,
                ("Announcing, urgent, voice", _) if only(own) => !urgent && !barge_in,
                ("Announcing, urgent, owed", _) => plain && !urgent,
                (_, "Announcing") => (plain || only(asleep) && wake) && !urgent,
                ("Speaking, owed", _) => plain && urgent,
                // If speech can pause a reply, nobody speaks over it without pausing it.
                ("Speaking, voice", _) if urgent => {
                    (plain && barge_in)
                        || (only(asleep) && wake)
                        || (only(own) || only(missed)) && !barge_in
                }
                ("Speaking, voice", _) => plain && !barge_in,
                (_, "Speaking") => plain || only(missed) && urgent && !barge_in,
                (_, "Paused") => (plain || only(owed) && urgent) && barge_in,
                _ => plain && !urgent,
            }
        };
        all.filter(possible).collect()
    }
}

/// A machine in the state of that name, reached no later than `T`.
fn machine_in(state: &str, by: By, config: TurnConfig) -> TurnMachine {
    let woken = [Event::Wake { from: T - SECOND }];
    let heard = [&woken[..], &[Event::SpeechStarted { from: T - SECOND }]].concat();
    let guess = [&heard[..], &[Event::MayHaveEnded { speech_end: T }]].concat();
    let thinking = [&guess[..], &[Event::SpeechEnded { speech_end: T }]].concat();
    let ready = Event::SoundReady { turn: TURN };
    let understood = |outcome| Event::Understood { turn: TURN, outcome };
    let plus = |events: &[Event], event| [events, &[event]].concat();
    let urgent = Event::Announce { urgent: true };
    // Nothing is heard, and it was woken long ago or not at all.
    let quiet = if by.asleep { vec![] } else { plus(&thinking, Event::Finished { turn: TURN }) };
    let owed = [&heard[..], &[urgent, Event::SpeechEnded { speech_end: T }]].concat();
    let speaking = match by {
        By { owed: true, .. } => plus(&owed, ready),
        By { missed: true, .. } => {
            [&heard[..], &[urgent, ready, Event::SpeechEnded { speech_end: T }]].concat()
        }
        By { urgent: true, .. } => [&woken[..], &[urgent, ready]].concat(),
        _ => plus(&thinking, ready),
    };
    let events = match state {
        "Asleep" => vec![],
        "Asleep, voice" => vec![Event::SpeechStarted { from: T }],
        "Listening" => woken.to_vec(),
        // It hears, is told to sleep while the voice continues, and is woken again.
        "Listening, voice" => [&heard[..], &[Event::Sleep, Event::Wake { from: T }]].concat(),
        "Hearing" => heard,
        "Hearing, pause" => plus(&guess, Event::Failed { turn: TURN }),
        "Hearing, guess" => guess,
        "Hearing, guess ready" => plus(&guess, ready),
        "Hearing, guess silent" => plus(&guess, Event::Finished { turn: TURN }),
        "Hearing, guess nothing" => plus(&guess, understood(Outcome::Nothing)),
        "Hearing, guess stop" => plus(&guess, understood(Outcome::Stop)),
        "Announcing" => plus(&quiet, Event::Announce { urgent: false }),
        "Announcing, urgent" => plus(&quiet, urgent),
        "Announcing, urgent, voice" if by.own => {
            [&thinking[..], &[ready, Event::SpeechResumed, urgent]].concat()
        }
        "Announcing, urgent, voice" => {
            [&quiet[..], &[Event::SpeechStarted { from: T }, urgent]].concat()
        }
        "Announcing, urgent, owed" => owed,
        "Thinking" => thinking,
        "Speaking" => speaking,
        "Speaking, owed" => plus(&owed, ready),
        "Speaking, voice" if by.asleep => {
            vec![Event::SpeechStarted { from: T }, urgent, ready]
        }
        "Speaking, voice" if by.own => {
            let second = Event::SoundReady { turn: TurnId(2) };
            [&thinking[..], &[ready, Event::SpeechResumed, urgent, second]].concat()
        }
        "Speaking, voice" if by.urgent => [&heard[..], &[urgent, ready]].concat(),
        "Speaking, voice" => plus(&speaking, Event::SpeechResumed),
        "Paused" | "Paused, asking" | "Paused, asking, over" => {
            let paused = plus(&speaking, Event::SpeechStarted { from: T - SECOND });
            match state {
                "Paused" => paused,
                "Paused, asking" => plus(&paused, Event::MayHaveEnded { speech_end: T }),
                _ => plus(&paused, Event::SpeechEnded { speech_end: T }),
            }
        }
        _ => unreachable!("{state}"),
    };
    let mut machine = TurnMachine::new(config);
    for event in events {
        machine.step(T, event);
    }
    assert_eq!(name(&machine), state);
    machine
}

/// The event of that name, with its time.
fn event(name: &str, machine: &TurnMachine) -> (SampleTime, Event) {
    let turn = machine.turn().unwrap_or_default();
    let at = T + Samples::from_ms(5_000);
    let covered = if matches!(machine.phase, Phase::Hearing(Some(_))) { T } else { at };
    let understood = |outcome| Event::Understood { turn, outcome };
    let overheard = |outcome| Event::Overheard { turn, outcome };
    let event = match name {
        "Wake" => Event::Wake { from: at },
        "Sleep" => Event::Sleep,
        "Announce" => {
            return (T + Samples::from_ms(60_000), Event::Announce { urgent: false });
        }
        "Announce(called)" => Event::Announce { urgent: false },
        "Announce(urgent)" => Event::Announce { urgent: true },
        "SpeechStarted" => Event::SpeechStarted { from: at - SECOND },
        "SpeechResumed" => Event::SpeechResumed,
        "MayHaveEnded" => Event::MayHaveEnded { speech_end: covered },
        "MayHaveEnded(empty)" => Event::MayHaveEnded { speech_end: SampleTime::ZERO },
        "SpeechEnded" => Event::SpeechEnded { speech_end: covered },
        "SpeechEnded(empty)" => Event::SpeechEnded { speech_end: SampleTime::ZERO },
        "SpeechEnded(longer)" => Event::SpeechEnded { speech_end: at },
        "Understood(Words)" => understood(Outcome::Words),
        "Understood(Nothing)" => understood(Outcome::Nothing),
        "Understood(Stop)" => understood(Outcome::Stop),
        "Overheard(Words)" => overheard(Outcome::Words),
        "Overheard(Nothing)" => overheard(Outcome::Nothing),
        "Overheard(Stop)" => overheard(Outcome::Stop),
        "SoundReady" => Event::SoundReady { turn },
        "Finished" => Event::Finished { turn },
        "Failed" => Event::Failed { turn },
        "Tick" => return (T + Samples::FRAME, Event::Tick),
        "Tick(late)" => return (T + Samples::from_ms(600_000), Event::Tick),
        _ => unreachable!("{name}"),
    };
    (at, event)
}

/// Checks the turns of the actions, and returns the table's names for them, without `Show`.
fn names(actions: &[Action], mut live: Option<TurnId>) -> Vec<String> {
    let mut names = vec![];
    for action in actions {
        let (name, turn) = match *action {
            Action::Think { turn, from, to } => {
                assert!(from < to);
                assert_eq!(live.replace(turn), None, "a second turn");
                ("Think", turn)
            }
            Action::Announce { turn } => {
                assert_eq!(live.replace(turn), None, "a second turn");
                ("Announce", turn)
            }
            Action::Release { turn } => ("Release", turn),
            Action::Late { turn } => ("Late", turn),
            Action::Cancel { turn } => ("Cancel", turn),
            Action::StopSound { turn } => ("StopSound", turn),
            Action::Pause { turn } => ("Pause", turn),
            Action::Resume { turn } => ("Resume", turn),
            Action::Overhear { turn, from, to } => {
                assert!(from < to);
                ("Overhear", turn)
            }
            Action::Keep { turn } => ("Keep", turn),
            Action::Missed => {
                names.push("Missed".to_string());
                continue;
            }
            Action::Show(_) => continue,
        };
        assert_eq!(live, Some(turn), "{name} of another turn");
        if matches!(name, "Cancel" | "StopSound" | "Keep") {
            live = None;
        }
        names.push(name.to_string());
    }
    names
}

#[test]
fn the_machine_does_what_each_cell_of_the_table_says() {
    let rows = rows();
    let mut used = vec![];
    let mut cells = 0;
    for (wake, barge_in) in [(false, false), (false, true), (true, false), (true, true)] {
        let config = TurnConfig { wake, barge_in, ..TurnConfig::default() };
        let rest = if wake { "Asleep" } else { "Listening" };
        let ways = STATES
            .into_iter()
            .flat_map(|state| By::ways(state, &config).into_iter().map(move |by| (state, by)));
        for (state, by) in ways {
            for event_name in EVENTS {
                let mut machine = machine_in(state, by, config);
                let (at, event) = event(event_name, &machine);
                let live = machine.turn();
                let shown = machine.state();
                let actions = machine.step(at, event);

                let special = [
                    by.asleep.then_some("asleep"),
                    by.own.then_some("own"),
                    by.missed.then_some("missed"),
                    barge_in.then_some("barge-in"),
                    (by.urgent && base(event_name) != "Announce").then_some("urgent"),
                ];
                let special = special.into_iter().flatten();
                let forms: Vec<String> = special
                    .clone()
                    .map(|form| with(event_name, form))
                    .chain([event_name.to_string()])
                    .chain(special.map(|form| with(base(event_name), form)))
                    // `Tick` alone means that no time-out is over.
                    .chain([base(event_name).to_string()])
                    .collect();
                let row = forms
                    .iter()
                    .map(|form| (state.to_string(), form.clone()))
                    .find(|key| rows.contains_key(key))
                    // An urgent announcement does not interrupt another one.
                    .filter(|_| !(by.urgent && event_name == "Announce(urgent)"));
                let (line, next, expected) = match &row {
                    Some(key) => rows[key].clone(),
                    None => (0, state.to_string(), vec![]),
                };
                used.extend(row);
                let context = format!("{state} × {event_name}, line {line}, {by:?}, {config:?}");
                let on = if by.owed { "Speaking, owed" } else { "Speaking" };
                let next = if next == "on" { on.into() } else { next.replace("rest", rest) };
                assert_eq!(name(&machine), next, "{context}");
                assert_eq!(names(&actions, live), expected, "{context}");
                let show = (machine.state() != shown).then(|| Action::Show(machine.state()));
                assert_eq!(
                    actions.iter().copied().find(|a| matches!(a, Action::Show(_))),
                    show,
                    "{context}"
                );
                assert!(show.is_none() || actions.last() == show.as_ref(), "{context}");
                assert!(actions.len() < actions.capacity(), "{context}");
                if machine.turn() == live && by.urgent {
                    assert!(machine.urgent, "{context}");
                }
                cells += 1;
            }
        }
    }
    // Without `wake` there are 17 states, reached in 22 ways. Barge-in adds three states in nine
    // ways, and removes four ways in which speech meets sound. `wake` adds two states and four
    // ways.
    assert_eq!(cells, EVENTS.len() * (22 + 27 + 28 + 33));
    for key in rows.keys() {
        assert!(used.contains(key), "the row {key:?} describes nothing");
    }
}

#[test]
fn events_of_turns_that_have_ended_change_nothing() {
    for state in STATES {
        let barge_in = state.starts_with("Paused");
        let config = TurnConfig { wake: true, barge_in, ..TurnConfig::default() };
        for by in By::ways(state, &config) {
            for stale in [TurnId(0), TurnId(7), TurnId(u32::MAX)] {
                for event in [
                    Event::Understood { turn: stale, outcome: Outcome::Words },
                    Event::Understood { turn: stale, outcome: Outcome::Nothing },
                    Event::Understood { turn: stale, outcome: Outcome::Stop },
                    Event::Overheard { turn: stale, outcome: Outcome::Words },
                    Event::Overheard { turn: stale, outcome: Outcome::Stop },
                    Event::SoundReady { turn: stale },
                    Event::Finished { turn: stale },
                    Event::Failed { turn: stale },
                ] {
                    let mut machine = machine_in(state, by, config);
                    assert!(machine.step(T + SECOND, event).is_empty(), "{state} × {event:?}");
                    assert_eq!(name(&machine), state, "{event:?}");
                }
            }
        }
    }
}
