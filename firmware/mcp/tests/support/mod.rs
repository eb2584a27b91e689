//! A server that behaves as a test wants, and one of Python.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod tls;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sayso_mcp::{Access, Server, Servers, Stream};
use sayso_skills::{Call, CallError, Slots, Tool};
use serde_json::{Value, json};

/// What a double does when its tool is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Manner {
    /// It answers with the argument.
    Good,
    /// It answers with several texts, and with things that are no text.
    Mixed,
    /// It does not even start.
    Silent,
    /// It answers whatever it is asked with what is no JSON.
    Garbage,
    /// It answers with JSON of another shape.
    Odd,
    /// It never answers a call.
    Hang,
    /// It hangs up instead.
    Crash,
    /// It sends lines without end instead.
    Flood,
    /// It sends one line without end instead.
    Endless,
    /// It answers with more than is taken.
    Huge,
    /// It reports an error, in words.
    Error,
    /// Its list of tools has no end.
    Pages,
    /// It sends much that nobody asked for, whenever it is not asked.
    Chatty,
    /// It asks back before it answers.
    Asks,
    /// It describes some of its tools badly.
    BadSchema,
}

/// How many times a double was started, and how many of them still run.
#[derive(Clone, Default)]
pub struct Count {
    pub started: Arc<AtomicUsize>,
    pub kept: Arc<AtomicUsize>,
}

struct Keeper(Arc<AtomicUsize>, UnixStream);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
        // As if its process was ended.
        let _ = self.1.shutdown(std::net::Shutdown::Both);
    }
}

/// A server called `double` that behaves so at its first starts, and well after them.
pub fn double(manners: &[Manner], count: &Count) -> Server {
    let (manners, count) = (manners.to_vec(), count.clone());
    let opener = move || {
        let (ours, theirs) = UnixStream::pair().map_err(|error| error.to_string())?;
        let place = count.started.fetch_add(1, Ordering::SeqCst);
        count.kept.fetch_add(1, Ordering::SeqCst);
        let manner = manners.get(place).copied().unwrap_or(Manner::Good);
        let keeper = Keeper(Arc::clone(&count.kept), theirs.try_clone().unwrap());
        std::thread::spawn(move || {
            behave(manner, &theirs);
            // Its keeper has the socket too.
            let _ = theirs.shutdown(std::net::Shutdown::Both);
        });
        Ok(Stream { socket: ours, keeper: Box::new(keeper) })
    };
    Server { name: "double".into(), access: Access::Program(Box::new(opener)) }
}

fn behave(manner: Manner, socket: &UnixStream) {
    if manner == Manner::Silent {
        // Until the other end is gone.
        let _ = std::io::copy(&mut { socket }, &mut std::io::sink());
        return;
    }
    let mut out = socket;
    for line in BufReader::new(socket).lines().map_while(Result::ok) {
        let request: Value = serde_json::from_str(&line).expect("a request");
        let id = request["id"].clone();
        let answer = |result: Value| {
            let mut out = socket;
            writeln!(out, "{}", json!({"jsonrpc": "2.0", "id": id, "result": result}))
        };
        let text = |text: &str| json!({"content": [{"type": "text", "text": text}]});
        let sent = match (request["method"].as_str().unwrap_or(""), manner) {
            (_, Manner::Garbage) => writeln!(out, "Traceback: no such module\n\u{7}\n{{\n[]"),
            ("initialize", _) => answer(json!({
                "protocolVersion": request["params"]["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "double", "version": "1"},
            })),
            ("tools/list", Manner::Pages) => answer(json!({"tools": [], "nextCursor": "more"})),
            ("tools/list", Manner::BadSchema) => answer(json!({"tools": [
                {"name": "odd", "inputSchema": "none"},
                {"name": "echo", "inputSchema": {"properties": {"text": {"type": "string"}}}},
                {"name": "without"},
                {"inputSchema": {}},
                7,
            ]})),
            ("tools/list", _) => {
                let inputs = json!({"type": "object", "properties": {"text": {"type": "string"}}});
                answer(json!({"tools": [{"name": "echo", "inputSchema": inputs}]}))
            }
            ("tools/call", Manner::Hang) => Ok(()),
            ("tools/call", Manner::Crash) => return,
            ("tools/call", Manner::Flood) => {
                flood(out, "{\"jsonrpc\": \"2.0\", \"method\": \"x\"}\n")
            }
            ("tools/call", Manner::Endless) => flood(out, "words "),
            ("tools/call", Manner::Odd) => answer(json!({"answer": [1, 2]})),
            ("tools/call", Manner::Huge) => answer(text(&"word ".repeat(1 << 20))),
            ("tools/call", Manner::Error) => writeln!(
                out,
                "{}",
                json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32000, "message": "hush"}})
            ),
            ("tools/call", Manner::Mixed) => answer(json!({"content": [
                {"type": "text", "text": "One."},
                {"type": "image", "data": "AAAA", "mimeType": "image/png"},
                {"type": "text", "text": "Two."},
            ]})),
            ("tools/call", Manner::Asks) => {
                let ask = json!({"jsonrpc": "2.0", "id": 77, "method": "sampling/createMessage",
                    "params": {"messages": [], "maxTokens": 5}});
                writeln!(out, "{ask}").and_then(|()| answer(text("asked")))
            }
            ("tools/call", _) => {
                let said = request["params"]["arguments"]["text"].as_str().unwrap_or("");
                let done = answer(text(said));
                if manner == Manner::Chatty {
                    let _ = flood(out, "{\"jsonrpc\": \"2.0\", \"method\": \"x\"}\n");
                }
                done
            }
            _ => Ok(()),
        };
        if sent.is_err() {
            return;
        }
    }
}

/// Writes without end.
fn flood(mut out: impl Write, text: &str) -> std::io::Result<()> {
    let many = text.repeat(1_000);
    loop {
        out.write_all(many.as_bytes())?;
    }
}

/// A call of a tool with these arguments.
pub fn call_of(server: &str, tool: &str, slots: Value, time_limit_s: u32) -> Call {
    let arguments: Slots = serde_json::from_value(slots).expect("slots");
    let (server, tool) = (server.into(), tool.into());
    Call {
        tool: Tool { name: "t".into(), server, tool, time_limit_s, ..Tool::default() },
        arguments,
    }
}

/// Calls the tool of a double.
pub fn echo(servers: &Servers, text: &str) -> Result<String, CallError> {
    servers.call(&call_of("double", "echo", json!({"text": text}), 1), &|| true)
}

/// Waits for something that must come.
pub fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let since = std::time::Instant::now();
    while !is() {
        assert!(since.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
