//! The whole firmware on a simulated board.

#![allow(clippy::unwrap_used)]

mod fake;

use fake::{Bench, tone};
use sayso_core::link::{Codec, Mute, Stop};
use sayso_core::turn::Shown;
use sayso_satellite::{Buffers, Config, Gain, HEARD_BLOCK, PLAYED_BLOCK};

fn config() -> Config {
    Config { name: "cardboard", gain: Gain::UNITY, ..Config::default() }
}

/// What the host received, on a time line of this many blocks; `None` where nothing was sent.
fn line(bench: &Bench, blocks: usize) -> Vec<Option<Vec<i16>>> {
    let mut line = vec![None; blocks];
    for (at, _, samples) in &bench.captured {
        line[*at as usize / HEARD_BLOCK] = Some(samples.clone());
    }
    line
}

#[test]
fn it_finds_its_host_and_gives_its_name() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.run(600);
    assert_eq!(bench.sessions, ["cardboard"]);
    assert!(bench.satellite.is_connected() && bench.host.is_connected());
}

#[test]
fn speech_is_sent_whole_with_its_pre_roll_and_quiet_is_not_sent() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.microphone = [vec![0; 16_000], tone(8_000, 5_000.0)].concat();
    bench.run(4_000);
    let line = line(&bench, 200);
    // Speech in blocks 50 to 74; 15 before it; 75 after it, or one more, because the high pass
    // rings a little.
    let came: Vec<usize> = (0..200).filter(|&n| line[n].is_some()).collect();
    assert_eq!(came, (35..150).collect::<Vec<_>>());
    let heard = line[50..75].iter().flatten().flatten();
    let worst = heard.zip(&bench.microphone[16_000..]).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst.is_some_and(|worst| worst < 700), "{worst:?}: more than the high pass does");
}

#[test]
fn the_reported_clock_is_not_later_than_sound_that_may_still_be_sent() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.microphone = [vec![0; 32_000], tone(8_000, 5_000.0)].concat();
    let (mut clock, mut first) = (0, None);
    for _ in 0..2_500 {
        if first.is_none() {
            clock = bench.status.map_or(0, |status| status.clock);
        }
        bench.run(1);
        first = bench.captured.first().map(|(at, ..)| *at);
    }
    assert!(first.is_some_and(|first| first >= clock), "{first:?} {clock}");
    assert!(bench.status.is_some_and(|status| status.open));
}

#[test]
fn while_the_assistant_hears_or_speaks_everything_is_sent() {
    for shown in [Shown::Hearing, Shown::Speaking, Shown::Paused] {
        let mut buffers = Buffers::new();
        let mut bench = Bench::new(&mut buffers, config());
        bench.run(1_000);
        assert_eq!(bench.captured.len(), 0);
        bench.condition.shown = shown;
        bench.run(1_000);
        assert!(bench.captured.len() >= 50, "{shown:?}: {}", bench.captured.len());
    }
}

#[test]
fn the_answer_is_played_without_a_gap_and_its_place_is_known() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.run(600);
    bench.say = tone(24_000, 8_000.0);
    bench.condition.shown = Shown::Speaking;
    bench.run(500);
    let midst = bench.status.map_or(0, |status| status.played);
    assert!((6_000..13_000).contains(&midst), "{midst}");
    bench.run(1_000);
    let start = bench.played.iter().position(|&sample| sample != 0).unwrap() - 1;
    assert_eq!(bench.played[start..start + 24_000], bench.say);
    assert!(bench.played[start + 24_100..].iter().all(|&sample| sample == 0));
    assert_eq!(bench.status.map(|status| status.played), Some(24_000));
    // Each block says which place the loudspeaker had reached: 480 samples further each time.
    let places: Vec<u32> =
        bench.captured.iter().map(|(_, place, _)| *place).filter(|&place| place > 0).collect();
    assert!(
        places.windows(2).all(|pair| pair[1] - pair[0] == 480 || pair[1] == 24_000),
        "{places:?}"
    );
    bench.run(1_000);
    assert_eq!(bench.stats.map(|stats| stats.overruns), Some(0));
}

#[test]
fn the_host_sets_the_volume() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.condition.volume = 50;
    bench.run(600);
    bench.say = tone(12_000, 8_000.0);
    bench.run(1_000);
    let loudest = bench.played.iter().map(|sample| sample.unsigned_abs()).max();
    assert!(loudest.is_some_and(|loudest| (1_980..=2_000).contains(&loudest)), "{loudest:?}");
}

#[test]
fn a_stop_takes_effect_within_the_queue() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.run(600);
    bench.say = tone(48_000, 8_000.0);
    bench.run(700);
    let place = bench.status.map_or(0, |status| status.played);
    bench.say.truncate(bench.said);
    bench.host.try_stop(Stop { at: place, fade: 240 }).unwrap();
    let before = bench.played.len();
    bench.run(500);
    let after = bench.played[before..].iter().rposition(|&sample| sample != 0).unwrap();
    // Two blocks in the queue, one with the fade, and what was on its way.
    assert!(after < 5 * PLAYED_BLOCK, "{after}");
}

#[test]
fn a_host_that_stalls_stops_neither_microphone_nor_loudspeaker() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    // Words, so that the gate stays open.
    bench.microphone = [tone(3_200, 5_000.0), vec![0; 1_600]].concat().repeat(40);
    bench.run(1_000);
    let (heard, fed) = (bench.captured.len(), bench.shared.fed.get());
    // The wire takes nothing any more.
    bench.shared.up_rate.set(0);
    bench.run(800);
    bench.shared.up_rate.set(100);
    bench.run(3_000);
    assert!(heard >= 30, "{heard}");
    assert_eq!(bench.played.len(), 480 * PLAYED_BLOCK, "the loudspeaker never waited");
    assert!(bench.shared.fed.get() - fed >= 3_800, "the loop never waited");
    let stats = bench.stats.unwrap();
    assert_eq!(stats.overruns, 0);
    // 80 ms of it waited for the wire, 320 ms in the gate; the rest was dropped and counted.
    assert!((15..35).contains(&stats.dropped), "{stats:?}");
    let clocks: Vec<u32> = bench.captured.iter().map(|(at, ..)| *at).collect();
    assert!(clocks.is_sorted());
    assert!(*clocks.last().unwrap() as usize / HEARD_BLOCK >= 238, "it caught up");
}

#[test]
fn a_loop_that_stalls_is_counted_and_the_watchdog_not_fed() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.run(1_000);
    let fed = bench.shared.fed.get();
    bench.loop_turns = false;
    bench.run(200);
    assert_eq!(bench.shared.fed.get(), fed);
    bench.loop_turns = true;
    bench.run(2_500);
    let stats = bench.stats.unwrap();
    // 10 blocks heard, 4 of them kept; 20 needed, 2 there.
    assert_eq!((stats.overruns, stats.underruns), (6, 18));
}

#[test]
fn the_watchdog_is_not_fed_when_the_sound_stalls() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.run(1_000);
    bench.sound_flows = false;
    bench.run(501);
    let fed = bench.shared.fed.get();
    bench.run(1_000);
    assert_eq!(bench.shared.fed.get(), fed);
}

#[test]
fn a_press_is_reported_and_a_long_one_mutes() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.microphone = [tone(3_200, 5_000.0), vec![0; 1_600]].concat().repeat(100);
    bench.run(1_000);
    let press = |bench: &mut Bench, ms| {
        bench.shared.pressed.set(true);
        bench.run(ms);
        bench.shared.pressed.set(false);
        bench.run(200);
    };
    press(&mut bench, 100);
    let told = |bench: &Bench| bench.status.map(|s| (s.presses, s.held, s.muted));
    assert_eq!(told(&bench), Some((1, false, false)));
    press(&mut bench, 1_600);
    assert_eq!(told(&bench), Some((2, false, true)));
    assert!(bench.shared.mute_led.get());
    let (heard, clock) = (bench.captured.len(), bench.status.unwrap().clock);
    // While it is muted a press does not count, and nothing is sent whatever the host shows.
    bench.condition.shown = Shown::Hearing;
    press(&mut bench, 100);
    bench.run(1_000);
    let status = bench.status.unwrap();
    assert_eq!((bench.captured.len(), status.presses, status.open), (heard, 2, false));
    assert!(status.clock - clock > 16_000, "time goes on");
    press(&mut bench, 1_600);
    bench.run(500);
    assert!(!bench.shared.mute_led.get() && bench.captured.len() > heard);
}

/// Words all the time, so that sound is heard unless it is muted.
fn loud() -> Vec<i16> {
    [tone(3_200, 5_000.0), vec![0; 1_600]].concat().repeat(100)
}

fn hold(bench: &mut Bench) {
    bench.shared.pressed.set(true);
    bench.run(1_600);
    bench.shared.pressed.set(false);
    bench.run(200);
}

#[test]
fn a_mute_survives_every_reset_and_so_does_its_end() {
    let mut kept = None;
    for muted in [true, true, false, false, true] {
        let mut buffers = Buffers::new();
        let mut bench = Bench::after(&mut buffers, config(), kept);
        bench.microphone = loud();
        bench.run(1_000);
        let was = bench.status.unwrap().muted;
        assert_eq!(bench.captured.is_empty(), was);
        assert_eq!(bench.shared.mute_led.get(), was);
        if was != muted {
            hold(&mut bench);
        }
        assert_eq!(bench.status.unwrap().muted, muted);
        kept = bench.shared.kept.get();
        // After the watchdog's reset, a new program finds the word.
        let mut buffers = Buffers::new();
        let mut bench = Bench::after(&mut buffers, config(), kept);
        bench.microphone = loud();
        assert_eq!(bench.shared.mute_led.get(), muted, "from the first moment");
        // What a host remembers does not count, because the button was pressed here.
        bench.condition.muted = !muted;
        bench.run(1_000);
        assert_eq!(bench.status.unwrap().muted, muted);
        assert_eq!(bench.captured.is_empty(), muted);
        assert_eq!(bench.shared.kept.get(), kept);
    }
}

#[test]
fn after_a_reset_with_a_damaged_word_it_is_muted() {
    let spoilt = [0, 1, u32::MAX, 0x6d75_7464, !0x6d75_7465 ^ 0x8000];
    for word in spoilt {
        let mut buffers = Buffers::new();
        let mut bench = Bench::after(&mut buffers, config(), Some(word));
        bench.microphone = loud();
        bench.run(1_000);
        assert!(bench.status.unwrap().muted && bench.shared.mute_led.get(), "{word:x}");
        assert!(bench.captured.is_empty());
        // It stays muted, over the next reset too, until the button ends it.
        let kept = bench.shared.kept.get();
        assert_ne!(kept, Some(word));
        hold(&mut bench);
        bench.run(500);
        assert!(!bench.status.unwrap().muted && !bench.captured.is_empty());
    }
}

#[test]
fn after_a_cold_start_it_is_muted_until_the_host_says_how_it_was() {
    for remembered in [false, true] {
        let mut buffers = Buffers::new();
        let mut bench = Bench::new(&mut buffers, config());
        bench.microphone = loud();
        bench.wire = false;
        bench.run(1_000);
        assert!(bench.shared.mute_led.get(), "nobody has said");
        assert_eq!(bench.shared.kept.get(), None);
        bench.condition.muted = remembered;
        bench.wire = true;
        bench.run(1_000);
        assert_eq!(bench.status.unwrap().muted, remembered);
        assert_eq!(bench.shared.mute_led.get(), remembered);
        assert_eq!(bench.captured.is_empty(), remembered);
        // From here on what another host remembers does not count.
        bench.wire = false;
        bench.run(1_500);
        bench.condition.muted = !remembered;
        bench.wire = true;
        bench.run(1_000);
        assert_eq!((bench.sessions.len(), bench.status.unwrap().muted), (2, remembered));
    }
}

#[test]
fn the_host_and_the_button_set_and_end_the_same_mute() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.microphone = loud();
    bench.run(1_000);
    let is = |bench: &Bench<'_>| {
        let muted = bench.status.unwrap().muted;
        assert_eq!(bench.shared.mute_led.get(), muted, "the LED never lies");
        muted
    };
    let order = |bench: &mut Bench<'_>, order, muted| {
        bench.host.try_mute(Mute { order, muted }).unwrap();
        bench.run(500);
    };
    order(&mut bench, 1, true);
    assert!(is(&bench));
    bench.captured.clear();
    bench.run(1_000);
    assert!(bench.captured.is_empty(), "nothing is heard");
    // It survives a reset as the button's mute does.
    let muted = bench.shared.kept.get();
    hold(&mut bench);
    assert!(!is(&bench), "the button ends it");
    assert_ne!(bench.shared.kept.get(), muted);
    hold(&mut bench);
    assert!(is(&bench));
    order(&mut bench, 2, false);
    assert!(!is(&bench), "the host ends the button's");
    bench.captured.clear();
    bench.run(1_000);
    assert!(!bench.captured.is_empty());
}

#[test]
fn the_lamp_shows_the_hosts_state_and_that_the_host_is_gone() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, config());
    bench.condition.shown = Shown::Hearing;
    bench.run(1_000);
    assert_eq!(bench.shared.lamp.get(), 1_000);
    bench.wire = false;
    bench.run(3_300);
    // One flash every two seconds.
    let lit = (0..4_000)
        .filter(|_| {
            bench.run(1);
            bench.shared.lamp.get() > 0
        })
        .count();
    assert_eq!(lit, 160);
}

#[test]
fn after_a_cut_there_is_a_new_session() {
    let mut buffers = Buffers::new();
    let mut bench = Bench::new(&mut buffers, Config { codec: Codec::Adpcm, ..config() });
    bench.microphone = [tone(3_200, 5_000.0), vec![0; 1_600]].concat().repeat(100);
    bench.run(1_000);
    bench.say = tone(100_000, 8_000.0);
    bench.run(500);
    bench.wire = false;
    bench.run(3_000);
    assert!(!bench.satellite.is_connected());
    assert!(bench.played[bench.played.len() - 4_800..].iter().all(|&sample| sample == 0));
    (bench.said, bench.say) = (0, tone(12_000, 8_000.0));
    bench.wire = true;
    let heard = bench.captured.len();
    bench.run(3_000);
    assert_eq!(bench.sessions.len(), 2);
    assert!(bench.captured.len() > heard + 100);
    assert_eq!(bench.status.map(|status| status.played), Some(12_000));
}
