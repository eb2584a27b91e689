//! `cargo +nightly fuzz run link`, in `core/`.

#![no_main]

#[path = "../bytes_in.rs"]
mod bytes_in;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bytes_in::bytes_in(input));
