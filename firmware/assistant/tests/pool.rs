//! The pool of sessions: limited, wiped between users, and never losing a place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sayso::internals::engines::{Pool, Sessions};
use sayso::{Engines, Error, Result};
use sayso_models::llm::{Exchange, Llm, Primed, Reply};
use sayso_models::{Cancel, ErrorKind};

/// Scripted engines, and how many were made.
fn pool(most: usize) -> (Pool, Arc<AtomicUsize>) {
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let session = move || -> Result<Engines> {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(common::engines(&[]).0)
    };
    (Pool::new(Arc::new(session), most), made)
}

#[test]
fn one_more_than_allowed_is_refused_and_the_message_says_what_to_do() {
    let (pool, _) = pool(2);
    let first = pool.lease().unwrap();
    let _second = pool.lease().unwrap();
    let refused = pool.clone().lease().err().expect("refused");
    assert_eq!(refused.kind(), sayso::ErrorKind::Busy);
    let text = refused.to_string();
    assert!(text.contains("all 2 conversations") && text.contains("models.sessions = 3"), "{text}");
    drop(first);
    assert_eq!(pool.lent(), 1);
    assert!(pool.lease().is_ok());
}

#[test]
fn the_next_user_gets_the_session_without_its_history() {
    let (pool, made) = pool(2);
    let mut lease = pool.lease().unwrap();
    let mut engines = lease.take().expect("a session");
    engines.llm.reply("My name is Ada.", &Cancel::new(), &mut |_| ()).unwrap();
    engines.llm.keep(None).unwrap();
    assert_eq!(engines.llm.history().len(), 1);
    lease.put(engines);
    drop(lease);
    let mut next = pool.lease().unwrap();
    assert!(next.take().expect("a session").llm.history().is_empty());
    assert_eq!(made.load(Ordering::Relaxed), 1, "it is the same session");
}

#[test]
fn a_session_that_a_hung_worker_keeps_does_not_cost_a_place() {
    let (pool, made) = pool(1);
    for round in 1..=3 {
        let mut lease = pool.lease().unwrap();
        let lost = lease.take().expect("a session");
        assert!(lease.take().is_none());
        drop(lease);
        assert_eq!(made.load(Ordering::Relaxed), round);
        drop(lost);
    }
    assert_eq!(pool.lent(), 0);
}

#[test]
fn a_session_that_cannot_be_made_does_not_cost_a_place() {
    let broken = Arc::new(AtomicBool::new(true));
    let flag = broken.clone();
    let session = move || match flag.load(Ordering::Relaxed) {
        true => Err(Error::new(sayso::ErrorKind::Engine, "no memory")),
        false => Ok(common::engines(&[]).0),
    };
    let pool = Pool::new(Arc::new(session), 1);
    let refused = pool.lease().err().map(|error| error.kind());
    assert_eq!(refused, Some(sayso::ErrorKind::Engine));
    assert_eq!(pool.lent(), 0);
    broken.store(false, Ordering::Relaxed);
    assert!(pool.lease().is_ok());
}

/// An engine that cannot forget.
struct Elephant;

impl Llm for Elephant {
    fn prime(
        &mut self,
        _: &str,
        _: &[Exchange],
        _: Option<&std::path::Path>,
    ) -> sayso_models::Result<Primed> {
        Ok(Primed { tokens: 0, from_disk: false, took_ms: 0.0 })
    }
    fn reply(
        &mut self,
        _: &str,
        _: &Cancel,
        _: &mut dyn FnMut(&str),
    ) -> sayso_models::Result<Reply> {
        Ok(Reply::default())
    }
    fn keep(&mut self, _: Option<&str>) -> sayso_models::Result<()> {
        Ok(())
    }
    fn add(&mut self, _: &Exchange) -> sayso_models::Result<()> {
        Ok(())
    }
    fn discard(&mut self) -> sayso_models::Result<()> {
        Ok(())
    }
    fn forget(&mut self) -> sayso_models::Result<()> {
        Err(sayso_models::Error::new(ErrorKind::Engine, "never"))
    }
    fn history(&self) -> &[Exchange] {
        &[]
    }
}

#[test]
fn a_session_that_cannot_be_wiped_is_never_lent_again() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let session = move || -> Result<Engines> {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(Engines { llm: Box::new(Elephant), ..common::engines(&[]).0 })
    };
    let pool = Pool::new(Arc::new(session), 1);
    drop(pool.lease().unwrap());
    drop(pool.lease().unwrap());
    assert_eq!((made.load(Ordering::Relaxed), pool.lent()), (2, 0));
}

#[test]
fn an_assistant_returns_its_session_wiped() {
    let made = Arc::new(AtomicUsize::new(0));
    let sessions: Arc<dyn Sessions> = {
        let made = made.clone();
        Arc::new(move || {
            made.fetch_add(1, Ordering::SeqCst);
            Ok(common::engines(&["Who wrote Hamlet?"]).0)
        })
    };
    let pool = Pool::new(sessions.clone(), 1);
    for _ in 0..2 {
        let lease = pool.lease().expect("a session");
        let mut assistant = sayso::Assistant::leased(common::config(), lease, sessions.clone());
        assert_eq!(pool.lent(), 1);
        assert!(assistant.engines().llm.history().is_empty(), "wiped");
        let parts = [(false, 500), (true, 1_500), (false, 3_000)];
        let mut board = sayso_replay::Replay::from_samples(common::sound(&parts));
        let (pace, stop) = (sayso::Pace::Lockstep, sayso::Stop::new());
        assistant.converse(&mut board, pace, &stop, &mut |_| {}).expect("a conversation");
        drop(assistant);
        assert_eq!(pool.lent(), 0);
    }
    assert_eq!(made.load(Ordering::SeqCst), 1, "the same session again");
}
