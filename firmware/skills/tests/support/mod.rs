//! What several tests use.

#![allow(dead_code)]

use std::time::Duration;

use sayso_skills::{Now, Plan, Request, Said, Situation, Skills};

/// Skills, the time, and a board in the kitchen.
pub struct Room {
    pub skills: Skills,
    pub now: Now,
    pub situation: Situation,
}

impl Room {
    /// On Monday, 30 November 2026, 14:05 in Berlin.
    pub fn new() -> Self {
        Self::at("2026-11-30T14:05[Europe/Berlin]")
    }

    pub fn at(wall: &str) -> Self {
        let skills = Skills::new("en", &[], None).unwrap();
        let now = Now { wall: wall.parse().unwrap(), steady: Duration::from_secs(1_000) };
        let mut situation = Situation::new("kitchen");
        situation.area = Some("Kitchen".into());
        situation.volume = 0.5;
        Self { skills, now, situation }
    }

    /// What the skills make of a sentence.
    pub fn claim(&self, text: &str) -> Option<Plan> {
        self.skills.claim(&Request::new(text, &self.now, &self.situation))
    }

    /// Says a sentence. Returns what is answered; `None` if it is for no skill.
    pub fn say(&mut self, text: &str) -> Option<String> {
        let Some(plan) = self.claim(text) else {
            self.skills.passed(&self.situation.board);
            return None;
        };
        let before = plan.say().map(str::to_owned);
        let said = self.act(plan);
        let parts: Vec<String> = before.into_iter().chain(said.text).collect();
        Some(parts.join(" "))
    }

    pub fn act(&mut self, plan: Plan) -> Said {
        self.skills.act(plan, &self.now, &self.situation)
    }

    /// Lets time pass.
    pub fn pass(&mut self, seconds: u64) {
        let passed = Duration::from_secs(seconds);
        self.now.steady += passed;
        self.now.wall = self.now.wall.checked_add(passed).unwrap();
    }

    /// Sets the wall clock forward, or back.
    pub fn set_clock(&mut self, seconds: i64) {
        let by = jiff::SignedDuration::from_secs(seconds);
        self.now.wall = self.now.wall.checked_add(by).unwrap();
    }

    /// What rings.
    pub fn rings(&mut self) -> Vec<String> {
        self.skills.due(&self.now).into_iter().map(|ring| ring.text).collect()
    }
}
