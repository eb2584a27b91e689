//! The nets compared with the reference, and phrases in recordings. The weights are the model
//! `hama`; without it these tests are skipped.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use half::f16;
use sayso_phonemes::{Acoustic, Detection, ErrorKind, Phrase, Reader, Spotter, Warning};
use sayso_test_support::skip;

/// The folder of the weights.
fn weights() -> Option<PathBuf> {
    let folder = std::env::var_os("SAYSO_MODELS").filter(|folder| !folder.is_empty());
    let folder =
        folder.map(PathBuf::from).or_else(|| Some(dirs::cache_dir()?.join("sayso/models")));
    let folder = folder.map(|folder| folder.join("hama")).filter(|folder| folder.is_dir());
    if folder.is_none() {
        skip("no model hama: run `sayso models fetch hama`");
    }
    folder
}

fn net(weights: &Path) -> Arc<Acoustic> {
    Arc::new(Acoustic::load(weights).unwrap())
}

/// "Alexa", said once.
fn alexa(number: u32) -> Vec<f32> {
    samples(&format!("../../core/wake/goldens/alexa_{number}.flac"))
}

fn samples(file: &str) -> Vec<f32> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    sayso_audio_io::read_all(file, Duration::MAX).unwrap().samples
}

/// Every log-probability above −8 is that of the reference to 0.02; the reference has half
/// precision there, in steps of up to 0.008.
#[test]
fn the_acoustic_net_agrees_with_the_reference() {
    let Some(weights) = weights() else { return };
    let bytes = include_bytes!("../goldens/alexa_131.bin");
    let expected: Vec<f32> =
        bytes.as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect();
    let heard = net(&weights).hear_recording(&alexa(131));
    assert_eq!(heard.len(), expected.len());
    let likely = expected.iter().zip(&heard).filter(|(expected, _)| **expected > -8.0);
    let worst = likely.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    println!("largest difference {worst:.1e}");
    assert!(worst <= 0.02, "{worst}");
}

#[test]
fn words_are_read_as_by_the_reference() {
    let Some(weights) = weights() else { return };
    let reader = Reader::load(&weights).unwrap();
    let words = include_str!("../goldens/words.txt");
    assert!(words.lines().count() > 30);
    for (word, ipa) in words.lines().filter_map(|line| line.split_once('\t')) {
        let phrase = Phrase::typed(word, &reader).unwrap();
        assert_eq!(phrase.ipa().next().as_deref(), Some(ipa), "{word}");
    }
}

/// All detections in a recording after and before silence, pushed in blocks of some length.
fn detections(spotter: &mut Spotter, sound: &[f32], block: usize) -> Vec<Detection> {
    spotter.reset();
    let silence = vec![0.0; 16_000];
    let all = [&silence, sound, &silence].concat();
    all.chunks(block).filter_map(|block| spotter.push(block, true)).collect()
}

#[test]
fn a_typed_phrase_is_heard_where_it_is_said() {
    let Some(weights) = weights() else { return };
    let reader = Reader::load(&weights).unwrap();
    let net = net(&weights);
    let spotter =
        |text: &str| Spotter::new(Arc::clone(&net), vec![Phrase::typed(text, &reader).unwrap()]);
    let (mut right, mut wrong) = (spotter("alexa"), spotter("okay computer"));
    for number in [131, 267] {
        let sound = alexa(number);
        for block in [160, 512, 2000] {
            let found = detections(&mut right, &sound, block);
            let [detection] = found.as_slice() else { panic!("{number}: {found:?}") };
            let within = 16_000..16_000 + sound.len() as u64;
            assert!(within.contains(&detection.start) && within.contains(&detection.end));
            assert!(detection.start < detection.end && detection.end <= detection.at);
            assert!(detection.score > right.phrases()[0].threshold());
        }
        assert_eq!(detections(&mut wrong, &sound, 512), []);
    }
}

/// A phrase is not reported before its end, however it lies in time, and its end is right.
#[test]
fn a_phrase_ends_where_its_sound_ends() {
    let Some(weights) = weights() else { return };
    let phrase = Phrase::typed("computer", &Reader::load(&weights).unwrap()).unwrap();
    let mut spotter = Spotter::new(net(&weights), vec![phrase]);
    for number in [1, 2] {
        let sound = samples(&format!("goldens/computer_{number}.flac"));
        // Until it falls by 20 dB for good.
        let energies = sound.chunks(160).map(|block| block.iter().map(|x| x * x).sum::<f32>());
        let energies: Vec<f32> = energies.collect();
        let least = energies.iter().copied().fold(0.0, f32::max) / 100.0;
        let ends = (energies.iter().rposition(|energy| *energy > least).unwrap() + 1) * 160;
        for lead in (0..2_560).step_by(320) {
            let all = [vec![0.0; lead].as_slice(), &sound].concat();
            let found = detections(&mut spotter, &all, 512);
            let [detection] = found.as_slice() else { panic!("{number}, {lead}: {found:?}") };
            let end = detection.end as usize - 16_000 - lead;
            assert!(end.abs_diff(ends) <= 2_560, "{number}, {lead}: {end}, not {ends}");
        }
    }
}

/// The net runs once for several phrases, and each is heard as if it were alone.
#[test]
fn several_phrases_are_told_apart() {
    let Some(weights) = weights() else { return };
    let reader = Reader::load(&weights).unwrap();
    let net = net(&weights);
    let typed = |text: &str| Phrase::typed(text, &reader).unwrap();
    let mut alone = Spotter::new(Arc::clone(&net), vec![typed("alexa")]);
    let mut both = Spotter::new(net, vec![typed("okay computer"), typed("alexa")]);
    let sound = alexa(131);
    let [expected] = detections(&mut alone, &sound, 512)[..] else { panic!("not heard") };
    assert_eq!(detections(&mut both, &sound, 512), [Detection { phrase: 1, ..expected }]);
}

/// Nothing is heard without speech, but what was pushed before speech was noticed is.
#[test]
fn the_net_runs_only_while_somebody_speaks() {
    let Some(weights) = weights() else { return };
    let phrase = Phrase::typed("alexa", &Reader::load(&weights).unwrap()).unwrap();
    let mut spotter = Spotter::new(net(&weights), vec![phrase]);
    let sound = [vec![0.0; 16_000], alexa(131), vec![0.0; 4_000]].concat();
    for block in sound.chunks(512) {
        assert_eq!(spotter.push(block, false), None);
    }
    let late = std::iter::repeat_n([0.0; 512], 16).filter_map(|block| spotter.push(&block, true));
    assert_eq!(late.count(), 1);
}

#[test]
fn recordings_make_a_phrase_surer_or_are_refused() {
    let Some(weights) = weights() else { return };
    let reader = Reader::load(&weights).unwrap();
    let net = net(&weights);
    let sounds = [alexa(131), alexa(267)];
    let recordings: Vec<&[f32]> = sounds.iter().map(Vec::as_slice).collect();
    let typed = Phrase::typed("alexa", &reader).unwrap();
    let enrolled = typed.enrol(&net, &recordings).unwrap();
    assert!(enrolled.ipa().count() >= typed.ipa().count());
    assert!(enrolled.threshold() >= typed.threshold() - 0.1 && enrolled.threshold() <= 0.0);
    let mut spotter = Spotter::new(Arc::clone(&net), vec![enrolled]);
    for sound in &sounds {
        assert_eq!(detections(&mut spotter, sound, 512).len(), 1);
    }
    let other = Phrase::typed("good morning", &reader).unwrap().enrol(&net, &recordings);
    assert_eq!(other.err().map(|e| e.kind()), Some(ErrorKind::Input));
}

#[test]
fn short_and_common_phrases_are_warned_of() {
    let Some(weights) = weights() else { return };
    let reader = Reader::load(&weights).unwrap();
    let warnings = |text: &str| {
        Phrase::typed(text, &reader).unwrap().warnings(&reader, ["hello", "good morning"])
    };
    assert_eq!(warnings("abracadabra"), []);
    assert_eq!(warnings("go"), [Warning::Short { sounds: 2 }]);
    let common = |like: &str| Warning::Common { like: like.into() };
    assert_eq!(warnings("good mornings"), [common("good morning")]);
    assert_eq!(warnings("hello"), [Warning::Short { sounds: 4 }, common("hello")]);
}

#[test]
fn what_cannot_be_said_is_refused() {
    let Some(weights) = weights() else { return };
    let reader = Reader::load(&weights).unwrap();
    for text in ["", " ", "hal 9000", "好", "a\u{0}b", &"la".repeat(100)] {
        let error = Phrase::typed(text, &reader).err().map(|e| e.kind());
        assert_eq!(error, Some(ErrorKind::Input), "{text:?}");
    }
}
