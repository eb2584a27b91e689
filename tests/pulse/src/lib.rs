//! A real audio server without a sound card.
//!
//! [`Pulse`] runs its own PulseAudio server, with a virtual microphone into which a test speaks
//! and a virtual loudspeaker that it records. A program started with [`Pulse::command`] finds them
//! as the system's default devices. The user's own sound is not touched, and several servers can
//! run at once.
//!
//! It needs the programs `pulseaudio`, `pactl`, `paplay` and `parec`, and ALSA's plug-in for
//! PulseAudio (Debian: `pulseaudio pulseaudio-utils libasound2-plugins`).

use std::fs;
use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The sample rate of the samples that [`Recorder::stop`] returns, in Hz.
pub const RECORDING_RATE: u32 = 16_000;

const INSTALL: &str = "install it (Debian: apt-get install pulseaudio pulseaudio-utils \
                       libasound2-plugins)";

/// The sinks and sources, as arguments to `pactl load-module`.
const MICROPHONE_SINK: &[&str] = &["module-null-sink", "sink_name=mic_sink"];
const MICROPHONE: &[&str] = &["module-remap-source", "source_name=mic", "master=mic_sink.monitor"];
const LOUDSPEAKER: &[&str] = &[
    "module-null-sink",
    "sink_name=speaker",
    "sink_properties=device.description=\"Virtual\\ loudspeaker\"",
];

/// For [`Pulse::join`]: one sink whose left channel is what is said into the microphone, and whose
/// right channel is what the loudspeaker plays.
const JOINED: [&[&str]; 4] = [
    &["module-null-sink", "sink_name=both", "channels=2", "channel_map=front-left,front-right"],
    &[
        "module-remap-sink",
        "sink_name=said",
        "master=both",
        "channels=1",
        "channel_map=front-left",
        "master_channel_map=front-left",
        "remix=no",
    ],
    &[
        "module-remap-sink",
        "sink_name=played",
        "master=both",
        "channels=1",
        "channel_map=front-right",
        "master_channel_map=front-right",
        "remix=no",
    ],
    &[
        "module-remap-source",
        "source_name=ear",
        "master=both.monitor",
        "channels=1",
        "channel_map=front-left",
        "master_channel_map=front-left",
        "remix=no",
    ],
];

/// Sets ALSA's default devices, for programs that use only ALSA.
const ALSA: &str = r#"</usr/share/alsa/alsa.conf>
pcm.!default { type pulse hint { show on description "PulseAudio" } }
ctl.!default { type pulse }
"#;

/// A running server; it ends when this is dropped.
pub struct Pulse {
    server: Child,
    folder: tempfile::TempDir,
    joined: bool,
}

/// A loaded module of the server; see [`Pulse::load`].
#[derive(Clone, Debug)]
pub struct Module(String);

/// The devices that a test may disconnect and connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// The virtual microphone, `mic`.
    Microphone,
    /// The virtual loudspeaker, `speaker`, called "Virtual loudspeaker".
    Loudspeaker,
}

impl Pulse {
    /// Starts a server with its devices and waits until it is ready.
    ///
    /// # Errors
    /// If something is not installed (the message names it), or with the server's own message.
    pub fn start() -> Result<Self, String> {
        for program in ["pulseaudio", "pactl", "paplay", "parec"] {
            let found = Command::new(program).arg("--version").stdout(Stdio::null()).status();
            found.map_err(|error| format!("{program} cannot be run ({error}): {INSTALL}"))?;
        }
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        fs::DirBuilder::new()
            .mode(0o700)
            .create(folder.path().join("run"))
            .and_then(|()| fs::write(folder.path().join("asound.conf"), ALSA))
            .map_err(|error| error.to_string())?;
        let pulse = Self { server: serve(folder.path())?, folder, joined: false };
        pulse.furnish()?;
        Ok(pulse)
    }

    /// Waits until the server is ready, and loads its devices.
    fn furnish(&self) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while let Err(error) = self.pactl(&["info"]) {
            if Instant::now() > deadline {
                let said = fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default();
                return Err(format!("pulseaudio does not answer: {error}\n{said}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.load(MICROPHONE_SINK)?;
        self.connect(Device::Microphone)?;
        self.connect(Device::Loudspeaker)?;
        Ok(())
    }

    /// Kills the server, as if it had crashed.
    ///
    /// # Errors
    /// If it is not running.
    pub fn crash(&mut self) -> Result<(), String> {
        let ended = self.server.kill().and_then(|()| self.server.wait());
        ended.map(drop).map_err(|error| error.to_string())
    }

    /// Restarts the server, with the devices that it had at first.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn restart(&mut self) -> Result<(), String> {
        self.server = serve(self.folder.path())?;
        self.joined = false;
        self.furnish()
    }

    /// A command whose program finds this server, through PulseAudio or ALSA.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        environment(Command::new(program), self.folder.path())
    }

    /// Plays a WAV file into the microphone, and returns at its end.
    ///
    /// # Errors
    /// The message of `paplay`.
    pub fn speak(&self, wav: &Path) -> Result<(), String> {
        let sink = if self.joined { "said" } else { "mic_sink" };
        run(self.command("paplay").args(["-d", sink]).arg(wav)).map(drop)
    }

    /// Makes two other devices the defaults, which are both on one stereo sink, so that one
    /// recording holds both sides in sample-exact alignment. [`connect`](Self::connect) and
    /// [`disconnect`](Self::disconnect) do not affect them.
    ///
    /// # Errors
    /// The message of `pactl`.
    pub fn join(&mut self) -> Result<(), String> {
        for module in JOINED {
            self.load(module)?;
        }
        self.pactl(&["set-default-source", "ear"])?;
        self.pactl(&["set-default-sink", "played"])?;
        self.joined = true;
        Ok(())
    }

    /// Begins to record what the loudspeaker plays; after [`join`](Self::join) both sides,
    /// interleaved: left what is said, right what is played.
    ///
    /// # Errors
    /// If `parec` cannot be started.
    pub fn record(&self) -> Result<Recorder, String> {
        let path = self.folder.path().join("recording.raw");
        let file = fs::File::create(&path).map_err(|error| error.to_string())?;
        let (source, channels) =
            if self.joined { ("both.monitor", 2) } else { ("speaker.monitor", 1) };
        let child = self
            .command("parec")
            .args(["-d", source, "--format=s16le", "--latency-msec=20"])
            .arg(format!("--channels={channels}"))
            .arg(format!("--rate={RECORDING_RATE}"))
            .stdout(file)
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("parec cannot be started: {error}"))?;
        Ok(Recorder { child, path })
    }

    /// Connects a device, as if it were plugged in, and makes it the default.
    ///
    /// # Errors
    /// The message of `pactl`.
    pub fn connect(&self, device: Device) -> Result<Module, String> {
        let (module, default) = match device {
            Device::Microphone => (MICROPHONE, ["set-default-source", "mic"]),
            Device::Loudspeaker => (LOUDSPEAKER, ["set-default-sink", "speaker"]),
        };
        let module = self.load(module)?;
        self.pactl(&default)?;
        Ok(module)
    }

    /// Disconnects a device, as if it were unplugged.
    ///
    /// # Errors
    /// The message of `pactl`.
    pub fn disconnect(&self, device: Device) -> Result<(), String> {
        let name = match device {
            Device::Microphone => "source_name=mic",
            Device::Loudspeaker => "sink_name=speaker",
        };
        let modules = self.pactl(&["list", "short", "modules"])?;
        let line = modules.lines().find(|line| line.split_whitespace().any(|word| word == name));
        let id = line.and_then(|line| line.split_whitespace().next());
        let id = id.ok_or_else(|| format!("no module has {name}"))?;
        self.unload(&Module(id.to_owned()))
    }

    /// Loads a PulseAudio module.
    ///
    /// # Errors
    /// The message of `pactl`.
    pub fn load(&self, module: &[&str]) -> Result<Module, String> {
        let id = self.pactl(&[&["load-module"], module].concat())?;
        Ok(Module(id.trim().to_owned()))
    }

    /// Unloads a module.
    ///
    /// # Errors
    /// The message of `pactl`.
    pub fn unload(&self, module: &Module) -> Result<(), String> {
        self.pactl(&["unload-module", &module.0]).map(drop)
    }

    /// Runs `pactl` and returns what it printed.
    ///
    /// # Errors
    /// What it printed on stderr.
    pub fn pactl(&self, arguments: &[&str]) -> Result<String, String> {
        run(self.command("pactl").args(arguments))
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A running recording of the loudspeaker.
pub struct Recorder {
    child: Child,
    path: PathBuf,
}

impl Recorder {
    /// Ends the recording and returns its samples at [`RECORDING_RATE`].
    ///
    /// # Errors
    /// If the recording cannot be read.
    pub fn stop(mut self) -> Result<Vec<f32>, String> {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let mut bytes = Vec::new();
        fs::File::open(&self.path)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(|error| error.to_string())?;
        let sample = |pair: &[u8]| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0;
        Ok(bytes.chunks_exact(2).map(sample).collect())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The offset at which `needle` fits best into `haystack`, and how well: the correlation
/// coefficient there, which is 1 for the same sound at any level.
pub fn find(needle: &[f32], haystack: &[f32]) -> (usize, f64) {
    let energy = |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let own = energy(needle);
    let mut best = (0, 0.0);
    for at in 0..haystack.len().saturating_sub(needle.len()) + 1 {
        let Some(piece) = haystack.get(at..at + needle.len()) else { break };
        let product: f32 = piece.iter().zip(needle).map(|(a, b)| a * b).sum();
        let fit = f64::from(product) / (own * energy(piece)).sqrt().max(1e-9);
        if fit > best.1 {
            best = (at, fit);
        }
    }
    best
}

/// The server's log, in its folder.
const LOG: &str = "log";

fn serve(folder: &Path) -> Result<Child, String> {
    environment(Command::new("pulseaudio"), folder)
        .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"])
        .arg(format!("--log-target=file:{}", folder.join(LOG).display()))
        .args(["-L", "module-native-protocol-unix"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("pulseaudio cannot be started: {error}"))
}

fn environment(mut command: Command, folder: &Path) -> Command {
    command
        .env("HOME", folder)
        .env("XDG_RUNTIME_DIR", folder.join("run"))
        .env_remove("XDG_CONFIG_HOME")
        .env("PULSE_RUNTIME_PATH", folder.join("run/pulse"))
        .env("PULSE_SERVER", format!("unix:{}", folder.join("run/pulse/native").display()))
        .env("ALSA_CONFIG_PATH", folder.join("asound.conf"))
        .env_remove("DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS");
    command
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
