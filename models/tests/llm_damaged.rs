//! Model files that are not as they should be give an error, never a crash.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(feature = "llama")]

mod common;

use std::path::Path;

use sayso_models::ErrorKind;
use sayso_models::llm::gguf::Header;
use sayso_models::llm::{Config, Llama};

fn kind(path: &Path) -> ErrorKind {
    let error = Llama::load(path, Config { n_ctx: 128, ..Config::default() }).err().unwrap();
    assert_eq!(error.path(), Some(path), "{error}");
    error.kind()
}

fn good() -> Vec<u8> {
    std::fs::read(common::model("smollm2-135m", "q8_0.gguf")).unwrap()
}

#[test]
fn the_header_of_a_good_file_is_read() {
    let header = Header::open(&common::model("smollm2-135m", "q8_0.gguf")).unwrap();
    assert_eq!((header.architecture.as_str(), header.tensors), ("llama", 272));
    assert_eq!((header.vocabulary, header.trained_context), (49152, Some(8192)));
    assert!(header.chat_template.unwrap().contains("im_start"));
    let header = Header::open(&common::model("qwen2.5-coder-0.5b", "q4_0.gguf")).unwrap();
    assert_eq!(header.architecture, "qwen2");
}

#[test]
fn damaged_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    assert_eq!(kind(&path), ErrorKind::Missing);
    assert_eq!(kind(folder.path()), ErrorKind::Damaged);

    let good = good();
    let lengths =
        [0, 1, 3, 4, 7, 8, 15, 16, 23, 24, 100, 5000, 1 << 20, good.len() / 2, good.len() - 1];
    for length in lengths {
        std::fs::write(&path, &good[..length]).unwrap();
        assert_eq!(kind(&path), ErrorKind::Damaged, "{length} bytes");
    }
    for foreign in
        [&b"RIFF\x24\0\0\0WAVEfmt "[..], b"\0\0\0\0", b"<html>not found</html>", &[0xff; 4096]]
    {
        std::fs::write(&path, foreign).unwrap();
        assert_eq!(kind(&path), ErrorKind::Damaged);
    }
    let whisper = common::model("whisper-tiny.en", "ggml-q8_0.bin");
    assert_eq!(kind(&whisper), ErrorKind::Damaged);

    // Version, number of tensors, number of entries, length of the first key.
    for (at, bytes) in [(4, 4), (8, 8), (16, 8), (24, 8)] {
        for value in [0u64, 1, 1 << 20, 1 << 31, 1 << 40, u64::MAX / 2, u64::MAX] {
            let mut hostile = good[..1 << 22].to_vec();
            hostile[at..at + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
            std::fs::write(&path, &hostile).unwrap();
            assert_eq!(kind(&path), ErrorKind::Damaged, "{value} at {at}");
        }
    }
}

#[test]
fn a_file_with_a_wrong_number_is_refused_and_the_number_is_named() {
    let good = good();
    let find = |needle: &[u8]| good.windows(needle.len()).position(|w| w == needle).unwrap();
    // The value follows the key and the type (u32).
    for key in ["llama.embedding_length", "llama.block_count", "llama.attention.head_count"] {
        let at = find(key.as_bytes()) + key.len() + 4;
        for value in [0u32, u32::MAX, 7] {
            let mut bytes = good.clone();
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("model.gguf");
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(kind(&path), ErrorKind::Damaged, "{key} = {value}");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(300))]
    #[test]
    fn no_head_brings_the_reader_down(
        flips in proptest::collection::vec((0usize..2000, proptest::prelude::any::<u8>()), 1..6),
        length in 0usize..3_000_000,
    ) {
        static GOOD: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut bytes = GOOD.get_or_init(|| good()[..3_000_000].to_vec()).clone();
        for (at, byte) in flips {
            bytes[at] = byte;
        }
        bytes.truncate(length);
        // The tensors are missing in any case.
        assert!(Header::parse(&bytes).is_err());
    }
}
