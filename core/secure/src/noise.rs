use noise_protocol::patterns::noise_nn_psk0;
use noise_protocol::{Cipher, HandshakeState, U8Array};

use crate::crypto::{Blake2s, ChaChaPoly, Curve25519, Secret};
use crate::engine::{Engine, Entropy, HANDSHAKE, PROLOGUE, Session, TAG};
use crate::key::Key;

/// The engine for boards: no allocation, no tables.
pub struct Noise<R> {
    key: Key,
    entropy: R,
}

/// A handshake that this side has begun.
pub struct Begun(State);

/// The keys of a session.
pub struct Keys {
    ours: Secret,
    theirs: Secret,
}

type State = HandshakeState<Curve25519, ChaChaPoly, Blake2s>;

impl<R: Entropy> Noise<R> {
    /// An engine with this key.
    pub const fn new(key: Key, entropy: R) -> Self {
        Self { key, entropy }
    }

    fn state(&mut self, caller: bool) -> Option<State> {
        let ephemeral = Secret::from_slice(&self.entropy.secret()?);
        let mut state = HandshakeState::new(
            noise_nn_psk0(),
            caller,
            PROLOGUE,
            None,
            Some(ephemeral),
            None,
            None,
        );
        state.push_psk(self.key.bytes());
        Some(state)
    }
}

impl<R: Entropy> Engine for Noise<R> {
    type Handshake = Begun;
    type Session = Keys;

    fn begin(&mut self) -> Option<(Begun, [u8; HANDSHAKE])> {
        let mut state = self.state(true)?;
        let mut first = [0; HANDSHAKE];
        state.write_message(&[], &mut first).ok()?;
        Some((Begun(state), first))
    }

    // A separate function, so that the memory of the computation is on the stack only while it
    // runs.
    #[inline(never)]
    fn answer(&mut self, first: &[u8; HANDSHAKE]) -> Option<(Keys, [u8; HANDSHAKE])> {
        let mut state = self.state(false)?;
        state.read_message(first, &mut []).ok()?;
        let mut second = [0; HANDSHAKE];
        state.write_message(&[], &mut second).ok()?;
        let (down, up) = state.get_ciphers();
        Some((Keys { ours: up.extract().0, theirs: down.extract().0 }, second))
    }

    fn finish(&mut self, begun: Begun, second: &[u8; HANDSHAKE]) -> Result<Keys, Option<Begun>> {
        // A state that has failed to read a message cannot be used any more, so a copy is used.
        let mut state = begun.0.clone();
        if state.read_message(second, &mut []).is_err() {
            return Err(Some(begun));
        }
        let (down, up) = state.get_ciphers();
        Ok(Keys { ours: down.extract().0, theirs: up.extract().0 })
    }
}

impl Session for Keys {
    fn seal(&self, nonce: u64, plain: &[u8], sealed: &mut [u8]) -> Option<usize> {
        let len = plain.len() + TAG;
        ChaChaPoly::encrypt(&self.ours, nonce, &[], plain, sealed.get_mut(..len)?);
        Some(len)
    }

    fn open(&self, nonce: u64, sealed: &[u8], plain: &mut [u8]) -> Option<usize> {
        let len = sealed.len().checked_sub(TAG)?;
        let plain = plain.get_mut(..len)?;
        ChaChaPoly::decrypt(&self.theirs, nonce, &[], sealed, plain).ok()?;
        Some(len)
    }
}
