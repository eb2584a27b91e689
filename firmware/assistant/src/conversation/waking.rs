//! Handles wake phrases.

use std::time::Duration;

use sayso_core::audio::SampleTime;
use sayso_core::turn;
use sayso_frontend::Woken;
use sayso_language::after_phrase;

use super::Conversation;
use crate::arbiter::Quality;
use crate::earcon::Earcon;
use crate::event::Event;

impl Conversation {
    /// A frame was heard, and with it perhaps a phrase.
    pub(super) fn listen_for_phrases(&mut self, woken: Option<Woken>) {
        let Some(contender) = &mut self.contender else {
            if let Some(woken) = woken {
                self.wake(woken);
            }
            return;
        };
        let heard = Duration::from_millis(self.now.as_ms());
        if let Some(woken) = woken {
            contender.claim(heard, Quality { dbfs: woken.dbfs, score: woken.score });
            self.claimed = Some(woken);
        }
        contender.report(heard);
        let Some(won) = contender.verdict() else { return };
        match self.claimed.take() {
            Some(woken) if won => self.wake(woken),
            Some(woken) => self.tell_woken(&woken, false),
            None => {}
        }
    }

    /// Listens to the words that follow the phrase, and ends a reply that is being played.
    fn wake(&mut self, woken: Woken) {
        self.tell_woken(&woken, true);
        self.sound(Earcon::Wake);
        self.step(turn::Event::Wake { from: woken.end });
        self.woken = Some(woken);
    }

    fn tell_woken(&mut self, woken: &Woken, answers: bool) {
        let Woken { phrase, end, score, .. } = woken;
        let (phrase, end, score) = (phrase.to_string(), *end, *score);
        self.tell(Event::Woken { at: self.now, phrase, end, score, answers });
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
