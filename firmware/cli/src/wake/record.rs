//! Records a phrase from a microphone.

use std::ffi::OsStr;
use std::time::Duration;

use sayso::internals::boards::Site;
use sayso::{Config, Engines, Error, Result, Stop};
use sayso_board::{Board, CAPTURE_RATE, Heard, Loudspeaker, Microphone, Mute};
use sayso_core::audio::{FRAME, SampleTime, Samples};
use sayso_core::endpoint::{EndpointConfig, EndpointEvent, Endpointer};
use sayso_frontend::Recorder;
use sayso_models::vad::Vad;
use sayso_phonemes::{Acoustic, Phrase};

use crate::run;

/// How often the phrase is recorded.
const WANTED: usize = 3;
/// How often it is asked for before it is given up.
const TRIES: usize = 8;

/// For how long a person may think before they speak.
const PATIENCE: Samples = Samples::from_ms(15_000);
/// The longest phrase, and the quiet before and after it that belongs to the recording.
const LONGEST: Samples = Samples::from_ms(6_000);
const AROUND: Samples = Samples::from_ms(320);

/// How long a read waits before it checks whether to end.
const WAIT: Duration = Duration::from_millis(50);

/// A microphone, and what finds speech in its sound. Nothing of it is kept but in memory.
pub struct Recordings {
    // The loudspeaker stays open, because some devices cannot record without it.
    _board: Box<dyn Board + Send>,
    _loudspeaker: Box<dyn Loudspeaker>,
    microphone: Box<dyn Microphone>,
    vad: Box<dyn Vad>,
    endpointer: Endpointer,
    recorder: Recorder,
}

impl Recordings {
    /// Opens the microphone of a board.
    ///
    /// # Errors
    /// When there is no such board, or it cannot be opened.
    pub fn open(board: &OsStr, config: &Config) -> Result<Self> {
        let registry = run::registry();
        let site = Site { config, name: "wake", mute: Mute::default() };
        let mut board = registry.board(board, config)?.make(&site)?;
        let vad = Engines::load_vad(config)?;
        let (microphone, loudspeaker) = board.start(CAPTURE_RATE).map_err(|error| {
            let message = format!(
                "cannot record: {error}. Without a microphone, name recordings of the phrase with \
                 --recording"
            );
            Error::new(Error::from(error).kind(), message)
        })?;
        let endpoints = EndpointConfig { max_utterance: LONGEST, ..EndpointConfig::default() };
        Ok(Self {
            _board: board,
            _loudspeaker: loudspeaker,
            microphone,
            vad,
            endpointer: Endpointer::new(endpoints),
            recorder: Recorder::new(LONGEST + AROUND + AROUND),
        })
    }

    /// Asks for the phrase until it was heard [often enough](WANTED), and returns these recordings.
    ///
    /// # Errors
    /// [`Input`](sayso::ErrorKind::Input) when the phrase is not heard again and again.
    pub fn of(mut self, phrase: &Phrase, net: &Acoustic, stop: &Stop) -> Result<Vec<Vec<f32>>> {
        let mut heard = Vec::new();
        for _ in 0..TRIES {
            eprintln!("say \"{phrase}\" ({} of {WANTED})", heard.len() + 1);
            let Some(sound) = self.next(stop)? else {
                return Err(Error::input(format!(
                    "the recording ended after {} of {WANTED} times \"{phrase}\": use a longer one",
                    heard.len()
                )));
            };
            if phrase.enrol(net, &[&sound]).is_err() {
                eprintln!("something else was heard: say only the phrase, near the microphone");
                continue;
            }
            heard.push(sound);
            if heard.len() == WANTED {
                return Ok(heard);
            }
        }
        Err(Error::input(format!(
            "\"{phrase}\" was heard only {} times in {TRIES}: choose another phrase, or another \
             microphone with --input",
            heard.len()
        )))
    }

    /// What is said next; `None` at the end of a recording.
    fn next(&mut self, stop: &Stop) -> Result<Option<Vec<f32>>> {
        let until = self.endpointer.now() + PATIENCE;
        let mut from = None;
        let (mut frame, mut filled) = ([0.0; FRAME], 0);
        loop {
            if stop.is_stopped() {
                return Err(Error::stopped());
            }
            match self.microphone.read(&mut frame[filled..], WAIT) {
                Heard::Samples(count) => filled += count,
                Heard::Nothing => {}
                Heard::End | Heard::Left => return Ok(None),
            }
            if filled < FRAME {
                continue;
            }
            filled = 0;
            let event = self.endpointer.push(self.vad.process(&frame)?);
            let now = self.endpointer.now();
            self.recorder.push(&frame, now);
            match event {
                Some(EndpointEvent::SpeechStarted { from: first, .. }) => from = Some(first),
                Some(EndpointEvent::Ended { speech_end, .. }) => {
                    let from = from.unwrap_or(SampleTime::ZERO);
                    return Ok(Some(self.recorder.range(from, speech_end + AROUND)));
                }
                _ if from.is_none() && now >= until => {
                    return Err(Error::input(format!(
                        "nobody was heard for {} s: speak nearer to the microphone, or choose \
                         another one with --input (`sayso run --list-devices`)",
                        PATIENCE.as_ms() / 1000
                    )));
                }
                _ => {}
            }
        }
    }
}
