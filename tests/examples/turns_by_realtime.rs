//! Voice to voice over Realtime, by the client `openai`, on the labelled questions of
//! `sayso bench turns`: from the end of the speech to the first audible sample of the answer.
//!
//! ```sh
//! cargo build --release --workspace --bin sayso
//! cargo run --release -p sayso-tests --example turns_by_realtime -- 16 --profile small
//! sayso --profile small bench turns --limit 16 --no-cascade
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use sayso_tests::live::Live;
use sayso_tests::{data, json, peers, sayso, write_wav};

/// The client, with what its Realtime needs.
const PACKAGE: (&str, &str) = ("openai[realtime]", "3.57.0");

fn main() {
    let mut arguments = std::env::args().skip(1);
    let limit: usize = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(16);
    let more: Vec<String> = arguments.collect();
    let packages = peers::python_package(PACKAGE.0, PACKAGE.1).expect("the client");
    let folder = tempfile::tempdir().unwrap();
    let mut labels = String::new();
    std::fs::File::open(data("turns.tsv")).unwrap().read_to_string(&mut labels).unwrap();
    let questions = labels.lines().skip(1).take(limit).enumerate().map(|(n, line)| {
        let mut fields = line.split('\t');
        let (recording, end) = (fields.next().expect("a path"), fields.next().expect("an end"));
        let file = folder.path().join(format!("{n}.wav"));
        write_wav(recording, &file);
        format!("{}={end}", file.display())
    });
    let questions: Vec<String> = questions.collect();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let listen = format!("http:{address}");
    let more = more.iter().map(String::as_str).chain(["--listen", &listen]);
    let _live = Live::serving(sayso(), &more.collect::<Vec<_>>());
    while TcpStream::connect(&address).is_err() {
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut python = Command::new("python3");
    python.arg(peers::script("openai_client.py")).args([&address, "latency"]).args(&questions);
    python.env("PYTHONPATH", packages).stdin(Stdio::null());
    // Of a question that was cut off, the answer comes before its end.
    let (mut times, mut cut_off) = (Vec::new(), 0);
    for (line, recording) in json(&mut python).iter().zip(labels.lines().skip(1)) {
        let ms = line["ms"].as_i64().expect("a time");
        println!("{ms:>6} ms  {}", recording.split('\t').next().unwrap_or_default());
        if ms < 0 { cut_off += 1 } else { times.push(ms) }
    }
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).or(times.last());
    println!(
        "voice to voice {:?} ms p50, {:?} ms p95, of {}; {cut_off} cut off",
        at(0.5).copied().unwrap_or_default(),
        at(0.95).copied().unwrap_or_default(),
        times.len()
    );
}
