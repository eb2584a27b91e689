use sayso_secure::{Engine, MAX_SEALED, Role, Tunnel};

use crate::board::{Clock, Serial};

/// Bytes that may wait for the wire: two sealed frames.
const OUT: usize = 2 * MAX_SEALED;

/// A wire that carries only sealed frames: encryption for a board whose wire is a network, around
/// its [`Serial`].
///
/// A handshake blocks the main loop while the processor computes two multiplications on
/// Curve25519. This happens only when there is no session: sound that is heard then is lost, and
/// nobody would have received it.
pub struct Sealed<S, C, E: Engine> {
    serial: S,
    clock: C,
    tunnel: Tunnel<E, OUT>,
    /// The length of the opened frame, with the 00 around it, and how much of it was read.
    len: usize,
    read: usize,
}

impl<S: Serial, C: Clock, E: Engine> Sealed<S, C, E> {
    /// Seals the traffic of `serial`.
    pub fn new(serial: S, clock: C, engine: E) -> Self {
        let tunnel = Tunnel::new(engine, Role::Answerer);
        Self { serial, clock, tunnel, len: 0, read: 0 }
    }

    /// Takes bytes from the wire until they end a frame. Returns false if there are no more.
    #[inline(never)]
    fn receive(&mut self, now: u64) -> bool {
        let mut byte = [0];
        while self.serial.read(&mut byte) == 1 {
            let [byte] = byte;
            let Some(frame) = self.tunnel.push(byte, now) else { continue };
            (self.read, self.len) = (0, frame.len() + 2);
            return true;
        }
        false
    }

    fn flush(&mut self) {
        let sent = self.serial.write(self.tunnel.outgoing());
        self.tunnel.written(sent);
    }
}

impl<S: Serial, C: Clock, E: Engine> Serial for Sealed<S, C, E> {
    fn read(&mut self, bytes: &mut [u8]) -> usize {
        let now = self.clock.now_ms();
        if self.read == self.len && !self.receive(now) {
            return 0;
        }
        let frame = self.tunnel.opened();
        let n = bytes.len().min(self.len - self.read);
        for (place, at) in bytes.iter_mut().zip(self.read..self.len) {
            // There is a 00 before the frame and after it.
            *place = at.checked_sub(1).and_then(|at| frame.get(at)).copied().unwrap_or(0);
        }
        self.read += n;
        n
    }

    #[inline(never)]
    fn write(&mut self, bytes: &[u8]) -> usize {
        let now = self.clock.now_ms();
        self.flush();
        let taken = self.tunnel.send(bytes, now);
        self.flush();
        taken
    }
}
