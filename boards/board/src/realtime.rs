//! Real-time priority for the threads that carry sound.

/// Gives the calling thread priority over all ordinary ones, if the system grants it (`sayso
/// doctor` says how). Returns whether it did. The thread's work must be short. This function
/// neither allocates nor waits, so an audio callback may begin with it.
#[cfg(unix)]
pub fn promote_thread() -> bool {
    use thread_priority::unix::{
        RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    use thread_priority::{ThreadPriority, ThreadPriorityValue};

    let Ok(value) = ThreadPriorityValue::try_from(PRIORITY) else { return false };
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
    let priority = ThreadPriority::Crossplatform(value);
    set_thread_priority_and_policy(thread_native_id(), priority, policy).is_ok()
}

/// On a scale of 0 to 99: above ordinary threads, below those of the sound server.
#[cfg(unix)]
const PRIORITY: u8 = 4;

/// Not supported on this system.
#[cfg(not(unix))]
pub fn promote_thread() -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use thread_priority::unix::{
        RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, thread_schedule_policy,
    };

    #[test]
    fn a_thread_is_promoted_where_the_system_grants_it() {
        // Another program's report on whether the system grants it.
        let mut chrt = Command::new("chrt");
        chrt.args(["--rr", &super::PRIORITY.to_string(), "true"]);
        let granted = match chrt.output() {
            Ok(output) => output.status.success(),
            Err(error) => {
                return sayso_test_support::skip(format_args!("no chrt to compare with: {error}"));
            }
        };
        let thread = std::thread::spawn(|| (super::promote_thread(), thread_schedule_policy()));
        let (promoted, policy) = thread.join().expect("thread");
        println!("granted: {granted}");
        assert_eq!(promoted, granted);
        let realtime = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::RoundRobin);
        assert_eq!(policy.expect("a policy") == realtime, granted);
    }
}
