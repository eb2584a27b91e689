//! A server that is used now and then.

use std::time::Duration;

use sayso_skills::{CallError, Obstacle, SERVER_STARTS_S};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout, timeout_at};

use crate::connection::Connection;
use crate::server::{Access, Done, Order, Outcome, Server};

/// How long a server may take to start, or to be reached.
const STARTS: Duration = Duration::from_secs(SERVER_STARTS_S as u64);

/// See the module's documentation.
pub struct Link {
    /// Its name in the settings.
    pub name: String,
    access: Access,
    /// The connection since the last use, if it lasts.
    kept: Mutex<Option<Connection>>,
}

impl From<Server> for Link {
    fn from(Server { name, access }: Server) -> Self {
        Self { name, access, kept: Mutex::default() }
    }
}

impl Link {
    /// Carries out an order within a time; to connect may take longer. If this is dropped, or the
    /// server fails, the connection is not used again.
    pub async fn carry_out(&self, order: Order, limit: Duration) -> Outcome {
        let silent = |_| {
            let todo = "see whether it runs, and what its log says";
            CallError::Unreachable(Obstacle::new("it does not answer", todo))
        };
        let kept = timeout(limit, self.kept.lock()).await;
        let mut kept = kept.map_err(|_| CallError::Unreachable("it is busy".into()))?;
        let connection = match kept.take().filter(Connection::is_up) {
            Some(connection) => connection,
            None => timeout(STARTS, Connection::open(&self.name, &self.access))
                .await
                .map_err(silent)??,
        };
        let until = Instant::now() + limit;
        connection.allow_more();
        let offered = timeout_at(until, connection.offered()).await.map_err(silent)??;
        let done = match order {
            Order::List => Ok(Done::Listed(offered)),
            Order::Call(call) => {
                let tool = offered.iter().find(|tool| tool.name == call.tool.tool);
                let arguments = match tool {
                    Some(tool) => tool.arguments(&call.arguments),
                    None => Err(CallError::Changed("the server has no such tool".into())),
                };
                match arguments {
                    Ok(arguments) => {
                        let called = connection.call(&call.tool.tool, arguments);
                        timeout_at(until, called)
                            .await
                            .map_err(|_| CallError::Late)?
                            .map(Done::Called)
                    }
                    Err(error) => Err(error),
                }
            }
        };
        if connection.lasts() {
            *kept = Some(connection).filter(|_| !matches!(done, Err(CallError::Lost(_))));
        } else {
            connection.close();
        }
        done
    }
}
