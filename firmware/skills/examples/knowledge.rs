//! Measures answers from documents: how long a folder takes to read and a question to answer, and
//! how much memory the documents take.
//!
//! Arguments: a folder, and a table with a question at the beginning of each line.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Zoned;
use sayso_skills::{Documents, Now, Request, Situation, Skills};

/// How often each question is asked.
const TIMES: usize = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(table)) = (arguments.next(), arguments.next()) else {
        return Err("two arguments: a folder and a table of questions".into());
    };
    let mut skills = Skills::new("en", &[], None)?;
    let start = Instant::now();
    let documents = Documents::new(Path::new(&folder), "en")?;
    for fault in documents.refresh().unwrap_or_default() {
        eprintln!("{fault}");
    }
    println!("{} passages, read in {:.1} ms", documents.passages(), ms(start.elapsed()));
    skills.use_documents(documents);
    let now = Now { wall: Zoned::now(), steady: Duration::ZERO };
    let situation = Situation::new("kiosk");
    let table = std::fs::read_to_string(table)?;
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let questions = lines.filter_map(|line| line.split('\t').next());
    let mut times = Vec::new();
    for text in questions {
        for _ in 0..TIMES {
            let start = Instant::now();
            skills.claim(&Request::new(text, &now, &situation));
            times.push(start.elapsed());
        }
    }
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len() - 1)).copied();
    let at = |share| ms(at(share).unwrap_or_default());
    println!("{} questions: p50 {:.2} ms, p99 {:.2} ms", times.len(), at(50), at(99));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
