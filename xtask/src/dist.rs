//! What is shipped: the optimised program and its Debian package.

use std::path::PathBuf;
use std::process::Command;

use crate::cross::{self, Cross};
use crate::sh::{Result, Sh, cargo};
use crate::{Options, features, ggml, system};

/// Builds the program as it is shipped and packs it.
///
/// # Errors
/// When something is missing here, with what to do, or when a step fails.
pub fn dist(sh: &Sh, options: &Options) -> Result<()> {
    let target = options.target;
    system::packages(sh, system::Needs::Dist { cross: target.is_cross() }, options)?;
    let cross = if target.is_cross() { Some(cross::prepare(sh, target)?) } else { None };
    ggml::build(sh, options)?;
    let program = build(sh, options, cross.as_ref())?;
    eprintln!("{}", program.display());
    Ok(())
}

/// Builds the program and returns where it lies.
fn build(sh: &Sh, options: &Options, cross: Option<&Cross>) -> Result<PathBuf> {
    sh.step(&format!("building sayso for {}", options.target.triple()));
    let mut build = cargo();
    build.args(["build", "--profile", "dist", "--package", "sayso"]).args(features(options));
    let mut folder = sh.target();
    if let Some(cross) = cross {
        cross.apply(&mut build);
        folder.push(options.target.triple());
    }
    sh.run(&mut build)?;
    Ok(folder.join("dist").join("sayso"))
}
