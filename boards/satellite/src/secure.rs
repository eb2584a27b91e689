//! The sealed wire: the tunnel of `sayso_secure`, computed by snow.

use std::io;
use std::time::Instant;

use sayso_secure::{Engine, HANDSHAKE, Key, MAX_SEALED, PROLOGUE, Refusal, Role, Session, Tunnel};
use snow::{Builder, HandshakeState, StatelessTransportState};

use crate::wire::Wire;

const PROTOCOL: &str = "Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s";
/// Bytes that may wait for the wire: 0.3 s of uncompressed sound.
const OUT: usize = 16_384;

/// The host's [`Engine`]: the system's entropy, snow's handshake and ciphers.
pub struct Snow(Key);

impl Snow {
    /// An engine with this key.
    pub fn new(key: Key) -> Self {
        Self(key)
    }

    fn builder(&self) -> Result<Builder<'_>, snow::Error> {
        Builder::new(PROTOCOL.parse()?).prologue(PROLOGUE)?.psk(0, self.0.bytes())
    }
}

/// The keys of a session.
pub struct Keys(StatelessTransportState);

impl Engine for Snow {
    type Handshake = HandshakeState;
    type Session = Keys;

    fn begin(&mut self) -> Option<(HandshakeState, [u8; HANDSHAKE])> {
        let mut state = self.builder().and_then(Builder::build_initiator).ok()?;
        let mut first = [0; HANDSHAKE];
        state.write_message(&[], &mut first).ok().filter(|&len| len == HANDSHAKE)?;
        Some((state, first))
    }

    fn answer(&mut self, first: &[u8; HANDSHAKE]) -> Option<(Keys, [u8; HANDSHAKE])> {
        let mut state = self.builder().and_then(Builder::build_responder).ok()?;
        state.read_message(first, &mut []).ok()?;
        let mut second = [0; HANDSHAKE];
        state.write_message(&[], &mut second).ok().filter(|&len| len == HANDSHAKE)?;
        Some((Keys(state.into_stateless_transport_mode().ok()?), second))
    }

    fn finish(
        &mut self,
        mut state: HandshakeState,
        second: &[u8; HANDSHAKE],
    ) -> Result<Keys, Option<HandshakeState>> {
        if state.read_message(second, &mut []).is_err() {
            return Err(Some(state));
        }
        state.into_stateless_transport_mode().map(Keys).map_err(|_| None)
    }
}

impl Session for Keys {
    fn seal(&self, nonce: u64, plain: &[u8], sealed: &mut [u8]) -> Option<usize> {
        self.0.write_message(nonce, plain, sealed).ok()
    }

    fn open(&self, nonce: u64, sealed: &[u8], plain: &mut [u8]) -> Option<usize> {
        self.0.read_message(nonce, sealed, plain).ok()
    }
}

/// A wire that carries only sealed frames.
pub struct Sealed {
    wire: Box<dyn Wire>,
    tunnel: Tunnel<Snow, OUT>,
    began: Instant,
    /// What was received and is not read yet.
    came: Vec<u8>,
}

impl Sealed {
    /// Seals the traffic of `wire`, as the caller.
    pub fn new(wire: Box<dyn Wire>, key: Key) -> Self {
        let tunnel = Tunnel::new(Snow::new(key), Role::Caller);
        Self { wire, tunnel, began: Instant::now(), came: Vec::new() }
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    fn flush(&mut self) -> io::Result<()> {
        let sent = self.wire.write(self.tunnel.outgoing())?;
        self.tunnel.written(sent);
        Ok(())
    }
}

impl Wire for Sealed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let now = self.now();
        self.tunnel.poll(now);
        self.flush()?;
        // The opened frames are shorter than the sealed ones, so they have room.
        let most = buffer.len().saturating_sub(MAX_SEALED + self.came.len());
        let mut sealed = vec![0; most];
        let read = if most == 0 { 0 } else { self.wire.read(&mut sealed)? };
        for &byte in &sealed[..read] {
            if let Some(frame) = self.tunnel.push(byte, now) {
                self.came.push(0);
                self.came.extend(frame);
                self.came.push(0);
            }
        }
        let n = self.came.len().min(buffer.len());
        for (place, byte) in buffer.iter_mut().zip(self.came.drain(..n)) {
            *place = byte;
        }
        Ok(n)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let now = self.now();
        let taken = self.tunnel.send(bytes, now);
        self.flush()?;
        Ok(taken)
    }

    fn obstacle(&self) -> Option<&'static str> {
        match self.tunnel.refusal()? {
            Refusal::OtherKey => Some(
                "the satellite has another key than satellite.key, so nothing was sent or \
                 received: give both the same key",
            ),
            Refusal::Plain => Some(
                "the satellite does not encrypt, but satellite.key is set, so nothing was sent or \
                 received: give the satellite the key, or remove the setting",
            ),
        }
    }
}

#[cfg(test)]
#[path = "secure_tests.rs"]
mod tests;
