//! The loudspeaker on its device.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use sayso_audio_io::Resampler;
use sayso_board::{BoardError, CAPTURE_RATE, Loudspeaker, StreamStats, Way};

use crate::callback::{CaptureTap, faults, playback_link};
use crate::devices::choose;
use crate::feed::Feed;
use crate::format::open_playback;
use crate::quiet::Quiet;
use crate::supervisor::{Line, Opened, Supervisor};

/// Sound that waits for the callback; the feeder may be late by this much.
const RING: Duration = Duration::from_millis(500);
/// How often the ring is filled while something is queued.
const FEEDING: Duration = Duration::from_millis(20);

/// The feed, shared by the loudspeaker and its supervisor. The callback never takes its lock.
pub struct SharedFeed {
    feed: Mutex<Feed>,
    voice_rate: u32,
}

impl SharedFeed {
    /// # Errors
    /// For a voice rate that cannot be resampled.
    pub fn new(voice_rate: u32) -> Result<Self, BoardError> {
        Resampler::new(voice_rate, CAPTURE_RATE)?;
        Ok(Self { feed: Mutex::new(Feed::new(voice_rate)), voice_rate })
    }

    fn lock(&self) -> MutexGuard<'_, Feed> {
        self.feed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the loudspeaker, repeatedly if necessary, and feeds it.
pub struct PlaybackLine {
    name: Option<String>,
    /// The sound system that it was opened on first.
    system: Option<cpal::HostId>,
    shared: Arc<SharedFeed>,
    /// Passes the reference to the microphone.
    played: Sender<CaptureTap>,
    gone: Arc<OnceLock<Instant>>,
}

impl PlaybackLine {
    pub fn new(name: Option<String>, shared: Arc<SharedFeed>, played: Sender<CaptureTap>) -> Self {
        Self { name, system: None, shared, played, gone: Arc::default() }
    }
}

impl Line for PlaybackLine {
    fn open(&mut self) -> Result<Opened, BoardError> {
        let _quiet = Quiet::new();
        let (device, config) = choose(self.name.as_deref(), Way::Output, &mut self.system)?;
        let rate = config.sample_rate();
        let resampler = Resampler::new(self.shared.voice_rate, rate)?;
        let (end, mut tap) = playback_link(rate, usize::from(config.channels()).max(1), RING);
        let beat = Arc::clone(&tap.beat);
        let (faults, errors) = faults(&beat);
        let stream = open_playback(&device, &config, end, faults)?;
        if let Some(reference) = tap.reference.take() {
            self.gone = Arc::clone(&reference.gone);
            // This fails only if the microphone was dropped.
            let _ = self.played.send(reference);
        }
        self.shared.lock().attach(tap, resampler);
        Ok(Opened { stream: Box::new(stream), name: device.to_string(), beat, errors })
    }

    fn lost(&mut self, at: Instant) {
        let _ = self.gone.set(at);
        self.shared.lock().lost(at);
    }

    fn tick(&mut self) -> Duration {
        if self.shared.lock().tick(Instant::now()) { FEEDING } else { Duration::MAX }
    }
}

/// What [`Board::start`](sayso_board::Board::start) gives.
pub struct DesktopLoudspeaker {
    shared: Arc<SharedFeed>,
    _supervisor: Supervisor,
}

impl DesktopLoudspeaker {
    pub fn new(shared: Arc<SharedFeed>, supervisor: Supervisor) -> Self {
        Self { shared, _supervisor: supervisor }
    }
}

impl Loudspeaker for DesktopLoudspeaker {
    fn write(&mut self, samples: &[f32]) -> usize {
        self.shared.lock().write(samples)
    }

    fn played(&self) -> u64 {
        self.shared.lock().played()
    }

    fn queued(&self) -> usize {
        self.shared.lock().queued()
    }

    fn stop(&mut self, fade: Duration) -> usize {
        self.shared.lock().stop(fade)
    }

    fn stats(&self) -> StreamStats {
        self.shared.lock().stats()
    }
}
