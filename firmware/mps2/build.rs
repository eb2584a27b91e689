//! Gives the linker the memory map. The board has 4 MiB of each; the map has only what the
//! satellite's budget allows, so that the linker enforces the budget.

use std::path::PathBuf;
use std::{env, fs, io};

/// The flash and RAM without and with a wake phrase.
const SIZES: [(&str, &str); 2] = [("64K", "48K"), ("192K", "96K")];

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let (flash, ram) = SIZES[usize::from(env::var_os("CARGO_FEATURE_WAKE").is_some())];
    let memory = format!(
        "MEMORY {{
    FLASH : ORIGIN = 0x00000000, LENGTH = {flash}
    RAM   : ORIGIN = 0x20000000, LENGTH = {ram}
}}
"
    );
    fs::write(out.join("memory.x"), memory)?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg=-Tlink.x");
    println!("cargo:rustc-link-arg=--nmagic");
    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}
