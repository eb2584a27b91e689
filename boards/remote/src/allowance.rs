use std::time::Duration;

/// Limits a rate: an amount at once, and an amount per second on the average (a token bucket).
#[derive(Clone, Debug)]
pub struct Allowance {
    burst: f64,
    per_second: f64,
    /// Below 0 if more was spent than was left.
    left: f64,
    at: Duration,
}

impl Allowance {
    /// `burst` at once and `per_second` after that.
    pub fn new(burst: u32, per_second: u32) -> Self {
        let (burst, per_second) = (f64::from(burst), f64::from(per_second));
        Self { burst, per_second, left: burst, at: Duration::ZERO }
    }

    /// Spends `amount` and returns true if all of it was left; otherwise spends nothing.
    pub fn take(&mut self, amount: u32, now: Duration) -> bool {
        self.pass(now);
        let amount = f64::from(amount);
        let enough = self.left >= amount;
        if enough {
            self.left -= amount;
        }
        enough
    }

    /// Spends `amount` that was used already.
    pub fn owe(&mut self, amount: u32, now: Duration) {
        self.pass(now);
        self.left -= f64::from(amount);
    }

    /// Whether nothing is left.
    pub fn is_spent(&mut self, now: Duration) -> bool {
        self.pass(now);
        self.left <= 0.0
    }

    fn pass(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.left = (self.left + passed * self.per_second).min(self.burst);
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_burst_and_the_rate_is_allowed() {
        let mut allowance = Allowance::new(10, 4);
        let mut taken = 0;
        for ms in 0..10_000 {
            taken += u32::from(allowance.take(1, Duration::from_millis(ms)));
        }
        assert!((49..=50).contains(&taken), "{taken}");
        // A debt is paid back before there is more.
        let now = Duration::from_secs(20);
        allowance.owe(30, now);
        assert!(allowance.is_spent(now + Duration::from_millis(4_990)));
        assert!(!allowance.is_spent(now + Duration::from_millis(5_010)));
    }
}
