//! Where model files live on this machine: `<store>/<model name>/<file>`.

use std::path::PathBuf;

/// The folder of the model store: `$SAYSO_MODELS` when set, else `sayso/models`
/// in the user's cache folder (`~/.cache` on Linux), else `sayso-models` here.
pub fn default_dir() -> PathBuf {
    match std::env::var_os("SAYSO_MODELS").filter(|dir| !dir.is_empty()) {
        Some(dir) => PathBuf::from(dir),
        None => dirs::cache_dir()
            .map(|cache| cache.join("sayso").join("models"))
            .unwrap_or_else(|| PathBuf::from("sayso-models")),
    }
}
