//! Devices that are lost, or are back.

use super::Conversation;
use crate::announcements::What;
use crate::control::Announcement;
use crate::earcon::{self, Earcon};
use crate::event::Event;

impl Conversation {
    /// Reports devices that were lost, or are back.
    pub(super) fn look_at_devices(&mut self) {
        let at = self.now;
        while let Some(change) = self.changes.as_ref().and_then(|changes| changes.try_recv().ok()) {
            let (device, message) = (change.device, change.message);
            if change.back {
                self.tell(Event::DeviceBack { at, device, message });
                // Without its own chime: what is back may be the loudspeaker.
                self.sound(Earcon::Back);
                if let Some(text) = earcon::is_back(device).filter(|_| self.feedback.devices) {
                    let (text, urgent, chime) = (text.to_owned(), false, false);
                    self.wait(What::Announcement(Announcement { text, urgent, chime }));
                }
            } else {
                self.show_trouble();
                self.sound(Earcon::Lost);
                self.tell(Event::DeviceLost { at, device, message });
            }
        }
    }
}
