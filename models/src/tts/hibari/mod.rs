//! Hibari, an English voice.
mod files;
mod linear;
mod math;
mod net;
mod vocoder;
mod voice;
mod weights;
