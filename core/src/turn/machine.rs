use super::{Action, Actions, Event, Outcome, State, TurnConfig, TurnId};
use crate::audio::SampleTime;

/// The turn machine; see the [module](super).
#[derive(Clone, Debug)]
pub struct TurnMachine {
    config: TurnConfig,
    pub(super) phase: Phase,
    /// The first sample of the utterance being heard or answered; while it listens, samples before
    /// it are not used.
    pub(super) from: SampleTime,
    /// When the current time-out began.
    since: SampleTime,
    /// Until when it listens before it sleeps. In the past while it is asleep.
    awake_until: SampleTime,
    /// Until when only urgent announcements begin: somebody who has just woken it is about to
    /// speak.
    called_until: SampleTime,
    /// Whether the current turn is an urgent announcement.
    pub(super) urgent: bool,
    /// The utterance that an urgent announcement interrupted.
    pub(super) cut: Cut,
    /// Whether, according to the front end, somebody is speaking, in any state.
    pub(super) voice: bool,
    last_turn: TurnId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Asleep,
    Listening,
    Hearing(Option<Guess>),
    Announcing(TurnId),
    Thinking(Turn),
    Speaking(TurnId),
    Paused(Overlap),
}

/// The utterance that an urgent announcement interrupted. It begins at `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// There was none, or none meant for the assistant.
    Nothing,
    /// It is still going on, and counts if it ends after `least`.
    Going { least: SampleTime },
    /// It ended at `to`, and is answered after the announcement.
    Owed { to: SampleTime },
}

/// Speech over the reply of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overlap {
    pub(super) reply: TurnId,
    /// Where the speech began.
    from: SampleTime,
    pub(super) progress: Said,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Somebody is speaking.
    Going,
    /// They may have ended at this sample; the words are being recognised.
    Paused(SampleTime),
    /// They have ended at this sample; the words are being recognised.
    Over(SampleTime),
}

/// A turn and the audio it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) id: TurnId,
    to: SampleTime,
}

/// A turn that is not released yet, and its progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) turn: Turn,
    pub(super) progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Working,
    /// The first sound is ready.
    Ready,
    /// Complete, without any sound.
    Silent,
    /// Nothing was said.
    Nothing,
    /// "Stop" was said.
    Stop,
}

impl TurnMachine {
    /// A machine that sleeps, or that listens if no wake is needed.
    pub fn new(config: TurnConfig) -> Self {
        Self {
            config,
            phase: if config.wake { Phase::Asleep } else { Phase::Listening },
            from: SampleTime::ZERO,
            since: SampleTime::ZERO,
            awake_until: SampleTime::ZERO,
            called_until: SampleTime::ZERO,
            urgent: false,
            cut: Cut::Nothing,
            voice: false,
            last_turn: TurnId(0),
        }
    }

    /// The current state.
    pub fn state(&self) -> State {
        match self.phase {
            Phase::Asleep => State::Asleep,
            Phase::Listening => State::Listening,
            Phase::Hearing(_) => State::Hearing,
            Phase::Announcing(_) | Phase::Thinking(_) => State::Thinking,
            Phase::Speaking(_) => State::Speaking,
            Phase::Paused(_) => State::Paused,
        }
    }

    /// The current turn, released or not. Work of any other turn is obsolete.
    pub fn turn(&self) -> Option<TurnId> {
        match self.phase {
            Phase::Asleep | Phase::Listening | Phase::Hearing(None) => None,
            Phase::Hearing(Some(guess)) => Some(guess.turn.id),
            Phase::Thinking(turn) => Some(turn.id),
            Phase::Announcing(id) | Phase::Speaking(id) => Some(id),
            Phase::Paused(overlap) => Some(overlap.reply),
        }
    }

    /// The first sample of the utterance that is being heard, or answered without sound so far: it
    /// may still continue.
    pub fn utterance(&self) -> Option<SampleTime> {
        match self.phase {
            Phase::Hearing(_) | Phase::Thinking(_) => Some(self.from),
            Phase::Asleep
            | Phase::Listening
            | Phase::Announcing(_)
            | Phase::Speaking(_)
            | Phase::Paused(_) => None,
        }
    }

    /// Whether an utterance has ended and its answer cannot be heard yet.
    pub fn is_between_utterances(&self) -> bool {
        matches!(self.phase, Phase::Thinking(_))
    }

    /// While an urgent announcement delays the answer to an utterance that has ended: the first
    /// sample of the utterance, and the sample after the last of its speech. It may be answered
    /// long after it was said.
    pub fn owed(&self) -> Option<(SampleTime, SampleTime)> {
        match (self.phase, self.cut) {
            (Phase::Announcing(_) | Phase::Speaking(_) | Phase::Paused(_), Cut::Owed { to }) => {
                Some((self.taken_from(to), to))
            }
            _ => None,
        }
    }

    /// The current settings.
    pub fn config(&self) -> &TurnConfig {
        &self.config
    }

    /// Takes one event, which happened at `at`, and says what to do about it.
    ///
    /// Give it the events in the order in which they happened. The machine stays consistent
    /// whatever events come in whatever order: it ignores events of turns that have ended, and
    /// events that make no sense in the current state.
    pub fn step(&mut self, at: SampleTime, event: Event) -> Actions {
        let before = self.state();
        let mut out = Out(Actions::new());
        match event {
            Event::Wake { from } => self.wake(at, from.min(at), &mut out),
            Event::Sleep => self.sleep(at, &mut out),
            Event::Announce { urgent } => self.announce(at, urgent, &mut out),
            Event::SpeechStarted { from } => self.speech_started(at, from.min(at), &mut out),
            Event::SpeechResumed => self.speech_resumed(at, &mut out),
            Event::MayHaveEnded { speech_end } => {
                self.may_have_ended(at, speech_end.min(at), &mut out);
            }
            Event::SpeechEnded { speech_end } => {
                self.speech_ended(at, speech_end.min(at), &mut out);
            }
            Event::Understood { turn, .. }
            | Event::Overheard { turn, .. }
            | Event::SoundReady { turn }
            | Event::Finished { turn }
            | Event::Failed { turn }
                if self.turn() != Some(turn) => {}
            Event::Understood { outcome, .. } => self.understood(at, outcome, &mut out),
            Event::Overheard { outcome, .. } => self.overheard(at, outcome, &mut out),
            Event::SoundReady { .. } => self.sound_ready(at),
            Event::Finished { .. } => self.finished(at, &mut out),
            Event::Failed { .. } => self.failed(at, &mut out),
            Event::Tick => self.tick(at, &mut out),
        }
        if self.state() != before {
            out.push(Action::Show(self.state()));
        }
        out.0
    }

    fn wake(&mut self, at: SampleTime, from: SampleTime, out: &mut Out) {
        // Somebody who is already speaking to it does not need to wake it.
        if !matches!(self.phase, Phase::Hearing(_)) {
            self.drop_turn(out);
            self.from = from;
            self.called_until = at + self.config.follow_up;
            self.listen_anew(at);
        }
    }

    fn sleep(&mut self, at: SampleTime, out: &mut Out) {
        if self.phase != Phase::Asleep {
            self.drop_turn(out);
            self.from = at;
            self.rest(at);
        }
    }

    /// Begins an announcement, if one may begin now.
    fn announce(&mut self, at: SampleTime, urgent: bool, out: &mut Out) {
        let begins = match self.phase {
            Phase::Asleep | Phase::Listening if !urgent => !self.voice && at >= self.called_until,
            Phase::Announcing(_) | Phase::Speaking(_) | Phase::Paused(_) => urgent && !self.urgent,
            Phase::Asleep | Phase::Listening | Phase::Hearing(_) | Phase::Thinking(_) => urgent,
        };
        if !begins {
            return;
        }
        self.drop_turn(out);
        let cut = match self.phase {
            // What was said while it slept was not meant for it.
            Phase::Asleep => {
                self.from = at;
                Cut::Nothing
            }
            // Speech that began over a reply; without echo cancellation it may be the assistant's
            // own voice.
            Phase::Listening if self.voice && self.config.barge_in => {
                Cut::Going { least: self.from + self.config.pick_up }
            }
            Phase::Speaking(_) if !self.config.barge_in => {
                self.from = at;
                Cut::Nothing
            }
            Phase::Listening | Phase::Announcing(_) | Phase::Speaking(_) => Cut::Nothing,
            Phase::Thinking(turn) => Cut::Owed { to: turn.to },
            Phase::Hearing(_) => Cut::Going { least: self.from },
            Phase::Paused(overlap) => {
                self.from = overlap.from;
                match overlap.progress {
                    Said::Over(to) => Cut::Owed { to },
                    Said::Going | Said::Paused(_) => Cut::Going { least: self.from },
                }
            }
        };
        // A short silence is not an end.
        self.voice |= matches!(cut, Cut::Going { .. });
        // It listens afterwards to the person whom it was answering, even if the announcement
        // fails.
        if !matches!(self.phase, Phase::Asleep | Phase::Listening | Phase::Announcing(_)) {
            self.stay_awake(at);
        }
        let turn = self.new_turn();
        (self.urgent, self.cut) = (urgent, cut);
        self.since = at;
        self.phase = Phase::Announcing(turn);
        out.push(Action::Announce { turn });
        out.push(Action::Release { turn });
    }

    fn speech_started(&mut self, at: SampleTime, from: SampleTime, out: &mut Out) {
        match self.phase {
            Phase::Listening => self.hear(at, from.max(self.from)),
            Phase::Announcing(_) => {
                let from = from.max(self.from);
                self.speech_before_announcement(at, from, out);
            }
            Phase::Speaking(_) if self.hears_only_itself() => {}
            // The same utterance continues, and its audio is kept from where it began.
            Phase::Hearing(_) | Phase::Thinking(_) => {
                self.drop_turn(out);
                self.hear(at, self.from);
            }
            Phase::Speaking(reply) if self.pauses() => self.pause(at, reply, from, out),
            Phase::Paused(overlap) => self.goes_on(at, overlap, out),
            Phase::Asleep | Phase::Speaking(_) => self.voice = true,
        }
    }

    fn speech_resumed(&mut self, at: SampleTime, out: &mut Out) {
        match self.phase {
            Phase::Speaking(_) if self.hears_only_itself() => {}
            // More of the speech that was taken for nothing.
            Phase::Speaking(reply) if self.pauses() => {
                self.pause(at, reply, at.saturating_sub(self.config.pick_up), out);
            }
            Phase::Paused(overlap) => self.goes_on(at, overlap, out),
            Phase::Asleep | Phase::Speaking(_) => self.voice = true,
            // It began over the reply or with the wake word; now it is meant for the assistant.
            Phase::Listening => self.hear(at, self.from),
            Phase::Announcing(_) => self.speech_before_announcement(at, self.from, out),
            Phase::Hearing(_) => {
                self.drop_turn(out);
                self.hear(at, self.from);
            }
            // The utterance is over; only a new one can reopen it.
            Phase::Thinking(_) => {}
        }
    }

    /// Whether an urgent announcement is being prepared or played. The utterance that it
    /// interrupted counts as going on (`voice`) until its end is certain: otherwise the speaker's
    /// next word would interrupt the announcement.
    fn is_urgent(&self) -> bool {
        self.urgent && matches!(self.phase, Phase::Announcing(_) | Phase::Speaking(_))
    }

    /// Whether speech pauses the sound. Speech that an urgent announcement interrupted does not.
    fn pauses(&self) -> bool {
        self.config.barge_in && !(self.urgent && self.voice)
    }

    /// Whether the microphone may be hearing only the loudspeaker, while an earlier utterance
    /// waits for its answer.
    fn hears_only_itself(&self) -> bool {
        !self.config.barge_in && matches!(self.cut, Cut::Owed { .. })
    }

    /// Somebody speaks while an announcement has no sound yet.
    fn speech_before_announcement(&mut self, at: SampleTime, from: SampleTime, out: &mut Out) {
        if self.urgent {
            self.voice = true;
            match self.cut {
                Cut::Nothing if self.dozes(at) => self.from = from,
                Cut::Nothing => {
                    self.from = from;
                    self.cut = Cut::Going { least: from };
                }
                Cut::Going { .. } => {}
                // The same utterance continues.
                Cut::Owed { .. } => self.cut = Cut::Going { least: self.from },
            }
            return;
        }
        self.drop_turn(out);
        if self.dozes(at) {
            self.voice = true;
            self.phase = Phase::Asleep;
        } else {
            self.hear(at, from);
        }
    }

    fn may_have_ended(&mut self, at: SampleTime, speech_end: SampleTime, out: &mut Out) {
        self.pick_up(at, speech_end);
        if self.is_urgent() {
            return;
        }
        self.voice = false;
        if let Phase::Paused(overlap) = self.phase {
            self.overhear(at, overlap, speech_end, Said::Paused(speech_end), out);
        }
        if let Phase::Hearing(guess) = self.phase {
            self.since = at;
            if guess.is_none() && speech_end > self.from {
                let turn = self.think(speech_end, out);
                self.phase = Phase::Hearing(Some(Guess { turn, progress: Progress::Working }));
            }
        }
    }

    fn speech_ended(&mut self, at: SampleTime, speech_end: SampleTime, out: &mut Out) {
        self.pick_up(at, speech_end);
        self.voice = false;
        // If the microphone hears the loudspeaker, the end may be that of its sound.
        let announcing = matches!(self.phase, Phase::Announcing(_));
        if let Cut::Going { least } = self.cut
            && self.is_urgent()
            && (announcing || self.config.barge_in)
        {
            let counts = speech_end > least;
            self.cut = if counts { Cut::Owed { to: speech_end } } else { Cut::Nothing };
        }
        if let Phase::Paused(overlap) = self.phase {
            self.overhear(at, overlap, speech_end, Said::Over(speech_end), out);
        }
        let Phase::Hearing(guess) = self.phase else { return };
        match guess {
            Some(guess) if guess.turn.to >= speech_end => self.confirm(at, guess, out),
            _ => {
                self.drop_turn(out);
                if speech_end > self.from {
                    self.answer(at, speech_end, out);
                } else {
                    self.listen(at);
                }
            }
        }
    }

    /// The speech has ended and the guess was right.
    fn confirm(&mut self, at: SampleTime, guess: Guess, out: &mut Out) {
        let Guess { turn, progress } = guess;
        match progress {
            Progress::Nothing => self.end_unanswered(at, turn, Outcome::Nothing, out),
            Progress::Stop => self.end_unanswered(at, turn, Outcome::Stop, out),
            Progress::Working | Progress::Ready | Progress::Silent => {
                out.push(Action::Release { turn: turn.id });
                self.since = at;
                self.phase = Phase::Thinking(turn);
                match progress {
                    Progress::Ready => self.sound_ready(at),
                    Progress::Silent => self.finished(at, out),
                    _ => {}
                }
            }
        }
    }

    fn understood(&mut self, at: SampleTime, outcome: Outcome, out: &mut Out) {
        match (&mut self.phase, outcome) {
            (Phase::Hearing(Some(guess)), Outcome::Nothing | Outcome::Stop)
                if matches!(guess.progress, Progress::Working | Progress::Ready) =>
            {
                guess.progress = match outcome {
                    Outcome::Stop => Progress::Stop,
                    _ => Progress::Nothing,
                };
            }
            (&mut Phase::Thinking(turn), Outcome::Nothing | Outcome::Stop) => {
                self.end_unanswered(at, turn, outcome, out);
            }
            _ => {}
        }
    }

    /// Somebody speaks over the reply.
    fn pause(&mut self, at: SampleTime, reply: TurnId, from: SampleTime, out: &mut Out) {
        out.push(Action::Pause { turn: reply });
        self.voice = true;
        self.since = at;
        self.phase = Phase::Paused(Overlap { reply, from, progress: Said::Going });
    }

    /// A pause in speech over the reply: the words decide.
    fn overhear(
        &mut self,
        at: SampleTime,
        overlap: Overlap,
        end: SampleTime,
        progress: Said,
        out: &mut Out,
    ) {
        let Overlap { reply, from, progress: before } = overlap;
        if matches!(before, Said::Over(_)) {
            return;
        }
        if end <= from {
            self.resume(at, reply, out);
            return;
        }
        if before == Said::Going {
            let from = from.max(end.saturating_sub(self.config.max_audio));
            out.push(Action::Overhear { turn: reply, from, to: end });
            self.since = at;
        }
        self.phase = Phase::Paused(Overlap { progress, ..overlap });
    }

    /// It was no interruption: the reply continues.
    fn resume(&mut self, at: SampleTime, reply: TurnId, out: &mut Out) {
        out.push(Action::Resume { turn: reply });
        self.since = at;
        self.phase = Phase::Speaking(reply);
    }

    /// Speech over the reply continues after a pause.
    fn goes_on(&mut self, at: SampleTime, overlap: Overlap, out: &mut Out) {
        self.voice = true;
        if overlap.progress != Said::Going {
            self.interrupt(at, Overlap { progress: Said::Going, ..overlap }, out);
        }
    }

    /// The reply is interrupted for good, by speech that may have ended by now.
    fn interrupt(&mut self, at: SampleTime, overlap: Overlap, out: &mut Out) {
        self.drop_turn(out);
        self.answer_overlap(at, overlap, out);
    }

    /// Hears or answers what was said over a reply that has been ended.
    fn answer_overlap(&mut self, at: SampleTime, overlap: Overlap, out: &mut Out) {
        let voice = self.voice;
        // The person whose answer is owed continues the same utterance.
        let owed = matches!(self.cut, Cut::Owed { .. });
        self.hear(at, if owed { self.from.min(overlap.from) } else { overlap.from });
        self.voice = voice;
        match overlap.progress {
            Said::Going => {}
            Said::Paused(to) => {
                let turn = self.think(to, out);
                self.phase = Phase::Hearing(Some(Guess { turn, progress: Progress::Working }));
            }
            Said::Over(to) => self.answer(at, to, out),
        }
    }

    fn overheard(&mut self, at: SampleTime, outcome: Outcome, out: &mut Out) {
        let Phase::Paused(overlap) = self.phase else { return };
        match (overlap.progress, outcome) {
            (Said::Going, _) => {}
            (_, Outcome::Words) => self.interrupt(at, overlap, out),
            (_, Outcome::Nothing) => self.resume(at, overlap.reply, out),
            (Said::Paused(to) | Said::Over(to), Outcome::Stop) => {
                self.drop_turn(out);
                self.from = to;
                self.rest(at);
            }
        }
    }

    /// The utterance has ended and needs no reply.
    fn end_unanswered(&mut self, at: SampleTime, turn: Turn, outcome: Outcome, out: &mut Out) {
        self.drop_turn(out);
        self.from = turn.to;
        match outcome {
            Outcome::Stop => self.rest(at),
            // Noise does not keep it awake.
            _ => self.listen(at),
        }
    }

    fn sound_ready(&mut self, at: SampleTime) {
        match &mut self.phase {
            Phase::Hearing(Some(guess)) if guess.progress == Progress::Working => {
                guess.progress = Progress::Ready;
            }
            &mut Phase::Thinking(turn) => {
                self.from = turn.to;
                self.since = at;
                self.phase = Phase::Speaking(turn.id);
            }
            &mut Phase::Announcing(turn) => {
                self.since = at;
                self.phase = Phase::Speaking(turn);
            }
            _ => {}
        }
    }

    fn finished(&mut self, at: SampleTime, out: &mut Out) {
        match &mut self.phase {
            Phase::Hearing(Some(guess)) if guess.progress == Progress::Working => {
                guess.progress = Progress::Silent;
            }
            &mut Phase::Thinking(turn) => {
                out.push(Action::Keep { turn: turn.id });
                self.from = turn.to;
                self.listen_anew(at);
            }
            &mut Phase::Announcing(turn) => {
                out.push(Action::Keep { turn });
                self.after_silence(at, out);
            }
            &mut Phase::Speaking(turn) => {
                out.push(Action::Keep { turn });
                self.after_sound(at, out);
            }
            &mut Phase::Paused(overlap) => {
                out.push(Action::Keep { turn: overlap.reply });
                self.answer_overlap(at, overlap, out);
            }
            _ => {}
        }
    }

    fn failed(&mut self, at: SampleTime, out: &mut Out) {
        match self.phase {
            Phase::Hearing(_) => {
                self.drop_turn(out);
                self.phase = Phase::Hearing(None);
            }
            Phase::Announcing(_) | Phase::Thinking(_) | Phase::Speaking(_) => {
                self.give_up(at, out);
            }
            Phase::Paused(overlap) => self.interrupt(at, overlap, out),
            Phase::Asleep | Phase::Listening => {}
        }
    }

    fn tick(&mut self, at: SampleTime, out: &mut Out) {
        let over = |timeout| at >= self.since + timeout;
        match self.phase {
            Phase::Asleep => {}
            Phase::Listening => {
                self.pick_up(at, at);
                if self.phase == Phase::Listening && self.dozes(at) {
                    self.phase = Phase::Asleep;
                }
            }
            Phase::Hearing(_) if over(self.config.hear_timeout) => {
                self.drop_turn(out);
                self.voice = false;
                self.from = at;
                self.listen(at);
            }
            Phase::Announcing(turn) | Phase::Thinking(Turn { id: turn, .. })
                if over(self.config.think_timeout) =>
            {
                out.push(Action::Late { turn });
                self.give_up(at, out);
            }
            Phase::Speaking(_) if over(self.config.speak_timeout) => self.give_up(at, out),
            Phase::Paused(overlap) => match overlap.progress {
                Said::Going if over(self.config.interrupt) => self.interrupt(at, overlap, out),
                Said::Paused(_) | Said::Over(_) if over(self.config.think_timeout) => {
                    self.resume(at, overlap.reply, out);
                }
                _ => {}
            },
            Phase::Hearing(_) | Phase::Announcing(_) | Phase::Thinking(_) | Phase::Speaking(_) => {}
        }
    }

    /// Ends a released turn that produced nothing.
    fn give_up(&mut self, at: SampleTime, out: &mut Out) {
        self.drop_turn(out);
        match self.phase {
            Phase::Speaking(_) => self.after_sound(at, out),
            Phase::Announcing(_) => self.after_silence(at, out),
            Phase::Thinking(turn) => {
                self.from = turn.to;
                self.listen_anew(at);
            }
            _ => {}
        }
    }

    fn after_sound(&mut self, at: SampleTime, out: &mut Out) {
        self.stay_awake(at);
        match self.cut {
            Cut::Owed { to } => self.answer(at, to, out),
            Cut::Going { .. } if self.config.barge_in => self.hear(at, self.from),
            Cut::Going { .. } | Cut::Nothing => {
                if let Cut::Going { .. } = self.cut {
                    out.push(Action::Missed);
                }
                // Without echo cancellation, what came before was the assistant's own voice.
                if !self.config.barge_in {
                    self.from = at;
                }
                self.listen(at);
            }
        }
    }

    /// Ends an announcement of which nothing was heard.
    fn after_silence(&mut self, at: SampleTime, out: &mut Out) {
        match self.cut {
            Cut::Nothing => self.go_back(at),
            Cut::Going { .. } => {
                self.stay_awake(at);
                self.hear(at, self.from);
            }
            Cut::Owed { to } => self.answer(at, to, out),
        }
    }

    /// Answers an utterance that ended at `to`.
    fn answer(&mut self, at: SampleTime, to: SampleTime, out: &mut Out) {
        let turn = self.think(to, out);
        out.push(Action::Release { turn: turn.id });
        self.since = at;
        self.phase = Phase::Thinking(turn);
    }

    /// Speech that began before it listened and continues long enough is heard.
    fn pick_up(&mut self, at: SampleTime, until: SampleTime) {
        if self.phase == Phase::Listening && self.voice && until >= self.from + self.config.pick_up
        {
            self.hear(at, self.from);
        }
    }

    fn hear(&mut self, at: SampleTime, from: SampleTime) {
        self.voice = true;
        self.from = from;
        self.since = at;
        self.phase = Phase::Hearing(None);
    }

    fn listen(&mut self, at: SampleTime) {
        self.since = at;
        self.phase = Phase::Listening;
    }

    /// Listens for the whole follow-up window.
    fn listen_anew(&mut self, at: SampleTime) {
        self.stay_awake(at);
        self.listen(at);
    }

    fn stay_awake(&mut self, at: SampleTime) {
        self.awake_until = at + self.config.follow_up;
    }

    /// Whether it should sleep by now if there is nothing else to do.
    fn dozes(&self, at: SampleTime) -> bool {
        self.config.wake && at >= self.awake_until
    }

    /// Sleeps if the window is over, and listens if not.
    fn go_back(&mut self, at: SampleTime) {
        if self.dozes(at) {
            self.phase = Phase::Asleep;
        } else {
            self.listen(at);
        }
    }

    /// Sleeps, or listens if no wake is needed.
    fn rest(&mut self, at: SampleTime) {
        self.awake_until = SampleTime::ZERO;
        self.called_until = SampleTime::ZERO;
        self.go_back(at);
    }

    fn new_turn(&mut self) -> TurnId {
        self.last_turn = TurnId(self.last_turn.0.wrapping_add(1));
        (self.urgent, self.cut) = (false, Cut::Nothing);
        self.last_turn
    }

    fn think(&mut self, to: SampleTime, out: &mut Out) -> Turn {
        let turn = Turn { id: self.new_turn(), to };
        self.called_until = SampleTime::ZERO;
        out.push(Action::Think { turn: turn.id, from: self.taken_from(to), to });
        turn
    }

    /// The first sample that is given to a turn whose utterance ends at `to`.
    fn taken_from(&self, to: SampleTime) -> SampleTime {
        self.from.max(to.saturating_sub(self.config.max_audio))
    }

    /// Ends the current turn, if any. The caller sets the phase.
    fn drop_turn(&self, out: &mut Out) {
        if let Some(turn) = self.turn() {
            out.push(match self.phase {
                Phase::Speaking(_) | Phase::Paused(_) => Action::StopSound { turn },
                _ => Action::Cancel { turn },
            });
        }
    }
}

/// The actions of one step.
struct Out(Actions);

impl Out {
    fn push(&mut self, action: Action) {
        let pushed = self.0.push(action);
        debug_assert!(pushed.is_ok(), "a step gives at most four actions");
    }
}
