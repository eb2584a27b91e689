use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use sayso_secure::{Entropy, Noise};

use super::*;

/// The system's entropy.
struct System;

impl Entropy for System {
    fn secret(&mut self) -> Option<[u8; 32]> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).unwrap();
        Some(secret)
    }
}

fn key(n: u8) -> Key {
    Key::new([n; 32])
}

/// Two engines, caller and answerer, agree on keys and on every byte.
fn agree(mut caller: impl Engine, mut answerer: impl Engine) {
    let (begun, first) = caller.begin().unwrap();
    // A changed first message is not answered.
    for bit in [0, 31 * 8, 32 * 8, 47 * 8 + 7] {
        let mut forged = first;
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(answerer.answer(&forged).is_none(), "{bit}");
    }
    let (theirs, second) = answerer.answer(&first).unwrap();
    // A changed answer is refused, and the right one after it is accepted.
    let mut forged = second;
    forged[5] ^= 4;
    let begun = caller.finish(begun, &forged).err().unwrap().unwrap();
    let ours = caller.finish(begun, &second).ok().unwrap();
    let (mut sealed, mut opened) = ([0; 1_100], [0; 1_100]);
    for (nonce, len) in [(0, 0), (7, 1), (3, 988), (u64::from(u32::MAX), 500)] {
        let plain: Vec<u8> = (0..len).map(|n: usize| (n * 7) as u8).collect();
        let n = ours.seal(nonce, &plain, &mut sealed).unwrap();
        assert_eq!(theirs.open(nonce, &sealed[..n], &mut opened), Some(len));
        assert_eq!(opened[..len], plain);
        assert_eq!(theirs.open(nonce + 1, &sealed[..n], &mut opened), None, "another nonce");
        assert_eq!(ours.open(nonce, &sealed[..n], &mut opened), None, "not its own");
        sealed[n / 2] ^= 1;
        assert_eq!(theirs.open(nonce, &sealed[..n], &mut opened), None, "changed");
        let n = theirs.seal(nonce, &plain, &mut sealed).unwrap();
        assert_eq!(ours.open(nonce, &sealed[..n], &mut opened), Some(len));
        assert_eq!(opened[..len], plain);
    }
    assert_eq!(theirs.open(0, &[0; 15], &mut opened), None, "shorter than a tag");
}

#[test]
fn the_boards_engine_and_snow_understand_each_other_in_both_roles() {
    agree(Snow::new(key(1)), Noise::new(key(1), System));
    agree(Noise::new(key(1), System), Snow::new(key(1)));
    agree(Snow::new(key(1)), Snow::new(key(1)));
    agree(Noise::new(key(1), System), Noise::new(key(1), System));
    // But not with another key.
    let (_, first) = Snow::new(key(1)).begin().unwrap();
    assert!(Noise::new(key(2), System).answer(&first).is_none());
    let (_, first) = Noise::new(key(1), System).begin().unwrap();
    assert!(Snow::new(key(2)).answer(&first).is_none());
}

/// A wire in memory, and the bytes that it has carried.
#[derive(Clone, Default)]
struct Memory {
    down: Arc<Mutex<Vec<u8>>>,
    up: Arc<Mutex<VecDeque<u8>>>,
}

impl Wire for Memory {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut up = self.up.lock().unwrap();
        let n = up.len().min(buffer.len());
        buffer.iter_mut().zip(up.drain(..n)).for_each(|(place, byte)| *place = byte);
        Ok(n)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A little at a time.
        let n = bytes.len().min(70);
        self.down.lock().unwrap().extend(&bytes[..n]);
        Ok(n)
    }
}

#[test]
fn a_sealed_wire_carries_frames_however_it_is_read_and_written() {
    let memory = Memory::default();
    let mut host = Sealed::new(Box::new(memory.clone()), key(3));
    let mut satellite: Tunnel<_, 8_192> = Tunnel::new(Noise::new(key(3), System), Role::Answerer);
    let frame = |n: u8| [vec![0], vec![n; 1 + usize::from(n) * 3], vec![0]].concat();
    let (mut heard, mut told) = (Vec::<u8>::new(), Vec::<u8>::new());
    let (mut up, mut down) = (Vec::<u8>::new(), Vec::<u8>::new());
    let began = Instant::now();
    let mut n = 1;
    while n < 200 || !up.is_empty() || !down.is_empty() {
        let now = began.elapsed().as_millis() as u64;
        let mut buffer = [0; 2_000];
        let came = host.read(&mut buffer).unwrap();
        heard.extend(buffer[..came].iter().filter(|&&byte| byte != 0));
        for byte in std::mem::take(&mut *memory.down.lock().unwrap()) {
            if let Some(frame) = satellite.push(byte, now) {
                told.extend(frame);
            }
        }
        if n < 200 && satellite.is_open(now) && up.is_empty() && down.is_empty() {
            (up, down) = (frame(n), frame(255 - n));
            n += 1;
        } else if n == 1 {
            // The host's first frame shows that it has the keys.
            host.write(&[0, 255, 0]).unwrap();
        }
        let most = down.len().min(33);
        let taken = host.write(&down[..most]).unwrap();
        down.drain(..taken);
        let taken = satellite.send(&up, now);
        up.drain(..taken);
        memory.up.lock().unwrap().extend(satellite.outgoing());
        let out = satellite.outgoing().len();
        satellite.written(out);
    }
    for _ in 0..1_000 {
        let mut buffer = [0; 2_000];
        let came = host.read(&mut buffer).unwrap();
        heard.extend(buffer[..came].iter().filter(|&&byte| byte != 0));
        for byte in std::mem::take(&mut *memory.down.lock().unwrap()) {
            if let Some(frame) = satellite.push(byte, began.elapsed().as_millis() as u64) {
                told.extend(frame);
            }
        }
    }
    let all = |numbers: &mut dyn Iterator<Item = u8>| -> Vec<u8> {
        numbers.flat_map(|n| vec![n; 1 + usize::from(n) * 3]).collect()
    };
    assert!(heard == all(&mut (1..200)));
    told.retain(|&byte| byte != 255);
    assert!(told == all(&mut (56..255).rev()), "{} bytes", told.len());
}
