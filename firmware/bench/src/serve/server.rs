//! A `sayso serve` in a process of its own.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sayso::{Error, Result, Stop};

use super::super::figures;
use crate::term;

/// How long the models may take to load.
const LOADING: Duration = Duration::from_secs(120);

/// A running server. Dropping it ends the process.
pub struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts the program with so many sessions, and waits until its models are loaded.
    ///
    /// # Errors
    /// If it cannot be started, ends, or is not ready in two minutes.
    pub fn start(mut program: Command, sessions: u8, stop: &Stop) -> Result<Self> {
        let failed = |error| Error::io("sayso serve", error);
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let port = free.local_addr().map_err(failed)?.port();
        drop(free);
        program.arg("--set").arg(format!("models.sessions={sessions}"));
        // All clients have one address.
        program.args(["--set", "server.per_address=65535"]);
        program.args(["serve", "--control", "none"]);
        program.args(["--listen", &format!("http:127.0.0.1:{port}")]);
        let child = program
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let mut server = Self { child, port };
        let loading = term::Busy::new("loading the models of the server");
        let began = Instant::now();
        while !server.is_ready() {
            if let Some(status) = server.child.try_wait().map_err(failed)? {
                return Err(Error::input(format!(
                    "`sayso serve` has ended ({status}): start it by hand to see why"
                )));
            }
            if stop.is_stopped() {
                return Err(Error::stopped());
            }
            if began.elapsed() > LOADING {
                return Err(Error::input("`sayso serve` was not ready in two minutes"));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        drop(loading);
        Ok(server)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its memory outside of mapped files, in MiB.
    ///
    /// # Errors
    /// If the system does not report it.
    pub fn memory(&self) -> Result<f64> {
        figures::anonymous_mib_of(self.child.id())
            .ok_or_else(|| Error::input("this system does not report the memory of a process"))
    }

    fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) else {
            return false;
        };
        let ask = format!(
            "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        );
        let mut answer = Vec::new();
        let asked = stream.set_read_timeout(Some(Duration::from_secs(2))).is_ok()
            && stream.write_all(ask.as_bytes()).is_ok()
            && stream.read_to_end(&mut answer).is_ok();
        asked && answer.starts_with(b"HTTP/1.1 200 ")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It holds nothing that must be saved.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
