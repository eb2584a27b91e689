//! GPT-2's byte-level vocabulary in the form of Whisper's `vocabulary.txt`: each byte of a token
//! is written as one printable character.

use super::reader::damaged;
use crate::error::Result;

const WHAT: &str = "Whisper vocabulary";
/// The first of the special tokens; whisper.cpp derives those from their number.
const END_OF_TEXT: &str = "<|endoftext|>";

/// The bytes of every ordinary token, in id order. The file must have `count` lines.
pub(super) fn text_tokens(vocabulary: &[u8], count: usize) -> Result<Vec<Vec<u8>>> {
    let text = std::str::from_utf8(vocabulary).map_err(|_| damaged(WHAT, "it is not text"))?;
    let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
    if lines.len() != count {
        let found = lines.len();
        return Err(damaged(WHAT, format_args!("{found} tokens where the model has {count}")));
    }
    let end = lines.iter().position(|line| *line == END_OF_TEXT);
    let end = end.ok_or_else(|| damaged(WHAT, format_args!("{END_OF_TEXT} is missing")))?;
    let bytes = byte_of_char();
    let token = |line: &&str| -> Option<Vec<u8>> {
        line.chars().map(|c| bytes.get(c as usize).copied().flatten()).collect()
    };
    lines[..end]
        .iter()
        .map(|line| token(line).ok_or_else(|| damaged(WHAT, format_args!("{line:?} is no token"))))
        .collect()
}

/// The byte that each character below U+0144 represents: itself if it is printable Latin-1; the
/// other bytes are in order from U+0100 on.
fn byte_of_char() -> [Option<u8>; 0x144] {
    let mut table = [None; 0x144];
    let mut next = 0x100;
    for byte in 0..=u8::MAX {
        let printable = matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
        if printable {
            table[usize::from(byte)] = Some(byte);
        } else {
            table[next] = Some(byte);
            next += 1;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_one_character() {
        let mut seen: Vec<u8> = byte_of_char().into_iter().flatten().collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..=255).collect::<Vec<u8>>());
    }

    #[test]
    fn tokens_are_decoded_up_to_the_special_ones() {
        let tokens = text_tokens("a\nĠthe\nĊ\n<|endoftext|>\n<|x|>\n".as_bytes(), 5).unwrap();
        assert_eq!(tokens, [b"a".to_vec(), b" the".to_vec(), b"\n".to_vec()]);
    }

    #[test]
    fn foreign_files_are_refused() {
        for bad in ["a\nb\n", "a\n漢\n<|endoftext|>\n", ""] {
            assert!(text_tokens(bad.as_bytes(), 3).is_err());
        }
        assert!(text_tokens(&[0xFF, 0xFE], 1).is_err());
    }
}
