//! Lambda's share of a processor, by a cgroup (version 1), if the machine allows one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{JoinHandle, sleep, spawn},
    time::Duration,
};

/// The memory at which Lambda gives a function one whole processor
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>).
const WHOLE: u32 = 1769;
/// The period of the share. Lambda does not document its own.
const PERIOD_MICROSECONDS: u32 = 20_000;
const GROUPS: &str = "/sys/fs/cgroup/cpu";

/// A processor share that belongs to a memory size. Dropping it removes its cgroup.
pub struct Share {
    group: PathBuf,
    commuter: Option<Commuter>,
}

/// A process that keeps entering and leaving the group. The kernel takes up to twenty milliseconds to let the first
/// process in, but one for the next if it comes soon, and a function must not be the first.
struct Commuter {
    process: Child,
    enough: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Share {
    /// `None` if the machine allows no such limit.
    pub fn of(megabytes: u32) -> Option<Self> {
        let group = Path::new(GROUPS).join(format!("phone-login-bench-{megabytes}"));
        fs::create_dir_all(&group).ok()?;
        let mut share = Self { group, commuter: None };
        let quota = PERIOD_MICROSECONDS * megabytes / WHOLE;
        share.set("cpu.cfs_period_us", PERIOD_MICROSECONDS)?;
        share.set("cpu.cfs_quota_us", quota.max(1000))?;
        share.commuter = Some(Commuter::between(&share.group));
        Some(share)
    }

    fn set(&self, name: &str, value: u32) -> Option<()> {
        fs::write(self.group.join(name), value.to_string()).ok()
    }

    /// The command that runs a program within the share.
    pub fn command(&self) -> Vec<String> {
        let enter = format!("echo $$ > {}/cgroup.procs && exec \"$@\"", self.group.display());
        ["/bin/sh".to_owned(), "-c".to_owned(), enter, "sh".to_owned()].into()
    }
}

impl Commuter {
    fn between(group: &Path) -> Self {
        let process = Command::new("sleep").arg("infinity").spawn().unwrap();
        let enough = Arc::<AtomicBool>::default();
        let doors = [group, Path::new(GROUPS)].map(|group| group.join("cgroup.procs"));
        let (id, stop) = (process.id().to_string(), enough.clone());
        let thread = spawn(move || {
            while !stop.load(Relaxed) {
                for door in &doors {
                    _ = fs::write(door, &id);
                    sleep(Duration::from_millis(2));
                }
            }
        });
        Self { process, enough, thread }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if let Some(mut commuter) = self.commuter.take() {
            commuter.enough.store(true, Relaxed);
            _ = commuter.thread.join();
            _ = commuter.process.kill();
            _ = commuter.process.wait();
        }
        // The kernel removes a group only after its processes have ended.
        for _ in 0..50 {
            if fs::remove_dir(&self.group).is_ok() {
                return;
            }
            sleep(Duration::from_millis(100));
        }
    }
}
