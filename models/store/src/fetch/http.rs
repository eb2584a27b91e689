//! Downloads pieces from an address: resumes where a download stopped, and gives up if an address
//! does not answer or has something else.
//!
//! A separate thread uses the network and passes on what it received, so that a cancel takes
//! effect at once even while the network is silent.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use sayso_models::Cancel;

use super::output::Output;
use super::pieces::PARTS;
use super::{FetchOptions, Job, Stage};
use crate::catalog::{Model, Piece};
use crate::error::{Error, ErrorKind, Result, check_cancel};
use crate::store::disk::{create_file, failed, own_length, remove_file};

/// The most redirects that are followed.
const REDIRECTS: u32 = 8;
/// How often a waiting download checks for a cancel.
const TICK: Duration = Duration::from_millis(50);
/// The pause between an interruption and the next try.
const PAUSE: Duration = Duration::from_millis(300);
/// After this many bytes of progress, interruptions are counted from 0 again.
const HEADWAY: u64 = 4 << 20;
/// Bytes passed on at a time, and how many such blocks may wait.
const BLOCK: usize = 1 << 16;
const QUEUE: usize = 8;

/// How one attempt failed.
enum Trouble {
    /// The address does not have it: try the next source. A partial download is kept: because the
    /// hash of the whole is known, another source can continue it.
    No(Error),
    /// There was no answer: the same, unless the address has answered before.
    Away(Error),
    /// The connection broke: continue from there.
    Broken(Error),
    /// Not related to the address.
    Fatal(Error),
}

impl Trouble {
    fn no(why: impl Into<String>) -> Self {
        Self::No(Error::new(ErrorKind::Source, why))
    }

    fn broken(why: impl Into<String>) -> Self {
        Self::Broken(Error::new(ErrorKind::Source, why))
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Source => Trouble::No(error),
            _ => Trouble::Fatal(error),
        }
    }
}

impl Job<'_> {
    /// Downloads `piece` from `url`, checks it and keeps it.
    pub(super) fn download(&mut self, model: &Model, piece: &Piece, url: &str) -> Result<()> {
        self.step(model, Stage::Download, piece.name(), piece.size);
        let [part, tag] =
            PARTS.map(|extension| self.work.join(format!("{}{extension}", piece.sha256)));
        let forget = || remove_file(&part).and_then(|()| remove_file(&tag));
        let mut resumes = self.options.resumes;
        let at_first = own_length(&part);
        loop {
            let before = own_length(&part);
            let trouble = match self.attempt(piece, url, &part, &tag) {
                Ok(true) => {
                    let kept = self.kept(piece);
                    fs::rename(&part, &kept).map_err(|e| failed("could not keep it", &kept, e))?;
                    return remove_file(&tag);
                }
                Ok(false) => {
                    forget()?;
                    // The reason may be what an earlier try left: try once more from the
                    // beginning.
                    let wrong = "the SHA-256 is wrong, so it was deleted";
                    if before > 0 { Trouble::broken(wrong) } else { Trouble::no(wrong) }
                }
                Err(trouble) => trouble,
            };
            match trouble {
                Trouble::Fatal(error) | Trouble::No(error) => return Err(error),
                Trouble::Away(why) if own_length(&part) == at_first => return Err(why),
                Trouble::Broken(why) | Trouble::Away(why) => {
                    let now = own_length(&part);
                    if now >= before.saturating_add(HEADWAY) {
                        resumes = self.options.resumes;
                    }
                    let Some(left) = resumes.checked_sub(1) else { return Err(why) };
                    resumes = left;
                    let name = &model.name;
                    self.progress.say(&format!("{name}: {why}; continuing from byte {now}"));
                    let until = Instant::now() + PAUSE;
                    while Instant::now() < until {
                        check_cancel(self.cancel)?;
                        thread::sleep(TICK);
                    }
                }
            }
        }
    }

    /// Makes one request. `Ok` says whether the file, which then has its full length, has the
    /// right hash.
    fn attempt(
        &mut self,
        piece: &Piece,
        url: &str,
        part: &Path,
        tag: &Path,
    ) -> std::result::Result<bool, Trouble> {
        let have = match own_length(part) {
            have if have <= piece.size => have,
            _ => {
                remove_file(part)?;
                0
            }
        };
        let right = |output: Output<'_>| Ok(output.finish()? == piece.fingerprint());
        if have == piece.size && have > 0 {
            return right(Output::append(part, piece.size, self.progress, self.cancel)?);
        }
        let request = Request {
            url: url.to_owned(),
            from: have,
            tag: known_tag(tag, url).filter(|_| have > 0),
        };
        let answer = ask(request, self.options);
        let head = match next(&answer, stall_limit(self.options), self.cancel)? {
            Event::Head(head) => head,
            Event::Failed(error) => return Err(Trouble::Away(in_words(error))),
            Event::Data(_) | Event::End => {
                return Err(Trouble::no("its answer is not HTTP"));
            }
        };
        let resumed = match head.status {
            200 => false,
            206 if head.range.is_some_and(|(from, _)| from == have) => true,
            206 | 416 => {
                remove_file(part)?;
                return Err(Trouble::broken("it cannot resume the download, which starts again"));
            }
            status => return Err(Trouble::no(format!("it answered with status {status}"))),
        };
        let whole = if resumed { head.range.and_then(|(_, whole)| whole) } else { head.length };
        if let Some(whole) = whole.filter(|&whole| whole != piece.size) {
            let message = format!("it has {whole} bytes instead of {}", piece.size);
            return Err(Trouble::no(message));
        }
        let mut output = if resumed {
            Output::append(part, piece.size, self.progress, self.cancel)?
        } else {
            remember_tag(tag, url, head.tag.as_deref())?;
            Output::create(part, piece.size, self.progress, self.cancel)?
        };
        loop {
            match next(&answer, self.options.stall_timeout, self.cancel)? {
                Event::Data(bytes) => match output.put(&bytes) {
                    Err(error) if error.kind() == ErrorKind::Source => {
                        remove_file(part)?;
                        return Err(error.into());
                    }
                    result => result?,
                },
                Event::End if output.size() == piece.size => return right(output),
                Event::End => return Err(Trouble::broken("the connection broke")),
                Event::Failed(error) => return Err(Trouble::Broken(in_words(error))),
                Event::Head(_) => return Err(Trouble::no("its answer is not HTTP")),
            }
        }
    }
}

/// The longest time until the first answer: resolving, connecting and a response, with some
/// reserve.
fn stall_limit(options: &FetchOptions) -> Duration {
    2 * options.connect_timeout + options.stall_timeout + Duration::from_secs(1)
}

/// The entity tag of the partial download, if it came from `url`.
fn known_tag(path: &Path, url: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let (from, tag) = text.split_once('\n')?;
    (from == url && !tag.is_empty()).then(|| tag.to_owned())
}

/// Saves a strong entity tag; a weak one does not identify bytes.
fn remember_tag(path: &Path, url: &str, tag: Option<&str>) -> Result<()> {
    let tag = tag.filter(|tag| tag.starts_with('"') && tag.len() <= 256).unwrap_or_default();
    create_file(path)
        .and_then(|mut file| file.write_all(format!("{url}\n{tag}").as_bytes()))
        .map_err(|e| failed("could not write the file", path, e))
}

/// What the network thread passes on.
enum Event {
    Head(Head),
    Data(Vec<u8>),
    End,
    Failed(ureq::Error),
}

struct Head {
    status: u16,
    length: Option<u64>,
    /// For a partial answer: the first byte, and the length of the whole if it is given.
    range: Option<(u64, Option<u64>)>,
    tag: Option<String>,
}

struct Request {
    url: String,
    from: u64,
    tag: Option<String>,
}

fn next(
    answer: &Receiver<Event>,
    limit: Duration,
    cancel: &Cancel,
) -> std::result::Result<Event, Trouble> {
    let until = Instant::now() + limit;
    loop {
        check_cancel(cancel)?;
        match answer.recv_timeout(TICK) {
            Ok(event) => return Ok(event),
            Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
            Err(RecvTimeoutError::Timeout) => {
                let message = format!("nothing came for {:.0} s", limit.as_secs_f64());
                return Err(Trouble::broken(message));
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Trouble::broken("the connection broke"));
            }
        }
    }
}

/// Sends the request from a thread of its own, which ends by itself if its listener is gone or the
/// network was silent for too long.
fn ask(request: Request, options: &FetchOptions) -> Receiver<Event> {
    let (events, answer) = sync_channel(QUEUE);
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        // The hash protects the bytes; this keeps others on the network from reading them.
        .https_only(request.url.starts_with("https:"))
        .max_redirects(REDIRECTS)
        .max_redirects_will_error(true)
        .user_agent(concat!("sayso/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .timeout_resolve(Some(options.connect_timeout))
        .timeout_connect(Some(options.connect_timeout))
        .timeout_recv_response(Some(options.stall_timeout))
        .timeout_per_read(Some(options.stall_timeout + TICK))
        .build();
    thread::spawn(move || {
        if let Err(error) = talk(&request, config, &events) {
            // It does not matter if nobody listens any more.
            let _ = events.send(Event::Failed(error));
        }
    });
    answer
}

fn talk(
    request: &Request,
    config: ureq::config::Config,
    events: &SyncSender<Event>,
) -> std::result::Result<(), ureq::Error> {
    let mut call = ureq::Agent::new_with_config(config).get(&request.url);
    if request.from > 0 {
        call = call.header("Range", format!("bytes={}-", request.from));
        if let Some(tag) = &request.tag {
            call = call.header("If-Range", tag);
        }
    }
    let response = call.call()?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let head = Head {
        status: response.status().as_u16(),
        length: header("content-length").and_then(|text| text.parse().ok()),
        range: header("content-range").and_then(content_range),
        tag: header("etag").map(str::to_owned),
    };
    if events.send(Event::Head(head)).is_err() {
        return Ok(());
    }
    let mut body = response.into_body().into_reader();
    loop {
        let mut block = vec![0; BLOCK];
        let n = match body.read(&mut block) {
            Ok(n) => n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ureq::Error::Io(error)),
        };
        block.truncate(n);
        let event = if n == 0 { Event::End } else { Event::Data(block) };
        if events.send(event).is_err() || n == 0 {
            return Ok(());
        }
    }
}

/// `bytes FIRST-LAST/WHOLE`
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, whole) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = range.split_once('-')?;
    Some((first.parse().ok()?, whole.parse().ok()))
}

/// The result of a failed request as an error in plain words, with its cause.
fn in_words(error: ureq::Error) -> Error {
    let why = match &error {
        ureq::Error::HostNotFound => "unreachable: its name cannot be resolved".into(),
        ureq::Error::ConnectionFailed => "unreachable: no connection".into(),
        ureq::Error::Timeout(what) => format!("unreachable: too slow ({what})"),
        ureq::Error::TooManyRedirects => "it redirects too often".into(),
        ureq::Error::RequireHttpsOnly(_) => {
            "it redirects to an address that is not encrypted".into()
        }
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            "unreachable: the connection was refused".into()
        }
        // The system's resolver reports this only in words.
        ureq::Error::Io(error) if error.to_string().contains("lookup address") => {
            "unreachable: its name cannot be resolved".into()
        }
        other => format!("unreachable, or the connection broke: {other}"),
    };
    Error::new(ErrorKind::Source, why).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, None)));
        assert_eq!(content_range("bytes */10"), None);
        assert_eq!(content_range("pages 1-2/3"), None);
    }

    #[test]
    fn who_cannot_be_reached_is_said_in_words_and_the_cause_is_kept() {
        use std::error::Error as _;
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = in_words(ureq::Error::Io(refused));
        assert_eq!(error.kind(), ErrorKind::Source);
        assert_eq!(error.to_string(), "unreachable: the connection was refused");
        let cause = error.source().unwrap().downcast_ref::<ureq::Error>().unwrap();
        assert!(matches!(cause, ureq::Error::Io(_)), "{cause:?}");
    }

    #[test]
    fn tags_count_only_for_their_address_and_when_strong() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tag");
        remember_tag(&path, "http://a/b", Some("\"x\"")).unwrap();
        assert_eq!(known_tag(&path, "http://a/b").as_deref(), Some("\"x\""));
        assert_eq!(known_tag(&path, "http://a/c"), None);
        remember_tag(&path, "http://a/b", Some("W/\"x\"")).unwrap();
        assert_eq!(known_tag(&path, "http://a/b"), None);
    }
}
