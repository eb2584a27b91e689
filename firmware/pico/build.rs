//! Gives the linker the memory map. Both chips have more memory; the map has only what the
//! satellite's budget allows, so that the linker enforces the budget.

use std::path::PathBuf;
use std::{env, fs, io};

/// The boot ROM loads the first 256 bytes, which set up the flash.
const RP2040: &str = "MEMORY {
    BOOT2 : ORIGIN = 0x10000000, LENGTH = 0x100
    FLASH : ORIGIN = 0x10000100, LENGTH = 64K - 0x100
    RAM   : ORIGIN = 0x20000000, LENGTH = 48K
}
EXTERN(BOOT2_FIRMWARE)
SECTIONS {
    .boot2 ORIGIN(BOOT2) : {
        KEEP(*(.boot2));
    } > BOOT2
} INSERT BEFORE .text;
";

/// The boot ROM looks in the first 4 KiB for a block that describes the image.
const RP2350: &str = "MEMORY {
    FLASH : ORIGIN = 0x10000000, LENGTH = 64K
    RAM   : ORIGIN = 0x20000000, LENGTH = 48K
}
SECTIONS {
    .start_block : ALIGN(4) {
        KEEP(*(.start_block));
    } > FLASH
} INSERT AFTER .vector_table;
_stext = ADDR(.start_block) + SIZEOF(.start_block);
";

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let memory = if env::var_os("CARGO_FEATURE_RP2350").is_some() { RP2350 } else { RP2040 };
    fs::write(out.join("memory.x"), memory)?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg=-Tlink.x");
    println!("cargo:rustc-link-arg=--nmagic");
    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}
