//! Keeps the functions fast: compares their instructions and sizes with the committed ones.

use std::fs;

use serde_json::{Map, Value, from_str, json, to_string_pretty};

use crate::{
    instructions::{callgrind, count},
    starts::Stage,
    subjects::{self, Subject},
    system::System,
};

const FILE: &str = "bench/guard.json";
/// How far a figure may be from the committed one. Commit better figures, too: later changes are compared with them.
const TOLERANCE: f64 = 0.05;
/// The largest allowed zip, in bytes.
const LARGEST: u64 = 3_500_000;

/// The figures of each function of this project.
async fn figures(emulator: &str) -> Map<String, Value> {
    let system = System::start(&[]).await;
    let stage = Stage { emulator, system: &system, variables: Vec::new(), under: callgrind() };
    let mut figures = Map::new();
    for subject in &subjects::ours() {
        figures.insert(subject.name.to_owned(), of(&stage, subject).await);
    }
    figures
}

async fn of(stage: &Stage<'_>, subject: &Subject) -> Value {
    let instructions = count(stage, subject).await;
    json!({
        "archive_bytes": subject.archive_size(),
        "instructions_to_first_answer": instructions.first,
        "instructions_a_request": instructions.warm,
    })
}

/// Prints how each figure has changed; true if all are within their limits.
pub async fn check(emulator: &str) -> bool {
    let committed: Map<String, Value> = from_str(&fs::read_to_string(FILE).unwrap()).unwrap();
    let mut good = true;
    for (function, figures) in figures(emulator).await {
        for (name, figure) in figures.as_object().unwrap() {
            let (now, before) = (figure.as_f64().unwrap(), committed[&function][name].as_f64().unwrap());
            let change = now / before - 1.0;
            let kept = change.abs() <= TOLERANCE;
            good &= kept;
            println!(
                "{} {function:14} {name:30} {now:>11} {:+.1} %",
                if kept { "  " } else { "! " },
                change * 100.0
            );
        }
        if figures["archive_bytes"].as_u64() > Some(LARGEST) {
            println!("!  {function} is larger than {LARGEST} bytes");
            good = false;
        }
    }
    if !good {
        println!("If the change is intended, bench/run guard --accept updates {FILE}.");
    }
    good
}

/// Writes the current figures into the file.
pub async fn accept(emulator: &str) -> bool {
    let text = to_string_pretty(&figures(emulator).await).unwrap();
    println!("{text}");
    fs::write(FILE, text + "\n").is_ok()
}
