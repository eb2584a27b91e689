//! The workspace's tests: all built first, then run, timed and counted.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::sh::{Result, Sh, cargo, forget_cargo};
use crate::tally::{Outcome, Tally};
use crate::{Options, features};

/// Programs that may run at the same time.
struct Group {
    what: &'static str,
    at_once: usize,
    /// The slow ones first, so that the last to end do so at about the same time.
    programs: &'static [&'static str],
}

/// Programs in none of these groups run alone, because they run in real time.
const GROUPS: [Group; 2] = [
    Group {
        what: "tests that calculate, on one thread each",
        at_once: 2,
        programs: &[
            "sayso-tests bench",
            "sayso-models stt",
            "sayso-models llm",
            "sayso-tests wer",
            "sayso-tests interruptions",
            "sayso-tests wake",
            "sayso-tests bad_input",
            "sayso-models eot",
            "sayso-tests hearing",
            "sayso-tests ask",
            "sayso-models tts",
            "sayso-secure fuzz",
            "sayso-models sessions",
            "sayso-tests seams",
            "sayso-models (lib)",
            "sayso-audio-io sound_files",
            "sayso-core link_fuzz",
            "sayso-core turn_properties",
            "sayso-store convert",
            "sayso-models llm_damaged",
            "sayso-models llm_with_whisper",
            "sayso-store store",
            "sayso-language normalize",
            "sayso-models vad",
            "sayso-phonemes phonemes",
            "sayso-secure tunnel",
            "sayso-wake features",
            "sayso-wake net",
            "sayso-tests chat",
            "sayso-tests doctor",
            "sayso-tests home",
            "sayso-tests partials",
            "sayso-tests models",
            "sayso-tests sessions",
            "sayso echo",
            "sayso skills",
            "sayso-remote-board (lib)",
            "sayso-satellite-board (lib)",
        ],
    },
    Group {
        what: "tests that wait: for each other, or to see that something does not happen",
        at_once: 4,
        programs: &[
            "sayso supervision",
            "sayso-satellite-board satellite",
            "sayso-satellite-board hostile",
            "sayso conversation",
            "sayso announcements",
            "sayso-satellite-board sealed",
            "sayso robustness",
            "sayso devices",
            "sayso home",
            "sayso-house failures",
            "sayso-house broker",
            "sayso-store fetch_http",
            "sayso-store fetch_package",
            "sayso-satellite-board listener",
            "sayso-server guard",
            "sayso-server tls",
        ],
    },
];

/// The environment variable with the file in which skipped tests are recorded.
const SKIPS: &str = "SAYSO_SKIPS";

/// A test program.
pub struct Program {
    /// Package and target: `sayso-models stt`.
    name: String,
    executable: PathBuf,
    /// The package's folder, in which its tests run.
    folder: PathBuf,
}

/// The workspace's test programs.
pub struct Suite<'a> {
    sh: &'a Sh,
    programs: Vec<Program>,
    /// The file in which skipped tests are recorded.
    skips: PathBuf,
}

impl<'a> Suite<'a> {
    /// Builds all test programs.
    ///
    /// # Errors
    /// If one does not compile.
    pub fn build(sh: &'a Sh, options: &Options) -> Result<Self> {
        sh.step("building the tests");
        let mut build = cargo();
        build.args(["test", "--no-run", "--release", "--workspace"]).args(features(options));
        build.arg("--message-format=json-render-diagnostics");
        let programs: Vec<Program> = sh.read(&mut build)?.lines().filter_map(program).collect();
        let skips = sh.target().join("skipped-tests.txt");
        match fs::remove_file(&skips) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(format!("{}: {error}", skips.display()));
            }
            _ => {}
        }
        Ok(Self { sh, programs, skips })
    }

    /// Runs all programs: first those that may run together, then each of the others alone. A
    /// failed test does not end the run: its output is shown, and it is counted.
    ///
    /// # Errors
    /// If a program cannot be started.
    pub fn run_all(&self, tally: &mut Tally) -> Result<()> {
        for group in &GROUPS {
            self.run_group(group, tally)?;
        }
        self.run(|name| !GROUPS.iter().any(|group| group.programs.contains(&name)), &[], tally)
    }

    /// Runs a group as one step. The output of each program is shown when it has ended.
    fn run_group(&self, group: &Group, tally: &mut Tally) -> Result<()> {
        self.sh.step(group.what);
        let (programs, skips) = (&self.programs, &self.skips);
        let named = |name| programs.iter().find(|program| program.name == name);
        let waiting = Mutex::new(group.programs.iter().filter_map(|&name| named(name)));
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            let mut ended = Vec::new();
            while let Some(program) = next() {
                let (start, mut said) = (Instant::now(), String::new());
                let mut command = program.command(&[], skips);
                let (outcome, status) = watched(&mut command, |line| {
                    said.push_str(line);
                    said.push('\n');
                })
                .map_err(|error| format!("{}: {error}", program.name))?;
                // Printed at once, so that the lines of two programs do not mix.
                print!("\n── tests: {}\n{said}", program.name);
                ended.push((program, outcome, status, start.elapsed()));
            }
            Ok(ended)
        };
        let workers: Vec<Result<Vec<_>>> = thread::scope(|scope| {
            let workers: Vec<_> = (0..group.at_once).map(|_| scope.spawn(work)).collect();
            let joined = workers.into_iter().map(|worker| worker.join());
            joined.map(|ended| ended.unwrap_or_else(|_| Err("a thread died".into()))).collect()
        });
        let mut parts: Vec<(String, Duration)> = Vec::new();
        for ended in workers {
            for (program, outcome, status, took) in ended? {
                tally.add(&program.name, outcome, &status);
                parts.push((format!("tests: {}", program.name), took));
            }
        }
        self.sh.end_step_with_parts(parts);
        Ok(())
    }

    /// Runs the programs for which `which` is true one by one, with these arguments; each is a
    /// step.
    ///
    /// # Errors
    /// If a program cannot be started.
    pub fn run(
        &self,
        which: impl Fn(&str) -> bool,
        args: &[&str],
        tally: &mut Tally,
    ) -> Result<()> {
        for program in self.programs.iter().filter(|program| which(&program.name)) {
            self.step(&program.name, program.command(args, &self.skips), tally)?;
        }
        Ok(())
    }

    /// Runs the examples in the documentation.
    ///
    /// # Errors
    /// If cargo cannot be started.
    pub fn run_examples(&self, options: &Options, tally: &mut Tally) -> Result<()> {
        let mut command = cargo();
        command.args(["test", "--doc", "--release", "--workspace", "--no-fail-fast"]);
        command.args(features(options)).current_dir(self.sh.root());
        command.env(SKIPS, &self.skips);
        self.step("examples in the documentation", command, tally)
    }

    /// Adds the tests that were skipped so far.
    ///
    /// # Errors
    /// If their list cannot be read.
    pub fn count_skipped(&self, tally: &mut Tally) -> Result<()> {
        match fs::read_to_string(&self.skips) {
            Ok(skips) => tally.skipped(&skips),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{}: {error}", self.skips.display())),
        }
        Ok(())
    }

    fn step(&self, name: &str, mut command: Command, tally: &mut Tally) -> Result<()> {
        self.sh.step(&format!("tests: {name}"));
        let (outcome, status) = watched(&mut command, |line| println!("{line}"))
            .map_err(|error| format!("{name}: {error}"))?;
        tally.add(name, outcome, &status);
        Ok(())
    }
}

impl Program {
    /// The command that runs it. Skipped tests are recorded in `skips`.
    fn command(&self, args: &[&str], skips: &Path) -> Command {
        let mut command = Command::new(&self.executable);
        command.args(args).current_dir(&self.folder);
        forget_cargo(&mut command);
        command.env(SKIPS, skips);
        command
    }
}

/// Runs `command`, passes on each line that it prints, and returns the result of its tests.
fn watched(command: &mut Command, mut each: impl FnMut(&str)) -> io::Result<(Outcome, ExitStatus)> {
    let mut outcome = Outcome::default();
    let status = lines(command, |line| {
        each(line);
        outcome.read(line);
    })?;
    Ok((outcome, status))
}

/// Runs `command` and passes on each line that it prints on stdout or stderr.
fn lines(command: &mut Command, mut each: impl FnMut(&str)) -> io::Result<ExitStatus> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            each(&String::from_utf8_lossy(&line?));
        }
    }
    child.wait()
}

/// The test program that one of cargo's messages names, if it names one.
fn program(message: &str) -> Option<Program> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    if message["profile"]["test"] != true {
        return None;
    }
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?;
    // "path+file:///…/models#sayso-models@0.1.0", or "…/xtask#0.1.0" if the folder has the
    // package's name.
    let id = message["package_id"].as_str()?;
    let package = match id.rsplit_once('#')?.1.split_once('@') {
        Some((name, _)) => name.to_owned(),
        None => folder.file_name()?.to_string_lossy().into_owned(),
    };
    let name = match message["target"]["kind"][0].as_str()? {
        "test" => format!("{package} {}", message["target"]["name"].as_str()?),
        // The tests inside a library or program.
        kind => format!("{package} ({kind})"),
    };
    let executable = PathBuf::from(message["executable"].as_str()?);
    Some(Program { name, executable, folder: folder.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn test_programs_are_found_in_what_cargo_builds() {
        let message = |kind: &str, id: &str, test: bool| {
            program(&format!(
                r#"{{"reason":"compiler-artifact","package_id":"{id}","manifest_path":
                "/w/models/Cargo.toml","target":{{"kind":["{kind}"],"name":"stt"}},
                "profile":{{"test":{test}}},"executable":"/w/target/release/deps/stt-1"}}"#
            ))
        };
        let stt = message("test", "path+file:///w/models#sayso-models@0.1.0", true).unwrap();
        assert_eq!((&*stt.name, stt.folder), ("sayso-models stt", "/w/models".into()));
        let inside = message("lib", "path+file:///w/models#0.1.0", true).unwrap();
        assert_eq!(inside.name, "models (lib)");
        assert!(message("bin", "path+file:///w/models#0.1.0", false).is_none());
        assert!(program("   Compiling sayso").is_none());
    }

    #[test]
    fn the_programs_of_groups_exist() {
        let sh = Sh::new(crate::root());
        let metadata = sh.read(cargo().args(["metadata", "--no-deps", "--format-version=1"]));
        let metadata: serde_json::Value = serde_json::from_str(&metadata.unwrap()).unwrap();
        let mut programs = BTreeSet::new();
        for package in metadata["packages"].as_array().unwrap() {
            let name = package["name"].as_str().unwrap();
            programs.insert(format!("{name} (lib)"));
            for target in package["targets"].as_array().unwrap() {
                programs.insert(format!("{name} {}", target["name"].as_str().unwrap()));
            }
        }
        for name in GROUPS.iter().flat_map(|group| group.programs) {
            assert!(programs.contains(*name), "{name}");
        }
    }

    /// Each package of the dependency tree, with the features it is built with.
    fn packages(edges: &str) -> BTreeMap<String, BTreeSet<String>> {
        let sh = Sh::new(crate::root());
        let mut tree = cargo();
        tree.args(["tree", "--workspace", "--locked", "--no-dedupe", "--prefix", "none"]);
        let tree = sh.read(tree.args(["--edges", edges, "--format", "{p}|{f}"])).unwrap();
        let mut packages = BTreeMap::<_, BTreeSet<_>>::new();
        for (package, features) in tree.lines().filter_map(|line| line.split_once('|')) {
            let features = features.trim_end_matches(" (*)").to_owned();
            packages.entry(package.to_owned()).or_default().insert(features);
        }
        packages
    }

    /// If only the tests needed a feature of a package, that package would be built a second time
    /// for them, and so would everything that depends on it.
    #[test]
    fn tests_need_no_additional_features() {
        let (program, tests) = (packages("normal"), packages("normal,dev"));
        assert!(program.len() > 100, "{}", program.len());
        for (package, features) in program {
            assert_eq!(tests[&package], features, "{package}");
        }
    }
}
