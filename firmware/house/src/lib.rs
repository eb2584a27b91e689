//! Real devices for the skill `home`: those of Home Assistant, and devices over MQTT.
//!
//! A [`RealHouse`] is the [`House`](sayso_skills::House) of the skill. Each [source](Settings) has a
//! worker: a thread that keeps the connection, follows names and states, and does what it is asked
//! to. It computes nothing, so it holds no cores. The two sides share an `Exchange`: what is known, what
//! is to be done, and what has come of it.
//!
//! What happens on the network is apart from what is decided: `home_assistant::map`,
//! `home_assistant::service`, `mqtt::settings`, `mqtt::device` and `reached` are pure.

#![forbid(unsafe_code)]
// Without a source, nothing uses what sources share.
#![cfg_attr(not(all(feature = "home-assistant", feature = "mqtt")), allow(dead_code, unused))]

mod colour;
mod device;
mod exchange;
#[cfg(feature = "home-assistant")]
pub mod home_assistant;
mod house;
#[cfg(feature = "mqtt")]
pub mod mqtt;
mod names;
mod reached;
#[cfg(feature = "home-assistant")]
mod wait;

pub use house::{RealHouse, Settings, Status};
