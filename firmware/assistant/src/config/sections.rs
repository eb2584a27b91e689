//! The sections of `sayso.toml` and their settings.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::define::define;
use super::named::MqttDevice;
use super::path;

/// Which language model to use: one with better answers, or one that needs less memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Qwen2.5-Coder-1.5B-Instruct.
    Large,
    /// Qwen2.5-Coder-0.5B-Instruct.
    #[default]
    Standard,
    /// SmolLM2-135M-Instruct.
    Small,
}

/// The ISO 639-1 code of a language that can be spoken with the assistant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(pub String);

impl Default for Code {
    fn default() -> Self {
        General::default().language
    }
}

impl From<&str> for Code {
    fn from(code: &str) -> Self {
        Self(code.into())
    }
}

define! {
    /// The whole assistant.
    General {
        /// Language of the conversation (ISO 639-1): of recognition, reading aloud, phrases and
        /// voice together
        language: Code = "en";
    }

    /// Which models are used, and where they are.
    Models {
        /// Folder of the model store; "" is the user's cache folder
        #[serde(with = "path")]
        dir: PathBuf = "";
        /// "large" (the best answers, 2 GB), "standard" (better answers) or "small" (fits 512 MB)
        profile: Profile = Profile::Standard;
        /// A Silero VAD file (ONNX); "" is the catalogue's
        #[serde(with = "path")]
        vad: PathBuf = "";
        /// A Smart Turn file (ONNX); "" is the catalogue's
        #[serde(with = "path")]
        eot: PathBuf = "";
        /// A Whisper file (ggml) or a name in the catalogue; "" is whisper-tiny.en
        #[serde(with = "path")]
        whisper: PathBuf = "";
        /// A language model file (GGUF) or a name in the catalogue; "" is the profile's
        #[serde(with = "path")]
        llm: PathBuf = "";
        /// A folder with a Hibari voice; "" is the catalogue's
        #[serde(with = "path")]
        voice: PathBuf = "";
        /// How many conversations may be held at the same time. They share the weights, and each
        /// has a session of its own. One more is refused
        sessions: u32 = 4u32, 1 to 64;
    }

    /// Microphone and loudspeaker. `sayso run --list-devices` lists them.
    Audio {
        /// Microphone: its name or a part of it; "" is the system's default
        input: String = "";
        /// Loudspeaker: its name or a part of it; "" is the system's default
        output: String = "";
    }

    /// LED and button for `sayso run --board raspberry-pi`.
    RaspberryPi {
        /// GPIO chip, by path or label; "" is that of the header
        chip: String = "";
        /// GPIO of an LED that shows the state; 0 is none
        led: u32 = 25u32, 0 to 1023;
        /// The LED lights when its GPIO is low
        led_active_low: bool = false;
        /// GPIO of a button to ground: press to talk, hold to mute; 0 is none
        button: u32 = 17u32, 0 to 1023;
    }

    /// Wake phrases. `sayso wake` chooses which are used.
    Wake {
        /// Sleep until a wake phrase is heard
        enabled: bool = false;
        /// How long Sayso listens after the phrase, or after a reply, before it sleeps again, in s
        follow_up_s: u32 = 8u32, 1 to 3_600;
        /// Input device (Linux: evdev) whose keys are buttons to talk, such as a foot switch:
        /// a path in /dev/input/by-id; "" is none
        #[serde(with = "path")]
        key: PathBuf = "";
    }

    /// Satellites: `sayso run --board satellite:…` and `tcp:…`.
    Satellite {
        /// How loud the satellite's loudspeaker is, in percent
        volume: u8 = 100u8, 0 to 100;
        /// File with the key that encrypts `tcp:…`, as `sayso satellite-key -o FILE` makes
        /// it; the satellite needs the same key
        #[serde(with = "path")]
        key_file: PathBuf = "";
        /// The key itself instead of a file: 64 hexadecimal digits
        key: String = "";
        /// Use satellites on the network without a key. Then anyone on this network can listen in
        /// and speak for you
        insecure: bool = false;
    }

    /// Short sounds (earcons), for a device without a screen.
    Feedback {
        /// The wake phrase was heard
        wake: bool = true;
        /// Nothing was understood. Without a wake phrase, each cough causes this sound. The
        /// service's settings switch it on
        nothing: bool = false;
        /// Something went wrong
        error: bool = true;
        /// An announcement follows
        announce: bool = true;
        /// A microphone or a loudspeaker is lost, or is back
        devices: bool = true;
        /// How loud they are; 1 is a peak of -12 dBFS
        volume: f32 = 0.5f32, 0 to 2;
    }

    /// What the assistant says on its own: `sayso ctl say`, `sayso ctl announce`.
    Announcements {
        /// How long an announcement waits for silence, in s. After that it is said between two
        /// utterances, and after twice that time even while somebody speaks
        max_wait_s: u32 = 60u32, 1 to 86_400;
    }

    /// How the sound of the microphone is cleaned.
    FrontEnd {
        /// Remove the assistant's own voice from the microphone's sound
        echo_cancellation: bool = true;
        /// Remove steady noise
        noise_suppression: bool = false;
        /// Bring speech to an even level
        gain_control: bool = false;
    }

    /// Turn-taking.
    Turn {
        /// Speech probability from which speech begins
        onset: f32 = 0.5f32, 0 to 1;
        /// Speech probability below which speech may have ended
        offset: f32 = 0.35f32, 0 to 1;
        /// Speech must last this long to count, in ms
        min_speech_ms: u32 = 96u32, 0 to 10_000;
        /// Silence after which work on an answer begins; the answer is not heard yet, in ms
        may_end_ms: u32 = 64u32, 0 to 10_000;
        /// Silence after which your turn is over if it sounds and reads complete, in ms
        hangover_short_ms: u32 = 448u32, 0 to 10_000;
        /// The same if it is a question, in ms; never longer than hangover_short_ms
        hangover_question_ms: u32 = 288u32, 0 to 10_000;
        /// Silence after which your turn is over if it is uncertain whether it is complete, in ms
        hangover_ms: u32 = 800u32, 0 to 10_000;
        /// Silence after which your turn is over if it reads unfinished, in ms
        hangover_long_ms: u32 = 1500u32, 0 to 10_000;
        /// Ask the end-of-turn model how complete an utterance sounds
        end_of_turn: bool = true;
        /// End-of-turn score from which an utterance sounds complete
        complete: f32 = 0.5f32, 0 to 1;
        /// Sound kept from before speech was noticed, in ms
        pre_roll_ms: u32 = 320u32, 0 to 10_000;
        /// A turn ends after this long even if speech goes on, in s
        max_utterance_s: u32 = 30u32, 1 to 600;
        /// A turn is given up if its answer has not begun after this long, in s
        think_timeout_s: u32 = 30u32, 1 to 600;
        /// Speech interrupts the reply. Needs front_end.echo_cancellation, headphones, or a
        /// microphone that does not hear the loudspeaker
        barge_in: bool = true;
        /// Speech must last this long to interrupt, in ms; 64 ms longer until the echo of
        /// the room is learnt
        barge_in_ms: u32 = 192u32, 0 to 10_000;
        /// Speech that is softer than the question by more than this, in dB, does not interrupt:
        /// for example a radio in the background. With 100, any speech interrupts
        barge_in_range_db: f32 = 12.0f32, 0 to 100;
    }

    /// Speech to text.
    Stt {
        /// Language to be recognised (ISO 639-1), if it is not `language` above; "auto" lets a
        /// multilingual model detect it
        language: String = "";
        /// Names and technical terms that are likely to be said
        prompt: String = "";
        /// A file with names and replacements, one a line; "" is none
        #[serde(with = "path")]
        vocabulary: PathBuf = "";
        /// Number of threads; 0 is one for each core that other programs leave free, at most 4
        threads: u32 = 0u32, 0 to 256;
        /// Use the GPU, if this build can
        gpu: bool = true;
    }

    /// The language model.
    Llm {
        /// Instructions to the language model; "" is the profile's own text
        system_prompt: String = "";
        /// Tokens of system prompt, history and reply together; 0 is 2048, or 1024 with the small
        /// profile, where each token takes 23 kB of memory
        context: u32 = 0u32, 0 to 131_072;
        /// How many questions and answers are remembered; 0 is as many as fit the context, or 2
        /// with the small profile, which otherwise repeats itself
        exchanges: u32 = 0u32, 0 to 10_000;
        /// Number of threads; 0 is one for each core that other programs leave free, at most 4
        threads: u32 = 0u32, 0 to 256;
        /// Layers that are computed on the GPU, if this build can
        gpu_layers: u32 = 999u32, 0 to 10_000;
        /// Keep the evaluated system prompt on disk, so that the next start is quick
        save_prompt: bool = true;
        /// The model of the large profile may write commands for the skills
        calls: bool = false;
        /// A server with OpenAI's interface (llama-server, Ollama, vLLM) that is to answer:
        /// "http://HOST:PORT/v1"; "" is none. The words of the conversation are sent to it. If it
        /// cannot be reached, the model on this machine answers
        url: String = "";
        /// The model's name on the server; "" is the first that it lists
        remote_model: String = "";
        /// File with the server's key; "" is none
        #[serde(with = "path")]
        key_file: PathBuf = "";
        /// Environment variable with the server's key, used if it is set and key_file is not
        key_env: String = "SAYSO_LLM_KEY";
        /// How long the server may take for the first piece of a reply, and for each next one, in s
        timeout_s: u32 = 10u32, 1 to 300;
    } {
        /// How tokens are chosen.
        sampling: Sampling;
    }

    /// How the tokens of a reply are chosen.
    Sampling {
        /// 0 always takes the most likely token; a higher value is more varied
        temperature: f32 = 0.0f32, 0 to 5;
        /// Keep the smallest set of tokens whose probabilities add up to this
        top_p: f32 = 0.95f32, 0 to 1;
        /// Keep this many of the most likely tokens; 0 keeps all
        top_k: u32 = 40u32, 0 to 1_000_000;
        /// Makes tokens that were used recently less likely; 1 is off
        repeat_penalty: f32 = 1.1f32, 0.1 to 10;
        /// The same seed gives the same reply
        seed: u32 = 0u32, 0 to 4_294_967_295u32;
        /// A reply ends after at most this many tokens
        max_tokens: u32 = 96u32, 1 to 4096;
    }

    /// The voice.
    Tts {
        /// 1 is the voice's own pace
        speed: f32 = 1.0f32, 0.5 to 2;
        /// 1 leaves the voice as it is
        volume: f32 = 1.0f32, 0 to 2;
    }

    /// What it can do: `sayso skills`.
    Skills {
        /// The names of skills that are switched off, as `sayso skills list` shows them
        off: Vec<String> = Vec::<String>::new();
        /// A home that exists only in the program, to try commands: "demo", or a JSON file with
        /// areas and entities; "" is none
        #[serde(with = "path")]
        virtual_home: PathBuf = "";
        /// Folder with text and Markdown files that answer questions; "" is none
        #[serde(with = "path")]
        documents: PathBuf = "";
        /// Folder with music: MP3, FLAC, Ogg Vorbis, AAC, WAV, AIFF; "" is none
        #[serde(with = "path")]
        music: PathBuf = "";
        /// By how many dB music is softer while somebody speaks to Sayso, and while it listens or
        /// answers
        music_ducking_db: f32 = 20.0f32, 0 to 60;
        /// If nobody has spoken at a board for this long, in s, it forgets what was said there; if
        /// nobody has spoken at any, the lists are cleared. For a device in public; 0 is never
        forget_after_s: u32 = 0u32, 0 to 86_400;
    }

    /// Home Assistant, whose devices the skill `home` switches: docs/home.md.
    HomeAssistant {
        /// Its address, as in a browser: "http://HOST:8123"; "" is none
        url: String = "";
        /// A file with a long-lived access token, which only you can read
        #[serde(with = "path")]
        token_file: PathBuf = "";
        /// A file with a certificate (PEM) that is trusted too, if yours is not signed by a usual
        /// authority; "" is none
        #[serde(with = "path")]
        ca_file: PathBuf = "";
    }

    /// An MQTT broker, whose devices the skill `home` switches: docs/home.md.
    Mqtt {
        /// Its host; "" is none
        host: String = "";
        /// Its port; usually 1883, or 8883 with tls
        port: u16 = 1883u16, 1 to 65_535;
        /// The user; "" is none
        user: String = "";
        /// A file with the user's password, which only you can read
        #[serde(with = "path")]
        password_file: PathBuf = "";
        /// Encrypt the connection
        tls: bool = false;
        /// A file with a certificate (PEM) that is trusted too; "" is none
        #[serde(with = "path")]
        ca_file: PathBuf = "";
    } {
        /// Its devices.
        devices: BTreeMap<String, MqttDevice>;
    }

    /// What survives a restart: mute, volume, and what the skills remember.
    StateDir {
        /// Folder in which it is stored; "" is the user's own
        #[serde(with = "path")]
        dir: PathBuf = "";
    }

    /// How a running program is controlled: `sayso ctl`.
    Control {
        /// The Unix socket; "" is the user's own, "none" creates no socket
        #[serde(with = "path")]
        socket: PathBuf = "";
    }

    /// The server that browsers, phones and programs use: `sayso serve`, `--listen http:…` and
    /// `https:…`; docs/api.md.
    Server {
        /// File with the token that every client must present, which only you can read; "" is none.
        /// `sayso serve --make-token FILE` makes one. SAYSO_SERVER_TOKEN has it instead of a file.
        /// Without a token only this machine is served
        #[serde(with = "path")]
        token_file: PathBuf = "";
        /// File with the certificate for https (PEM), and the authorities between it and the root;
        /// "" is the one that `sayso serve --make-certificate` has made
        #[serde(with = "path")]
        certificate_file: PathBuf = "";
        /// File with its private key (PEM), which only you can read; "" is as above
        #[serde(with = "path")]
        key_file: PathBuf = "";
        /// The names by which clients reach this machine, if it is not its own name or an IP address:
        /// "sayso.example.org". A request for another name is refused
        names: Vec<String> = Vec::<String>::new();
        /// Addresses of web pages of yours on other servers that may use this one:
        /// "https://HOST"
        origins: Vec<String> = Vec::<String>::new();
        /// Serve other machines without encryption, with the token: behind a proxy that encrypts.
        /// Otherwise anyone on the network can listen in
        insecure: bool = false;
        /// How many connections are open at a time
        connections: u32 = 256u32, 1 to 65_535;
        /// How many connections may come from one address
        per_address: u32 = 64u32, 1 to 65_535;
        /// How many requests a second one address may send on the average; ten times as many at
        /// once. 0 is no limit
        requests_per_s: u32 = 100u32, 0 to 1_000_000;
        /// The longest body of a request, in kB
        body_kb: u32 = 25_000u32, 1 to 1_000_000;
        /// How long a client may take for the head of a request, and between two requests, in s
        head_s: u32 = 15u32, 1 to 3_600;
        /// How long it may take for the body, in s
        body_s: u32 = 60u32, 1 to 3_600;
        /// A client that reads nothing for this long, in s, is disconnected
        slow_reader_s: u32 = 10u32, 1 to 3_600;
        /// A WebSocket from which nothing comes for this long, not even the answer to a ping, in s,
        /// is closed
        idle_s: u32 = 60u32, 5 to 86_400;
        /// The address at which others reach this machine for sound over WebRTC, if that is not the one
        /// of the connection: behind a proxy, or in a container. "" is that of the connection
        media_address: String = "";
        /// The first of 100 UDP ports for sound over WebRTC, for a firewall; 0 takes any port
        media_port: u32 = 0u32, 0 to 65_436;
        /// How long requests may go on when the program ends, in s
        shutdown_s: u32 = 5u32, 0 to 600;
    }

    /// Whether spoken words are logged.
    Privacy {
        /// Print what is said and answered even if no terminal shows it, for example in the log
        /// of a service. A terminal and --json always show it
        log_words: bool = false;
        /// Keep what is said and answered for so many days, to review it with `sayso review`; 0
        /// keeps nothing, and deletes what was kept
        review_days: u32 = 0u32, 0 to 365;
    }
}
