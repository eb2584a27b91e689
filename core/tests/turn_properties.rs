//! Invariants of the turn machine, for any events in any order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use sayso_core::audio::{SampleTime, Samples, wrong_order};
use sayso_core::endpoint::{EndpointConfig, Endpointer};
use sayso_core::turn::{Action, Actions, Event, Outcome, State, TurnConfig, TurnId, TurnMachine};

/// A machine whose every step is checked.
struct Audited {
    machine: TurnMachine,
    /// The turn that has begun and not ended, and whether it is released.
    live: Option<(TurnId, bool)>,
    /// Whether its sound is paused.
    paused: bool,
    /// Whether it is an announcement, and whether an urgent one.
    announced: bool,
    urgent: bool,
    /// Whether somebody is speaking, according to the front end's last event.
    voice: bool,
    last: TurnId,
    latest: SampleTime,
}

impl Audited {
    fn new(config: TurnConfig) -> Self {
        let machine = TurnMachine::new(config);
        Self {
            machine,
            live: None,
            paused: false,
            announced: false,
            urgent: false,
            voice: false,
            last: TurnId(0),
            latest: SampleTime::ZERO,
        }
    }

    fn step(&mut self, at: SampleTime, event: Event) -> Result<Actions, TestCaseError> {
        let before = self.machine.state();
        self.latest = self.latest.max(at);
        let (was_live, was_announced) = (self.live, self.announced);
        let owed = self.machine.owed();
        let config = *self.machine.config();
        let mistakes = wrong_order();
        let actions = self.machine.step(at, event);
        prop_assert_eq!(wrong_order(), mistakes);
        prop_assert!(actions.len() <= 4, "{actions:?}");
        let mut shown = None;
        let mut late = None;
        for &action in &actions {
            prop_assert_eq!(shown, None, "something after Show");
            match action {
                Action::Think { turn, from, to } => {
                    prop_assert_eq!(self.live, None, "two turns at once");
                    prop_assert!(turn > self.last);
                    prop_assert!(from < to && to - from <= self.machine.config().max_audio);
                    (self.live, self.last) = (Some((turn, false)), turn);
                    (self.announced, self.urgent) = (false, false);
                }
                Action::Announce { turn } => {
                    prop_assert_eq!(self.live, None, "two turns at once");
                    prop_assert!(turn > self.last);
                    let Event::Announce { urgent } = event else {
                        return Err(TestCaseError::fail("announces what nobody offered"));
                    };
                    if !urgent {
                        prop_assert!([State::Asleep, State::Listening].contains(&before));
                        prop_assert!(!self.voice && was_live.is_none(), "it does not wait");
                    }
                    prop_assert!(was_live.is_none() || !self.urgent, "urgent over urgent");
                    (self.live, self.last) = (Some((turn, false)), turn);
                    (self.announced, self.urgent) = (true, urgent);
                    prop_assert!(actions.contains(&Action::Release { turn }), "{:?}", actions);
                }
                Action::Missed => {
                    prop_assert!(!config.barge_in && self.urgent && owed.is_none());
                    prop_assert!(self.live.is_none() && before == State::Speaking);
                }
                Action::Late { turn } => {
                    prop_assert_eq!((self.live, event), (Some((turn, true)), Event::Tick));
                    prop_assert!(actions.contains(&Action::Cancel { turn }), "{:?}", actions);
                    late = Some(turn);
                }
                Action::Release { turn } => {
                    prop_assert_eq!(self.live, Some((turn, false)));
                    self.live = Some((turn, true));
                }
                Action::Cancel { turn } => {
                    prop_assert_eq!(self.live.map(|l| l.0), Some(turn));
                    let heard = [State::Speaking, State::Paused].contains(&before);
                    prop_assert!(!heard, "cancelled while heard");
                    let released = self.live.is_some_and(|l| l.1);
                    prop_assert!(event != Event::Tick || !released || late == Some(turn));
                    self.live = None;
                }
                Action::StopSound { turn } => {
                    prop_assert_eq!(self.live, Some((turn, true)));
                    prop_assert!([State::Speaking, State::Paused].contains(&before));
                    (self.live, self.paused) = (None, false);
                }
                Action::Pause { turn } => {
                    prop_assert_eq!((self.live, self.paused), (Some((turn, true)), false));
                    prop_assert!(self.machine.config().barge_in && before == State::Speaking);
                    self.paused = true;
                }
                Action::Resume { turn } => {
                    prop_assert_eq!((self.live, self.paused), (Some((turn, true)), true));
                    self.paused = false;
                }
                Action::Overhear { turn, from, to } => {
                    prop_assert_eq!((self.live, self.paused), (Some((turn, true)), true));
                    prop_assert!(from < to && to - from <= self.machine.config().max_audio);
                }
                Action::Keep { turn } => {
                    prop_assert_eq!(self.live, Some((turn, true)));
                    (self.live, self.paused) = (None, false);
                }
                Action::Show(state) => {
                    prop_assert!(state != before);
                    shown = Some(state);
                }
            }
        }
        let state = self.machine.state();
        match event {
            // The utterance that is being answered has ended.
            Event::SpeechResumed if before == State::Thinking && !was_announced => {}
            // It may be the loudspeaker.
            Event::SpeechStarted { .. } | Event::SpeechResumed
                if before == State::Speaking && owed.is_some() && !config.barge_in => {}
            Event::SpeechStarted { .. } | Event::SpeechResumed => self.voice = true,
            Event::MayHaveEnded { .. } | Event::SpeechEnded { .. } => self.voice = false,
            // The front end was silent for too long: its last event no longer counts.
            Event::Tick if before == State::Hearing && state == State::Listening => {
                self.voice = false;
            }
            _ => {}
        }
        if let Some((from, to)) = owed
            && self.machine.owed() != owed
        {
            let dropped = match event {
                Event::Wake { .. } | Event::Sleep => true,
                Event::Overheard { outcome, .. } => outcome == Outcome::Stop,
                _ => false,
            };
            let covers =
                |f: SampleTime, t: SampleTime| t >= to && (f <= from || t - f == config.max_audio);
            let answered = actions.iter().any(|action| match *action {
                Action::Think { from, to, .. } => covers(from, to),
                _ => false,
            });
            let goes_on = self.machine.utterance().is_some_and(|f| f <= from)
                || self.machine.turn() == was_live.map(|l| l.0) && self.voice;
            prop_assert!(dropped || answered || goes_on, "owed {owed:?}: {event:?}, {actions:?}");
        }
        prop_assert_eq!(shown.unwrap_or(before), state);
        prop_assert_eq!(self.machine.turn(), self.live.map(|l| l.0));
        let released = self.live.map(|l| l.1);
        let fits = match state {
            State::Asleep | State::Listening => released.is_none(),
            State::Hearing => released != Some(true),
            State::Thinking | State::Speaking | State::Paused => released == Some(true),
        } && self.paused == (state == State::Paused);
        prop_assert!(fits, "{state:?} with {released:?}");
        prop_assert!(state != State::Asleep || self.machine.config().wake);
        Ok(actions)
    }

    /// If only time passes, every state is left and every turn ends.
    fn settles(&mut self) -> Result<(), TestCaseError> {
        let rest = if self.machine.config().wake { State::Asleep } else { State::Listening };
        let config = *self.machine.config();
        // The longest way: listening, a voice picked up, hearing given up, listening again.
        let longest = [
            config.speak_timeout,
            config.think_timeout,
            config.think_timeout,
            config.interrupt,
            config.pick_up,
            config.hear_timeout,
            config.follow_up,
            config.follow_up,
        ]
        .into_iter()
        .fold(Samples::from_ms(1_000), |sum, time| sum + time);
        // In coarse steps, so that random (huge) time-outs are reached too; each stage may
        // overshoot by one step.
        let step = Samples((longest.0 / 512).max(1));
        for _ in 0..530 {
            self.step(self.latest + step, Event::Tick)?;
        }
        prop_assert_eq!(self.machine.state(), rest);
        prop_assert_eq!(self.live, None);
        self.announces(false)?;
        self.announces(true)
    }

    /// At rest, with nobody speaking, an announcement is made.
    fn announces(&mut self, urgent: bool) -> Result<(), TestCaseError> {
        let at = self.latest;
        self.step(at, Event::SpeechEnded { speech_end: SampleTime::ZERO })?;
        self.step(at, Event::Announce { urgent })?;
        let live = self.live.map(|l| l.0);
        let Some(turn) = live else {
            return Err(TestCaseError::fail("it does not announce"));
        };
        self.step(at, Event::SoundReady { turn })?;
        prop_assert_eq!(self.machine.state(), State::Speaking);
        self.step(at, Event::Finished { turn })?;
        prop_assert_eq!(self.machine.state(), State::Listening);
        Ok(())
    }
}

/// The turn of an event: in most cases the current one.
fn turn_of(machine: &TurnMachine, last: TurnId, which: u8) -> TurnId {
    match which {
        0 => last,
        1 => TurnId(last.0.saturating_sub(1)),
        2 => TurnId(last.0 + 1),
        _ => machine.turn().unwrap_or(last),
    }
}

fn frame_of(at: SampleTime) -> usize {
    (at.0 / Samples::FRAME.0) as usize
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![3 => Just(Outcome::Words), 1 => Just(Outcome::Nothing), 1 => Just(Outcome::Stop)]
}

/// Samples of a point in time or a length: mostly of this world.
fn samples() -> impl Strategy<Value = u64> {
    prop_oneof![20 => 0u64..400_000, 1 => any::<u64>(), 1 => Just(u64::MAX)]
}

fn time() -> impl Strategy<Value = SampleTime> {
    samples().prop_map(SampleTime)
}

fn length() -> impl Strategy<Value = Samples> {
    samples().prop_map(Samples)
}

/// Any event; turns are numbers that [`turn_of`] looks up.
fn any_event() -> impl Strategy<Value = Event> {
    let turn = || (0u8..10).prop_map(|which| TurnId(u32::from(which)));
    prop_oneof![
        1 => time().prop_map(|from| Event::Wake { from }),
        1 => Just(Event::Sleep),
        3 => prop::bool::weighted(0.3).prop_map(|urgent| Event::Announce { urgent }),
        3 => time().prop_map(|from| Event::SpeechStarted { from }),
        3 => time().prop_map(|speech_end| Event::MayHaveEnded { speech_end }),
        1 => Just(Event::SpeechResumed),
        3 => time().prop_map(|speech_end| Event::SpeechEnded { speech_end }),
        2 => (turn(), outcome()).prop_map(|(turn, outcome)| Event::Understood { turn, outcome }),
        2 => (turn(), outcome()).prop_map(|(turn, outcome)| Event::Overheard { turn, outcome }),
        3 => turn().prop_map(|turn| Event::SoundReady { turn }),
        2 => turn().prop_map(|turn| Event::Finished { turn }),
        1 => turn().prop_map(|turn| Event::Failed { turn }),
        3 => Just(Event::Tick),
    ]
}

fn resolve(event: Event, audited: &Audited) -> Event {
    let of = |turn: TurnId| turn_of(&audited.machine, audited.last, turn.0 as u8);
    match event {
        Event::Understood { turn, outcome } => Event::Understood { turn: of(turn), outcome },
        Event::Overheard { turn, outcome } => Event::Overheard { turn: of(turn), outcome },
        Event::SoundReady { turn } => Event::SoundReady { turn: of(turn) },
        Event::Finished { turn } => Event::Finished { turn: of(turn) },
        Event::Failed { turn } => Event::Failed { turn: of(turn) },
        event => event,
    }
}

fn modes() -> impl Strategy<Value = TurnConfig> {
    any::<(bool, bool)>().prop_map(|(wake, barge_in)| TurnConfig {
        wake,
        barge_in,
        ..TurnConfig::default()
    })
}

fn any_config() -> impl Strategy<Value = TurnConfig> {
    let wild = (modes(), length(), length(), length(), length(), length(), length(), length());
    let wild = wild.prop_map(|(modes, a, b, c, d, e, f, g)| TurnConfig {
        follow_up: a,
        pick_up: b,
        // A limit of no audio at all makes no sense.
        max_audio: c.max(Samples(1)),
        hear_timeout: d,
        think_timeout: e,
        speak_timeout: f,
        interrupt: g,
        ..modes
    });
    prop_oneof![3 => modes(), 1 => wild]
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// How a responder and playback treat one turn, in ms after it began or was released.
#[derive(Clone, Copy, Debug)]
struct Reply {
    understand: u64,
    outcome: Outcome,
    think: u64,
    /// Length of the sound; `None` for none.
    play: Option<u64>,
    fails: bool,
}

fn reply() -> impl Strategy<Value = Reply> {
    let play = prop_oneof![4 => (50u64..6_000).prop_map(Some), 1 => Just(None)];
    (20u64..900, outcome(), 20u64..2_000, play, prop::bool::weighted(0.1)).prop_map(
        |(understand, outcome, think, play, fails)| Reply {
            understand,
            outcome,
            think,
            play,
            fails,
        },
    )
}

proptest! {
    #![proptest_config(cases(20_000))]

    /// Any events in any order at any time, forwards or backwards.
    #[test]
    fn garbage_cannot_break_it(
        config in any_config(),
        events in prop::collection::vec((time(), any_event()), 0..80),
    ) {
        let mut audited = Audited::new(config);
        for (at, event) in events {
            let event = resolve(event, &audited);
            audited.step(at, event)?;
        }
        audited.settles()?;
    }

    /// Events in order of time, so that deep states are reached.
    #[test]
    fn time_forwards(
        config in modes(),
        events in prop::collection::vec((0u64..40_000, any_event()), 0..120),
    ) {
        let mut audited = Audited::new(config);
        let mut at = SampleTime::from_ms(30_000);
        for (wait, event) in events {
            at += Samples(wait);
            // Speech times lie in the recent past.
            let recent = |t: SampleTime| at - Samples(t.0 % 32_000);
            let event = match resolve(event, &audited) {
                Event::Wake { from } => Event::Wake { from: recent(from) },
                Event::SpeechStarted { from } => Event::SpeechStarted { from: recent(from) },
                Event::MayHaveEnded { speech_end } =>
                    Event::MayHaveEnded { speech_end: recent(speech_end) },
                Event::SpeechEnded { speech_end } =>
                    Event::SpeechEnded { speech_end: recent(speech_end) },
                event => event,
            };
            audited.step(at, event)?;
        }
        audited.settles()?;
    }
}

proptest! {
    #![proptest_config(cases(3_000))]

    /// A real endpointer hears a random conversation, with a responder and playback that carry out
    /// each action. Nothing is heard that was not released. Everything that is said while the
    /// machine listens is answered, also after an urgent announcement. Every announcement is made in
    /// the end.
    #[test]
    fn conversations(
        modes in modes(),
        pieces in prop::collection::vec((any::<bool>(), 1usize..60), 1..40),
        replies in prop::collection::vec(reply(), 1..8),
        buttons in prop::collection::vec((0usize..1_200, any::<bool>()), 0..4),
        offers in prop::collection::vec((0usize..1_200, prop::bool::weighted(0.3)), 0..4),
    ) {
        let mut audited = Audited::new(modes);
        let mut ear = Endpointer::new(EndpointConfig::default());
        // The current work: its turn, the reply, when it began and was released, and its progress.
        let mut work: Option<(TurnId, Reply, SampleTime, Option<SampleTime>, u8)> = None;
        // Speech over the reply, and when its words will be known.
        let mut overheard: Option<(TurnId, SampleTime)> = None;
        let mut kept = 0;
        // Announcements that wait, and the one being made.
        let (mut offers, mut announcing) = (offers, None);
        // Where utterances began that urgent announcements interrupted.
        let mut cut: Vec<SampleTime> = vec![];
        // Silence long enough for everything: a reply takes up to 9 s, its follow-up 8 s.
        let quiet = [(false, 6 * 17 * 32)];
        let pieces = pieces.iter().chain(&quiet);
        let frames = pieces.flat_map(|&(v, n)| std::iter::repeat_n(v, n));
        for (n, voice) in frames.enumerate() {
            let mut events = vec![];
            let heard = ear.push(if voice { 0.9 } else { 0.05 });
            let now = ear.now();
            for &(_, wake) in buttons.iter().filter(|b| b.0 == n) {
                events.push(if wake { Event::Wake { from: now } } else { Event::Sleep });
            }
            events.extend(heard.map(Event::from));
            // What the responder and playback report by now.
            if let Some((turn, reply, began, released, done)) = &mut work {
                let turn = *turn;
                let due = |since: SampleTime, ms: u64| now >= since + Samples::from_ms(ms);
                if *done == 0 && due(*began, reply.understand) {
                    events.push(Event::Understood { turn, outcome: reply.outcome });
                    *done = 1;
                } else if *done == 1 && due(*began, reply.understand + reply.think) {
                    events.push(match (reply.fails, reply.play) {
                        (true, _) => Event::Failed { turn },
                        (false, Some(_)) => Event::SoundReady { turn },
                        (false, None) => Event::Finished { turn },
                    });
                    *done = 2;
                } else if let (2, Some(released), Some(play)) = (*done, *released, reply.play)
                    && due(released.max(*began + Samples::from_ms(reply.understand + reply.think)), play)
                {
                    events.push(Event::Finished { turn });
                    *done = 3;
                }
            }
            if let Some((turn, _)) = overheard.take_if(|(_, due)| *due <= now) {
                let outcome = replies[frame_of(now) % replies.len()].outcome;
                events.push(Event::Overheard { turn, outcome });
            }
            events.push(Event::Tick);
            let due = offers.iter().copied().filter(|offer| offer.0 <= n);
            let next = due.max_by_key(|offer| offer.1);
            events.extend(next.map(|(_, urgent)| Event::Announce { urgent }));
            for event in events {
                let listening = audited.machine.state() == State::Listening;
                let utterance = audited.machine.utterance();
                match event {
                    Event::Wake { .. } | Event::Sleep => cut.clear(),
                    Event::Overheard { outcome: Outcome::Stop, .. } => cut.clear(),
                    // It had ended when a button woke the machine.
                    Event::SpeechEnded { speech_end } => cut.retain(|from| *from < speech_end),
                    _ => {}
                }
                let actions = audited.step(now, event)?;
                for action in &actions {
                    match *action {
                        Action::Think { turn, from, to } => {
                            prop_assert!(to <= now);
                            let longest = to - from == modes.max_audio;
                            cut.retain(|begun| !(longest || (from..to).contains(begun)));
                            work = Some((turn, replies[turn.0 as usize % replies.len()], now, None, 0));
                        }
                        Action::Announce { turn } => {
                            let taken = offers.iter().position(|o| Some(*o) == next).unwrap();
                            announcing = Some((turn, offers.swap_remove(taken)));
                            cut.extend(utterance);
                            // There are no words to recognise.
                            work = Some((turn, replies[turn.0 as usize % replies.len()], now, None, 1));
                        }
                        Action::Release { .. } => {
                            if let Some(work) = &mut work { work.3 = Some(now); }
                        }
                        Action::Keep { .. } => { kept += 1; work = None; }
                        Action::Cancel { turn } => {
                            // None of it was heard, and its voice had not failed.
                            if event != (Event::Failed { turn })
                                && let Some((_, offer)) = announcing.take_if(|a| a.0 == turn)
                            {
                                offers.push(offer);
                            }
                            work = None;
                        }
                        Action::StopSound { .. } => work = None,
                        Action::Overhear { turn, to, .. } => {
                            prop_assert!(to <= now);
                            overheard = Some((turn, now + Samples::from_ms(300)));
                        }
                        Action::Pause { .. }
                        | Action::Resume { .. }
                        | Action::Late { .. }
                        | Action::Show(_) => {}
                        Action::Missed => cut.clear(),
                    }
                }
                match event {
                    Event::SpeechStarted { .. } if listening =>
                        prop_assert_eq!(audited.machine.state(), State::Hearing),
                    // Every pause in what is heard begins a guess, if anything was said: not
                    // speech that had ended when a button woke the machine.
                    Event::MayHaveEnded { speech_end }
                        if audited.machine.state() == State::Hearing
                            && Some(speech_end) > audited.machine.utterance() =>
                        prop_assert!(audited.machine.turn().is_some()),
                    // Speech never begins during a reply that it can interrupt.
                    Event::SpeechStarted { .. } if modes.barge_in =>
                        prop_assert!(audited.machine.state() != State::Speaking),
                    _ => {}
                }
            }
        }
        prop_assert!(kept <= audited.last.0);
        prop_assert!(offers.is_empty(), "not announced: {offers:?}");
        prop_assert!(cut.is_empty(), "not answered: {cut:?}");
        audited.settles()?;
    }
}

#[test]
fn time_outs_are_noticed_even_at_the_end_of_the_clock() {
    let mut audited = Audited::new(TurnConfig { wake: true, ..TurnConfig::default() });
    let end = SampleTime(u64::MAX);
    for event in [
        Event::Wake { from: SampleTime(5) },
        Event::SpeechStarted { from: SampleTime(10) },
        Event::SpeechEnded { speech_end: end },
        Event::SoundReady { turn: TurnId(1) },
    ] {
        audited.step(end, event).unwrap();
    }
    assert_eq!(audited.machine.state(), State::Speaking);
    for _ in 0..3 {
        audited.step(end, Event::Tick).unwrap();
    }
    assert_eq!(audited.machine.state(), State::Asleep);
}

#[test]
fn noise_alone_does_not_keep_it_awake() {
    let mut audited = Audited::new(TurnConfig { wake: true, ..TurnConfig::default() });
    let mut at = SampleTime::from_ms(1_000);
    audited.step(at, Event::Wake { from: at }).unwrap();
    let mut awake_for = 0;
    while audited.machine.state() != State::Asleep {
        for event in [
            Event::SpeechStarted { from: at },
            Event::SpeechEnded { speech_end: at + Samples::from_ms(500) },
        ] {
            at += Samples::from_ms(500);
            audited.step(at, event).unwrap();
        }
        let turn = audited.last;
        let nothing = Event::Understood { turn, outcome: Outcome::Nothing };
        audited.step(at, nothing).unwrap();
        audited.step(at, Event::Tick).unwrap();
        awake_for += 1;
        assert!(awake_for < 20);
    }
    assert_eq!(awake_for, 8, "seconds");
}

#[test]
fn its_own_reply_at_the_microphone_is_not_an_utterance() {
    // Half-duplex: the reply's echo lasts a little longer than the reply.
    let mut audited = Audited::new(TurnConfig::default());
    let mut ear = Endpointer::new(EndpointConfig::default());
    let mut turn = None;
    // 1 s of question, 1 s until the reply, 2 s of reply with 128 ms of echo, silence.
    let track = [(true, 31), (false, 31), (true, 66), (false, 60)];
    let mut states = vec![];
    for (n, voice) in track.iter().flat_map(|&(v, n)| std::iter::repeat_n(v, n)).enumerate() {
        let heard = ear.push(if voice { 0.9 } else { 0.05 }).map(Event::from);
        let playback = match (n, turn) {
            (60, Some(turn)) => Some(Event::SoundReady { turn }),
            (124, Some(turn)) => Some(Event::Finished { turn }),
            _ => None,
        };
        for event in playback.into_iter().chain(heard).chain([Event::Tick]) {
            for action in audited.step(ear.now(), event).unwrap() {
                match action {
                    Action::Think { turn: new, .. } => turn = Some(new),
                    Action::Show(state) => states.push(state),
                    _ => {}
                }
            }
        }
    }
    assert_eq!(states, [State::Hearing, State::Thinking, State::Speaking, State::Listening]);
    assert_eq!(audited.last, TurnId(1));
}
