//! For the fetch and store tests: a web server on loopback that can misbehave,
//! a package client that is a shell script, catalogues of small files.
#![allow(dead_code, clippy::unwrap_used)]

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sayso_store::Store;
use sayso_store::catalog::{Catalog, Sha256};
use sayso_store::fetch::{FetchOptions, Progress, Step};
use sha2::Digest;

/// Bytes that look random, the same for the same seed.
pub fn bytes(seed: u64, n: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    std::iter::repeat_with(next).take(n).collect()
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256(sha2::Sha256::digest(bytes).into()).to_string()
}

/// A request that the server received.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub range: Option<u64>,
    pub if_range: Option<String>,
}

/// What the server answers.
#[derive(Clone, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Send only this many bytes of the body.
    pub only: Option<usize>,
    /// Then send nothing until the server stops, instead of closing.
    pub stall: bool,
    /// Do not give the length.
    pub unsized_body: bool,
    /// Wait before answering.
    pub delay: Duration,
}

impl Answer {
    pub fn ok(body: &[u8]) -> Self {
        Self { status: 200, body: body.to_vec(), ..Self::default() }
    }

    /// The whole, or from the requested byte on, like a correct server.
    pub fn ranged(seen: &Seen, body: &[u8]) -> Self {
        let mut answer = match seen.range {
            Some(from) => Self {
                status: 206,
                body: body[from as usize..].to_vec(),
                headers: vec![(
                    "Content-Range".into(),
                    format!("bytes {from}-{}/{}", body.len() - 1, body.len()),
                )],
                ..Self::default()
            },
            None => Self::ok(body),
        };
        answer.headers.push(("ETag".into(), "\"v1\"".into()));
        answer
    }

    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub fn redirect(to: &str) -> Self {
        let headers = vec![("Location".into(), to.into())];
        Self { status: 302, headers, ..Self::default() }
    }

    pub fn only(mut self, n: usize) -> Self {
        self.only = Some(n);
        self
    }

    pub fn stalling(mut self, n: usize) -> Self {
        self.stall = true;
        self.only(n)
    }
}

type Handler = dyn Fn(&Seen, usize) -> Answer + Send + Sync;

/// A web server on loopback; stops when dropped.
pub struct Server {
    pub address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Arc<AtomicBool>,
    port: u16,
}

impl Server {
    /// `answer` gets each request and how many came before it.
    pub fn new(answer: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let answer: Arc<Handler> = Arc::new(answer);
        let (seen2, stop2) = (seen.clone(), stop.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop2.load(Ordering::SeqCst) {
                    return;
                }
                let (seen, stop, answer) = (seen2.clone(), stop2.clone(), answer.clone());
                thread::spawn(move || serve(stream.unwrap(), &seen, &stop, &*answer));
            }
        });
        Self { address: format!("http://127.0.0.1:{port}"), seen, stop, port }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<Seen>>, stop: &AtomicBool, answer: &Handler) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let path = first.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
    let mut seen = Seen { path, range: None, if_range: None };
    for line in lines {
        let Ok(line) = line else { return };
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap();
        match name.to_ascii_lowercase().as_str() {
            "range" => {
                let from = value.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap();
                seen.range = Some(from.parse().unwrap());
            }
            "if-range" => seen.if_range = Some(value.to_owned()),
            _ => {}
        }
    }
    let before = {
        let mut log = log.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    let answer = answer(&seen, before);
    thread::sleep(answer.delay);
    let mut stream = stream;
    let mut head = format!("HTTP/1.1 {} Whatever\r\nConnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !answer.unsized_body {
        head += &format!("Content-Length: {}\r\n", answer.body.len());
    }
    head += "\r\n";
    let body = &answer.body[..answer.only.unwrap_or(answer.body.len())];
    let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    while answer.stall && sent.is_ok() && !stop.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(10));
    }
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.read(&mut [0; 16]);
}

/// An address where nobody listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://127.0.0.1:{}/x", listener.local_addr().unwrap().port())
}

/// A source with one file from each address.
pub fn web(urls: &[(&str, &str, &[u8])]) -> String {
    let pieces: Vec<String> = urls
        .iter()
        .map(|(url, name, body)| {
            let (size, hash) = (body.len(), sha256(body));
            format!("{{ url = \"{url}\", name = \"{name}\", size = {size}, sha256 = \"{hash}\" }}")
        })
        .collect();
    format!("[[model.source]]\ntitle = \"web {}\"\npieces = [{}]\n", urls[0].0, pieces.join(", "))
}

/// A catalogue entry.
pub fn model(name: &str, sources: &[String]) -> String {
    format!(
        "[[model]]\nname = \"{name}\"\nrole = \"vad\"\ntitle = \"T\"\nlicence = \"MIT\"\n\
         licence_note = \"N\"\nhomepage = \"https://example.org\"\n{}\n",
        sources.concat()
    )
}

/// A store in a folder of its own.
pub struct Fixture {
    pub dir: tempfile::TempDir,
    pub store: Store,
}

impl Fixture {
    pub fn new(catalog: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::with_catalog(dir.path().join("store"), Catalog::parse(catalog).unwrap());
        Self { dir, store }
    }

    pub fn file(&self, model: &str, file: &str) -> PathBuf {
        self.store.dir().join(model).join(file)
    }

    /// Files and folders in the work folder; empty if it does not exist.
    pub fn work(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.store.dir().join(".work")) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }
}

/// Options that wait as long as a busy machine may need, without a package client.
pub fn options() -> FetchOptions {
    FetchOptions {
        connect_timeout: Duration::from_secs(2),
        stall_timeout: Duration::from_secs(10),
        clients: vec![vec!["/nowhere/pip".into()]],
        ..FetchOptions::default()
    }
}

/// A package client: a shell script that gets `$package` and `$dest`.
pub fn client(dir: &Path, script: &str) -> Vec<OsString> {
    let path = dir.join("client.sh");
    let whole = format!(
        "[ \"$1\" = --version ] && exit 0\n\
         while [ $# -gt 1 ]; do [ \"$1\" = --dest ] && dest=$2; shift; done\n\
         package=$1\n{script}\n"
    );
    fs::write(&path, whole).unwrap();
    vec!["sh".into(), path.into()]
}

/// A wheel: a ZIP file with these members.
pub fn wheel(path: &Path, members: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, body) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(body).unwrap();
    }
    zip.finish().unwrap();
}

/// Records what is reported to it.
#[derive(Default)]
pub struct Heard {
    pub said: Vec<String>,
    pub steps: Vec<String>,
    pub most: u64,
}

impl Progress for Heard {
    fn step(&mut self, step: &Step<'_>) {
        self.steps.push(format!("{} {}", step.stage, step.what));
    }

    fn bytes(&mut self, done: u64) {
        self.most = self.most.max(done);
    }

    fn say(&mut self, message: &str) {
        self.said.push(message.to_owned());
    }
}

impl Heard {
    pub fn all(&self) -> String {
        self.said.join("\n")
    }
}

/// Calls a function at every count of bytes.
pub struct At<F: FnMut(u64)>(pub F);

impl<F: FnMut(u64)> Progress for At<F> {
    fn bytes(&mut self, done: u64) {
        (self.0)(done);
    }
}
