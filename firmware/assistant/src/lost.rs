//! Replaces an engine that was lost with its worker.

use std::path::Path;

use sayso_models::eot::EndOfTurn;
use sayso_models::llm::{Exchange, Llm, Primed, Reply};
use sayso_models::stt::{Stt, SttRequest, Transcript};
use sayso_models::tts::{Delivery, Spoken, Tts};
use sayso_models::vad::Vad;
use sayso_models::{Cancel, Error, ErrorKind, Result};

use crate::engines::Engines;

/// An engine that always fails.
pub struct Lost;

impl Lost {
    fn fail<T>() -> Result<T> {
        let message = "this engine was lost when its worker failed; start again";
        Err(Error::new(ErrorKind::Engine, message))
    }
}

/// A session that consists of lost engines.
pub fn session() -> Engines {
    Engines {
        vad: Box::new(Lost),
        stt: Box::new(Lost),
        eot: None,
        llm: Box::new(Lost),
        tts: Box::new(Lost),
    }
}

impl Vad for Lost {
    fn frame_len(&self) -> usize {
        sayso_core::audio::FRAME
    }
    fn process(&mut self, _: &[f32]) -> Result<f32> {
        Self::fail()
    }
    fn reset(&mut self) {}
}

impl Stt for Lost {
    fn transcribe(
        &mut self,
        _: &[f32],
        _: &SttRequest<'_>,
        _: &Cancel,
        _: &mut dyn FnMut(&str),
    ) -> Result<Transcript> {
        Self::fail()
    }
}

impl EndOfTurn for Lost {
    fn completeness(&mut self, _: &[f32], _: usize, _: &Cancel) -> Result<f32> {
        Self::fail()
    }
}

impl Llm for Lost {
    fn prime(&mut self, _: &str, _: &[Exchange], _: Option<&Path>) -> Result<Primed> {
        Self::fail()
    }
    fn reply(&mut self, _: &str, _: &Cancel, _: &mut dyn FnMut(&str)) -> Result<Reply> {
        Self::fail()
    }
    fn keep(&mut self, _: Option<&str>) -> Result<()> {
        Self::fail()
    }
    fn add(&mut self, _: &Exchange) -> Result<()> {
        Self::fail()
    }
    fn discard(&mut self) -> Result<()> {
        Self::fail()
    }
    fn forget(&mut self) -> Result<()> {
        Self::fail()
    }
    fn history(&self) -> &[Exchange] {
        &[]
    }
}

impl Tts for Lost {
    fn sample_rate(&self) -> u32 {
        24_000
    }
    fn speak(
        &mut self,
        _: &str,
        _: &Delivery,
        _: &Cancel,
        _: &mut dyn FnMut(&[f32]),
    ) -> Result<Spoken> {
        Self::fail()
    }
}
