//! What a person hears when devices are lost and return.

use sayso_core::audio::{SampleTime, Samples};

/// A shorter loss is not signalled.
const BRIEF: Samples = Samples::from_ms(2_000);

/// The return of a device is spoken at most once in this time.
const AGAIN: Samples = Samples::from_ms(60_000);

/// What a person hears when a device is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    /// Nothing, because the loss was brief.
    Silent,
    /// The short sound.
    Sounded,
    /// The short sound, and words.
    Said,
}

/// Lost devices, and whether the loss was signalled.
#[derive(Debug, Default)]
pub struct Absences(Vec<Absence>);

#[derive(Debug)]
struct Absence {
    device: &'static str,
    /// Since when it is lost.
    since: Option<SampleTime>,
    sounded: bool,
    /// When its return was last spoken.
    said: Option<SampleTime>,
}

impl Absences {
    /// The device is lost.
    pub fn lost(&mut self, device: &'static str, now: SampleTime) {
        match self.0.iter_mut().find(|absence| absence.device == device) {
            Some(absence) if absence.since.is_some() => {}
            Some(absence) => (absence.since, absence.sounded) = (Some(now), false),
            None => {
                self.0.push(Absence { device, since: Some(now), sounded: false, said: None });
            }
        }
    }

    /// Whether a loss must be signalled now. Each is signalled once.
    pub fn sound(&mut self, now: SampleTime) -> bool {
        let mut any = false;
        for absence in &mut self.0 {
            let lasts = absence.since.is_some_and(|since| now - since >= BRIEF);
            any |= lasts && !std::mem::replace(&mut absence.sounded, lasts);
        }
        any
    }

    /// The device is back. `waits`: an announcement of its return is waiting already.
    pub fn back(&mut self, device: &str, now: SampleTime, waits: bool) -> Return {
        let absence = self.0.iter_mut().find(|absence| absence.device == device);
        let Some((absence, since)) = absence.and_then(|a| a.since.take().map(|since| (a, since)))
        else {
            return Return::Silent;
        };
        if now - since < BRIEF {
            return Return::Silent;
        }
        if waits || absence.said.is_some_and(|said| now - said < AGAIN) {
            return Return::Sounded;
        }
        absence.said = Some(now);
        Return::Said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> SampleTime {
        SampleTime::from_ms(ms)
    }

    #[test]
    fn a_brief_loss_is_not_signalled() {
        let mut absences = Absences::default();
        for n in 0..10 {
            let at = 2_500 * n;
            absences.lost("loudspeaker", ms(at));
            assert!(!absences.sound(ms(at + 1_999)));
            assert_eq!(absences.back("loudspeaker", ms(at + 1_999), false), Return::Silent);
            assert!(!absences.sound(ms(at + 2_499)), "it is back");
        }
        assert_eq!(absences.back("microphone", ms(0), false), Return::Silent, "never lost");
    }

    #[test]
    fn a_lasting_loss_is_signalled_once() {
        let mut absences = Absences::default();
        absences.lost("loudspeaker", ms(100));
        absences.lost("microphone", ms(1_000));
        absences.lost("loudspeaker", ms(2_000));
        assert!(absences.sound(ms(2_100)), "from its first report");
        assert!(!absences.sound(ms(2_200)));
        assert!(absences.sound(ms(3_000)), "the other one");
        assert!(!absences.sound(ms(9_000)));
        assert_eq!(absences.back("loudspeaker", ms(9_000), false), Return::Said);
        assert_eq!(absences.back("microphone", ms(9_000), false), Return::Said);
    }

    #[test]
    fn a_return_is_spoken_once_a_minute_and_not_while_an_announcement_of_it_waits() {
        let mut absences = Absences::default();
        let mut away = |from, waits| {
            absences.lost("loudspeaker", ms(from));
            assert!(absences.sound(ms(from + 2_000)), "each loss is heard");
            absences.back("loudspeaker", ms(from + 3_000), waits)
        };
        assert_eq!(away(0, false), Return::Said);
        assert_eq!(away(10_000, false), Return::Sounded);
        assert_eq!(away(59_999, false), Return::Sounded);
        assert_eq!(away(65_000, true), Return::Sounded, "it waits since a minute");
        assert_eq!(away(70_000, false), Return::Said);
    }

    #[test]
    fn a_return_reveals_a_loss_that_was_not_signalled_yet() {
        let mut absences = Absences::default();
        absences.lost("satellite", ms(0));
        assert_eq!(absences.back("satellite", ms(2_000), false), Return::Said);
        assert!(!absences.sound(ms(5_000)));
    }
}
