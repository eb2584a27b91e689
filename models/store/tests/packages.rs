//! The real catalogue, really fetched. Needs the network or a folder of packages, about 1 GB of
//! disk and several minutes, so it must be run by name: `cargo test -p sayso-store --test packages
//! -- --ignored --nocapture`. With `SAYSO_TEST_WHEELS=DIR` the packages come from that folder.
#![cfg(feature = "fetch")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::ffi::OsString;
use std::time::Instant;

use sayso_models::Cancel;
use sayso_store::Store;
use sayso_store::fetch::{FetchOptions, Outcome, Progress, Step};

/// Prints the progress, with times.
struct Print {
    start: Instant,
    step: Option<(String, Instant, u64)>,
    said: Vec<String>,
}

impl Print {
    fn new() -> Self {
        Self { start: Instant::now(), step: None, said: Vec::new() }
    }

    fn close(&mut self) {
        if let Some((what, since, bytes)) = self.step.take() {
            println!("{what}: {bytes} bytes in {:.2} s", since.elapsed().as_secs_f64());
        }
    }
}

impl Progress for Print {
    fn step(&mut self, step: &Step<'_>) {
        self.close();
        let what = format!("  {} {} {} of {}", step.model, step.stage, step.what, step.total);
        self.step = Some((what, Instant::now(), 0));
    }

    fn bytes(&mut self, done: u64) {
        if let Some(step) = &mut self.step {
            step.2 = done;
        }
    }

    fn say(&mut self, message: &str) {
        self.close();
        println!("[{:.2} s] {message}", self.start.elapsed().as_secs_f64());
        self.said.push(message.to_owned());
    }
}

/// Options whose client takes packages from `SAYSO_TEST_WHEELS`, if that is set.
fn options() -> FetchOptions {
    let mut options = FetchOptions::default();
    if let Some(dir) = std::env::var_os("SAYSO_TEST_WHEELS") {
        let mut links = OsString::from("PIP_FIND_LINKS=");
        links.push(dir);
        for client in &mut options.clients {
            client.splice(0..0, ["env".into(), "PIP_NO_INDEX=1".into(), links.clone()]);
        }
    }
    options
}

#[test]
#[ignore = "fetches every model: about 900 MB"]
fn every_model_of_the_catalogue_can_be_installed() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join("models"));
    let names: Vec<String> = store.catalog().models().iter().map(|m| m.name.clone()).collect();
    for name in &names {
        let mut print = Print::new();
        let done = store.fetch(&[name], &options(), &mut print, &Cancel::new()).unwrap();
        print.close();
        println!("{name}: {:?} in {:.1} s", done[0].outcome, print.start.elapsed().as_secs_f64());
        assert!(matches!(done[0].outcome, Outcome::Installed { .. }));
    }
    for file in store.verify(&[], &mut |_, _| (), &Cancel::new()).unwrap() {
        assert_eq!(file.problem, None, "{}/{}", file.model, file.file);
    }
    assert!(!store.dir().join(".work").exists(), "nothing of the work is left");
    let size: u64 = store.list().iter().map(|listed| listed.size).sum();
    println!("{size} bytes installed");
}
