//! A conversation in real time, until whoever watches it has seen enough.

use sayso::{Assistant, Error, Event, Losses, Pace, Result, Stop};
use sayso_replay::{Replay, Tracks};

/// Who watches a conversation.
pub trait Watch {
    /// Something happened.
    fn see(&mut self, event: Event);

    /// Whether there is nothing more to wait for.
    fn over(&self) -> bool;
}

/// Holds a conversation on `board`, which keeps time with the wall clock, and forgets
/// it. Returns what was lost, and the recording of both sides.
///
/// # Errors
/// When the conversation cannot be held.
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
