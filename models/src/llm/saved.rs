//! The evaluated system prompt on disk. A file holds one state, under a key
//! of all that it depends on, with a checksum; anything else is "not there".

use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"SAYSOKV1";

/// What a saved state depends on, hashed.
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

/// The state saved under `key`, if the file holds it whole. Otherwise why not.
pub(super) fn load(path: &Path, key: &Key) -> Result<Vec<u8>, String> {
    let mut file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let size = file.metadata().map_err(|error| error.to_string())?.len();
    let mut head = [0; 8 + 32 + 32 + 8];
    file.read_exact(&mut head).map_err(|_| "it is too short".to_owned())?;
    let (magic, rest) = head.split_at(8);
    let (saved_key, rest) = rest.split_at(32);
    let (checksum, length) = rest.split_at(32);
    if magic != MAGIC {
        return Err("it is not a saved prompt".to_owned());
    }
    if saved_key != key {
        return Err("it is of another prompt, model or version".to_owned());
    }
    if length != (size - head.len() as u64).to_le_bytes() {
        return Err("it is cut short".to_owned());
    }
    let mut state = Vec::new();
    file.read_to_end(&mut state).map_err(|error| error.to_string())?;
    if Sha256::digest(&state)[..] != *checksum {
        return Err("its checksum is wrong".to_owned());
    }
    Ok(state)
}

/// Saves a state, so that the file is at every time the old one or the new one.
pub(super) fn store(path: &Path, key: &Key, state: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(MAGIC)?;
    file.write_all(key)?;
    file.write_all(&Sha256::digest(state))?;
    file.write_all(&(state.len() as u64).to_le_bytes())?;
    file.write_all(state)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_only_whole_and_only_under_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/prompt.kv");
        let (mine, other) = (key([&b"a"[..], b"bc"]), key([&b"ab"[..], b"c"]));
        assert_ne!(mine, other);
        assert!(load(&path, &mine).is_err());
        store(&path, &mine, b"state").unwrap();
        assert_eq!(load(&path, &mine).unwrap(), b"state");
        assert!(load(&path, &other).is_err());
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            assert!(load(&path, &mine).is_err(), "cut at {cut}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert!(load(&path, &mine).is_err(), "flipped at {at}");
        }
    }
}
