//! The workers of a conversation, one engine each.
//!
//! A [`Worker`] takes typed orders and emits typed reports. The enums [`Order`] and [`Report`]
//! combine them, so that a conversation and the two executors ([`crate::live`],
//! [`crate::lockstep`]) use one list of [`Post`]s and know no worker by its type. A new worker
//! implements [`Worker`] and is a line in `kinds!` below.

use std::sync::Arc;

use sayso_models::Cancel;

use crate::clock::Clock;
use crate::config::Config;
use crate::cores::{Cores, Seat};
use crate::end_of_turn::{EndOfTurnDetector, EndQuery, EndScore};
use crate::engines::{Engines, threads};
use crate::responder::{Job, Responder, Response};
use crate::synthesizer::{Speak, Synthesized, Synthesizer};
use crate::transcriber::{Dictation, Transcriber, Written};

/// Does one kind of work, one order at a time.
pub trait Worker: Send + Sized + 'static {
    /// What it can be ordered to do.
    type Order: TryFrom<Order>;
    /// What it reports while it works.
    type Report: Into<Report>;
    /// Its name for people.
    const NAME: &'static str;

    /// A worker that takes its engine out of `engines`.
    fn hire(engines: &mut Engines, tools: &Tools) -> Self;

    /// Returns its engine after the work.
    fn give_back(self, engines: &mut Engines);

    /// The flag that stops the work on `order`.
    fn cancel(order: &Self::Order) -> Cancel;

    /// The seat through which it takes cores before it computes, so that they can be taken back if
    /// it hangs.
    fn seat(&self) -> &Seat;

    /// Carries out one order. `cancel` is the order's own flag. Each check of it is a heartbeat,
    /// so it must be checked every second or so during the work.
    fn run(&mut self, order: Self::Order, cancel: &Cancel, emit: &mut dyn FnMut(Self::Report));
}

/// A [`Worker`] of any type, in the list of a conversation's workers.
pub trait Post: Send {
    /// Its name for people.
    fn name(&self) -> &'static str;

    /// The seat through which it takes cores.
    fn seat(&self) -> &Seat;

    /// Carries out an order that is for it; others have no effect.
    fn work(&mut self, order: Order, cancel: &Cancel, emit: &mut dyn FnMut(Report));

    /// Returns its engine after the work.
    fn give_back(self: Box<Self>, engines: &mut Engines);
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

    fn give_back(self: Box<Self>, engines: &mut Engines) {
        Worker::give_back(*self, engines);
    }
}

/// What the workers of a conversation are made of, apart from their engines.
#[derive(Clone)]
pub struct Tools {
    /// The settings.
    pub config: Config,
    /// The cores that the workers share.
    pub cores: Cores,
    /// The source of the time.
    pub clock: Arc<dyn Clock>,
    /// Whether the workers compute at the same time.
    pub live: bool,
}

impl Tools {
    /// The seat of a worker whose engine should use `asked` threads (0 follows the load). On a
    /// virtual clock the workers never compute at the same time, and one may call another while it
    /// holds its own cores. The number of threads is then fixed: some of llama.cpp's sums depend
    /// on it in their last bits, and one recording must always give the same event log.
    pub fn seat(&self, asked: u32) -> Seat {
        match (self.live, asked) {
            (false, _) => Cores::new(self.cores.total()).seat(),
            (true, 0) => self.cores.seat(),
            (true, _) => self.cores.clone().fixed().seat(),
        }
    }

    /// The most threads for such an engine.
    pub fn threads(&self, asked: u32) -> usize {
        threads(asked, self.cores.total())
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: $order:ty => $report:ty, by $worker:ty;)*) => {
        /// Work for a worker.
        #[derive(Debug)]
        pub enum Order {
            $($(#[$doc])* $kind($order),)*
        }

        /// A report of a worker.
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

            /// The flag that stops the work.
            pub fn cancel(&self) -> Cancel {
                match self {
                    $(Self::$kind(order) => <$worker as Worker>::cancel(order),)*
                }
            }
        }

        /// The workers of a conversation, with engines from `engines`.
        pub fn hire(engines: &mut Engines, tools: &Tools) -> Vec<Box<dyn Post>> {
            vec![$(Box::new(<$worker as Worker>::hire(engines, tools)),)*]
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
    Transcribe: Dictation => Written, by Transcriber;
    /// How complete an utterance sounds.
    DetectEnd: EndQuery => EndScore, by EndOfTurnDetector;
    /// What to answer.
    Respond: Job => Response, by Responder;
    /// Text to speech.
    Synthesize: Speak => Synthesized, by Synthesizer;
}

/// Returns the engines of these workers.
pub fn give_back(posts: Vec<Box<dyn Post>>, engines: &mut Engines) {
    posts.into_iter().for_each(|post| post.give_back(engines));
}
