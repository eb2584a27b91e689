//! A conversation in real time: the ear and each worker on a thread of its own,
//! the conversation itself on the caller's.
//!
//! What they find out comes to the conversation over one bounded channel; it is
//! never far behind, for it only decides and copies. Orders go the other way
//! over unbounded ones: the turn machine bounds their number (a few per turn to
//! each worker, one at a time to the voice).

use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use sayso_board::{Heard, Microphone, StreamStats};

use crate::Stop;
use crate::conversation::{Conversation, Order};
use crate::ear::{Ear, HeardFrame};
use crate::error::{Error, Result};
use crate::judge::{Judged, Question};
use crate::mind::{Job, Thought};
use crate::scribe::{Dictation, Written};
use crate::voice::{Utter, Voiced};
use crate::workers::Workers;

/// What comes to the conversation.
enum Input {
    Frame(HeardFrame),
    Written(Written),
    Judged(Judged),
    Thought(Thought),
    Voiced(Voiced),
    /// The recording is over.
    Over,
}

/// Inputs that may wait. At 31 frames a second and some dozen tokens, seconds' worth.
const INPUTS: usize = 512;

/// How long the ear waits for sound before it looks whether to stop.
const WAIT: Duration = Duration::from_millis(100);

/// How often the loudspeaker is fed. Its own buffer is many times longer.
const PUMP: Duration = Duration::from_millis(10);

/// Runs until `stop`, or until the microphone's recording is over and
/// answered. Returns what the microphone lost.
///
/// # Errors
/// [`Error::Worker`] when a thread ended unexpectedly.
pub fn run(
    conversation: &mut Conversation<'_>,
    ear: Ear<'_>,
    workers: Workers<'_>,
    microphone: Box<dyn Microphone>,
    stop: &Stop,
) -> Result<StreamStats> {
    let Workers { mut scribe, mut judge, mut mind, mut voice } = workers;
    let (input, inputs) = bounded(INPUTS);
    // Ends the ear when the conversation ends for another reason.
    let over = Stop::new();
    std::thread::scope(|scope| {
        let stops = [stop.clone(), over.clone()];
        let to_conversation = input.clone();
        let ears = std::thread::Builder::new()
            .name("ear".into())
            .spawn_scoped(scope, move || listen(ear, microphone, &to_conversation, &stops))
            .map_err(no_thread)?;
        let (to_scribe, scribes) = worker(scope, "scribe", &input, move |dictation, tell| {
            scribe.write(dictation, &mut |written| tell(Input::Written(written)));
        })?;
        let (to_judge, judges) = worker(scope, "judge", &input, move |question, tell| {
            judge.judge(question, &mut |judged| tell(Input::Judged(judged)));
        })?;
        let (to_mind, minds) = worker(scope, "mind", &input, move |job, tell| {
            mind.work(job, &mut |thought| tell(Input::Thought(thought)));
        })?;
        let (to_voice, voices) = worker(scope, "voice", &input, move |utter, tell| {
            voice.utter(utter, &mut |voiced| tell(Input::Voiced(voiced)));
        })?;
        drop(input);
        let post = Post { to_scribe, to_judge, to_mind, to_voice };

        let done = converse(conversation, &inputs, &post, stop);
        over.stop();
        conversation.leave();
        post.send_all(conversation);
        drop(post);
        // Workers may be waiting to tell something: take it until they are gone.
        while inputs.recv().is_ok() {}
        for (name, worker) in
            [("scribe", scribes), ("judge", judges), ("mind", minds), ("voice", voices)]
        {
            worker.join().map_err(|_| Error::Worker(name))?;
        }
        let stats = ears.join().map_err(|_| Error::Worker("ear"))?;
        done.map(|()| stats)
    })
}

fn no_thread(error: std::io::Error) -> Error {
    Error::Io(format!("cannot start a thread: {error}"))
}

/// Starts a thread that does one piece of work after the other, until its
/// channel is closed.
fn worker<'scope, W: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    input: &Sender<Input>,
    mut work: impl FnMut(W, &mut dyn FnMut(Input)) + Send + 'scope,
) -> Result<(Sender<W>, ScopedJoinHandle<'scope, ()>)> {
    let (sender, orders) = unbounded();
    let input = input.clone();
    let thread = std::thread::Builder::new()
        .name(name.into())
        .spawn_scoped(scope, move || {
            for order in orders {
                work(order, &mut |told| drop(input.send(told)));
            }
        })
        .map_err(no_thread)?;
    Ok((sender, thread))
}

/// The ways to the workers.
struct Post {
    to_scribe: Sender<Dictation>,
    to_judge: Sender<Question>,
    to_mind: Sender<Job>,
    to_voice: Sender<Utter>,
}

impl Post {
    /// A worker that is gone takes no orders: its end shows when it is joined.
    fn send_all(&self, conversation: &mut Conversation<'_>) {
        while let Some(order) = conversation.order() {
            match order {
                Order::Scribe(dictation) => drop(self.to_scribe.send(dictation)),
                Order::Judge(question) => drop(self.to_judge.send(question)),
                Order::Mind(job) => drop(self.to_mind.send(job)),
                Order::Voice(utter) => drop(self.to_voice.send(utter)),
            }
        }
    }
}

fn converse(
    conversation: &mut Conversation<'_>,
    inputs: &Receiver<Input>,
    post: &Post,
    stop: &Stop,
) -> Result<()> {
    let mut over = false;
    while !stop.is_stopped() && (!over || conversation.busy()) {
        match inputs.recv_timeout(PUMP) {
            Ok(Input::Frame(frame)) => conversation.heard(frame),
            Ok(Input::Written(written)) => conversation.written(written),
            Ok(Input::Judged(judged)) => conversation.judged(judged),
            Ok(Input::Thought(thought)) => conversation.thought(thought),
            Ok(Input::Voiced(voiced)) => conversation.voiced(voiced),
            Ok(Input::Over) => {
                conversation.input_over();
                over = true;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Error::Worker("ear")),
        }
        conversation.look_at_buttons();
        conversation.look_at_devices();
        conversation.pump();
        post.send_all(conversation);
    }
    Ok(())
}

fn listen(
    mut ear: Ear<'_>,
    mut microphone: Box<dyn Microphone>,
    input: &Sender<Input>,
    stops: &[Stop],
) -> StreamStats {
    if !sayso_board::promote_thread() {
        log::debug!("the ear gets no real-time priority");
    }
    let (mut buffer, mut played) = ([0.0; 512], [0.0; 512]);
    while !stops.iter().any(Stop::is_stopped) {
        match microphone.read(&mut buffer, WAIT) {
            Heard::Samples(count) => {
                let samples = buffer.get(..count).unwrap_or(&buffer);
                microphone.reference(&mut played);
                ear.listen(samples, &played, &mut |frame| drop(input.send(Input::Frame(frame))));
            }
            Heard::Nothing => {}
            Heard::End => {
                drop(input.send(Input::Over));
                break;
            }
        }
    }
    microphone.stats()
}
