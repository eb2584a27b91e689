//! A conversation on a virtual clock: everything on one thread, time standing
//! still while the mind thinks. One recording gives one event log.

use std::time::Duration;

use sayso_board::{Heard, Microphone, StreamStats};
use sayso_core::audio::FRAME;

use crate::Stop;
use crate::conversation::{Conversation, Order};
use crate::ear::Ear;
use crate::workers::Workers;

/// Runs until the microphone's recording is over and answered, or until
/// `stop`. Returns what the microphone lost.
pub fn run(
    conversation: &mut Conversation<'_>,
    mut ear: Ear<'_>,
    mut workers: Workers<'_>,
    mut microphone: Box<dyn Microphone>,
    stop: &Stop,
) -> StreamStats {
    let (mut buffer, mut played) = ([0.0; FRAME], [0.0; FRAME]);
    let mut over = false;
    while !stop.is_stopped() && (!over || conversation.busy()) {
        match microphone.read(&mut buffer, Duration::ZERO) {
            Heard::Samples(count) => {
                let samples = buffer.get(..count).unwrap_or(&buffer);
                microphone.reference(&mut played);
                ear.listen(samples, &played, &mut |frame| conversation.heard(frame));
            }
            Heard::Nothing => {}
            Heard::End if !over => {
                conversation.input_over();
                over = true;
            }
            // Nothing moves any more: what still waits can never be played.
            Heard::End => break,
        }
        work(conversation, &mut workers);
    }
    conversation.leave();
    work(conversation, &mut workers);
    microphone.stats()
}

fn work(conversation: &mut Conversation<'_>, workers: &mut Workers<'_>) {
    let Workers { scribe, judge, mind, voice } = workers;
    loop {
        conversation.pump();
        match conversation.order() {
            Some(Order::Scribe(dictation)) => {
                scribe.write(dictation, &mut |written| conversation.written(written));
            }
            Some(Order::Judge(question)) => {
                judge.judge(question, &mut |judged| conversation.judged(judged));
            }
            Some(Order::Mind(job)) => mind.work(job, &mut |thought| {
                conversation.thought(thought);
                // A clause is spoken while the rest of the reply waits, not after all of it.
                while let Some(utter) = conversation.utter() {
                    voice.utter(utter, &mut |voiced| conversation.voiced(voiced));
                }
            }),
            Some(Order::Voice(utter)) => {
                voice.utter(utter, &mut |voiced| conversation.voiced(voiced));
            }
            None => break,
        }
    }
}
