//! A microphone that can be muted.

use std::time::Duration;

use sayso_board::{Heard, Microphone, Mute, StreamStats};

/// Gives silence while it is muted; time goes on.
pub struct MutedMicrophone {
    microphone: Box<dyn Microphone>,
    mute: Mute,
}

impl MutedMicrophone {
    pub fn new(microphone: Box<dyn Microphone>, mute: Mute) -> Self {
        Self { microphone, mute }
    }
}

impl Microphone for MutedMicrophone {
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard {
        let heard = self.microphone.read(buffer, wait);
        // Checked after the read, so that sound captured before a mute is not heard either.
        if self.mute.is_set() {
            buffer.fill(0.0);
        }
        heard
    }

    fn reference(&mut self, played: &mut [f32]) {
        self.microphone.reference(played);
    }

    fn stats(&self) -> StreamStats {
        self.microphone.stats()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Hum;

    impl Microphone for Hum {
        fn read(&mut self, buffer: &mut [f32], _wait: Duration) -> Heard {
            buffer.fill(0.5);
            Heard::Samples(buffer.len())
        }

        fn reference(&mut self, played: &mut [f32]) {
            played.fill(0.25);
        }

        fn stats(&self) -> StreamStats {
            StreamStats { dropped: 3, ..StreamStats::default() }
        }
    }

    #[test]
    fn a_muted_microphone_gives_silence_and_keeps_time() {
        let mute = Mute::default();
        let mut microphone = MutedMicrophone::new(Box::new(Hum), mute.clone());
        let mut buffer = [0.0; 160];
        assert_eq!(microphone.read(&mut buffer, Duration::ZERO), Heard::Samples(160));
        assert_eq!(buffer, [0.5; 160]);
        mute.set(true);
        assert_eq!(microphone.read(&mut buffer, Duration::ZERO), Heard::Samples(160));
        assert_eq!(buffer, [0.0; 160]);
        microphone.reference(&mut buffer);
        assert_eq!(buffer, [0.25; 160]);
        assert_eq!(microphone.stats().dropped, 3);
        mute.set(false);
        microphone.read(&mut buffer, Duration::ZERO);
        assert_eq!(buffer, [0.5; 160]);
    }
}
