//! Measures the functions beside an empty one and beside the same login in Go and on Node.js. `bench/run` builds what it needs.
//!
//! Times are of one run on one machine: read the ratios. Instructions are exact.
#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a benchmark that cannot go on should stop"
)]

mod chart;
mod cpu;
mod growth;
mod guard;
mod instructions;
mod meter;
mod report;
mod same;
mod starts;
mod subjects;
mod system;

use std::process::ExitCode;

const USAGE: &str = "usage: bench EMULATOR [ROUNDS | starts | sessions | same | guard | guard --accept | growth]

  EMULATOR   Amazon's runtime interface emulator, aws-lambda-rie
  ROUNDS     how often each function is started (25); writes bench/RESULTS.md and bench/results.svg
  starts     prints the starts alone, with and without TLS
  sessions   prints the calls after a login alone
  same       says whether the peers do what login does
  guard      compares instructions and sizes with bench/guard.json, and the peer in Go with login; --accept writes the file anew
  growth     what a call costs with 1,000, 100,000 and 1,000,000 users";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let good = match arguments[..] {
        [emulator] => report::write(emulator, 25).await,
        [emulator, "sessions"] => report::sessions(emulator).await,
        [emulator, "starts"] => report::starts(emulator, 15).await,
        [emulator, "same"] => same::check(emulator, &[subjects::go(), subjects::node()]).await,
        [emulator, "guard"] => same::check(emulator, &[subjects::go()]).await & guard::check(emulator).await,
        [emulator, "guard", "--accept"] => guard::accept(emulator).await,
        [_, "growth"] => growth::print().await,
        [emulator, rounds] if rounds.parse::<usize>().is_ok() => {
            report::write(emulator, rounds.parse().unwrap()).await
        }
        _ => {
            eprintln!("{USAGE}");
            false
        }
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
