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
mod scale;
mod soak;
mod starts;
mod subjects;
mod system;

use std::process::ExitCode;

const USAGE: &str = "usage: bench EMULATOR [ROUNDS | starts | sessions | same | guard | guard --accept | growth | scale [SHARES] | soak [LOGINS]]

  EMULATOR   Amazon's runtime interface emulator, aws-lambda-rie
  ROUNDS     how often each function is started (25); writes bench/RESULTS.md and bench/results.svg
  starts     prints the starts alone, with and without TLS
  sessions   prints the calls after a login alone
  same       says whether the peers do what login does
  guard      compares instructions and sizes with bench/guard.json, and the peer in Go with login; --accept writes the file anew
  growth     what a call costs with 1,000, 100,000 and 1,000,000 users
  scale      what breaks at 10 to 10,000 logins a second, and what they cost; writes bench/SCALE.md, bench/scale.svg and the
             bills of docs/operations.md
  scale SHARES
             prints it for people who do other things: taps=0.2 renewals=5, say
  soak       a million logins, or so many: memory, what is left, whether the accounts hold together";

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
