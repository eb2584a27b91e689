//! Real-time priority for the threads that carry sound.

/// Puts the calling thread before all ordinary ones, where the system grants
/// it (`sayso doctor` says how). Whether it did. Its work must be short.
#[cfg(unix)]
pub fn promote() -> bool {
    use thread_priority::unix::{
        RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    use thread_priority::{ThreadPriority, ThreadPriorityValue};

    /// Of 0…99: before ordinary threads, behind those of the sound server.
    const PRIORITY: u8 = 4;
    let Ok(value) = ThreadPriorityValue::try_from(PRIORITY) else { return false };
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
    let priority = ThreadPriority::Crossplatform(value);
    set_thread_priority_and_policy(thread_native_id(), priority, policy)
        .inspect_err(|error| log::debug!("no real-time priority: {error:?}"))
        .is_ok()
}

/// Not on this system.
#[cfg(not(unix))]
pub fn promote() -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use thread_priority::unix::{
        RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, thread_schedule_policy,
    };

    #[test]
    fn a_promoted_thread_has_the_policy() {
        let thread = std::thread::spawn(|| (super::promote(), thread_schedule_policy()));
        let (promoted, policy) = thread.join().expect("thread");
        let realtime = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
        assert_eq!(promoted, policy.is_ok_and(|policy| policy == realtime));
        println!("promoted: {promoted}");
    }
}
