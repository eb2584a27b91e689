//! The token that a client must present.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use axum::http::header::{self, HeaderMap};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::hmac;
use ring::rand::SystemRandom;
use sayso::config::Server;
use sayso::{Error, Result};
use sayso_network::secret;
use subtle::ConstantTimeEq as _;

/// The environment variable with the token.
const VARIABLE: &str = "SAYSO_SERVER_TOKEN";
/// A shorter token could be guessed.
const SHORTEST: usize = 16;
/// The name of the cookie by which a browser is known again, and how long it is kept: a year.
const COOKIE: &str = "sayso";
const KEPT_S: u32 = 31_536_000;
/// A browser can present a token for a WebSocket to another server only as the name of a protocol;
/// the second form is that of OpenAI's clients.
const PROTOCOLS: [&str; 2] = ["sayso-token.", "openai-insecure-api-key."];

/// The token of a server. It is not kept itself, so that no two of different lengths are compared.
pub struct Token {
    key: hmac::Key,
    digest: hmac::Tag,
    /// What a browser gets in place of the token.
    pass: String,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    /// The token of the settings, or of the environment.
    ///
    /// # Errors
    /// When it cannot be read, others could read it, or it is too short.
    pub fn of(settings: &Server) -> Result<Option<Self>> {
        let (token, place) = if settings.token_file.as_os_str().is_empty() {
            match std::env::var(VARIABLE) {
                Ok(token) if !token.is_empty() => (token, VARIABLE.to_owned()),
                _ => return Ok(None),
            }
        } else {
            let token = secret::read(&settings.token_file)
                .map_err(|why| Error::config(format!("server.token_file: {why}")))?;
            (token, format!("server.token_file: {}", settings.token_file.display()))
        };
        if token.len() < SHORTEST || !secret::fits_a_header(&token) || token.contains(' ') {
            return Err(Error::config(format!(
                "{place}: a token has at least {SHORTEST} letters, digits or signs, and no \
                 spaces: `sayso serve --make-token FILE` makes one"
            )));
        }
        Ok(Some(Self::new(&token)))
    }

    fn new(token: &str) -> Self {
        // Any key does, because it only makes what is compared equally long.
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"sayso token");
        let digest = hmac::sign(&key, token.as_bytes());
        let own = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
        let pass = URL_SAFE_NO_PAD.encode(hmac::sign(&own, b"sayso cookie 1"));
        Self { key, digest, pass }
    }

    /// Whether this was presented. Takes as long whatever it is.
    pub fn is(&self, presented: &Presented) -> bool {
        match presented {
            Presented::Token(token) => {
                let digest = hmac::sign(&self.key, token.as_bytes());
                digest.as_ref().ct_eq(self.digest.as_ref()).into()
            }
            Presented::Pass(pass) => pass.as_bytes().ct_eq(self.pass.as_bytes()).into(),
        }
    }

    /// The cookie by which a browser is known again. It lasts until the token is changed.
    pub fn cookie(&self, secure: bool) -> String {
        let secure = if secure { "; Secure" } else { "" };
        let pass = &self.pass;
        format!("{COOKIE}={pass}; Path=/; Max-Age={KEPT_S}; HttpOnly; SameSite=Strict{secure}")
    }
}

/// What a request presents.
#[derive(Debug, PartialEq, Eq)]
pub enum Presented {
    /// The token itself.
    Token(String),
    /// What a browser got in place of it.
    Pass(String),
}

impl Presented {
    /// All that a request presents.
    pub fn by(headers: &HeaderMap) -> Vec<Self> {
        let texts = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let mut all = Vec::new();
        for value in texts(header::AUTHORIZATION) {
            let Some((scheme, value)) = value.split_once(' ') else { continue };
            match scheme.to_ascii_lowercase().as_str() {
                "bearer" => all.push(Self::Token(value.trim().to_owned())),
                "basic" => all.extend(password(value.trim()).map(Self::Token)),
                _ => {}
            }
        }
        for protocol in texts(header::SEC_WEBSOCKET_PROTOCOL).flat_map(|list| list.split(',')) {
            let token = PROTOCOLS.iter().find_map(|prefix| protocol.trim().strip_prefix(prefix));
            all.extend(token.map(|token| Self::Token(token.to_owned())));
        }
        for cookie in texts(header::COOKIE).flat_map(|list| list.split(';')) {
            if let Some((COOKIE, pass)) = cookie.trim().split_once('=') {
                all.push(Self::Pass(pass.to_owned()));
            }
        }
        all
    }

    /// Whether a browser has asked its user for the token, who need not give it again.
    pub fn asks_to_remember(headers: &HeaderMap) -> bool {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.len() > 6 && value[..6].eq_ignore_ascii_case("basic "))
    }
}

/// The password of `Basic`, whatever the name is.
fn password(encoded: &str) -> Option<String> {
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

/// Makes a token, in a new file that only its owner can read.
///
/// # Errors
/// When the file exists, or cannot be written.
pub fn make(path: &Path) -> Result<()> {
    let failed = |error: std::io::Error| Error::io(path.display(), error);
    let bytes: [u8; 32] = ring::rand::generate(&SystemRandom::new())
        .map_err(|_| Error::io(path.display(), std::io::Error::other("no entropy")))?
        .expose();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = options.open(path).map_err(failed)?;
    writeln!(file, "{}", URL_SAFE_NO_PAD.encode(bytes)).map_err(failed)?;
    file.sync_all().map_err(failed)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TOKEN: &str = "0123456789abcdef-XY";

    fn presents(name: header::HeaderName, value: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        let token = Token::new(TOKEN);
        Presented::by(&headers).iter().any(|presented| token.is(presented))
    }

    #[test]
    fn a_token_is_presented_in_several_ways() {
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        assert!(presents(header::AUTHORIZATION, &format!("Bearer {TOKEN}")));
        assert!(presents(header::AUTHORIZATION, &format!("bearer  {TOKEN}")));
        assert!(presents(header::AUTHORIZATION, &basic(&format!("me:{TOKEN}"))));
        assert!(presents(header::SEC_WEBSOCKET_PROTOCOL, &format!("sayso, sayso-token.{TOKEN}")));
        let cookie = Token::new(TOKEN).cookie(true);
        let pair = cookie.split(';').next().expect("a pair");
        assert!(presents(header::COOKIE, &format!("a=b; {pair}")));
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        assert!(!cookie.contains(TOKEN));
    }

    #[test]
    fn nothing_else_is_accepted() {
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        for value in [
            "Bearer",
            "Bearer 0123456789abcdef-X",
            "Bearer 0123456789abcdef-XYZ",
            "Basic !",
            TOKEN,
            &basic(TOKEN),
            &basic("x:y"),
            &format!("Digest {TOKEN}"),
        ] {
            assert!(!presents(header::AUTHORIZATION, value), "{value}");
        }
        assert!(!presents(header::COOKIE, &format!("sayso={TOKEN}")), "a cookie is no token");
        assert!(!presents(header::SEC_WEBSOCKET_PROTOCOL, TOKEN));
    }

    #[test]
    fn a_made_token_can_be_used_and_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/token");
        make(&path).expect("made");
        let settings = Server { token_file: path.clone(), ..Server::default() };
        let token = Token::of(&settings).expect("read").expect("a token");
        let text = fs::read_to_string(&path).expect("text");
        assert!(token.is(&Presented::Token(text.trim().to_owned())));
        assert!(make(&path).is_err(), "there is one already");
        fs::write(&path, "short").expect("written");
        assert!(Token::of(&settings).expect_err("short").to_string().contains("--make-token"));
    }
}
