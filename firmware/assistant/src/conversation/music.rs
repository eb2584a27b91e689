//! The music player of a board: which piece is read, which is heard, and when it is softer.

use std::collections::VecDeque;

use sayso_core::audio::{SampleTime, Samples};
use sayso_core::turn::{State, TurnId};
use sayso_models::Cancel;
use sayso_skills::{Deck, MusicOrder, Track};

use super::Conversation;
use crate::event::{Event, MusicState};
use crate::music::{Piece, Rest, Wanted};
use crate::playback::{Playback, Source};

/// The player. It gets sound from the worker a second at a time, and asks for more when playback
/// has taken that. So what is read ahead is bounded.
#[derive(Debug, Default)]
pub struct Player {
    /// The rate of playback in Hz.
    rate: u32,
    queue: Vec<Track>,
    /// The place in the queue of the track that is being read.
    reads: usize,
    /// The number of the present reading: each track, and each jump, has another one.
    reading: u64,
    /// How many samples of the track were read.
    place: u64,
    /// What playback has not taken yet.
    rest: VecDeque<f32>,
    /// What is being waited for.
    asked: Option<Cancel>,
    /// Whether the track has been read to its end.
    read: bool,
    paused: bool,
    /// Where in all media of playback the sound of each track begins, and its place in the queue.
    starts: VecDeque<(u64, usize)>,
    /// The track that was announced last, by an event.
    announced: Option<usize>,
    /// Whether playback has had sound since the last order to play.
    begun: bool,
    /// Since when there has been silence because no sound was ready.
    silent_since: Option<SampleTime>,
    /// How long that was in all.
    pub(super) lost: Samples,
    /// When a reply was interrupted last.
    interrupted: SampleTime,
    /// The last turn that ended with "stop" and may mean the music, and the last in which nothing
    /// rang.
    stopped: Option<TurnId>,
    nothing_rang: Option<TurnId>,
}

impl Player {
    /// A player that plays nothing. Playback is at `rate` Hz.
    pub(super) fn new(rate: u32) -> Self {
        Self { rate, ..Self::default() }
    }

    /// The place in the queue of the track that is heard, or will be first.
    fn heard(&self, playback: &Playback) -> usize {
        let heard = playback.heard_of(Source::Media);
        let begun = self.starts.iter().rev().find(|(start, _)| heard >= *start);
        begun.or(self.starts.front()).map_or(self.reads, |(_, place)| *place)
    }

    /// A reply was interrupted.
    pub(super) fn interrupted(&mut self, at: SampleTime) {
        self.interrupted = at;
    }

    /// What it does, for the skills.
    pub(super) fn deck(&self, playback: &Playback) -> Deck {
        let heard = self.heard(playback);
        let has_next = heard + 1 < self.queue.len();
        Deck { track: self.queue.get(heard).cloned(), paused: self.paused, has_next }
    }

    /// Begins to read a track of the queue.
    fn read_track(&mut self, place: usize) {
        if let Some(asked) = self.asked.take() {
            asked.cancel();
        }
        self.reads = place;
        self.reading += 1;
        (self.place, self.read) = (0, false);
    }

    /// What is to be read next, if it is time for it.
    fn wants(&mut self) -> Option<Wanted> {
        if self.asked.is_some() || self.paused || self.read || !self.rest.is_empty() {
            return None;
        }
        let path = self.queue.get(self.reads)?.path.clone();
        let cancel = Cancel::new();
        self.asked = Some(cancel.clone());
        let (reading, at, rate) = (self.reading, self.place, self.rate);
        Some(Wanted { reading, path, at, rate, cancel })
    }
}

impl Conversation {
    /// Carries out an order of the skill.
    pub(super) fn music(&mut self, order: MusicOrder) {
        let heard = self.player.heard(&self.playback);
        match order {
            MusicOrder::Play(tracks) => {
                self.stop_music();
                self.player.queue = tracks;
                self.jump(0);
            }
            MusicOrder::Stop => self.stop_music(),
            MusicOrder::Pause | MusicOrder::Resume => {
                let paused = order == MusicOrder::Pause;
                if !self.player.queue.is_empty() && self.player.paused != paused {
                    self.player.paused = paused;
                    self.playback.media_pause(paused);
                    let state = if paused { MusicState::Paused } else { MusicState::Plays };
                    self.tell_music(heard, state);
                }
            }
            MusicOrder::Next if heard + 1 < self.player.queue.len() => self.jump(heard + 1),
            MusicOrder::Next => self.stop_music(),
            MusicOrder::Previous => self.jump(heard.saturating_sub(1)),
        }
        self.feed_music();
    }

    /// Plays another track of the queue.
    fn jump(&mut self, place: usize) {
        self.drop_sound();
        self.player.read_track(place);
    }

    /// Drops what was read and not yet heard.
    fn drop_sound(&mut self) {
        self.playback.media_stop();
        self.playback.media_pause(false);
        let player = &mut self.player;
        player.rest.clear();
        player.starts.clear();
        (player.paused, player.begun) = (false, false);
        (player.announced, player.silent_since) = (None, None);
    }

    fn stop_music(&mut self) {
        if self.player.queue.is_empty() {
            return;
        }
        let heard = self.player.heard(&self.playback);
        self.tell_music(heard, MusicState::Stopped);
        self.drop_sound();
        self.player.read_track(0);
        self.player.queue.clear();
        self.attention.set_playing(false);
    }

    /// The worker has read a piece.
    pub(super) fn music_read(&mut self, piece: Piece) {
        let player = &mut self.player;
        if piece.reading != player.reading {
            return;
        }
        player.asked = None;
        if player.place == 0 && !piece.samples.is_empty() {
            player.starts.push_back((self.playback.media_end(), player.reads));
        }
        player.place += piece.samples.len() as u64;
        player.rest.extend(piece.samples);
        match piece.rest {
            Rest::More => {}
            Rest::None => player.read = true,
            Rest::Broken(why) => {
                player.read = true;
                log::warn!("{why}");
                let last = player.reads + 1 >= player.queue.len();
                if last && !player.begun && player.rest.is_empty() {
                    self.stop_music();
                    self.trouble(format!("the music cannot be played: {why}"));
                }
            }
        }
        self.feed_music();
    }

    /// Gives playback the sound that it has room for, and has more read. Notices which track is
    /// heard, and when the last one is over.
    pub(super) fn feed_music(&mut self) {
        if self.player.queue.is_empty() {
            return;
        }
        let player = &mut self.player;
        while !player.paused && !player.rest.is_empty() {
            let (sound, _) = player.rest.as_slices();
            let taken = self.playback.media_write(sound);
            player.rest.drain(..taken);
            if taken == 0 {
                break;
            }
            player.begun = true;
            if let Some(since) = player.silent_since.take() {
                player.lost += self.now - since;
            }
        }
        if player.read && player.rest.is_empty() && player.reads + 1 < player.queue.len() {
            player.read_track(player.reads + 1);
        }
        if let Some(wanted) = player.wants() {
            self.orders.push_back(wanted.into());
        }
        let left = self.playback.media_left();
        let plays = left > 0 && !self.player.paused;
        self.attention.set_playing(plays);
        let heard = self.player.heard(&self.playback);
        if plays && self.player.announced != Some(heard) {
            self.player.announced = Some(heard);
            while self.player.starts.get(1).is_some_and(|(_, place)| *place <= heard) {
                self.player.starts.pop_front();
            }
            self.tell_music(heard, MusicState::Plays);
        }
        if left > 0 || self.player.paused || !self.player.rest.is_empty() {
            return;
        }
        if self.player.read {
            self.stop_music();
        } else if self.player.begun {
            self.player.silent_since.get_or_insert(self.now);
        }
    }

    fn tell_music(&mut self, place: usize, music: MusicState) {
        let Some(Track { title, artist, .. }) = self.player.queue.get(place).cloned() else {
            return;
        };
        self.tell(Event::Music { at: self.now, music, title, artist });
    }

    /// Music is softer while somebody speaks, and while Sayso listens for a command or answers.
    pub(super) fn duck(&mut self, state: State) {
        let ducked = match state {
            State::Asleep => false,
            State::Listening => self.machine.config().wake,
            State::Hearing | State::Thinking | State::Speaking | State::Paused => true,
        };
        self.playback.duck(ducked);
    }

    /// A turn ended because somebody said "stop". They began at `from`: if a reply was interrupted
    /// by it, the reply was meant.
    pub(super) fn stopped(&mut self, turn: TurnId, from: SampleTime) {
        if from >= self.player.interrupted {
            self.player.stopped = Some(turn);
            self.stop_if_meant();
        }
    }

    /// Nothing rang that "stop" in this turn could have meant.
    pub(super) fn nothing_rang(&mut self, turn: TurnId) {
        self.player.nothing_rang = Some(turn);
        self.stop_if_meant();
    }

    /// "Stop" means the music if nothing was spoken and nothing rang. A sentence that only began
    /// with it does not stop anything.
    fn stop_if_meant(&mut self) {
        let Player { stopped, nothing_rang, .. } = &self.player;
        if stopped.is_some() && stopped == nothing_rang {
            self.music(MusicOrder::Stop);
        }
    }

    /// A button or a program asked for silence: it ends the reply, if there is one, or else the
    /// music.
    pub(super) fn stop_music_if_idle(&mut self) {
        if self.current.is_none() && self.announcements.len() == 0 {
            self.music(MusicOrder::Stop);
        }
    }
}
