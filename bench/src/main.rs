//! Measures the functions, an empty function, and the same login in Go and on Node.js. `bench/run` builds all of them.
//!
//! Times are from one run on one machine: compare them only with each other. Instruction counts are exact.
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
mod relay;
mod report;
mod same;
mod scale;
mod soak;
mod starts;
mod subjects;
mod system;

use std::process::ExitCode;

const USAGE: &str = "usage: bench EMULATOR [ROUNDS | starts | sessions | same | guard | guard --accept | growth | scale [SHARES] | soak [LOGINS]]

  EMULATOR   Amazon's runtime interface emulator, aws-lambda-rie
  ROUNDS     how many times each function is started (25); writes bench/RESULTS.md and bench/results.svg
  starts     prints only the starts, with and without TLS
  sessions   prints only the calls after a login
  same       checks that the peers do the same work as login
  guard      compares instructions and sizes with bench/guard.json, and the peer in Go with login; --accept updates it
  growth     prints what a call costs with 1,000, 100,000 and 1,000,000 users
  scale      models which limits 10 to 10,000 logins a second exceed, and what they cost; writes bench/SCALE.md,
             bench/scale.svg, the bills in docs/operations.md and the settings in docs/performance.md
  scale SHARES
             prints the same for other shares of users, such as taps=0.2 renewals=5
  soak       runs a million logins, or LOGINS; checks the memory, the items left over and the accounts";

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
        [_, "soak"] => soak::run(1_000_000).await,
        [_, "soak", "services"] => soak::serve().await,
        [_, "soak", logins] if logins.parse::<u64>().is_ok() => soak::run(logins.parse().unwrap()).await,
        [_, "scale"] => scale::write().await,
        [_, "scale", ref shares @ ..] => scale::print(shares).await,
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
