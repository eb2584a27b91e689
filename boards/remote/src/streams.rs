//! The conversation's end.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use sayso_board::{
    Board, BoardError, BoardErrorKind, CAPTURE_RATE, Change, Heard, Loudspeaker, Microphone, Mute,
    Panel, Press, StreamStats, Streams,
};
use sayso_core::turn::Shown;

use crate::feed::Feed;
use crate::peer::{Over, Peer, Shared};

/// How often the reader looks whether time has passed without sound.
const LOOK: Duration = Duration::from_millis(10);

/// A board at the other end of a connection, as a conversation sees it.
pub struct RemoteBoard {
    shared: Arc<Shared>,
    panel: bool,
    changes: Option<Receiver<Change>>,
}

/// Makes both ends of a connection to a peer that hears at the rate `hears` and plays at the rate
/// `plays`, in Hz. `wake` is called from any thread when there may be something to
/// [take](Peer::take), or when the conversation is over; it must not wait, and must not call the
/// peer.
///
/// # Errors
/// [`Config`](BoardErrorKind::Config) for a rate that cannot be converted.
pub fn connect(
    hears: u32,
    plays: u32,
    wake: impl Fn() + Send + Sync + 'static,
) -> Result<(RemoteBoard, Peer), BoardError> {
    let peer = Peer::new((hears, plays), Box::new(wake))?;
    Ok((RemoteBoard { shared: Arc::clone(&peer.0), panel: false, changes: None }, peer))
}

impl RemoteBoard {
    /// Makes `mute` the mute of the peer, which it may set and end.
    pub fn with_mute(self, mute: Mute) -> Self {
        self.shared.lock().mute = mute;
        self
    }
}

impl Board for RemoteBoard {
    /// A second start forgets what was written to the loudspeaker of the first.
    ///
    /// # Errors
    /// [`BoardErrorKind::Spent`] when the connection is lost. If the peer has hung up, the
    /// microphone says so.
    fn start(&mut self, voice_rate: u32) -> Result<Streams, BoardError> {
        let now = self.shared.now();
        let mut state = self.shared.lock();
        if let Some(Over::Lost(why)) = &state.over {
            return Err(BoardError::new(BoardErrorKind::Spent, why.clone()));
        }
        state.begin(voice_rate, now)?;
        let start = state.starts;
        let (news, changes) = sync_channel(1);
        state.changes = Some(news);
        drop(state);
        self.changes = Some(changes);
        self.panel = true;
        self.shared.wake();
        let microphone = RemoteMicrophone {
            shared: Arc::clone(&self.shared),
            start,
            played: Vec::with_capacity(CAPTURE_RATE as usize / 10),
        };
        Ok((
            Box::new(microphone),
            Box::new(RemoteLoudspeaker { shared: Arc::clone(&self.shared), start }),
        ))
    }

    fn panel(&mut self) -> Option<Box<dyn Panel>> {
        let panel = std::mem::take(&mut self.panel);
        panel.then(|| Box::new(RemotePanel(Arc::clone(&self.shared))) as _)
    }

    /// The end of the connection, which never comes back.
    fn changes(&mut self) -> Option<Receiver<Change>> {
        self.changes.take()
    }
}

impl Drop for RemoteBoard {
    fn drop(&mut self) {
        self.shared.leave();
    }
}

struct RemoteMicrophone {
    shared: Arc<Shared>,
    /// Which start it belongs to. After the next one it is abandoned.
    start: u64,
    played: Vec<f32>,
}

impl Microphone for RemoteMicrophone {
    fn read(&mut self, buffer: &mut [f32], wait: Duration) -> Heard {
        let deadline = self.shared.now() + wait;
        let mut state = self.shared.lock();
        loop {
            match state.over {
                _ if state.starts != self.start => return Heard::End,
                Some(Over::HungUp) => return Heard::Left,
                Some(Over::Lost(_)) => return Heard::End,
                None => {}
            }
            let now = self.shared.now();
            state.tick(now);
            match state.jitter.read(buffer, &mut self.played) {
                0 if now >= deadline => return Heard::Nothing,
                0 => state = self.shared.wait(state, LOOK.min(deadline - now)),
                n => return Heard::Samples(n),
            }
        }
    }

    fn reference(&mut self, played: &mut [f32]) {
        let n = self.played.len().min(played.len());
        played[..n].copy_from_slice(&self.played[..n]);
        played[n..].fill(0.0);
    }

    fn stats(&self) -> StreamStats {
        self.shared.lock().jitter.stats()
    }
}

struct RemoteLoudspeaker {
    shared: Arc<Shared>,
    /// As that of the microphone.
    start: u64,
}

impl RemoteLoudspeaker {
    /// The feed at this time, unless it belongs to a later start.
    fn with<T: Default>(&self, work: impl FnOnce(&mut Feed, Duration) -> T) -> T {
        let now = self.shared.now();
        let mut state = self.shared.lock();
        if state.starts != self.start {
            return T::default();
        }
        state.tick(now);
        state.feed.as_mut().map(|feed| work(feed, now)).unwrap_or_default()
    }
}

impl Loudspeaker for RemoteLoudspeaker {
    fn write(&mut self, samples: &[f32]) -> usize {
        let written = self.with(|feed, _| feed.write(samples));
        if written > 0 {
            self.shared.wake();
        }
        written
    }

    fn played(&self) -> u64 {
        self.with(|feed, now| feed.played(now))
    }

    fn queued(&self) -> usize {
        self.with(|feed, now| feed.queued(now))
    }

    fn stop(&mut self, fade: Duration) -> usize {
        let dropped = self.with(|feed, now| feed.stop(fade, now));
        self.shared.wake();
        dropped
    }

    fn stats(&self) -> StreamStats {
        self.with(|feed, _| feed.stats())
    }
}

struct RemotePanel(Arc<Shared>);

impl Panel for RemotePanel {
    fn show(&mut self, shown: Shown) {
        self.0.lock().shown = shown;
    }

    fn pressed(&mut self) -> Option<Press> {
        self.0.lock().presses.pop_front()
    }
}
