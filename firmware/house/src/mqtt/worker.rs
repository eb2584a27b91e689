//! The connection to the broker.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use rumqttc::{
    Client, Connection, ConnectionError, Event, MqttOptions, Outgoing, Packet, QoS,
    SubscribeFilter, TlsConfiguration, Transport,
};
use sayso_network::{secret, tls};
use sayso_skills::{Failure, Origin};

use super::Settings;
use super::device::Described;
use crate::exchange::{Exchange, Names};

/// How long it waits before it connects again: at first, and at most.
const FIRST: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(60);

/// How often it is asked whether the broker is still there.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// How long a connection may take, in seconds.
const PATIENCE_S: u64 = 8;

/// A longer message ends the connection, in bytes.
const LONGEST: usize = 1 << 20;

/// How long a device that shows the wanted state already may take to report it again.
const AGAIN: Duration = Duration::from_millis(1_500);

/// The connection, as the house uses it.
#[derive(Default)]
struct Line {
    client: Option<Client>,
    /// Orders in the order in which they were given to the client.
    given: VecDeque<Option<u64>>,
    /// Orders that the broker has not acknowledged, by the numbers of their packets.
    sent: BTreeMap<u16, u64>,
}

/// What the worker and the house use.
struct Shared {
    devices: Vec<Described>,
    line: Mutex<Line>,
    /// Ends a pause.
    wake: SyncSender<()>,
}

impl Shared {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives what the house has ordered to the client.
    fn pump(&self, exchange: &Exchange) {
        let _ = self.wake.try_send(());
        let line = &mut *self.line();
        if exchange.is_over() {
            if let Some(client) = line.client.take() {
                let _ = client.try_disconnect();
            }
            return;
        }
        while let Some(order) = exchange.take() {
            let device = self.devices.iter().find(|device| device.id() == order.id);
            let message = device.and_then(|device| device.message(&order.change));
            let Some((message, client)) = message.zip(line.client.as_ref()) else {
                let why = format!("an MQTT device has no topic for {:?}", order.change);
                exchange.refused(order.number, Failure::Refused(why));
                continue;
            };
            match client.try_publish(message.topic, QoS::AtLeastOnce, false, message.payload) {
                Ok(()) => line.given.push_back(Some(order.number)),
                Err(_) => exchange.refused(order.number, Failure::Unreachable(Origin::Mqtt)),
            }
        }
    }
}

/// Starts the worker.
///
/// # Errors
/// If no thread can be started.
pub fn start(settings: Settings, devices: Vec<Described>) -> Result<Arc<Exchange>, String> {
    let (wake, woken) = sync_channel(1);
    let shared = Arc::new(Shared { devices, line: Mutex::default(), wake });
    let pumped = Arc::clone(&shared);
    let exchange = Arc::new_cyclic(|exchange: &Weak<Exchange>| {
        let exchange = exchange.clone();
        let wake = Box::new(move || {
            if let Some(exchange) = exchange.upgrade() {
                pumped.pump(&exchange);
            }
        });
        Exchange::new(Origin::Mqtt, AGAIN, wake)
    });
    let kept = Arc::clone(&exchange);
    std::thread::Builder::new()
        .name("mqtt".into())
        .spawn(move || keep(&settings, &shared, &kept, &woken))
        .map_err(|error| error.to_string())?;
    Ok(exchange)
}

/// Keeps the connection, until the house is gone.
fn keep(settings: &Settings, shared: &Shared, exchange: &Exchange, woken: &Receiver<()>) {
    let mut pause = FIRST;
    while !exchange.is_over() {
        let mut was_up = false;
        let ended = options(settings).and_then(|options| {
            // A client of its own each time: what was not sent shall not be sent later.
            let (client, mut connection) = Client::new(options, 100);
            follow(&client, &mut connection, shared, exchange, &mut was_up)
        });
        *shared.line() = Line::default();
        if was_up {
            pause = FIRST;
        }
        if exchange.is_over() {
            return;
        }
        exchange.down(ended.err().unwrap_or_else(|| "it has closed the connection".into()));
        let until = Instant::now() + pause;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            if exchange.is_over() || left.is_zero() {
                break;
            }
            let _ = woken.recv_timeout(left);
        }
        pause = (2 * pause).min(LAST);
    }
}

/// How to connect.
fn options(settings: &Settings) -> Result<MqttOptions, String> {
    let name = format!("sayso-{}-{}", std::process::id(), stamp());
    let mut options = MqttOptions::new(name, settings.host.as_str(), settings.port);
    options.set_keep_alive(HEARTBEAT).set_clean_session(true);
    options.set_max_packet_size(LONGEST, LONGEST);
    if !settings.user.is_empty() {
        let file: &Path = &settings.password_file;
        let password =
            if file.as_os_str().is_empty() { String::new() } else { secret::read(file)? };
        options.set_credentials(settings.user.as_str(), password);
    }
    if settings.tls {
        let config = TlsConfiguration::Rustls(tls::config(&settings.ca_file)?);
        options.set_transport(Transport::tls_with_config(config));
    }
    Ok(options)
}

/// Something that another client of this machine has not.
fn stamp() -> u32 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.subsec_nanos())
}

/// Follows what the devices report, until the connection ends.
fn follow(
    client: &Client,
    connection: &mut Connection,
    shared: &Shared,
    exchange: &Exchange,
    was_up: &mut bool,
) -> Result<(), String> {
    let mut limits = rumqttc::NetworkOptions::new();
    limits.set_connection_timeout(PATIENCE_S);
    connection.eventloop.set_network_options(limits);
    let mut devices: Vec<crate::device::Device> =
        shared.devices.iter().map(Described::device).collect();
    while let Ok(event) = connection.recv() {
        match event.map_err(|error| reason(&error))? {
            Event::Incoming(Packet::ConnAck(_)) => {
                let topics = shared.devices.iter().flat_map(Described::topics);
                let all = topics.map(|topic| SubscribeFilter::new(topic.into(), QoS::AtLeastOnce));
                let all: Vec<SubscribeFilter> = all.collect();
                if all.is_empty() {
                    up(client, shared, exchange, &devices);
                    *was_up = true;
                } else {
                    client.try_subscribe_many(all).map_err(|error| error.to_string())?;
                }
            }
            Event::Incoming(Packet::SubAck(_)) => {
                up(client, shared, exchange, &devices);
                *was_up = true;
            }
            Event::Incoming(Packet::Publish(report)) => {
                for (described, device) in shared.devices.iter().zip(&mut devices) {
                    if !described.topics().any(|topic| topic == report.topic) {
                        continue;
                    }
                    let about = described.take(device, &report.topic, &report.payload);
                    let now = device.clone();
                    exchange.report(described.id(), about, |device| {
                        device.state = now.state;
                        device.moves_to = now.moves_to;
                        device.colour = now.colour;
                    });
                }
            }
            Event::Outgoing(Outgoing::Publish(packet)) => {
                let line = &mut *shared.line();
                if let Some(Some(number)) = line.given.pop_front() {
                    line.sent.insert(packet, number);
                }
            }
            Event::Incoming(Packet::PubAck(ack)) => {
                if let Some(number) = shared.line().sent.remove(&ack.pkid) {
                    exchange.accepted(number);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The broker can be reached.
fn up(client: &Client, shared: &Shared, exchange: &Exchange, devices: &[crate::device::Device]) {
    let line = &mut *shared.line();
    line.client = Some(client.clone());
    for query in shared.devices.iter().filter_map(Described::query) {
        let (topic, payload) = (query.topic.as_str(), query.payload.as_str());
        if client.try_publish(topic, QoS::AtLeastOnce, false, payload).is_ok() {
            line.given.push_back(None);
        }
    }
    exchange.up(Names::default(), devices.to_vec());
}

/// Why a connection ended, for people.
fn reason(error: &ConnectionError) -> String {
    match error {
        ConnectionError::ConnectionRefused(code) => {
            format!("it refuses the connection ({code:?}): check mqtt.user and mqtt.password_file")
        }
        error => error.to_string(),
    }
}
