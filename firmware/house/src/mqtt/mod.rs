//! Devices over MQTT, as the settings describe them.

mod device;
mod reports;
mod settings;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;

use crate::exchange::Exchange;
pub use settings::{DeviceSettings, KINDS, STYLES};

/// The broker, and the devices that it connects.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The user; "" is none.
    pub user: String,
    /// A file with the password; "" is none.
    pub password_file: PathBuf,
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// A file with certificates that are trusted too; "" is none.
    pub ca_file: PathBuf,
    /// The devices.
    pub devices: Vec<DeviceSettings>,
}

/// Connects, in a thread of its own.
///
/// # Errors
/// If a device cannot be used as it is described, or no thread can be started.
pub fn start(settings: Settings) -> Result<Arc<Exchange>, String> {
    let devices = settings.devices.iter().map(device::Described::new);
    let devices = devices.collect::<Result<Vec<_>, String>>()?;
    worker::start(settings, devices)
}
