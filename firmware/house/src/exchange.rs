//! What the worker of a source and the house share: what is known, what is to be done, and what
//! has come of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sayso_skills::{Change, Failure, Origin, Progress, State};

use crate::device::{Area, Device, Floor};
use crate::reached::reached;

/// How long a device has to report that it has changed.
const LIMIT: Duration = Duration::from_secs(6);

/// More orders do not wait at once: each is one of a sentence.
const MOST: usize = 1_000;

/// Whether a source can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not known yet.
    Connecting,
    /// It can.
    Up,
    /// It cannot. Why, for a log.
    Down(String),
}

/// The names that a source knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    /// Its floors.
    pub floors: Vec<Floor>,
    /// Its areas.
    pub areas: Vec<Area>,
}

/// A change to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its number.
    pub number: u64,
    /// The device.
    pub id: String,
    /// What it shall do.
    pub change: Change,
}

/// See the module's documentation.
pub struct Exchange {
    /// What the source is.
    pub origin: Origin,
    /// How long a device that shows the wanted state already may take to report it again. A state
    /// that a broker keeps may be that of a device that is gone.
    again: Duration,
    inner: Mutex<Inner>,
    /// Wakes the worker.
    wake: Box<dyn Fn() + Send + Sync>,
}

struct Inner {
    reach: Reach,
    /// Counts the changes of names.
    revision: u64,
    names: Names,
    /// In the order of their ids.
    devices: Vec<Device>,
    orders: VecDeque<Order>,
    /// What has come of orders, by their numbers.
    begun: BTreeMap<u64, Begun>,
    next: u64,
    over: bool,
}

/// An order that was given.
struct Begun {
    order: Order,
    since: Instant,
    /// Whether its worker has taken it: it may have been sent.
    taken: bool,
    accepted: bool,
    failed: Option<Failure>,
    /// How often the device had reported its state before.
    reports: u64,
}

impl Inner {
    fn device(&self, id: &str) -> Option<&Device> {
        let place = self.devices.binary_search_by(|device| device.id.as_str().cmp(id)).ok()?;
        self.devices.get(place)
    }
}

impl Exchange {
    /// An exchange with a source whose worker `wake` wakes.
    pub fn new(origin: Origin, again: Duration, wake: Box<dyn Fn() + Send + Sync>) -> Self {
        let inner = Inner {
            reach: Reach::Connecting,
            revision: 0,
            names: Names::default(),
            devices: Vec::new(),
            orders: VecDeque::new(),
            begun: BTreeMap::new(),
            next: 0,
            over: false,
        };
        Self { origin, again, inner: Mutex::new(inner), wake }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // For the house.

    /// Whether the source can be reached.
    pub fn reach(&self) -> Reach {
        self.lock().reach.clone()
    }

    /// The number of the latest change of names.
    pub fn revision(&self) -> u64 {
        self.lock().revision
    }

    /// The names and devices that are known.
    pub fn known(&self) -> (Names, Vec<Device>) {
        let inner = self.lock();
        (inner.names.clone(), inner.devices.clone())
    }

    /// The state of a device, if it can be reached.
    pub fn state(&self, id: &str) -> Option<State> {
        let inner = self.lock();
        if inner.reach != Reach::Up {
            return None;
        }
        inner.device(id)?.state.clone()
    }

    /// Orders a change. Returns its number.
    pub fn order(&self, id: &str, change: &Change) -> Result<u64, Failure> {
        let mut inner = self.lock();
        if inner.reach != Reach::Up {
            return Err(Failure::Unreachable(self.origin));
        }
        let device = inner.device(id).ok_or(Failure::Silent)?;
        if device.state.is_none() {
            return Err(Failure::Silent);
        }
        if !device.can(change) {
            return Err(Failure::Refused(format!("a device has no {change:?}")));
        }
        let reports = device.reports;
        let number = inner.next;
        inner.next += 1;
        let order = Order { number, id: id.to_owned(), change: change.clone() };
        let since = Instant::now();
        // Nobody asks for what is as old as this.
        inner.begun.retain(|_, begun| begun.since.elapsed() < 2 * LIMIT);
        if inner.begun.len() >= MOST {
            return Err(Failure::Silent);
        }
        let begun = Begun {
            order: order.clone(),
            since,
            taken: false,
            accepted: false,
            failed: None,
            reports,
        };
        inner.begun.insert(number, begun);
        inner.orders.push_back(order);
        drop(inner);
        (self.wake)();
        Ok(number)
    }

    /// How far an order is.
    pub fn progress(&self, number: u64) -> Result<Progress, Failure> {
        let mut inner = self.lock();
        let found = {
            let Some(begun) = inner.begun.get(&number) else { return Err(Failure::Late) };
            let since = begun.since.elapsed();
            let device = inner.device(&begun.order.id).filter(|_| begun.accepted);
            let shown = device.and_then(|device| {
                let progress = reached(device, &begun.order.change)?;
                let again = device.reports > begun.reports || progress == Progress::Sent;
                (again || since >= self.again).then_some(progress)
            });
            match (&begun.failed, shown) {
                (Some(failure), _) => Err(failure.clone()),
                (None, Some(progress)) => Ok(progress),
                (None, None) if since >= LIMIT => Err(Failure::Late),
                (None, None) => return Ok(Progress::Waits(number)),
            }
        };
        inner.begun.remove(&number);
        inner.orders.retain(|order| order.number != number);
        found
    }

    /// The worker shall end.
    pub fn close(&self) {
        self.lock().over = true;
        (self.wake)();
    }

    // For the worker.

    /// Whether the worker shall end.
    pub fn is_over(&self) -> bool {
        self.lock().over
    }

    /// The next change to be sent.
    pub fn take(&self) -> Option<Order> {
        let mut inner = self.lock();
        let order = inner.orders.pop_front()?;
        if let Some(begun) = inner.begun.get_mut(&order.number) {
            begun.taken = true;
        }
        Some(order)
    }

    /// The source has accepted an order.
    pub fn accepted(&self, number: u64) {
        if let Some(begun) = self.lock().begun.get_mut(&number) {
            begun.accepted = true;
        }
    }

    /// The source has refused an order.
    pub fn refused(&self, number: u64, failure: Failure) {
        if let Some(begun) = self.lock().begun.get_mut(&number) {
            begun.failed = Some(failure);
        }
    }

    /// It can be reached, and this is all that it knows.
    pub fn up(&self, names: Names, mut devices: Vec<Device>) {
        devices.sort_by(|one, other| one.id.cmp(&other.id));
        devices.dedup_by(|one, other| one.id == other.id);
        let mut inner = self.lock();
        let named = |device: &Device| {
            let Device { id, name, aliases, kind, class, area, .. } = device.clone();
            (id, name, aliases, kind, class, area)
        };
        let same =
            inner.names == names && inner.devices.iter().map(named).eq(devices.iter().map(named));
        if !same {
            inner.revision += 1;
        }
        // What was reported counts on.
        for device in &mut devices {
            let before = inner.device(&device.id).map_or(0, |before| before.reports);
            device.reports += before + 1;
        }
        (inner.names, inner.devices) = (names, devices);
        if inner.reach != Reach::Up {
            log::info!("{} is connected", called(self.origin));
        }
        inner.reach = Reach::Up;
    }

    /// It cannot be reached.
    pub fn down(&self, why: String) {
        let mut inner = self.lock();
        let down = Reach::Down(why);
        if inner.reach != down
            && let Reach::Down(why) = &down
        {
            log::warn!("{} cannot be reached: {why}", called(self.origin));
        }
        inner.reach = down;
        inner.orders.clear();
        let origin = self.origin;
        for begun in inner.begun.values_mut().filter(|begun| begun.failed.is_none()) {
            let failure = if begun.taken { Failure::Lost } else { Failure::Unreachable };
            begun.failed = Some(failure(origin));
        }
    }

    /// Takes over what a device reports; `counts` if it is about its state.
    pub fn report(&self, id: &str, counts: bool, change: impl FnOnce(&mut Device)) {
        let mut inner = self.lock();
        let place = inner.devices.binary_search_by(|device| device.id.as_str().cmp(id));
        if let Some(device) = place.ok().and_then(|place| inner.devices.get_mut(place)) {
            change(device);
            device.reports += u64::from(counts);
        }
    }
}

/// What a source is, for people.
pub fn called(origin: Origin) -> &'static str {
    match origin {
        Origin::HomeAssistant => "Home Assistant",
        Origin::Mqtt => "the MQTT broker",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lamp(on: bool) -> Device {
        let state = State { on: Some(on), ..State::default() };
        Device { id: "light.a".into(), name: "A".into(), state: Some(state), ..Device::default() }
    }

    fn exchange(again: Duration) -> Exchange {
        let exchange = Exchange::new(Origin::Mqtt, again, Box::new(|| {}));
        exchange.up(Names::default(), vec![lamp(false)]);
        exchange
    }

    fn turn(exchange: &Exchange, on: bool) {
        exchange.report("light.a", true, |device| {
            device.state = Some(State { on: Some(on), ..State::default() });
        });
    }

    #[test]
    fn an_order_is_done_when_the_device_says_so() {
        let exchange = exchange(Duration::ZERO);
        let number = exchange.order("light.a", &Change::On(true)).expect("taken");
        assert_eq!(exchange.progress(number), Ok(Progress::Waits(number)));
        assert_eq!(exchange.take().map(|order| order.number), Some(number));
        turn(&exchange, true);
        assert_eq!(exchange.progress(number), Ok(Progress::Waits(number)), "not accepted yet");
        exchange.accepted(number);
        assert_eq!(exchange.progress(number), Ok(Progress::Done));
        assert_eq!(exchange.progress(number), Err(Failure::Late), "it was told already");
    }

    #[test]
    fn a_kept_state_is_not_a_report() {
        let exchange = exchange(Duration::from_secs(3_600));
        turn(&exchange, true);
        let number = exchange.order("light.a", &Change::On(true)).expect("taken");
        exchange.take();
        exchange.accepted(number);
        assert_eq!(exchange.progress(number), Ok(Progress::Waits(number)));
        turn(&exchange, true);
        assert_eq!(exchange.progress(number), Ok(Progress::Done));
    }

    #[test]
    fn what_is_lost_is_not_done() {
        let exchange = exchange(Duration::ZERO);
        let sent = exchange.order("light.a", &Change::On(true)).expect("taken");
        exchange.take();
        let waits = exchange.order("light.a", &Change::On(true)).expect("taken");
        exchange.down("gone".into());
        assert_eq!(exchange.progress(sent), Err(Failure::Lost(Origin::Mqtt)));
        assert_eq!(exchange.progress(waits), Err(Failure::Unreachable(Origin::Mqtt)));
        assert_eq!(exchange.take(), None, "it is not sent later");
        assert_eq!(exchange.state("light.a"), None, "an old state is not told");
        let refused = exchange.order("light.a", &Change::On(true));
        assert_eq!(refused, Err(Failure::Unreachable(Origin::Mqtt)));
    }

    #[test]
    fn only_names_count_as_a_revision() {
        let exchange = exchange(Duration::ZERO);
        let before = exchange.revision();
        exchange.up(Names::default(), vec![lamp(true)]);
        assert_eq!(exchange.revision(), before);
        exchange.up(Names::default(), vec![Device { name: "B".into(), ..lamp(true) }]);
        assert_eq!(exchange.revision(), before + 1);
    }

    #[test]
    fn unknown_and_silent_devices_fail_at_once() {
        let exchange = exchange(Duration::ZERO);
        assert_eq!(exchange.order("light.b", &Change::On(true)), Err(Failure::Silent));
        exchange.report("light.a", true, |device| device.state = None);
        assert_eq!(exchange.order("light.a", &Change::On(true)), Err(Failure::Silent));
    }
}
