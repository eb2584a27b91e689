//! The list of a conversation's workers.
//!
//! The enums [`Order`] and [`Report`] combine what all [`Worker`]s take and emit, so that a
//! conversation and the two executors ([`crate::live`], [`crate::lockstep`]) use one list of
//! [`Post`]s and know no worker by its type. A new worker implements [`Worker`] and is a line in
//! `kinds!` below.

use sayso_models::Cancel;

use crate::cores::Seat;
use crate::end_of_turn::{EndOfTurnDetector, EndQuery, EndScore};
use crate::engines::Engines;
use crate::errand::{Errand, Errands, SkillWorker};
use crate::music::{MusicReader, Piece, Wanted};
use crate::responder::{Job, Responder, Response};
use crate::synthesizer::{Speak, Synthesized, Synthesizer};
use crate::transcriber::{Dictation, Transcriber, Written};
use crate::worker::{Tools, Worker};

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

impl<W: Worker> Post for W
where
    W::Order: TryFrom<Order>,
    W::Report: Into<Report>,
{
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
    /// What a skill answers and does.
    DoErrand: Errand => Errands, by SkillWorker;
    /// What to answer.
    Respond: Job => Response, by Responder;
    /// The next piece of a sound file.
    ReadMusic: Wanted => Piece, by MusicReader;
    /// Text to speech.
    Synthesize: Speak => Synthesized, by Synthesizer;
}

/// Returns the engines of these workers.
pub fn give_back(posts: Vec<Box<dyn Post>>, engines: &mut Engines) {
    posts.into_iter().for_each(|post| post.give_back(engines));
}
