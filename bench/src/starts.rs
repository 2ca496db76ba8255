//! Starts a function again and again, and sends it requests.

use std::{
    fs::{self, File},
    thread::sleep,
    time::Duration,
};

use serde_json::{Value, from_str};
use tests::emulated::Emulated;

use crate::{subjects::Subject, system::System};

/// A function's times as the emulator reports them, in milliseconds, unsorted.
#[derive(Default)]
pub struct Times {
    /// From the program's start until it asks for its first event.
    pub init: Vec<f64>,
    /// From the program's start until its first answer.
    pub first: Vec<f64>,
    /// The requests after the first.
    pub warm: Vec<f64>,
}

/// The environment in which functions are started.
pub struct Stage<'a> {
    pub emulator: &'a str,
    pub system: &'a System,
    /// They override the system's variables.
    pub variables: Vec<(String, String)>,
    /// The command that runs a function, such as callgrind; empty to run it directly.
    pub under: Vec<String>,
}

impl Stage<'_> {
    /// One start, with one request and `warm` more.
    pub async fn start(&self, subject: &Subject, warm: usize, times: &mut Times) {
        let running = self.run(subject).await;
        times.first.push(running.ask(subject, self.system).await);
        times.init.push(running.init());
        for _ in 0..warm {
            times.warm.push(running.ask(subject, self.system).await);
        }
    }

    /// The peak memory of a function's process after this many requests, in bytes.
    pub async fn peak_memory(&self, subject: &Subject, requests: usize) -> u64 {
        let running = self.run(subject).await;
        for _ in 0..requests {
            running.ask(subject, self.system).await;
        }
        let status = fs::read_to_string(format!("/proc/{}/status", running.function())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Starts the emulator; the first event starts the function.
    pub async fn run(&self, subject: &Subject) -> Running {
        let path = format!("target/bench/{}.log", subject.name.replace(' ', "-"));
        let log = File::create(&path).unwrap();
        let command: Vec<_> = self.under.iter().chain(&subject.command).cloned().collect();
        let mut variables = self.system.variables();
        variables.push(("AWS_LAMBDA_FUNCTION_NAME".to_owned(), subject.name.to_owned()));
        variables.push(("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned()));
        variables.extend(self.variables.iter().cloned());
        Running { emulated: Emulated::start(self.emulator, &command, &variables, &log).await, log: path }
    }
}

/// A function that may have started.
pub struct Running {
    emulated: Emulated,
    log: String,
}

impl Running {
    /// Sends a request that must succeed, and returns its milliseconds. The first include the init.
    pub async fn ask(&self, subject: &Subject, system: &System) -> f64 {
        let event = subject.event(system).await;
        let before = self.reports();
        let answer = self.answer(&event).await;
        let is_success = matches!(answer["statusCode"].as_u64(), Some(200 | 204));
        assert!(is_success, "{} answered {answer}; its log: {}", subject.name, self.log());
        // The emulator writes its report after the answer.
        while self.reports() == before {
            sleep(Duration::from_millis(1));
        }
        self.last("\tDuration: ", " ms")
    }

    /// The function's answer, also a failure.
    pub async fn answer(&self, event: &str) -> Value {
        let answer = self.emulated.invoke(event).await;
        from_str(&answer).unwrap_or(Value::String(answer))
    }

    fn init(&self) -> f64 {
        self.last("INIT REPORT(durationMs: ", ")")
    }

    fn reports(&self) -> usize {
        self.log().matches("\nREPORT ").count()
    }

    /// The last number in the log between these two texts.
    fn last(&self, before: &str, after: &str) -> f64 {
        let log = self.log();
        let (_, rest) = log.rsplit_once(before).unwrap();
        rest.split(after).next().unwrap().parse().unwrap()
    }

    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    /// The id of the function's process, a child of the emulator's.
    pub fn function(&self) -> u32 {
        let parent = self.emulated.process().to_string();
        let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let id = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            // pid (name) state parent …
            let (_, fields) = stat.rsplit_once(") ")?;
            (fields.split(' ').nth(1) == Some(&parent)).then_some(id)
        });
        processes.last().unwrap()
    }
}

/// The value below which `share` of the values lie.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index within the values")]
    let at = ((values.len() - 1) as f64 * share).round() as usize;
    values[at]
}

pub fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}
