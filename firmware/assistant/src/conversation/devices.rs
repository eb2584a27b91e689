//! Reports that devices are lost or back.

use super::Conversation;
use super::absences::Return;
use crate::announcements::What;
use crate::control::Announcement;
use crate::earcon::Earcon;
use crate::event::Event;

impl Conversation {
    /// Reports devices that were lost, or are back.
    pub(super) fn look_at_devices(&mut self) {
        let at = self.now;
        while let Some(change) = self.changes.as_ref().and_then(|changes| changes.try_recv().ok()) {
            let (device, message) = (change.device, change.message);
            if change.back {
                self.tell(Event::DeviceBack { at, device, message });
                self.is_back(device);
            } else {
                self.absences.lost(device, at);
                self.show_trouble();
                self.tell(Event::DeviceLost { at, device, message });
            }
        }
        if self.absences.sound(at) {
            self.sound(Earcon::Lost);
        }
    }

    /// Signals that `device` is back, unless it was lost only briefly.
    fn is_back(&mut self, device: &str) {
        // Without a chime, because it may be the loudspeaker that is back.
        let (urgent, chime) = (false, false);
        let words = self.language.said_when_back(device).filter(|_| self.feedback.devices);
        let words = words
            .map(|text| What::Announcement(Announcement { text: text.to_owned(), urgent, chime }));
        let waits = words.as_ref().is_some_and(|words| {
            let said = self.current.as_ref().and_then(|current| current.said.as_ref());
            self.announcements.holds(words) || said.is_some_and(|said| said.what == *words)
        });
        let heard = self.absences.back(device, self.now, waits);
        if heard != Return::Silent {
            self.sound(Earcon::Back);
        }
        if let Some(words) = words.filter(|_| heard == Return::Said) {
            self.wait(words);
        }
    }
}

#[cfg(test)]
mod tests {
    use sayso_board::Way;
    use sayso_language::Language;

    #[test]
    fn the_return_of_every_device_can_be_said() {
        let english = Language::english();
        for device in [Way::Input.noun(), Way::Output.noun(), "satellite"] {
            assert!(english.said_when_back(device).is_some(), "{device}");
        }
        assert_eq!(english.said_when_back("lamp"), None);
    }
}
