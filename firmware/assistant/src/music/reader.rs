//! The worker that reads music, at one board.

use std::path::PathBuf;

use sayso_audio_io::SoundFile;
use sayso_models::Cancel;

use super::guarded;
use crate::cores::Seat;
use crate::engines::Engines;
use crate::worker::{Tools, Worker};

/// The next piece of a track is wanted.
#[derive(Debug)]
pub struct Wanted {
    /// The number of the reading. Another one begins with another file, or at another place.
    pub reading: u64,
    /// The file.
    pub path: PathBuf,
    /// How many samples were read before.
    pub at: u64,
    /// The rate of the samples, in Hz.
    pub rate: u32,
    /// Stops the work.
    pub cancel: Cancel,
}

/// A piece of a track: about a second.
#[derive(Debug)]
pub struct Piece {
    /// The number of the reading.
    pub reading: u64,
    /// The sound, mono.
    pub samples: Vec<f32>,
    /// What comes after it.
    pub rest: Rest,
}

/// What comes after a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rest {
    /// More.
    More,
    /// Nothing: the track is over.
    None,
    /// Nothing, because the file cannot be read. Why, for a log.
    Broken(String),
}

/// Reads music. It holds no cores, because it computes little and may wait for a disk.
pub struct MusicReader {
    open: Option<Open>,
    seat: Seat,
}

/// The track that is being read.
struct Open {
    reading: u64,
    file: SoundFile,
    /// How many samples were read.
    at: u64,
}

impl MusicReader {
    /// The next second, or what is left. Stops early if it is cancelled.
    fn read(&mut self, wanted: &Wanted, cancel: &Cancel) -> sayso_audio_io::Result<Piece> {
        let Wanted { reading, rate, .. } = *wanted;
        let same = |open: &Open| open.reading == reading && open.at == wanted.at;
        let mut open = match self.open.take().filter(same) {
            Some(open) => open,
            None => {
                let file = SoundFile::open_music(&wanted.path, Some(rate))?;
                Open { reading, file, at: 0 }
            }
        };
        let (mut samples, mut rest) = (Vec::new(), Rest::More);
        while samples.len() < rate as usize && !cancel.is_cancelled() {
            let Some(block) = open.file.next_block()? else {
                rest = Rest::None;
                break;
            };
            // What a worker before this one has read already.
            let known = usize::try_from(wanted.at.saturating_sub(open.at)).unwrap_or(usize::MAX);
            open.at += block.len() as u64;
            samples.extend_from_slice(block.get(known.min(block.len())..).unwrap_or_default());
        }
        self.open = Some(open).filter(|_| rest == Rest::More);
        Ok(Piece { reading, samples, rest })
    }
}

impl Worker for MusicReader {
    type Order = Wanted;
    type Report = Piece;
    const NAME: &'static str = "music";

    fn hire(_: &mut Engines, tools: &Tools) -> Self {
        Self { open: None, seat: tools.seat(1) }
    }

    fn give_back(self, _: &mut Engines) {}

    fn cancel(wanted: &Wanted) -> Cancel {
        wanted.cancel.clone()
    }

    fn seat(&self) -> &Seat {
        &self.seat
    }

    fn run(&mut self, wanted: Wanted, cancel: &Cancel, emit: &mut dyn FnMut(Piece)) {
        if cancel.is_cancelled() {
            return;
        }
        let read = guarded(&wanted.path, || self.read(&wanted, cancel));
        if cancel.is_cancelled() {
            self.open = None;
            return;
        }
        let reading = wanted.reading;
        let broken = |why| Piece { reading, samples: Vec::new(), rest: Rest::Broken(why) };
        emit(read.unwrap_or_else(broken));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sayso_audio_io::WavWriter;

    use super::*;
    use crate::cores::Cores;

    const RATE: u32 = 24_000;

    fn reader() -> MusicReader {
        MusicReader { open: None, seat: Cores::new(1).seat() }
    }

    /// The next piece of a file.
    fn next(reader: &mut MusicReader, path: &Path, at: u64, reading: u64) -> Piece {
        let (path, cancel) = (path.to_owned(), Cancel::new());
        let mut pieces = Vec::new();
        let wanted = Wanted { reading, path, at, rate: RATE, cancel: cancel.clone() };
        reader.run(wanted, &cancel, &mut |piece| pieces.push(piece));
        pieces.pop().expect("a piece")
    }

    /// All of a file, by one reader after the other from `change` on.
    fn all(path: &Path, change: usize) -> (Vec<f32>, Rest) {
        let (mut reader, mut samples) = (reader(), Vec::new());
        for n in 0.. {
            if n == change {
                reader = self::reader();
            }
            let piece = next(&mut reader, path, samples.len() as u64, 1);
            samples.extend(piece.samples);
            if piece.rest != Rest::More {
                return (samples, piece.rest);
            }
            assert!(n < 100, "it ends");
        }
        unreachable!()
    }

    fn wav(folder: &Path, rate: u32, samples: &[f32]) -> PathBuf {
        let path = folder.join("music.wav");
        let mut writer = WavWriter::create(&path, rate, 1).unwrap();
        writer.write(samples).unwrap();
        writer.finish().unwrap();
        path
    }

    #[test]
    fn a_track_is_read_whole_at_the_rate_of_playback() {
        let folder = tempfile::tempdir().unwrap();
        let tone: Vec<f32> = (0..3 * 44_100).map(|n| (n as f32 * 0.05).sin() * 0.5).collect();
        let path = wav(folder.path(), 44_100, &tone);
        let (samples, rest) = all(&path, usize::MAX);
        assert_eq!(rest, Rest::None);
        assert_eq!(samples.len(), 3 * RATE as usize);
        // A reader that replaces another goes on where that one stopped.
        for change in [1, 2] {
            assert!(all(&path, change).0 == samples, "from piece {change}");
        }
    }

    #[test]
    fn another_reading_begins_at_the_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let ramp: Vec<f32> = (0..3 * RATE).map(|n| n as f32 / 100_000.0).collect();
        let path = wav(folder.path(), RATE, &ramp);
        let mut reader = reader();
        let first = next(&mut reader, &path, 0, 1).samples;
        let second = next(&mut reader, &path, first.len() as u64, 1).samples;
        assert!(first != second);
        assert!(next(&mut reader, &path, 0, 2).samples == first);
    }

    #[test]
    fn what_cannot_be_read_is_broken_and_nothing_panics() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("song.mp3");
        for bytes in [&b"ID3\x04\0\0\xff\xff\xff\xff"[..], b"", b"\xff\xfb\x90\x44 and no more"] {
            std::fs::write(&path, bytes).unwrap();
            let (samples, rest) = all(&path, usize::MAX);
            assert!(matches!(rest, Rest::Broken(_)), "{bytes:?}: {} {rest:?}", samples.len());
        }
        let missing = next(&mut reader(), &folder.path().join("none.ogg"), 0, 1);
        assert!(matches!(&missing.rest, Rest::Broken(why) if why.contains("none.ogg")));
    }

    #[test]
    fn a_decoder_that_panics_has_failed() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let read = guarded(Path::new("/m/evil.ogg"), || -> sayso_audio_io::Result<()> {
            panic!("out of range")
        });
        std::panic::set_hook(hook);
        assert!(read.unwrap_err().contains("/m/evil.ogg"));
    }

    #[test]
    fn a_cancelled_reading_reports_nothing() {
        let cancel = Cancel::new();
        cancel.cancel();
        let wanted =
            Wanted { reading: 1, path: "x".into(), at: 0, rate: RATE, cancel: cancel.clone() };
        reader().run(wanted, &cancel, &mut |piece| panic!("{piece:?}"));
    }
}
