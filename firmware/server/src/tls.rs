//! Encryption.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sayso::{Config, Error, Result};
use tokio_rustls::TlsAcceptor;

use crate::certificate;

/// What is needed to accept encrypted connections.
///
/// # Errors
/// When there is no certificate, its files cannot be read, or the key is not its own.
pub fn acceptor(config: &Config) -> Result<TlsAcceptor> {
    let (certificate, key) = files(config)?;
    let wrong = |path: &Path, why: &dyn std::fmt::Display| {
        Error::config(format!("{}: {why}", path.display()))
    };
    private(&key)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&certificate)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(&certificate, &error))?;
    if chain.is_empty() {
        return Err(wrong(&certificate, &"there is no certificate in it"));
    }
    let secret = PrivateKeyDer::from_pem_file(&key).map_err(|error| wrong(&key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&certificate, &error))?;
    let mut settings = builder
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| wrong(&certificate, &error))?;
    settings.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(settings)))
}

/// The certificate and its key: those of the settings, or those that were made.
fn files(config: &Config) -> Result<(PathBuf, PathBuf)> {
    let (certificate, key) = (&config.server.certificate_file, &config.server.key_file);
    match (certificate.as_os_str().is_empty(), key.as_os_str().is_empty()) {
        (false, false) => {
            return Ok((certificate.clone(), key.clone()));
        }
        (true, true) => {}
        _ => {
            return Err(Error::config(
                "server.certificate_file and server.key_file belong together: set both, or none",
            ));
        }
    }
    let made = certificate::Files::of(config)?;
    if !made.certificate.exists() {
        return Err(Error::config(format!(
            "https needs a certificate, and there is none at {}: make one with `sayso serve \
             --make-certificate`, or set server.certificate_file and server.key_file",
            made.certificate.display()
        )));
    }
    Ok((made.certificate, made.key))
}

/// Checks that nobody else can read a private key.
#[cfg(unix)]
fn private(key: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = key.display();
    let about = std::fs::metadata(key).map_err(|error| Error::io(&shown, error))?;
    // A group may be that of the service.
    if about.permissions().mode() & 0o007 != 0 {
        return Err(Error::config(format!(
            "{shown}: anyone on this machine can read this key: `chmod 600 {shown}`"
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<()> {
    Ok(())
}
