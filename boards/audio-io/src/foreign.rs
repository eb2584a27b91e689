//! Messages about files that cannot be read: which format they have, and how to convert them.

use std::path::Path;

/// Says that the file that begins with `head` cannot be read, and what to do.
pub(crate) fn advice(path: &Path, head: &[u8]) -> String {
    let what = match format(head) {
        Some(format) => format!("is {format}, which Sayso cannot read"),
        None => "is in a format that Sayso cannot read".into(),
    };
    let wav = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav"));
    let to = path.with_extension(if wav { "flac" } else { "wav" });
    let (from, to) = (quoted(path), quoted(&to));
    format!("{what}: convert it to WAV or FLAC, for example with `ffmpeg -i {from} {to}`")
}

/// The name of the format of a file that begins like this, if it is well known.
fn format(head: &[u8]) -> Option<&'static str> {
    never_read(head).or_else(|| compressed(head))
}

/// The name of a well-known format that is never read.
pub(crate) fn never_read(head: &[u8]) -> Option<&'static str> {
    let frame = |mask: u8, sync: u8| {
        head.first() == Some(&0xFF) && head.get(1).is_some_and(|byte| byte & mask == sync)
    };
    // AAC's frames have MPEG's sync word and layer 0.
    if frame(0xF6, 0xF0) {
        return Some("AAC");
    }
    if frame(0xE0, 0xE0) {
        return Some("MP3");
    }
    const KNOWN: [(usize, &[u8], &str); 14] = [
        (28, b"OpusHead", "Ogg Opus"),
        (28, b"\x01vorbis", "Ogg Vorbis"),
        (28, b"Speex   ", "Ogg Speex"),
        (4, b"ftyp", "MPEG-4 sound (M4A, AAC)"),
        (0, b"ID3", "MP3"),
        (0, b"\x1A\x45\xDF\xA3", "Matroska or WebM"),
        (8, b"AVI ", "an AVI video"),
        (0, b"#!AMR", "AMR"),
        (0, b"wvpk", "WavPack"),
        (0, b"MAC ", "Monkey's Audio"),
        (0, b"TTA", "True Audio"),
        (0, b".snd", "AU"),
        (0, b"DSD ", "DSD"),
        (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media (WMA)"),
    ];
    let known = KNOWN.into_iter().find(|(at, what, _)| starts(head, *at, what));
    known.map(|(.., name)| name)
}

/// The name of a format that is read unless its sound is compressed.
fn compressed(head: &[u8]) -> Option<&'static str> {
    const KNOWN: [(usize, &[u8], &str); 5] = [
        (0, b"OggS", "Ogg without FLAC in it"),
        (0, b"caff", "CAF with compressed sound"),
        (8, b"AIFC", "AIFF with compressed sound"),
        (8, b"WAVE", "WAV with compressed sound"),
        (0, b"riff", "Wave64 with compressed sound"),
    ];
    let known = KNOWN.into_iter().find(|(at, what, _)| starts(head, *at, what));
    known.map(|(.., name)| name)
}

fn starts(head: &[u8], at: usize, what: &[u8]) -> bool {
    head.get(at..).is_some_and(|head| head.starts_with(what))
}

/// A path, quoted for a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+,@%".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        return text;
    }
    let dashed = if text.starts_with('-') { "./" } else { "" };
    format!("'{dashed}{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_copied_into_a_shell() {
        let told = |path: &str| advice(Path::new(path), b"ID3\x04");
        assert!(told("a/memo.mp3").ends_with("with `ffmpeg -i a/memo.mp3 a/memo.wav`"));
        let odd = told("what's up.mp3");
        assert!(odd.ends_with(r"`ffmpeg -i 'what'\''s up.mp3' 'what'\''s up.wav'`"), "{odd}");
        assert!(told("-x.mp3").contains("'./-x.mp3'"), "{}", told("-x.mp3"));
        // The command never writes over the file itself.
        assert!(told("memo.WAV").contains("memo.WAV memo.flac"), "{}", told("memo.WAV"));
    }
}
