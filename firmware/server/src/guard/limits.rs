//! How much one address may ask for, and all together.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use sayso::config::Server;
use sayso_remote_board::Allowance;

use super::body::Bounded;

/// How many more requests than on the average may come at once.
const BURST: u32 = 10;
/// Addresses that are remembered. Those without a connection are forgotten first.
const ADDRESSES: usize = 4_096;

/// Connections and requests, per address and in all.
pub struct Limits {
    connections: u32,
    per_address: u32,
    /// Requests a second; 0 is no limit.
    requests: u32,
    began: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: u32,
    addresses: HashMap<IpAddr, Address>,
}

struct Address {
    open: u32,
    requests: Allowance,
    seen: Duration,
}

/// The place of a connection, released when dropped.
pub struct Permit {
    limits: Arc<Limits>,
    address: IpAddr,
}

impl Limits {
    pub fn new(settings: &Server) -> Self {
        Self {
            connections: settings.connections,
            per_address: settings.per_address,
            requests: settings.requests_per_s,
            began: Instant::now(),
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of a connection from this address, if there is one.
    pub fn connect(self: &Arc<Self>, ip: IpAddr) -> Option<Permit> {
        let address = counted(ip);
        let mut state = self.lock();
        if state.open >= self.connections {
            return None;
        }
        let known = self.known(&mut state, address)?;
        if known.open >= self.per_address {
            return None;
        }
        known.open += 1;
        state.open += 1;
        Some(Permit { limits: Arc::clone(self), address })
    }

    /// Whether a request from this address may come now.
    pub fn request(&self, ip: IpAddr) -> bool {
        if self.requests == 0 {
            return true;
        }
        let now = self.began.elapsed();
        let mut state = self.lock();
        let known = self.known(&mut state, counted(ip));
        known.is_some_and(|known| known.requests.take(1, now))
    }

    /// Bounds the size of the body of a request, and the time that it may take.
    pub fn bound(&self, request: Request, settings: &Server) -> Request {
        let most = u64::from(settings.body_kb) * 1_000;
        let time = Duration::from_secs(settings.body_s.into());
        request.map(|body| Body::new(Bounded::new(body, most, time)))
    }

    /// What is known of an address. `None` if there are too many.
    fn known<'s>(&self, state: &'s mut State, address: IpAddr) -> Option<&'s mut Address> {
        let now = self.began.elapsed();
        if state.addresses.len() >= ADDRESSES && !state.addresses.contains_key(&address) {
            // After a minute everything is allowed again, so nothing is lost.
            let old = |known: &Address| now.saturating_sub(known.seen) > Duration::from_secs(60);
            state.addresses.retain(|_, known| known.open > 0 || !old(known));
            if state.addresses.len() >= ADDRESSES {
                return None;
            }
        }
        let known = state.addresses.entry(address).or_insert_with(|| Address {
            open: 0,
            requests: Allowance::new(self.requests.saturating_mul(BURST), self.requests),
            seen: now,
        });
        known.seen = now;
        Some(known)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.limits.lock();
        state.open = state.open.saturating_sub(1);
        if let Some(known) = state.addresses.get_mut(&self.address) {
            known.open = known.open.saturating_sub(1);
        }
    }
}

/// The address that is counted: of IPv6 the network, because a host there has as many addresses as
/// it likes.
fn counted(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(connections: u32, per_address: u32, requests: u32) -> Arc<Limits> {
        let settings =
            Server { connections, per_address, requests_per_s: requests, ..Server::default() };
        Arc::new(Limits::new(&settings))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn connections_are_limited_per_address_and_in_all() {
        let limits = limits(3, 2, 0);
        let held = [limits.connect(ip("10.0.0.1")), limits.connect(ip("10.0.0.1"))];
        assert!(held.iter().all(Option::is_some));
        assert!(limits.connect(ip("10.0.0.1")).is_none());
        assert!(limits.connect(ip("::ffff:10.0.0.1")).is_none(), "the same address");
        let other = limits.connect(ip("10.0.0.2"));
        assert!(other.is_some() && limits.connect(ip("10.0.0.3")).is_none());
        drop(held);
        assert!(limits.connect(ip("10.0.0.1")).is_some());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let limits = limits(9, 1, 0);
        let held = limits.connect(ip("2001:db8::1"));
        assert!(held.is_some() && limits.connect(ip("2001:db8::2")).is_none());
        assert!(limits.connect(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn requests_are_limited_per_address() {
        let limits = limits(9, 9, 2);
        let let_in = (0..100).filter(|_| limits.request(ip("10.0.0.1"))).count();
        assert!((20..=21).contains(&let_in), "{let_in}");
        assert!(limits.request(ip("10.0.0.2")));
    }

    #[test]
    fn many_addresses_do_not_fill_memory() {
        let limits = limits(9, 9, 2);
        for n in 0..10_000_u32 {
            limits.request(IpAddr::V4(n.into()));
        }
        assert!(limits.lock().addresses.len() <= ADDRESSES);
    }
}
