//! WAV files with wrong lengths: of recorders that were killed, or write into a pipe.

use std::io::{Read, Result, Seek, SeekFrom};

/// More is not looked at for the chunk that holds the sound.
const MOST_HEADER: u64 = 64 * 1024;
/// From here on, in bytes, a length stands for an unknown one: 0xFFFFFFFF (ffmpeg),
/// 0x7FFFF000 (SoX) and what lies around them (arecord) are in use.
const UNKNOWN: u32 = 0x7FFF_0000;

/// The header of a WAV file of `length` bytes whose lengths are missing, place-holders, or
/// less than what is there, with the real ones in their place. What follows it in `file`
/// is then the sound. `None`, and `file` at its start, for every other file.
pub(crate) fn mended_header(file: &mut (impl Read + Seek), length: u64) -> Result<Option<Vec<u8>>> {
    let mut header = Vec::new();
    file.take(MOST_HEADER).read_to_end(&mut header)?;
    let mended = data_chunk(&header).and_then(|at| {
        let number = |at: usize| Some(u32::from_le_bytes(*header.get(at..)?.first_chunk()?));
        let (whole, claimed) = (number(4)?, number(at + 4)?);
        let there = u32::try_from(length.checked_sub(at as u64 + 8)?).ok()?;
        let unknown = claimed >= UNKNOWN && there < claimed
            || claimed == 0 && !is_chunk(header.get(at + 8..)?);
        let sound = if unknown { there } else { claimed };
        let least = (at as u32).saturating_add(sound);
        if !unknown && whole >= least {
            return None;
        }
        header.truncate(at + 8);
        header[4..8].copy_from_slice(&least.to_le_bytes());
        header[at + 4..].copy_from_slice(&sound.to_le_bytes());
        Some(header)
    });
    file.seek(SeekFrom::Start(mended.as_ref().map_or(0, |header| header.len() as u64)))?;
    Ok(mended)
}

/// Where the chunk with the sound begins.
fn data_chunk(header: &[u8]) -> Option<usize> {
    if !header.starts_with(b"RIFF") || header.get(8..12) != Some(b"WAVE") {
        return None;
    }
    let mut at = 12;
    while header.get(at..at + 4)? != b"data" {
        let size = u32::from_le_bytes(*header.get(at + 4..)?.first_chunk()?);
        // Chunks begin at even bytes.
        at = at.checked_add(8)?.checked_add(size.checked_next_multiple_of(2)? as usize)?;
    }
    Some(at)
}

/// Whether a chunk of a known kind follows, or nothing at all: then there is no sound.
fn is_chunk(bytes: &[u8]) -> bool {
    const KINDS: [&[u8]; 6] = [b"LIST", b"id3 ", b"ID3 ", b"bext", b"fact", b"cue "];
    bytes.is_empty() || KINDS.iter().any(|kind| bytes.starts_with(kind))
}
