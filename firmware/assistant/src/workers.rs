//! Those who do the work of a conversation, one engine each.
//!
//! A [`Worker`] takes typed orders and emits typed reports. [`Order`] and [`Report`] are
//! the sums of them, so that a conversation and the two executors ([`crate::live`],
//! [`crate::lockstep`]) deal with one list of [`Post`]s and know no worker by its type.
//! A new worker is a line in `kinds!` below and an entry in [`posts`].

use std::any::Any;

use sayso_models::Cancel;

use crate::cores::Seat;
use crate::engines::Engines;
use crate::judge::{Judge, Judged, Question};
use crate::mind::{Job, Mind, Thought};
use crate::scribe::{Dictation, Scribe, Written};
use crate::voice::{Utter, Voice, Voiced};

/// Does one kind of work, one order at a time.
pub trait Worker: Send + 'static {
    /// What it is asked for.
    type Order: TryFrom<Order>;
    /// What it says while it works.
    type Report: Into<Report>;
    /// What people call it.
    const NAME: &'static str;

    /// Where it takes cores before it computes, so that they can be taken back from one
    /// that hangs.
    fn seat(&self) -> &Seat;

    /// Carries out one order. `cancel` is the order's own flag; each look at it is a
    /// heartbeat, so it must be asked every second or so while there is work.
    fn run(&mut self, order: Self::Order, cancel: &Cancel, emit: &mut dyn FnMut(Self::Report));
}

/// A [`Worker`] of any type, in the list of a conversation's workers.
pub trait Post: Any + Send {
    /// What people call it.
    fn name(&self) -> &'static str;

    /// Where it takes cores.
    fn seat(&self) -> &Seat;

    /// Carries out an order that is for it; others change nothing.
    fn work(&mut self, order: Order, cancel: &Cancel, emit: &mut dyn FnMut(Report));
}

impl<W: Worker> Post for W {
    fn name(&self) -> &'static str {
        W::NAME
    }

    fn seat(&self) -> &Seat {
        Worker::seat(self)
    }

    fn work(&mut self, order: Order, cancel: &Cancel, emit: &mut dyn FnMut(Report)) {
        if let Ok(order) = W::Order::try_from(order) {
            self.run(order, cancel, &mut |report| emit(report.into()));
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: $order:ty => $report:ty, by $worker:ty;)*) => {
        /// Work to be done by a worker.
        #[derive(Debug)]
        pub enum Order {
            $($(#[$doc])* $kind($order),)*
        }

        /// What a worker says while it works.
        #[derive(Debug)]
        pub enum Report {
            $($(#[$doc])* $kind($report),)*
        }

        impl Order {
            /// The name of the worker that it is for.
            pub fn worker(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => <$worker as Worker>::NAME,)*
                }
            }
        }

        $(
            impl From<$order> for Order {
                fn from(order: $order) -> Self {
                    Self::$kind(order)
                }
            }

            impl TryFrom<Order> for $order {
                type Error = Order;

                fn try_from(order: Order) -> Result<Self, Order> {
                    match order {
                        Order::$kind(order) => Ok(order),
                        other => Err(other),
                    }
                }
            }

            impl From<$report> for Report {
                fn from(report: $report) -> Self {
                    Self::$kind(report)
                }
            }
        )*
    };
}

kinds! {
    /// Speech to text.
    Transcribe: Dictation => Written, by Scribe;
    /// How complete an utterance sounds.
    Judge: Question => Judged, by Judge;
    /// What to answer.
    Respond: Job => Thought, by Mind;
    /// Text to speech.
    Synthesize: Utter => Voiced, by Voice;
}

impl Order {
    /// The flag that stops the work.
    pub fn cancel(&self) -> Cancel {
        match self {
            Self::Transcribe(order) => order.cancel.clone(),
            Self::Judge(order) => order.cancel.clone(),
            Self::Respond(order) => order.cancel(),
            Self::Synthesize(order) => order.cancel.clone(),
        }
    }
}

/// All workers of one conversation.
pub struct Workers {
    /// Writes down what is said.
    pub scribe: Scribe,
    /// Says whether it sounds complete.
    pub judge: Judge,
    /// Answers.
    pub mind: Mind,
    /// Speaks the answer.
    pub voice: Voice,
}

/// The list of a conversation's workers.
pub fn posts(workers: Workers) -> Vec<Box<dyn Post>> {
    let Workers { scribe, judge, mind, voice } = workers;
    vec![Box::new(scribe), Box::new(judge), Box::new(mind), Box::new(voice)]
}

/// Puts the engines of these workers back.
pub fn give_back(posts: Vec<Box<dyn Post>>, engines: &mut Engines) {
    for post in posts {
        let post: Box<dyn Any> = post;
        let post = match post.downcast::<Scribe>() {
            Ok(scribe) => {
                engines.stt = scribe.into_engine();
                continue;
            }
            Err(post) => post,
        };
        let post = match post.downcast::<Judge>() {
            Ok(judge) => {
                engines.eot = judge.into_engine();
                continue;
            }
            Err(post) => post,
        };
        let post = match post.downcast::<Mind>() {
            Ok(mind) => {
                engines.llm = mind.into_engine();
                continue;
            }
            Err(post) => post,
        };
        if let Ok(voice) = post.downcast::<Voice>() {
            engines.tts = voice.into_engine();
        }
    }
}
