//! A connection to a server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ClientCapabilities, ClientConfig, ClientRequest,
    Implementation, JsonObject, ListToolsRequest, PaginatedRequestParams, ServerResult,
};
use rmcp::service::{ClientInitializeError, RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{RoleClient, ServiceExt};
use sayso_network::{secret, tls};
use sayso_skills::{CallError, Obstacle};
use serde_json::Value;

use crate::http::Http;
use crate::meter::Meter;
use crate::reasons::Reasons;
use crate::server::{Access, Offered};

/// A server with more tools is used without the rest, in pages of its list.
const PAGES: usize = 20;
/// How much text of a result is kept, in bytes.
const KEPT: usize = 4_096;
/// How long to wait for a connection: a server that people would wait for is near.
const CONNECT: Duration = Duration::from_secs(2);
/// How long it may take to look up the name of a host.
const LOOK_UP: Duration = Duration::from_secs(5);
/// How long it may take to say good-bye.
const CLOSE: Duration = Duration::from_secs(1);

/// See the module's documentation.
pub struct Connection {
    service: RunningService<RoleClient, ClientConfig>,
    meter: Arc<Meter>,
    /// Keeps a program running.
    keeper: Option<Box<dyn Send + Sync>>,
}

fn unreachable(why: impl Into<Obstacle>) -> CallError {
    CallError::Unreachable(why.into())
}

/// Waits for something, unless the connection is cut off meanwhile.
async fn unless_cut<T>(meter: &Meter, work: impl Future<Output = T>) -> Result<T, Obstacle> {
    tokio::select! {
        biased;
        why = meter.trouble() => Err(why),
        done = work => match meter.is_cut() {
            true => Err(meter.trouble().await),
            false => Ok(done),
        },
    }
}

impl Connection {
    /// Connects to the server that has this name in the settings.
    pub async fn open(name: &str, access: &Access) -> Result<Self, CallError> {
        match access {
            #[cfg(unix)]
            Access::Program(opener) => Self::of(opener().map_err(unreachable)?).await,
            Access::Address { url, key_file, ca_file } => {
                Self::to(name, url, key_file, ca_file).await
            }
        }
    }

    /// The connection with a program.
    #[cfg(unix)]
    async fn of(stream: crate::server::Stream) -> Result<Self, CallError> {
        use rmcp::transport::async_rw::AsyncRwTransport;

        let failed =
            |error: std::io::Error| unreachable(Obstacle::new(format!("its pipe: {error}"), ""));
        stream.socket.set_nonblocking(true).map_err(failed)?;
        let socket = tokio::net::UnixStream::from_std(stream.socket).map_err(failed)?;
        let (read, write) = socket.into_split();
        let meter = Arc::new(Meter::default());
        let read = crate::bounded::Bounded::new(read, Arc::clone(&meter));
        let transport = AsyncRwTransport::new_client(read, write);
        let served = unless_cut(&meter, client().serve(transport)).await;
        let service = served.map_err(unreachable)?.map_err(refused)?;
        Ok(Self { service, meter, keeper: Some(stream.keeper) })
    }

    /// The connection to an address.
    async fn to(name: &str, url: &str, key_file: &Path, ca_file: &Path) -> Result<Self, CallError> {
        let has_key = !key_file.as_os_str().is_empty();
        let wrong = |setting: &'static str| {
            move |why: String| {
                let todo = format!("correct this file, or name another in mcp.{name}.{setting}");
                unreachable(Obstacle::new(why, todo))
            }
        };
        let tls = tls::config(ca_file).map_err(wrong("ca_file"))?;
        let no_url =
            || unreachable(Obstacle::new("its address is none", format!("correct mcp.{name}.url")));
        let parsed = reqwest::Url::parse(url).map_err(|_| no_url())?;
        let host = parsed.host_str().ok_or_else(no_url)?;
        let port = parsed.port_or_known_default().ok_or_else(no_url)?;
        let reasons = Reasons {
            name: name.to_owned(),
            place: format!("{host}:{port}"),
            key_file: has_key.then(|| key_file.to_owned()),
        };
        let bare = host.trim_matches(['[', ']']);
        let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((bare, port))).await;
        let Ok(Ok(addresses)) = found else { return Err(unreachable(reasons.no_host())) };
        let addresses: Vec<_> = addresses.collect();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured((*tls).clone())
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .resolve_to_addrs(bare, &addresses)
            .user_agent(concat!("sayso/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| unreachable(Obstacle::new(error.to_string(), "")))?;
        let mut settings = StreamableHttpClientTransportConfig::with_uri(url);
        if has_key {
            let key = secret::read(key_file).map_err(wrong("key_file"))?;
            if !secret::fits_a_header(&key) {
                let shown = key_file.display();
                return Err(wrong("key_file")(format!("{shown}: a key is one line of ASCII")));
            }
            settings = settings.auth_header(key);
        }
        let meter = Arc::new(Meter::default());
        let http = Http::new(http, Arc::clone(&meter), reasons);
        let transport = StreamableHttpClientTransport::with_client(http, settings);
        let served = unless_cut(&meter, client().serve(transport)).await;
        let service = served.map_err(unreachable)?.map_err(refused)?;
        Ok(Self { service, meter, keeper: None })
    }

    /// Whether it can be used.
    pub fn is_up(&self) -> bool {
        !self.meter.is_cut() && !self.service.is_closed() && !self.service.is_transport_closed()
    }

    /// Whether it is kept after a use.
    pub fn lasts(&self) -> bool {
        self.keeper.is_some()
    }

    /// It is used once more.
    pub fn allow_more(&self) {
        self.meter.allow_more();
    }

    /// The tools of the server.
    pub async fn offered(&self) -> Result<Vec<Offered>, CallError> {
        let mut tools = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES {
            let page = cursor.take();
            let page = page.map(|at| PaginatedRequestParams::default().with_cursor(Some(at)));
            let request = ListToolsRequest { params: page, ..ListToolsRequest::default() };
            let request = ClientRequest::ListToolsRequest(request);
            let answer = unless_cut(&self.meter, self.service.peer().send_request(request)).await;
            let answer = answer.map_err(unreachable)?.map_err(|error| match error {
                ServiceError::McpError(error) => {
                    let why = format!("it names no tools: error {}", error.code.0);
                    unreachable(Obstacle::new(why, "look into the log of the server"))
                }
                _ => unreachable("it broke off, or what it sends is not understood"),
            })?;
            let next =
                match answer {
                    ServerResult::ListToolsResult(list) => {
                        tools.extend(list.tools.into_iter().map(|tool| {
                            Offered::new(tool.name.into_owned(), Some(tool.input_schema))
                        }));
                        list.next_cursor
                    }
                    // One of the tools is not as the protocol wants it. The others can be used.
                    ServerResult::CustomResult(list) => {
                        let all = list.0.get("tools").and_then(Value::as_array);
                        let all = all.ok_or_else(|| unreachable("its list of tools is none"))?;
                        tools.extend(all.iter().filter_map(offered));
                        list.0.get("nextCursor").and_then(Value::as_str).map(str::to_owned)
                    }
                    _ => return Err(unreachable("its list of tools is not understood")),
                };
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(tools)
    }

    /// Calls a tool, and returns the text of its result.
    pub async fn call(&self, tool: &str, arguments: JsonObject) -> Result<String, CallError> {
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments);
        let failed = |why: &str| CallError::Failed(why.into());
        let called = unless_cut(&self.meter, self.service.peer().call_tool_once(params)).await;
        let result = match called.map_err(|obstacle| CallError::Lost(obstacle.to_string()))? {
            Ok(CallToolResponse::Complete(result)) => result,
            Ok(CallToolResponse::InputRequired(_)) => return Err(failed("it asks for more")),
            Ok(_) => return Err(failed("it wants to be asked later")),
            Err(ServiceError::McpError(error)) => {
                return Err(failed(&format!("the server reports error {}", error.code.0)));
            }
            Err(ServiceError::UnexpectedResponse) => {
                return Err(failed("its result is not understood"));
            }
            Err(_) => return Err(CallError::Lost("the connection was lost".into())),
        };
        if result.is_error == Some(true) {
            return Err(failed("it reports an error"));
        }
        let texts = result.content.iter().filter_map(|part| part.as_text());
        Ok(beginning(texts.map(|part| part.text.as_str())))
    }

    /// Says good-bye, and does not wait.
    pub fn close(mut self) {
        tokio::spawn(async move {
            // It is closed in any case.
            let _ = self.service.close_with_timeout(CLOSE).await;
        });
    }
}

/// Who we are. The server can ask for nothing.
fn client() -> ClientConfig {
    let we = Implementation::new("sayso", env!("CARGO_PKG_VERSION"));
    ClientConfig::new(ClientCapabilities::default(), we)
}

/// A tool of a list, with the schema of its arguments if that is an object.
fn offered(tool: &Value) -> Option<Offered> {
    let name = tool.get("name")?.as_str()?.to_owned();
    let schema = tool.get("inputSchema").and_then(Value::as_object);
    Some(Offered::new(name, schema.cloned().map(Arc::new)))
}

/// Why there is no connection. What the server has sent is not shown.
fn refused(error: ClientInitializeError) -> CallError {
    unreachable(match error {
        ClientInitializeError::JsonRpcError(error) => {
            let why = format!("it reports error {}", error.code.0);
            Obstacle::new(why, "look into the log of the server")
        }
        ClientInitializeError::ConnectionClosed(_)
        | ClientInitializeError::TransportError { .. } => Obstacle::new(
            "it has ended, or hung up",
            "start it by hand in a terminal to see why: what it writes to its standard error is \
             dropped",
        ),
        _ => "it does not speak the protocol, or another version of it".into(),
    })
}

/// The first texts, each from a line of its own.
fn beginning<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut kept = String::new();
    for text in texts {
        let room = KEPT.saturating_sub(kept.len());
        let end = (0..=room.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
        kept.push_str(&text[..end.unwrap_or(0)]);
        kept.push('\n');
        if kept.len() >= KEPT {
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_result_is_kept() {
        assert_eq!(beginning(["one", "two"].into_iter()), "one\ntwo\n");
        let long = "é".repeat(10_000);
        let kept = beginning([&*long, "more"].into_iter());
        assert!(kept.len() <= KEPT + 1 && kept.trim_end().chars().all(|c| c == 'é'));
    }
}
