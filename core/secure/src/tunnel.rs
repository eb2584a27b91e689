use core::fmt;

use sayso_core::link::{MAX_FRAME, Outgoing, RawFrame, Stuffer, Unstuffer, stuffed};

use crate::engine::{Engine, HANDSHAKE, Session, TAG};
use crate::replay::ReplayWindow;
use crate::{ANSWER_MS, REFUSE_MS, REFUSED_RETRY_MS, RETRY_MS, SILENT_MS, TRY_MS};

/// The kinds of frames, their first byte. 0 is not used: frames of a satellite without a key begin
/// with it.
const FIRST: u8 = 1;
const SECOND: u8 = 2;
const SEALED: u8 = 3;
const REFUSED: u8 = 4;

/// Bytes of a nonce on the wire.
const NONCE: usize = 4;
/// The longest frame of the link, without the 00 around it.
const MAX_PLAIN: usize = MAX_FRAME - 2;
const MAX_RAW: usize = 1 + NONCE + MAX_PLAIN + TAG;
/// The longest frame on the wire, in bytes, both 00 included.
pub const MAX_SEALED: usize = stuffed(MAX_RAW);
/// How many answers a caller tries for each first message that it has sent. Each forged one costs
/// it an elliptic curve.
const TRIES: u8 = 4;

/// Which side begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The side that sends the first message: the host.
    Caller,
    /// The side that answers: the satellite.
    Answerer,
}

/// What prevents a session, as a caller sees it. The [`Tunnel`] itself goes on trying, less often.
/// The caller only has to report it to a person, who can correct it at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The other side says that it has another key. Somebody must give both sides the same key.
    OtherKey,
    /// The other side does not encrypt. Somebody must give it the key, or use neither.
    Plain,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherKey => "the other side has another key",
            Self::Plain => "the other side does not encrypt",
        })
    }
}

impl core::error::Error for Refusal {}

/// What went over the tunnel and what went wrong. The counters only grow, and wrap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames opened.
    pub opened: u32,
    /// Frames that belong to another protocol, or are broken.
    pub unreadable: u32,
    /// Sealed frames that the other side did not seal, or that were changed on the way.
    pub forged: u32,
    /// Sealed frames that arrived twice or much too late, and were dropped.
    pub replayed: u32,
    /// Frames of the link that were not sent because there was no session.
    pub dropped: u32,
    /// Handshakes that an engine was asked to begin, answer or finish.
    pub handshakes: u32,
}

/// One end of a sealed wire. `OUT` is the number of bytes that may wait to be sent: at least twice
/// [`MAX_SEALED`].
///
/// It has no I/O and no clock: it takes and returns bytes, and the time in milliseconds is a
/// parameter. Pass every received byte to [`push`](Self::push) and the link's bytes to
/// [`send`](Self::send), call [`poll`](Self::poll) every 10 ms or so, and send what is
/// [`outgoing`](Self::outgoing). No method waits.
pub struct Tunnel<E: Engine, const OUT: usize> {
    engine: E,
    part: Part<E::Handshake>,
    keys: Option<Keys<E::Session>>,
    decoder: Unstuffer<MAX_SEALED>,
    /// The frame that the link is sending.
    plain: [u8; MAX_PLAIN],
    taken: usize,
    /// The frame that was opened last, and its length.
    opened: [u8; MAX_PLAIN],
    opened_len: usize,
    out: Outgoing<OUT>,
    refusal: Option<Refusal>,
    counters: Counters,
}

enum Part<H> {
    Caller { begun: Option<(H, [u8; HANDSHAKE])>, said: Option<u64>, tries: u8 },
    Answerer { answered: Option<Answered>, tried: Option<u64>, refused: Option<u64> },
}

/// A first message, its answer, and when that was computed.
struct Answered {
    first: [u8; HANDSHAKE],
    second: [u8; HANDSHAKE],
    at: u64,
}

struct Keys<S> {
    session: S,
    /// The next nonce. After the last there is none.
    next: u32,
    seen: ReplayWindow,
    /// When the last genuine frame arrived. `None`: the other side has not shown yet that it has
    /// the keys too.
    heard: Option<u64>,
}

impl<S> Keys<S> {
    fn new(session: S, heard: Option<u64>) -> Self {
        Self { session, next: 0, seen: ReplayWindow::default(), heard }
    }

    fn live(&self, now: u64) -> bool {
        let heard = self.heard.is_some_and(|heard| now.saturating_sub(heard) < SILENT_MS);
        heard && self.next < u32::MAX
    }
}

fn is_due(last: Option<u64>, every: u64, now: u64) -> bool {
    last.is_none_or(|last| now.saturating_sub(last) >= every)
}

fn count(counter: &mut u32) {
    *counter = counter.wrapping_add(1);
}

impl<E: Engine, const OUT: usize> Tunnel<E, OUT> {
    /// A tunnel without a session.
    pub fn new(engine: E, role: Role) -> Self {
        let part = match role {
            Role::Caller => Part::Caller { begun: None, said: None, tries: 0 },
            Role::Answerer => Part::Answerer { answered: None, tried: None, refused: None },
        };
        Self {
            engine,
            part,
            keys: None,
            decoder: Unstuffer::new(),
            plain: [0; MAX_PLAIN],
            taken: 0,
            opened: [0; MAX_PLAIN],
            opened_len: 0,
            out: Outgoing::new(),
            refusal: None,
            counters: Counters::default(),
        }
    }

    /// Takes a byte from the wire. If the byte ends a genuine sealed frame, returns the link's
    /// frame in it, without the 00 around it.
    pub fn push(&mut self, byte: u8, now: u64) -> Option<&[u8]> {
        let Self {
            engine, part, keys, decoder, opened, opened_len, out, refusal, counters, ..
        } = self;
        let Ok(raw) = decoder.push(byte)? else {
            count(&mut counters.unreadable);
            return None;
        };
        let (&kind, rest) = raw.split_first()?;
        match (kind, part) {
            (SEALED, _) => {
                let Some((nonce, sealed)) = rest.split_first_chunk::<NONCE>() else {
                    count(&mut counters.unreadable);
                    return None;
                };
                *opened_len = 0;
                let len = keys.as_mut()?.open(u32::from_le_bytes(*nonce), sealed, opened, counters);
                if let (Some(_), Some(keys)) = (len, keys) {
                    keys.heard = Some(now);
                    *refusal = None;
                }
                *opened_len = len?;
                return opened.get(..*opened_len);
            }
            (FIRST, Part::Answerer { answered, tried, refused }) => {
                let first: &[u8; HANDSHAKE] = rest.try_into().ok()?;
                if keys.as_ref().is_some_and(|keys| keys.live(now)) {
                    return None;
                }
                let confirmed = keys.as_ref().is_some_and(|keys| keys.heard.is_some());
                match answered {
                    // The answer was lost; it is sent again, with the same keys.
                    Some(known) if known.first == *first && !confirmed => {
                        if is_due(*tried, TRY_MS, now) {
                            *tried = Some(now);
                            append(out, SECOND, &known.second);
                        }
                        return None;
                    }
                    Some(known) if now.saturating_sub(known.at) < ANSWER_MS => return None,
                    _ => {}
                }
                if !is_due(*tried, TRY_MS, now) {
                    return None;
                }
                *tried = Some(now);
                count(&mut counters.handshakes);
                if let Some((session, second)) = engine.answer(first) {
                    *keys = Some(Keys::new(session, None));
                    *answered = Some(Answered { first: *first, second, at: now });
                    append(out, SECOND, &second);
                } else if is_due(*refused, REFUSE_MS, now) {
                    *refused = Some(now);
                    append(out, REFUSED, &[]);
                }
            }
            (SECOND, Part::Caller { begun, tries, .. }) => {
                let second: &[u8; HANDSHAKE] = rest.try_into().ok()?;
                *tries = tries.checked_sub(1)?;
                let (handshake, first) = begun.take()?;
                count(&mut counters.handshakes);
                match engine.finish(handshake, second) {
                    Ok(session) => {
                        *keys = Some(Keys::new(session, Some(now)));
                        *refusal = None;
                    }
                    Err(handshake) => {
                        count(&mut counters.forged);
                        *begun = handshake.map(|handshake| (handshake, first));
                    }
                }
            }
            (REFUSED, Part::Caller { .. }) if rest.is_empty() => {
                if !keys.as_ref().is_some_and(|keys| keys.live(now)) {
                    *refusal = Some(Refusal::OtherKey);
                }
            }
            (_, Part::Caller { .. }) => {
                count(&mut counters.unreadable);
                let plain = RawFrame::check(raw).is_ok_and(|frame| frame.hello_version().is_some());
                if plain && keys.is_none() {
                    *refusal = Some(Refusal::Plain);
                }
            }
            (_, Part::Answerer { .. }) => count(&mut counters.unreadable),
        }
        None
    }

    /// The frame that [`push`](Self::push) returned last, until the next sealed one ends.
    pub fn opened(&self) -> &[u8] {
        self.opened.get(..self.opened_len).unwrap_or_default()
    }

    /// Takes bytes that the link wants to send, and returns how many it has taken. The rest must
    /// wait for room. Without a session the bytes are dropped.
    pub fn send(&mut self, bytes: &[u8], now: u64) -> usize {
        for (n, &byte) in bytes.iter().enumerate() {
            if byte != 0 {
                // The link makes no longer frames.
                if let Some(place) = self.plain.get_mut(self.taken) {
                    *place = byte;
                    self.taken += 1;
                }
            } else if self.taken > 0 {
                if self.out.room() < MAX_SEALED {
                    return n;
                }
                self.seal(now);
                self.taken = 0;
            }
        }
        bytes.len()
    }

    /// Seals the frame that is complete.
    fn seal(&mut self, now: u64) {
        let caller = matches!(self.part, Part::Caller { .. });
        let mut raw = [0; NONCE + MAX_PLAIN + TAG];
        let sealed = self.keys.as_mut().and_then(|keys| {
            // A caller that begins another handshake sends nothing else, so that the answerer
            // answers.
            if keys.next == u32::MAX || caller && !keys.live(now) {
                return None;
            }
            let (nonce, sealed) = raw.split_first_chunk_mut::<NONCE>()?;
            *nonce = keys.next.to_le_bytes();
            let plain = self.plain.get(..self.taken)?;
            let len = keys.session.seal(keys.next.into(), plain, sealed)?;
            // A nonce is never used twice, whatever happens to the frame.
            keys.next += 1;
            Some(NONCE + len)
        });
        match sealed.and_then(|len| raw.get(..len)) {
            Some(raw) => append(&mut self.out, SEALED, raw),
            None => count(&mut self.counters.dropped),
        }
    }

    /// Advances the time. A caller that has no session, or receives nothing any more, sends its
    /// first message.
    pub fn poll(&mut self, now: u64) {
        let Part::Caller { begun, said, tries } = &mut self.part else { return };
        let every = if self.refusal.is_some() { REFUSED_RETRY_MS } else { RETRY_MS };
        if self.keys.as_ref().is_some_and(|keys| keys.live(now)) || !is_due(*said, every, now) {
            return;
        }
        *said = Some(now);
        *tries = TRIES;
        if begun.is_none() {
            count(&mut self.counters.handshakes);
            *begun = self.engine.begin();
        }
        if let Some((_, first)) = begun {
            append(&mut self.out, FIRST, first);
        }
    }

    /// The bytes that wait for the wire.
    pub fn outgoing(&self) -> &[u8] {
        self.out.as_bytes()
    }

    /// The first `n` bytes were sent.
    pub fn written(&mut self, n: usize) {
        self.out.written(n);
    }

    /// Whether there are keys and something genuine has arrived with them recently.
    pub fn is_open(&self, now: u64) -> bool {
        self.keys.as_ref().is_some_and(|keys| keys.live(now))
    }

    /// What prevents a session, according to the other side. Anybody can claim this: it is meant
    /// for people, and a caller goes on trying.
    pub const fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// What went over the tunnel and what went wrong.
    pub const fn counters(&self) -> Counters {
        self.counters
    }
}

impl<S: Session> Keys<S> {
    fn open(
        &mut self,
        nonce: u32,
        sealed: &[u8],
        plain: &mut [u8],
        counters: &mut Counters,
    ) -> Option<usize> {
        if !self.seen.is_new(nonce.into()) {
            count(&mut counters.replayed);
            return None;
        }
        let len = self.session.open(nonce.into(), sealed, plain);
        if len.is_some() {
            self.seen.mark(nonce.into());
            count(&mut counters.opened);
        } else {
            count(&mut counters.forged);
        }
        len
    }
}

/// Frames a message. If there is no room for it, it is lost, as it may be on the wire.
fn append<const OUT: usize>(out: &mut Outgoing<OUT>, kind: u8, message: &[u8]) {
    let _ = out.write(|room| {
        let mut stuffer = Stuffer::new(room).ok_or(())?;
        let mut bytes = core::iter::once(&kind).chain(message);
        bytes.try_for_each(|&byte| stuffer.push(byte)).ok_or(())?;
        stuffer.finish().ok_or(())
    });
}
