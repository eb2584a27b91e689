//! Whisper on utterances of 2, 5 and 10 s: `cargo bench -p sayso-models --bench stt`.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use criterion::Criterion;
use sayso_models::Cancel;
use sayso_models::stt::{Stt, SttRequest, Whisper, WhisperConfig};

#[path = "../tests/common/audio.rs"]
#[allow(dead_code)]
mod audio;

fn main() {
    let model = sayso_store::default_dir().join("whisper-tiny.en").join("ggml-q8_0.bin");
    let clip = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/smoke/jfk.flac");
    let sound = audio::read(Path::new(clip));
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    for threads in [1, 2] {
        let config = WhisperConfig { threads, ..WhisperConfig::default() };
        let mut whisper = Whisper::load(&model, &config).unwrap();
        for seconds in [2, 5, 10] {
            let utterance = &sound[..seconds * 16_000];
            criterion.bench_function(&format!("stt {seconds} s, {threads} threads"), |b| {
                b.iter(|| {
                    let request = SttRequest::default();
                    whisper.transcribe(utterance, &request, &Cancel::new(), &mut |_| ()).unwrap()
                });
            });
        }
    }
    criterion.final_summary();
}
