//! Decides whether the person who is heard is about as near as the user. A radio, or somebody in
//! the next room, is heard too, but more softly than the person who asked.

/// How many frames count, of which the loudest decides: 256 ms, so that a soft sound within speech
/// does not count as far.
const LATELY: usize = 8;

/// Remembers how loud the user spoke and how loud the last frames were, as mean squares.
#[derive(Debug, Default)]
pub struct LevelGate {
    /// Those of the last frames, as a ring.
    lately: [f32; LATELY],
    at: usize,
    /// The user's loudest.
    user: f32,
}

impl LevelGate {
    /// Takes the next frame of the microphone's sound.
    pub fn hear(&mut self, frame: &[f32]) {
        let energy = frame.iter().map(|sample| sample * sample).sum::<f32>();
        self.lately[self.at] = energy / frame.len().max(1) as f32;
        self.at = (self.at + 1) % LATELY;
    }

    /// The user begins to speak: their earlier level is forgotten.
    pub fn begins(&mut self) {
        self.user = 0.0;
    }

    /// The last frame was the user's speech.
    pub fn speaks(&mut self) {
        let back = |frames: usize| self.lately[(self.at + LATELY - frames) % LATELY];
        // Two in a row, because a slamming door is louder than a person, but shorter.
        self.user = self.user.max(back(1).min(back(2)));
    }

    /// Whether all of the last frames were softer than the user by more than `range_db`. Always
    /// false before the user has spoken.
    pub fn is_far(&self, range_db: f32) -> bool {
        let loudest = self.lately.iter().copied().fold(0.0, f32::max);
        loudest < self.user * 10.0_f32.powf(-range_db / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: usize = 512;

    fn say(level_gate: &mut LevelGate, amplitude: f32, frames: usize) {
        for _ in 0..frames {
            level_gate.hear(&[amplitude; FRAME]);
            level_gate.speaks();
        }
    }

    fn hear(level_gate: &mut LevelGate, amplitude: f32, frames: usize) {
        (0..frames).for_each(|_| level_gate.hear(&[amplitude; FRAME]));
    }

    #[test]
    fn nobody_is_far_before_anybody_has_spoken() {
        let mut level_gate = LevelGate::default();
        assert!(!level_gate.is_far(12.0));
        hear(&mut level_gate, 0.001, 20);
        assert!(!level_gate.is_far(12.0));
    }

    #[test]
    fn a_radio_is_far_and_a_lowered_voice_is_not() {
        let mut level_gate = LevelGate::default();
        level_gate.begins();
        say(&mut level_gate, 0.1, 40);
        // 20 dB softer, after the last loud frame has left the window.
        hear(&mut level_gate, 0.01, LATELY - 1);
        assert!(!level_gate.is_far(12.0));
        hear(&mut level_gate, 0.01, 1);
        assert!(level_gate.is_far(12.0));
        // 9 dB softer; and one loud frame of eight is enough.
        hear(&mut level_gate, 0.035, 1);
        hear(&mut level_gate, 0.001, LATELY - 1);
        assert!(!level_gate.is_far(12.0));
        hear(&mut level_gate, 0.001, 1);
        assert!(level_gate.is_far(12.0));
    }

    #[test]
    fn a_slam_does_not_count_as_the_user() {
        let mut level_gate = LevelGate::default();
        level_gate.begins();
        say(&mut level_gate, 0.02, 20);
        say(&mut level_gate, 0.9, 1);
        say(&mut level_gate, 0.02, LATELY);
        assert!(!level_gate.is_far(12.0));
    }

    #[test]
    fn the_last_user_sets_the_level() {
        let mut level_gate = LevelGate::default();
        level_gate.begins();
        say(&mut level_gate, 0.5, 40);
        hear(&mut level_gate, 0.02, LATELY);
        assert!(level_gate.is_far(12.0));
        level_gate.begins();
        say(&mut level_gate, 0.02, 20);
        assert!(!level_gate.is_far(12.0));
    }
}
