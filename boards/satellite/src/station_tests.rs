use std::io;
use std::sync::mpsc::sync_channel;

use std::time::Instant;

use sayso_core::link::SatelliteStatus;

use super::*;
use crate::SatelliteConfig;
use crate::shared::{A_SECOND, AT_ONCE, END, PRESSES};

/// A wire on which nothing arrives until it does what a test wants.
struct Quiet(Box<dyn FnMut() -> io::Result<usize> + Send>);

impl Wire for Quiet {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        std::thread::sleep(Duration::from_millis(5));
        (self.0)()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }
}

fn config() -> SatelliteConfig {
    SatelliteConfig {
        // Nothing is there when it is opened again.
        address: "/dev/no-such-port".parse().unwrap(),
        security: Default::default(),
        volume: 100,
        name: None,
    }
}

fn station(wire: impl FnMut() -> io::Result<usize> + Send + 'static) -> (Station, Link) {
    let wire = Box::new(Quiet(Box::new(wire)));
    let station =
        Station::on((wire, true), &config(), Mute::default(), 24_000, sync_channel(1).0).unwrap();
    let link = Link(Arc::clone(&station.shared));
    (station, link)
}

/// The heartbeats in each of this many seconds; `None` after it has ended.
fn beats(link: &Link, seconds: u32) -> Vec<Option<u64>> {
    let mut last = link.beats();
    (0..seconds)
        .map(|_| {
            std::thread::sleep(Duration::from_secs(1));
            let now = link.beats();
            let more = now.zip(last).map(|(now, last)| now - last);
            last = now;
            more
        })
        .collect()
}

#[test]
fn it_beats_every_second_even_while_it_waits_and_looks_for_the_satellite() {
    let (station, link) = station(|| Ok(0));
    assert_eq!(link.name(), "satellite link");
    // 5 s on a wire on which nobody answers; then it is closed, and another is looked for.
    let beats = beats(&link, 8);
    assert!(beats.iter().all(|more| more.is_some_and(|more| more >= 10)), "{beats:?}");
    drop(station);
    assert_eq!(link.beats(), None);
}

#[test]
fn a_thread_that_panics_counts_as_ended_and_silence_keeps_time() {
    let (station, link) = station(|| panic!("on purpose"));
    let end = Instant::now() + Duration::from_secs(30);
    while link.beats().is_some() {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(5));
    }
    // The reader goes on, and notices nothing worse than silence.
    let mut state = station.shared.lock();
    state.jitter.attach(Duration::ZERO);
    state.jitter.tick(Duration::from_secs(1));
    let mut heard = [f32::NAN; 16_000];
    assert_eq!(state.jitter.read(&mut heard, &mut Vec::new()), 16_000);
    assert_eq!(heard, [0.0; 16_000]);
}

#[test]
fn a_thread_that_hangs_does_not_beat_and_is_not_waited_for() {
    let (give, hung) = sync_channel::<()>(0);
    let (station, link) = station(move || {
        let _ = hung.recv();
        Err(io::ErrorKind::BrokenPipe.into())
    });
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(beats(&link, 2), [Some(0), Some(0)]);
    let since = Instant::now();
    drop(station);
    assert!(since.elapsed() < 2 * END, "{:?}", since.elapsed());
    // When it can go on, it ends.
    drop(give);
    let end = Instant::now() + Duration::from_secs(30);
    while link.beats().is_some() {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn presses_are_limited_to_what_a_person_can_do() {
    let shared = StationShared::new(24_000, Mute::default());
    let mut state = shared.lock();
    let mut pressed = 0;
    for ms in 0..10_000 {
        let now = Duration::from_millis(ms);
        let presses = state.pressed.wrapping_add(200);
        let muted = ms % 2 == 0;
        state.hear(SatelliteStatus { presses, muted, ..Default::default() }, now);
        assert!(state.presses.len() <= PRESSES);
        pressed += state.presses.drain(..).count();
    }
    assert!((1..=(AT_ONCE + 10 * A_SECOND) as usize).contains(&pressed), "{pressed}");
}
