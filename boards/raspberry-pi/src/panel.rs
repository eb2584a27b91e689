//! Runs the front on a thread of its own, and connects it to the board.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, OutputPin};
use linux_embedded_hal::Delay;
use sayso_board::{BoardError, Mute, Panel, Press};
use sayso_core::audio::SampleTime;
use sayso_core::turn::Shown;

use crate::front::{Contact, Failure, Front, Led};
use crate::pwm::PERIOD;

/// All states that can be shown; the index is the state's number.
const ALL: [Shown; 7] = [
    Shown::Asleep,
    Shown::Listening,
    Shown::Hearing,
    Shown::Thinking,
    Shown::Speaking,
    Shown::Paused,
    Shown::Error,
];

/// Shared by the front's thread and the rest of the board.
#[derive(Default)]
pub struct PanelState {
    /// An index into [`ALL`].
    shown: AtomicU8,
    quit: AtomicBool,
}

impl PanelState {
    fn show(&self, shown: Shown) {
        let number = ALL.iter().position(|one| *one == shown).unwrap_or_default();
        self.shown.store(number as u8, Ordering::Release);
    }

    fn shown(&self) -> Shown {
        let number = usize::from(self.shown.load(Ordering::Acquire));
        ALL.get(number).copied().unwrap_or_default()
    }
}

/// LED and button as a [`Panel`]. Dropping it switches the LED off.
pub struct GpioPanel {
    shared: Arc<PanelState>,
    presses: Receiver<Press>,
    thread: Option<JoinHandle<()>>,
}

impl GpioPanel {
    /// Starts the thread that serves the pins.
    ///
    /// # Errors
    /// When the system cannot start a thread.
    pub fn start<L, B>(
        led: Option<Led<L>>,
        button: Option<Contact<B>>,
        mute: Mute,
    ) -> Result<Self, BoardError>
    where
        L: OutputPin<Error: Debug> + Send + 'static,
        B: InputPin<Error: Debug> + Send + 'static,
    {
        let (sender, presses) = channel();
        let shared = Arc::new(PanelState::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("sayso-front".into())
            .spawn(move || serve(Front::new(led, button, mute), &theirs, &sender))
            .map_err(|error| BoardError::no_thread("the LED and the button", error))?;
        Ok(Self { shared, presses, thread: Some(thread) })
    }
}

impl Panel for GpioPanel {
    fn show(&mut self, shown: Shown) {
        self.shared.show(shown);
    }

    fn pressed(&mut self) -> Option<Press> {
        self.presses.try_recv().ok()
    }
}

impl Drop for GpioPanel {
    fn drop(&mut self) {
        self.shared.quit.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // The thread panics only if a pin does.
            let _ = thread.join();
        }
    }
}

fn serve<L, B>(mut front: Front<L, B>, shared: &PanelState, presses: &Sender<Press>)
where
    L: OutputPin<Error: Debug>,
    B: InputPin<Error: Debug>,
{
    let begun = Instant::now();
    let mut delay = Delay;
    while !shared.quit.load(Ordering::Acquire) && !front.is_empty() {
        let now = SampleTime::from_ms(begun.elapsed().as_millis() as u64);
        match front.period(now, shared.shown(), &mut delay) {
            Ok(Some(press)) => {
                // This fails only while the panel is being dropped.
                let _ = presses.send(press);
            }
            Ok(None) => {}
            Err(failure) => {
                match &failure {
                    Failure::Led(error) => {
                        log::warn!("the LED fails and is not used any more: {error:?}")
                    }
                    Failure::Button(error) => {
                        log::warn!("the button fails and is not used any more: {error:?}")
                    }
                }
                front.without(&failure);
            }
        }
        if !front.has_led() {
            delay.delay_ns(PERIOD.as_nanos() as u32);
        }
    }
    front.off();
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

    use embedded_hal::digital::ErrorType;

    use super::*;

    /// A pin that counts how often it is set, and that can be made to read as low.
    #[derive(Clone, Default)]
    struct Pin {
        sets: Arc<AtomicU32>,
        high: Arc<AtomicBool>,
        pressed: Arc<AtomicBool>,
    }

    impl ErrorType for Pin {
        type Error = Infallible;
    }

    impl OutputPin for Pin {
        fn set_high(&mut self) -> Result<(), Infallible> {
            self.sets.fetch_add(1, Ordering::AcqRel);
            self.high.store(true, Ordering::Release);
            Ok(())
        }

        fn set_low(&mut self) -> Result<(), Infallible> {
            self.sets.fetch_add(1, Ordering::AcqRel);
            self.high.store(false, Ordering::Release);
            Ok(())
        }
    }

    impl InputPin for Pin {
        fn is_high(&mut self) -> Result<bool, Infallible> {
            Ok(!self.pressed.load(Ordering::Acquire))
        }

        fn is_low(&mut self) -> Result<bool, Infallible> {
            Ok(self.pressed.load(Ordering::Acquire))
        }
    }

    fn until(mut done: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !done() {
            assert!(Instant::now() < deadline, "it never happened");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn it_shows_states_reports_presses_and_ends_dark() {
        let (led, button) = (Pin::default(), Pin::default());
        let (told, changes) = channel();
        let mute = Mute::new(false, move || told.send(()).unwrap());
        let mut panel = GpioPanel::start(
            Some(Led::new(led.clone(), false)),
            Some(Contact(button.clone())),
            mute.clone(),
        )
        .unwrap();
        until(|| led.sets.load(Ordering::Acquire) > 10);
        for shown in ALL {
            panel.show(shown);
            assert_eq!(panel.shared.shown(), shown);
        }
        assert_eq!(panel.pressed(), None);
        button.pressed.store(true, Ordering::Release);
        let mut pressed = None;
        until(|| {
            pressed = pressed.or(panel.pressed());
            pressed.is_some()
        });
        assert_eq!(pressed, Some(Press::Talk));
        until(|| mute.is_set());
        until(|| panel.pressed() == Some(Press::Dismiss));
        panel.show(Shown::Hearing);
        drop(panel);
        assert!(!led.high.load(Ordering::Acquire));
        assert_eq!(changes.try_iter().count(), 1);
    }

    #[test]
    fn a_panel_that_starts_muted_is_muted_at_once_and_reports_only_changes() {
        let button = Pin::default();
        let (told, changes) = channel();
        let mute = Mute::new(true, move || told.send(()).unwrap());
        let panel = GpioPanel::start(None::<Led<Pin>>, Some(Contact(button.clone())), mute.clone())
            .unwrap();
        std::thread::sleep(Duration::from_millis(200));
        assert!(mute.is_set());
        button.pressed.store(true, Ordering::Release);
        until(|| !mute.is_set());
        drop(panel);
        assert_eq!(changes.try_iter().count(), 1);
    }
}
