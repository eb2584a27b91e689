//! Encrypted connections: the usual authorities are trusted, and one of the user's own.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// What is needed to connect. `authority` is a file of certificates in PEM that are trusted too;
/// "" is none.
///
/// # Errors
/// If the file cannot be read, or holds no certificate.
pub fn config(authority: &Path) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if !authority.as_os_str().is_empty() {
        let wrong = |why: &dyn std::fmt::Display| format!("{}: {why}", authority.display());
        let found = CertificateDer::pem_file_iter(authority).map_err(|error| wrong(&error))?;
        let mut count = 0;
        for certificate in found {
            let certificate = certificate.map_err(|error| wrong(&error))?;
            roots.add(certificate).map_err(|error| wrong(&error))?;
            count += 1;
        }
        if count == 0 {
            return Err(wrong(&"there is no certificate in it"));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(|e| e.to_string())?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}
