//! Several sources at once, on a loudspeaker that plays on request and logs every sample.

use std::collections::VecDeque;
use std::f32::consts::TAU;
use std::sync::{Arc, Mutex, MutexGuard};

use sayso_board::StreamStats;

use super::*;

pub(super) const TURN: TurnId = TurnId(7);
pub(super) const RATE: u32 = 24_000;

/// Samples for a time at [`RATE`].
pub(super) fn ms(ms: usize) -> usize {
    RATE as usize * ms / 1000
}

#[derive(Default)]
pub(super) struct Log {
    pub(super) queue: VecDeque<f32>,
    /// What left the queue, and whether it was heard.
    pub(super) left: Vec<(f32, bool)>,
    played: u64,
    pub(super) stops: usize,
}

impl Log {
    pub(super) fn heard(&self) -> Vec<f32> {
        self.left.iter().filter(|(_, heard)| *heard).map(|(sample, _)| *sample).collect()
    }
}

/// A loudspeaker that holds 30 s and fades as the replay board does, or not at all.
#[derive(Clone)]
pub(super) struct Fake {
    log: Arc<Mutex<Log>>,
    rate: u32,
    fades: bool,
}

impl Fake {
    pub(super) fn new(rate: u32, fades: bool) -> (Playback, Self) {
        let fake = Self { log: Arc::default(), rate, fades };
        (Playback::new(Box::new(fake.clone()), rate), fake)
    }

    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("log")
    }

    pub(super) fn leave(&self, samples: usize, heard: bool) {
        let mut log = self.log();
        let samples = samples.min(log.queue.len());
        let left: Vec<_> = log.queue.drain(..samples).map(|sample| (sample, heard)).collect();
        log.left.extend(left);
        log.played += if heard { samples as u64 } else { 0 };
    }

    pub(super) fn play(&self, samples: usize) {
        self.leave(samples, true);
    }
}

impl Loudspeaker for Fake {
    fn write(&mut self, samples: &[f32]) -> usize {
        assert!(samples.iter().all(|sample| sample.is_finite()), "every sample played is finite");
        let room = 30 * self.rate as usize;
        let mut log = self.log();
        let taken = samples.len().min(room - log.queue.len());
        log.queue.extend(&samples[..taken]);
        taken
    }
    fn played(&self) -> u64 {
        self.log().played
    }
    fn queued(&self) -> usize {
        self.log().queue.len()
    }
    fn stop(&mut self, fade: Duration) -> usize {
        let fade = self.rate as usize * fade.as_millis() as usize / 1000;
        let mut log = self.log();
        log.stops += 1;
        let dropped = log.queue.len().saturating_sub(fade);
        let kept = log.queue.len() - dropped;
        log.queue.truncate(kept);
        if self.fades {
            for (n, sample) in log.queue.iter_mut().enumerate() {
                *sample *= 1.0 - (n + 1) as f32 / (fade + 1) as f32;
            }
        }
        dropped
    }
    fn stats(&self) -> StreamStats {
        StreamStats::default()
    }
}

pub(super) fn pump(playback: &mut Playback) -> Vec<Noticed> {
    let mut all = Vec::new();
    playback.pump(&mut |noticed| all.push(noticed));
    all
}

/// Plays for this long, pumped every 10 ms as in a live conversation.
pub(super) fn run(playback: &mut Playback, fake: &Fake, samples: usize) -> Vec<Noticed> {
    let mut all = pump(playback);
    let mut left = samples;
    while left > 0 {
        let step = left.min(ms(10));
        fake.play(step);
        left -= step;
        all.extend(pump(playback));
    }
    all
}

/// Whole periods of a tone, from and to 0.
pub(super) fn tone(samples: usize, period: usize, amplitude: f32) -> Vec<f32> {
    (0..samples).map(|n| amplitude * (TAU * (n % period) as f32 / period as f32).sin()).collect()
}

pub(super) fn clause(text: &str) -> Clause {
    Clause { text: text.into(), range: 0..text.len() }
}

/// A released speech of this sound.
fn speak(playback: &mut Playback, turn: TurnId, sound: &[f32]) {
    playback.begin(turn);
    playback.clause(turn, clause("Hello there."));
    playback.sound(turn, sound);
    playback.complete(turn);
    playback.release(turn);
}

fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

#[test]
fn a_chime_is_heard_at_once_over_a_voice_that_loses_nothing() {
    let (mut playback, fake) = Fake::new(RATE, true);
    let voice = vec![0.25; 3 * RATE as usize];
    speak(&mut playback, TURN, &voice);
    run(&mut playback, &fake, ms(500));
    assert!(fake.queued() > 2 * RATE as usize, "the voice is far ahead");
    playback.chime(vec![0.125; ms(100)]);
    run(&mut playback, &fake, ms(500));
    let heard = fake.log().heard();
    let chimes = heard.iter().position(|s| *s > 0.25).expect("a chime");
    assert!(chimes < ms(500) + ms(30), "after {chimes} samples");
    assert_eq!(playback.heard_of(Source::Chime), ms(100) as u64);
    assert_eq!(playback.heard_of(Source::Voice), heard.len() as u64);
    let noticed = run(&mut playback, &fake, 3 * RATE as usize);
    assert_eq!(noticed.last(), Some(&Noticed::Finished(TURN)));
    assert_eq!(fake.log().left.len(), voice.len(), "nothing is said twice or left out");
    assert!(!playback.busy());
}

#[test]
fn a_voice_begins_at_once_beside_media_and_media_are_ducked() {
    let (mut playback, fake) = Fake::new(RATE, true);
    let media = |playback: &mut Playback| while playback.media_write(&[0.5; 240]) == 240 {};
    media(&mut playback);
    run(&mut playback, &fake, ms(300));
    assert_eq!(peak(&fake.log().heard()), 0.5);
    assert!(fake.queued() <= ms(200), "media are {} samples ahead", fake.queued());
    let begun = fake.log().left.len();
    speak(&mut playback, TURN, &vec![0.25; ms(600)]);
    let ducked = 10.0_f32.powf(DUCKING_DB / 20.0) * 0.5;
    let noticed = run(&mut playback, &fake, ms(500));
    assert!(noticed.contains(&Noticed::Started(TURN)));
    let heard = fake.log().heard();
    // The media fade out for 20 ms, then the voice begins, and the media return softly.
    assert!((heard[begun + ms(20)] - (0.25 + ducked / ms(10) as f32)).abs() < 1e-6);
    assert_eq!(heard[begun + ms(31)..begun + ms(500)], vec![0.25 + ducked; ms(469)]);
    media(&mut playback);
    let noticed = run(&mut playback, &fake, ms(500));
    assert_eq!(noticed, [Noticed::Finished(TURN)]);
    assert_eq!(fake.log().heard().last(), Some(&0.5));
    // Somebody is heard: the media are soft after the 200 ms that are ahead, and the change.
    media(&mut playback);
    playback.duck(true);
    run(&mut playback, &fake, ms(320));
    assert_eq!(fake.log().heard().last(), Some(&ducked));
    playback.duck(false);
    run(&mut playback, &fake, ms(320));
    assert_eq!(fake.log().heard().last(), Some(&0.5));
    assert_eq!(playback.heard_of(Source::Media), fake.played());
}

#[test]
fn a_voice_is_paused_and_stopped_beside_media_that_go_on() {
    let (mut playback, fake) = Fake::new(RATE, true);
    playback.set_ducking(0.0);
    // Each sample has a value of its own.
    let media: Vec<f32> = (0..ms(2000)).map(|n| n as f32 / 65_536.0).collect();
    assert_eq!(playback.media_write(&media), media.len());
    run(&mut playback, &fake, ms(100));
    speak(&mut playback, TURN, &vec![0.0; ms(3000)]);
    run(&mut playback, &fake, ms(300));
    playback.pause(TURN);
    run(&mut playback, &fake, ms(300));
    let said = playback.heard_of(Source::Voice);
    playback.resume(TURN);
    run(&mut playback, &fake, ms(300));
    playback.stop(TURN);
    run(&mut playback, &fake, ms(300));
    let heard = fake.log().heard();
    let fading = heard.iter().zip(&media).filter(|(heard, due)| heard != due).count();
    assert!(heard.iter().zip(&media).all(|(heard, due)| *heard <= *due));
    // Fades at the beginning, the pause, the resumption and the end: 30 ms each.
    assert!(fading <= 4 * ms(30), "{fading} samples are not as they were");
    assert_eq!(playback.heard_of(Source::Media), heard.len() as u64);
    assert!((ms(299)..=ms(320)).contains(&(said as usize)), "{said} said before the pause");
}

#[test]
fn media_that_are_paused_go_on_where_they_stopped() {
    let (mut playback, fake) = Fake::new(RATE, true);
    // Each sample has a value of its own.
    let media: Vec<f32> = (1..=ms(2000)).map(|n| n as f32 / 65_536.0).collect();
    playback.media_write(&media);
    run(&mut playback, &fake, ms(300));
    playback.media_pause(true);
    run(&mut playback, &fake, ms(500));
    assert_eq!(playback.heard_of(Source::Media), (ms(300) + ms(20)) as u64, "a fade of 20 ms");
    assert!(!playback.busy() && playback.media_left() == (ms(2000) - ms(320)) as u64);
    assert_eq!(playback.media_end(), ms(2000) as u64);
    // While they wait, the voice alone is as far ahead as ever.
    speak(&mut playback, TURN, &vec![0.25; ms(1000)]);
    pump(&mut playback);
    assert_eq!(fake.queued(), ms(1000));
    run(&mut playback, &fake, ms(1000));
    playback.media_pause(false);
    run(&mut playback, &fake, ms(2000));
    let heard = fake.log().heard();
    let later = heard.get(ms(320) + ms(1000)..).expect("more of them");
    let due = media.get(ms(320)..).expect("media");
    assert_eq!(later.len(), due.len(), "no sample is lost or played twice");
    assert_eq!(later.get(ms(10)..), due.get(ms(10)..));
    assert!(later.iter().zip(due).all(|(heard, due)| heard <= due), "they come back softly");
    assert_eq!(playback.media_left(), 0);
}

#[test]
fn media_stop_while_the_voice_goes_on() {
    let (mut playback, fake) = Fake::new(RATE, true);
    playback.media_write(&[0.5; 24_000]);
    speak(&mut playback, TURN, &vec![0.25; ms(1000)]);
    run(&mut playback, &fake, ms(500));
    playback.media_stop();
    playback.media_write(&[0.125; 2400]);
    let noticed = run(&mut playback, &fake, ms(500));
    assert_eq!(noticed, [Noticed::Finished(TURN)]);
    assert_eq!(playback.heard_of(Source::Voice), ms(1000) as u64);
    assert_eq!(playback.heard_of(Source::Media), (ms(500) + ms(20) + 2400) as u64);
}

#[test]
fn a_change_of_volume_is_heard_soon_however_much_is_ahead() {
    let (mut playback, fake) = Fake::new(RATE, true);
    speak(&mut playback, TURN, &vec![0.25; 3 * RATE as usize]);
    run(&mut playback, &fake, ms(500));
    for (step, gain) in [0.5, 0.75, 2.0, f32::NAN, 9.0, 0.0].into_iter().enumerate() {
        playback.set_volume(gain);
        run(&mut playback, &fake, ms(220));
        let due = [0.125, 0.1875, 0.5, 0.5, 0.5, 0.0][step];
        assert_eq!(fake.log().heard().last(), Some(&due), "at {gain}");
    }
    assert_eq!(fake.log().stops, 1, "once the queue is short, the voice need not be stopped");
    playback.set_volume(1.0);
    playback.set_gain(Source::Voice, 0.5);
    run(&mut playback, &fake, 3 * RATE as usize);
    assert_eq!(fake.log().heard().last(), Some(&0.125));
    assert_eq!(fake.log().left.len(), 3 * RATE as usize);
}

#[test]
fn all_at_their_loudest_stay_within_bounds() {
    let (mut playback, fake) = Fake::new(RATE, true);
    for source in Source::ALL {
        playback.set_gain(source, 2.0);
    }
    playback.set_volume(2.0);
    playback.set_ducking(0.0);
    playback.media_write(&tone(ms(900), 120, 1.0));
    playback.chime(tone(ms(900), 100, 1.0));
    speak(&mut playback, TURN, &tone(ms(900), 80, 1.0));
    run(&mut playback, &fake, ms(1000));
    let heard = fake.log().heard();
    assert!(peak(&heard) <= 1.0 && peak(&heard) > 0.99);
    assert!(heard.iter().all(|sample| sample.is_finite()));
}

#[test]
fn a_chime_before_an_announcement_does_not_count_as_a_word() {
    let (mut playback, fake) = Fake::new(RATE, true);
    playback.begin_with_chime(TURN, &tone(ms(200), 100, 0.25));
    playback.release(TURN);
    assert_eq!(pump(&mut playback), [Noticed::Started(TURN)], "it waits for no words");
    let hello = clause("Hello there.");
    playback.clause(TURN, hello.clone());
    assert!(playback.sound(TURN, &vec![0.25; ms(100)]), "the first sound of the words");
    assert!(!playback.sound(TURN, &vec![0.25; ms(100)]));
    let words = [(0..5, 0..ms(100)), (6..12, ms(100)..ms(200))];
    let words = words.map(|(text, samples)| WordTiming { text, samples });
    playback.words(TURN, words.into());
    playback.complete(TURN);
    assert_eq!(run(&mut playback, &fake, ms(190)), []);
    assert_eq!(playback.heard(TURN), 0);
    assert_eq!(run(&mut playback, &fake, ms(20)), [Noticed::Speaking(TURN, hello)]);
    run(&mut playback, &fake, ms(100));
    assert_eq!(playback.stop(TURN), 5);
}

#[test]
fn a_reply_that_is_lost_while_media_play_ends() {
    let (mut playback, fake) = Fake::new(RATE, true);
    playback.media_write(&[0.5; 48_000]);
    speak(&mut playback, TURN, &vec![0.25; ms(150)]);
    run(&mut playback, &fake, ms(50));
    fake.leave(ms(200), false);
    assert_eq!(pump(&mut playback), [Noticed::Finished(TURN)]);
    assert_eq!(playback.heard_of(Source::Voice), ms(50) as u64);
    run(&mut playback, &fake, ms(50));
    assert_eq!(playback.heard_of(Source::Media), ms(100) as u64);
}

#[test]
fn chimes_and_media_beyond_the_limits_are_left_out() {
    let (mut playback, fake) = Fake::new(RATE, true);
    for _ in 0..5 {
        playback.chime(vec![0.1; ms(600)]);
    }
    assert_eq!(playback.media_write(&vec![0.1; ms(2500)]), ms(2000));
    assert_eq!(playback.media_write(&[f32::NAN]), 0);
    run(&mut playback, &fake, ms(3000));
    assert_eq!(playback.heard_of(Source::Chime), ms(1800) as u64);
    assert_eq!(playback.heard_of(Source::Media), ms(2000) as u64);
    assert_eq!(playback.media_write(&[f32::NAN, f32::INFINITY]), 2);
    run(&mut playback, &fake, 2);
    assert_eq!(fake.log().heard().last(), Some(&0.0), "NaN and infinity are silent");
}
