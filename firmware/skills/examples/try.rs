//! Shows what the skills make of the sentences on the standard input, one on each line. Nothing
//! is remembered, but with the argument `act` each plan is carried out.

use std::io::BufRead;
use std::time::{Duration, Instant};

use jiff::Zoned;
use sayso_skills::{Now, Request, Situation, Skills};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let acts = std::env::args().nth(1).is_some_and(|argument| argument == "act");
    let mut skills = Skills::new("en", &[], None)?;
    let mut situation = Situation::new("kitchen");
    situation.area = Some("Kitchen".into());
    let start = Instant::now();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let steady: Duration = start.elapsed();
        let now = Now { wall: Zoned::now(), steady };
        let plan = skills.claim(&Request::new(&line, &now, &situation));
        println!("{line}: {} µs", (start.elapsed() - steady).as_micros());
        let Some(plan) = plan else {
            println!("  for no skill");
            continue;
        };
        println!("  {}", serde_json::to_string(&plan)?);
        if acts {
            println!("  {:?}", skills.act(plan, &now, &situation));
        }
    }
    Ok(())
}
