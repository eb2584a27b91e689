//! Reads words: from letters to phonemes.
//!
//! ```text
//! letters ─► embedding ─► convolution ─► 2 layers of GRUs, both ways ─► keys and values
//! last phoneme ─► 2 GRUs ─► attention to the letters ─► the next phoneme
//! ```
//!
//! The net knows many languages and cannot be asked for one. So only phonemes of English are allowed.

use std::path::Path;

use ndarray::{Array2, ArrayView2, Axis, aview1};

use crate::layers::{Depthwise, Gru, LayerNorm, Linear, log_softmax, softmax, tanh};
use crate::symbols::{COUNT, Phoneme};
use crate::weights::{Kind, Weights};
use crate::{Error, Result};

/// The letters that can be read. The number of the first one among the encoder's symbols is
/// [`FIRST_LETTER`], and the others follow.
const LETTERS: &str =
    "'0123456789abcdefghijklmnopqrstuvwxyz·ßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýāăąčēęğīıłńňŋőœřśšũūųž";
const FIRST_LETTER: usize = 2;
/// The encoder's symbol for what is beyond the ends of a word.
const PADDING: usize = 0;
/// All symbols of the encoder, most of which are of other scripts.
const ENCODED: usize = 19_750;

/// The decoder's symbols.
const DECODED: usize = 189;
const BEGIN: usize = 1;
const END: usize = 2;

/// Sizes of the layers.
const EMBEDDING: usize = 80;
const STATE: usize = 96;
const BOTH: usize = 2 * STATE;
/// The location features of the attention: how many, and over how many letters each.
const LOCATION: usize = 16;
const LOCATION_TAPS: usize = 11;

/// The longest word, in letters, and the most phonemes it may have.
const LONGEST: usize = 40;
const MOST_PHONEMES: usize = 32;

/// How many partial pronunciations are pursued at a time.
const BEAM: usize = 8;

/// Reads words.
pub struct Reader {
    encoder: Encoder,
    decoder: Decoder,
}

/// A way to say something.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pronunciation {
    pub(crate) phonemes: Vec<Phoneme>,
    /// The logarithm of its probability.
    pub(crate) log_probability: f32,
}

impl Reader {
    /// Reads `encoder.hama` and `decoder_step.hama` in a folder.
    ///
    /// # Errors
    /// [`Missing`](crate::ErrorKind::Missing), [`Io`](crate::ErrorKind::Io), or
    /// [`Damaged`](crate::ErrorKind::Damaged) if a file is not the net.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref();
        let path = folder.join("encoder.hama");
        let encoder = Encoder::new(&Weights::load(&path, Kind::Encoder)?);
        let encoder = encoder.map_err(|e| e.with_path(path))?;
        let path = folder.join("decoder_step.hama");
        let decoder = Decoder::new(&Weights::load(&path, Kind::Decoder)?);
        Ok(Self { encoder, decoder: decoder.map_err(|e| e.with_path(path))? })
    }

    /// The likeliest pronunciations of a word, the best first, `most` at most.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the word has characters that are not letters, or is
    /// too long.
    pub(crate) fn read(&self, word: &str, most: usize) -> Result<Vec<Pronunciation>> {
        let heard = self.encoder.run(&numbers(word)?);
        let mut open = vec![Partial {
            pronunciation: Pronunciation { phonemes: Vec::new(), log_probability: 0.0 },
            last: BEGIN,
            states: heard.states.clone(),
            attention: vec![1.0 / heard.values.nrows() as f32; heard.values.nrows()],
        }];
        let mut closed: Vec<Pronunciation> = Vec::new();
        for _ in 0..=MOST_PHONEMES {
            let mut next = Vec::new();
            for mut partial in open {
                let odds = self.decoder.step(&heard, &mut partial);
                let before = partial.pronunciation.log_probability;
                let (odds, end) = odds.split_at(COUNT);
                let mut ended = partial.pronunciation.clone();
                ended.log_probability = before + end.first().copied().unwrap_or(f32::NEG_INFINITY);
                if !ended.phonemes.is_empty() {
                    closed.push(ended);
                }
                for (phoneme, odds) in Phoneme::all().zip(odds) {
                    let mut longer = partial.clone();
                    longer.pronunciation.phonemes.push(phoneme);
                    longer.pronunciation.log_probability = before + odds;
                    longer.last = phoneme.symbol();
                    next.push(longer);
                }
            }
            next.sort_by(|a: &Partial, b: &Partial| {
                b.pronunciation.log_probability.total_cmp(&a.pronunciation.log_probability)
            });
            next.truncate(BEAM);
            closed.sort_by(|a, b| b.log_probability.total_cmp(&a.log_probability));
            closed.truncate(most);
            // What is worse already than all that are wanted can only become worse.
            let worst = closed.get(most.saturating_sub(1)).map(|p| p.log_probability);
            next.retain(|p| worst.is_none_or(|worst| p.pronunciation.log_probability > worst));
            if next.is_empty() {
                break;
            }
            open = next;
        }
        Ok(closed)
    }
}

/// The encoder's symbols of a word's letters.
fn numbers(word: &str) -> Result<Vec<usize>> {
    let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    if letters.is_empty() || letters.len() > LONGEST {
        return Err(Error::input(format!("a word has 1 to {LONGEST} letters")));
    }
    let number = |letter: char| {
        let found = LETTERS.chars().position(|known| known == letter);
        let found = found.filter(|_| !letter.is_ascii_digit());
        found.map(|at| at + FIRST_LETTER).ok_or_else(|| {
            Error::input(format!("{letter:?} is not a letter of English; write words out"))
        })
    };
    letters.into_iter().map(number).collect()
}

/// What the decoder attends to.
struct Encoded {
    /// A row per letter.
    values: Array2<f32>,
    keys: Array2<f32>,
    /// With which the decoder begins.
    states: [Vec<f32>; 2],
}

struct Encoder {
    embedding: Array2<f32>,
    depthwise: Depthwise,
    pointwise: Linear,
    norm: LayerNorm,
    layers: [[Gru; 2]; 2],
    around: Linear,
    out_norm: LayerNorm,
    keys: Linear,
    bridge: Linear,
}

impl Encoder {
    fn new(weights: &Weights) -> Result<Self> {
        let all = weights.matrix("model.encoder_embedding.weight", &[ENCODED, EMBEDDING])?;
        let known = FIRST_LETTER + LETTERS.chars().count();
        let gru = |input, state, bias, width| {
            Ok([
                Gru::new(weights, [input, state, bias], [2, 0], width, STATE)?,
                Gru::new(weights, [input, state, bias], [2, 1], width, STATE)?,
            ])
        };
        Ok(Self {
            embedding: all.slice_axis(Axis(0), (0..known).into()).to_owned(),
            depthwise: Depthwise::new(
                weights,
                "model.frontend.depthwise.weight",
                None,
                EMBEDDING,
                5,
            )?,
            pointwise: Linear::by_output(
                weights,
                "model.frontend.pointwise.weight",
                None,
                &[EMBEDDING, EMBEDDING, 1],
            )?,
            norm: LayerNorm::new(weights, "model.frontend.norm", EMBEDDING)?,
            layers: [
                gru("onnx::GRU_484", "onnx::GRU_485", "onnx::GRU_483", EMBEDDING)?,
                gru("onnx::GRU_527", "onnx::GRU_528", "onnx::GRU_526", BOTH)?,
            ],
            around: Linear::by_input(weights, "onnx::MatMul_532", None, EMBEDDING, BOTH)?,
            out_norm: LayerNorm::new(weights, "model.encoder_out_norm", BOTH)?,
            keys: Linear::by_input(weights, "onnx::MatMul_539", None, BOTH, STATE)?,
            bridge: Linear::by_output(
                weights,
                "model.bridge.weight",
                Some("model.bridge.bias"),
                &[STATE, BOTH],
            )?,
        })
    }

    fn run(&self, letters: &[usize]) -> Encoded {
        // The net was trained with words that were padded with a symbol.
        let padded = letters.iter().copied().chain([PADDING; 2]);
        let rows: Vec<usize> = padded.collect();
        let embedded = self.embedding.select(Axis(0), &rows);
        let mut x = self.pointwise.apply(&self.depthwise.apply(&embedded).view()) + &embedded;
        self.norm.apply(&mut x);
        let x = x.slice_axis(Axis(0), (0..letters.len()).into()).to_owned();

        let mut y = x.clone();
        let [first, second] = &self.layers;
        let mut states = [first, second].map(|layer| {
            let (next, state) = both_ways(layer, &y.view());
            y = next;
            let mut state = self.bridge.apply(&row(&state)).into_raw_vec_and_offset().0;
            state.iter_mut().for_each(|x| *x = tanh(*x));
            state
        });
        states.iter_mut().for_each(|s| s.truncate(STATE));
        self.around.add(&x.view(), 1.0, &mut y.view_mut());
        self.out_norm.apply(&mut y);
        Encoded { keys: self.keys.apply(&y.view()), values: y, states }
    }
}

/// Runs a layer of two GRUs, forwards and backwards. Returns their outputs side by side, and
/// their last states.
fn both_ways(layer: &[Gru; 2], x: &ArrayView2<f32>) -> (Array2<f32>, Vec<f32>) {
    let [forwards, backwards] = layer;
    let mut y = Array2::zeros((x.nrows(), BOTH));
    let (mut left, mut right) = y.view_mut().split_at(Axis(1), STATE);
    let mut state = vec![0.0; STATE];
    for (x, mut y) in x.rows().into_iter().zip(left.rows_mut()) {
        forwards.step(&x.insert_axis(Axis(0)), &mut state);
        y.assign(&aview1(&state));
    }
    let mut last = state;
    let mut state = vec![0.0; STATE];
    for (x, mut y) in x.rows().into_iter().zip(right.rows_mut()).rev() {
        backwards.step(&x.insert_axis(Axis(0)), &mut state);
        y.assign(&aview1(&state));
    }
    last.extend(state);
    (y, last)
}

/// The beginning of a pronunciation, and the decoder's state after it.
#[derive(Clone)]
struct Partial {
    pronunciation: Pronunciation,
    /// The decoder's last symbol.
    last: usize,
    states: [Vec<f32>; 2],
    attention: Vec<f32>,
}

struct Decoder {
    embedding: Array2<f32>,
    around: Linear,
    location: Array2<f32>,
    location_out: Linear,
    layers: [Gru; 2],
    state_norm: LayerNorm,
    query: Linear,
    energy: Linear,
    context_norm: LayerNorm,
    fuse: Linear,
    fuse_norm: LayerNorm,
    narrow: Linear,
    out: Linear,
}

impl Decoder {
    fn new(weights: &Weights) -> Result<Self> {
        let product =
            |name, inputs, outputs| Linear::by_input(weights, name, None, inputs, outputs);
        let biased = |name: &str, shape: &[usize]| {
            let bias = format!("{name}.bias");
            Linear::by_output(weights, &format!("{name}.weight"), Some(&bias), shape)
        };
        let gru = |input, state, bias, width| {
            Gru::new(weights, [input, state, bias], [1, 0], width, STATE)
        };
        Ok(Self {
            embedding: weights.matrix("model.decoder_embedding.weight", &[DECODED, EMBEDDING])?,
            around: product("onnx::MatMul_302", EMBEDDING, STATE)?,
            location: weights
                .matrix("model.attention.location_conv.weight", &[LOCATION, 1, LOCATION_TAPS])?,
            location_out: product("onnx::MatMul_304", LOCATION, STATE)?,
            layers: [
                gru("onnx::GRU_279", "onnx::GRU_280", "onnx::GRU_281", EMBEDDING)?,
                gru("onnx::GRU_299", "onnx::GRU_300", "onnx::GRU_301", STATE)?,
            ],
            state_norm: LayerNorm::new(weights, "model.decoder_state_norm", STATE)?,
            query: product("onnx::MatMul_303", STATE, STATE)?,
            energy: product("onnx::MatMul_305", STATE, 1)?,
            context_norm: LayerNorm::new(weights, "model.context_norm", BOTH)?,
            fuse: biased("model.context_proj", &[STATE, STATE + BOTH])?,
            fuse_norm: LayerNorm::new(weights, "model.fusion_norm", STATE)?,
            narrow: biased("model.output_in_proj", &[EMBEDDING, STATE])?,
            out: product("onnx::MatMul_306", EMBEDDING, DECODED)?,
        })
    }

    /// Takes the last symbol and gives the log-probabilities of what follows: each phoneme, then
    /// the end.
    fn step(&self, word: &Encoded, partial: &mut Partial) -> Vec<f32> {
        let last = self.embedding.select(Axis(0), &[partial.last]);
        let [first, second] = &mut partial.states;
        self.layers[0].step(&last.view(), first);
        self.layers[1].step(&row(first), second);
        let mut state = second.clone();
        let mut around = self.around.apply(&last.view());
        around += &row(&state);
        state.clear();
        state.extend(around.iter());
        self.state_norm.apply_row(&mut state);

        self.attend(word, &state, &mut partial.attention);
        let mut context = row(&partial.attention).dot(&word.values);
        self.context_norm.apply(&mut context);

        let joined: Vec<f32> = state.iter().chain(context.iter()).copied().collect();
        let mut fused = self.fuse.apply(&row(&joined));
        fused.mapv_inplace(tanh);
        self.fuse_norm.apply(&mut fused);
        let odds = self.out.apply(&self.narrow.apply(&fused.view()).view());
        let symbols = Phoneme::all().map(Phoneme::symbol).chain([END]);
        let mut odds: Vec<f32> =
            symbols.filter_map(|symbol| odds.get((0, symbol)).copied()).collect();
        log_softmax(&mut odds);
        odds
    }

    /// Replaces the attention to each letter by the next one.
    fn attend(&self, word: &Encoded, state: &[f32], attention: &mut [f32]) {
        let letters = attention.len();
        let mut location = Array2::zeros((letters, LOCATION));
        for ((at, feature), sum) in location.indexed_iter_mut() {
            for (tap, weight) in self.location.row(feature).iter().enumerate() {
                let from = (at + tap).checked_sub(LOCATION_TAPS / 2);
                let before = from.and_then(|from| attention.get(from)).copied();
                *sum += weight * before.unwrap_or_default();
            }
        }
        let mut hidden = self.location_out.apply(&location.view()) + &word.keys;
        hidden += &self.query.apply(&row(state));
        hidden.mapv_inplace(tanh);
        let energy = self.energy.apply(&hidden.view());
        // The attention moves on by little, so what is far from where it was costs.
        let place: f32 = attention.iter().enumerate().map(|(at, share)| at as f32 * share).sum();
        for ((at, attention), energy) in attention.iter_mut().enumerate().zip(&energy) {
            *attention = energy - 0.1 * (at as f32 - place).abs();
        }
        softmax(attention);
    }
}

fn row(values: &[f32]) -> ArrayView2<'_, f32> {
    aview1(values).insert_axis(Axis(0))
}
