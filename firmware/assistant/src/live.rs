//! A conversation in real time: ear, mind and voice on a thread each, the
//! conversation itself on the caller's.
//!
//! What the three find out comes to the conversation over one bounded channel;
//! it is never far behind, for it only decides and copies. Orders go the other
//! way over unbounded ones: the turn machine bounds their number (at most three
//! to the mind and one to the voice per turn).

use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use sayso_board::{Heard, Microphone, StreamStats};

use crate::Stop;
use crate::conversation::{Conversation, Order};
use crate::ear::{Ear, HeardFrame};
use crate::error::{Error, Result};
use crate::mind::{Job, Mind, Thought};
use crate::voice::{Utter, Voice, Voiced};

/// What comes to the conversation.
enum Input {
    Frame(HeardFrame),
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
    mind: Mind<'_>,
    voice: Voice<'_>,
    microphone: Box<dyn Microphone>,
    stop: &Stop,
) -> Result<StreamStats> {
    let (input, inputs) = bounded(INPUTS);
    let (to_mind, jobs) = unbounded();
    let (to_voice, utterances) = unbounded();
    // Ends the ear when the conversation ends for another reason.
    let over = Stop::new();
    std::thread::scope(|scope| {
        let start = |name: &'static str| std::thread::Builder::new().name(name.into());
        let failed = |error: std::io::Error| Error::Io(format!("cannot start a thread: {error}"));
        let (to_conversation, over_ear) = (input.clone(), over.clone());
        let stop_ear = stop.clone();
        let ears = start("ear")
            .spawn_scoped(scope, move || {
                listen(ear, microphone, &to_conversation, &[stop_ear, over_ear])
            })
            .map_err(failed)?;
        let to_conversation = input.clone();
        let minds = start("mind")
            .spawn_scoped(scope, move || think(mind, &jobs, &to_conversation))
            .map_err(failed)?;
        let voices = start("voice")
            .spawn_scoped(scope, move || speak(voice, &utterances, &input))
            .map_err(failed)?;

        let done = converse(conversation, &inputs, &to_mind, &to_voice, stop);
        over.stop();
        conversation.leave();
        while let Some(order) = conversation.order() {
            send(order, &to_mind, &to_voice);
        }
        drop((to_mind, to_voice));
        // Workers may be waiting to tell something: take it until they are gone.
        while inputs.recv().is_ok() {}
        let stats = ears.join().map_err(|_| Error::Worker("ear"))?;
        minds.join().map_err(|_| Error::Worker("mind"))?;
        voices.join().map_err(|_| Error::Worker("voice"))?;
        done.map(|()| stats)
    })
}

fn converse(
    conversation: &mut Conversation<'_>,
    inputs: &Receiver<Input>,
    to_mind: &Sender<Job>,
    to_voice: &Sender<Utter>,
    stop: &Stop,
) -> Result<()> {
    let mut over = false;
    while !stop.is_stopped() && (!over || conversation.busy()) {
        match inputs.recv_timeout(PUMP) {
            Ok(Input::Frame(frame)) => conversation.heard(frame),
            Ok(Input::Thought(thought)) => conversation.thought(thought),
            Ok(Input::Voiced(voiced)) => conversation.voiced(voiced),
            Ok(Input::Over) => {
                conversation.input_over();
                over = true;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(Error::Worker("ear")),
        }
        conversation.pump();
        while let Some(order) = conversation.order() {
            send(order, to_mind, to_voice);
        }
    }
    Ok(())
}

/// A worker that is gone takes no orders: its end shows when it is joined.
fn send(order: Order, to_mind: &Sender<Job>, to_voice: &Sender<Utter>) {
    match order {
        Order::Mind(job) => drop(to_mind.send(job)),
        Order::Voice(utter) => drop(to_voice.send(utter)),
    }
}

fn listen(
    mut ear: Ear<'_>,
    mut microphone: Box<dyn Microphone>,
    input: &Sender<Input>,
    stops: &[Stop],
) -> StreamStats {
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

fn think(mut mind: Mind<'_>, jobs: &Receiver<Job>, input: &Sender<Input>) {
    for job in jobs {
        mind.work(job, &mut |thought| drop(input.send(Input::Thought(thought))));
    }
}

fn speak(mut voice: Voice<'_>, utterances: &Receiver<Utter>, input: &Sender<Input>) {
    for utter in utterances {
        voice.utter(utter, &mut |voiced| drop(input.send(Input::Voiced(voiced))));
    }
}
