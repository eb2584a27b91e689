//! `sayso skills`: what Sayso can do without the language model.

use clap::{Args, Subcommand};
use sayso::Result;
use sayso_skills::{Plan, Request, Situation};
use serde_json::json;

use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso skills list                            all skills
  sayso skills test set a timer for ten minutes
                                               what would be done
  sayso --set skills.off='[\"lists\"]' run       without one of them";

/// What Sayso can do without the language model: time, timers, lists and more.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Skills {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show all skills
    List(List),
    /// Show what would be done about a sentence, and do nothing
    Test(Test),
}

#[derive(Args)]
struct List {
    /// One JSON object per skill
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Test {
    /// What is said
    #[arg(required = true)]
    text: Vec<String>,
    /// The area where it is said
    #[arg(long, value_name = "NAME")]
    area: Option<String>,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

impl Skills {
    pub fn run(&self, shared: &GlobalOptions) -> Result<()> {
        match &self.command {
            Command::List(list) => list.run(shared),
            Command::Test(test) => test.run(shared),
        }
    }
}

impl List {
    fn run(&self, shared: &GlobalOptions) -> Result<()> {
        let config = shared.settings()?;
        for (name, on) in sayso::internals::skills::all(&config)? {
            if self.json {
                println!("{}", json!({ "skill": name, "on": on }));
            } else if on {
                println!("{name}");
            } else {
                println!("{}", term::dim(format!("{name} (switched off by skills.off)")));
            }
        }
        Ok(())
    }
}

impl Test {
    fn run(&self, shared: &GlobalOptions) -> Result<()> {
        let config = shared.settings()?;
        let skills = shared.skills(&config)?;
        let text = self.text.join(" ");
        let mut situation = Situation::new("test");
        situation.area.clone_from(&self.area);
        let now = sayso::internals::skills::wall_now();
        let plan = skills.claim(&Request { text: &text, now: &now, situation: &situation });
        if self.json {
            println!("{}", json!({ "sentence": text, "plan": plan }));
        } else if let Some(plan) = plan {
            show(&plan);
        } else {
            println!("{}", term::dim("no skill: the language model would answer"));
        }
        Ok(())
    }
}

fn show(plan: &Plan) {
    let slots = plan.command.slots.iter().map(|(slot, value)| format!(" {slot}={value}"));
    println!("{}: {}{}", plan.skill, plan.command.intent, slots.collect::<String>());
    match plan.say() {
        Some(say) => println!("{say}"),
        None => println!("{}", term::dim("(what is said depends on how it goes)")),
    }
}
