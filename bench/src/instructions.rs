//! Instructions, counted by callgrind: exact, and the same on every machine for the same binary.

use std::{process::Command, thread::sleep, time::Duration};

use crate::{
    starts::{Running, Stage},
    subjects::Subject,
};

/// The count of a warm request is the average of this many.
const REQUESTS: u64 = 20;

/// The instructions that a function executes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instructions {
    /// From the program's start to its first answer.
    pub first: u64,
    /// A request after the first.
    pub warm: u64,
}

/// Counts the instructions of a subject.
pub async fn count(stage: &Stage<'_>, subject: &Subject) -> Instructions {
    let first = total(stage, subject, 1).await;
    let all = total(stage, subject, 1 + REQUESTS).await;
    Instructions { first, warm: (all - first) / REQUESTS }
}

async fn total(stage: &Stage<'_>, subject: &Subject, requests: u64) -> u64 {
    let running = stage.run(subject).await;
    for _ in 0..requests {
        running.ask(subject, stage.system).await;
    }
    let stopped = Command::new("kill").arg(running.function().to_string()).status().unwrap();
    assert!(stopped.success());
    collected(&running)
}

/// The count that callgrind prints at the program's end.
fn collected(running: &Running) -> u64 {
    for _ in 0..100 {
        if let Some((_, count)) = running.log().split_once("Collected : ") {
            return count.lines().next().unwrap().trim().parse().unwrap();
        }
        sleep(Duration::from_millis(100));
    }
    panic!("callgrind has counted nothing: {}", running.log());
}

/// The command that counts a program's instructions.
pub fn callgrind() -> Vec<String> {
    ["/usr/bin/valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"].map(str::to_owned).into()
}
