//! The encrypted link. The key and the entropy are files on the machine that emulates the board,
//! like its microphone.

use sayso_satellite::Sealed;
use sayso_secure::{Entropy, Key, Noise};
use semihosting::fs::File;
use semihosting::io::Read;
use static_cell::StaticCell;

use crate::parts::{Time, Wire};

/// The link's wire. It holds four frames, which is too much for the stack.
pub type SealedWire = &'static mut Sealed<Wire, Time, Noise<Host>>;

static SEALED: StaticCell<Sealed<Wire, Time, Noise<Host>>> = StaticCell::new();

/// Seals the traffic of `wire` with the key in `satellite.key`. Without that file, it uses a key
/// that nobody has, so nothing is ever exchanged.
pub fn wire(wire: Wire) -> SealedWire {
    let mut host = Host;
    let key = read::<64>(c"satellite.key").and_then(|hex| Key::from_hex(&hex));
    let key = key.or_else(|| host.secret().map(Key::new)).unwrap_or(Key::new([0; 32]));
    // Without entropy there is no handshake either.
    SEALED.init_with(|| Sealed::new(wire, Time::new(), Noise::new(key, host)))
}

/// The machine that emulates the board. It is the source of entropy, because the board has none.
pub struct Host;

impl Entropy for Host {
    fn secret(&mut self) -> Option<[u8; 32]> {
        read(c"/dev/urandom")
    }
}

/// The first bytes of a file.
fn read<const N: usize>(path: &core::ffi::CStr) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    File::open(path).ok()?.read_exact(&mut bytes).ok()?;
    Some(bytes)
}
