//! Music: which pieces are meant, and what the player is told.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::path::{Path, PathBuf};

use sayso_skills::{Deck, Effect, Library, MusicOrder, Plan, Track};
use support::Room;

/// The pieces, as files: no tags.
const FILES: [&str; 11] = [
    "The Larks/Dawn/01 Blue Morning.mp3",
    "The Larks/Dawn/02 Night Train.mp3",
    "Ada Stone - Blue Morning.ogg",
    "Ada Stone - Stand by the River.ogg",
    "Quartet - Winter.flac",
    "Tom Reed - Winter.flac",
    "Tom Reed - Far Away.flac",
    "Humming.wav",
    "The Larks/Night/Blue Morning Again.mp3",
    "The Larks/Night/Evening Song.mp3",
    "The Larks/Best/Evening Song.mp3",
];

fn tracks() -> Vec<Track> {
    let track = |(id, file): (u32, &&str)| {
        Track::new(id, PathBuf::from("/music").join(file), Path::new(file), [None, None, None])
    };
    (1..).zip(&FILES).map(track).collect()
}

/// A room with this music, where this is played.
fn room(playing: Option<Deck>) -> Room {
    let mut room = Room::new();
    let library = Library::default();
    library.set(tracks(), true);
    room.skills.use_music(library).unwrap();
    room.situation.music = playing;
    room
}

/// A room where nothing is played.
fn silent() -> Room {
    room(Some(Deck::default()))
}

/// A room where the second piece is played, or paused.
fn playing(paused: bool, has_next: bool) -> Room {
    room(Some(Deck { track: tracks().get(1).cloned(), paused, has_next }))
}

/// What is answered, and the orders for the player.
fn done(room: &mut Room, plan: Plan) -> (Option<String>, Vec<MusicOrder>) {
    let before = plan.say().map(str::to_owned);
    let said = room.act(plan);
    let orders = said.effects.into_iter().map(|effect| match effect {
        Effect::Music(order) => order,
        other => panic!("{other:?}"),
    });
    let orders = orders.collect();
    (before.or(said.text), orders)
}

fn asked(room: &mut Room, text: &str) -> (Option<String>, Vec<MusicOrder>) {
    let plan = room.claim(text).unwrap_or_else(|| panic!("{text}: claimed by no skill"));
    assert_eq!(plan.skill, "music", "{text}: {plan:?}");
    done(room, plan)
}

/// The answer, and the pieces that are then played.
fn played(text: &str) -> (String, Vec<u32>) {
    let (said, orders) = asked(&mut silent(), text);
    let ids = match &orders[..] {
        [MusicOrder::Play(tracks)] => tracks.iter().map(|track| track.id).collect(),
        [] => Vec::new(),
        other => panic!("{text}: {other:?}"),
    };
    (said.unwrap_or_default(), ids)
}

#[test]
fn pieces_are_played_by_title_and_artist() {
    for (text, said, ids) in [
        ("Play Night Train.", "Here is Night Train by The Larks.", &[2][..]),
        ("play nite train", "Here is Night Train by The Larks.", &[2]),
        ("Play the song Humming", "Here is Humming.", &[8]),
        ("Play Blue Morning by the Larks", "Here is Blue Morning by The Larks.", &[1]),
        ("play blew morning by ada stone", "Here is Blue Morning by Ada Stone.", &[3]),
        ("Play Stand by the River", "Here is Stand by the River by Ada Stone.", &[4]),
        ("Put on Far Away.", "Here is Far Away by Tom Reed.", &[7]),
        ("Play the album Dawn", "Here is Dawn.", &[1, 2]),
        ("I want to hear Far Away by Tom Reed", "Here is Far Away by Tom Reed.", &[7]),
    ] {
        assert_eq!(played(text), (said.to_owned(), ids.to_vec()), "{text}");
    }
}

#[test]
fn several_pieces_are_played_in_any_order() {
    for (text, said, ids) in [
        ("Play some music.", "Here is some music.", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11][..]),
        ("put on some music please", "Here is some music.", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("Play something by Tom Reed", "Here is music by Tom Reed.", &[6, 7]),
        ("play ada stone", "Here is music by Ada Stone.", &[3, 4]),
        ("Play music by The Larcs", "Here is music by The Larks.", &[1, 2, 9, 10, 11]),
    ] {
        let (answer, mut found) = played(text);
        found.sort_unstable();
        assert_eq!((answer.as_str(), &found[..]), (said, ids), "{text}");
    }
    let mut room = silent();
    let mut orders = std::collections::BTreeSet::new();
    for _ in 0..20 {
        room.pass(1);
        let (_, order) = asked(&mut room, "Play some music.");
        orders.insert(format!("{order:?}"));
    }
    assert!(orders.len() > 10, "only {} orders", orders.len());
}

#[test]
fn one_of_several_pieces_of_a_name_is_chosen() {
    for (answer, id) in [("Tom Reed", 6), ("The first one.", 5), ("quartet", 5)] {
        let mut room = silent();
        let (said, orders) = asked(&mut room, "Play Winter");
        assert_eq!(said.as_deref(), Some("Did you mean Quartet or Tom Reed?"));
        assert_eq!(orders, []);
        let (_, orders) = asked(&mut room, answer);
        let [MusicOrder::Play(tracks)] = &orders[..] else { panic!("{answer}: {orders:?}") };
        assert_eq!(tracks.iter().map(|track| track.id).collect::<Vec<_>>(), [id], "{answer}");
    }
}

#[test]
fn pieces_by_the_same_artist_are_told_apart_by_their_titles() {
    let mut room = silent();
    let (said, orders) = asked(&mut room, "Play evening");
    assert_eq!(said.as_deref(), Some("Here is Evening Song by The Larks."));
    let [MusicOrder::Play(tracks)] = &orders[..] else { panic!("{orders:?}") };
    assert_eq!(tracks.iter().map(|track| track.id).collect::<Vec<_>>(), [10, 11]);
    let (said, orders) = asked(&mut room, "Play morning by the Larks");
    assert_eq!(said.as_deref(), Some("Did you mean Blue Morning or Blue Morning Again?"));
    assert_eq!(orders, []);
    let (_, orders) = asked(&mut room, "Blue Morning Again");
    let [MusicOrder::Play(tracks)] = &orders[..] else { panic!("{orders:?}") };
    assert_eq!(tracks.iter().map(|track| track.id).collect::<Vec<_>>(), [9]);
}

#[test]
fn what_is_not_there_is_said_and_other_play_is_for_nobody() {
    let said = |text: &str| played(text).0;
    assert_eq!(said("Play Thriller."), "I can't find Thriller in the music.");
    assert_eq!(
        said("Play Yesterday by the Beetles"),
        "I can't find Yesterday by the Beetles in the music."
    );
    for text in [
        "Play a game with me.",
        "Play chess with me",
        "Playing the piano is hard.",
        "Next year I'll go to Spain.",
        "Stop worrying about it.",
        "What is playing with fire?",
        "Pause for a moment.",
        "Who sings best?",
    ] {
        assert_eq!(silent().claim(text), None, "{text}");
        assert_eq!(playing(false, true).claim(text), None, "{text}");
    }
}

#[test]
fn what_is_played_is_changed() {
    let playing_orders = [
        ("Pause the music.", MusicOrder::Pause),
        ("pause", MusicOrder::Pause),
        ("Next song.", MusicOrder::Next),
        ("next", MusicOrder::Next),
        ("Skip this song", MusicOrder::Next),
        ("previous song", MusicOrder::Previous),
        ("Play it from the beginning", MusicOrder::Previous),
        ("Stop the music.", MusicOrder::Stop),
        ("turn the music off", MusicOrder::Stop),
        ("stop", MusicOrder::Stop),
    ];
    for (text, order) in playing_orders {
        let (said, orders) = asked(&mut playing(false, true), text);
        assert_eq!((said, &orders[..]), (None, &[order][..]), "{text}");
    }
    for text in ["Continue the music.", "resume", "go on", "play", "Resume playback"] {
        let (_, orders) = asked(&mut playing(true, true), text);
        assert_eq!(orders, [MusicOrder::Resume], "{text}");
    }
    let (said, orders) = asked(&mut playing(false, false), "Next song");
    assert_eq!((said.as_deref(), orders), (Some("That was the last one."), vec![]));
    // It is taken back.
    let mut room = playing(false, true);
    asked(&mut room, "Pause the music");
    let (_, orders) = asked(&mut room, "Undo that");
    assert_eq!(orders, [MusicOrder::Resume]);
}

#[test]
fn what_is_played_is_said() {
    for text in ["What song is this?", "what is playing", "What's playing?", "Who is this?"] {
        let (said, _) = asked(&mut playing(false, false), text);
        assert_eq!(said.as_deref(), Some("This is Night Train by The Larks."), "{text}");
    }
    assert_eq!(played("What is playing?").0, "Nothing is playing.");
    assert_eq!(played("Stop the music").0, "Nothing is playing.");
    assert_eq!(silent().claim("Next"), None);
}

#[test]
fn where_nothing_plays_nothing_is_stopped() {
    for mut room in [silent(), room(None), Room::new()] {
        for text in ["Pause.", "Stop.", "stop it", "Continue.", "Resume"] {
            let plan = room.claim(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(plan.say(), Some("Nothing is playing."), "{text}");
        }
        // After an answer of the language model, it is to go on.
        room.situation.answered = Some("Once upon a time".into());
        assert_eq!(room.claim("Go on."), None);
        let plan = room.claim("What time is it?").unwrap();
        room.act(plan);
        assert_eq!(room.claim("Go on.").map(|plan| plan.skill), Some("device"));
    }
}

#[test]
fn a_board_without_a_player_says_so() {
    let mut room = room(None);
    for text in ["Play some music", "Play Night Train", "Stop the music", "Play Thriller"] {
        let (said, orders) = asked(&mut room, text);
        assert_eq!((said.as_deref(), orders), (Some("I can't play music here."), vec![]), "{text}");
    }
}

#[test]
fn music_that_is_not_read_yet_and_none_at_all_are_told_apart() {
    for (whole, expected) in [
        (false, "I'm still looking through the music. Please ask again in a moment."),
        (true, "There is no music in my folder."),
    ] {
        let library = Library::default();
        library.set(Vec::new(), whole);
        let mut room = Room::new();
        room.skills.use_music(library).unwrap();
        room.situation.music = Some(Deck::default());
        for text in ["Play some music", "Play Thriller"] {
            let (said, _) = asked(&mut room, text);
            assert_eq!(said.as_deref(), Some(expected), "{text}");
        }
    }
}

#[test]
fn the_volume_of_music_is_the_volume() {
    let mut room = playing(false, true);
    for text in ["Louder", "Turn the music up", "turn down the music"] {
        let plan = room.claim(text).unwrap();
        assert_eq!(plan.skill, "device", "{text}");
        let said = room.act(plan);
        assert!(matches!(said.effects[..], [Effect::Volume(_)]), "{text}: {said:?}");
    }
}

#[test]
fn without_music_there_is_no_such_skill() {
    let room = Room::new();
    assert!(!room.skills.names().contains(&"music"));
    assert_eq!(room.claim("Play some music."), None);
    // With music, its orders are sentences.
    let room = playing(true, true);
    let (orders, _) = room.skills.orders();
    let orders: Vec<&str> = orders.iter().flat_map(|line| line.split("; ")).collect();
    assert!(orders.contains(&"play some music"), "{orders:?}");
    for order in orders.iter().filter(|order| order.contains("music") || order.contains("song")) {
        assert_eq!(room.claim(order).map(|plan| plan.skill), Some("music"), "{order}");
    }
}
