//! Mixes many channels down to one: the mean of those that carry the voice.

use std::time::Duration;

/// Channels are judged in blocks of this length.
const BLOCK: Duration = Duration::from_millis(20);
/// How many buckets of how many blocks the levels are remembered for: 3 s, within which a person
/// who speaks takes a breath.
const BUCKETS: usize = 6;
const BUCKET: usize = 25;
/// The weight of a block in the smoothed power (60 ms), so that the power of steady noise is
/// steady.
const SMOOTH: f64 = 0.3;
/// The part of the energies that remains after a block (1 s).
const DECAY: f64 = 0.98;
/// The power of silence: −120 dB of full scale.
const NOTHING: f64 = 1e-12;

/// Bounds for ratios of powers. A channel is judged at the first bound; the judgement is withdrawn
/// only at the second, so that it does not flicker.
///
/// Ranges of levels above this count as equal: 30 dB.
const CLEAN: f64 = 1e3;
/// A channel with this range of levels holds speech: 10 dB.
const SPEECH: f64 = 10.0;
/// A channel with less range (9 dB) holds steady noise, until it has more (12 dB).
const STEADY: f64 = 8.0;
const UNSTEADY: f64 = 16.0;
/// Noise is audible beside speech above −30 dB, until it is below −35 dB.
const HEARD: f64 = 1e-3;
const UNHEARD: f64 = 3e-4;
/// A channel is dead below −40 dB of the leading one, until it is above −35 dB.
const DEAD: f64 = 1e-4;
const ALIVE: f64 = 3e-4;
/// Correlation with the leading channel: below the first bound, a channel removes more of the
/// voice than it adds; above the second, it does not.
const CANCELS: f64 = -0.3;
const ADDS: f64 = -0.1;
/// Channels whose range of levels is within this of the best (6 dB) may lead. The loudest of them
/// leads until another is louder by 3 dB.
const AS_GOOD: f64 = 4.0;
const LOUDER: f64 = 2.0;

/// Mixes the channels of a stream down to one.
///
/// The output is the mean of the channels, except those that spoil it:
/// - A channel in opposite phase to the leading one is left out: their sum would be silence.
/// - A channel of steady noise is left out while another holds speech.
/// - A dead channel is not counted, so that the others keep their level. It is still mixed, so
///   that nothing is lost when somebody begins to speak into it.
///
/// The leading channel is the loudest of those with the widest range of levels. While there is
/// nothing to judge by, the last judgements stay. Gains change over 20 ms, so that nothing clicks.
/// Output sample `n` is frame `n`, however the input is divided.
///
/// Never allocates more than its output needs, unless it [looks ahead](Self::looking_ahead).
#[derive(Clone, Debug)]
pub struct Downmixer {
    channels: Vec<Channel>,
    leader: usize,
    /// Frames of a block, and how many of the present one were measured.
    block: usize,
    measured: usize,
    /// Blocks in the present bucket, and the index of that bucket.
    blocks: usize,
    bucket: usize,
    /// Frames that were mixed with the present gains.
    mixed: usize,
    /// Whether anything was mixed yet.
    begun: bool,
    /// Frames that wait until the frames after them were measured.
    ahead: usize,
    held: Vec<f32>,
    /// Samples at the front of `held` that were already mixed.
    past: usize,
    /// Whether no channel is judged.
    evenly: bool,
}

#[derive(Clone, Debug)]
struct Channel {
    block: Sums,
    /// The smoothed power, once there is one.
    power: Option<f64>,
    /// The extremes of the smoothed power in each bucket.
    levels: [Levels; BUCKETS],
    /// Decaying sums: the energy, and its product with the leading channel.
    energy: f64,
    common: f64,
    noise: bool,
    cancels: bool,
    dead: bool,
    /// The gain at the start of the ramp, and at its end.
    from: f32,
    to: f32,
}

/// Sums over the frames of a block.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    sample: f64,
    square: f64,
    /// The product with the leading channel.
    product: f64,
}

#[derive(Clone, Copy, Debug)]
struct Levels {
    lowest: f64,
    highest: f64,
}

const UNKNOWN: Levels = Levels { lowest: f64::INFINITY, highest: 0.0 };

impl Downmixer {
    /// A mixer for sound of `channels` channels (0 counts as 1) at `rate` Hz, without delay.
    pub fn new(channels: usize, rate: u32) -> Self {
        let channels = channels.max(1);
        let channel = Channel {
            block: Sums::default(),
            power: None,
            levels: [UNKNOWN; BUCKETS],
            energy: 0.0,
            common: 0.0,
            noise: false,
            cancels: false,
            dead: false,
            from: 1.0 / channels as f32,
            to: 1.0 / channels as f32,
        };
        Self {
            channels: vec![channel; channels],
            leader: 0,
            block: (f64::from(rate) * BLOCK.as_secs_f64()).ceil().max(1.0) as usize,
            measured: 0,
            blocks: 0,
            bucket: 0,
            mixed: 0,
            begun: false,
            ahead: 0,
            held: Vec::new(),
            past: 0,
            evenly: false,
        }
    }

    /// For music: the output is always the mean of all channels, without delay.
    #[must_use]
    pub fn evenly(mut self) -> Self {
        self.evenly = true;
        self
    }

    /// For recordings: each output sample is mixed with knowledge of the next 3 s, so that the
    /// first word is mixed as well as the last. [`rest`](Self::rest) gives the samples that are
    /// held back.
    #[must_use]
    pub fn looking_ahead(mut self) -> Self {
        if self.channels.len() > 1 {
            self.ahead = BUCKETS * BUCKET * self.block;
        }
        self
    }

    /// The number of channels.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Takes `interleaved` and appends what is ready to `mono`. A value that is not finite counts
    /// as silence; an incomplete last frame is ignored.
    pub fn process(&mut self, interleaved: &[f32], mono: &mut Vec<f32>) {
        let channels = self.channels.len();
        if channels == 1 {
            mono.extend(interleaved.iter().map(|sample| sane(*sample)));
            return;
        }
        if self.evenly {
            let mean =
                |frame: &[f32]| frame.iter().map(|x| sane(*x)).sum::<f32>() / channels as f32;
            mono.extend(interleaved.chunks_exact(channels).map(mean));
            return;
        }
        let mut left = &interleaved[..interleaved.len() / channels * channels];
        while !left.is_empty() {
            let frames = (self.block - self.measured).min(left.len() / channels);
            let (now, later) = left.split_at(frames * channels);
            left = later;
            self.measure(now);
            if self.ahead == 0 {
                self.mix(now, mono);
            } else {
                self.held.extend_from_slice(now);
                let held = (self.held.len() - self.past) / channels;
                self.mix_held(held.saturating_sub(self.ahead), mono);
            }
            self.measured += frames;
            if self.measured == self.block {
                self.judge();
                self.measured = 0;
            }
        }
    }

    /// Ends the input: appends at most `frames` of the samples that were held back. Returns
    /// whether there were any.
    pub fn rest(&mut self, frames: usize, mono: &mut Vec<f32>) -> bool {
        let held = (self.held.len() - self.past) / self.channels.len();
        if !self.begun && self.measured > 0 {
            // A rest that is shorter than a block is judged too.
            self.judge();
        }
        self.mix_held(frames.min(held), mono);
        held > 0
    }

    fn measure(&mut self, interleaved: &[f32]) {
        for frame in interleaved.chunks_exact(self.channels.len()) {
            let leading = f64::from(sane(frame[self.leader]));
            for (channel, sample) in self.channels.iter_mut().zip(frame) {
                let sample = f64::from(sane(*sample));
                channel.block.sample += sample;
                channel.block.square += sample * sample;
                channel.block.product += sample * leading;
            }
        }
    }

    fn mix_held(&mut self, frames: usize, mono: &mut Vec<f32>) {
        let samples = frames * self.channels.len();
        let held = std::mem::take(&mut self.held);
        self.mix(&held[self.past..self.past + samples], mono);
        self.held = held;
        self.past += samples;
        if self.past > self.held.len() / 2 {
            self.held.drain(..self.past);
            self.past = 0;
        }
    }

    fn mix(&mut self, interleaved: &[f32], mono: &mut Vec<f32>) {
        for frame in interleaved.chunks_exact(self.channels.len()) {
            let done = self.done();
            let gained = frame.iter().zip(&self.channels);
            mono.push(gained.map(|(sample, channel)| sane(*sample) * channel.gain(done)).sum());
            self.mixed += 1;
            self.begun = true;
        }
    }

    /// How far the change of the gains is, 0 to 1.
    fn done(&self) -> f32 {
        self.mixed.min(self.block) as f32 / self.block as f32
    }

    /// Judges the channels after a block, and sets the gains for the next.
    fn judge(&mut self) {
        self.level();
        self.lead();
        let leader = &self.channels[self.leader];
        let (loudest, range) = (leader.top(), leader.range());
        let energy = leader.energy;
        for (number, channel) in self.channels.iter_mut().enumerate() {
            if number == self.leader {
                (channel.noise, channel.cancels, channel.dead) = (false, false, false);
            } else {
                channel.judge(loudest, range, energy);
            }
        }
        let counted = self.channels.iter().filter(|channel| channel.mixed() && !channel.dead);
        let gain = 1.0 / counted.count().max(1) as f32;
        let (done, begun) = (self.done(), self.begun);
        for channel in &mut self.channels {
            let to = if channel.mixed() { gain } else { 0.0 };
            channel.from = if begun { channel.gain(done) } else { to };
            channel.to = to;
        }
        self.mixed = 0;
    }

    /// Adds the block to the levels.
    fn level(&mut self) {
        if self.blocks == BUCKET {
            self.blocks = 0;
            self.bucket = (self.bucket + 1) % BUCKETS;
            for channel in &mut self.channels {
                channel.levels[self.bucket] = UNKNOWN;
            }
        }
        self.blocks += 1;
        let frames = if self.measured == 0 { self.block } else { self.measured } as f64;
        let leading = self.channels[self.leader].block.sample / frames;
        for channel in &mut self.channels {
            // Without the mean, because cheap sound cards add a constant.
            let Sums { sample, square, product } = std::mem::take(&mut channel.block);
            let mean = sample / frames;
            let power = (square / frames - mean * mean).max(0.0);
            channel.energy = channel.energy * DECAY + power;
            channel.common = channel.common * DECAY + product / frames - mean * leading;
            let before = channel.power.unwrap_or(power);
            let power = before + (power - before) * SMOOTH;
            channel.power = Some(power);
            let level = &mut channel.levels[self.bucket];
            level.lowest = level.lowest.min(power);
            level.highest = level.highest.max(power);
        }
    }

    /// Finds the leading channel.
    fn lead(&mut self) {
        let best = self.channels.iter().map(Channel::range).fold(0.0, f64::max);
        // Noise does not take the lead back when nobody speaks any more.
        let may = |channel: &Channel| !channel.noise && channel.range() * AS_GOOD >= best;
        let loudest = (0..self.channels.len())
            .filter(|number| may(&self.channels[*number]))
            .max_by(|a, b| self.channels[*a].top().total_cmp(&self.channels[*b].top()));
        let Some(loudest) = loudest else { return };
        let leader = &self.channels[self.leader];
        if may(leader) && leader.top() * LOUDER >= self.channels[loudest].top() {
            return;
        }
        self.leader = loudest;
        for channel in &mut self.channels {
            (channel.energy, channel.common) = (0.0, 0.0);
        }
    }
}

impl Channel {
    /// Judges the channel relative to a leading channel with this top level, range of levels and
    /// energy.
    fn judge(&mut self, loudest: f64, range: f64, energy: f64) {
        let speech = range >= SPEECH;
        self.dead = self.top() < loudest * if self.dead { ALIVE } else { DEAD };
        let both = (self.energy * energy).sqrt();
        let alike = if both > NOTHING { self.common / both } else { 0.0 };
        self.cancels = match self.cancels {
            true => alike <= ADDS || !speech,
            false => alike < CANCELS,
        };
        let (own, floor) = (self.range(), self.floor());
        self.noise = match self.noise {
            true => own <= UNSTEADY && floor >= loudest * UNHEARD,
            false => speech && own < STEADY && floor > loudest * HEARD,
        };
    }

    /// Whether it is part of the mean.
    fn mixed(&self) -> bool {
        !self.noise && !self.cancels
    }

    fn gain(&self, done: f32) -> f32 {
        self.from + (self.to - self.from) * done
    }

    /// The highest power of the last seconds.
    fn top(&self) -> f64 {
        self.levels.iter().map(|level| level.highest).fold(0.0, f64::max)
    }

    /// The lowest power of the last seconds.
    fn floor(&self) -> f64 {
        self.levels.iter().map(|level| level.lowest).fold(f64::INFINITY, f64::min).max(NOTHING)
    }

    fn range(&self) -> f64 {
        (self.top() / self.floor()).min(CLEAN)
    }
}

fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}
