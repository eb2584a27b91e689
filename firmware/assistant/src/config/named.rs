//! The sections that have names of the user's, and their settings.

use std::path::PathBuf;

use super::define::define;
use super::path::{self, words};

define! {
    /// A device at the broker: a section `[mqtt.devices.NAME]`. What is "" or 0 follows from kind and
    /// style.
    MqttDevice {
        /// What it is called; "" is NAME, with spaces for - and _
        name: String = "";
        /// Its other names
        aliases: Vec<String> = Vec::<String>::new();
        /// The area where it is
        area: String = "";
        /// "light", "switch", "fan", "cover", "lock", "climate" (a thermostat), "sensor" or
        /// "binary_sensor"
        kind: String = "switch";
        /// Its kind within the kind, as in Home Assistant: "blind", "garage", "window"
        class: String = "";
        /// "plain" (words and numbers), "json" (objects: Zigbee2MQTT) or "tasmota"
        style: String = "plain";
        /// The beginning of its topics, for the styles "json" and "tasmota"
        topic: String = "";
        /// The topic of its commands
        command_topic: String = "";
        /// Where it says what it does; without one, Sayso cannot know whether it did it
        state_topic: String = "";
        /// Where it says whether it is there: "online", "offline"
        availability_topic: String = "";
        /// The command to switch on, open or lock; "" is "ON", "OPEN", "LOCK" or "heat"
        on: String = "";
        /// The command to switch off, close or unlock; "" is "OFF", "CLOSE", "UNLOCK" or "off"
        off: String = "";
        /// What it says if it is on, open or locked; "" is "ON", "open" or "LOCKED"
        state_on: String = "";
        /// What it says if it is off, closed or unlocked; "" is "OFF", "closed" or "UNLOCKED"
        state_off: String = "";
        /// The topic that sets how bright it is, or how far open
        level_command_topic: String = "";
        /// Where it says how bright it is, or how far open
        level_state_topic: String = "";
        /// The number that stands for full; 0 is 255, in the style "json" 254, in "tasmota" and for a
        /// cover 100
        level_scale: u32 = 0u32, 0 to 65_535;
        /// A light can show colours, in the styles "json" and "tasmota"
        colour: bool = false;
        /// The topic that sets the colour of a light, as "255,165,0": red, green and blue
        colour_command_topic: String = "";
        /// Where it says its colour, in the same way
        colour_state_topic: String = "";
        /// The topic that sets the temperature of a thermostat
        target_command_topic: String = "";
        /// Where it says which temperature is set
        target_state_topic: String = "";
        /// The field of an object in which the set temperature is; "" is "occupied_heating_setpoint"
        target_field: String = "";
        /// Where a thermostat says which temperature it measures
        temperature_topic: String = "";
        /// The field of an object in which a sensor's value is: "air.temperature"; of a thermostat,
        /// the temperature that it measures: "" is "local_temperature"
        field: String = "";
        /// The unit of a sensor's value: "°C"
        unit: String = "";
    }

    /// A command of your own, under a name: a section `[commands.NAME]`. docs/skills.md shows how.
    OwnCommand {
        /// The intent that it carries out, by its name in your files of sentences
        intent: String = "";
        /// The program, with its whole path, and its arguments. No shell sees them
        #[serde(with = "words")]
        run: Vec<String> = Vec::<String>::new();
        /// How long it may take, in s, before it is ended
        time_limit_s: u32 = 5u32, 1 to 20;
        /// Ask before it is run
        confirm: bool = false;
        /// What is said if the program prints nothing; "" is a word that says that it is done
        say: String = "";
    }

    /// A server of tools, by the Model Context Protocol: a section `[mcp.NAME]`. docs/tools.md shows
    /// how.
    McpServer {
        /// Its program, with its whole path, and its arguments. No shell sees them
        #[serde(with = "words")]
        run: Vec<String> = Vec::<String>::new();
        /// Its address instead of a program: "https://HOST/mcp", or http on this machine; elsewhere
        /// http needs a key_file
        url: String = "";
        /// A file with its key, which only you can read; "" is none
        #[serde(with = "path")]
        key_file: PathBuf = "";
        /// The environment variable in which a program gets the key
        key_env: String = "";
        /// A file with a certificate (PEM) that is trusted too; "" is none
        #[serde(with = "path")]
        ca_file: PathBuf = "";
    }

    /// A tool that you allow, under a name: a section `[tools.NAME]`. No other tool is called.
    McpTool {
        /// The intent that calls it, by its name in your files of sentences. Its slots are the
        /// arguments
        intent: String = "";
        /// The NAME of its server
        server: String = "";
        /// What the server calls it; "" is NAME
        tool: String = "";
        /// Call it without asking first
        safe: bool = false;
        /// How long its result is waited for, in s
        time_limit_s: u32 = 5u32, 1 to 15;
        /// What is said in place of the text of its result; "" is that text
        say: String = "";
    }

    /// A board with a name, for `sayso run --board NAME`: a section `[boards.NAME]`.
    NamedBoard {
        /// Its address, as in `sayso run --board`; "listen:NAME" is the satellite that connects by
        /// itself (--listen) under the name NAME
        address: String = "";
        /// The room or the part of the home in which it is; may be left out
        area: String = "";
    }
}

impl McpTool {
    /// What the server calls the tool that has this name in the settings.
    pub fn called<'t>(&'t self, name: &'t str) -> &'t str {
        if self.tool.is_empty() { name } else { &self.tool }
    }
}
