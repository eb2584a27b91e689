use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a board is muted. There is one for each board, and clones share it: the program and the
/// board's own button both set it, and the latest change counts.
#[derive(Clone)]
pub struct Mute(Arc<MuteState>);

struct MuteState {
    muted: AtomicBool,
    changed: Box<dyn Fn() + Send + Sync>,
}

impl Mute {
    /// A mute that is set or not. It calls `changed` after each change by the [board](Self::set),
    /// possibly in the thread that serves a button or a wire, so `changed` should be quick.
    pub fn new(muted: bool, changed: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(MuteState { muted: AtomicBool::new(muted), changed: Box::new(changed) }))
    }

    /// Whether it is set. Never waits.
    pub fn is_set(&self) -> bool {
        self.0.muted.load(Ordering::Acquire)
    }

    /// Sets or ends it on behalf of the board, such as its own button. The program is informed,
    /// and then reads the current state, which may have changed again.
    pub fn set(&self, muted: bool) {
        if self.0.muted.swap(muted, Ordering::AcqRel) != muted {
            (self.0.changed)();
        }
    }

    /// Sets or ends it on behalf of the program, which is not informed.
    pub fn order(&self, muted: bool) {
        self.0.muted.store(muted, Ordering::Release);
    }
}

/// Not set; changes are not reported.
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
