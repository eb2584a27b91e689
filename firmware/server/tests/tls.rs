//! Encryption with a certificate that the program has made, checked by a real client.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;
use std::sync::Arc;

use support::Server;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};

/// A client that trusts the authority in this folder.
fn trusting(folder: &Path) -> ureq::Agent {
    let pem = std::fs::read(folder.join("tls/authority.crt")).unwrap();
    let certificates: Vec<Certificate<'static>> = ureq::tls::parse_pem(&pem)
        .filter_map(|item| match item.unwrap() {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    let roots = RootCerts::Specific(Arc::new(certificates));
    let tls = TlsConfig::builder().root_certs(roots).build();
    ureq::Agent::config_builder().tls_config(tls).build().into()
}

fn made(folder: &Path, names: &[&str]) -> sayso_server::certificate::Made {
    let config = sayso::Config { folder: folder.to_owned(), ..sayso::Config::default() };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    sayso_server::certificate::make(&names, &config).unwrap()
}

fn serve(folder: &Path) -> Server {
    Server::at("https", "127.0.0.1:0", &[], |config| config.folder = folder.to_owned()).unwrap()
}

#[test]
fn a_client_that_trusts_the_authority_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let instructions = made(folder.path(), &["localhost", "127.0.0.1"]).instructions();
    for device in ["iPhone", "Android", "Firefox", "curl --cacert"] {
        assert!(instructions.contains(device), "{instructions}");
    }
    let server = serve(folder.path());
    let port = server.address.rsplit(':').next().unwrap();
    let agent = trusting(folder.path());
    for host in ["localhost", "127.0.0.1"] {
        let body = agent.get(format!("https://{host}:{port}/healthz")).call().unwrap();
        assert_eq!(body.into_body().read_to_string().unwrap(), "ok\n");
    }
    // Others do not trust it, and plain requests are not answered.
    assert!(ureq::get(format!("https://localhost:{port}/healthz")).call().is_err());
    assert_eq!(server.get("/healthz").status, 0);
}

#[test]
fn a_new_certificate_is_trusted_as_before_unless_its_names_are_new() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), &["localhost", "sayso.example.org"]);
    let agent = trusting(folder.path());
    let again = made(folder.path(), &["localhost"]);
    assert!(again.note().is_none() && again.instructions().contains("trust already"));
    let works = |agent: &ureq::Agent| {
        let server = serve(folder.path());
        let port = server.address.rsplit(':').next().unwrap();
        agent.get(format!("https://localhost:{port}/healthz")).call().is_ok()
    };
    assert!(works(&agent));
    let other = made(folder.path(), &["localhost", "other.example.org"]);
    assert!(other.note().expect("a note").contains("new one"));
    assert!(!works(&agent), "the old authority is still trusted");
    assert!(works(&trusting(folder.path())));
}

#[cfg(unix)]
#[test]
fn keys_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), &["localhost"]);
    for (name, mode) in [("server.key", 0o600), ("authority.key", 0o600), ("authority.crt", 0o644)]
    {
        let about = std::fs::metadata(folder.path().join("tls").join(name)).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, mode, "{name}");
    }
    let key = folder.path().join("tls/server.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = Server::at("https", "127.0.0.1:0", &[], |config| {
        config.folder = folder.path().to_owned();
    });
    let error = refused.err().expect("refused").to_string();
    assert!(error.contains("chmod 600"), "{error}");
}

#[test]
fn without_a_certificate_it_says_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let refused = Server::at("https", "127.0.0.1:0", &[], |config| {
        config.folder = folder.path().to_owned();
    });
    let error = refused.err().expect("refused").to_string();
    assert!(error.contains("--make-certificate"), "{error}");
}
