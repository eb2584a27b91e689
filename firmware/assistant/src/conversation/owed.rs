//! What was said before and during an urgent announcement, until it is answered.

use sayso_core::audio::SampleTime;

/// The sound of an utterance that is owed an answer. It is kept here because the announcement may
/// last longer than the recorder remembers.
#[derive(Debug, Default)]
pub struct Owed {
    kept: Option<Kept>,
    /// The words of the announcement.
    over: String,
}

#[derive(Debug)]
struct Kept {
    from: SampleTime,
    to: SampleTime,
    audio: Vec<f32>,
}

impl Owed {
    /// Keeps the sound of the utterance that is now `owed` an answer; drops any other.
    pub fn keep(
        &mut self,
        owed: Option<(SampleTime, SampleTime)>,
        sound: impl FnOnce(SampleTime, SampleTime) -> Vec<f32>,
    ) {
        if self.kept.as_ref().map(|kept| (kept.from, kept.to)) != owed {
            self.kept = owed.map(|(from, to)| Kept { from, to, audio: sound(from, to) });
        }
    }

    /// Sets the words that are spoken over it.
    pub fn set_over(&mut self, words: &str) {
        self.over = words.into();
    }

    /// Takes the sound of the utterance from `from` to `to`, and the words that were spoken over
    /// it. `None` if that was not kept.
    pub fn take(&mut self, from: SampleTime, to: SampleTime) -> Option<(Vec<f32>, String)> {
        let kept = self.kept.take_if(|kept| (kept.from, kept.to) == (from, to))?;
        Some((kept.audio, std::mem::take(&mut self.over)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWED: (SampleTime, SampleTime) = (SampleTime(100), SampleTime(300));

    #[test]
    fn the_sound_is_kept_unchanged_until_it_is_taken() {
        let mut owed = Owed::default();
        owed.keep(Some(OWED), |from, to| vec![from.0 as f32, to.0 as f32]);
        owed.keep(Some(OWED), |_, _| panic!("it is kept already"));
        owed.set_over("Fire!");
        assert_eq!(owed.take(SampleTime(100), SampleTime(400)), None, "another utterance");
        let taken = owed.take(OWED.0, OWED.1);
        assert_eq!(taken, Some((vec![100.0, 300.0], "Fire!".into())));
        assert_eq!(owed.take(OWED.0, OWED.1), None);
    }

    #[test]
    fn an_utterance_that_is_no_longer_owed_is_dropped() {
        let mut owed = Owed::default();
        owed.keep(Some(OWED), |_, _| vec![1.0]);
        let longer = (OWED.0, SampleTime(900));
        owed.keep(Some(longer), |_, _| vec![2.0]);
        assert_eq!(owed.take(OWED.0, OWED.1), None);
        assert_eq!(owed.take(longer.0, longer.1), Some((vec![2.0], String::new())));
        owed.keep(Some(OWED), |_, _| vec![1.0]);
        owed.keep(None, |_, _| vec![]);
        assert_eq!(owed.take(OWED.0, OWED.1), None);
    }
}
