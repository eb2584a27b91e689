//! The encrypted link: the key and the entropy are files on the machine that emulates the
//! board, as its microphone is.

use sayso_satellite::Sealed;
use sayso_secure::{Entropy, Key, Noise};
use semihosting::fs::File;
use semihosting::io::Read;
use static_cell::StaticCell;

use crate::parts::{Time, Wire};

/// The link's wire. It holds four frames, too much for the stack.
pub type SealedWire = &'static mut Sealed<Wire, Time, Noise<Host>>;

static SEALED: StaticCell<Sealed<Wire, Time, Noise<Host>>> = StaticCell::new();

/// Seals what goes over `wire` with the key in `satellite.key`. Without one, with a key that
/// nobody has: nothing is ever said then.
pub fn wire(wire: Wire) -> SealedWire {
    let mut host = Host;
    let key = read::<64>(c"satellite.key").and_then(|hex| Key::from_hex(&hex));
    let key = key.or_else(|| host.secret().map(Key::new)).unwrap_or(Key::new([0; 32]));
    // Without entropy there is no handshake either.
    SEALED.init_with(|| Sealed::new(wire, Time::new(), Noise::new(key, host)))
}

/// The board has no source of entropy. The machine that emulates it has.
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
