//! A conversation in real time: the front end and each worker run on a thread of their own, the
//! conversation on another, and its events are passed on by the caller's thread.
//!
//! Workers report over one channel on which sending never waits, because a worker that computes
//! holds cores that others need. Only the front end waits if too many reports are in the channel;
//! the board's ring counts the samples that are lost then. The number of orders in the other
//! direction is limited by the turn machine (a few per turn to each worker, one at a time to the
//! synthesizer).
//!
//! The conversation's thread watches the others ([`crate::supervisor`]). A worker that failed is
//! replaced by one with a new engine. Without the front end or the board's link the conversation
//! ends, and the caller begins it again.

use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use sayso_board::{Heard, Microphone, StreamStats, Watch};
use sayso_core::audio::FRAME;

use crate::Stop;
use crate::conversation::Conversation;
use crate::cores::Seat;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::events::Subscription;
use crate::supervisor::{Failure, Fault, Health, Monitor, Pulse, Strikes, Vitals};
use crate::workers::{Order, Post, Report};
use sayso_frontend::{FrontEnd, HeardFrame};

/// An input of the conversation.
enum Input {
    Frame(HeardFrame),
    Report(Report),
    /// The recording is over.
    Over,
    /// Nobody is there any more.
    Left,
}

/// How many inputs may wait before the front end waits. At 31 frames a second and a few dozen
/// tokens, this is several seconds.
const INPUTS: usize = 512;

/// How long the front end waits for sound, and for room, before it checks whether to stop.
const WAIT: Duration = Duration::from_millis(100);
const ROOM: Duration = Duration::from_millis(10);

/// How often the loudspeaker is fed. Its own buffer is many times longer.
const PUMP: Duration = Duration::from_millis(10);

/// The front end's name for people.
pub const FRONT_END: &str = "front end";

/// What a conversation needs in addition to itself.
pub struct Needs<'a> {
    /// The front end, and what it listens to.
    pub front_end: FrontEnd<'static>,
    /// See [`Needs::front_end`].
    pub microphone: Box<dyn Microphone>,
    /// The workers.
    pub posts: Vec<Box<dyn Post>>,
    /// Threads of the board.
    pub links: Vec<Box<dyn Watch>>,
    /// Makes a new worker of that name, with a new engine.
    pub replace: &'a mut (dyn FnMut(&'static str) -> Result<Box<dyn Post>> + Send),
    /// Failures so far.
    pub strikes: &'a mut Strikes,
    /// Is updated as long as all is well.
    pub health: &'a Health,
}

/// What is left after the conversation.
pub struct Left {
    /// The front end, unless it failed.
    pub front_end: Option<FrontEnd<'static>>,
    /// The workers that did not fail.
    pub posts: Vec<Box<dyn Post>>,
    /// What the microphone lost, if that is known.
    pub microphone: StreamStats,
    /// Why it ended, if a thread failed.
    pub end: Option<End>,
}

/// Why a conversation could not go on.
pub enum End {
    /// It can begin again: its front end or its board's link failed.
    Again(Failure),
    /// There were too many failures, or a worker cannot be replaced. The error is
    /// [`Failing`](crate::ErrorKind::Failing).
    Closed(Error),
}

/// Runs until `stop`, until the microphone's recording is over and answered, or until the other end
/// has left. The events of `subscription` are passed to `on_event`, on this thread.
///
/// # Errors
/// [`Busy`](crate::ErrorKind::Busy) when no thread can be started.
pub fn run(
    conversation: &mut Conversation,
    needs: Needs<'_>,
    stop: &Stop,
    subscription: &Subscription,
    on_event: &mut dyn FnMut(Event),
) -> Result<Left> {
    let (input, inputs) = unbounded();
    // Ends the front end if the conversation ends for another reason.
    let over = Stop::new();
    let Needs { front_end, microphone, posts, links, replace, strikes, health } = needs;
    let mut staff = Staff { input, members: Vec::new(), links: Vec::new() };
    for post in posts {
        staff.hire(post)?;
    }
    let now = Instant::now();
    staff.links = links.into_iter().map(|link| (link, Monitor::new(now))).collect();
    let listening =
        FrontEndThread::start(front_end, microphone, &staff.input, [stop.clone(), over.clone()])?;

    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let talk = std::thread::Builder::new()
            .name("conversation".into())
            .spawn_scoped(scope, || {
                // However it ends, the caller's thread is informed.
                let _done = OnDrop(&done);
                let mut talk = Talk { conversation, staff, listening, replace, strikes, health };
                let end = talk.hold(&inputs, stop);
                over.stop();
                talk.leave(end)
            })
            .map_err(Error::no_thread)?;
        while !done.load(Ordering::Acquire) {
            hand_on(subscription, WAIT, on_event);
        }
        hand_on(subscription, Duration::ZERO, on_event);
        talk.join().map_err(|_| Error::died("conversation"))
    })
}

struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Passes on the waiting events, after a wait for the first. A disconnected subscriber gets no
/// more.
fn hand_on(subscription: &Subscription, mut wait: Duration, on_event: &mut dyn FnMut(Event)) {
    loop {
        match subscription.next(wait) {
            Ok(Some(event)) => on_event(event),
            Ok(None) => return,
            Err(_) => return std::thread::sleep(wait),
        }
        wait = Duration::ZERO;
    }
}

/// A worker and its thread.
struct Member {
    name: &'static str,
    orders: Sender<Order>,
    seat: Seat,
    pulse: Pulse,
    monitor: Monitor,
    thread: JoinHandle<Box<dyn Post>>,
}

impl Member {
    fn look(&mut self, now: Instant) -> Option<Fault> {
        self.monitor.look(now, self.pulse.vitals(self.thread.is_finished()))
    }
}

/// All workers of a conversation.
struct Staff {
    input: Sender<Input>,
    members: Vec<Member>,
    links: Vec<(Box<dyn Watch>, Monitor)>,
}

impl Staff {
    /// Gives a worker a thread, which carries out one order after another until its channel is
    /// closed.
    fn hire(&mut self, mut post: Box<dyn Post>) -> Result<()> {
        let (sender, orders) = unbounded::<Order>();
        let (input, pulse, name) = (self.input.clone(), Pulse::default(), post.name());
        let (shown, seat) = (pulse.clone(), post.seat().clone());
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || {
                for order in orders {
                    shown.set_busy(true);
                    let cancel = order.cancel().beating(&shown.beats);
                    post.work(order, &cancel, &mut |report| {
                        shown.beat();
                        // Nobody receives it after the conversation has ended.
                        let _ = input.send(Input::Report(report));
                    });
                    shown.set_busy(false);
                }
                post
            })
            .map_err(Error::no_thread)?;
        let monitor = Monitor::new(Instant::now());
        self.members.push(Member { name, orders: sender, seat, pulse, monitor, thread });
        Ok(())
    }

    fn send_all(&self, conversation: &mut Conversation) {
        while let Some(order) = conversation.order() {
            if let Some(member) = self.members.iter().find(|member| member.name == order.worker()) {
                // If the worker has ended, the next check notices that.
                let _ = member.orders.send(order);
            }
        }
    }

    /// The first member or link that failed.
    fn look(&mut self, now: Instant) -> Option<Failure> {
        let member = self.members.iter_mut().find_map(|member| {
            let fault = member.look(now)?;
            Some(Failure::new(member.name, fault))
        });
        member.or_else(|| {
            self.links.iter_mut().find_map(|(link, monitor)| {
                let vitals = Vitals { beats: link.beats(), busy: true };
                Some(Failure::new(link.name(), monitor.look(now, vitals)?))
            })
        })
    }

    /// Removes a member and takes its cores back. If its thread hangs, it is abandoned.
    fn dismiss(&mut self, name: &str) -> bool {
        let Some(place) = self.members.iter().position(|member| member.name == name) else {
            return false;
        };
        self.members.remove(place).seat.revoke();
        true
    }

    /// Collects the workers after their last order.
    fn collect(self) -> Vec<Box<dyn Post>> {
        let mut posts = Vec::new();
        for Member { name, orders, seat, pulse, mut monitor, thread } in self.members {
            drop(orders);
            match wait_for(thread, &mut || monitor.look(Instant::now(), pulse.vitals(false))) {
                Some(post) => posts.push(post),
                None => {
                    seat.revoke();
                    log::error!("the {name} failed while the conversation ended");
                }
            }
        }
        posts
    }
}

/// The result of a thread; `None` if it panicked, or hangs and is abandoned.
fn wait_for<T>(thread: JoinHandle<T>, look: &mut dyn FnMut() -> Option<Fault>) -> Option<T> {
    while !thread.is_finished() {
        if look().is_some() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    thread.join().ok()
}

/// The front end's thread.
struct FrontEndThread {
    pulse: Pulse,
    monitor: Monitor,
    thread: JoinHandle<(FrontEnd<'static>, StreamStats)>,
}

impl FrontEndThread {
    fn start(
        front_end: FrontEnd<'static>,
        microphone: Box<dyn Microphone>,
        input: &Sender<Input>,
        stops: [Stop; 2],
    ) -> Result<Self> {
        let (pulse, input) = (Pulse::default(), input.clone());
        let shown = pulse.clone();
        // It always has something to do, if only to wait for sound.
        shown.set_busy(true);
        let thread = std::thread::Builder::new()
            .name(FRONT_END.into())
            .spawn(move || listen(front_end, microphone, &input, &shown, &stops))
            .map_err(Error::no_thread)?;
        Ok(Self { pulse, monitor: Monitor::new(Instant::now()), thread })
    }

    /// Checks the thread. Its work is done when the recording is over, or when it was told to
    /// stop; the last sound may then still wait for the conversation.
    fn look(&mut self, now: Instant) -> Option<Failure> {
        let ended = self.thread.is_finished();
        // `is_finished` does not synchronise, but what the thread stored must be visible.
        fence(Ordering::Acquire);
        // If it panicked, it is still marked busy.
        let died = ended && self.pulse.is_busy();
        let fault = self.monitor.look(now, self.pulse.vitals(died))?;
        Some(Failure::new(FRONT_END, fault))
    }
}

fn listen(
    mut front_end: FrontEnd<'static>,
    mut microphone: Box<dyn Microphone>,
    input: &Sender<Input>,
    pulse: &Pulse,
    stops: &[Stop; 2],
) -> (FrontEnd<'static>, StreamStats) {
    if !sayso_board::promote_thread() {
        log::debug!("the front end gets no real-time priority");
    }
    let stopped = || stops.iter().any(Stop::is_stopped);
    let (mut buffer, mut played) = ([0.0; FRAME], [0.0; FRAME]);
    while !stopped() {
        pulse.beat();
        if input.len() >= INPUTS {
            std::thread::sleep(ROOM);
            continue;
        }
        match microphone.read(&mut buffer, WAIT) {
            Heard::Samples(count) => {
                let samples = buffer.get(..count).unwrap_or(&buffer);
                microphone.reference(&mut played);
                front_end
                    .listen(samples, &played, &mut |frame| drop(input.send(Input::Frame(frame))));
            }
            Heard::Nothing => {}
            Heard::End => {
                let _ = input.send(Input::Over);
                break;
            }
            Heard::Left => {
                let _ = input.send(Input::Left);
                break;
            }
        }
    }
    pulse.set_busy(false);
    (front_end, microphone.stats())
}

/// The conversation's thread.
struct Talk<'a> {
    conversation: &'a mut Conversation,
    staff: Staff,
    listening: FrontEndThread,
    replace: &'a mut (dyn FnMut(&'static str) -> Result<Box<dyn Post>> + Send),
    strikes: &'a mut Strikes,
    health: &'a Health,
}

impl Talk<'_> {
    fn hold(&mut self, inputs: &Receiver<Input>, stop: &Stop) -> Option<End> {
        let mut over = false;
        while !stop.is_stopped() && (!over || self.conversation.busy()) {
            match inputs.recv_timeout(PUMP) {
                Ok(Input::Frame(frame)) => self.conversation.heard(frame),
                Ok(Input::Report(report)) => self.conversation.report(report),
                Ok(Input::Over) => {
                    self.conversation.input_over();
                    over = true;
                }
                // Nobody would hear the rest of an answer.
                Ok(Input::Left) => return None,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
            self.conversation.look_around();
            self.conversation.pump();
            self.staff.send_all(self.conversation);
            if let Some(end) = self.supervise() {
                return Some(end);
            }
            self.health.show();
        }
        None
    }

    /// Replaces workers that failed. Returns why the conversation cannot go on, if it cannot.
    fn supervise(&mut self) -> Option<End> {
        let now = Instant::now();
        let ruined = self.conversation.ruined();
        let failed =
            ruined.or_else(|| self.staff.look(now)).or_else(|| self.listening.look(now))?;
        log::error!("{failed}");
        if self.strikes.out(now) {
            return Some(End::Closed(Error::failing(failed)));
        }
        if !self.staff.dismiss(failed.worker) {
            return Some(End::Again(failed));
        }
        let replaced = (self.replace)(failed.worker).and_then(|post| self.staff.hire(post));
        match replaced {
            Ok(()) => {
                self.conversation.worker_failed(&failed);
                None
            }
            Err(error) => {
                log::error!("the {} cannot be replaced: {error}", failed.worker);
                Some(End::Closed(Error::irreplaceable(&failed, error)))
            }
        }
    }

    fn leave(self, end: Option<End>) -> Left {
        let Self { conversation, staff, listening, .. } = self;
        conversation.leave();
        staff.send_all(conversation);
        let posts = staff.collect();
        let FrontEndThread { pulse, mut monitor, thread } = listening;
        let mut look = || monitor.look(Instant::now(), pulse.vitals(false));
        let (front_end, microphone) = match wait_for(thread, &mut look) {
            Some((front_end, microphone)) => (Some(front_end), microphone),
            None => (None, StreamStats::default()),
        };
        Left { front_end, posts, microphone, end }
    }
}
