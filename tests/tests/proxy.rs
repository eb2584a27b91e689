//! The server behind nginx, with the configuration of `docs/proxy.md`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../firmware/server/tests/support/client.rs"]
mod client;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use client::{Client, request, wait_until};
use sayso_tests::live::Live;
use sayso_tests::sayso;

/// A running nginx, ended when dropped.
struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end with it.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The configuration in the documentation, without encryption, with these ports.
fn configuration(folder: &Path, outside: u16, inside: u16) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/proxy.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```nginx\n").expect("the configuration");
    let (shown, _) = rest.split_once("```").expect("its end");
    let mut lines: Vec<String> = Vec::new();
    for line in shown.lines() {
        let line = match line.trim() {
            ssl if ssl.starts_with("ssl_") => continue,
            "listen 443 ssl;" => format!("listen 127.0.0.1:{outside};"),
            _ => line.replace("127.0.0.1:8765", &format!("127.0.0.1:{inside}")),
        };
        lines.push(line);
    }
    let shown = lines.join("\n");
    let folder = folder.display();
    format!(
        "daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n\
         events {{ worker_connections 64; }}\n\
         http {{ access_log off;\n\
         client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;\n\
         fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;\n\
         {shown}\n}}"
    )
}

#[test]
fn nginx_passes_on_requests_pages_and_websockets() {
    let Some(program) =
        ["/usr/sbin/nginx", "/usr/bin/nginx"].into_iter().find(|path| Path::new(path).exists())
    else {
        return sayso_tests::skip("there is no nginx");
    };
    let folder = tempfile::tempdir().unwrap();
    let (outside, inside) = (free(), free());
    let file = folder.path().join("nginx.conf");
    std::fs::write(&file, configuration(folder.path(), outside, inside)).unwrap();
    let nginx = Command::new(program)
        .args(["-e", "stderr", "-p"])
        .arg(folder.path())
        .arg("-c")
        .arg(&file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let _nginx = Nginx(nginx);
    let mut command = sayso();
    command.args(["--set", "server.names=[\"sayso.example.org\"]"]);
    let listen = format!("http:127.0.0.1:{inside}");
    let _live = Live::serving(command, &["--profile", "small", "--listen", &listen]);
    let address = format!("127.0.0.1:{outside}");
    let host = "Host: sayso.example.org";
    wait_until("it is ready", || {
        std::net::TcpStream::connect(&address).is_ok()
            && request(&address, "GET", "/readyz", &[host], b"").status == 200
    });
    let own = ["Host: sayso.example.org", "Origin: https://sayso.example.org"];
    assert_eq!(request(&address, "GET", "/api/status", &own, b"").status, 200);
    let foreign = ["Host: sayso.example.org", "Origin: https://evil.example"];
    assert_eq!(request(&address, "GET", "/api/status", &foreign, b"").status, 403);
    let page = [("Host", "sayso.example.org"), ("Origin", "https://sayso.example.org")];
    let mut talking = Client::connect(&address, "/api/conversation", &page).unwrap();
    talking.event("hello");
    talking.event("state");
    talking.send(r#"{"op":"say","text":"One, two, three."}"#);
    talking.event("turn");
    assert!(talking.sound.len() > 12_000, "{} samples", talking.sound.len());
}
