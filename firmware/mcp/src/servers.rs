//! The servers, as the skills use them.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use sayso_network::Place;
use sayso_skills::{Call, CallError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::inputs::Inputs;
use crate::link::Link;

/// How often it is looked for an answer.
const LOOK: Duration = Duration::from_millis(5);

/// A server.
pub struct Server {
    /// Its name in the settings.
    pub name: String,
    /// How it is connected.
    pub access: Access,
}

/// How a server is connected.
pub enum Access {
    /// It is started, and reads and writes a stream.
    #[cfg(unix)]
    Program(Opener),
    /// It has an address.
    Address {
        /// The address, with `http` or `https`.
        url: String,
        /// A file with its key; "" is none.
        key_file: PathBuf,
        /// A file with certificates that are trusted too; "" is none.
        ca_file: PathBuf,
    },
}

/// Starts a server. It must not wait for it.
#[cfg(unix)]
pub type Opener = Box<dyn Fn() -> Result<Stream, String> + Send + Sync>;

/// The standard input and output of a server.
#[cfg(unix)]
pub struct Stream {
    /// Both.
    pub socket: std::os::unix::net::UnixStream,
    /// The server ends when this is dropped.
    pub keeper: Box<dyn Send + Sync>,
}

/// A tool that a server has.
#[derive(Clone, Debug)]
pub struct Offered {
    /// What the server calls it.
    pub name: String,
    /// Its arguments.
    pub inputs: Inputs,
}

/// Work for the worker.
pub(crate) enum Order {
    Call(Box<Call>),
    List,
}

/// What has come of it.
pub(crate) enum Done {
    Called(String),
    Listed(Vec<Offered>),
}

pub(crate) type Outcome = Result<Done, CallError>;

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
            let unknown = CallError::Unreachable(format!("there is no section [mcp.{server}]"));
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
