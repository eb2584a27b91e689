//! The requests to a server at an address.
//!
//! rmcp has the protocol, and a client of its own for these requests. It is not used, because it
//! neither counts all bytes that a server sends nor says why a request failed.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use rmcp::model::{ClientJsonRpcMessage, JsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse,
};
use sayso_skills::Obstacle;
use sse_stream::{Sse, SseStream};

use crate::meter::{CutOff, Meter};
use crate::reasons::Reasons;

const SESSION: &str = "mcp-session-id";
const LAST_EVENT: &str = "last-event-id";
const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

type Error = StreamableHttpError<CutOff>;
type Events = Pin<Box<dyn Stream<Item = Result<Sse, SseError>> + Send>>;

/// Sends requests. What is wrong with an answer is reported to the meter.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    meter: Arc<Meter>,
    reasons: Arc<Reasons>,
}

impl Http {
    /// Requests by a client, which must not follow redirects.
    pub fn new(client: reqwest::Client, meter: Arc<Meter>, reasons: Reasons) -> Self {
        Self { client, meter, reasons: Arc::new(reasons) }
    }

    fn cut(&self, why: Obstacle) -> Error {
        Error::Client(self.meter.cut(why))
    }

    /// A body as events.
    fn events(&self, response: Response) -> Events {
        let meter = Arc::clone(&self.meter);
        let bytes = response.bytes_stream().map(move |chunk| {
            // That a stream breaks off is for rmcp, which may open it again.
            let chunk = chunk.map_err(std::io::Error::other)?;
            meter.read(chunk.len()).map_err(std::io::Error::other)?;
            Ok::<_, std::io::Error>(chunk)
        });
        let meter = Arc::clone(&self.meter);
        let events = SseStream::from_bytes_stream(bytes).map(move |event| {
            let event = event?;
            let length = event.data.as_ref().map_or(0, String::len);
            meter.message(length).map_err(|cut| SseError::Body(Box::new(cut)))?;
            Ok(event)
        });
        Box::pin(events)
    }

    /// A body as a message, if it is one.
    async fn message(&self, mut response: Response) -> Result<Option<ServerJsonRpcMessage>, Error> {
        let mut body = Vec::new();
        let broken = |error: reqwest::Error| self.cut(self.reasons.of_request(&error));
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            self.meter.read(chunk.len()).map_err(Error::Client)?;
            self.meter.message(body.len() + chunk.len()).map_err(Error::Client)?;
            body.extend_from_slice(&chunk);
        }
        Ok(serde_json::from_slice(&body).ok())
    }
}

/// The headers of a request.
fn with_headers(
    mut request: RequestBuilder,
    key: Option<String>,
    session: Option<&str>,
    more: HashMap<HeaderName, HeaderValue>,
) -> RequestBuilder {
    request = request.header(ACCEPT, format!("{EVENTS}, {JSON}"));
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    if let Some(session) = session {
        request = request.header(SESSION, session);
    }
    more.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}

/// Whether the body is of a type, whatever its parameters are.
fn is_of(response: &Response, kind: &str) -> bool {
    let given = response.headers().get(CONTENT_TYPE).and_then(|given| given.to_str().ok());
    let given = given.and_then(|given| given.split(';').next()).unwrap_or_default();
    given.trim().eq_ignore_ascii_case(kind)
}

impl StreamableHttpClient for Http {
    type Error = CutOff;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        key: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Error> {
        let request = self.client.post(&*uri).json(&message);
        let request = with_headers(request, key, session.as_deref(), headers);
        let response = request.send().await;
        let response = response.map_err(|error| self.cut(self.reasons.of_request(&error)))?;
        let status = response.status();
        let awaits_answer = matches!(message, JsonRpcMessage::Request(_));
        if status == StatusCode::NOT_FOUND && session.is_some() {
            return Err(Error::SessionExpired);
        }
        let is_refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if !status.is_success() {
            // A server may report an error of the protocol in this way.
            if awaits_answer && !is_refused && is_of(&response, JSON) {
                let error = self.message(response).await?;
                if let Some(error @ JsonRpcMessage::Error(_)) = error {
                    return Ok(StreamableHttpPostResponse::Json(error, None));
                }
            }
            return Err(self.cut(self.reasons.of_status(status)));
        }
        if !awaits_answer {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        let session = response.headers().get(SESSION).and_then(|session| session.to_str().ok());
        let session = session.map(str::to_owned);
        if is_of(&response, EVENTS) {
            Ok(StreamableHttpPostResponse::Sse(self.events(response), session))
        } else if is_of(&response, JSON) {
            let message = self.message(response).await?;
            let message = message.ok_or_else(|| self.cut(self.reasons.odd_answer()))?;
            Ok(StreamableHttpPostResponse::Json(message, session))
        } else if is_of(&response, "text/html") {
            Err(self.cut(self.reasons.web_page()))
        } else {
            Err(self.cut(self.reasons.odd_answer()))
        }
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session: Arc<str>,
        key: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Error> {
        let request = with_headers(self.client.delete(&*uri), key, Some(&session), headers);
        // It forgets the session by itself, too.
        let _ = request.send().await;
        Ok(())
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session: Option<Arc<str>>,
        last_event: Option<String>,
        key: Option<String>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<Events, Error> {
        let mut request = with_headers(self.client.get(&*uri), key, session.as_deref(), headers);
        if let Some(last_event) = last_event {
            request = request.header(LAST_EVENT, last_event);
        }
        match request.send().await {
            Ok(response) if response.status().is_success() && is_of(&response, EVENTS) => {
                Ok(self.events(response))
            }
            // A server need not have such a stream.
            _ => Err(Error::ServerDoesNotSupportSse),
        }
    }
}
