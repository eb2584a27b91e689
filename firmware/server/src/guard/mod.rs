//! Who is served, and how much.

mod body;
mod limits;
mod names;
mod token;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Body as _;
use sayso::{Config, Error, Result};

pub use self::limits::{Limits, Permit};
use self::names::Names;
pub use self::names::own_name;
pub use self::token::make as make_token;
use self::token::{Presented, Token};
use crate::app::App;
use crate::client::Client;
use crate::health::HEALTH;
use crate::refusal::refusal_at;

/// Decides who is served. Clones share it.
#[derive(Clone)]
pub struct Guard {
    token: Option<Arc<Token>>,
    names: Arc<Names>,
    insecure: bool,
}

/// How a request that was let in has shown that it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It holds the token: it may hear what is said.
    Token,
    /// No token is required, because only this machine is served.
    Local,
}

impl Guard {
    /// The guard that the settings ask for.
    ///
    /// # Errors
    /// When there is a token that cannot be read, or is too short.
    pub fn new(config: &Config) -> Result<Self> {
        let token = Token::of(&config.server)?.map(Arc::new);
        let names = Arc::new(Names::of(&config.server));
        Ok(Self { token, names, insecure: config.server.insecure })
    }

    /// Checks that it is allowed to listen at `place`.
    ///
    /// # Errors
    /// When others than this machine would be served without a token, or without encryption.
    pub fn allows(&self, scheme: &str, place: SocketAddr) -> Result<()> {
        if place.ip().to_canonical().is_loopback() {
            return Ok(());
        }
        let refused = |why: &str| Err(Error::input(format!("{scheme}:{place}: {why}")));
        if self.token.is_none() {
            return refused(
                "without a token, anyone on the network could listen in and speak for you, so \
                 only a loopback address such as 127.0.0.1 is allowed. Make a token with `sayso \
                 serve --make-token FILE`, and set server.token_file to it",
            );
        }
        if scheme == "http" && !self.insecure {
            return refused(
                "without encryption, anyone on the network could listen in. Use https: (`sayso \
                 serve --make-certificate`); or, behind a proxy that encrypts, set server.insecure \
                 = true",
            );
        }
        Ok(())
    }
}

/// Lets a request in, or refuses it: its rate, the names by which it was sent, its token.
pub async fn guard(
    (guard, limits, app): (Guard, Arc<Limits>, Arc<App>),
    mut request: Request,
    next: Next,
) -> Response {
    let client = request.extensions().get::<Client>().copied();
    let path = request.uri().path().to_owned();
    let refuse = |status, kind, why: &str| refusal_at(&path, status, kind, why);
    if !client.is_some_and(|client| limits.request(client.ip)) {
        app.metrics.refused("rate");
        let mut refused = refuse(StatusCode::TOO_MANY_REQUESTS, "rate", "too many requests");
        refused.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        return refused;
    }
    if let Err(why) = guard.names.check(request.headers(), request.uri()) {
        app.metrics.refused("origin");
        return refuse(StatusCode::FORBIDDEN, "origin", &why);
    }
    let foreign = guard.names.foreign(request.headers());
    if let Some(origin) = &foreign
        && request.method() == Method::OPTIONS
    {
        return shared_with(origin, StatusCode::NO_CONTENT.into_response());
    }
    let access = match (&guard.token, Presented::by(request.headers())) {
        (None, _) => Access::Local,
        // It shows nothing but that the program runs.
        _ if path == HEALTH => Access::Local,
        (Some(token), presented) if presented.iter().any(|it| token.is(it)) => Access::Token,
        _ => {
            app.metrics.refused("token");
            return asking(refuse(
                StatusCode::UNAUTHORIZED,
                "token",
                "the token of this server is required",
            ));
        }
    };
    let remembers = access == Access::Token
        && request.method() == Method::GET
        && Presented::asks_to_remember(request.headers());
    request.extensions_mut().insert(access);
    let settings = &app.config().server;
    if request.body().size_hint().lower() > u64::from(settings.body_kb) * 1_000 {
        app.metrics.refused("body");
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "body", "the body is too long");
    }
    let request = limits.bound(request, settings);
    let mut response = next.run(request).await;
    if let (true, Some(token)) = (remembers, &guard.token) {
        let secure = client.is_some_and(|client| client.encrypted);
        if let Ok(cookie) = HeaderValue::try_from(token.cookie(secure)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    match foreign {
        Some(origin) => shared_with(&origin, response),
        None => response,
    }
}

/// Lets a browser ask its user for the token.
fn asking(mut refused: Response) -> Response {
    let ask = "Basic realm=\"Sayso: any name, and the token as the password\", charset=\"UTF-8\"";
    refused.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(ask));
    refused
}

/// Lets a page of the user's on another server read the answer.
fn shared_with(origin: &HeaderValue, mut response: Response<Body>) -> Response {
    const ALLOWED: [(HeaderName, &str); 4] = [
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
        (header::VARY, "Origin"),
    ];
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    for (name, value) in ALLOWED {
        headers.append(name, HeaderValue::from_static(value));
    }
    response
}
