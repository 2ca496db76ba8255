//! The cost of a call as the tables grow: calls of `DynamoDB`, capacity units, bytes.

use std::{fmt::Write, fs, path::PathBuf, time::Instant};

use dynoxide::{Database, ImportOptions};
use local::{Local, Options, dynamodb::Store};
use serde_json::{Value, from_value, json};

use crate::{
    meter::{Meter, Metered},
    starts::median,
    system::System,
};

/// Users in the tables before the calls.
const SIZES: [u64; 3] = [1_000, 100_000, 1_000_000];
/// Calls of each kind.
const CALLS: usize = 50;
/// Items that are written together.
const CHUNK: u64 = 10_000;

/// Prints the table.
pub async fn print() -> bool {
    print!("{}", table().await);
    true
}

/// The same calls against tables of each size.
pub async fn table() -> String {
    let mut text = "\n## Growth\n\nThe same calls, one after another, with this many users in tables on disk. Units are DynamoDB's:\n\
                    writing an item of up to 1 KB is one unit, in a transaction two; a consistent read of up to 4 KB is one.\n\n\
                    | users | call | DynamoDB calls | write units | read units | bytes sent and received | milliseconds |\n\
                    | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for users in SIZES {
        eprintln!("growth: {users} users");
        for (call, cost) in costs(users).await {
            let each = |sum: f64| sum / CALLS as f64;
            writeln!(
                text,
                "| {users} | {call} | {:.1} | {:.1} | {:.1} | {:.0} | {:.1} |",
                each(cost.metered.calls as f64),
                each(cost.metered.write_units),
                each(cost.metered.read_units),
                each(cost.metered.bytes as f64),
                cost.milliseconds,
            )
            .unwrap();
        }
    }
    text
}

struct Cost {
    metered: Metered,
    milliseconds: f64,
}

async fn costs(users: u64) -> Vec<(&'static str, Cost)> {
    let file = PathBuf::from(format!("target/bench/{users}-users.db"));
    _ = fs::remove_file(&file);
    // This creates the tables.
    let options = || Options { store: Store::File(file.clone()), services_only: true, ..Options::default() };
    drop(Local::start(options()).await.unwrap());
    fill(&file, users);
    let services = Local::start(options()).await.unwrap();
    let meter = Meter::start(services.address).await;
    let system = System::start(&[("AWS_ENDPOINT_URL_DYNAMODB", &meter.url)]).await;

    let mut logins = Vec::new();
    for _ in 0..CALLS {
        logins.push(system.wants_in().await);
    }
    let mut codes = Vec::new();
    for _ in 0..CALLS {
        codes.push(system.wants_a_code());
    }
    let costs = vec![
        ("send a code", cost(&system, &meter, "/send-code", &codes).await),
        ("log in, new", cost(&system, &meter, "/login", &logins).await),
        // The same person with the same code, as after a lost answer. A returning person costs the same.
        ("log in, known", cost(&system, &meter, "/login", &logins).await),
    ];
    fs::remove_file(&file).unwrap();
    costs
}

async fn cost(system: &System, meter: &Meter, path: &str, bodies: &[Value]) -> Cost {
    meter.reset();
    let mut times = Vec::new();
    for body in bodies {
        let began = Instant::now();
        let answer = system.post(path, body).await;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        assert!(answer["code"].is_null(), "{answer}");
    }
    Cost { metered: meter.read(), milliseconds: median(&times) }
}

/// Writes users with the items of a login, and as many numbers with a code.
fn fill(file: &std::path::Path, users: u64) {
    let database = Database::new(file.to_str().unwrap()).unwrap();
    let put = |table: &str, items: Vec<Value>| {
        let items = items.into_iter().map(|item| from_value(item).unwrap()).collect();
        database.import_items(table, items, ImportOptions::default()).unwrap();
    };
    for begin in (0..users).step_by(CHUNK.try_into().unwrap()) {
        let chunk = begin..users.min(begin + CHUNK);
        put("users", chunk.clone().flat_map(user).collect());
        put("codes", chunk.map(code).collect());
    }
}

fn user(nth: u64) -> [Value; 3] {
    let id = format!("00000000-0000-4000-8000-{nth:012}");
    let openid = format!("openid#wx0000000000000000#o{nth:027}");
    let phone = format!("+86139{nth:08}");
    [
        json!({ "pk": { "S": openid }, "user_id": { "S": id }, "phone": { "S": phone } }),
        json!({ "pk": { "S": format!("phone#{phone}") }, "user_id": { "S": id } }),
        json!({
            "pk": { "S": format!("user#{id}") }, "phone": { "S": phone },
            "openids": { "SS": [openid] }, "created_at": { "N": "1795564800" },
        }),
    ]
}

fn code(nth: u64) -> Value {
    json!({
        "pk": { "S": format!("{nth:043}") },
        "code": { "B": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
        "expires": { "N": "1795564800" }, "ttl": { "N": "4102444800" }, "attempts": { "L": [] },
    })
}
