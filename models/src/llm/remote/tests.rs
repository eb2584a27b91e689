use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::server::{Event, parsed};
use super::*;
use crate::llm::Sampling;

/// What a server does with a connection, after it has read the request.
type Answer = fn(&mut TcpStream);

/// A request: its first line and headers, and its body.
type Request = (String, Value);

/// A server of one connection after the other. The address, and the requests as they come.
fn serve(answers: Vec<Answer>) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let Some(request) = read(&stream) else { continue };
            let _ = sender.send(request);
            answer(&mut stream);
        }
    });
    (url, requests)
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

fn head(stream: &mut TcpStream, status: &str) {
    let _ = write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\n\r\n");
}

fn piece(stream: &mut TcpStream, text: &str) {
    let choice = json!({"choices": [{"delta": {"content": text}}]});
    let _ = write!(stream, "data: {choice}\n\n");
    let _ = stream.flush();
}

fn four(stream: &mut TcpStream) {
    head(stream, "200 OK");
    let _ = write!(stream, "data: {}\n\n", json!({"choices": [{"delta": {"role": "assistant"}}]}));
    piece(stream, "It is ");
    piece(stream, "four.");
    let _ = write!(stream, "data: [DONE]\n\n");
}

fn breaks(stream: &mut TcpStream) {
    head(stream, "200 OK");
    piece(stream, "It is");
}

fn refuses(stream: &mut TcpStream) {
    head(stream, "401 Unauthorized");
    let _ = write!(stream, "{}", json!({"error": {"message": "wrong key"}}));
}

fn is_no_server(stream: &mut TcpStream) {
    head(stream, "200 OK");
    let _ = writeln!(stream, "<html>hello</html>");
}

fn fails(stream: &mut TcpStream) {
    head(stream, "200 OK");
    let _ = write!(stream, "data: {}\n\n", json!({"error": {"message": "out of memory"}}));
}

fn lists(stream: &mut TcpStream) {
    head(stream, "200 OK");
    let _ = write!(stream, "{}", json!({"data": [{"id": "first"}, {"id": "second"}]}));
}

/// Writes until the other side closes the connection.
fn goes_on(stream: &mut TcpStream) {
    head(stream, "200 OK");
    let piece = json!({"choices": [{"delta": {"content": "and "}}]});
    while write!(stream, "data: {piece}\n\n").is_ok() && stream.flush().is_ok() {
        thread::sleep(Duration::from_millis(5));
    }
}

fn says_nothing(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0; 1]);
}

/// A local model that counts its answers.
#[derive(Default)]
struct Local {
    history: Vec<Exchange>,
    pending: Option<Exchange>,
}

impl Llm for Local {
    fn prime(&mut self, _: &str, _: &[Exchange], _: Option<&Path>) -> Result<Primed> {
        Ok(Primed { tokens: 0, from_disk: false, took_ms: 0.0 })
    }
    fn reply(&mut self, user: &str, _: &Cancel, on_text: &mut dyn FnMut(&str)) -> Result<Reply> {
        let said = format!("After {}, locally.", self.history.len());
        on_text(&said);
        self.pending = Some(Exchange { user: user.into(), assistant: said.clone() });
        Ok(Reply { text: said, ..Reply::default() })
    }
    fn keep(&mut self, heard: Option<&str>) -> Result<()> {
        let Some(mut exchange) = self.pending.take() else { return Ok(()) };
        exchange.assistant = heard.unwrap_or(&exchange.assistant).to_owned();
        self.history.push(exchange);
        Ok(())
    }
    fn add(&mut self, exchange: &Exchange) -> Result<()> {
        self.history.push(exchange.clone());
        Ok(())
    }
    fn discard(&mut self) -> Result<()> {
        self.pending = None;
        Ok(())
    }
    fn forget(&mut self) -> Result<()> {
        *self = Self::default();
        Ok(())
    }
    fn history(&self) -> &[Exchange] {
        &self.history
    }
}

fn config(url: String) -> ServerConfig {
    ServerConfig {
        url,
        model: "some".into(),
        key: Some("sk-1".into()),
        connect: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
        sampling: Sampling::default(),
    }
}

fn remote(config: ServerConfig) -> Remote {
    let example = Exchange { user: "Hi.".into(), assistant: "Hello!".into() };
    let server = Arc::new(Server::new(config).unwrap());
    Remote::new(server, "Be brief.", &[example], Box::new(Local::default()))
}

/// Asks elsewhere: what was written, and how it ended.
fn ask(remote: &mut Remote, text: &str) -> (String, Elsewhere) {
    let mut written = String::new();
    let how = remote.reply_elsewhere(text, &Cancel::new(), &mut |text| written.push_str(text));
    (written, how)
}

fn answered(how: Elsewhere) -> Reply {
    match how {
        Elsewhere::Answered(reply) => reply.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_is_asked_with_the_whole_conversation() {
    let (url, requests) = serve(vec![four, four]);
    let mut remote = remote(config(url));
    let (written, how) = ask(&mut remote, "What is two and two?");
    let reply = answered(how);
    assert_eq!((&*written, &*reply.text, reply.truncated), ("It is four.", "It is four.", false));
    assert!(remote.history().is_empty(), "it is pending");
    remote.keep(Some("It is")).unwrap();
    let (first, body) = requests.recv().unwrap();
    assert!(first.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{first}");
    assert!(first.to_lowercase().contains("authorization: bearer sk-1"), "{first}");
    let due = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "What is two and two?"},
    ]);
    assert_eq!(body["messages"], due);
    assert_eq!((&body["model"], &body["stream"]), (&json!("some"), &json!(true)));

    remote.add(&Exchange::note("Your timer is done.")).unwrap();
    answered(ask(&mut remote, "Sure?").1);
    let body = requests.recv().unwrap().1;
    let due = json!([
        {"role": "assistant", "content": "It is"},
        {"role": "assistant", "content": "Your timer is done."},
        {"role": "user", "content": "Sure?"},
    ]);
    assert_eq!(body["messages"].as_array().unwrap()[4..], due.as_array().unwrap()[..]);
    remote.discard().unwrap();
    assert_eq!(remote.history().len(), 2);
    remote.forget().unwrap();
    assert!(remote.history().is_empty());
}

#[test]
fn the_first_model_of_the_server_is_used_if_none_is_named() {
    let (url, requests) = serve(vec![lists, four]);
    let mut remote = remote(ServerConfig { model: String::new(), ..config(url) });
    answered(ask(&mut remote, "Two and two?").1);
    assert!(requests.recv().unwrap().0.starts_with("GET /v1/models "));
    assert_eq!(requests.recv().unwrap().1["model"], "first");
}

#[test]
fn the_local_model_answers_while_there_is_no_server() {
    // A port at which nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut remote = remote(config(format!("http://{free}/v1")));
    remote.add(&Exchange::note("Your timer is done.")).unwrap();
    let (written, how) = ask(&mut remote, "Hello?");
    assert!(written.is_empty());
    assert!(matches!(how, Elsewhere::Failed { first: true, .. }), "{how:?}");
    let mut written = String::new();
    remote.reply("Hello?", &Cancel::new(), &mut |text| written.push_str(text)).unwrap();
    assert_eq!(written, "After 1, locally.", "it knows what was said before");
    remote.keep(None).unwrap();
    assert_eq!(remote.history().last().unwrap().assistant, "After 1, locally.");

    assert!(
        matches!(ask(&mut remote, "And now?").1, Elsewhere::No),
        "it is left alone for a while"
    );
    remote.reply("And now?", &Cancel::new(), &mut |_| ()).unwrap();
    remote.keep(Some("After")).unwrap();
    let heard: Vec<&str> = remote.history().iter().map(|one| &*one.assistant).collect();
    assert_eq!(heard, ["Your timer is done.", "After 1, locally.", "After"]);
    assert_eq!(remote.history(), remote.local.history());

    remote.failed = Instant::now().checked_sub(REST);
    let how = ask(&mut remote, "And now?").1;
    assert!(matches!(how, Elsewhere::Failed { first: false, .. }), "said once: {how:?}");
}

#[test]
fn a_server_that_refuses_is_named_with_its_reason() {
    for (answer, due) in [
        (refuses as Answer, "refuses the key (status 401) wrong key"),
        (is_no_server, "the connection broke"),
        (fails, "out of memory"),
    ] {
        let (url, _requests) = serve(vec![answer]);
        let how = ask(&mut remote(config(url.clone())), "Hello?").1;
        let Elsewhere::Failed { error, first: true } = how else { panic!("{due}: {how:?}") };
        let said = error.to_string();
        assert!(said.starts_with(&url) && said.contains(due), "{said}");
    }
    let silent = ServerConfig { timeout: Duration::from_millis(50), ..config(String::new()) };
    let (url, _requests) = serve(vec![says_nothing]);
    let how = ask(&mut remote(ServerConfig { url, ..silent }), "Hello?").1;
    assert!(matches!(how, Elsewhere::Failed { .. }), "{how:?}");
}

#[test]
fn a_reply_that_breaks_off_ends_early() {
    let (url, _requests) = serve(vec![breaks]);
    let mut remote = remote(config(url));
    let reply = answered(ask(&mut remote, "Two and two?").1);
    assert_eq!((&*reply.text, reply.truncated), ("It is", true));
    remote.keep(None).unwrap();
    assert_eq!(remote.history().last().unwrap().assistant, "It is");
}

#[test]
fn a_cancelled_reply_closes_the_connection() {
    let (url, _requests) = serve(vec![goes_on, four]);
    let mut remote = remote(config(url));
    let cancel = Cancel::new();
    let how = remote.reply_elsewhere("Go on.", &cancel, &mut |_| cancel.cancel());
    assert!(matches!(&how, Elsewhere::Answered(Err(error)) if error.is_cancelled()), "{how:?}");
    remote.keep(Some("and")).unwrap();
    assert_eq!(remote.history().last().unwrap().assistant, "and");
    // The server takes the next connection only after this one is closed.
    assert_eq!(answered(ask(&mut remote, "Two and two?").1).text, "It is four.");
}

#[test]
fn an_address_must_be_one_of_the_web() {
    for url in ["", "localhost:8080", "ftp://x/v1", "http://", "http://a b/"] {
        let error = Server::new(config(url.into())).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Input, "{url}");
    }
    assert!(!format!("{:?}", config("http://x".into())).contains("sk-1"));
}

proptest! {
    #[test]
    fn no_line_of_a_server_does_harm(line in ".{0,200}") {
        parsed(&line);
        let events = parsed(&format!("data: {line}"));
        prop_assert!(events.len() <= 2);
    }

    #[test]
    fn text_is_passed_on_as_it_is(text in ".{1,50}") {
        let line = json!({"choices": [{"delta": {"content": &text}}]});
        prop_assert_eq!(parsed(&format!("data: {line}\r\n")), [Event::Text(text)]);
    }
}
