//! Work for a request: on a session of the pool, on a thread that may compute, cancelled when
//! nobody waits for it any more.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::Stream;
use sayso::internals::cores::Cores;
use sayso::internals::engines::Lease;
use sayso::{Engines, ErrorKind};
use sayso_models::Cancel;
use tokio::sync::mpsc;

use super::error::{Refusal, Result};
use crate::app::App;

/// How long a request waits for a session: the last user's may still be wiped.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks whether there is one.
const LOOK: Duration = Duration::from_millis(20);

/// A session of the pool, after a short wait if there is none. May have to load the models.
///
/// # Errors
/// When all are in use, or the models cannot be loaded.
pub fn lease(app: &App, cancel: &Cancel) -> Result<Lease> {
    let since = Instant::now();
    loop {
        match app.pool().lease() {
            Err(error) if error.kind() == ErrorKind::Busy => {
                if since.elapsed() > PATIENCE || cancel.is_cancelled() {
                    app.metrics.refused("busy");
                    return Err(error.into());
                }
                std::thread::sleep(LOOK);
            }
            other => return Ok(other?),
        }
    }
}

/// What a job works with.
pub struct Bench<T> {
    /// The session.
    pub engines: Engines,
    /// The cores that all share.
    pub cores: Cores,
    /// Where the result goes.
    pub out: Out<T>,
}

/// Where a result goes, piece by piece.
pub struct Out<T> {
    /// Set when nobody waits any more.
    pub cancel: Cancel,
    pieces: mpsc::UnboundedSender<Result<T>>,
}

impl<T> Out<T> {
    /// Passes on a piece. What a request asks for is bounded, and so are the pieces that wait for
    /// a slow reader.
    pub fn give(&self, piece: T) {
        self.tell(Ok(piece));
    }

    fn tell(&self, piece: Result<T>) {
        if self.pieces.send(piece).is_err() {
            self.cancel.cancel();
        }
    }
}

/// The pieces of a result. Dropping it cancels the work.
pub struct Job<T> {
    pieces: mpsc::UnboundedReceiver<Result<T>>,
    cancel: Cancel,
}

impl<T: Send + 'static> Job<T> {
    /// Begins work. The session is wiped and given back after it.
    pub fn begin(
        app: &Arc<App>,
        work: impl FnOnce(&mut Bench<T>) -> Result<()> + Send + 'static,
    ) -> Self {
        let (sender, pieces) = mpsc::unbounded_channel();
        let cancel = Cancel::new();
        let (app, flag) = (Arc::clone(app), cancel.clone());
        tokio::task::spawn_blocking(move || {
            let out = Out { cancel: flag, pieces: sender };
            let mut lease = match lease(&app, &out.cancel) {
                Ok(lease) => lease,
                Err(refusal) => return out.tell(Err(refusal)),
            };
            let Some(engines) = lease.take() else {
                return out.tell(Err(Refusal::failed("the session of the pool is empty")));
            };
            let cores = app.around.cores.clone();
            let mut bench = Bench { engines, cores, out };
            let done = work(&mut bench);
            let Bench { engines, out, .. } = bench;
            if let Err(refusal) = done
                && !out.cancel.is_cancelled()
            {
                out.tell(Err(refusal));
            }
            // The client has all of it before the session is wiped.
            drop(out);
            lease.put(engines);
        });
        Self { pieces, cancel }
    }

    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        self.pieces.recv().await
    }

    /// The first piece, so that a request that cannot be carried out is answered with an error.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn first(&mut self) -> Result<T> {
        let first = self.next().await;
        first.unwrap_or_else(|| Err(Refusal::failed("the work ended without a result")))
    }
}

impl<T> Stream for Job<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.pieces.poll_recv(cx)
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
