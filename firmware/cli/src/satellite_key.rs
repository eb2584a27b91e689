//! `sayso satellite-key`, and the key in the settings.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use sayso::config::Satellite;
use sayso::{Error, ErrorKind, Result};
use sayso_network::secret;
use sayso_satellite_board::{Key, Security, generate_key};

use super::term;

const EXAMPLES: &str = "\
Examples:
  sayso satellite-key -o ~/.config/sayso/satellite.key
  sayso --set satellite.key_file=~/.config/sayso/satellite.key run --board tcp:kitchen.lan:7000

The satellite needs the same key: see docs/satellite.md. Anyone who has the key can listen
in and speak for you; nobody else on the network can.";

/// Make the key that encrypts satellites on the network.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct SatelliteKey {
    /// Write it to this new file, which only you can read, instead of printing it
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A JSON object: the key, or the file that it is in
    #[arg(long)]
    json: bool,
}

impl SatelliteKey {
    pub fn run(&self) -> Result<()> {
        let key = generate_key()
            .map_err(|error| Error::io("the system provides no random bytes", error))?;
        if let Some(path) = &self.output {
            write(path, &key).map_err(|error| {
                let hint = match error.kind() {
                    std::io::ErrorKind::AlreadyExists => {
                        ": satellites may be using that key. Remove the file, or name another"
                    }
                    _ => "",
                };
                let message = format!("{}: {error}{hint}", path.display());
                Error::new(ErrorKind::Io, message).with_source(error)
            })?;
        }
        if let Some(line) = self.line(&key) {
            println!("{line}");
        }
        Ok(())
    }

    /// What is printed. A key that was written to a file is not shown.
    fn line(&self, key: &Key) -> Option<String> {
        let shown = self.output.is_none().then(|| format!("{key:x}"));
        if !self.json {
            return shown;
        }
        let output = self.output.as_ref().map(super::lossy);
        Some(term::json(&serde_json::json!({ "key": shown, "output": output })))
    }
}

/// Writes `key` to a new file that nobody else can read.
fn write(path: &Path, key: &Key) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{key:x}")?;
    file.sync_all()
}

/// How satellites on the network are protected, according to the settings.
///
/// # Errors
/// When the key's file cannot be read or holds none.
pub fn security(settings: &Satellite) -> Result<Security> {
    let path = &settings.key_file;
    if !path.as_os_str().is_empty() {
        return read(path).map(Security::Key);
    }
    if settings.key.is_empty() {
        return Ok(if settings.insecure { Security::None } else { Security::LoopbackOnly });
    }
    let key = Key::from_hex(settings.key.as_bytes());
    key.map(Security::Key).ok_or_else(|| Error::config(format!("satellite.key: {WANTED}")))
}

const WANTED: &str = "not 64 hexadecimal digits, as `sayso satellite-key` makes them";

fn read(path: &Path) -> Result<Key> {
    let failed = |why: String| Error::config(format!("satellite.key_file: {why}"));
    let digits = secret::read(path).map_err(failed)?;
    let key = Key::from_hex(digits.as_bytes());
    key.ok_or_else(|| failed(format!("{}: {WANTED}", path.display())))
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn settings(key: &str, file: &Path, insecure: bool) -> Satellite {
        Satellite { key: key.into(), key_file: file.into(), insecure, ..Satellite::default() }
    }

    #[test]
    fn the_key_comes_from_the_file_or_the_settings() {
        let none = Path::new("");
        assert_eq!(security(&settings("", none, false)).unwrap(), Security::LoopbackOnly);
        assert_eq!(security(&settings("", none, true)).unwrap(), Security::None);
        let digits = "00ff".repeat(16);
        let key = Security::Key(Key::from_hex(digits.as_bytes()).unwrap());
        // The key counts, whatever else is allowed.
        assert_eq!(security(&settings(&digits, none, true)).unwrap(), key);
        assert!(security(&settings("00", none, false)).is_err());

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        SatelliteKey { output: Some(path.clone()), json: false }.run().unwrap();
        #[cfg(unix)]
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let Security::Key(first) = security(&settings("", &path, false)).unwrap() else { panic!() };
        // A key that may be in use is not overwritten.
        let error = SatelliteKey { output: Some(path.clone()), json: false }.run().unwrap_err();
        assert!(error.to_string().contains("Remove the file"), "{error}");
        assert_eq!(read(&path).unwrap(), first);
        let other = folder.path().join("other");
        SatelliteKey { output: Some(other.clone()), json: true }.run().unwrap();
        assert_ne!(read(&other).unwrap(), first, "chance");

        std::fs::write(&path, "no key\n").unwrap();
        let error = security(&settings("", &path, false)).unwrap_err();
        assert!(error.to_string().contains("64 hexadecimal digits"), "{error}");
        assert!(security(&settings("", &folder.path().join("none"), true)).is_err());
        #[cfg(unix)]
        {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            let error = security(&settings("", &path, false)).unwrap_err().to_string();
            assert!(error.contains("satellite.key_file") && error.contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn the_key_is_shown_only_if_it_is_not_in_a_file() {
        let key = generate_key().unwrap();
        let hex = format!("{key:x}");
        let line = |output: Option<&str>, json| {
            SatelliteKey { output: output.map(PathBuf::from), json }.line(&key)
        };
        assert_eq!(line(None, false), Some(hex.clone()));
        assert_eq!(line(Some("/k"), false), None);
        assert_eq!(line(None, true), Some(format!(r#"{{"key":"{hex}","output":null}}"#)));
        assert_eq!(line(Some("/k"), true).as_deref(), Some(r#"{"key":null,"output":"/k"}"#));
    }
}
