//! One mute for the program and the satellite: whoever set it or ended it last counts.

use std::time::Duration;

use sayso_core::link::{HEARTBEAT_MS, Mute};

/// How long an order is said again before the satellite is taken for one that knows none, or
/// whose switch is held.
const ORDER_TIMEOUT: Duration = Duration::from_secs(1);
/// How often it is said meanwhile.
const AGAIN: Duration = Duration::from_millis(HEARTBEAT_MS);

/// What is known of the satellite's mute, and what it was told. No clock: the time is a
/// parameter.
#[derive(Debug, Default)]
pub struct Muting {
    /// What the satellite said last; `None` before its first word.
    said: Option<bool>,
    /// What the program wanted when the session began.
    began: bool,
    /// What both agreed on last, or what the satellite was ordered.
    agreed: bool,
    /// The last order's number, and when it was given if it is not answered.
    order: u8,
    since: Option<Duration>,
    sent: Option<Duration>,
}

impl Muting {
    /// A new session begins, while the program wants it so.
    pub fn begin(&mut self, wanted: bool) {
        // What is wanted otherwise meanwhile is ordered again.
        let agreed = self.said.unwrap_or_default();
        *self = Self { said: self.said, began: wanted, agreed, ..Self::default() };
    }

    /// The satellite says that it is muted or not, while the program wants it so. What the
    /// program is to be, if that is news: its user did that.
    pub fn hear(&mut self, muted: bool, wanted: bool) -> Option<bool> {
        let before = self.said.replace(muted);
        if self.since.is_some() {
            // It may be from before the order.
            return None;
        }
        let news = match before {
            // Whoever was last is not known: in doubt, muted. But for an order since then.
            None => muted && wanted == self.began,
            Some(before) => before != muted,
        };
        if before.is_none() || news {
            self.agreed = muted;
        }
        news.then_some(muted)
    }

    /// The satellite answers an order. What the program is to be, if that is news: its user was
    /// quicker, or its switch is held.
    pub fn answered(&mut self, answer: Mute) -> Option<bool> {
        if self.since.is_none() || answer.order != self.order {
            return None;
        }
        (self.since, self.said) = (None, Some(answer.muted));
        let news = answer.muted != self.agreed;
        self.agreed = answer.muted;
        news.then_some(answer.muted)
    }

    /// Passes the time of a session in which the program wants it so. The order that is to be
    /// sent now, and what the program is to be if the satellite does not take orders.
    pub fn poll(&mut self, wanted: bool, now: Duration) -> (Option<Mute>, Option<bool>) {
        let Some(said) = self.said else { return (None, None) };
        if wanted != self.agreed {
            self.agreed = wanted;
            self.order = self.order.wrapping_add(1);
            (self.since, self.sent) = (Some(now), None);
        }
        let Some(since) = self.since else { return (None, None) };
        if now.saturating_sub(since) >= ORDER_TIMEOUT {
            self.since = None;
            // One that does not mute itself is not listened to all the same.
            let stays = said && !self.agreed;
            self.agreed |= said;
            return (None, stays.then_some(true));
        }
        let due = self.sent.is_none_or(|sent| now.saturating_sub(sent) >= AGAIN);
        let order = Mute { order: self.order, muted: self.agreed };
        (due.then_some(order), None)
    }

    /// That order was sent.
    pub fn sent(&mut self, now: Duration) {
        self.sent = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn order(order: u8, muted: bool) -> (Option<Mute>, Option<bool>) {
        (Some(Mute { order, muted }), None)
    }

    const NOTHING: (Option<Mute>, Option<bool>) = (None, None);

    /// A satellite that has said so.
    fn known(muted: bool) -> Muting {
        let mut muting = Muting::default();
        muting.begin(muted);
        assert_eq!(muting.hear(muted, muted), muted.then_some(true));
        assert_eq!(muting.poll(muted, MS(0)), NOTHING);
        muting
    }

    #[test]
    fn what_its_user_does_is_news_once() {
        let mut muting = known(false);
        assert_eq!(muting.hear(false, false), None);
        assert_eq!(muting.hear(true, true), Some(true));
        assert_eq!(muting.hear(true, true), None);
        assert_eq!(muting.poll(true, MS(10)), NOTHING);
        assert_eq!(muting.hear(false, false), Some(false));
        assert_eq!(muting.poll(false, MS(20)), NOTHING);
    }

    #[test]
    fn what_the_program_wants_is_ordered_until_it_is_answered() {
        for muted in [false, true] {
            let mut muting = known(muted);
            assert_eq!(muting.poll(!muted, MS(100)), order(1, !muted));
            // It was not sent for want of room.
            assert_eq!(muting.poll(!muted, MS(110)), order(1, !muted));
            muting.sent(MS(110));
            assert_eq!(muting.poll(!muted, MS(120)), NOTHING);
            // On its way: the satellite says how it was.
            assert_eq!(muting.hear(muted, muted), None);
            assert_eq!(muting.poll(!muted, MS(210)), order(1, !muted));
            assert_eq!(muting.answered(Mute { order: 1, muted: !muted }), None);
            assert_eq!(muting.hear(!muted, !muted), None);
            assert_eq!(muting.poll(!muted, MS(400)), NOTHING);
            // An answer that comes twice is none.
            assert_eq!(muting.answered(Mute { order: 1, muted }), None);
            // From here on it is its user again.
            assert_eq!(muting.hear(muted, muted), Some(muted));
        }
    }

    #[test]
    fn an_order_that_is_taken_back_is_another_order() {
        let mut muting = known(true);
        assert_eq!(muting.poll(false, MS(0)), order(1, false));
        muting.sent(MS(0));
        assert_eq!(muting.poll(true, MS(1)), order(2, true));
        muting.sent(MS(1));
        // The first has come meanwhile; what was wanted last is what is.
        assert_eq!(muting.hear(false, false), None);
        assert_eq!(muting.answered(Mute { order: 1, muted: false }), None);
        assert_eq!(muting.answered(Mute { order: 2, muted: true }), None);
        assert_eq!(muting.poll(true, MS(200)), NOTHING);
    }

    #[test]
    fn a_switch_that_is_held_stays_on() {
        let mut muting = known(true);
        assert_eq!(muting.poll(false, MS(0)), order(1, false));
        assert_eq!(muting.answered(Mute { order: 1, muted: true }), Some(true));
        assert_eq!(muting.poll(true, MS(10)), NOTHING);
    }

    #[test]
    fn one_that_takes_no_orders_is_as_muted_as_either_wants() {
        let mut muting = known(true);
        assert_eq!(muting.poll(false, MS(0)), order(1, false));
        assert_eq!(muting.hear(true, true), None);
        assert_eq!(muting.poll(false, MS(1_000)), (None, Some(true)));
        assert_eq!(muting.poll(true, MS(1_001)), NOTHING);
        let mut muting = known(false);
        assert_eq!(muting.poll(true, MS(0)), order(1, true));
        assert_eq!(muting.poll(true, MS(1_000)), NOTHING);
        assert_eq!(muting.poll(true, MS(9_000)), NOTHING, "it is not asked for ever");
        // Its own button mutes it and ends that, and the program's with it.
        assert_eq!(muting.hear(true, true), Some(true));
        assert_eq!(muting.hear(false, false), Some(false));
    }

    /// `said` before, what the program has come to want while it was away, what it says then.
    #[test]
    fn what_happened_while_it_was_away_counts_if_it_is_known() {
        for (said, wanted, says, ends) in [
            (Some(false), true, false, true),
            (Some(true), false, true, false),
            // Its user, too.
            (Some(true), true, false, false),
            (Some(false), false, true, true),
            // Nobody knows how it was: in doubt, muted.
            (None, false, true, true),
            (None, true, false, true),
            (None, false, false, false),
        ] {
            let mut muting = said.map(known).unwrap_or_default();
            muting.begin(wanted);
            let wanted = muting.hear(says, wanted).unwrap_or(wanted);
            let (order, _) = muting.poll(wanted, MS(0));
            let is = order.map_or(says, |order| order.muted);
            assert_eq!((is, wanted), (ends, ends), "{said:?} {says}");
        }
    }

    /// It is known who was last: the session had begun.
    #[test]
    fn an_order_before_its_first_word_counts() {
        for wanted in [false, true] {
            let mut muting = Muting::default();
            muting.begin(!wanted);
            assert_eq!(muting.poll(wanted, MS(0)), NOTHING, "it has said nothing yet");
            assert_eq!(muting.hear(!wanted, wanted), None);
            assert_eq!(muting.poll(wanted, MS(10)), order(1, wanted));
        }
    }
}
