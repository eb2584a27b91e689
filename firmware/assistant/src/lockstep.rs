//! A conversation on a virtual clock: everything runs on one thread, and time stops while the
//! workers work. One recording always gives the same event log.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use sayso_board::{Heard, Microphone, StreamStats};
use sayso_core::audio::FRAME;

use crate::Stop;
use crate::clock::SampleClock;
use crate::conversation::Conversation;
use crate::error::Result;
use crate::event::Event;
use crate::events::Subscription;
use crate::supervisor::{Failure, Fault};
use crate::workers::{Order, Post};
use sayso_frontend::FrontEnd;

/// Runs until the microphone's recording is over and answered, or until
/// `stop`. Returns what the microphone lost. Events go to `on_event` as they happen.
///
/// # Errors
/// [`Worker`](crate::ErrorKind::Worker) when a worker panicked, or its engine cannot be used any
/// more, because nothing replaces it here.
pub fn run(
    conversation: &mut Conversation,
    front_end: &mut FrontEnd<'_>,
    posts: &mut Vec<Box<dyn Post>>,
    mut microphone: Box<dyn Microphone>,
    clock: &SampleClock,
    stop: &Stop,
    (subscription, on_event): (&Subscription, &mut dyn FnMut(Event)),
) -> Result<StreamStats> {
    let mut stage = Stage {
        conversation,
        posts: posts.drain(..).map(Some).collect(),
        subscription,
        on_event,
        failed: None,
    };
    let (mut buffer, mut played) = ([0.0; FRAME], [0.0; FRAME]);
    let mut over = false;
    while !stop.is_stopped() && (!over || stage.conversation.busy()) && stage.failed.is_none() {
        match microphone.read(&mut buffer, Duration::ZERO) {
            Heard::Samples(count) => {
                let samples = buffer.get(..count).unwrap_or(&buffer);
                microphone.reference(&mut played);
                front_end.listen(samples, &played, &mut |frame| {
                    clock.set(frame.at);
                    stage.conversation.heard(frame);
                });
            }
            Heard::Nothing => {}
            Heard::End if !over => {
                stage.conversation.input_over();
                over = true;
            }
            // Time does not advance any more, so what still waits can never be played.
            Heard::End | Heard::Left => break,
        }
        stage.conversation.look_around();
        stage.work();
    }
    stage.conversation.leave();
    stage.work();
    let Stage { posts: rest, failed, .. } = stage;
    posts.extend(rest.into_iter().flatten());
    match failed {
        Some(failure) => Err(failure.into()),
        None => Ok(microphone.stats()),
    }
}

/// The conversation, and the workers that are idle.
struct Stage<'a> {
    conversation: &'a mut Conversation,
    posts: Vec<Option<Box<dyn Post>>>,
    subscription: &'a Subscription,
    on_event: &'a mut dyn FnMut(Event),
    failed: Option<Failure>,
}

impl Stage<'_> {
    /// Carries out all orders.
    fn work(&mut self) {
        loop {
            self.conversation.pump();
            self.hand_on();
            let worked = self.work_for_the_idle();
            if let Some(failure) = self.conversation.ruined() {
                for post in &mut self.posts {
                    post.take_if(|post| post.name() == failure.worker);
                }
                self.failed.get_or_insert(failure);
            }
            if !worked {
                return;
            }
        }
    }

    /// Carries out the first order whose worker is idle. Returns whether there was one.
    fn work_for_the_idle(&mut self) -> bool {
        let idle: Vec<&str> = self.posts.iter().flatten().map(|post| post.name()).collect();
        let Some(order) = self.conversation.order_for(&idle) else { return false };
        self.carry_out(order);
        true
    }

    fn carry_out(&mut self, order: Order) {
        let is_for =
            |post: &mut Option<Box<dyn Post>>| post.take_if(|post| post.name() == order.worker());
        let Some((place, mut post)) =
            self.posts.iter_mut().enumerate().find_map(|(n, post)| Some((n, is_for(post)?)))
        else {
            return;
        };
        let cancel = order.cancel();
        let done = catch_unwind(AssertUnwindSafe(|| {
            post.work(order, &cancel, &mut |report| {
                self.conversation.report(report);
                self.hand_on();
                // A clause is spoken before the rest of the reply is written, not after it.
                while self.work_for_the_idle() {}
            });
        }));
        match done {
            Ok(()) => {
                if let Some(seat) = self.posts.get_mut(place) {
                    *seat = Some(post);
                }
            }
            Err(_) => self.failed = Some(Failure::new(post.name(), Fault::Died)),
        }
    }

    fn hand_on(&mut self) {
        while let Ok(Some(event)) = self.subscription.next(Duration::ZERO) {
            (self.on_event)(event);
        }
    }
}
