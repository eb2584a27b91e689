//! Fetching from addresses, from a server on loopback that can misbehave.
#![cfg(feature = "fetch")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod fetch_support;

use std::fs;
use std::time::Duration;

use fetch_support::*;
use sayso_models::Cancel;
use sayso_store::ErrorKind;
use sayso_store::fetch::Outcome;

const N: usize = 300_000;

fn one(sources: &[String]) -> Fixture {
    Fixture::new(&model("m", sources))
}

#[test]
fn a_file_is_fetched_once() {
    let body = bytes(1, N);
    let served = body.clone();
    let server = Server::new(move |seen, _| Answer::ranged(seen, &served));
    let f = one(&[web(&[(&server.url("f.bin"), "f.bin", &body)])]);
    let mut heard = Heard::default();
    let done = f.store.fetch(&["m", "m"], &options(), &mut heard, &Cancel::new()).unwrap();
    assert_eq!(done.len(), 1);
    assert!(matches!(done[0].outcome, Outcome::Installed { .. }));
    assert_eq!(heard.steps, ["download f.bin"]);
    assert_eq!(heard.most, N as u64);
    assert_eq!(fs::read(f.store.path("m", "f.bin").unwrap()).unwrap(), body);
    assert!(f.store.state("m").unwrap().is_installed());
    assert!(f.work().is_empty() && !f.store.dir().join(".work").exists());
    let done = f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap();
    assert_eq!(done[0].outcome, Outcome::Present);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_broken_download_continues_where_it_stopped() {
    let body = bytes(2, N);
    let served = body.clone();
    let server = Server::new(move |seen, before| {
        let answer = Answer::ranged(seen, &served);
        if before == 0 { answer.only(100_000) } else { answer }
    });
    let f = one(&[web(&[(&server.url("f"), "f", &body)])]);
    let mut heard = Heard::default();
    f.store.fetch(&["m"], &options(), &mut heard, &Cancel::new()).unwrap();
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[1].range, Some(100_000));
    assert_eq!(seen[1].if_range.as_deref(), Some("\"v1\""));
    assert!(heard.all().contains("continuing from byte 100000"), "{}", heard.all());
}

/// A shared folder may hold links that somebody else has put there.
#[cfg(unix)]
#[test]
fn links_in_the_work_folder_are_not_followed() {
    use std::os::unix::fs::symlink;

    let body = bytes(20, N);
    let served = body.clone();
    let server = Server::new(move |seen, _| Answer::ranged(seen, &served));
    let f = one(&[web(&[(&server.url("f"), "f", &body)])]);
    let theirs = |name: &str, bytes: &[u8]| {
        let path = f.dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let work = f.store.dir().join(".work");
    fs::create_dir_all(&work).unwrap();
    // A partial download and its tag, a complete piece, and the record.
    let half = theirs("half", &body[..1_000]);
    let (whole, tag) = (theirs("whole", &body), theirs("tag", b"kept"));
    let hash = sha256(&body);
    symlink(&half, work.join(format!("{hash}.part"))).unwrap();
    symlink(&tag, work.join(format!("{hash}.tag"))).unwrap();
    symlink(&whole, work.join(&hash)).unwrap();
    f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap();
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
    assert!(fs::symlink_metadata(f.file("m", "f")).unwrap().is_file());
    assert!(fs::read(&half).unwrap() == body[..1_000] && fs::read(&tag).unwrap() == b"kept");
    assert_eq!(fs::read(&whole).unwrap(), body);

    // Nor is the folder itself a link that is followed, nor the lock.
    let (f, elsewhere) = (one(&[web(&[(&server.url("f"), "f", &body)])]), f.dir.path());
    fs::create_dir_all(f.store.dir()).unwrap();
    symlink(elsewhere, f.store.dir().join(".work")).unwrap();
    let error = f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap_err();
    assert!(error.to_string().contains("a link to another folder"), "{error}");
    assert!(whole.exists() && half.exists());
    fs::remove_file(f.store.dir().join(".work")).unwrap();
    fs::remove_file(f.store.dir().join(".lock")).unwrap();
    let lock = elsewhere.join("not-there");
    symlink(&lock, f.store.dir().join(".lock")).unwrap();
    let error = f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap_err();
    assert!(error.to_string().contains("could not lock") && !lock.exists(), "{error}");
}

#[test]
fn a_server_without_ranges_starts_again() {
    let body = bytes(3, N);
    let served = body.clone();
    let server = Server::new(move |_, before| {
        let answer = Answer::ok(&served);
        if before == 0 { answer.only(100_000) } else { answer }
    });
    let f = one(&[web(&[(&server.url("f"), "f", &body)])]);
    f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap();
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
    assert_eq!(server.seen()[1].range, Some(100_000));
    assert_eq!(server.seen()[1].if_range, None, "no tag was given");
}

#[test]
fn a_range_that_was_not_requested_is_refused() {
    let body = bytes(4, N);
    let served = body.clone();
    let server = Server::new(move |seen, before| match (before, seen.range) {
        (0, _) => Answer::ranged(seen, &served).only(100_000),
        (1, _) => {
            // A partial answer from another position than requested.
            let mut answer = Answer::ranged(seen, &served);
            answer.headers[0].1 = format!("bytes 50000-{}/{}", N - 1, N);
            answer.body = served[50_000..].to_vec();
            answer
        }
        _ => Answer::ranged(seen, &served),
    });
    let f = one(&[web(&[(&server.url("f"), "f", &body)])]);
    f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap();
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
    assert_eq!(server.seen()[2].range, None);
}

#[test]
fn a_cancelled_fetch_leaves_no_model_and_can_continue_later() {
    let body = bytes(5, N);
    let served = body.clone();
    let server = Server::new(move |seen, before| {
        let answer = Answer::ranged(seen, &served);
        if before == 0 { answer.stalling(150_000) } else { answer }
    });
    let f = one(&[web(&[(&server.url("f"), "f", &body)])]);
    let cancel = Cancel::new();
    let mut patient = options();
    // The server stays silent: only the cancel can end it.
    patient.stall_timeout = Duration::from_secs(3600);
    let mut progress = At(|done| {
        if done == 150_000 {
            cancel.cancel();
        }
    });
    let error = f.store.fetch(&["m"], &patient, &mut progress, &cancel).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(!f.store.dir().join("m").exists());
    assert_eq!(f.store.path("m", "f").unwrap_err().kind(), ErrorKind::Missing);

    f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap();
    assert_eq!(server.seen()[1].range, Some(150_000));
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
    assert!(f.work().is_empty());
}

#[test]
fn after_a_wrong_length_the_next_source_is_tried() {
    let body = bytes(6, N);
    let (short, long) = (body[..N - 1].to_vec(), [&body[..], b"x"].concat());
    let served = body.clone();
    let server = Server::new(move |seen, _| match seen.path.as_str() {
        "short" => Answer::ok(&short),
        "long" => Answer::ok(&long),
        "longer-than-told" => Answer { unsized_body: true, ..Answer::ok(&long) },
        _ => Answer::ok(&served),
    });
    let source = |path: &str| web(&[(&server.url(path), "f", &body)]);
    let f = one(&[source("short"), source("long"), source("longer-than-told"), source("good")]);
    let mut heard = Heard::default();
    let done = f.store.fetch(&["m"], &options(), &mut heard, &Cancel::new()).unwrap();
    let Outcome::Installed { source } = &done[0].outcome else { panic!("{done:?}") };
    assert!(source.ends_with("/good"));
    assert_eq!(heard.said.len(), 3, "{}", heard.all());
    assert!(heard.said[0].contains("299999 bytes instead of 300000; trying the next source"));
    assert!(heard.said[1].contains("300001 bytes instead of 300000; trying the next source"));
    assert!(heard.said[2].contains("longer than the 300000 bytes"));
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
}

#[test]
fn a_piece_with_a_wrong_hash_is_deleted_and_is_the_sources_error() {
    let (body, other) = (bytes(7, N), bytes(8, N));
    let server = Server::new(move |_, _| Answer::ok(&other));
    let f = one(&[web(&[(&server.url("bad"), "f", &body)])]);
    let mut heard = Heard::default();
    let error = f.store.fetch(&["m"], &options(), &mut heard, &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Source);
    assert_eq!(server.seen().len(), 1, "wrong bytes are not asked for again");
    assert!(error.to_string().contains("SHA-256 is wrong"), "{error}");
    assert!(error.to_string().contains("sayso models import"), "{error}");
    assert!(f.work().is_empty(), "{:?}", f.work());
    assert!(!f.store.dir().join("m").exists());
}

#[test]
fn a_partial_download_that_was_wrong_is_not_continued() {
    let body = bytes(9, N);
    let served = body.clone();
    let server = Server::new(move |seen, _| Answer::ranged(seen, &served));
    let f = one(&[web(&[(&server.url("f"), "f", &body)])]);
    let work = f.store.dir().join(".work");
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join(format!("{}.part", sha256(&body))), bytes(10, 1000)).unwrap();
    f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap();
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
    let ranges: Vec<_> = server.seen().iter().map(|seen| seen.range).collect();
    assert_eq!(ranges, [Some(1000), None]);
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let body = bytes(11, N);
    let served = body.clone();
    let server = Server::new(move |seen, before| match seen.path.as_str() {
        "start" => Answer::redirect("/middle"),
        "middle" => Answer::redirect("/end"),
        "loop" => Answer::redirect("/loop"),
        "elsewhere" => Answer::redirect("ftp://127.0.0.1/x"),
        _ if before < 3 => Answer::ranged(seen, &served).only(1000),
        _ => Answer::ranged(seen, &served),
    });
    let source = |path: &str| web(&[(&server.url(path), "f", &body)]);
    let f = one(&[source("start")]);
    f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap();
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
    let last = server.seen().last().cloned().unwrap();
    assert_eq!((last.path.as_str(), last.range), ("end", Some(1000)), "the range goes along");

    for path in ["loop", "elsewhere"] {
        let f = one(&[source(path)]);
        let error = f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Source, "{path}: {error}");
        assert!(server.seen().len() < 30);
    }
}

#[test]
fn a_stalled_download_is_resumed_and_then_the_next_source_is_tried() {
    let body = bytes(12, N);
    let (served, good) = (body.clone(), body.clone());
    let stalling = Server::new(move |seen, _| {
        let answer = Answer::ranged(seen, &served);
        let n = answer.body.len().min(1000);
        answer.stalling(n)
    });
    let second = Server::new(move |seen, _| Answer::ranged(seen, &good));
    let f =
        one(&[web(&[(&stalling.url("f"), "f", &body)]), web(&[(&second.url("f"), "f", &body)])]);
    let mut hasty = options();
    hasty.stall_timeout = Duration::from_millis(800);
    let mut heard = Heard::default();
    f.store.fetch(&["m"], &hasty, &mut heard, &Cancel::new()).unwrap();
    let ranges: Vec<_> = stalling.seen().iter().map(|seen| seen.range).collect();
    assert_eq!(ranges, [None, Some(1000), Some(2000)], "two resumes");
    assert!(heard.all().contains("nothing came for"), "{}", heard.all());
    assert_eq!(second.seen()[0].range, Some(3000), "what came from the first is not fetched again");
    assert_eq!(second.seen()[0].if_range, None, "its tag means nothing to the second");
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
}

#[test]
fn after_an_unreachable_address_the_next_source_is_tried_at_once() {
    let body = bytes(13, N);
    let served = body.clone();
    let server = Server::new(move |seen, _| match seen.path.as_str() {
        "gone" => Answer::status(404),
        "broken" => Answer::status(500),
        _ => Answer::ok(&served),
    });
    let f = one(&[
        web(&[(&nobody(), "f", &body)]),
        web(&[("http://no-such-host.invalid/f", "f", &body)]),
        web(&[(&server.url("gone"), "f", &body)]),
        web(&[(&server.url("broken"), "f", &body)]),
        web(&[(&server.url("good"), "f", &body)]),
    ]);
    let mut heard = Heard::default();
    f.store.fetch(&["m"], &options(), &mut heard, &Cancel::new()).unwrap();
    let due = ["connection was refused", "unreachable", "status 404", "status 500"];
    assert_eq!(heard.said.len(), due.len(), "no tries in vain: {}", heard.all());
    for (said, due) in heard.said.iter().zip(due) {
        assert!(said.contains(due) && said.ends_with("trying the next source"), "{said}");
    }
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
}

#[test]
fn a_model_that_cannot_be_fetched_does_not_stop_the_others() {
    let body = bytes(14, N);
    let served = body.clone();
    let server = Server::new(move |_, _| Answer::ok(&served));
    let catalog = model("bad", &[web(&[(&nobody(), "f", &body)])])
        + &model("good", &[web(&[(&server.url("f"), "f", &body)])]);
    let f = Fixture::new(&catalog);
    let error = f.store.fetch(&["bad", "good"], &options(), &mut (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Source);
    assert!(error.to_string().starts_with("bad could not be fetched"), "{error}");
    assert!(f.store.state("good").unwrap().is_installed());
    let error = f.store.fetch(&["ugly"], &options(), &mut (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("bad, good"), "{error}");
}

#[test]
fn offline_uses_no_network() {
    let body = bytes(15, N);
    let served = body.clone();
    let server = Server::new(move |_, _| Answer::ok(&served));
    let f = one(&[web(&[(&server.url("f"), "f", &body)])]);
    let mut offline = options();
    offline.offline = true;
    let error = f.store.fetch(&["m"], &offline, &mut (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Source);
    assert!(error.to_string().contains("offline"), "{error}");
    assert!(server.seen().is_empty());
}

#[test]
fn of_two_fetches_at_once_one_does_the_work() {
    let body = bytes(16, N);
    let served = body.clone();
    let server = Server::new(move |_, _| Answer {
        delay: Duration::from_millis(300),
        ..Answer::ok(&served)
    });
    let f = one(&[web(&[(&server.url("f"), "f", &body)])]);
    let run = || {
        let mut heard = Heard::default();
        let done = f.store.fetch(&["m"], &options(), &mut heard, &Cancel::new()).unwrap();
        (done[0].outcome.clone(), heard.all())
    };
    let (a, b) = std::thread::scope(|scope| {
        let other = scope.spawn(run);
        (run(), other.join().unwrap())
    });
    assert_eq!(server.seen().len(), 1);
    let (first, second) = if a.0 == Outcome::Present { (b, a) } else { (a, b) };
    assert!(matches!(first.0, Outcome::Installed { .. }));
    assert_eq!(second.0, Outcome::Present);
    assert!(second.1.contains("another program is fetching"), "{}", second.1);
}

#[test]
fn a_partial_download_survives_a_source_that_is_unavailable() {
    let body = bytes(17, N);
    let served = body.clone();
    let server = Server::new(move |seen, _| match seen.path.as_str() {
        "busy" => Answer::status(503),
        "foreign" => Answer::ok(b"sign in first"),
        _ => Answer::ranged(seen, &served),
    });
    let source = |url: &str| web(&[(url, "f", &body)]);
    let f = one(&[
        source(&nobody()),
        source(&server.url("busy")),
        source(&server.url("foreign")),
        source(&server.url("good")),
    ]);
    let work = f.store.dir().join(".work");
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join(format!("{}.part", sha256(&body))), &body[..200_000]).unwrap();
    let mut heard = Heard::default();
    f.store.fetch(&["m"], &options(), &mut heard, &Cancel::new()).unwrap();
    let ranges: Vec<_> = server.seen().iter().map(|seen| seen.range).collect();
    assert_eq!(ranges, [Some(200_000); 3], "{}", heard.all());
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), body);
    assert_eq!(heard.said.len(), 3, "each once: {}", heard.all());
}

/// The smallest file that whisper.cpp's format allows, with one matrix of 32 × 2.
fn tiny_ggml() -> Vec<u8> {
    let header = [0x6767_6d6c, 6, 10, 32, 2, 1, 4, 32, 2, 1, 1, 1, 1, 1, 0, 0, 2, 1, 1, 32, 2];
    let mut ggml: Vec<u8> = header.iter().flat_map(|n: &i32| n.to_le_bytes()).collect();
    ggml.push(b'w');
    ggml.extend([0x00, 0x3C].repeat(64));
    ggml
}

#[test]
fn a_file_is_converted_and_recorded_with_the_hash_of_the_result() {
    let ggml = tiny_ggml();
    let served = ggml.clone();
    let server = Server::new(move |_, _| Answer::ok(&served));
    let size = ggml.len() - 128 + 2 * 34;
    let source = |size: usize| {
        let make = format!(
            "make = [{{ file = \"q.bin\", from = [\"h.bin\"], by = \"whisper-ggml\", to = \"q8_0\", size = {size} }}]\n"
        );
        web(&[(&server.url("h"), "h.bin", &ggml)]) + &make
    };
    let f = one(&[source(size + 1), source(size)]);
    let mut heard = Heard::default();
    f.store.fetch(&["m"], &options(), &mut heard, &Cancel::new()).unwrap();
    assert!(heard.all().contains("the converted q.bin is wrong"), "{}", heard.all());
    assert_eq!(server.seen().len(), 1, "the piece was right, so it is not fetched again");
    let path = f.store.path("m", "q.bin").unwrap();
    let made = fs::read(&path).unwrap();
    assert_eq!(made.len(), size);
    assert!(!f.file("m", "h.bin").exists() && f.work().is_empty());

    // Its hash was not known beforehand; now its record has it.
    let verify = || f.store.verify(&["m"], &mut |_, _| (), &Cancel::new()).unwrap();
    assert_eq!(verify()[0].problem, None);
    let mut changed = made.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&path, changed).unwrap();
    assert_eq!(verify()[0].problem.as_deref(), Some("it has changed since it was installed"));
}

#[test]
fn a_piece_that_cannot_be_converted_is_the_sources_error() {
    let noise = bytes(18, 1000);
    let served = noise.clone();
    let server = Server::new(move |_, _| Answer::ok(&served));
    for by in ["whisper-ggml", "gguf"] {
        let make = format!(
            "make = [{{ file = \"q\", from = [\"h\"], by = \"{by}\", to = \"q8_0\", size = 9 }}]\n"
        );
        let f = one(&[web(&[(&server.url("h"), "h", &noise)]) + &make]);
        let error = f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Source);
        assert!(error.to_string().contains("not a usable"), "{error}");
        assert!(!f.store.dir().join("m").exists());
    }
}
