//! Two hosts behind a real HAProxy, with the configuration of `docs/fleet.md`, and a shared
//! llama.cpp server. One host is killed while both talk.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../firmware/server/tests/support/client.rs"]
mod client;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use client::{Client, request, wait_until};
use sayso_tests::live::Live;
use sayso_tests::llama_server::Server;
use sayso_tests::sayso;

/// What neither a skill nor a rule answers.
const QUESTION: &str = r#"{"op":"ask","text":"Why do people like dogs so much?"}"#;
const CONVERSATION: &str = "/api/conversation";

/// A running HAProxy, ended when dropped.
struct Balancer(Child);

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The configuration in the documentation, without encryption, with these ports.
fn configuration(outside: u16, hosts: [u16; 2]) -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/fleet.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```haproxy\n").expect("the configuration");
    let (shown, _) = rest.split_once("```").expect("its end");
    let bind = "0.0.0.0:443 ssl crt /etc/haproxy/sayso.pem";
    for expected in [bind, "10.0.0.11:8765", "10.0.0.12:8765"] {
        assert!(shown.contains(expected), "{expected}");
    }
    shown
        .replace(bind, &format!("127.0.0.1:{outside}"))
        .replace("10.0.0.11:8765", &format!("127.0.0.1:{}", hosts[0]))
        .replace("10.0.0.12:8765", &format!("127.0.0.1:{}", hosts[1]))
}

/// The value of a metric without labels.
fn metric(host: u16, name: &str) -> u64 {
    let body = request(&format!("127.0.0.1:{host}"), "GET", "/metrics", &[], b"").body;
    let line = body.lines().find_map(|line| line.strip_prefix(name)).expect(name);
    line.trim().parse().expect(name)
}

/// The tokens that the model of the host read for an answer.
fn read_at_the_host(turn: &serde_json::Value) -> u64 {
    let tokens = &turn["tokens"];
    tokens["prompt"].as_u64().unwrap() + tokens["cached"].as_u64().unwrap()
}

/// Connects through the load balancer, which may notice only now that a host is gone.
fn connect(address: &str) -> Client {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        match Client::connect(address, CONVERSATION, &[]) {
            Ok(client) => return client,
            Err(503) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(200));
            }
            Err(status) => panic!("refused: {status}"),
        }
    }
}

#[test]
fn a_host_may_be_lost_while_others_talk() {
    let Some(program) =
        ["/usr/sbin/haproxy", "/usr/bin/haproxy"].into_iter().find(|path| Path::new(path).exists())
    else {
        return sayso_tests::skip("there is no HAProxy");
    };
    let model = match Server::start() {
        Ok(server) => server,
        Err(why) => return sayso_tests::skip(why),
    };
    let hosts = [free(), free()];
    let outside = free();
    let mut lives: Vec<Live> = hosts
        .iter()
        .map(|port| {
            let listen = format!("http:127.0.0.1:{port}");
            let url = format!("llm.url={}", model.url);
            let arguments = ["--profile", "small", "--set", &url, "--listen", &listen];
            Live::serving(sayso(), &arguments)
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("haproxy.cfg");
    std::fs::write(&file, configuration(outside, hosts)).unwrap();
    let balancer = Command::new(program)
        .args(["-db", "-q", "-f"])
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _balancer = Balancer(balancer);
    for host in hosts {
        let address = format!("127.0.0.1:{host}");
        wait_until("the host is ready", || {
            std::net::TcpStream::connect(&address).is_ok()
                && request(&address, "GET", "/readyz", &[], b"").status == 200
        });
    }
    let address = format!("127.0.0.1:{outside}");
    wait_until("the load balancer has a host", || {
        std::net::TcpStream::connect(&address).is_ok()
            && request(&address, "GET", "/readyz", &[], b"").status == 200
    });
    // Until both checks have passed, one host gets everything.
    std::thread::sleep(Duration::from_secs(2));

    // Each host gets one of the two.
    let mut clients: Vec<Client> = (0..2).map(|_| connect(&address)).collect();
    for client in &mut clients {
        client.event("hello");
    }
    let begun = hosts.map(|host| metric(host, "sayso_conversations_total"));
    assert_eq!(begun, [1, 1], "the load is not balanced");
    for client in &mut clients {
        client.send(QUESTION);
    }
    for client in &mut clients {
        let turn = client.event("turn");
        assert_eq!(turn["ending"], "complete", "{turn}");
        assert_eq!(read_at_the_host(&turn), 0, "the shared server answers: {turn}");
        client.events.clear();
    }

    // Both talk when the first host is lost.
    for client in &mut clients {
        client.send(QUESTION);
        client.event("speaking");
    }
    drop(lives.remove(0));
    let (mut lost, mut kept) = (None, None);
    let until = Instant::now() + Duration::from_secs(60);
    while (lost.is_none() || kept.is_none()) && Instant::now() < until {
        for (n, client) in clients.iter_mut().enumerate() {
            client.take();
            if client.closed.is_some() {
                lost = Some(n);
            } else if client.events.iter().any(|event| event["event"] == "turn") {
                kept = Some(n);
            }
        }
    }
    let (lost, kept) = (lost.expect("one is disconnected"), kept.expect("the other goes on"));
    assert_ne!(lost, kept);
    let turn = clients[kept].event("turn");
    assert_eq!(turn["ending"], "complete", "{turn}");

    // Who was disconnected comes back, and is answered by the other host.
    let mut back = connect(&address);
    back.event("hello");
    back.send(QUESTION);
    let turn = back.event("turn");
    assert_eq!(turn["ending"], "complete", "{turn}");
    assert_eq!(metric(hosts[1], "sayso_conversations_total"), 2);
    drop(model);
}
