//! The order of the crates: each may depend on those below it and on nothing else.

use serde_json::Value;

use crate::sh::{Result, Sh, cargo};

/// The layers, the lowest first. A crate may depend on all crates of lower layers and on those
/// listed before it in its own group; the groups of one layer do not depend on each other.
const LAYERS: &[&[&[&str]]] = &[
    // Decisions, words, and mathematics.
    &[
        &["sayso-core", "sayso-secure"],
        &["sayso-language"],
        &["sayso-fft"],
        &["sayso-wake"],
        &["sayso-intents"],
    ],
    // Computation, hardware, and what is flashed to a satellite.
    &[
        &["sayso-models", "sayso-store"],
        &["sayso-phonemes"],
        &[
            "sayso-board",
            "sayso-audio-io",
            "sayso-desktop",
            "sayso-raspberry-pi",
            "sayso-replay",
            "sayso-remote-board",
            "sayso-satellite-board",
            "sayso-webrtc",
        ],
        &["sayso-satellite"],
    ],
    // The front end, the skills and the library.
    &[&["sayso-frontend", "sayso-skills", "sayso-network", "sayso-house", "sayso-mcp", "sayso"]],
    // The program and its parts.
    &[&["sayso-server", "sayso-term", "sayso-bench", "sayso-cli"]],
    // Crates that nothing shipped depends on.
    &[&[
        "sayso-test-support",
        "sayso-pulse",
        "sayso-home-assistant",
        "sayso-emulated",
        "sayso-tests",
        "xtask",
    ]],
];

/// A crate of the workspace and the crates it depends on, without dev-dependencies.
struct Package<'m> {
    name: &'m str,
    dependencies: Vec<&'m str>,
}

/// Checks that the workspace keeps the order of its crates.
///
/// # Errors
/// If a crate depends on one that is not below it, or has no place in the order.
pub fn check(sh: &Sh) -> Result<()> {
    let mut metadata = cargo();
    let metadata = sh.read(metadata.args(["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata = serde_json::from_str(&metadata).map_err(|e| format!("cargo metadata: {e}"))?;
    match faults(LAYERS, &packages(&metadata)).as_slice() {
        [] => Ok(()),
        faults => Err(format!("{}; the order is in xtask/src/layers.rs", faults.join("; "))),
    }
}

/// The crates that `cargo metadata` lists.
fn packages(metadata: &Value) -> Vec<Package<'_>> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter_map(|package| {
            let dependencies = package["dependencies"].as_array().into_iter().flatten();
            // Crates of the workspace are referred to by path.
            let ours = dependencies.filter(|d| d["path"].is_string() && d["kind"] != "dev");
            Some(Package {
                name: package["name"].as_str()?,
                dependencies: ours.filter_map(|d| d["name"].as_str()).collect(),
            })
        })
        .collect()
}

/// Describes what is wrong with the packages' dependencies.
fn faults(layers: &[&[&[&str]]], packages: &[Package<'_>]) -> Vec<String> {
    let place = |name: &str| {
        layers.iter().enumerate().find_map(|(layer, groups)| {
            groups.iter().enumerate().find_map(|(group, crates)| {
                let at = crates.iter().position(|member| *member == name)?;
                Some((layer, group, at))
            })
        })
    };
    let mut faults = Vec::new();
    for package in packages {
        let name = package.name;
        let Some((layer, group, at)) = place(name) else {
            faults.push(format!("{name} is missing in the order of crates"));
            continue;
        };
        for dependency in &package.dependencies {
            let below = place(dependency)
                .is_some_and(|(l, g, a)| l < layer || (l, g) == (layer, group) && a < at);
            if !below {
                faults.push(format!("{name} depends on {dependency}, which is not below it"));
            }
        }
    }
    let gone = layers.iter().copied().flatten().copied().flatten();
    let gone = gone.filter(|name| !packages.iter().any(|package| package.name == **name));
    faults.extend(gone.map(|name| format!("there is no crate {name}")));
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ORDER: &[&[&[&str]]] = &[&[&["core"]], &[&["models", "store"], &["board"]], &[&["app"]]];

    /// The faults of crates with these dependencies, each a name and cargo's word for its kind.
    fn found(crates: &[(&str, &[(&str, Value)])]) -> Vec<String> {
        let packages: Vec<Value> = crates
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<Value> = dependencies
                    .iter()
                    .map(|(name, kind)| json!({"name": name, "kind": kind, "path": "/w"}))
                    .chain([json!({"name": "serde", "kind": null})])
                    .collect();
                json!({"name": name, "dependencies": dependencies})
            })
            .collect();
        faults(ORDER, &super::packages(&json!({"packages": packages})))
    }

    /// The faults when only `crate_` has a dependency, and that is `on`.
    fn one(crate_: &str, on: &str, kind: Value) -> Vec<String> {
        let dependency = [(on, kind)];
        let names = ["core", "models", "store", "board", "app"];
        let crates: Vec<(&str, &[(&str, Value)])> = names
            .iter()
            .map(|name| (*name, if *name == crate_ { &dependency[..] } else { &[] }))
            .collect();
        found(&crates)
    }

    #[test]
    fn dependencies_go_down() {
        for (from, to) in [
            ("models", "core"),
            ("app", "core"),
            ("app", "board"),
            // Earlier in the same group.
            ("store", "models"),
        ] {
            assert!(one(from, to, Value::Null).is_empty(), "{from} → {to}");
        }
        for (from, to) in [
            ("core", "models"),
            ("board", "app"),
            ("models", "store"),
            // In another group of the same layer.
            ("board", "models"),
            ("store", "board"),
            ("core", "core"),
            ("app", "nobody"),
        ] {
            let due = [format!("{from} depends on {to}, which is not below it")];
            assert_eq!(one(from, to, Value::Null), due);
            assert_eq!(one(from, to, json!("build")), due);
        }
    }

    #[test]
    fn dev_dependencies_may_be_any_crate() {
        assert!(one("core", "app", json!("dev")).is_empty());
    }

    #[test]
    fn a_crate_without_a_place_and_a_place_without_a_crate_are_faults() {
        let most = [("core", &[][..]), ("models", &[]), ("store", &[]), ("app", &[])];
        let faults = found(&[&most[..], &[("new", &[])]].concat());
        assert_eq!(faults, ["new is missing in the order of crates", "there is no crate board"]);
    }

    #[test]
    fn the_workspace_keeps_its_order() {
        check(&Sh::new(crate::root())).unwrap();
    }
}
