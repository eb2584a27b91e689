//! The satellite's end of a sealed wire.

use std::io::{self, Read, Write};
use std::time::Instant;

use sayso_secure::{Entropy, Key, Noise, Role, Tunnel};

/// The system's entropy.
struct System;

impl Entropy for System {
    fn secret(&mut self) -> Option<[u8; 32]> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).unwrap();
        Some(secret)
    }
}

/// Seals the traffic of `wire`, as a satellite does.
pub struct Sealed<W> {
    wire: W,
    tunnel: Tunnel<Noise<System>, 16_384>,
    began: Instant,
    came: Vec<u8>,
}

impl<W: Read + Write> Sealed<W> {
    pub fn new(wire: W, key: Key) -> Self {
        let tunnel = Tunnel::new(Noise::new(key, System), Role::Answerer);
        Self { wire, tunnel, began: Instant::now(), came: Vec::new() }
    }

    fn send(&mut self) -> io::Result<()> {
        let sent = self.wire.write(self.tunnel.outgoing())?;
        self.tunnel.written(sent);
        Ok(())
    }
}

impl<W: Read + Write> Read for Sealed<W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let now = self.began.elapsed().as_millis() as u64;
        if self.came.is_empty() {
            let mut sealed = [0; 512];
            let n = self.wire.read(&mut sealed)?;
            if n == 0 {
                return Ok(0);
            }
            for &byte in &sealed[..n] {
                if let Some(frame) = self.tunnel.push(byte, now) {
                    self.came.extend([&[0], frame, &[0]].concat());
                }
            }
            self.send()?;
        }
        if self.came.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let n = self.came.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.came[..n]);
        self.came.drain(..n);
        Ok(n)
    }
}

impl<W: Read + Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.tunnel.send(bytes, self.began.elapsed().as_millis() as u64);
        self.send()?;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
