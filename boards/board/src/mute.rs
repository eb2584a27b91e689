use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a board hears nothing, by order. There is one for each board, and clones are the
/// same one: the program and the board's own button both set it, and whoever did so last counts.
#[derive(Clone)]
pub struct Mute(Arc<MuteState>);

struct MuteState {
    muted: AtomicBool,
    changed: Box<dyn Fn() + Send + Sync>,
}

impl Mute {
    /// One that is set or not, and calls `changed` after a change by the [board](Self::set).
    /// That may be in the thread that serves a button or a wire, so it should be quick.
    pub fn new(muted: bool, changed: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(MuteState { muted: AtomicBool::new(muted), changed: Box::new(changed) }))
    }

    /// Whether it is set. Never waits.
    pub fn is_set(&self) -> bool {
        self.0.muted.load(Ordering::Acquire)
    }

    /// The board's own button, or what else the board has, sets or ends it. The program is
    /// informed, and reads the mute then: it may have changed again.
    pub fn set(&self, muted: bool) {
        if self.0.muted.swap(muted, Ordering::AcqRel) != muted {
            (self.0.changed)();
        }
    }

    /// The program sets or ends it, and is not informed.
    pub fn order(&self, muted: bool) {
        self.0.muted.store(muted, Ordering::Release);
    }
}

/// Not set, and nobody is informed of changes.
impl Default for Mute {
    fn default() -> Self {
        Self::new(false, || {})
    }
}

impl fmt::Debug for Mute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mute").field(&self.is_set()).finish()
    }
}
