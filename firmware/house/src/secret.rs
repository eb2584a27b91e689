//! Secrets: a token, a password. They come from files of their own.

use std::fs;
use std::io::Read;
use std::path::Path;

/// A longer file holds something else.
const LONGEST: u64 = 16_384;

/// Reads the secret in a file, without the end of its line.
///
/// # Errors
/// With what to do, if it cannot be read, if others may read it too, or if it holds no text.
pub fn read(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let file = fs::File::open(path).map_err(|error| format!("{shown}: {error}"))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let about = file.metadata().map_err(|error| format!("{shown}: {error}"))?;
        // A group may be that of the service.
        if about.permissions().mode() & 0o007 != 0 {
            return Err(format!(
                "{shown}: anyone on this machine can read it: `chmod 600 {shown}`"
            ));
        }
    }
    let mut text = String::new();
    let read = file.take(LONGEST + 1).read_to_string(&mut text);
    read.map_err(|error| format!("{shown}: {error}"))?;
    let secret = text.trim();
    match secret.len() {
        0 => Err(format!("{shown}: this file is empty")),
        n if n as u64 > LONGEST => Err(format!("{shown}: this file is too long to hold a secret")),
        _ if secret.contains(char::is_control) => {
            Err(format!("{shown}: this file holds more than one line"))
        }
        _ => Ok(secret.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("token");
        let with = |text: &str, mode: u32| {
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
            read(&path)
        };
        assert_eq!(with("abc\n", 0o600), Ok("abc".to_owned()));
        assert_eq!(with("abc", 0o640), Ok("abc".to_owned()));
        assert!(with("abc", 0o644).expect_err("refused").contains("chmod 600"));
        assert!(with("\n", 0o600).expect_err("refused").contains("empty"));
        assert!(with("a\nb", 0o600).expect_err("refused").contains("one line"));
        assert!(with(&"x".repeat(20_000), 0o600).expect_err("refused").contains("too long"));
        assert!(read(&folder.path().join("none")).is_err());
    }
}
