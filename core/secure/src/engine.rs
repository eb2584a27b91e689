/// Bytes of each of the two messages of a handshake: an ephemeral key and a tag.
pub const HANDSHAKE: usize = 48;
/// Bytes that sealing adds to a frame.
pub const TAG: usize = 16;
/// Goes into the handshake, so that both sides mean the same protocol.
pub const PROLOGUE: &[u8] = b"sayso satellite link, sealed, 1";

/// What computes: the handshake `Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s` with the prologue
/// [`PROLOGUE`] and empty payloads, under one key.
pub trait Engine {
    /// A handshake whose first message was written.
    type Handshake;
    /// The keys that came of it.
    type Session: Session;

    /// Begins one, as the caller; its first message. `None` without entropy.
    fn begin(&mut self) -> Option<(Self::Handshake, [u8; HANDSHAKE])>;

    /// Answers one. `None` when the key is another, or without entropy.
    fn answer(&mut self, first: &[u8; HANDSHAKE]) -> Option<(Self::Session, [u8; HANDSHAKE])>;

    /// Ends the one that was begun.
    ///
    /// # Errors
    /// When that is not its answer. With the handshake: wait for another answer to it. Without:
    /// give it up and [begin](Self::begin) another.
    fn finish(
        &mut self,
        handshake: Self::Handshake,
        second: &[u8; HANDSHAKE],
    ) -> Result<Self::Session, Option<Self::Handshake>>;
}

/// The keys of a session.
pub trait Session {
    /// Seals `plain` into `sealed`, which is longer by [`TAG`] or more; returns the length.
    /// A nonce must be used once.
    fn seal(&self, nonce: u64, plain: &[u8], sealed: &mut [u8]) -> Option<usize>;

    /// Opens `sealed` into `plain`, which may be shorter by [`TAG`]; returns the length.
    /// `None` when it was not sealed by the other side under this nonce.
    fn open(&self, nonce: u64, sealed: &[u8], plain: &mut [u8]) -> Option<usize>;
}

/// Where a board's secrets come from.
pub trait Entropy {
    /// 32 bytes that nobody can guess, and other ones at each call; `None` where there is no
    /// source for them, and then there is no handshake.
    fn secret(&mut self) -> Option<[u8; 32]>;
}
