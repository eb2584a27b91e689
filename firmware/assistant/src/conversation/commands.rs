//! Requests to the conversation: through a [`Handle`](crate::control::Handle), or by button.

use sayso_board::Press;
use sayso_core::turn;

use super::Conversation;
use crate::announcements::What;
use crate::control::Command;

impl Conversation {
    /// Carries out the commands from [`Handle`](crate::control::Handle)s.
    pub(super) fn look_at_commands(&mut self) {
        while let Some(command) = self.controls.take() {
            self.obey(command);
        }
    }

    pub(super) fn obey(&mut self, command: Command) {
        match command {
            Command::Announce(announcement) => self.wait(What::Announcement(announcement)),
            Command::Ask(question) => self.wait(What::Question(question)),
            Command::AskAloud(recording) => self.wait(What::Recording(recording)),
            Command::Listen => self.step(turn::Event::Wake { from: self.now }),
            Command::Stop => {
                self.hush(None);
                self.stop_music_if_idle();
                self.announcements.clear();
                self.count_waiting();
                self.step(turn::Event::Sleep);
            }
            Command::Mute(muted) => {
                self.attention.set_muted(muted);
                self.controls.show(|status| status.muted = muted);
            }
            Command::Volume(volume) => {
                let volume = volume.clamp(0.0, 2.0);
                self.playback.set_volume(volume);
                self.controls.show(|status| status.volume = volume);
            }
        }
    }

    /// Carries out presses of buttons.
    pub(super) fn look_at_buttons(&mut self) {
        while let Some(press) = self.panel.as_mut().and_then(|panel| panel.pressed()) {
            if press == Press::Dismiss {
                self.hush(None);
                self.stop_music_if_idle();
            }
            self.step(match press {
                Press::Talk => turn::Event::Wake { from: self.now },
                Press::Dismiss => turn::Event::Sleep,
            });
        }
    }
}
