//! `cargo +nightly fuzz run link`, in `core/`.

#![no_main]

#[path = "../bytes_in.rs"]
mod bytes_in;

libfuzzer_sys::fuzz_target!(|input: &[u8]| match input {
    [0, bytes @ ..] => bytes_in::bytes_in(bytes),
    messages => bytes_in::messages_in(messages),
});
