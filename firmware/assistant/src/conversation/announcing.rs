//! What the assistant says on its own, from the queue until it is said.

use sayso_core::turn::{self, TurnId};
use sayso_models::Cancel;

use super::Conversation;
use super::current::Current;
use crate::announcements::{Waiting, What};
use crate::clauses::split;
use crate::earcon::Earcon;
use crate::event::{Ending, Event, Origin, TurnRecord};
use crate::responder::Job;
use crate::transcriber::{Dictation, Purpose};

impl Conversation {
    /// Queues what is to be said as soon as nobody else speaks.
    pub(super) fn wait(&mut self, what: What) {
        if self.announcements.put(Waiting { what, since: self.now }).is_err() {
            self.trouble("too many announcements wait to be said, so a new one was dropped".into());
        }
        self.count_waiting();
    }

    /// Shows how many wait.
    pub(super) fn count_waiting(&self) {
        let waiting = self.announcements.len();
        self.controls.show(|status| status.waiting = waiting);
    }

    /// Offers the turn machine the next announcement.
    pub(super) fn offer(&mut self) {
        let between = self.machine.is_between_utterances();
        if let Some(urgent) = self.announcements.next_is_urgent(self.now, between) {
            self.step(turn::Event::Announce { urgent });
        }
    }

    /// Begins to say the first in the queue.
    pub(super) fn announce(&mut self, turn: TurnId) {
        let Some(waiting) = self.announcements.take() else { return };
        self.count_waiting();
        let record = TurnRecord { turn, begun: self.now, ..TurnRecord::default() };
        let mut current = Current::new(record, (self.now, self.now), self.arrived, Cancel::new());
        match &waiting.what {
            What::Announcement(announcement) => {
                current.record.origin = Origin::Announcement;
                let chime = Some(Earcon::Announce).filter(|_| announcement.chime);
                match chime.and_then(|chime| chime.as_set(&self.feedback, self.rate)) {
                    Some(chime) => self.playback.begin_with_chime(turn, &chime),
                    None => self.playback.begin(turn),
                }
                let (text, clauses) = split(self.language, &announcement.text);
                current.clauses.extend(clauses);
                current.record.reply = text;
                current.written = true;
            }
            What::Question(question) => {
                current.record.origin = Origin::Typed;
                current.record.transcript.clone_from(question);
                self.playback.begin(turn);
            }
            What::Recording(_) => {
                current.record.origin = Origin::Typed;
                self.playback.begin(turn);
            }
        }
        let (what, cancel) = (waiting.what.clone(), current.cancel.clone());
        current.said = Some(waiting);
        self.current = Some(current);
        match what {
            What::Announcement(_) => {}
            What::Question(question) => self.answer(turn, String::new(), question, Vec::new()),
            What::Recording(recording) => {
                let (purpose, audio) = (Purpose::Turn(turn), recording.to_vec());
                let (utterance, from) = (self.now, self.now);
                self.orders.push_back(Dictation { purpose, utterance, from, audio, cancel }.into());
            }
        }
        self.feed_voice();
    }

    /// Puts back what `turn` was to say, if `event` cancelled the turn because something else had
    /// priority, before a word of it was heard.
    pub(super) fn say_later(&mut self, turn: TurnId, event: turn::Event) {
        let first = matches!(
            event,
            turn::Event::SpeechStarted { .. }
                | turn::Event::SpeechResumed
                | turn::Event::Wake { .. }
                | turn::Event::Announce { .. }
        );
        let said = self.current(turn).filter(|_| first).and_then(|current| current.said.clone());
        if let Some(waiting) = said {
            self.announcements.put_back(waiting);
            self.count_waiting();
        }
    }

    /// Ends a turn that the assistant has begun itself.
    pub(super) fn end_own(&mut self, mut record: TurnRecord, waiting: &Waiting, heard: usize) {
        let turn = record.turn;
        if record.ending != Ending::Dropped {
            record.heard = record.reply.get(..heard).unwrap_or(&record.reply).into();
        }
        self.owed.set_over(&record.heard);
        self.remember(&record);
        let remembered = match &waiting.what {
            What::Question(_) | What::Recording(_) if record.heard.is_empty() => {
                Some(Job::Discard { turn })
            }
            What::Question(_) | What::Recording(_) => {
                Some(Job::Keep { turn, heard: Some(record.heard.len()) })
            }
            What::Announcement(_) => {
                let said = record.heard.clone();
                Some(Job::Note { said }).filter(|_| !record.heard.is_empty())
            }
        };
        self.orders.extend(remembered.map(Into::into));
        self.reconsider();
        self.tell(Event::Turn(Box::new(record)));
    }

    /// What a person said during an urgent announcement is unknown.
    pub(super) fn missed(&mut self) {
        self.trouble(
            "an urgent announcement was spoken while you spoke, and the two cannot be separated \
             (turn.barge_in is off). Please say that again"
                .into(),
        );
    }
}
