use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A wire between a host and a satellite: a TCP port of this machine that forwards bytes to
/// another one, and loses some of them, or all while it is cut. Dropping it closes the port.
pub struct Wire {
    address: SocketAddr,
    shared: Arc<WireState>,
}

struct WireState {
    to: SocketAddr,
    /// One byte in this many is lost, in each direction; 0: none.
    loses: AtomicU32,
    cut: AtomicBool,
    over: AtomicBool,
    lost: AtomicU64,
    carried: AtomicU64,
    /// The bytes themselves: down, then up.
    bytes: [Mutex<Vec<u8>>; 2],
}

/// The longest time until a cut or a loss takes effect.
const TURN: Duration = Duration::from_millis(20);

impl Wire {
    /// A wire to `to` that loses nothing.
    ///
    /// # Errors
    /// If no port can be opened for it.
    pub fn to(to: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let shared = Arc::new(WireState {
            to,
            loses: AtomicU32::new(0),
            cut: AtomicBool::new(false),
            over: AtomicBool::new(false),
            lost: AtomicU64::new(0),
            carried: AtomicU64::new(0),
            bytes: Default::default(),
        });
        let carries = shared.clone();
        thread::spawn(move || {
            while !carries.over.load(Relaxed) {
                match listener.accept() {
                    // While the wire is cut, clients get no connection, as when a plug is pulled.
                    Ok((host, _)) if !carries.cut.load(Relaxed) => carry(&host, &carries),
                    Ok(_) => {}
                    Err(_) => thread::sleep(TURN),
                }
            }
        });
        Ok(Self { address, shared })
    }

    /// The address that the host connects to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on one byte in this many is lost, in each direction; 0: none.
    pub fn lose_one_of(&self, bytes: u32) {
        self.shared.loses.store(bytes, Relaxed);
    }

    /// Cuts it or mends it. Cutting it closes its connections.
    pub fn cut(&self, cut: bool) {
        self.shared.cut.store(cut, Relaxed);
    }

    /// Bytes lost so far.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Relaxed)
    }

    /// Bytes forwarded so far.
    pub fn carried(&self) -> u64 {
        self.shared.carried.load(Relaxed)
    }

    /// The bytes forwarded since the last call: down, then up.
    pub fn take_carried(&self) -> Vec<u8> {
        fn take(bytes: &Mutex<Vec<u8>>) -> Vec<u8> {
            std::mem::take(&mut *bytes.lock().unwrap_or_else(PoisonError::into_inner))
        }
        self.shared.bytes.iter().flat_map(take).collect()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.over.store(true, Relaxed);
    }
}

/// Forwards bytes between a host and the satellite until one of them or the wire ends.
fn carry(host: &TcpStream, shared: &WireState) {
    let Ok(satellite) = TcpStream::connect(shared.to) else { return };
    for stream in [host, &satellite] {
        let _ = stream.set_nodelay(true);
        let _ = stream.set_nonblocking(false);
        let _ = stream.set_read_timeout(Some(TURN));
    }
    thread::scope(|scope| {
        let [down, up] = &shared.bytes;
        scope.spawn(|| one_way(host, &satellite, 1, shared, down));
        one_way(&satellite, host, 2, shared, up);
    });
}

fn one_way(
    mut from: &TcpStream,
    mut to: &TcpStream,
    seed: u64,
    shared: &WireState,
    carried: &Mutex<Vec<u8>>,
) {
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut bytes = [0; 2048];
    while !shared.cut.load(Relaxed) && !shared.over.load(Relaxed) {
        let came = match from.read(&mut bytes) {
            Ok(0) => break,
            Ok(came) => came,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                continue;
            }
            Err(_) => break,
        };
        let loses = u64::from(shared.loses.load(Relaxed));
        let mut kept = Vec::with_capacity(came);
        for &byte in &bytes[..came] {
            // Xorshift: any cheap, evenly distributed generator will do.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            if loses == 0 || !random.is_multiple_of(loses) {
                kept.push(byte);
            }
        }
        shared.lost.fetch_add((came - kept.len()) as u64, Relaxed);
        shared.carried.fetch_add(kept.len() as u64, Relaxed);
        if let Ok(mut bytes) = carried.lock() {
            bytes.extend(&kept);
        }
        if to.write_all(&kept).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}
