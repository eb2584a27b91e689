//! The sound card of a desktop or single-board computer, through [cpal].
//!
//! [`Desktop`] is a [`Board`] whose microphone and loudspeaker are the system's default devices or
//! the [named](DesktopConfig) ones. It accepts any sample rate, number of channels and sample
//! format: the microphone gives 16 kHz mono, and the loudspeaker takes mono at the voice's rate.
//!
//! # How it works
//!
//! ```text
//! device ─► capture callback ─► ring ─► Microphone::read: gaps, downmix, resample
//! device ◄─ playback callback ◄─ ring ◄─ feed: resample ◄─ queue ◄─ Loudspeaker::write
//!                   └─► ring ─► Microphone::reference: in step with what is heard
//!                                  one supervisor thread for each stream
//! ```
//!
//! - The callbacks convert, copy and count; they never allocate, lock, log or wait. A reader that
//!   stalls loses samples. Every lost sample is counted and replaced by silence at its place, so
//!   that the number of samples read remains a clock.
//! - The samples that the playback callback took are those that were played. The callback claims its
//!   samples and sees a stop in the same atomic word. So [`Loudspeaker::stop`] knows the last sample
//!   at once, although the fade is played later.
//! - What the playback callback passes to the device, silence included, is also the echo
//!   [reference](sayso_board::Microphone::reference). It is aligned with what is heard by
//!   counting: a callback always runs before its sound is in the air, so the echo is never early.
//!   If the clocks of two devices drift apart, single samples are dropped or repeated, and
//!   counted.
//! - A device that vanishes, or that does not call back for a second, is opened again. The first try
//!   is after 0.25 s; later there is one every 5 s at most. Without a name, the default device of
//!   that moment is opened. Until then, the microphone gives silence at the pace of the wall clock,
//!   and the loudspeaker drops what it would have played. Both count these samples as
//!   [missing](StreamStats::missing). The loss and the return are [reported](Board::changes) when
//!   they happen.
//!
//! # Sound servers
//!
//! On Linux, a PulseAudio or PipeWire server is used directly (cpal's `pulseaudio` feature) if one
//! answers, and ALSA otherwise. With ALSA's own plug-in for PulseAudio (1.2.7), cpal 0.18's
//! streams stalled soon after their start. A device is opened again on the same sound system as at
//! first. Otherwise ALSA, which is always available, would be used while a server restarts.
//!
//! # Real-time scheduling
//!
//! The callbacks run on cpal's threads, which ask for real-time priority in their first call if
//! they use a sound server or the card itself (ALSA `hw:`). A refusal is ignored here, and
//! reported by `sayso doctor`.

mod callback;
mod devices;
mod feed;
mod format;
mod microphone;
mod quiet;
mod reference;
mod speaker;
mod supervisor;
mod tap;

use std::sync::Arc;
use std::sync::mpsc;

#[cfg(doc)]
use sayso_board::StreamStats;
use sayso_board::{Board, BoardError, Change, Loudspeaker, Streams, Way};

pub use devices::{Device, Format, START_SERVER, list_devices};

/// Which devices to use. A name is one from [`list_devices`]: a full name or id, or a part of one
/// that no other device shares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DesktopConfig {
    /// The microphone; the system's default when `None`.
    pub input: Option<String>,
    /// The loudspeaker; the system's default when `None`.
    pub output: Option<String>,
}

/// The sound card as a [`Board`].
#[derive(Debug, Default)]
pub struct Desktop {
    config: DesktopConfig,
    changes: Option<mpsc::Receiver<Change>>,
}

impl Desktop {
    /// A board with the devices of `config`, which are opened by [`Board::start`].
    pub fn new(config: DesktopConfig) -> Self {
        Self { config, changes: None }
    }

    /// The name of the device that would be opened now.
    ///
    /// # Errors
    /// As [`start`](Board::start), as far as they are known without opening the device.
    pub fn device(&self, way: Way) -> Result<String, BoardError> {
        let _quiet = quiet::Quiet::new();
        let name = match way {
            Way::Input => &self.config.input,
            Way::Output => &self.config.output,
        };
        devices::choose(name.as_deref(), way, &mut None).map(|(device, _)| device.to_string())
    }

    /// Opens the loudspeaker alone, for a voice of `voice_rate` Hz.
    ///
    /// # Errors
    /// As [`start`](Board::start).
    pub fn loudspeaker(&self, voice_rate: u32) -> Result<Box<dyn Loudspeaker>, BoardError> {
        // Nobody needs the reference or the reports of losses here.
        let ((references, _), (news, _)) = (mpsc::channel(), mpsc::channel());
        self.playback(voice_rate, references, news)
    }

    fn playback(
        &self,
        voice_rate: u32,
        references: mpsc::Sender<callback::CaptureTap>,
        news: mpsc::Sender<Change>,
    ) -> Result<Box<dyn Loudspeaker>, BoardError> {
        let feed = Arc::new(speaker::SharedFeed::new(voice_rate)?);
        let output = self.config.output.clone();
        let line = speaker::PlaybackLine::new(output, Arc::clone(&feed), references);
        let playback = supervisor::Supervisor::start("sayso-playback", line, Way::Output, news)?;
        Ok(Box::new(speaker::DesktopLoudspeaker::new(feed, playback)))
    }
}

impl Board for Desktop {
    /// # Errors
    /// [`NotFound`](sayso_board::BoardErrorKind::NotFound) when a device does not exist, with a
    /// list of those that do. Otherwise the reason why it cannot be opened.
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        let (taps, arriving) = mpsc::channel();
        let (references, played) = mpsc::channel();
        let (news, changes) = mpsc::channel();
        let line = microphone::CaptureLine::new(self.config.input.clone(), taps);
        let capture =
            supervisor::Supervisor::start("sayso-capture", line, Way::Input, news.clone())?;
        let microphone = microphone::DesktopMicrophone::new(arriving, played, capture);

        let loudspeaker = self.playback(voice_rate, references, news)?;
        self.changes = Some(changes);
        Ok((Box::new(microphone), loudspeaker))
    }

    fn changes(&mut self) -> Option<mpsc::Receiver<Change>> {
        self.changes.take()
    }
}
