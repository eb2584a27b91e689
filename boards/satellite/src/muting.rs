//! One mute for the program and the satellite: the latest action counts.

use std::time::Duration;

use sayso_core::link::{HEARTBEAT_MS, Mute};

/// How long an order is repeated before the satellite counts as one that does not know orders, or
/// whose switch is held.
const ORDER_TIMEOUT: Duration = Duration::from_secs(1);
/// How often it is repeated.
const AGAIN: Duration = Duration::from_millis(HEARTBEAT_MS);

/// What is known of the satellite's mute, and what it was ordered. No clock: the time is a
/// parameter.
#[derive(Debug, Default)]
pub struct Muting {
    /// The satellite's last report; `None` before the first.
    said: Option<bool>,
    /// What the program wanted when the session began.
    began: bool,
    /// The last state on which both agreed, or that the satellite was ordered to take.
    agreed: bool,
    /// The number of the last order, and when it was given if it is not answered yet.
    order: u8,
    since: Option<Duration>,
    sent: Option<Duration>,
}

impl Muting {
    /// A new session begins; `wanted` is what the program wants.
    pub fn begin(&mut self, wanted: bool) {
        // A different wish in the meantime is ordered again.
        let agreed = self.said.unwrap_or_default();
        *self = Self { said: self.said, began: wanted, agreed, ..Self::default() };
    }

    /// Takes the satellite's report on whether it is muted, while the program wants `wanted`.
    /// Returns what the program must change to, if the user has changed it at the satellite.
    pub fn hear(&mut self, muted: bool, wanted: bool) -> Option<bool> {
        let before = self.said.replace(muted);
        if self.since.is_some() {
            // The report may be older than the order.
            return None;
        }
        let news = match before {
            // It is unknown which side was last. In doubt, muted, unless the program has changed
            // since then.
            None => muted && wanted == self.began,
            Some(before) => before != muted,
        };
        if before.is_none() || news {
            self.agreed = muted;
        }
        // A value that the program wants already is not set again, because the program may want
        // another by now, and that would be undone.
        news.then_some(muted).filter(|muted| *muted != wanted)
    }

    /// Takes the satellite's answer to an order. Returns what the program must change to, if the
    /// user was quicker or the switch is held.
    pub fn answered(&mut self, answer: Mute) -> Option<bool> {
        if self.since.is_none() || answer.order != self.order {
            return None;
        }
        (self.since, self.said) = (None, Some(answer.muted));
        let news = answer.muted != self.agreed;
        self.agreed = answer.muted;
        news.then_some(answer.muted)
    }

    /// Advances the time of a session in which the program wants `wanted`. Returns the order that
    /// is to be sent now, and what the program must change to if the satellite does not accept
    /// orders.
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
            // If a satellite does not mute itself, the program still does not listen to it.
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

    /// A satellite that has reported `muted`.
    fn known(muted: bool) -> Muting {
        let mut muting = Muting::default();
        muting.begin(muted);
        assert_eq!(muting.hear(muted, muted), None, "there is nothing to change");
        assert_eq!(muting.poll(muted, MS(0)), NOTHING);
        muting
    }

    #[test]
    fn an_action_of_the_user_is_reported_once() {
        let mut muting = known(false);
        assert_eq!(muting.hear(false, false), None);
        assert_eq!(muting.hear(true, false), Some(true));
        assert_eq!(muting.hear(true, true), None);
        assert_eq!(muting.poll(true, MS(10)), NOTHING);
        assert_eq!(muting.hear(false, true), Some(false));
        assert_eq!(muting.poll(false, MS(20)), NOTHING);
    }

    #[test]
    fn an_order_is_repeated_until_it_is_answered() {
        for muted in [false, true] {
            let mut muting = known(muted);
            assert_eq!(muting.poll(!muted, MS(100)), order(1, !muted));
            // It was not sent, because there was no room.
            assert_eq!(muting.poll(!muted, MS(110)), order(1, !muted));
            muting.sent(MS(110));
            assert_eq!(muting.poll(!muted, MS(120)), NOTHING);
            // While the order is on its way, the satellite reports the old state.
            assert_eq!(muting.hear(muted, muted), None);
            assert_eq!(muting.poll(!muted, MS(210)), order(1, !muted));
            assert_eq!(muting.answered(Mute { order: 1, muted: !muted }), None);
            assert_eq!(muting.hear(!muted, !muted), None);
            assert_eq!(muting.poll(!muted, MS(400)), NOTHING);
            // A second copy of an answer changes nothing.
            assert_eq!(muting.answered(Mute { order: 1, muted }), None);
            // From here on a change is the user's again.
            assert_eq!(muting.hear(muted, !muted), Some(muted));
        }
    }

    #[test]
    fn a_changed_wish_is_another_order() {
        let mut muting = known(true);
        assert_eq!(muting.poll(false, MS(0)), order(1, false));
        muting.sent(MS(0));
        assert_eq!(muting.poll(true, MS(1)), order(2, true));
        muting.sent(MS(1));
        // The first order has arrived meanwhile; the latest wish counts.
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
    fn with_a_satellite_that_accepts_no_orders_either_side_can_mute() {
        let mut muting = known(true);
        assert_eq!(muting.poll(false, MS(0)), order(1, false));
        assert_eq!(muting.hear(true, true), None);
        assert_eq!(muting.poll(false, MS(1_000)), (None, Some(true)));
        assert_eq!(muting.poll(true, MS(1_001)), NOTHING);
        let mut muting = known(false);
        assert_eq!(muting.poll(true, MS(0)), order(1, true));
        assert_eq!(muting.poll(true, MS(1_000)), NOTHING);
        assert_eq!(muting.poll(true, MS(9_000)), NOTHING, "it is not asked for ever");
        // Its own button mutes it and unmutes it, and the program with it.
        assert_eq!(muting.hear(true, false), Some(true));
        assert_eq!(muting.hear(false, true), Some(false));
    }

    /// The state before, what the program has come to want while it was away, its report
    /// afterwards.
    #[test]
    fn what_happened_while_it_was_away_counts_if_it_is_known() {
        for (said, wanted, says, ends) in [
            (Some(false), true, false, true),
            (Some(true), false, true, false),
            // The user, too.
            (Some(true), true, false, false),
            (Some(false), false, true, true),
            // The state before is unknown: in doubt, muted.
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

    /// It is known which side was last, because the session had begun.
    #[test]
    fn an_order_before_its_first_report_counts() {
        for wanted in [false, true] {
            let mut muting = Muting::default();
            muting.begin(!wanted);
            assert_eq!(muting.poll(wanted, MS(0)), NOTHING, "it has said nothing yet");
            assert_eq!(muting.hear(!wanted, wanted), None);
            assert_eq!(muting.poll(wanted, MS(10)), order(1, wanted));
        }
    }
}
