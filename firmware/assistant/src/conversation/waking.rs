//! What a wake phrase does.

use sayso_core::audio::SampleTime;
use sayso_core::turn;
use sayso_frontend::Woken;
use sayso_language::after_phrase;

use super::Conversation;
use crate::earcon::Earcon;
use crate::event::Event;

impl Conversation {
    /// A wake phrase was heard: it listens to what follows. A reply that is being played ends.
    pub(super) fn woken(&mut self, woken: Woken) {
        self.tell(Event::Woken {
            at: self.now,
            phrase: woken.phrase.to_string(),
            end: woken.end,
            score: woken.score,
        });
        self.sound(Earcon::Wake);
        self.step(turn::Event::Wake { from: woken.end });
        self.woken = Some(woken);
    }

    /// The words of an utterance from `from` to `to`, without a wake phrase that was heard in it.
    pub(super) fn without_phrase(
        &self,
        text: String,
        (from, to): (SampleTime, SampleTime),
    ) -> String {
        match &self.woken {
            Some(woken) if (from..=to).contains(&woken.end) => {
                after_phrase(&text, &woken.phrase).into()
            }
            _ => text,
        }
    }
}
