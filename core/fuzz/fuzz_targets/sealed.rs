//! `cargo +nightly fuzz run sealed`, in `core/`.

#![no_main]

#[path = "../sealed_in.rs"]
mod sealed_in;

libfuzzer_sys::fuzz_target!(|input: &[u8]| sealed_in::sealed_in(input));
