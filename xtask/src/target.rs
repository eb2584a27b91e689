//! The target of a build: this machine, or a Raspberry Pi.

use std::path::{Path, PathBuf};

use crate::sh::Result;

/// A system that `cargo xtask dist` builds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A PC.
    X86_64,
    /// A Raspberry Pi or another 64-bit ARM board.
    Aarch64,
}

impl Target {
    /// The target of that name.
    ///
    /// # Errors
    /// If there is no package for such a target.
    pub fn parse(name: &str) -> Result<Self> {
        [Self::X86_64, Self::Aarch64].into_iter().find(|target| target.triple() == name).ok_or(
            format!("--target {name}: x86_64-unknown-linux-gnu or aarch64-unknown-linux-gnu"),
        )
    }

    /// This machine.
    pub fn host() -> Self {
        if cfg!(target_arch = "aarch64") { Self::Aarch64 } else { Self::X86_64 }
    }

    /// Rust's name of it.
    pub fn triple(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Aarch64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// Debian's name of it.
    pub fn debian(self) -> &'static str {
        match self {
            Self::X86_64 => "amd64",
            Self::Aarch64 => "arm64",
        }
    }

    /// Whether this machine is of another kind, so that it must be cross-compiled.
    pub fn is_cross(self) -> bool {
        self != Self::host()
    }

    /// The folder of its ggml, relative to the workspace's root.
    pub fn ggml(self) -> PathBuf {
        let native = Path::new(".native");
        if self.is_cross() {
            native.join(format!("ggml-{}", self.triple()))
        } else {
            native.join("ggml")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_named_as_rust_names_them() {
        assert_eq!(Target::parse("aarch64-unknown-linux-gnu"), Ok(Target::Aarch64));
        assert!(
            Target::parse("armv7-unknown-linux-gnueabihf").is_err_and(|e| e.contains("aarch64"))
        );
        assert!(!Target::host().is_cross());
        assert_ne!(Target::X86_64.ggml(), Target::Aarch64.ggml());
    }
}
