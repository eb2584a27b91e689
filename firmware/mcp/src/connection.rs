//! A connection to a server.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ClientCapabilities, ClientConfig, Implementation,
    JsonObject, PaginatedRequestParams,
};
use rmcp::service::{ClientInitializeError, RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::{
    StreamableHttpClientTransportConfig, StreamableHttpError,
};
use rmcp::{RoleClient, ServiceExt};
use sayso_network::{secret, tls};
use sayso_skills::CallError;

use crate::inputs::Inputs;
use crate::server::{Access, Offered};

/// A longer message is dropped, in bytes.
const LONGEST: usize = 1 << 20;
/// What a program may send for one use, in bytes.
#[cfg(unix)]
const MOST: usize = 8 << 20;
/// A server with more tools is used without the rest, in pages of its list.
const PAGES: usize = 20;
/// How much text of a result is kept, in bytes.
const KEPT: usize = 4_096;
/// How long to wait for a connection: a server that people would wait for is near.
const CONNECT: Duration = Duration::from_secs(2);
/// How long it may take to say good-bye.
const CLOSE: Duration = Duration::from_secs(1);

/// See the module's documentation.
pub struct Connection {
    service: RunningService<RoleClient, ClientConfig>,
    /// How many more bytes it may send.
    left: Arc<AtomicUsize>,
    /// Keeps a program running.
    keeper: Option<Box<dyn Send + Sync>>,
}

fn unreachable(why: impl Into<String>) -> CallError {
    CallError::Unreachable(why.into())
}

impl Connection {
    /// Connects.
    pub async fn open(access: &Access) -> Result<Self, CallError> {
        match access {
            #[cfg(unix)]
            Access::Program(opener) => Self::of(opener().map_err(unreachable)?).await,
            Access::Address { url, key_file, ca_file } => Self::to(url, key_file, ca_file).await,
        }
    }

    /// The connection with a program.
    #[cfg(unix)]
    async fn of(stream: crate::server::Stream) -> Result<Self, CallError> {
        use rmcp::transport::async_rw::AsyncRwTransport;

        let failed = |error: std::io::Error| unreachable(format!("its pipe: {error}"));
        stream.socket.set_nonblocking(true).map_err(failed)?;
        let socket = tokio::net::UnixStream::from_std(stream.socket).map_err(failed)?;
        let (read, write) = socket.into_split();
        let left = Arc::new(AtomicUsize::new(MOST));
        let read = crate::bounded::Bounded::new(read, Arc::clone(&left));
        let transport = AsyncRwTransport::new_client(read, write).with_max_line_length(LONGEST);
        let service = client().serve(transport).await.map_err(refused)?;
        Ok(Self { service, left, keeper: Some(stream.keeper) })
    }

    /// The connection to an address.
    async fn to(url: &str, key_file: &Path, ca_file: &Path) -> Result<Self, CallError> {
        let tls = tls::config(ca_file).map_err(unreachable)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured((*tls).clone())
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .user_agent(concat!("sayso/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| unreachable(error.to_string()))?;
        let mut settings = StreamableHttpClientTransportConfig::with_uri(url)
            .max_sse_event_size(LONGEST)
            .max_json_response_size(LONGEST)
            .max_error_response_size(KEPT);
        if !key_file.as_os_str().is_empty() {
            let key = secret::read(key_file).map_err(unreachable)?;
            if !secret::fits_a_header(&key) {
                let shown = key_file.display();
                return Err(unreachable(format!("{shown}: a key is one line of ASCII")));
            }
            settings = settings.auth_header(key);
        }
        let transport = StreamableHttpClientTransport::with_client(http, settings);
        let service = client().serve(transport).await.map_err(refused)?;
        Ok(Self { service, left: Arc::default(), keeper: None })
    }

    /// Whether it can be used.
    pub fn is_up(&self) -> bool {
        !self.service.is_closed() && !self.service.is_transport_closed()
    }

    /// Whether it is kept after a use.
    pub fn lasts(&self) -> bool {
        self.keeper.is_some()
    }

    /// It is used once more.
    pub fn allow_more(&self) {
        #[cfg(unix)]
        self.left.store(MOST, Ordering::Relaxed);
    }

    /// The tools of the server.
    pub async fn offered(&self) -> Result<Vec<Offered>, CallError> {
        let mut tools = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES {
            let page = cursor.take();
            let page = page.map(|at| PaginatedRequestParams::default().with_cursor(Some(at)));
            let list = self.service.list_tools(page).await.map_err(|error| match error {
                ServiceError::McpError(error) => {
                    unreachable(format!("it names no tools: error {}", error.code.0))
                }
                _ => unreachable("it broke off, or what it sends is not understood"),
            })?;
            tools.extend(list.tools.into_iter().map(|tool| Offered {
                name: tool.name.into_owned(),
                inputs: Inputs::new(tool.input_schema),
            }));
            cursor = list.next_cursor;
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
        let result = match self.service.peer().call_tool_once(params).await {
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

/// Why there is no connection. What the server has sent is not shown.
fn refused(error: ClientInitializeError) -> CallError {
    unreachable(match error {
        ClientInitializeError::TransportError { error, .. } => why(&*error.error),
        ClientInitializeError::JsonRpcError(error) => format!("it reports error {}", error.code.0),
        ClientInitializeError::ConnectionClosed(_) => "it has ended, or hung up".into(),
        _ => "it does not speak the protocol, or another version of it".into(),
    })
}

/// Why an address cannot be used.
fn why(error: &(dyn Error + 'static)) -> String {
    type Http = StreamableHttpError<reqwest::Error>;

    let mut next = Some(error);
    while let Some(cause) = next {
        next = match cause.downcast_ref::<Http>() {
            Some(Http::AuthRequired(_)) => return "it wants a key, or another one".into(),
            Some(Http::HttpStatus(status)) => return status.to_string(),
            // It does not call this its source.
            Some(Http::Client(client)) => Some(client),
            _ => cause.source(),
        };
        if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            return error.to_string();
        }
    }
    "it does not answer as a server of tools does".into()
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
