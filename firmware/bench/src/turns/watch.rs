//! A conversation in real time, until its watcher has seen enough.

use sayso::{Assistant, Error, Event, Losses, Pace, Result, Stop};
use sayso_replay::{Replay, Tracks};

/// Watches a conversation.
pub trait Watch {
    /// Something happened.
    fn see(&mut self, event: Event);

    /// Whether to end the conversation.
    fn over(&self) -> bool;
}

/// Holds a conversation on `board`, whose clock runs with the wall clock, and then makes the
/// assistant forget it. Returns what was lost, and the recording of both sides.
///
/// # Errors
/// If the conversation cannot be held.
pub fn hold(
    assistant: &mut Assistant,
    mut board: Replay,
    watch: &mut impl Watch,
    stop: &Stop,
) -> Result<(Losses, Tracks)> {
    let handle = board.handle();
    let over = Stop::new();
    let losses = assistant.converse(&mut board, Pace::Live, &over, &mut |event| {
        watch.see(event);
        if stop.is_stopped() || watch.over() {
            over.stop();
        }
    })?;
    let tracks = handle.finish()?.ok_or_else(|| Error::died("replay"))?;
    assistant.engines().llm.forget()?;
    Ok((losses, tracks))
}
