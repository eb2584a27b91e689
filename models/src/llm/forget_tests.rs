//! Nothing that one user said is in the next user's session: neither in the state that llama.cpp
//! exports, nor anywhere in this process's memory.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sayso_language::Language;

use super::{Config, Exchange, Llama, LlamaWeights, Llm, Sampling};
use crate::Cancel;

const SECRET: &str = "My name is Wilhelmina and the key is under the blue flowerpot.";

fn weights() -> LlamaWeights {
    let path = sayso_store::default_dir().join("smollm2-135m/q8_0.gguf");
    let sampling = Sampling { max_tokens: 24, ..Sampling::default() };
    let config =
        Config { n_ctx: 1024, threads: 1, threads_batch: 1, sampling, ..Config::default() };
    let mut weights = LlamaWeights::load(path, config).unwrap();
    let prompt = Language::english().prompts().small;
    weights.prime(prompt.system, &Exchange::examples(&prompt), None).unwrap();
    weights
}

/// Says the secret, and has it remembered.
fn converse(llama: &mut Llama) {
    llama.reply(SECRET, &Cancel::new(), &mut |_| ()).unwrap();
    llama.keep(None).unwrap();
}

/// The session's state as llama.cpp exports it: tokens, positions, keys and values.
fn state(llama: &Llama, folder: &Path) -> Vec<u8> {
    let path = folder.join("state");
    llama.context().save(&path, &[0; 32]).unwrap();
    std::fs::read(path).unwrap()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn the_state_of_a_forgotten_conversation_is_that_of_a_fresh_one() {
    let folder = tempfile::tempdir().unwrap();
    let weights = weights();
    let fresh = weights.session().unwrap();
    let mut used = weights.session().unwrap();
    converse(&mut used);
    let prompt = used.prompt(&[], Some(SECRET)).unwrap();
    // The words themselves, without the template's marks around them.
    let words = &prompt[fresh.cached().len()..][..8];
    let words: Vec<u8> = words.iter().flat_map(|token| token.to_le_bytes()).collect();
    assert!(contains(&state(&used, folder.path()), &words), "the search finds what is there");
    used.forget().unwrap();
    let wiped = state(&used, folder.path());
    assert!(!contains(&wiped, &words));
    assert_eq!(wiped, state(&fresh, folder.path()));
    assert_eq!(used.cached(), fresh.cached());
    assert_eq!(used.scores(), fresh.scores());
    assert!(used.history().is_empty());
}

/// How many bytes of a key or value are compared; enough to distinguish a conversation from
/// others.
const NEEDLE: usize = 64;
/// How many such pieces are searched for.
const NEEDLES: usize = 48;
/// Needles are stored masked, or the search would find them where they are stored.
const MASK: u8 = 0x5a;
const CHILD: &str = "SAYSO_TEST_NEEDLES";

/// Keys and values of the secret, computed by another process, because computing them here would
/// leave copies in this one.
fn needles() -> Vec<[u8; NEEDLE]> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let done = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "llm::forget_tests::nothing_of_a_forgotten_conversation_is_in_memory"])
        .env(CHILD, file.path())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    let bytes = std::fs::read(file.path()).unwrap();
    bytes.as_chunks::<NEEDLE>().0.to_vec()
}

/// The other process: writes masked pieces of the state that a fresh session does not have.
fn write_needles(to: PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let weights = weights();
    let mut llama = weights.session().unwrap();
    let fresh = state(&llama, folder.path());
    converse(&mut llama);
    let used = state(&llama, folder.path());
    let step = (used.len() / 1_500) & !1;
    let pieces = (step..used.len() - NEEDLE).step_by(step).map(|at| &used[at..at + NEEDLE]);
    // Pieces that are not zero and do not repeat.
    let telling = |piece: &&[u8]| {
        let distinct: std::collections::BTreeSet<_> = piece.iter().collect();
        distinct.len() > NEEDLE / 2 && !contains(&fresh, piece)
    };
    let found: Vec<u8> =
        pieces.filter(telling).take(NEEDLES).flatten().map(|byte| byte ^ MASK).collect();
    assert_eq!(found.len(), NEEDLE * NEEDLES);
    std::fs::write(to, found).unwrap();
}

/// How many of the needles are in this process's writable memory.
fn found(needles: &[[u8; NEEDLE]]) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
    let mut seen = vec![false; needles.len()];
    let first = |bytes: &[u8]| u16::from_le_bytes([bytes[0] ^ MASK, bytes[1] ^ MASK]);
    let mut starts = vec![false; 1 << 16];
    for needle in needles {
        starts[usize::from(u16::from_le_bytes([needle[0], needle[1]]))] = true;
    }
    let mut buffer = vec![0; 1 << 20];
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (range, _) = line.split_once(' ').unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let mut at = u64::from_str_radix(start, 16).unwrap();
        let end = u64::from_str_radix(end, 16).unwrap();
        while at < end {
            let length = buffer.len().min((end - at) as usize);
            memory.seek(SeekFrom::Start(at)).unwrap();
            // Some regions cannot be read.
            if memory.read_exact(&mut buffer[..length]).is_err() {
                break;
            }
            for window in buffer[..length].windows(NEEDLE).step_by(2) {
                if !starts[usize::from(first(window))] {
                    continue;
                }
                for (needle, seen) in needles.iter().zip(&mut seen) {
                    *seen |= window.iter().zip(needle).all(|(a, b)| a ^ MASK == *b);
                }
            }
            // The overlap of two reads is read twice.
            at += if at + length as u64 == end { length } else { length - NEEDLE } as u64;
        }
    }
    // Otherwise the next search would find what this one has read.
    buffer.fill(0);
    std::hint::black_box(&buffer);
    seen.into_iter().filter(|seen| *seen).count()
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_of_a_forgotten_conversation_is_in_memory() {
    if let Some(to) = std::env::var_os(CHILD) {
        return write_needles(to.into());
    }
    let needles = needles();
    assert_eq!(needles.len(), NEEDLES);
    let mut llama = weights().session().unwrap();
    assert_eq!(found(&needles), 0, "nothing was said yet");
    converse(&mut llama);
    let before = found(&needles);
    assert!(before > NEEDLES / 2, "the search finds what is there: {before}");
    llama.forget().unwrap();
    assert_eq!(found(&needles), 0);
}
