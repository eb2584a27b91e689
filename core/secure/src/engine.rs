/// Bytes of each of the two messages of a handshake: an ephemeral key and a tag.
pub const HANDSHAKE: usize = 48;
/// Bytes that sealing adds to a frame.
pub const TAG: usize = 16;
/// Part of the handshake, so that both sides agree on the protocol.
pub const PROLOGUE: &[u8] = b"sayso satellite link, sealed, 1";

/// Computes the handshake `Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s` with the prologue [`PROLOGUE`]
/// and empty payloads, with one key.
pub trait Engine {
    /// A handshake whose first message has been written.
    type Handshake;
    /// The keys that result from a handshake.
    type Session: Session;

    /// Begins a handshake as the caller, and returns its first message. `None` without entropy.
    fn begin(&mut self) -> Option<(Self::Handshake, [u8; HANDSHAKE])>;

    /// Answers a handshake. `None` if the other side has another key, or without entropy.
    fn answer(&mut self, first: &[u8; HANDSHAKE]) -> Option<(Self::Session, [u8; HANDSHAKE])>;

    /// Ends a handshake that this side has begun.
    ///
    /// # Errors
    /// When `second` is not its answer. If the error holds the handshake, wait for another answer
    /// to it. Otherwise give it up and [begin](Self::begin) another.
    fn finish(
        &mut self,
        handshake: Self::Handshake,
        second: &[u8; HANDSHAKE],
    ) -> Result<Self::Session, Option<Self::Handshake>>;
}

/// The keys of a session.
pub trait Session {
    /// Seals `plain` into `sealed`, which must be longer by [`TAG`] or more, and returns the
    /// length. A nonce must be used only once.
    fn seal(&self, nonce: u64, plain: &[u8], sealed: &mut [u8]) -> Option<usize>;

    /// Opens `sealed` into `plain`, which may be shorter by [`TAG`], and returns the length.
    /// `None` if the other side did not seal it with this nonce.
    fn open(&self, nonce: u64, sealed: &[u8], plain: &mut [u8]) -> Option<usize>;
}

/// The source of a board's secrets.
pub trait Entropy {
    /// 32 bytes that nobody can guess, new ones at each call. `None` if there is no source; then
    /// there is no handshake.
    fn secret(&mut self) -> Option<[u8; 32]>;
}
