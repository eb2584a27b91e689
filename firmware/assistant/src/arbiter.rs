//! Decides which of several boards answers if more than one hears the wake phrase.
//!
//! All conversations share an [`Arbiter`], and each has a [`Contender`]. The contender reports up to
//! when its conversation has heard, and claims a phrase that it hears. A claim is decided when all
//! other conversations have heard a little further than the claim, or after [`PATIENCE`]. The best
//! claim wins, and the others stay silent. A conversation that is alone wins at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Claims that are at most this far apart are of the same phrase. Sound takes time from one room to
/// the next, and one microphone may be later than another.
const TOGETHER: Duration = Duration::from_millis(300);

/// How long, at most, a claim waits for conversations that do not report.
const PATIENCE: Duration = Duration::from_millis(400);

/// The same in lockstep, in wall-clock time. The other conversations may be busy with an answer.
const PATIENCE_IN_LOCKSTEP: Duration = Duration::from_secs(60);

/// Decides between conversations.
#[derive(Clone, Debug)]
pub struct Arbiter {
    hall: Arc<Mutex<Hall>>,
    start: Instant,
}

impl Default for Arbiter {
    fn default() -> Self {
        Self { hall: Arc::default(), start: Instant::now() }
    }
}

/// How well a phrase was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// The level of the phrase, in dB relative to full scale.
    pub dbfs: f32,
    /// How certain it is, 0 to 1.
    pub score: f32,
}

impl Quality {
    /// A phrase that is twice as certain counts as one that is 6 dB louder.
    fn rank(self) -> f32 {
        self.dbfs + 20.0 * self.score.max(0.01).log10()
    }
}

#[derive(Debug, Default)]
struct Hall {
    members: BTreeMap<u64, Member>,
    next: u64,
}

#[derive(Debug)]
struct Member {
    /// Whether its conversation is under way.
    present: bool,
    /// Up to when it has heard.
    heard: Duration,
    claim: Option<Claim>,
}

#[derive(Clone, Copy, Debug)]
struct Claim {
    at: Duration,
    rank: f32,
    /// Whether it has won.
    won: bool,
}

impl Hall {
    /// Whether the claim of `id` wins, if that is certain. If it `waited` long enough, the others
    /// do not count any more.
    fn verdict(&mut self, id: u64, waited: bool) -> Option<bool> {
        let claim = self.members.get(&id)?.claim?;
        let mut certain = true;
        for (other, member) in self.members.iter().filter(|(other, _)| **other != id) {
            let theirs = member.claim.filter(|theirs| theirs.at.abs_diff(claim.at) <= TOGETHER);
            match theirs {
                // Of two that heard it equally well, the first in order wins.
                Some(theirs) if theirs.won || (theirs.rank, id) > (claim.rank, *other) => {
                    return Some(false);
                }
                Some(_) => {}
                None => certain &= !member.present || member.heard > claim.at + TOGETHER,
            }
        }
        if !certain && !waited {
            return None;
        }
        let claim = self.members.get_mut(&id)?.claim.as_mut()?;
        claim.won = true;
        Some(true)
    }
}

impl Arbiter {
    /// Another conversation. In `lockstep` it counts as present from now on, otherwise from the
    /// first time that it reports.
    pub fn contender(&self, lockstep: bool) -> Contender {
        let mut hall = self.hall.lock().unwrap_or_else(PoisonError::into_inner);
        let id = hall.next;
        hall.next += 1;
        hall.members.insert(id, Member { present: lockstep, heard: Duration::ZERO, claim: None });
        let member = Arc::new(Membership { arbiter: self.clone(), id });
        Contender { member, lockstep, claimed: None }
    }
}

/// One conversation among several. Clones are the same contender.
#[derive(Clone, Debug)]
pub struct Contender {
    member: Arc<Membership>,
    lockstep: bool,
    /// When it claimed a phrase that is not decided yet.
    claimed: Option<Instant>,
}

#[derive(Debug)]
struct Membership {
    arbiter: Arbiter,
    id: u64,
}

impl Contender {
    fn with<R>(&self, act: impl FnOnce(&mut Hall) -> R) -> R {
        self.member.with(act)
    }

    fn with_own(&self, act: impl FnOnce(&mut Member)) {
        self.with(|hall| hall.members.get_mut(&self.member.id).map(act));
    }

    /// The moment that is compared with those of other conversations: the present time or, in
    /// lockstep, `heard`.
    fn moment(&self, heard: Duration) -> Duration {
        if self.lockstep { heard } else { self.member.arbiter.start.elapsed() }
    }

    /// Its conversation has heard up to `heard`.
    pub fn report(&self, heard: Duration) {
        let moment = self.moment(heard);
        self.with_own(|own| (own.present, own.heard) = (true, moment));
    }

    /// Its conversation is over.
    pub fn leave(&mut self) {
        self.claimed = None;
        self.with_own(|own| (own.present, own.claim) = (false, None));
    }

    /// It has heard the phrase.
    pub fn claim(&mut self, heard: Duration, quality: Quality) {
        let claim = Claim { at: self.moment(heard), rank: quality.rank(), won: false };
        self.claimed = Some(Instant::now());
        self.with_own(|own| own.claim = Some(claim));
    }

    /// Whether its claim has won; `None` if it has none, or that is not decided yet. In lockstep
    /// it waits for the decision.
    pub fn verdict(&mut self) -> Option<bool> {
        let claimed = self.claimed?;
        let patience = if self.lockstep { PATIENCE_IN_LOCKSTEP } else { PATIENCE };
        loop {
            let waited = claimed.elapsed() > patience;
            let verdict = self.with(|hall| hall.verdict(self.member.id, waited));
            if verdict.is_some() {
                self.claimed = None;
            }
            if verdict.is_some() || !self.lockstep {
                return verdict;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Membership {
    fn with<R>(&self, act: impl FnOnce(&mut Hall) -> R) -> R {
        act(&mut self.arbiter.hall.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.with(|hall| hall.members.remove(&self.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD: Quality = Quality { dbfs: -20.0, score: 0.95 };
    const SOFT: Quality = Quality { dbfs: -32.0, score: 0.99 };

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Members that have heard so much, and claim the phrase so well at that moment, or do not.
    fn verdicts(members: &[(u64, Option<Quality>)]) -> Vec<Option<bool>> {
        let member = |(heard, quality): &(u64, Option<Quality>)| {
            let claim = quality.map(|q| Claim { at: ms(*heard), rank: q.rank(), won: false });
            Member { present: true, heard: ms(*heard), claim }
        };
        let members: BTreeMap<u64, Member> = (0..).zip(members.iter().map(member)).collect();
        let mut hall = Hall { next: members.len() as u64, members };
        (0..hall.next).map(|id| hall.verdict(id, false)).collect()
    }

    #[test]
    fn the_best_of_those_that_heard_it_together_wins() {
        for (members, expected) in [
            (vec![(1_000, Some(SOFT))], vec![Some(true)]),
            (vec![(1_000, Some(SOFT)), (1_100, Some(LOUD))], vec![Some(false), Some(true)]),
            (vec![(1_100, Some(LOUD)), (1_000, Some(SOFT))], vec![Some(true), Some(false)]),
            (vec![(1_000, Some(LOUD)), (1_000, Some(LOUD))], vec![Some(true), Some(false)]),
            // The other may still hear it.
            (vec![(1_000, Some(SOFT)), (1_200, None)], vec![None, None]),
            (vec![(1_000, Some(SOFT)), (1_301, None)], vec![Some(true), None]),
            // Another time.
            (vec![(1_000, Some(SOFT)), (1_400, Some(LOUD))], vec![Some(true), None]),
        ] {
            assert_eq!(verdicts(&members), expected, "{members:?}");
        }
    }

    #[test]
    fn who_has_won_is_not_overtaken() {
        let arbiter = Arbiter::default();
        let mut soft = arbiter.contender(true);
        let mut loud = arbiter.contender(false);
        soft.report(ms(1_000));
        soft.claim(ms(1_000), SOFT);
        assert_eq!(soft.verdict(), Some(true));
        assert_eq!(soft.verdict(), None);
        let mut late = arbiter.contender(true);
        late.claim(ms(1_200), LOUD);
        assert_eq!(late.verdict(), Some(false));
        assert_eq!(loud.verdict(), None);
        loud.leave();
    }

    #[test]
    fn a_conversation_that_does_not_report_is_not_waited_for() {
        let arbiter = Arbiter::default();
        let (mut one, other) = (arbiter.contender(false), arbiter.contender(false));
        other.report(ms(0));
        one.claim(ms(0), SOFT);
        let start = Instant::now();
        while one.verdict().is_none() {
            assert!(start.elapsed() < Duration::from_secs(30), "it waits for ever");
            std::thread::sleep(ms(1));
        }
    }
}
