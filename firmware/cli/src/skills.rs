//! `sayso skills`: what Sayso can do without the language model.

use clap::{Args, Subcommand};
use sayso::internals::skills::SharedSkills;
use sayso::internals::tools::Found;
use sayso::{Config, Result};
use sayso_skills::{Call, Claim, Deck, Plan, Request, Run, Situation};
use serde_json::json;

use super::doctor::PATIENCE;
use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso skills list                            all skills
  sayso skills test set a timer for ten minutes
                                               what would be done
  sayso --set skills.off='[\"lists\"]' run       without one of them";

/// The skill that runs programs of the user's.
const OWN: &str = "commands";
/// The skill that calls tools of others.
const TOOLS: &str = "tools";
/// The skill that answers from documents, and the one that plays music.
const KNOWLEDGE: &str = "knowledge";
const MUSIC: &str = "music";

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
        let Outside { servers, music } = Outside::look(&config)?;
        for (name, on) in sayso::internals::skills::all(&config)? {
            let own = name == OWN;
            let others = name == TOOLS;
            // The setting with the skill's folder, and the folder.
            let folder = match name {
                KNOWLEDGE => Some(("documents", &config.skills.documents)),
                MUSIC => Some(("music", &config.skills.music)),
                _ => None,
            };
            let folder = folder.map(|(setting, folder)| (setting, folder.display().to_string()));
            if self.json {
                let mut line = json!({ "skill": name, "on": on });
                if own {
                    line["commands"] = json!(config.commands);
                }
                if let Some((setting, folder)) = folder {
                    line[setting] = json!(folder);
                }
                if let Some((pieces, faults)) = music.as_ref().filter(|_| name == MUSIC) {
                    line["pieces"] = json!(pieces);
                    line["faults"] = json!(faults);
                }
                if others {
                    line["tools"] = json!(config.tools);
                    line["servers"] = servers.iter().map(found).collect();
                }
                println!("{}", term::json(&line));
                continue;
            }
            let empty = folder.as_ref().is_some_and(|(_, folder)| folder.is_empty());
            let none =
                own && config.commands.is_empty() || others && config.mcp.is_empty() || empty;
            match (on, none) {
                (true, false) => println!("{name}"),
                (true, true) => println!("{}", term::dim(format!("{name} (there are none)"))),
                (false, _) => {
                    println!("{}", term::dim(format!("{name} (switched off by skills.off)")));
                }
            }
            if let Some((_, folder)) = folder.filter(|(_, folder)| on && !folder.is_empty()) {
                println!("  {}", term::shown(folder));
            }
            if let Some((pieces, faults)) = music.as_ref().filter(|_| on && name == MUSIC) {
                println!("  {pieces} pieces");
                for fault in faults {
                    println!("  {}", term::bold(term::plain(fault)));
                }
            }
            for (name, command) in config.commands.iter().filter(|_| own && on) {
                let asks = if command.confirm { ", after asking" } else { "" };
                println!("  {name}: {} runs {}{asks}", command.intent, words(&command.run));
            }
            if others && on {
                show_tools(&config, &servers);
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
        // As at a board that plays nothing yet.
        situation.music = config.has_music().then(Deck::default);
        skills.read_music();
        for fault in skills.music().into_iter().flat_map(|(_, faults)| faults) {
            term::note(format!("music: {fault}"));
        }
        let now = sayso::internals::skills::wall_now();
        let plan = skills.claim(&Request::new(&text, &now, &situation));
        if self.json {
            println!("{}", term::json(&json!({ "sentence": text, "plan": plan })));
        } else if let Some(plan) = plan {
            show(&plan);
        } else {
            println!("{}", term::dim("no skill: the language model would answer"));
        }
        Ok(())
    }
}

/// What the skills have outside.
#[derive(Default)]
struct Outside {
    /// What the servers of tools have.
    servers: Vec<Found>,
    /// How many pieces of music there are, and what is wrong with the others.
    music: Option<(usize, Vec<String>)>,
}

impl Outside {
    /// Looks, if the settings name something.
    fn look(config: &Config) -> Result<Self> {
        let has_servers = !config.mcp.is_empty() && config.has_skill(TOOLS);
        if !has_servers && !config.has_music() {
            return Ok(Self::default());
        }
        // It is not about devices.
        let mut config = config.clone();
        config.forget_real_house();
        let (skills, _) = SharedSkills::load(&config, None)?;
        skills.read_music();
        Ok(Self { servers: skills.look_at_tools(PATIENCE), music: skills.music() })
    }
}

/// What a server has, as JSON.
fn found(found: &Found) -> serde_json::Value {
    let faults = found.faults.iter().map(|(tool, why)| json!({ "tool": tool, "fault": why }));
    json!({
        "server": found.server,
        "tools": found.tools.as_ref().ok(),
        "error": found.tools.as_ref().err().map(|obstacle| &obstacle.why),
        "todo": found.tools.as_ref().err().map(|obstacle| &obstacle.todo),
        "faults": faults.collect::<Vec<_>>(),
    })
}

/// Shows the tools that the user allows, and what is wrong with them.
fn show_tools(config: &Config, servers: &[Found]) {
    for (name, tool) in &config.tools {
        let (server, called) = (&tool.server, tool.called(name));
        let asks = if tool.safe { "" } else { ", after asking" };
        println!("  {name}: {} calls {called} of {server}{asks}", tool.intent);
        let of_it = |found: &&Found| found.server == *server;
        let faults = servers.iter().filter(of_it).flat_map(|found| &found.faults);
        for (_, fault) in faults.filter(|(of, _)| of == name) {
            println!("    {}", term::bold(format!("cannot be used: {}", term::plain(fault))));
        }
    }
    for found in servers {
        match &found.tools {
            Ok(n) => println!("  {}: a server with {n} tools", found.server),
            Err(why) => {
                let line =
                    format!("{} cannot be used: {}", found.server, term::plain(&why.to_string()));
                println!("  {}", term::bold(line));
            }
        }
    }
}

/// A program and its arguments, each in quotes if it is more than a word.
fn words(run: &[String]) -> String {
    let is_word = |part: &str| !part.is_empty() && !part.contains(|c: char| !c.is_ascii_graphic());
    let each = run.iter().map(|part| match is_word(part) {
        true => part.clone(),
        false => format!("{part:?}"),
    });
    each.collect::<Vec<_>>().join(" ")
}

fn show(plan: &Plan) {
    let slots = plan.command.slots.iter().map(|(slot, value)| format!(" {slot}={value}"));
    println!("{}: {}{}", plan.skill, plan.command.intent, term::shown(slots.collect::<String>()));
    match plan.say() {
        Some(say) => println!("{}", term::shown(say)),
        None => println!("{}", term::dim("(what is said depends on how it goes)")),
    }
    let (Claim::Do { action, .. } | Claim::Confirm { action, .. }) = &plan.claim else { return };
    if plan.skill == TOOLS
        && let Ok(call) = serde_json::from_value::<Call>(action.clone())
    {
        println!("would call: {} of {}", call.tool.tool, call.tool.server);
        println!("its arguments: {}", term::json(&json!(call.arguments)));
    } else if plan.skill == OWN
        && let Ok(run) = serde_json::from_value::<Run>(action.clone())
    {
        println!("would run: {}", words(&run.program.run));
        println!("its input: {}", term::json(&json!(run.input)));
    }
}
