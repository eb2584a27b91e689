//! The primitives that `noise-protocol` needs, from RustCrypto and dalek. Unlike the wrappers in
//! `noise-rust-crypto` (0.6.2), they need no `std`, no allocator and no generator of random
//! numbers.

use blake2::{Blake2s256, Digest};
use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit};
use noise_protocol::{Cipher, DH, Hash, U8Array};
use x25519_dalek::{PublicKey, StaticSecret, X25519_BASEPOINT_BYTES};
use zeroize::Zeroizing;

use crate::engine::TAG;

/// 32 bytes that are wiped when dropped.
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl U8Array for Secret {
    fn new() -> Self {
        Self::new_with(0)
    }

    fn new_with(byte: u8) -> Self {
        Self(Zeroizing::new([byte; 32]))
    }

    fn from_slice(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(<[u8; 32]>::from_slice(bytes)))
    }

    fn len() -> usize {
        32
    }

    fn as_slice(&self) -> &[u8] {
        &*self.0
    }

    fn as_mut(&mut self) -> &mut [u8] {
        &mut *self.0
    }
}

/// X25519.
pub enum Curve25519 {}

impl DH for Curve25519 {
    type Key = Secret;
    type Pubkey = [u8; 32];
    type Output = Secret;

    fn name() -> &'static str {
        "25519"
    }

    fn genkey() -> Secret {
        unreachable!("the ephemeral key is always given")
    }

    fn pubkey(key: &Secret) -> [u8; 32] {
        // This computes the same as `PublicKey::from`, but by the multiplication that `dh` needs
        // anyway. `PublicKey::from` has a table of points on the stack, for which boards have no
        // room.
        x25519_dalek::x25519(*key.bytes(), X25519_BASEPOINT_BYTES)
    }

    fn dh(key: &Secret, theirs: &[u8; 32]) -> Result<Secret, ()> {
        let shared = StaticSecret::from(*key.bytes()).diffie_hellman(&PublicKey::from(*theirs));
        // A point of low order would make the secret zero, whatever our key is.
        if shared.was_contributory() { Ok(Secret::from_slice(shared.as_bytes())) } else { Err(()) }
    }
}

/// BLAKE2s.
#[derive(Default)]
pub struct Blake2s(Blake2s256);

impl Hash for Blake2s {
    type Block = [u8; 64];
    type Output = Secret;

    fn name() -> &'static str {
        "BLAKE2s"
    }

    fn input(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn result(&mut self) -> Secret {
        Secret::from_slice(&self.0.finalize_reset())
    }
}

/// ChaCha20-Poly1305.
pub enum ChaChaPoly {}

impl ChaChaPoly {
    fn cipher(key: &Secret) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(key.bytes().into())
    }

    fn nonce(nonce: u64) -> chacha20poly1305::Nonce {
        let mut bytes = chacha20poly1305::Nonce::default();
        bytes[4..].copy_from_slice(&nonce.to_le_bytes());
        bytes
    }
}

impl Cipher for ChaChaPoly {
    type Key = Secret;

    fn name() -> &'static str {
        "ChaChaPoly"
    }

    fn encrypt(key: &Secret, nonce: u64, ad: &[u8], plain: &[u8], out: &mut [u8]) {
        out[..plain.len()].copy_from_slice(plain);
        Self::encrypt_in_place(key, nonce, ad, out, plain.len());
    }

    fn encrypt_in_place(
        key: &Secret,
        nonce: u64,
        ad: &[u8],
        in_out: &mut [u8],
        len: usize,
    ) -> usize {
        let (body, rest) = in_out.split_at_mut(len);
        // It fails only for more than 256 GB.
        if let Ok(tag) = Self::cipher(key).encrypt_in_place_detached(&Self::nonce(nonce), ad, body)
        {
            rest[..TAG].copy_from_slice(&tag);
        } else {
            body.fill(0);
        }
        len + TAG
    }

    fn decrypt(
        key: &Secret,
        nonce: u64,
        ad: &[u8],
        sealed: &[u8],
        out: &mut [u8],
    ) -> Result<(), ()> {
        let (body, tag) = sealed.split_last_chunk::<TAG>().ok_or(())?;
        let out = out.get_mut(..body.len()).ok_or(())?;
        out.copy_from_slice(body);
        Self::cipher(key)
            .decrypt_in_place_detached(&Self::nonce(nonce), ad, out, tag.into())
            .map_err(|_| ())
    }

    fn decrypt_in_place(
        key: &Secret,
        nonce: u64,
        ad: &[u8],
        in_out: &mut [u8],
        len: usize,
    ) -> Result<usize, ()> {
        let sealed = in_out.get_mut(..len).ok_or(())?;
        let (body, tag) = sealed.split_last_chunk_mut::<TAG>().ok_or(())?;
        Self::cipher(key)
            .decrypt_in_place_detached(&Self::nonce(nonce), ad, body, (&*tag).into())
            .map_err(|_| ())?;
        Ok(len - TAG)
    }
}
