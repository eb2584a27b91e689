//! The store: what is installed, verified, moved between machines, and left unchanged.
#![cfg(feature = "fetch")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod fetch_support;

use std::fs;
use std::path::Path;

use fetch_support::*;
use sayso_models::Cancel;
use sayso_store::ErrorKind;
use sayso_store::catalog::{Catalog, LICENCE, Profile, Role};
use sayso_store::fetch::{FetchOptions, Outcome};
use sayso_store::{ModelState, Store};

struct World {
    f: Fixture,
    bodies: [Vec<u8>; 3],
    catalog: String,
    _server: Server,
}

/// Two models, `one` with files `a` and `b`, `two` with `c`, and a server that has them.
fn world() -> World {
    let bodies = [bytes(1, 50_000), bytes(2, 20_000), bytes(3, 30_000)];
    let served = bodies.clone();
    let server = Server::new(move |seen, _| match seen.path.as_str() {
        "a" => Answer::ok(&served[0]),
        "b" => Answer::ok(&served[1]),
        _ => Answer::ok(&served[2]),
    });
    let url = |name: &str| server.url(name);
    let catalog =
        model("one", &[web(&[(&url("a"), "a", &bodies[0]), (&url("b"), "b", &bodies[1])])])
            + &model("two", &[web(&[(&url("c"), "c", &bodies[2])])]);
    World { f: Fixture::new(&catalog), bodies, catalog, _server: server }
}

impl World {
    fn fetched() -> Self {
        let world = world();
        world.fetch(&["one", "two"]).unwrap();
        world
    }

    fn fetch(&self, names: &[&str]) -> sayso_store::Result<Vec<Outcome>> {
        let done = self.f.store.fetch(names, &options(), &mut (), &Cancel::new())?;
        Ok(done.into_iter().map(|fetched| fetched.outcome).collect())
    }

    /// Another, empty store with the same catalogue.
    fn elsewhere(&self) -> Fixture {
        Fixture::new(&self.catalog)
    }

    fn export(&self) -> std::path::PathBuf {
        let to = self.f.dir.path().join("bundle");
        let names = self.f.store.export(&[], &to, &mut |_, _| (), &Cancel::new()).unwrap();
        assert_eq!(names, ["one", "two"]);
        to
    }
}

fn problems(store: &Store) -> Vec<String> {
    let report = store.verify(&[], &mut |_, _| (), &Cancel::new()).unwrap();
    report.into_iter().filter_map(|v| Some(format!("{}: {}", v.file, v.problem?))).collect()
}

#[test]
fn the_catalogue_has_the_models_that_others_rely_on() {
    let catalog = Catalog::parse(include_str!("../catalog.toml")).unwrap();
    let has = |name: &str, file: &str| catalog.model(name).unwrap().files().contains(&file);
    assert!(has("silero-v6", "silero_vad.onnx"));
    assert!(has("whisper-tiny.en", "ggml-q8_0.bin"));
    assert!(has("smart-turn-v3", "smart-turn-v3.2-cpu.onnx") && has("smart-turn-v3", "LICENSE"));
    assert!(has("whisper-base", "ggml-q8_0.bin"));
    assert!(has("qwen2.5-coder-0.5b", "q4_0.gguf"));
    assert!(has("smollm2-135m", "q8_0.gguf"));
    for file in ["hibari.onnx", "oov.onnx", "vocab.json", "LICENSE", "NOTICE"] {
        assert!(has("hibari", file));
    }
    let used = |profile| {
        [Role::Vad, Role::Eot, Role::Stt, Role::Llm, Role::Tts]
            .map(|role| catalog.of(profile, role).map_or("", |model| model.name.as_str()))
    };
    assert_eq!(
        used(Profile::Large),
        ["silero-v6", "smart-turn-v3", "whisper-tiny.en", "qwen2.5-coder-1.5b", "hibari"]
    );
    assert_eq!(
        used(Profile::Standard),
        ["silero-v6", "smart-turn-v3", "whisper-tiny.en", "qwen2.5-coder-0.5b", "hibari"]
    );
    assert_eq!(
        used(Profile::Small),
        ["silero-v6", "smart-turn-v3", "whisper-tiny.en", "smollm2-135m", "hibari"]
    );
    assert_eq!(Catalog::builtin().models().len(), catalog.models().len());
}

/// What the page says of the sources is what the catalogue holds.
#[test]
fn third_parties_are_named_and_held_to_the_official_hash_where_there_is_one() {
    let page = include_str!("../../../docs/models.md");
    let (_, page) = page.split_once("## Where they come from").unwrap();
    let held = |name: &str, source: usize| {
        let model = Catalog::builtin().model(name).unwrap();
        let source = &model.sources[source];
        assert!(source.third_party, "{name}: {}", source.title);
        model.is_held_to_official(source)
    };
    assert!(held("qwen2.5-coder-0.5b", 1));
    // Of these there is no official file in the package's format.
    for (name, source) in [("whisper-tiny.en", 1), ("whisper-base", 1), ("smollm2-135m", 0)] {
        assert!(!held(name, source), "{name}");
    }
    for model in Catalog::builtin().models() {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{}` |", model.name)));
        let row = row.unwrap_or_else(|| panic!("{} is not on the page", model.name));
        let strangers = model.sources.iter().filter(|source| source.third_party).count();
        assert_eq!(row.matches("by a third party").count(), strangers, "{row}");
        for source in &model.sources {
            let mut packages = source.pieces.iter().filter_map(|piece| piece.pip.as_ref());
            if let Some((package, _)) = packages.next().and_then(|pip| pip.split_once("==")) {
                assert!(row.contains(&format!("`{package}`")), "{package}: {row}");
            }
        }
        // A package of the makers' own brings the files that their address does.
        let official = model.sources.iter().filter(|source| !source.third_party);
        let mut files = official.map(|source| source.files().collect::<Vec<_>>());
        let first = files.next();
        assert!(files.all(|files| Some(files) == first), "{}", model.name);
    }
}

#[test]
fn every_model_has_the_text_of_its_licence() {
    for model in Catalog::builtin().models() {
        let name = &model.name;
        let Some(text) = model.licence_text() else {
            assert!(model.files().contains(&LICENCE), "{name} comes without a licence text");
            continue;
        };
        assert!(text.contains(&model.homepage) && text.contains(&model.licence_note), "{text}");
        let due: &[&str] = match model.licence.as_str() {
            "MIT" => &["Copyright (c) ", "The above copyright notice and this permission notice"],
            "Apache-2.0" => &["Version 2.0, January 2004", "END OF TERMS AND CONDITIONS"],
            other => panic!("{name}: the text of {other} is not looked for"),
        };
        assert!(due.iter().all(|part| text.contains(part)), "{name}: {text}");
    }
    let text = |name| Catalog::builtin().model(name).unwrap().licence_text().unwrap();
    assert!(text("silero-v6").contains("Copyright (c) 2020-present Silero Team"));
    assert!(text("whisper-base").contains("Copyright (c) 2022 OpenAI"));
    assert!(text("qwen2.5-coder-0.5b").contains("Copyright 2024 Alibaba Cloud"));
}

#[test]
fn licence_texts_are_beside_models_and_in_bundles() {
    let mut world = world();
    let with = "licence_text = \"whisper\"\nlicence_note";
    world.catalog = world.catalog.replace("licence_note", with);
    world.f = Fixture::new(&world.catalog);
    world.fetch(&["one", "two"]).unwrap();
    let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let laid = world.f.file("one", LICENCE);
    assert!(text(&laid).starts_with("T\nhttps://example.org\nN\n\nMIT License\n"), "{laid:?}");
    assert_eq!(world.f.store.list()[0].licence_text.as_ref(), Some(&laid));
    assert_eq!(world.f.store.path("one", "a").unwrap(), world.f.file("one", "a"));

    let bundle = world.export();
    assert_eq!(text(&bundle.join("two/LICENSE")), text(&laid));
    // A licence text in a bundle is not used.
    fs::write(bundle.join("two/LICENSE"), b"anything").unwrap();
    let other = world.elsewhere();
    other.store.import(&bundle, &mut |_, _| (), &Cancel::new()).unwrap();
    assert_eq!(text(&other.file("two", LICENCE)), text(&laid));
    // A bundle or a store of an earlier version has none.
    fs::remove_file(bundle.join("two/LICENSE")).unwrap();
    other.store.import(&bundle, &mut |_, _| (), &Cancel::new()).unwrap();
    fs::remove_file(other.file("two", LICENCE)).unwrap();
    assert!(other.store.state("two").unwrap().is_installed());
    assert_eq!(other.store.list()[1].licence_text, None);
    other.store.fetch(&["two"], &options(), &mut (), &Cancel::new()).unwrap();
    assert_eq!(text(&other.file("two", LICENCE)), text(&laid));

    assert!(other.store.remove("two", &Cancel::new()).unwrap());
    assert!(!other.store.dir().join("two").exists());
}

#[test]
fn wrong_catalogues_are_refused() {
    let body = b"x";
    let good = model("m", &[web(&[("http://h/f", "f", body)])]);
    Catalog::parse(&good).unwrap();
    let wrong = [
        good.replace("name = \"m\"", "name = \"../m\""),
        good.replace("name = \"f\"", "name = \"../f\""),
        good.replace("name = \"f\"", "name = \".sayso.json\""),
        good.replace("http://h", "ftp://h"),
        good.replace("role = \"vad\"", "role = \"vad\"\nsurprise = 1"),
        good.replace("role = \"vad\"", "role = \"bad\""),
        good.replace("role = \"vad\"", "role = \"vad\"\nlicence_text = \"none\""),
        good.replace("role = \"vad\"", "role = \"vad\"\nlicence_text = \"whisper\"")
            .replace("name = \"f\"", "name = \"LICENSE\""),
        good.replace(&sha256(body), "abc"),
        good.clone() + &good,
        good.clone() + &web(&[("http://h/g", "g", body)]),
        "model = []\nx = 1".into(),
    ];
    for text in wrong {
        let error = Catalog::parse(&text).map(|_| text.clone()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{text}");
    }
    // A requirement is a name and a version, and nothing that a client could take for an option or
    // an address.
    for pip in ["--index-url=x==1", "https://h/x==1", "x", "x==1 y==2", "x>=1"] {
        let place = format!("pip = \"{pip}\", member = \"f\"");
        assert!(Catalog::parse(&good.replace("url = \"http://h/f\"", &place)).is_err(), "{pip}");
    }
}

#[test]
fn states_are_reported_without_hashing() {
    let world = world();
    let store = &world.f.store;
    assert_eq!(store.state("one").unwrap(), ModelState::Missing);
    let error = store.path("one", "a").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Missing);
    assert!(error.to_string().contains("sayso models fetch one"), "{error}");
    assert_eq!(store.path("one", "z").unwrap_err().kind(), ErrorKind::Input);
    let error = store.path("nine", "a").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("there are one, two"), "{error}");
    let error = store.path("onee", "a").unwrap_err();
    assert!(error.to_string().ends_with("did you mean one?"), "{error}");

    world.fetch(&["one", "two"]).unwrap();
    let listed = store.list();
    assert_eq!((listed[0].size, listed[1].size), (70_000, 30_000));
    assert!(listed.iter().all(|listed| listed.state.is_installed()));
    assert_eq!(store.path("one", "b").unwrap(), world.f.file("one", "b"));

    fs::write(world.f.file("one", "b"), b"short").unwrap();
    assert_eq!(store.state("one").unwrap(), ModelState::Damaged("b has the wrong length".into()));
    assert_eq!(store.path("one", "b").unwrap_err().kind(), ErrorKind::Damaged);
    fs::remove_file(world.f.file("one", "b")).unwrap();
    assert_eq!(store.state("one").unwrap(), ModelState::Damaged("b is missing".into()));
    fs::write(world.f.file("two", ".sayso.json"), b"{}").unwrap();
    assert_eq!(store.state("two").unwrap(), ModelState::Damaged("its record is damaged".into()));
}

#[test]
fn damage_is_found_and_repaired() {
    let world = World::fetched();
    assert!(problems(&world.f.store).is_empty());
    // Same length, one bit: only hashing shows it.
    let mut changed = world.bodies[1].clone();
    changed[777] ^= 1;
    fs::write(world.f.file("one", "b"), &changed).unwrap();
    assert!(world.f.store.state("one").unwrap().is_installed());
    assert_eq!(problems(&world.f.store), ["b: it has changed since it was installed"]);
    fs::remove_file(world.f.file("one", "b")).unwrap();
    assert_eq!(problems(&world.f.store), ["b: it is missing"]);

    // Other files in the folder are still there afterwards.
    fs::write(world.f.file("one", "notes.txt"), b"mine").unwrap();
    let done = world.fetch(&["one", "two"]).unwrap();
    assert!(matches!(done[0], Outcome::Installed { .. }));
    assert_eq!(done[1], Outcome::Present);
    assert!(problems(&world.f.store).is_empty());
    assert_eq!(fs::read(world.f.file("one", "notes.txt")).unwrap(), b"mine");
    assert!(world.f.work().is_empty());
}

#[test]
fn files_put_there_by_hand_are_checked_and_recorded() {
    let world = world();
    let put = |name: &str, body: &[u8]| {
        fs::create_dir_all(world.f.store.dir().join("one")).unwrap();
        fs::write(world.f.file("one", name), body).unwrap();
    };
    put("a", &world.bodies[0]);
    put("b", &world.bodies[1]);
    assert!(matches!(world.f.store.state("one").unwrap(), ModelState::Damaged(_)));
    assert!(world.f.store.path("one", "a").is_ok(), "they can be used all the same");
    assert_eq!(world.fetch(&["one"]).unwrap(), [Outcome::Adopted]);
    assert!(world.f.store.state("one").unwrap().is_installed());

    put("b", &bytes(9, 20_000));
    fs::remove_file(world.f.file("one", ".sayso.json")).unwrap();
    assert!(matches!(world.fetch(&["one"]).unwrap()[0], Outcome::Installed { .. }));
    assert!(problems(&world.f.store).is_empty());
}

#[test]
fn removing_deletes_only_what_fetching_installed() {
    let world = World::fetched();
    fs::write(world.f.file("one", "notes.txt"), b"mine").unwrap();
    assert!(world.f.store.remove("one", &Cancel::new()).unwrap());
    assert!(world.f.store.remove("two", &Cancel::new()).unwrap());
    assert!(!world.f.store.remove("two", &Cancel::new()).unwrap());
    assert!(!world.f.file("one", "a").exists() && !world.f.store.dir().join("two").exists());
    assert_eq!(fs::read(world.f.file("one", "notes.txt")).unwrap(), b"mine");
}

#[test]
fn a_bundle_moves_models_to_another_machine() {
    let world = World::fetched();
    let bundle = world.export();
    let other = world.elsewhere();
    let mut most = (0, 0);
    let names = other.store.import(&bundle, &mut |a, b| most = (a, b), &Cancel::new()).unwrap();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(most, (100_000, 100_000));
    assert!(other.store.list().iter().all(|listed| listed.state.is_installed()));
    assert!(problems(&other.store).is_empty());
    assert!(!other.store.dir().join(".work").exists());
    // Once more, over what is there already.
    other.store.import(&bundle, &mut |_, _| (), &Cancel::new()).unwrap();
    assert!(problems(&other.store).is_empty());
}

#[test]
fn exporting_reports_what_prevents_it() {
    let world = world();
    let to = world.f.dir.path().join("bundle");
    let export = |names: &[&str]| world.f.store.export(names, &to, &mut |_, _| (), &Cancel::new());
    assert_eq!(export(&[]).unwrap_err().kind(), ErrorKind::Missing);
    world.fetch(&["one"]).unwrap();
    let error = export(&["two"]).unwrap_err();
    assert!(error.to_string().contains("sayso models fetch two"), "{error}");
    assert_eq!(export(&["nine"]).unwrap_err().kind(), ErrorKind::Input);
    assert_eq!(export(&["one"]).unwrap(), ["one"]);
    assert_eq!(export(&["one"]).unwrap_err().kind(), ErrorKind::Io, "not into a full folder");

    let mut changed = world.bodies[0].clone();
    changed[0] ^= 1;
    fs::write(world.f.file("one", "a"), changed).unwrap();
    let again = world.f.dir.path().join("again");
    let error = world.f.store.export(&[], &again, &mut |_, _| (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert_eq!(fs::read_dir(&again).unwrap().count(), 0, "so that it can be exported to again");
}

#[test]
fn damaged_and_foreign_bundles_change_nothing() {
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 9] = [
        ("list is missing", |b| fs::remove_file(b.join("bundle.toml")).unwrap()),
        ("damaged", |b| fs::write(b.join("bundle.toml"), "format = 1\n[model").unwrap()),
        ("another version", |b| fs::write(b.join("bundle.toml"), "format = 2\n[model]").unwrap()),
        ("cut short", |b| {
            let whole = fs::read(b.join("two/c")).unwrap();
            fs::write(b.join("two/c"), &whole[..20_000]).unwrap();
        }),
        ("SHA-256", |b| {
            let mut whole = fs::read(b.join("two/c")).unwrap();
            whole[29_999] ^= 0x80;
            fs::write(b.join("two/c"), whole).unwrap();
        }),
        ("missing", |b| fs::remove_file(b.join("two/c")).unwrap()),
        ("does not belong", |b| fs::write(b.join("two/d"), b"x").unwrap()),
        ("does not belong", |b| fs::create_dir(b.join("three")).unwrap()),
        ("no such model", |b| {
            let list = fs::read_to_string(b.join("bundle.toml")).unwrap();
            fs::write(b.join("bundle.toml"), list.replace("model.two", "model.three")).unwrap();
        }),
    ];
    for (due, harm) in harms {
        let world = World::fetched();
        let bundle = world.export();
        harm(&bundle);
        let other = world.elsewhere();
        let error = other.store.import(&bundle, &mut |_, _| (), &Cancel::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{due}: {error}");
        assert!(error.to_string().contains(due), "{due}: {error}");
        assert!(error.path().is_some(), "it names the file: {error}");
        assert!(
            other.store.list().iter().all(|listed| listed.state == ModelState::Missing),
            "{due}"
        );
        assert!(other.work().is_empty());
    }
}

#[test]
fn a_bundle_cannot_install_other_bytes_under_a_known_name() {
    // The list has the hashes of the files, and the catalogue those that the list may have.
    let world = World::fetched();
    let bundle = world.export();
    let evil = bytes(66, 30_000);
    let list = fs::read_to_string(bundle.join("bundle.toml")).unwrap();
    let list = list.replace(&sha256(&world.bodies[2]), &sha256(&evil));
    fs::write(bundle.join("bundle.toml"), list).unwrap();
    fs::write(bundle.join("two/c"), evil).unwrap();
    let other = world.elsewhere();
    let error = other.store.import(&bundle, &mut |_, _| (), &Cancel::new()).unwrap_err();
    assert!(error.to_string().contains("is not in the catalogue"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_in_a_bundle_are_refused() {
    let world = World::fetched();
    let bundle = world.export();
    let real = world.f.dir.path().join("elsewhere");
    fs::rename(bundle.join("two/c"), &real).unwrap();
    std::os::unix::fs::symlink(&real, bundle.join("two/c")).unwrap();
    let other = world.elsewhere();
    let error = other.store.import(&bundle, &mut |_, _| (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
}

#[test]
fn leftovers_are_removed_by_the_next_fetch() {
    let world = world();
    let work = world.f.store.dir().join(".work");
    fs::create_dir_all(work.join("package/tmp")).unwrap();
    fs::write(work.join("package/tmp/x"), b"x").unwrap();
    fs::write(work.join("half"), b"x").unwrap();
    fs::write(work.join(format!("{}.part", sha256(b"of no model"))), b"x").unwrap();
    world.fetch(&["one"]).unwrap();
    assert!(!work.exists(), "{:?}", world.f.work());
}

#[test]
fn an_interrupted_replacement_is_completed_by_the_next_fetch() {
    // The power failed when the old folder was moved away and the new one not there yet …
    let world = World::fetched();
    let work = world.f.store.dir().join(".work");
    fs::create_dir_all(&work).unwrap();
    fs::write(world.f.file("one", "notes.txt"), b"mine").unwrap();
    fs::rename(world.f.store.dir().join("one"), work.join("old-one")).unwrap();
    assert_eq!(world.f.store.state("one").unwrap(), ModelState::Missing);
    assert_eq!(world.fetch(&["one"]).unwrap(), [Outcome::Present]);
    assert_eq!(fs::read(world.f.file("one", "notes.txt")).unwrap(), b"mine");
    // … or when both were there.
    fs::create_dir_all(work.join("old-one")).unwrap();
    fs::write(work.join("old-one/more.txt"), b"also mine").unwrap();
    fs::write(work.join("old-one/a"), b"old").unwrap();
    fs::remove_file(world.f.file("two", "c")).unwrap();
    world.fetch(&["two"]).unwrap();
    assert_eq!(fs::read(world.f.file("one", "more.txt")).unwrap(), b"also mine");
    assert_eq!(fs::read(world.f.file("one", "a")).unwrap(), world.bodies[0]);
    assert!(!work.exists());
}

#[test]
fn too_little_space_is_reported_before_anything_is_requested() {
    let world = world();
    let options = FetchOptions { free_space: |_| Some(5_000_000), ..options() };
    let error = world.f.store.fetch(&["one"], &options, &mut (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("needs 17 MB on the disk and 5 MB are free"), "{error}");
    assert!(world._server.seen().is_empty());
}

/// A small disk, removed when dropped.
#[cfg(target_os = "linux")]
struct Disk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl Disk {
    /// `None`, and the test is skipped, without the right to make one.
    fn new(size: &str) -> Option<Self> {
        let disk = Self(tempfile::tempdir().unwrap());
        let size = format!("size={size}");
        if Self::run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs"], disk.0.path()) {
            return Some(disk);
        }
        sayso_test_support::skip("only root can make a small disk to fill");
        None
    }

    fn run(program: &str, words: &[&str], dir: &Path) -> bool {
        let mut command = std::process::Command::new(program);
        command.args(words).arg(dir).stderr(std::process::Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        Self::run("umount", &[], self.0.path());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_and_nothing_else_is_touched() {
    let body = bytes(1, 3_000_000);
    let served = body.clone();
    let server = Server::new(move |seen, _| Answer::ranged(seen, &served));
    let catalog = model("m", &[web(&[(&server.url("f"), "f", &body)])]);
    let Some(disk) = Disk::new("1m") else { return };
    let store = Store::with_catalog(disk.0.path(), Catalog::parse(&catalog).unwrap());
    let options = FetchOptions { free_space: |_| None, ..options() };
    let error = store.fetch(&["m"], &options, &mut (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("the disk is full; free some space"), "{error}");
    assert!(!disk.0.path().join("m").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stick_is_left_empty_and_its_folder_named() {
    let world = World::fetched();
    let Some(disk) = Disk::new("64k") else { return };
    let to = disk.0.path().join("bundle");
    let export = || world.f.store.export(&[], &to, &mut |_, _| (), &Cancel::new());
    for _ in 0..2 {
        let error = export().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        let text = error.to_string();
        assert!(text.starts_with(&*to.to_string_lossy()), "{text}");
        assert!(text.contains("the disk is full") && text.contains("export to another"), "{text}");
        assert!(!text.contains("SAYSO_MODELS"), "{text}");
        assert_eq!(fs::read_dir(&to).unwrap().count(), 0);
    }
}

#[test]
fn a_store_that_cannot_be_written_can_be_read() {
    let world = World::fetched();
    let body = b"not a folder";
    let file = world.f.dir.path().join("file");
    fs::write(&file, body).unwrap();
    // A folder below a file cannot be created, not even by root.
    let nowhere = Store::with_catalog(file.join("store"), world.f.store.catalog().clone());
    assert_eq!(nowhere.state("one").unwrap(), ModelState::Missing);
    let error = nowhere.fetch(&["one"], &options(), &mut (), &Cancel::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert_eq!(fs::read(&file).unwrap(), body);

    let mut rights = fs::metadata(world.f.store.dir()).unwrap().permissions();
    rights.set_readonly(true);
    fs::remove_file(world.f.store.dir().join(".lock")).unwrap();
    fs::set_permissions(world.f.store.dir(), rights).unwrap();
    assert_eq!(world.fetch(&["one", "two"]).unwrap(), [Outcome::Present, Outcome::Present]);
    assert!(!world.f.store.dir().join(".lock").exists(), "nothing was written");
    assert!(problems(&world.f.store).is_empty());
}
