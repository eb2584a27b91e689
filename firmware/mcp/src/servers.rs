//! The servers, as the skills use them.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use sayso_network::Place;
use sayso_skills::{Call, CallError, Obstacle};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::link::Link;
use crate::server::{Access, Done, Offered, Order, Outcome, Server};

/// How often it is looked for an answer.
const LOOK: Duration = Duration::from_millis(5);

/// An order, and where its outcome is awaited.
struct Post {
    server: String,
    order: Order,
    limit: Duration,
    answer: oneshot::Sender<Outcome>,
}

/// All servers. They end when this is dropped.
pub struct Servers {
    posts: Option<UnboundedSender<Post>>,
    worker: Option<JoinHandle<()>>,
}

impl Servers {
    /// Prepares the connections. None is made yet.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(servers: Vec<Server>) -> Result<Self, String> {
        for server in &servers {
            if let Access::Address { url, .. } = &server.access
                && Place::of(url).is_some_and(|place| place.is_open())
            {
                log::warn!(
                    "mcp.{}.url is used without encryption: anyone on the network can read the \
                     key, and what is sent",
                    server.name
                );
            }
        }
        let (posts, waiting) = unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let worker = std::thread::Builder::new().name("mcp".into()).spawn(move || {
            runtime.block_on(work(servers, waiting));
            // Someone may still look up a name.
            runtime.shutdown_background();
        });
        let worker = worker.map_err(|error| error.to_string())?;
        Ok(Self { posts: Some(posts), worker: Some(worker) })
    }

    /// Calls a tool, and returns the text of its result. `goes_on` is asked often; if it says no, the
    /// call is given up.
    ///
    /// # Errors
    /// [`CallError`] if the server cannot be reached, has no such tool, fails, or takes too long.
    pub fn call(&self, call: &Call, goes_on: &dyn Fn() -> bool) -> Result<String, CallError> {
        let limit = Duration::from_secs(call.tool.time_limit_s.into());
        let order = Order::Call(Box::new(call.clone()));
        match self.carry_out(&call.tool.server, order, limit, goes_on)? {
            Done::Called(text) => Ok(text),
            Done::Listed(_) => Ok(String::new()),
        }
    }

    /// The tools that a server has, if it says so within a time.
    ///
    /// # Errors
    /// [`CallError`] if it cannot be reached, or does not answer.
    pub fn offered(&self, server: &str, patience: Duration) -> Result<Vec<Offered>, CallError> {
        match self.carry_out(server, Order::List, patience, &|| true)? {
            Done::Listed(tools) => Ok(tools),
            Done::Called(_) => Ok(Vec::new()),
        }
    }

    fn carry_out(
        &self,
        server: &str,
        order: Order,
        limit: Duration,
        goes_on: &dyn Fn() -> bool,
    ) -> Outcome {
        let ended = || CallError::Unreachable("the worker has ended".into());
        let (answer, mut outcome) = oneshot::channel();
        let post = Post { server: server.to_owned(), order, limit, answer };
        let posts = self.posts.as_ref().ok_or_else(ended)?;
        posts.send(post).map_err(|_| ended())?;
        loop {
            match outcome.try_recv() {
                Ok(outcome) => return outcome,
                Err(oneshot::error::TryRecvError::Closed) => return Err(ended()),
                Err(oneshot::error::TryRecvError::Empty) if goes_on() => std::thread::sleep(LOOK),
                Err(oneshot::error::TryRecvError::Empty) => {
                    return Err(CallError::Lost("it was stopped".into()));
                }
            }
        }
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        drop(self.posts.take());
        // It ends its servers. It does not panic; if it did, it would have ended too.
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

/// Carries out orders until there can be no more.
async fn work(servers: Vec<Server>, mut waiting: UnboundedReceiver<Post>) {
    let links: Vec<Arc<Link>> = servers.into_iter().map(|server| Arc::new(server.into())).collect();
    while let Some(Post { server, order, limit, mut answer }) = waiting.recv().await {
        let Some(link) = links.iter().find(|link| link.name == server).cloned() else {
            let why = format!("there is no section [mcp.{server}]");
            let unknown = CallError::Unreachable(Obstacle::new(why, "add it"));
            // Nobody waits any more.
            let _ = answer.send(Err(unknown));
            continue;
        };
        tokio::spawn(async move {
            tokio::select! {
                outcome = link.carry_out(order, limit) => {
                    let _ = answer.send(outcome);
                }
                () = answer.closed() => {}
            }
        });
    }
}
