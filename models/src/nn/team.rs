use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tract_linalg::multithread::{Executor, multithread_tract_scope};

use crate::{Error, ErrorKind, Result};

/// Threads that share the matrix products of a forward pass. The result does not depend on which
/// of them computes what.
#[derive(Default)]
pub(crate) struct Team(Option<Arc<ThreadPool>>);

impl Team {
    /// Does `work`, with its products on this many threads.
    ///
    /// # Errors
    /// [`Engine`](ErrorKind::Engine) when the system provides no more threads; otherwise the
    /// errors of `work`.
    pub(crate) fn run<R>(&mut self, threads: usize, work: impl FnOnce() -> Result<R>) -> Result<R> {
        if threads <= 1 {
            return work();
        }
        let pool = match self.0.take().filter(|pool| pool.current_num_threads() == threads) {
            Some(pool) => pool,
            None => {
                let name = |n| format!("sayso-nn-{n}");
                let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build();
                Arc::new(pool.map_err(|error| {
                    Error::new(ErrorKind::Engine, "cannot start threads").because(error)
                })?)
            }
        };
        self.0 = Some(Arc::clone(&pool));
        multithread_tract_scope(Executor::MultiThread(pool), work)
    }
}
