//! The steps of a task so far, and how long each took.

use std::fmt;
use std::time::{Duration, Instant};

/// The steps of a task, in order.
#[derive(Default)]
pub struct Steps {
    done: Vec<Step>,
    current: Option<(String, Instant, Option<Duration>)>,
}

/// One step.
struct Step {
    name: String,
    wall: Duration,
    /// Processor time of the programs that it ran, if the system reports it.
    cpu: Option<Duration>,
    /// Whether this is a part of the step before it, whose time includes it.
    part: bool,
}

impl Steps {
    /// Ends the current step, if any, and begins another.
    pub fn begin(&mut self, name: &str) {
        self.end();
        self.current = Some((name.to_owned(), Instant::now(), children_cpu()));
    }

    /// Ends the current step, if any.
    pub fn end(&mut self) {
        if let Some((name, start, before)) = self.current.take() {
            let cpu = children_cpu().zip(before).map(|(now, before)| now.saturating_sub(before));
            self.done.push(Step { name, wall: start.elapsed(), cpu, part: false });
        }
    }

    /// Ends the current step and adds its parts, with the time of each. They may have overlapped.
    pub fn end_with_parts(&mut self, parts: impl IntoIterator<Item = (String, Duration)>) {
        self.end();
        let part = |(name, wall)| Step { name, wall, cpu: None, part: true };
        self.done.extend(parts.into_iter().map(part));
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<60} {:>8} {:>8}", "step (min:s)", "wall", "CPU")?;
        let mut line = |name: &str, wall, cpu: Option<Duration>| {
            let cpu = cpu.map_or_else(String::new, clock);
            writeln!(f, "{name:<60} {:>8} {cpu:>8}", clock(wall))
        };
        for step in &self.done {
            let indent = if step.part { "  " } else { "" };
            line(&format!("{indent}{}", step.name), step.wall, step.cpu)?;
        }
        let whole = || self.done.iter().filter(|step| !step.part);
        line("all", whole().map(|step| step.wall).sum(), whole().map(|step| step.cpu).sum())
    }
}

/// As minutes and seconds.
fn clock(time: Duration) -> String {
    let tenths = time.as_millis().div_ceil(100);
    format!("{}:{:04.1}", tenths / 600, (tenths % 600) as f64 / 10.0)
}

/// The processor time of all programs that this one has run and waited for, and of their children.
fn children_cpu() -> Option<Duration> {
    parse_children_cpu(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// Fields 16 and 17 of proc_pid_stat(5), in ticks of 10 ms, the unit in which Linux reports them
/// on all machines.
fn parse_children_cpu(stat: &str) -> Option<Duration> {
    // The second field is the program's name in parentheses, which may contain any character.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(13);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Duration::from_millis(10 * (user + system)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_time_of_children_is_read() {
        let stat = "7 (a) (b) 1) S 1 7 7 0 -1 4194560 1 2 3 4 55 66 120 30 20 0 1 0 99";
        assert_eq!(parse_children_cpu(stat), Some(Duration::from_millis(1500)));
        assert_eq!(parse_children_cpu("7 (a) S 1"), None);
    }

    #[test]
    fn steps_follow_each_other_in_the_table() {
        let mut steps = Steps::default();
        steps.begin("one");
        steps.begin("two");
        steps.end();
        steps.end();
        let table = steps.to_string();
        let names: Vec<&str> =
            table.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(names, ["step", "one", "two", "all"]);
    }

    #[test]
    fn the_time_of_parts_counts_once() {
        let mut steps = Steps::default();
        steps.begin("whole");
        let minute = Duration::from_secs(60);
        steps.end_with_parts([("a".to_owned(), minute), ("b".to_owned(), 2 * minute)]);
        let table = steps.to_string();
        let rows: Vec<Vec<&str>> =
            table.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), ["whole", "a", "b", "all"]);
        assert_eq!((rows[1][1], rows[2][1]), ("1:00.0", "2:00.0"));
        assert!(rows[3][1].starts_with("0:0"), "{table}");
    }

    #[test]
    fn times_are_minutes_and_seconds() {
        assert_eq!(clock(Duration::from_millis(125_040)), "2:05.1");
    }
}
