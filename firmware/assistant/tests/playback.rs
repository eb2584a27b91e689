//! Playback allocates nothing while it plays; only making a reply takes memory.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use assert_no_alloc::assert_no_alloc;
use sayso::internals::playback::{Noticed, Playback, Source};
use sayso_board::{Loudspeaker, StreamStats};
use sayso_core::turn::TurnId;
use sayso_language::Clause;

/// Lets [`assert_no_alloc`] check every allocation of the test program.
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// A loudspeaker that only counts; the test says how much it has played.
struct Counting {
    written: u64,
    played: Arc<AtomicU64>,
}

impl Loudspeaker for Counting {
    fn write(&mut self, samples: &[f32]) -> usize {
        let taken = samples.len().min(240_000 - self.queued());
        self.written += taken as u64;
        taken
    }
    fn played(&self) -> u64 {
        self.played.load(Ordering::Relaxed).min(self.written)
    }
    fn queued(&self) -> usize {
        (self.written - self.played()) as usize
    }
    fn stop(&mut self, _: Duration) -> usize {
        let dropped = self.queued().saturating_sub(480);
        self.written -= dropped as u64;
        dropped
    }
    fn stats(&self) -> StreamStats {
        StreamStats::default()
    }
}

#[test]
fn pumping_allocates_nothing() {
    let (turn, clock) = (TurnId(1), Arc::new(AtomicU64::new(0)));
    let speaker = Counting { written: 0, played: Arc::clone(&clock) };
    let mut playback = Playback::new(Box::new(speaker), 24_000);
    let (media, chime) = ([0.1; 24_000], [0.1; 4_800]);
    // The queues allocate with the first sound.
    playback.media_write(&media);
    playback.media_write(&media);
    playback.chime(chime);
    playback.chime(chime);
    playback.media_stop();
    playback.begin(turn);
    playback.clause(turn, Clause { text: String::new(), range: 0..0 });
    playback.sound(turn, &vec![0.1; 240_000]);
    playback.release(turn);
    for step in 0..1500 {
        clock.fetch_add(240, Ordering::Relaxed);
        assert_no_alloc(|| {
            playback.pump(&mut |_| {});
            match step % 200 {
                20 => playback.chime(chime),
                40 | 60 => assert!(playback.media_write(&media) > 0),
                80 => playback.set_volume(0.5),
                100 => playback.pause(turn),
                120 => playback.resume(turn),
                140 => playback.media_stop(),
                160 => playback.set_gain(Source::Voice, 1.0 - step as f32 / 3000.0),
                _ => {}
            }
        });
    }
    assert!(playback.heard_of(Source::Media) > 0 && playback.heard_of(Source::Chime) > 0);
    playback.complete(turn);
    let mut noticed = Vec::new();
    playback.pump(&mut |notice| noticed.push(notice));
    assert_eq!(noticed, [Noticed::Finished(turn)]);
    assert_eq!(playback.heard_of(Source::Voice), 240_000);
}
