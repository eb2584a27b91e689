//! Servers of tools: whether they can be used, and whether the tools that the user allows are as
//! the user's sentences need them.

use sayso::Config;
use sayso::internals::skills::SharedSkills;
use sayso::internals::tools::Found;

use sayso_skills::Obstacle;

use super::{Finding, PATIENCE};

/// What is found about the servers.
pub fn tools(skills: &SharedSkills, config: &Config) -> Vec<Finding> {
    skills.look_at_tools(PATIENCE).into_iter().flat_map(|found| of(found, config)).collect()
}

/// What is found about one.
fn of(found: Found, config: &Config) -> Vec<Finding> {
    const WHAT: &str = "tools";
    let Found { server, tools, faults } = found;
    let allowed = config.tools.iter().filter(|(_, tool)| tool.server == server);
    let allowed: Vec<&str> = allowed.map(|(name, _)| name.as_str()).collect();
    let mut findings: Vec<Finding> = faults
        .into_iter()
        .map(|(name, fault)| {
            let todo = "correct the section, or the sentences: docs/tools.md";
            Finding::bad(WHAT, format!("tools.{name}: {fault}"), todo)
        })
        .collect();
    let has_faults = !findings.is_empty();
    match tools {
        Err(Obstacle { why, todo }) => findings.push(Finding::bad(
            WHAT,
            format!("mcp.{server} cannot be used: {why}"),
            match todo.is_empty() {
                true => "docs/tools.md has the steps".to_owned(),
                false => todo,
            },
        )),
        Ok(n) if allowed.is_empty() => findings.push(Finding::weak(
            WHAT,
            format!("mcp.{server} has {n} tools, and you allow none of them"),
            "add a section [tools.NAME] for each that you want to use: docs/tools.md",
        )),
        Ok(_) if has_faults => {}
        Ok(n) => {
            let used = allowed.join(", ");
            let found = format!("mcp.{server} has {n} tools; allowed: {used}");
            findings.push(Finding::fine(WHAT, found));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Health;

    #[test]
    fn each_state_of_a_server_is_reported() {
        let mut config = Config::default();
        let found = |tools: Result<usize, &str>, faults: &[(&str, &str)]| Found {
            server: "notes".into(),
            tools: tools.map_err(|why| Obstacle::new(why, "start it")),
            faults: faults.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect(),
        };
        let reported = |found: Found, config: &Config| {
            let all = of(found, config).into_iter();
            all.map(|finding| (finding.health, finding.found)).collect::<Vec<_>>()
        };
        let all = reported(found(Ok(3), &[]), &config);
        assert!(all[0].0 == Health::Weak && all[0].1.contains("allow none"), "{}", all[0].1);
        config.tools.entry("add".into()).or_default().server = "notes".into();
        let all = reported(found(Ok(3), &[]), &config);
        assert!(all[0].0 == Health::Fine && all[0].1.ends_with("allowed: add"), "{}", all[0].1);
        let all = reported(found(Err("gone"), &[]), &config);
        assert!(all[0].0 == Health::Bad && all[0].1.contains("gone"), "{}", all[0].1);
        let todo = of(found(Err("gone"), &[]), &config).remove(0).todo;
        assert_eq!(todo.as_deref(), Some("start it"));
        let all = reported(found(Ok(3), &[("add", "no tool")]), &config);
        assert_eq!(all.len(), 1);
        assert!(all[0].0 == Health::Bad && all[0].1 == "tools.add: no tool", "{}", all[0].1);
    }
}
