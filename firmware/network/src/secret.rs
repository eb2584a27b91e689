//! Secrets: a key, a token, a password. They come from files of their own.

use std::fs;
use std::io::Read;
use std::path::Path;

/// A longer file holds something else.
const LONGEST: u64 = 16_384;

/// Reads the secret in a file: its only line, without the end of it.
///
/// # Errors
/// With the file and what to do, if it cannot be read, if others may read it, or if it does not hold
/// one line of text. A group may read it that is not this user's own. The message never holds any of its text.
pub fn read(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| format!("{shown}: {error}");
    // Before it is opened: to open a pipe may wait for ever.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(format!("{shown}: this is no file"));
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};

        use rustix::process::{getegid, geteuid};

        let about = file.metadata().map_err(unreadable)?;
        let mode = about.permissions().mode();
        if mode & 0o007 != 0 {
            return Err(format!(
                "{shown}: anyone on this machine can read it: `chmod 600 {shown}`"
            ));
        }
        // Another group was chosen for this: that of the service, which does not own the file.
        let is_mine = about.uid() == geteuid().as_raw() && about.gid() == getegid().as_raw();
        if mode & 0o070 != 0 && is_mine {
            return Err(format!("{shown}: your group can read it: `chmod 600 {shown}`"));
        }
    }
    let mut text = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() as u64 > LONGEST {
        return Err(format!("{shown}: this file is too long to hold a secret"));
    }
    let text = String::from_utf8(text);
    let text = text.map_err(|_| format!("{shown}: this file holds more than text"))?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(format!("{shown}: this file is empty"));
    }
    if secret.contains(['\n', '\r']) {
        return Err(format!("{shown}: this file holds more than one line"));
    }
    if let Some(odd) = secret.chars().find(|c| c.is_control()) {
        let odd = u32::from(odd);
        return Err(format!(
            "{shown}: this file holds more than text: the byte 0x{odd:02X}, which is no letter; \
             write it as plain text (UTF-8)"
        ));
    }
    Ok(secret.to_owned())
}

/// Whether a secret can be sent in the header of a request.
pub fn fits_a_header(secret: &str) -> bool {
    secret.chars().all(|c| c.is_ascii_graphic() || c == ' ')
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("token");
        let with = |text: &[u8], mode: u32| {
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
            read(&path)
        };
        assert_eq!(with(b"abc\n", 0o600), Ok("abc".to_owned()));
        for mode in [0o644, 0o602, 0o601, 0o640, 0o660, 0o620] {
            assert!(with(b"abc", mode).expect_err("refused").contains("chmod 600"), "{mode:o}");
        }
        assert!(with(b"\n", 0o600).expect_err("refused").contains("empty"));
        assert!(with(b"a\nb", 0o600).expect_err("refused").contains("one line"));
        assert!(with(b"a\0b", 0o600).expect_err("refused").contains("0x00"));
        assert!(with(b"a\xff", 0o600).expect_err("refused").contains("more than text"));
        let long = "x".repeat(20_000);
        assert!(with(long.as_bytes(), 0o600).expect_err("refused").contains("too long"));
        assert!(read(&folder.path().join("none")).is_err());
        for odd in [folder.path(), Path::new("/dev/zero")] {
            assert!(read(odd).expect_err("refused").ends_with("this is no file"));
        }
    }

    #[test]
    fn no_message_shows_the_secret() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("token");
        for (text, mode) in [("hush", 0o644), ("hush\nhush", 0o600)] {
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
            assert!(!read(&path).expect_err("refused").contains("hush"), "{text:?}");
        }
    }

    #[test]
    fn only_plain_text_fits_a_header() {
        assert!(fits_a_header("sk-1 x"));
        assert!(!fits_a_header("ä") && !fits_a_header("a\tb"));
    }
}
