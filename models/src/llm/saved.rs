//! The evaluated system prompt on disk: llama.cpp's own file of a sequence, with a seal at its
//! end: a checksum, a key of everything that it depends on, and a magic. Only a file with a valid
//! seal is passed to llama.cpp.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"SAYSOKV2";

/// A hash of everything that a saved state depends on.
pub(super) type Key = [u8; 32];

/// A key of these parts.
pub(super) fn key<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Whether the file is complete and was saved under `key`. If not, the error says why.
pub(super) fn check(path: &Path, key: &Key) -> Result<(), String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let (rest, magic) = bytes.split_last_chunk::<8>().unwrap_or((&[], &[0; 8]));
    let (rest, saved_key) = rest.split_last_chunk::<32>().unwrap_or((&[], &[0; 32]));
    let Some((state, checksum)) = rest.split_last_chunk::<32>().filter(|_| magic == MAGIC) else {
        return Err("it is not a complete saved prompt".to_owned());
    };
    if saved_key != key {
        return Err("it belongs to another prompt, model or version".to_owned());
    }
    if Sha256::digest(state)[..] != *checksum {
        return Err("its checksum is wrong".to_owned());
    }
    Ok(())
}

/// Saves what `write` writes into the file that it is given. The file at `path` is always either
/// the old one or the new one.
pub(super) fn store(
    path: &Path,
    key: &Key,
    write: impl FnOnce(&Path) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    write(file.path())?;
    let mut state = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut state)?;
    file.write_all(&Sha256::digest(&state))?;
    file.write_all(key)?;
    file.write_all(MAGIC)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_restored_only_whole_and_only_under_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/prompt.kv");
        let (mine, other) = (key([&b"a"[..], b"bc"]), key([&b"ab"[..], b"c"]));
        assert_ne!(mine, other);
        assert!(check(&path, &mine).is_err());
        store(&path, &mine, |file| std::fs::write(file, b"state")).unwrap();
        assert!(check(&path, &mine).is_ok());
        assert!(std::fs::read(&path).unwrap().starts_with(b"state"));
        assert!(check(&path, &other).is_err());
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            assert!(check(&path, &mine).is_err(), "cut at {cut}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert!(check(&path, &mine).is_err(), "flipped at {at}");
        }
    }
}
