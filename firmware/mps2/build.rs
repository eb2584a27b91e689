//! Gives the linker the memory map. The board has 4 MiB of each; the map has only what the
//! satellite's budget allows, so that the linker enforces the budget.

use std::path::PathBuf;
use std::{env, fs, io};

const MEMORY: &str = "MEMORY {
    FLASH : ORIGIN = 0x00000000, LENGTH = 64K
    RAM   : ORIGIN = 0x20000000, LENGTH = 48K
}
";

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("memory.x"), MEMORY)?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg=-Tlink.x");
    println!("cargo:rustc-link-arg=--nmagic");
    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}
