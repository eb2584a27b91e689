//! A real llama.cpp server.

#![allow(clippy::expect_used)] // These are helpers of tests.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use sayso_store::Store;

use crate::peers;

/// The package that has the server, and what it is part of.
const PACKAGE: (&str, &str) = ("xllamacpp", "2026.10.11549");

/// A running server.
pub struct Server {
    child: Child,
    /// It ends with this.
    input: Option<ChildStdin>,
    /// Where its interface is.
    pub url: String,
}

impl Server {
    /// A server of the small model.
    ///
    /// # Errors
    /// If the package is not available, or the server does not start here.
    ///
    /// # Panics
    /// If the small model is not installed.
    pub fn start() -> Result<Self, String> {
        let folder = peers::python_package(PACKAGE.0, PACKAGE.1)?;
        let store = Store::open(sayso_store::default_dir());
        let model = store.path("smollm2-135m", "q8_0.gguf").expect("the small model");
        let mut python = Command::new("python3");
        python.arg(peers::script("llama_server.py")).arg(model).env("PYTHONPATH", folder);
        python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = python.spawn().map_err(|error| format!("python3: {error}"))?;
        let mut address = String::new();
        let output = child.stdout.take().expect("output");
        BufReader::new(output).read_line(&mut address).expect("UTF-8");
        let input = child.stdin.take();
        if !address.starts_with("http") {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{} {} does not start here", PACKAGE.0, PACKAGE.1));
        }
        Ok(Self { child, input, url: format!("{}/v1", address.trim()) })
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
