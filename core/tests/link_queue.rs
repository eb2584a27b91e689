//! The satellite's playback buffer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use sayso_core::link::{Block, Codec, Playback, PlaybackQueue, Stop};

type Queue = PlaybackQueue<4_800>;

fn push(queue: &mut Queue, at: u32, samples: &[i16]) {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let block = Block::new(Codec::Pcm, &data).unwrap();
    queue.push(&Playback { number: 0, at, block });
}

fn take(queue: &mut Queue, n: usize) -> Vec<i16> {
    let mut out = vec![0; n];
    let taken = queue.take(&mut out);
    out.truncate(taken);
    out
}

#[test]
fn what_is_pushed_is_played() {
    let mut queue = Queue::new();
    push(&mut queue, 0, &[1, 2, 3]);
    push(&mut queue, 3, &[4, 5]);
    assert_eq!(take(&mut queue, 4), [1, 2, 3, 4]);
    assert_eq!((queue.played(), queue.len(), queue.dry()), (4, 1, 0));
    assert_eq!(take(&mut queue, 4), [5]);
    assert_eq!((queue.played(), queue.dry()), (5, 1));
}

#[test]
fn a_lost_block_is_silence_at_its_position() {
    let mut queue = Queue::new();
    push(&mut queue, 0, &[1_000; 200]);
    push(&mut queue, 520, &[1_000; 200]);
    let played = take(&mut queue, 720);
    assert_eq!(played.len(), 720);
    assert_eq!(played[..130], [1_000; 130]);
    assert_eq!(played[200..520], [0; 320]);
    assert_eq!(played[520..], [1_000; 200]);
    // It fades: no step is larger than a thirtieth.
    assert!(played[..210].windows(2).all(|pair| (pair[0] - pair[1]).abs() <= 34));
    assert_eq!(queue.played(), 720);
}

#[test]
fn after_a_long_gap_playback_continues_at_once() {
    let mut queue = Queue::new();
    push(&mut queue, 0, &[9; 10]);
    push(&mut queue, 100_000, &[7; 10]);
    assert_eq!(take(&mut queue, 480).len(), 20);
    assert_eq!(queue.played(), 100_010);
}

#[test]
fn a_stop_fades_out_at_its_position() {
    let mut queue = Queue::new();
    push(&mut queue, 0, &[1_000; 480]);
    take(&mut queue, 80);
    queue.stop(Stop { at: 200, fade: 50 });
    let played = take(&mut queue, 480);
    assert_eq!(played.len(), 120);
    assert_eq!(played[..70], [1_000; 70]);
    assert!(played[70..].is_sorted_by(|a, b| a >= b) && played[119] < 40);
    assert_eq!(queue.played(), 200);
    push(&mut queue, 200, &[5; 10]);
    assert_eq!(take(&mut queue, 480), [5; 10]);
}

#[test]
fn a_late_stop_fades_out_at_once() {
    let mut queue = Queue::new();
    push(&mut queue, 0, &[1_000; 480]);
    take(&mut queue, 300);
    queue.stop(Stop { at: 200, fade: 50 });
    assert_eq!(take(&mut queue, 480).len(), 50);
    assert_eq!(queue.played(), 200, "the next sound's place is the one ordered");
}

#[test]
fn the_next_block_makes_up_for_a_lost_stop() {
    let mut queue = Queue::new();
    push(&mut queue, 0, &[1_000; 480]);
    take(&mut queue, 100);
    // The host has stopped at 300 and continues there.
    push(&mut queue, 300, &[7; 20]);
    let played = take(&mut queue, 480);
    assert_eq!(played.len(), 220);
    assert_eq!(played[200..], [7; 20]);
    // Or it has stopped at what has been played here by now.
    let mut queue = Queue::new();
    push(&mut queue, 0, &[1_000; 480]);
    take(&mut queue, 400);
    push(&mut queue, 100, &[7; 20]);
    assert_eq!(take(&mut queue, 480), [7; 20]);
    assert_eq!(queue.played(), 120);
}

#[test]
fn an_empty_queue_fades_and_is_counted() {
    let mut queue = Queue::new();
    push(&mut queue, 0, &[16_000; 100]);
    let mut out = [0; 480];
    queue.take(&mut out);
    assert!(out[100..].is_sorted_by(|a, b| a >= b));
    assert_eq!(out[479], 0);
    assert_eq!((queue.dry(), queue.take_low_water()), (1, 0));
}

/// A block that finds the queue full costs itself and no other.
#[test]
fn after_a_block_too_many_there_is_room_for_every_block_that_was_granted() {
    let mut queue = Queue::new();
    let mut at = 0;
    let mut send = |queue: &mut Queue| {
        push(queue, at, &[1_000; 480]);
        at += 480;
    };
    for _ in 0..11 {
        send(&mut queue);
    }
    assert_eq!((queue.dropped(), queue.free(480)), (480, 0));
    let mut silent = 0;
    for _ in 0..100 {
        silent += take(&mut queue, 480).iter().filter(|&&sample| sample == 0).count();
        // Grants are sent in pairs.
        if queue.free(480) >= 2 {
            send(&mut queue);
            send(&mut queue);
        }
    }
    assert_eq!((queue.dropped(), silent), (480, 480));
}

proptest! {
    /// Whatever comes, it holds no more than it can, and its position follows what it plays.
    #[test]
    fn it_keeps_its_bounds(
        steps in proptest::collection::vec((0..4u8, any::<u32>(), 1..480usize), 0..60),
        near: bool,
    ) {
        let mut queue = Queue::new();
        for (what, at, n) in steps {
            let at = if near { queue.played().wrapping_add(at % 6_000).wrapping_sub(600) } else { at };
            match what {
                0 | 1 => push(&mut queue, at, &vec![3; n]),
                2 => queue.stop(Stop { at, fade: n as u16 }),
                _ => {
                    let (played, len) = (queue.played(), queue.len());
                    let taken = take(&mut queue, n).len();
                    prop_assert_eq!(taken, len.min(n));
                    prop_assert_eq!(queue.played(), played.wrapping_add(taken as u32));
                }
            }
            prop_assert!(queue.len() <= 4_800);
            prop_assert!(usize::from(queue.free(480)) <= (4_800 - queue.len()) / 480);
        }
    }
}
