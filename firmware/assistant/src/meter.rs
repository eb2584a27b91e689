//! What the streams of a board have lost, read by others while it is in use.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sayso_board::{Heard, Loudspeaker, Microphone, StreamStats, Streams};

/// How often the counts are read from a stream.
const EVERY: Duration = Duration::from_secs(1);

/// The losses of a board; clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    /// Of streams that are not used any more: microphone and loudspeaker.
    past: [StreamStats; 2],
    /// Of the present ones.
    present: [StreamStats; 2],
}

impl Meter {
    /// What was lost so far, of the microphone and of the loudspeaker.
    pub fn read(&self) -> (StreamStats, StreamStats) {
        let counts = self.lock();
        let [mut microphone, mut loudspeaker] = counts.past;
        microphone += counts.present[0];
        loudspeaker += counts.present[1];
        (microphone, loudspeaker)
    }

    /// Counts what these streams lose. Those before are not used any more.
    pub(crate) fn watch(&self, (microphone, loudspeaker): Streams) -> Streams {
        let counts = &mut *self.lock();
        for (past, present) in counts.past.iter_mut().zip(&mut counts.present) {
            *past += std::mem::take(present);
        }
        let metered = |n| Metered { meter: self.clone(), n, read: Instant::now() };
        (
            Box::new(MeteredMicrophone(microphone, metered(0))),
            Box::new(MeteredLoudspeaker(loudspeaker, metered(1))),
        )
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a stream in a meter.
struct Metered {
    meter: Meter,
    n: usize,
    read: Instant,
}

impl Metered {
    /// Reads the counts if it is time.
    fn look(&mut self, stats: impl FnOnce() -> StreamStats) {
        if self.read.elapsed() >= EVERY {
            self.read = Instant::now();
            self.put(stats());
        }
    }

    fn put(&self, stats: StreamStats) {
        if let Some(place) = self.meter.lock().present.get_mut(self.n) {
            *place = stats;
        }
    }
}

struct MeteredMicrophone(Box<dyn Microphone>, Metered);

impl Microphone for MeteredMicrophone {
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard {
        self.1.look(|| self.0.stats());
        self.0.read(buffer, wait)
    }

    fn reference(&mut self, played: &mut [f32]) {
        self.0.reference(played);
    }

    fn stats(&self) -> StreamStats {
        let stats = self.0.stats();
        self.1.put(stats);
        stats
    }
}

struct MeteredLoudspeaker(Box<dyn Loudspeaker>, Metered);

impl Loudspeaker for MeteredLoudspeaker {
    fn write(&mut self, samples: &[f32]) -> usize {
        self.1.look(|| self.0.stats());
        self.0.write(samples)
    }

    fn played(&self) -> u64 {
        self.0.played()
    }

    fn queued(&self) -> usize {
        self.0.queued()
    }

    fn stop(&mut self, fade: Duration) -> usize {
        self.0.stop(fade)
    }

    fn stats(&self) -> StreamStats {
        let stats = self.0.stats();
        self.1.put(stats);
        stats
    }
}
