//! WAV files that symphonia does not accept as they are. Some have wrong lengths, because the
//! recorder was killed or wrote into a pipe. Others have lengths of 64 bits: RF64 and BW64 (EBU Tech
//! 3306, ITU-R BS.2088) and Sony's Wave64.

/// How many bytes are searched for the chunk that holds the sound.
pub(crate) const MOST_HEADER: u64 = 64 * 1024;
/// From this value on, a length in bytes means that the length is unknown. ffmpeg writes 0xFFFFFFFF,
/// SoX 0x7FFFF000, and arecord values near them.
const UNKNOWN: u64 = 0x7FFF_0000;
/// In RF64, this length means that the length is in another chunk.
const ELSEWHERE: u64 = u32::MAX as u64;

/// The second halves of Wave64's identifiers: of `riff`, and of `wave` and all its chunks.
const W64_RIFF: [u8; 12] = *b"\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00";
const W64_CHUNK: [u8; 12] = *b"\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A";

/// How to read a file as a plain WAV file.
#[derive(Debug)]
pub(crate) struct Plain {
    /// Replaces the file's own header.
    pub header: Vec<u8>,
    /// Where in the file the sound begins, and its length, in bytes.
    pub at: u64,
    pub sound: u64,
    /// Its length, in frames.
    pub frames: u64,
}

/// How to read the WAV file of `length` bytes that begins with `head` (at most [`MOST_HEADER`] of
/// it). `None` for a file that is plain already, and for every other file.
pub(crate) fn plain(head: &[u8], length: u64) -> Option<Plain> {
    let form = Form::of(head)?;
    let chunks = chunks(head, form)?;
    let there = length.checked_sub(chunks.at)?;
    let claimed = chunks.claimed;
    let placeholder = match form {
        Form::Riff => claimed >= UNKNOWN && there < claimed,
        // A placeholder that the recorder did not replace at the end.
        Form::Rf64 | Form::W64 => claimed >= ELSEWHERE && there < claimed,
    };
    let behind = head.get(usize::try_from(chunks.at).ok()?..)?;
    let unknown = placeholder || claimed == 0 && !is_chunk(behind, form);
    let sound = if unknown { there } else { claimed };
    if form == Form::Riff && !unknown {
        let whole = u64::from(u32_at(head, 4)?);
        if whole >= chunks.at - 8 + sound {
            return None;
        }
    }
    let align = u64::from(u16::from_le_bytes(*chunks.format.get(12..)?.first_chunk()?));
    Some(Plain {
        header: header(chunks.format, sound),
        at: chunks.at,
        sound,
        frames: sound / align.max(1),
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Riff,
    /// With 64-bit lengths in a chunk of their own.
    Rf64,
    /// With long identifiers, and 64-bit lengths that include them.
    W64,
}

impl Form {
    fn of(head: &[u8]) -> Option<Self> {
        let is = |at: usize, what: &[u8]| head.get(at..at + what.len()) == Some(what);
        if is(8, b"WAVE") {
            return match head.first_chunk()? {
                b"RIFF" => Some(Self::Riff),
                b"RF64" | b"BW64" => Some(Self::Rf64),
                _ => None,
            };
        }
        let long = is(0, b"riff") && is(4, &W64_RIFF) && is(24, b"wave") && is(28, &W64_CHUNK);
        long.then_some(Self::W64)
    }
}

struct Chunks<'a> {
    format: &'a [u8],
    /// Where the sound begins, and its length as far as it is known, in bytes.
    at: u64,
    claimed: u64,
}

/// Walks the chunks up to the one with the sound.
fn chunks(head: &[u8], form: Form) -> Option<Chunks<'_>> {
    let (mut at, lead, even) = if form == Form::W64 { (40, 24, 8) } else { (12, 8, 2) };
    let (mut format, mut long) = (None, None);
    loop {
        let kind = head.get(at..at + 4)?;
        let size = match form {
            Form::W64 => u64_at(head, at + 16)?.checked_sub(lead as u64)?,
            _ => u64::from(u32_at(head, at + 4)?),
        };
        let body = at.checked_add(lead)?;
        if kind == b"data" {
            let claimed = if size == ELSEWHERE { long.unwrap_or(size) } else { size };
            return Some(Chunks { format: format?, at: body as u64, claimed });
        }
        let size = usize::try_from(size).ok()?;
        match kind {
            b"fmt " => format = Some(head.get(body..body.checked_add(size)?)?),
            b"ds64" if form == Form::Rf64 => long = Some(u64_at(head, body + 8)?),
            _ => {}
        }
        // Chunks begin at even positions.
        at = body.checked_add(size)?.checked_next_multiple_of(even)?;
    }
}

/// A plain header. A length that is too large for it stands for an unknown one, and the sound then
/// ends with the file.
fn header(format: &[u8], sound: u64) -> Vec<u8> {
    let fits = |length: u64| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    let padded = format.len().next_multiple_of(2);
    let mut header = b"RIFF".to_vec();
    header.extend(fits((4 + 8 + padded as u64 + 8).saturating_add(sound)));
    header.extend(b"WAVEfmt ");
    header.extend(fits(format.len() as u64));
    header.extend(format);
    header.resize(20 + padded, 0);
    header.extend(b"data");
    header.extend(fits(sound));
    header
}

/// Whether a chunk of a known kind follows, or nothing at all, which means that there is no sound.
fn is_chunk(bytes: &[u8], form: Form) -> bool {
    const KINDS: [&[u8]; 6] = [b"LIST", b"id3 ", b"ID3 ", b"bext", b"fact", b"cue "];
    let long = form == Form::W64 && bytes.get(4..16) == Some(&W64_CHUNK);
    bytes.is_empty() || long || KINDS.iter().any(|kind| bytes.starts_with(kind))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
