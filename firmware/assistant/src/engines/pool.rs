//! A limited number of sessions, each lent to one user at a time.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::{Engines, Sessions};
use crate::error::{Error, ErrorKind, Result};

/// Sessions for a limited number of users at a time (`models.sessions`). A returned session is
/// wiped and lent again. Clones share it.
#[derive(Clone)]
pub struct Pool(Arc<PoolShared>);

struct PoolShared {
    load: Box<Load>,
    loaded: OnceLock<Arc<dyn Sessions>>,
    /// Held while they are loaded.
    loading: Mutex<()>,
    most: usize,
    state: Mutex<Lent>,
}

/// Loads the source of sessions.
type Load = dyn Fn() -> Result<Arc<dyn Sessions>> + Send + Sync;

#[derive(Default)]
struct Lent {
    lent: usize,
    /// Wiped.
    idle: Vec<Engines>,
}

impl Pool {
    /// At most `most` of these sessions at a time; at least one.
    pub fn new(sessions: Arc<dyn Sessions>, most: usize) -> Self {
        Self::loading(move || Ok(Arc::clone(&sessions)), most)
    }

    /// The same, of sessions whose source is loaded when the first is needed.
    pub fn loading(
        load: impl Fn() -> Result<Arc<dyn Sessions>> + Send + Sync + 'static,
        most: usize,
    ) -> Self {
        Self(Arc::new(PoolShared {
            load: Box::new(load),
            loaded: OnceLock::new(),
            loading: Mutex::default(),
            most: most.max(1),
            state: Mutex::default(),
        }))
    }

    /// The source of the sessions, which is loaded now if it was not.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub fn sessions(&self) -> Result<Arc<dyn Sessions>> {
        let shared = &self.0;
        if let Some(sessions) = shared.loaded.get() {
            return Ok(Arc::clone(sessions));
        }
        let _loading = shared.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let sessions = match shared.loaded.get() {
            Some(sessions) => Arc::clone(sessions),
            None => (shared.load)()?,
        };
        Ok(Arc::clone(shared.loaded.get_or_init(|| sessions)))
    }

    /// Whether the source of the sessions is loaded. Never waits.
    pub fn is_loaded(&self) -> bool {
        self.0.loaded.get().is_some()
    }

    /// How many are lent.
    pub fn lent(&self) -> usize {
        self.0.lock().lent
    }

    /// How many can be lent at a time.
    pub fn most(&self) -> usize {
        self.0.most
    }

    /// A session for one user.
    ///
    /// # Errors
    /// [`Busy`](ErrorKind::Busy) when the most are lent already; otherwise as [`Sessions::session`].
    pub fn lease(&self) -> Result<Lease> {
        let idle = {
            let mut state = self.0.lock();
            if state.lent >= self.0.most {
                let message = format!(
                    "{}: another cannot begin until one of them ends. If there is memory for more, \
                     set models.sessions = {}",
                    match self.0.most {
                        1 => "the one conversation that is allowed is in progress".to_owned(),
                        most =>
                            format!("all {most} conversations that are allowed are in progress"),
                    },
                    self.0.most + 1
                );
                return Err(Error::new(ErrorKind::Busy, message));
            }
            state.lent += 1;
            state.idle.pop()
        };
        // From here on the place is released whatever happens.
        let mut lease = Lease { engines: idle, pool: self.0.clone() };
        if lease.engines.is_none() {
            lease.engines = Some(self.sessions()?.session()?);
        }
        Ok(lease)
    }
}

impl PoolShared {
    fn lock(&self) -> MutexGuard<'_, Lent> {
        // The count is consistent at every unlock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that is lent to one user. Dropping it wipes the session and returns it. If the
/// session is missing, because a hung worker has kept it, only the place is released.
pub struct Lease {
    engines: Option<Engines>,
    pool: Arc<PoolShared>,
}

impl Lease {
    /// Takes the session out, to be distributed over threads; `None` if it is out already. The
    /// place in the pool stays taken until the lease is dropped.
    pub fn take(&mut self) -> Option<Engines> {
        self.engines.take()
    }

    /// Puts a session in: the one that was taken out, or a new one that replaces it.
    pub fn put(&mut self, engines: Engines) {
        self.engines = Some(engines);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let wiped = self.engines.take().and_then(|mut engines| match engines.wipe() {
            Ok(()) => Some(engines),
            Err(error) => {
                log::warn!("a session cannot be wiped, so it is dropped: {error}");
                None
            }
        });
        let mut state = self.pool.lock();
        state.lent -= 1;
        state.idle.extend(wiped);
    }
}
