//! The results of the tests.

use std::collections::BTreeSet;
use std::process::ExitStatus;
use std::time::Duration;

use crate::sh::Result;

/// The results of one program's tests, read from what Rust's test runner prints.
#[derive(Default)]
pub struct Outcome {
    passed: usize,
    failed: usize,
    /// The list of failures at the end; there may be several lists, one per run.
    failures: Vec<String>,
    in_list: bool,
    ran: BTreeSet<String>,
    /// Ignored tests, which run only on request.
    left_out: BTreeSet<String>,
}

impl Outcome {
    /// Reads the next line of the output.
    pub fn read(&mut self, line: &str) {
        let line = line.trim_end();
        if let Some((test, result)) = line.strip_prefix("test ").and_then(|l| l.split_once(" ... "))
        {
            let tests =
                if result.starts_with("ignored") { &mut self.left_out } else { &mut self.ran };
            tests.insert(test.to_owned());
        }
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.in_list = false;
            self.passed += count(counts, " passed");
            self.failed += count(counts, " failed");
        } else if line == "failures:" {
            // The output of each failed test comes first; then, under the same heading, their
            // names.
            self.in_list = true;
            self.failures.clear();
        } else if self.in_list
            && let Some(name) = line.strip_prefix("    ")
        {
            self.failures.push(name.to_owned());
        }
    }
}

/// The number before `what`.
fn count(counts: &str, what: &str) -> usize {
    let before = counts.split(what).next().unwrap_or_default();
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The results of all tests.
#[derive(Default)]
pub struct Tally {
    passed: usize,
    failed: usize,
    /// Names of the tests that failed, and of programs that ended early.
    failures: Vec<String>,
    /// `test: reason` of each that was skipped.
    skips: Vec<String>,
    /// `program: test` of each ignored test that was not requested.
    left_out: BTreeSet<String>,
}

impl Tally {
    /// Adds the tests of a program that ended with `status`.
    pub fn add(&mut self, program: &str, outcome: Outcome, status: &ExitStatus) {
        self.passed += outcome.passed;
        self.failed += outcome.failed;
        let named = |test: &String| format!("{program}: {test}");
        self.failures.extend(outcome.failures.iter().map(named));
        self.left_out.extend(outcome.left_out.iter().map(named));
        for test in outcome.ran.iter().map(named) {
            self.left_out.remove(&test);
        }
        // A program killed by a signal reports no failed test.
        if !status.success() && outcome.failed == 0 {
            self.failed += 1;
            self.failures.push(format!("{program}: {status}"));
        }
    }

    /// Sets which tests were skipped; the test runner counts these as passed.
    pub fn skipped(&mut self, list: &str) {
        self.skips = list.lines().map(str::to_owned).collect();
        self.skips.sort();
        self.skips.dedup();
    }

    /// The last line of a run that took this long.
    ///
    /// # Errors
    /// If a test failed.
    pub fn verdict(&self, took: Duration) -> Result<String> {
        let skipped = match self.skips.as_slice() {
            [] => "none skipped".to_owned(),
            skips => format!("{} skipped ({})", skips.len(), skips.join("; ")),
        };
        let left_out = match self.left_out.len() {
            0 => String::new(),
            count => {
                let tests = self.left_out.iter().map(String::as_str).collect::<Vec<_>>();
                format!(", {count} left out ({})", tests.join("; "))
            }
        };
        let minutes = took.as_secs_f64() / 60.0;
        if self.failed == 0 {
            let passed = self.passed.saturating_sub(self.skips.len());
            Ok(format!("passed: {passed} tests, {skipped}{left_out}, in {minutes:.0} min"))
        } else {
            let all = self.passed + self.failed;
            let failures = self.failures.join("; ");
            Err(format!(
                "{} of {all} tests failed ({failures}), {skipped}{left_out}, in {minutes:.0} min",
                self.failed
            ))
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    const FAILED: &str = "\
running 3 tests
test a ... ok
test b::c ... FAILED
test d ... ok

failures:

---- b::c stdout ----
    indented

failures:
    b::c

test result: FAILED. 2 passed; 1 failed; 4 ignored; 0 measured; 0 filtered out; finished in 0.1s
";

    fn add(tally: &mut Tally, program: &str, said: &str, status: i32) {
        let mut outcome = Outcome::default();
        said.lines().for_each(|line| outcome.read(line));
        tally.add(program, outcome, &ExitStatus::from_raw(status));
    }

    #[test]
    fn the_last_line_counts_what_passed_and_what_was_skipped() {
        let minutes = Duration::from_secs(31 * 60);
        let mut tally = Tally::default();
        let ok = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        add(&mut tally, "stt", ok, 0);
        add(&mut tally, "tts", ok, 0);
        assert_eq!(tally.verdict(minutes).unwrap(), "passed: 10 tests, none skipped, in 31 min");
        tally.skipped("stt::b: no model\nstt::a: no sound\nstt::b: no model\n");
        assert_eq!(
            tally.verdict(minutes).unwrap(),
            "passed: 8 tests, 2 skipped (stt::a: no sound; stt::b: no model), in 31 min"
        );
    }

    #[test]
    fn ignored_tests_that_were_not_requested_are_named() {
        let mut tally = Tally::default();
        let first = "test long ... ignored, half an hour\ntest slow ... ignored\ntest a ... ok\n\
                     test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out";
        add(&mut tally, "tests bench", first, 0);
        let verdict = tally.verdict(Duration::ZERO).unwrap();
        let left_out = "1 tests, none skipped, 2 left out (tests bench: long; tests bench: slow)";
        assert!(verdict.contains(left_out), "{verdict}");
        // What the test prints comes before its result.
        let then = "test slow ... it went\nwell\nok\n\
                    test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out";
        add(&mut tally, "tests bench", then, 0);
        let verdict = tally.verdict(Duration::ZERO).unwrap();
        assert!(verdict.contains("2 tests, none skipped, 1 left out (tests bench: long)"));
    }

    #[test]
    fn failures_are_named() {
        let mut tally = Tally::default();
        add(&mut tally, "sayso-models stt", FAILED, 101 << 8);
        // Killed before it could report a result.
        add(&mut tally, "sayso-models llm", "running 7 tests\ntest a ... ok", 11);
        assert_eq!(
            tally.verdict(Duration::ZERO).unwrap_err(),
            "2 of 4 tests failed (sayso-models stt: b::c; sayso-models llm: signal: 11 \
             (SIGSEGV)), none skipped, in 0 min"
        );
    }
}
