//! A process that may use only a part of the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;
use sayso::{Error, ErrorKind, Result};

/// A part of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Within {
    /// All of it
    Machine,
    /// As much time as one core has, on any cores (a control group: needs root)
    Quota,
    /// One CPU
    Affinity,
}

/// The time slice of a quota, and how much of it is granted, in µs.
const PERIOD_US: u32 = 100_000;

/// Runs this program once more with the same arguments, confined before it does anything else. A
/// separate process is needed because a process cannot undo its confinement.
///
/// # Errors
/// If it cannot be started, or fails; it has then printed the reason.
pub fn again(within: Within) -> Result<()> {
    let failed = |error| Error::io("cannot start another process", error);
    let program = std::env::current_exe().map_err(failed)?;
    let name = super::name(within);
    let status = Command::new(program)
        .args(std::env::args_os().skip(1))
        .args(["--confined", &name])
        .status()
        .map_err(failed)?;
    // The control group that it made is empty now.
    if within == Within::Quota
        && let Ok(group) = group()
    {
        let _ = fs::remove_dir(group);
    }
    if status.success() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Turn, format!("the measurement within {name} failed")))
}

/// Confines this process permanently.
///
/// # Errors
/// Why that is not possible here.
pub fn enter(within: Within) -> std::result::Result<(), String> {
    match within {
        Within::Machine => Ok(()),
        Within::Quota => quota(),
        Within::Affinity => affinity(),
    }
}

#[cfg(target_os = "linux")]
fn affinity() -> std::result::Result<(), String> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let failed = |error| format!("cannot choose the CPUs: {error}");
    let allowed = sched_getaffinity(None).map_err(failed)?;
    let mut one = CpuSet::new();
    if let Some(cpu) = (0..CpuSet::MAX_CPU).rev().find(|&cpu| allowed.is_set(cpu)) {
        one.set(cpu);
    }
    // Threads and processes started from here on inherit it.
    sched_setaffinity(None, &one).map_err(failed)
}

#[cfg(not(target_os = "linux"))]
fn affinity() -> std::result::Result<(), String> {
    Err("only done on Linux".into())
}

fn quota() -> std::result::Result<(), String> {
    let group = group()?;
    let failed = |what: &Path, error| format!("{}: {error}", what.display());
    if !group.exists() {
        fs::create_dir(&group).map_err(|error| failed(&group, error))?;
    }
    let put = |file: &str, text: &str| {
        let file = group.join(file);
        fs::write(&file, text).map_err(|error| failed(&file, error))
    };
    let limits = if group.join("cpu.cfs_quota_us").exists() {
        put("cpu.cfs_period_us", &PERIOD_US.to_string())
            .and_then(|()| put("cpu.cfs_quota_us", &PERIOD_US.to_string()))
    } else {
        put("cpu.max", &format!("{PERIOD_US} {PERIOD_US}"))
    };
    let entered = limits.and_then(|()| put("cgroup.procs", &std::process::id().to_string()));
    entered.map_err(|why| {
        format!(
            "{why}; as root, or: systemd-run --user --scope -p CPUQuota=100% \
             sayso bench load --within machine"
        )
    })
}

/// A control group for processor time inside this process's own.
fn group() -> std::result::Result<PathBuf, String> {
    let read = |file: &str| fs::read_to_string(file).map_err(|error| format!("{file}: {error}"));
    let (own, mounts) = (read("/proc/self/cgroup")?, read("/proc/self/mounts")?);
    find(&own, &mounts)
        .ok_or_else(|| "no control group for CPU time is mounted on this machine".to_owned())
}

/// Finds it from the texts of `/proc/self/cgroup` and `/proc/self/mounts`.
fn find(own: &str, mounts: &str) -> Option<PathBuf> {
    let mount = |fits: &dyn Fn(&str, &str) -> bool| {
        mounts.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            let &[_, place, kind, options, ..] = fields.as_slice() else { return None };
            fits(kind, options).then(|| PathBuf::from(place))
        })
    };
    let has = |list: &str, name: &str| list.split(',').any(|one| one == name);
    // Lines like `1:cpu,cpuacct:/path`, and `0::/path` of version 2.
    let fields = own.lines().filter_map(|line| line.split_once(':')?.1.split_once(':'));
    let first = fields.clone().find(|(controllers, _)| has(controllers, "cpu"));
    let (root, path) = match first {
        Some((_, path)) => (mount(&|kind, options| kind == "cgroup" && has(options, "cpu"))?, path),
        None => {
            let (_, path) = fields.clone().find(|(controllers, _)| controllers.is_empty())?;
            (mount(&|kind, _| kind == "cgroup2")?, path)
        }
    };
    Some(root.join(path.trim_start_matches('/')).join(NAME))
}

/// The control group's name.
const NAME: &str = "sayso-bench-load";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_found_in_both_versions() {
        let v1 = "9:name=systemd:/\n4:memory:/x\n2:cpuacct:/\n1:cpu,cpuset:/user\n0::/\n";
        let mounts = "proc /proc proc rw 0 0\n\
                      cgroup /sys/fs/cgroup/cpuacct cgroup rw,relatime,cpuacct 0 0\n\
                      cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0\n\
                      cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
        let group = |own, mounts| find(own, mounts).map(|path| path.display().to_string());
        let first = Some(format!("/sys/fs/cgroup/cpu/user/{NAME}"));
        assert_eq!(group(v1, mounts), first);
        let v2 = "0::/user.slice/a.scope\n";
        let second = Some(format!("/sys/fs/cgroup/user.slice/a.scope/{NAME}"));
        assert_eq!(group(v2, "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n"), second);
        assert_eq!(group(v2, "proc /proc proc rw 0 0\n"), None);
        assert_eq!(group("", mounts), None);
    }
}
