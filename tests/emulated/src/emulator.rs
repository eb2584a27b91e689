use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The emulated machine runs in real time: two at once would slow each other down.
static ALONE: Mutex<()> = Mutex::new(());

/// If the emulated satellite or its host stalls for this long, the machine is too busy for a test
/// of either to mean anything.
const BUSY: Duration = Duration::from_millis(150);

/// Runs `test` with a satellite. If it panics, and the machine was so busy that the satellite or
/// its host stalled, as no real one does, it is run a second and last time.
///
/// # Panics
/// If `test` panics, and if there is no firmware or no QEMU.
pub fn with_satellite(test: impl Fn(&mut Emulator)) {
    with(&Firmware::Plain, test);
}

/// As [`with_satellite`], but with the firmware from which no sound comes before it has heard
/// "Alexa".
///
/// # Panics
/// As [`with_satellite`].
pub fn with_sleeping_satellite(test: impl Fn(&mut Emulator)) {
    with(&Firmware::Wake, test);
}

/// As [`with_satellite`], but with the firmware that encrypts its link, and this key: 64
/// hexadecimal digits.
///
/// # Panics
/// As [`with_satellite`].
pub fn with_sealed_satellite(key: &str, test: impl Fn(&mut Emulator)) {
    with(&Firmware::Secure(key.into()), test);
}

/// Which firmware to start.
#[derive(Clone, Debug)]
pub enum Firmware {
    /// The simplest.
    Plain,
    /// It encrypts its link with this key: 64 hexadecimal digits.
    Secure(String),
    /// It listens for a wake phrase.
    Wake,
}

fn with(firmware: &Firmware, test: impl Fn(&mut Emulator)) {
    let attempt = || {
        let mut satellite =
            Emulator::start(firmware).unwrap_or_else(|error| unreachable!("{error}"));
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let overslept = scope.spawn(|| overslept(&over));
            let done = catch_unwind(AssertUnwindSafe(|| test(&mut satellite)));
            over.store(true, Relaxed);
            let overslept = overslept.join().unwrap_or_default();
            done.map_err(|panic| (panic, overslept, satellite.behind()))
        })
    };
    let Err((panic, overslept, behind)) = attempt() else { return };
    eprintln!("The host stood still for {overslept:.1?}, the satellite for {behind:.1?}.");
    if overslept.max(behind) < BUSY {
        resume_unwind(panic);
    }
    eprintln!("The machine is busy: once more.");
    if let Err((panic, ..)) = attempt() {
        resume_unwind(panic);
    }
}

/// The longest delay with which a thread was woken.
fn overslept(over: &AtomicBool) -> Duration {
    let nap = Duration::from_millis(5);
    let mut longest = Duration::ZERO;
    while !over.load(Relaxed) {
        let start = Instant::now();
        thread::sleep(nap);
        longest = longest.max(start.elapsed().saturating_sub(nap));
    }
    longest
}

/// A running satellite, the only one in its process. Dropping it ends QEMU.
pub struct Emulator {
    // Declared after the rest, so that it is released after `drop` has ended QEMU.
    _alone: MutexGuard<'static, ()>,
    qemu: Child,
    folder: TempDir,
    link: SocketAddr,
    panel: TcpStream,
    seen: Arc<Seen>,
    started: Instant,
}

/// What the panel shows.
#[derive(Default)]
struct Seen {
    lamp: AtomicU8,
    mute: AtomicBool,
    /// Every brightness that the lamp had, in order.
    lamps: Mutex<Vec<u8>>,
}

impl Emulator {
    /// Starts a firmware that `cargo xtask embedded` has built. At first nothing is connected to its link and its microphone hears
    /// silence. If another emulator is running, waits for its end.
    ///
    /// # Errors
    /// If there is no firmware or no QEMU; the message says what to do.
    pub fn start(firmware: &Firmware) -> Result<Self, String> {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let image = image(firmware);
        if !image.is_file() {
            let image = image.display();
            return Err(format!("no {image}: build it with `cargo xtask embedded`"));
        }
        let io = |what: &str, error: std::io::Error| format!("{what}: {error}");
        let folder = tempfile::tempdir().map_err(|error| io("a folder for its sound", error))?;
        File::create(folder.path().join("microphone.raw"))
            .map_err(|error| io("its microphone", error))?;
        if let Firmware::Secure(key) = firmware {
            fs::write(folder.path().join("satellite.key"), key).map_err(|e| io("its key", e))?;
        }
        let log = File::create(folder.path().join("qemu.log")).map_err(|e| io("its log", e))?;
        let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|e| io("a port", e));
        let address = |l: &TcpListener| l.local_addr().map_err(|e| io("a port", e));
        let panel = bind()?;
        // QEMU has to listen on this port itself, so the port is released for it.
        let link = address(&bind()?)?;
        let qemu = Command::new("qemu-system-arm")
            .args(["-machine", "mps2-an386", "-display", "none", "-monitor", "none"])
            .args(["-semihosting-config", "enable=on,target=native"])
            .args(["-chardev", &socket(link)])
            .args(["-serial", "chardev:link", "-echr", "256"])
            .args(["-serial", &format!("tcp:{},nodelay=on", address(&panel)?)])
            .arg("-kernel")
            .arg(&image)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|error| io("its log", error))?)
            .stderr(log)
            .spawn()
            .map_err(|error| io("qemu-system-arm (a package of that name, or qemu)", error))?;
        let mut guard = Killed(Some(qemu));
        let panel = guard.accept(&panel, folder.path())?;
        let seen = Arc::new(Seen::default());
        let lines = panel.try_clone().map_err(|error| io("its panel", error))?;
        let watched = seen.clone();
        thread::spawn(move || watch(BufReader::new(lines), &watched));
        let Some(qemu) = guard.0.take() else { return Err("QEMU is gone".into()) };
        Ok(Self { _alone: alone, qemu, folder, link, panel, seen, started: Instant::now() })
    }

    /// The address of its link: a TCP port of this machine.
    pub fn link(&self) -> SocketAddr {
        self.link
    }

    /// Appends `samples` (16 kHz) to the sound that its microphone hears.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn say(&self, samples: &[i16]) -> std::io::Result<()> {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let file = self.folder.path().join("microphone.raw");
        OpenOptions::new().append(true).open(file)?.write_all(&bytes)
    }

    /// What its loudspeaker has played since the start (24 kHz), silence included.
    ///
    /// # Errors
    /// If there is no such file: it has not started.
    pub fn played(&self) -> std::io::Result<Vec<i16>> {
        let bytes = fs::read(self.folder.path().join("loudspeaker.raw"))?;
        Ok(bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect())
    }

    /// How long it stalled: the time since the start, minus the length of the sound that it has
    /// played.
    fn behind(&self) -> Duration {
        let played = self.played().map_or(0, |played| played.len());
        self.started.elapsed().saturating_sub(Duration::from_secs_f64(played as f64 / 24_000.0))
    }

    /// How bright its lamp is, 0 to 15.
    pub fn lamp(&self) -> u8 {
        self.seen.lamp.load(Relaxed)
    }

    /// Every brightness that its lamp had since the last call, in order.
    pub fn take_lamps(&self) -> Vec<u8> {
        self.seen.lamps.lock().map(|mut lamps| std::mem::take(&mut *lamps)).unwrap_or_default()
    }

    /// Whether its mute LED is lit.
    pub fn mute_led(&self) -> bool {
        self.seen.mute.load(Relaxed)
    }

    /// Presses its button or releases it.
    ///
    /// # Errors
    /// If the satellite is gone.
    pub fn button(&mut self, down: bool) -> std::io::Result<()> {
        self.panel.write_all(if down { b"d" } else { b"u" })
    }

    /// Makes its program hang, so that the watchdog acts.
    ///
    /// # Errors
    /// If the satellite is gone.
    pub fn hang(&mut self) -> std::io::Result<()> {
        self.panel.write_all(b"h")
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

/// Ends QEMU when dropped, if the start failed.
struct Killed(Option<Child>);

impl Killed {
    /// Waits for QEMU to connect to the panel.
    fn accept(&mut self, panel: &TcpListener, folder: &Path) -> Result<TcpStream, String> {
        panel.set_nonblocking(true).map_err(|error| error.to_string())?;
        loop {
            if let Ok((stream, _)) = panel.accept() {
                stream.set_nonblocking(false).map_err(|error| error.to_string())?;
                return Ok(stream);
            }
            if let Some(Ok(Some(status))) = self.0.as_mut().map(Child::try_wait) {
                let log = fs::read_to_string(folder.join("qemu.log")).unwrap_or_default();
                return Err(format!("QEMU ended ({status}): {log}"));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        if let Some(mut qemu) = self.0.take() {
            let _ = qemu.kill();
            let _ = qemu.wait();
        }
    }
}

fn watch(lines: impl BufRead, seen: &Seen) {
    for line in lines.lines().map_while(Result::ok) {
        match line.split_once(' ').map(|(what, value)| (what, value.parse::<u8>())) {
            Some(("lamp", Ok(value))) => {
                seen.lamp.store(value, Relaxed);
                if let Ok(mut lamps) = seen.lamps.lock() {
                    lamps.push(value);
                }
            }
            Some(("mute", Ok(value))) => seen.mute.store(value != 0, Relaxed),
            _ => {}
        }
    }
}

/// QEMU's name for a port that it opens itself, here for the link. Multiplexed, because that puts
/// a buffer in front of the UART: without one, both sides wait for each byte. The multiplexer's
/// escape character, which it would swallow, is set to one that never comes (256).
fn socket(address: SocketAddr) -> String {
    let (host, port) = (address.ip(), address.port());
    format!("socket,id=link,host={host},port={port},server=on,wait=off,nodelay=on,mux=on")
}

/// Where `cargo xtask embedded` puts the firmware.
fn image(firmware: &Firmware) -> PathBuf {
    let name = match firmware {
        Firmware::Plain => "sayso-mps2.elf",
        Firmware::Secure(_) => "sayso-mps2-secure.elf",
        Firmware::Wake => "sayso-mps2-wake.elf",
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    root.join(target).join("embedded").join(name)
}
