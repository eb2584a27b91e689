//! Nets of any bytes, and the decision.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;
use sayso_wake::{Detection, Error, Frame, Net, Phrase, WakeDetector};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn net(name: &str) -> Vec<u8> {
    fs::read(folder().join(format!("nets/{name}.tflite"))).unwrap()
}

static ALEXA: LazyLock<Vec<u8>> = LazyLock::new(|| net("alexa"));
static NABU: LazyLock<Vec<u8>> = LazyLock::new(|| net("okay_nabu"));

/// Samples of a recording, with half a second of faint noise before and a second after.
fn recording(path: &str) -> Vec<i16> {
    let sound = sayso_audio_io::read_all(folder().join(path), Duration::from_secs(60)).unwrap();
    let faint = |i: usize| (i * i % 13) as i16 - 6;
    let before = (0..8000).map(faint);
    let speech = sound.samples.iter().map(|sample| (sample * 32768.0) as i16);
    before.chain(speech).chain((0..16000).map(faint)).collect()
}

fn detections(phrase: Phrase<'static>, samples: &[i16]) -> Vec<Detection<'static>> {
    let model = net(&phrase.name.replace(" ", "_"));
    let mut arena = [0; 1 << 14];
    let mut detector = WakeDetector::new(&model, &mut arena, phrase).unwrap();
    samples.chunks(320).filter_map(|block| detector.push(block)).collect()
}

/// Reads a net and runs it a few times, where it can be read.
fn try_out(model: &[u8]) -> Result<(), Error> {
    let mut arena = vec![0; 1 << 16];
    let mut net = Net::new(model, &mut arena)?;
    for i in 0..2 * net.stride() {
        let frame: Frame = std::array::from_fn(|j| (i * 1000 + j * 17) as u16);
        net.push(&frame);
    }
    Ok(())
}

#[test]
fn a_phrase_is_heard_once_where_it_is_said() {
    let said = [
        (Phrase::ALEXA, "goldens/alexa_131.flac"),
        (Phrase::ALEXA, "goldens/alexa_267.flac"),
        (Phrase::HEY_MYCROFT, "../../tests/data/commands-misc-en/v2j_hey_mycroft.flac"),
    ];
    for (phrase, path) in said {
        let samples = recording(path);
        let found = detections(phrase, &samples);
        let [Detection { phrase: name, at, score }] = *found else { panic!("{path}: {found:?}") };
        assert_eq!(name, phrase.name);
        assert!(u32::from(score) * 1000 > u32::from(phrase.cutoff) * 256 - 1000, "{path}: {score}");
        // Within the recording or soon after it.
        let end = samples.len() as u64 - 16000 + 4800;
        assert!((8000..end).contains(&at), "{path}: {at} of {end}");
    }
}

#[test]
fn a_phrase_that_is_repeated_is_heard_again() {
    let samples = recording("goldens/alexa_131.flac").repeat(3);
    assert_eq!(detections(Phrase::ALEXA, &samples).len(), 3);
}

#[test]
fn nothing_is_heard_in_the_refractory_time() {
    let samples = recording("goldens/alexa_131.flac").repeat(3);
    let phrase = Phrase { refractory: 60_000, ..Phrase::ALEXA };
    assert_eq!(detections(phrase, &samples).len(), 1);
}

#[test]
fn another_sentence_is_no_phrase() {
    let samples = recording("../../tests/data/librispeech/1688-142285-0002.flac");
    for phrase in [Phrase::ALEXA, Phrase::HEY_JARVIS, Phrase::HEY_MYCROFT, Phrase::OKAY_NABU] {
        assert_eq!(detections(phrase, &samples), [], "{phrase:?}");
    }
}

#[test]
fn a_net_says_how_large_its_arena_has_to_be() {
    for name in ["alexa", "hey_jarvis", "hey_mycroft", "okay_nabu"] {
        let model = net(name);
        let Err(Error::Arena { needed }) = Net::new(&model, &mut []) else { panic!("{name}") };
        let mut arena = vec![0; needed];
        assert!(Net::new(&model, &mut arena[1..]).is_err(), "{name}");
        assert_eq!(Net::new(&model, &mut arena).unwrap().arena(), needed, "{name}");
        assert!(needed <= 12 * 1024, "{name}: {needed}");
    }
}

#[test]
fn a_net_that_was_reset_gives_the_same_again() {
    let mut arena = [0; 1 << 14];
    let mut net = Net::new(&ALEXA, &mut arena).unwrap();
    let frames = |i: usize| -> Frame { std::array::from_fn(|j| (i * 31 + j * 17) as u16 % 700) };
    let mut run = || -> Vec<u8> {
        net.reset();
        // What is started is forgotten too.
        (0..100).filter_map(|i| net.push(&frames(i))).collect()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_net_that_is_cut_off_is_refused() {
    for len in (0..ALEXA.len()).step_by(97) {
        assert!(try_out(&ALEXA[..len]).is_err(), "{len}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn bytes_of_any_kind_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut named = bytes.clone();
        if let Some(identifier) = named.get_mut(4..8) {
            identifier.copy_from_slice(b"TFL3");
        }
        prop_assert!(try_out(&bytes).is_err());
        prop_assert!(try_out(&named).is_err());
    }

    #[test]
    fn a_net_with_changed_bytes_does_no_harm(
        nabu: bool,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        small: bool,
    ) {
        let mut model = if nabu { NABU.clone() } else { ALEXA.clone() };
        for (at, byte) in changes {
            let at = at.index(model.len());
            model[at] = if small { byte % 4 } else { byte };
        }
        let _ = try_out(&model);
    }
}
