//! Settings as the crates below take them.

use sayso_frontend::Cleaning;
use sayso_skills::{Program, Tool};

#[cfg(feature = "home-assistant")]
use super::HomeAssistant;
use super::{FrontEnd, McpTool, OwnCommand, Sampling};
#[cfg(feature = "mqtt")]
use super::{Mqtt, MqttDevice};

impl From<&FrontEnd> for Cleaning {
    fn from(settings: &FrontEnd) -> Self {
        let FrontEnd { echo_cancellation, noise_suppression, gain_control } = *settings;
        Self { echo_cancellation, noise_suppression, gain_control }
    }
}

impl From<&Sampling> for sayso_models::llm::Sampling {
    fn from(settings: &Sampling) -> Self {
        let Sampling { temperature, top_p, top_k, repeat_penalty, seed, max_tokens } = *settings;
        Self { temperature, top_p, top_k, repeat_penalty, seed, max_tokens }
    }
}

impl OwnCommand {
    /// The program of the command that has this name.
    pub fn program(&self, name: &str) -> Program {
        Program {
            name: name.to_owned(),
            intent: self.intent.clone(),
            run: self.run.clone(),
            time_limit_s: self.time_limit_s,
            confirm: self.confirm,
            say: self.say.clone(),
        }
    }
}

impl McpTool {
    /// The tool that is allowed under this name.
    pub fn allowed(&self, name: &str) -> Tool {
        Tool {
            name: name.to_owned(),
            intent: self.intent.clone(),
            server: self.server.clone(),
            tool: self.called(name).to_owned(),
            time_limit_s: self.time_limit_s,
            safe: self.safe,
            say: self.say.clone(),
        }
    }
}

#[cfg(feature = "home-assistant")]
impl From<&HomeAssistant> for sayso_house::home_assistant::Settings {
    fn from(settings: &HomeAssistant) -> Self {
        let HomeAssistant { url, token_file, ca_file } = settings.clone();
        Self { url, token_file, ca_file }
    }
}

#[cfg(feature = "mqtt")]
impl From<&Mqtt> for sayso_house::mqtt::Settings {
    fn from(settings: &Mqtt) -> Self {
        let Mqtt { host, port, user, password_file, tls, ca_file, devices } = settings.clone();
        let devices = devices.into_iter().map(described).collect();
        Self { host, port, user, password_file, tls, ca_file, devices }
    }
}

#[cfg(feature = "mqtt")]
fn described((id, device): (String, MqttDevice)) -> sayso_house::mqtt::DeviceSettings {
    sayso_house::mqtt::DeviceSettings {
        id,
        name: device.name,
        aliases: device.aliases,
        area: device.area,
        kind: device.kind,
        class: device.class,
        style: device.style,
        topic: device.topic,
        command_topic: device.command_topic,
        state_topic: device.state_topic,
        availability_topic: device.availability_topic,
        on: device.on,
        off: device.off,
        state_on: device.state_on,
        state_off: device.state_off,
        level_command_topic: device.level_command_topic,
        level_state_topic: device.level_state_topic,
        level_scale: device.level_scale,
        colour: device.colour,
        colour_command_topic: device.colour_command_topic,
        colour_state_topic: device.colour_state_topic,
        target_command_topic: device.target_command_topic,
        target_state_topic: device.target_state_topic,
        target_field: device.target_field,
        temperature_topic: device.temperature_topic,
        field: device.field,
        unit: device.unit,
    }
}
