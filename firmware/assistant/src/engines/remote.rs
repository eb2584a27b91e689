//! The server that the settings name for the language model.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sayso_models::llm::{Llm, Remote, Server, ServerConfig};
use sayso_network::secret;

use super::prompt::prompt;
use crate::config::{Config, Profile};
use crate::error::{Error, Result};

/// How long to wait for a connection: a server that people would wait for is near.
const CONNECT: Duration = Duration::from_secs(2);

/// The server, if the settings name one. Nothing is sent to it yet.
///
/// # Errors
/// [`Config`](crate::ErrorKind::Config) when its key cannot be read.
pub fn server(config: &Config) -> Result<Option<Arc<Server>>> {
    let settings = &config.llm;
    if settings.url.is_empty() {
        return Ok(None);
    }
    let server = Server::new(ServerConfig {
        url: settings.url.clone(),
        model: settings.remote_model.clone(),
        key: key(&settings.key_file, &settings.key_env)?,
        connect: CONNECT,
        timeout: Duration::from_secs(settings.timeout_s.into()),
        sampling: (&settings.sampling).into(),
    })?;
    Ok(Some(Arc::new(server)))
}

/// A conversation with the server if there is one, and with the local model while it cannot be
/// reached.
pub fn with_server(
    local: Box<dyn Llm>,
    server: Option<&Arc<Server>>,
    config: &Config,
) -> Box<dyn Llm> {
    let Some(server) = server else { return local };
    let (system, examples) = prompt(config, Profile::Standard);
    Box::new(Remote::new(server.clone(), system, &examples, local))
}

/// The server's key.
fn key(file: &Path, variable: &str) -> Result<Option<String>> {
    let (place, key) = if file.as_os_str().is_empty() {
        let key = std::env::var(variable).ok().filter(|_| !variable.is_empty());
        let key = key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        ("llm.key_env", key)
    } else {
        let key = secret::read(file);
        let key = key.map_err(|why| Error::config(format!("llm.key_file: {why}")))?;
        ("llm.key_file", Some(key))
    };
    if key.as_deref().is_some_and(|key| !secret::fits_a_header(key)) {
        return Err(Error::config(format!(
            "{place}: this is no key: it must be one line of ASCII"
        )));
    }
    Ok(key)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_one_line_of_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key");
        let with = |text: &str, mode: u32| {
            std::fs::write(&file, text).expect("a file");
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("mode");
            key(&file, "")
        };
        assert_eq!(with("sk-1\n", 0o600).expect("a key").as_deref(), Some("sk-1"));
        for (text, mode) in [("two\nlines", 0o600), ("sk-lines", 0o644), ("lines-\u{e4}", 0o600)] {
            let error = with(text, mode).expect_err("no key").to_string();
            assert!(error.contains("llm.key_file") && !error.contains("lines"), "{error}");
        }
        let missing = key(&folder.path().join("none"), "").expect_err("no file").to_string();
        assert!(missing.contains("llm.key_file"), "{missing}");
        assert_eq!(key(Path::new(""), "SAYSO_NO_SUCH_VARIABLE").expect("none"), None);
    }
}
