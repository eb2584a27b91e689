//! Measured figures: medians and tails.

use std::fmt;
use std::time::Duration;

use sayso_core::audio::wrong_order;

/// The values of one figure, whose name ends with the unit.
#[derive(Clone)]
pub struct Figures {
    name: String,
    values: Vec<f64>,
}

impl Figures {
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), values: Vec::new() }
    }

    pub fn push(&mut self, value: f64) {
        self.values.push(value);
    }

    /// In the order in which they came.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value below which the share `p` (0…1) of the values lies (nearest rank).
    pub fn percentile(&self, p: f64) -> Option<f64> {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (p * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
    }
}

/// All figures of one benchmark: distributions, single values, and labels.
pub struct Sheet {
    name: &'static str,
    labels: Vec<(&'static str, String)>,
    figures: Vec<Figures>,
    values: Vec<(String, serde_json::Number)>,
}

/// Columns for a name, a value and the number of values: [`COLUMNS`](crate::term::COLUMNS) in
/// total, including the two before them.
const NAME: usize = 26;
const VALUE: usize = 9;
const COUNT: usize = 7;

const SHARES: [(&str, f64); 5] =
    [("min", 0.0), ("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)];

impl Sheet {
    pub fn new(name: &'static str) -> Self {
        Self { name, labels: Vec::new(), figures: Vec::new(), values: Vec::new() }
    }

    /// Adds a label: what the figures belong to.
    pub fn label(mut self, name: &'static str, label: &str) -> Self {
        self.labels.push((name, label.into()));
        self
    }

    pub fn with(mut self, figures: Figures) -> Self {
        self.figures.push(figures);
        self
    }

    /// Adds a whole number.
    pub fn count(mut self, name: impl Into<String>, count: u64) -> Self {
        self.values.push((name.into(), count.into()));
        self
    }

    /// Adds the number of [negative differences](wrong_order) of the sample clock that the program
    /// has asked for. Left out if it is zero.
    pub fn count_wrong_order(self) -> Self {
        match wrong_order() {
            0 => self,
            count => self.count("wrong_order", count.into()),
        }
    }

    /// Adds a single value. Its name ends with the unit. Left out unless it is finite.
    pub fn value(mut self, name: impl Into<String>, value: f64) -> Self {
        let value = serde_json::Number::from_f64(exact(value));
        self.values.extend(value.map(|value| (name.into(), value)));
        self
    }

    /// Prints it as one line of JSON, or as a table.
    pub fn print(&self, json: bool) {
        if json {
            println!("{}", self.json());
        } else {
            print!("{self}");
        }
    }

    pub fn json(&self) -> serde_json::Value {
        let mut sheet = serde_json::Map::new();
        sheet.insert("bench".into(), self.name.into());
        for (name, label) in &self.labels {
            sheet.insert((*name).into(), label.as_str().into());
        }
        for figures in &self.figures {
            let mut shares = serde_json::Map::new();
            for (name, p) in SHARES {
                shares.insert(name.into(), figures.percentile(p).map(exact).into());
            }
            shares.insert("n".into(), figures.values.len().into());
            sheet.insert(figures.name.clone(), shares.into());
        }
        for (name, value) in &self.values {
            sheet.insert(name.clone(), value.clone().into());
        }
        sheet.into()
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<&str> = self.labels.iter().map(|(_, label)| label.as_str()).collect();
        let name = format!("{} {}", self.name, labels.join(", "));
        if self.figures.is_empty() {
            writeln!(f, "{name}")?;
        } else {
            write!(f, "{name:<0$}", 2 + NAME)?;
            for (name, _) in SHARES {
                write!(f, "{name:>VALUE$}")?;
            }
            writeln!(f, "{:>COUNT$}", "n")?;
        }
        for figures in &self.figures {
            write!(f, "  {:<NAME$}", figures.name)?;
            for (_, p) in SHARES {
                match figures.percentile(p) {
                    Some(value) => write!(f, "{:>VALUE$}", rounded(value))?,
                    None => write!(f, "{:>VALUE$}", "-")?,
                }
            }
            writeln!(f, "{:>COUNT$}", figures.values.len())?;
        }
        let longest = self.values.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let width = NAME.max(longest);
        for (name, value) in &self.values {
            let value = match value.as_u64() {
                Some(count) => count.to_string(),
                None => rounded(value.as_f64().unwrap_or_default()),
            };
            writeln!(f, "  {name:<width$}{value:>VALUE$}")?;
        }
        writeln!(f)
    }
}

/// Rounded, without the digits that only the binary fraction has.
fn exact(value: f64) -> f64 {
    let rounded = (value * 1e4).round() / 1e4;
    if rounded.is_finite() { rounded } else { value }
}

/// With as many digits as are significant.
fn rounded(value: f64) -> String {
    if value.abs() < 10.0 { format!("{value:.3}") } else { format!("{value:.1}") }
}

/// The most memory this process has held, in MiB, if the system reports it.
pub fn peak_rss_mib() -> Option<f64> {
    status_mib("VmHWM:")
}

/// The memory that this process holds, in MiB, if the system reports it.
pub fn rss_mib() -> Option<f64> {
    status_mib("VmRSS:")
}

/// The part of it that belongs to no file, in MiB, if the system reports it.
pub fn anonymous_mib() -> Option<f64> {
    status_mib("RssAnon:")
}

/// The part of another process's memory that belongs to no file, in MiB, if the system reports it.
#[cfg(feature = "server")]
pub fn anonymous_mib_of(process: u32) -> Option<f64> {
    mib(&format!("/proc/{process}/status"), "RssAnon:")
}

/// The memory of this process in MiB, counting only its share of memory used by several processes,
/// if the system reports it.
pub fn pss_mib() -> Option<f64> {
    mib("/proc/self/smaps_rollup", "Pss:")
}

fn status_mib(name: &str) -> Option<f64> {
    mib("/proc/self/status", name)
}

fn mib(file: &str, name: &str) -> Option<f64> {
    let status = std::fs::read_to_string(file).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// The CPU time this process has used, if the system reports it.
pub fn cpu_time() -> Option<Duration> {
    // All threads together, in ticks of 10 ms, which is precise enough over seconds.
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace();
    let user: u64 = fields.nth(11)?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut figures = Figures::new("x_ms");
        assert_eq!(figures.percentile(0.5), None);
        for value in (1..=100).rev() {
            figures.push(f64::from(value));
        }
        assert_eq!(figures.percentile(0.0), Some(1.0));
        assert_eq!(figures.percentile(0.5), Some(50.0));
        assert_eq!(figures.percentile(0.99), Some(99.0));
        assert_eq!(figures.percentile(1.0), Some(100.0));
    }

    #[test]
    fn figures_are_rounded_to_significant_digits() {
        let mut figures = Figures::new("x_ms");
        figures.push(5417.599999999999);
        let json = Sheet::new("x").with(figures).value("ratio", 1.0 / 3.0).json().to_string();
        assert!(json.contains(":5417.6,") && json.contains(":0.3333"), "{json}");
        assert!(!json.contains("33333"), "{json}");
    }

    #[test]
    fn a_sheet_fits_a_terminal() {
        let mut figures = Figures::new("utterance_5s_2_threads_ms");
        figures.push(123_456.78);
        let mut sheet = Sheet::new("turns").label("pipeline", "cascade / overlapped");
        sheet = sheet.with(figures).value("uncancelled_interrupted_itself", 123_456.78);
        for line in sheet.count("xruns", 3).to_string().lines() {
            assert!(line.chars().count() <= crate::term::COLUMNS, "{line}");
        }
    }

    #[test]
    fn a_sheet_has_the_unit_in_its_keys() {
        let mut figures = Figures::new("frame_us");
        figures.push(2.0);
        let sheet = Sheet::new("vad").label("profile", "small").with(figures).count("lost", 3);
        let json = sheet.value("share", 0.25).value("ratio", f64::NAN).json();
        assert_eq!(json["frame_us"]["p50"], 2.0);
        assert_eq!(json["bench"], "vad");
        assert_eq!(json["profile"], "small");
        assert_eq!((&json["lost"], &json["share"]), (&3.into(), &0.25.into()));
        assert_eq!(json.get("ratio"), None);
    }
}
