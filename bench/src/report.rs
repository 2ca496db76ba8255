//! Runs the whole measurement and writes the report.

use std::{fmt::Write, fs, process::Command, time::Duration};

use crate::{
    chart,
    cpu::Share,
    growth,
    instructions::{callgrind, count},
    same,
    starts::{Stage, Times, median, percentile},
    subjects::{self, Subject},
    system::System,
};
use tests::tls::TlsProxy;

/// Requests after the first of each start.
const WARM: usize = 40;
/// Requests before the memory is measured.
const MANY: usize = 1000;
/// Memory sizes of Lambda that are simulated, in megabytes.
const SIZES: [u32; 4] = [128, 256, 512, 1024];
/// Indices of this project's login and of the peers in `subjects::all`.
const LOGIN: usize = 3;
const PEERS: [usize; 2] = [4, 5];

/// Measures everything and writes `bench/RESULTS.md` and `bench/results.svg`.
pub async fn write(emulator: &str, rounds: usize) -> bool {
    let subjects = subjects::all();
    if !same::check(emulator, &subjects[LOGIN + 1..]).await {
        return false;
    }
    let system = System::start(&[]).await;
    let stage = Stage { emulator, system: &system, variables: Vec::new(), under: Vec::new() };
    let mut text = heading(rounds);

    let times = rounds_of(&stage, &subjects, rounds, WARM).await;
    let mut peaks = Vec::new();
    for subject in &subjects {
        peaks.push(stage.peak_memory(subject, MANY).await);
    }
    text += &table(&subjects, &times, &peaks);
    fs::write("bench/results.svg", chart::bars(&subjects, &times)).unwrap();
    eprint!("{text}");

    text += &after_login(&stage, rounds).await;

    let tls = BehindTls::start(&system).await;
    let behind_tls = Stage { variables: tls.variables.clone(), under: Vec::new(), ..stage };
    text += &over_tls(&behind_tls, &subjects, rounds).await;
    text += &by_memory(&behind_tls, &subjects, rounds.min(9)).await;
    text += &instructions(&stage, &subjects).await;
    text += &growth::table().await;
    print!("{text}");
    fs::write("bench/RESULTS.md", text).is_ok()
}

/// Prints only the calls after a login.
pub async fn sessions(emulator: &str) -> bool {
    let system = System::start(&[]).await;
    let stage = Stage { emulator, system: &system, variables: Vec::new(), under: Vec::new() };
    print!("{}", after_login(&stage, 9).await);
    true
}

/// Measures the calls after a login, and a login, in one run.
async fn after_login(stage: &Stage<'_>, rounds: usize) -> String {
    let [_, _, login] = subjects::ours();
    let subjects: Vec<_> = [login].into_iter().chain(subjects::after_login()).collect();
    let times = rounds_of(stage, &subjects, rounds, WARM).await;
    let mut text = format!(
        "\n## After a login\n\nThe other calls of `login`, each by a person who has just logged in, in the same run as a new person's\n\
         login; {rounds} rounds.\n\n| | warm, median | warm, p99 | ÷ login |\n| --- | --- | --- | --- |\n"
    );
    for (subject, Times { warm, .. }) in subjects.iter().zip(&times) {
        let (middle, late) = (median(warm), percentile(warm, 0.99));
        let ratio = middle / median(&times[0].warm);
        writeln!(text, "| {} | {middle:.2} | {late:.2} | {ratio:.2} |", subject.name).unwrap();
    }
    text
}

/// Prints only the starts; for trying out a change.
pub async fn starts(emulator: &str, rounds: usize) -> bool {
    let system = System::start(&[]).await;
    let stage = Stage { emulator, system: &system, variables: Vec::new(), under: Vec::new() };
    let subjects = subjects::all();
    let times = rounds_of(&stage, &subjects, rounds, 5).await;
    let tls = BehindTls::start(&system).await;
    let behind_tls = Stage { variables: tls.variables.clone(), under: Vec::new(), ..stage };
    print!("{}{}", table(&subjects, &times, &[1; 6]), over_tls(&behind_tls, &subjects, rounds).await);
    true
}

fn heading(rounds: usize) -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().unwrap().stdout;
        String::from_utf8(output).unwrap().trim().to_owned()
    };
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name\t: ")).unwrap_or("?");
    let cores = std::thread::available_parallelism().unwrap();
    format!(
        "# Results\n\n\
         Written by `bench/run` on {}. Each of the {rounds} rounds starts every function once, under Amazon's\n\
         runtime interface emulator, with one DynamoDB (dynoxide) on the same machine: {cores} cores, {model};\n\
         {}; {}; Node.js {}. Times are medians of the times that the emulator reports, in\n\
         milliseconds. Compare them only with each other, not with another machine's.\n",
        said("date", &["+%Y-%m-%d"]),
        said("rustc", &["--version"]),
        said("go", &["env", "GOVERSION"]),
        said(subjects::NODE, &["--version"]),
    )
}

/// Starts each subject in turn, so that other load on the machine slows all of them alike.
async fn rounds_of(stage: &Stage<'_>, subjects: &[Subject], rounds: usize, warm: usize) -> Vec<Times> {
    let mut times: Vec<_> = subjects.iter().map(|_| Times::default()).collect();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (subject, times) in subjects.iter().zip(&mut times) {
            stage.start(subject, warm, times).await;
            // Otherwise the last subject's remaining work and overdrawn processor share would slow the next one.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    times
}

fn table(subjects: &[Subject], times: &[Times], peaks: &[u64]) -> String {
    let mut text = "\n| | init | ÷ floor | init + first request | warm, median | warm, p99 | peak memory, MB | zip, MB |\n\
                    | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    let floor = median(&times[0].init);
    for ((subject, times), peak) in subjects.iter().zip(times).zip(peaks) {
        writeln!(
            text,
            "| {} | {:.2} | {:.1} | {:.1} | {:.2} | {:.2} | {:.1} | {:.2} |",
            subject.name,
            median(&times.init),
            median(&times.init) / floor,
            median(&times.first),
            median(&times.warm),
            percentile(&times.warm, 0.99),
            *peak as f64 / 1e6,
            subject.archive_size() as f64 / 1e6,
        )
        .unwrap();
    }
    write!(
        text,
        "\nPeak memory is measured after {MANY} requests. Each login is a new person's, which writes most.\n\
         The peers' figures, divided by `login`'s:\n\n\
         | | init | init + first request | warm, median | warm, p99 | peak memory | zip |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n"
    )
    .unwrap();
    for nth in PEERS {
        let ratio = |of: fn(&Times) -> f64| of(&times[nth]) / of(&times[LOGIN]);
        writeln!(
            text,
            "| {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
            subjects[nth].name,
            ratio(|times| median(&times.init)),
            ratio(|times| median(&times.first)),
            ratio(|times| median(&times.warm)),
            ratio(|times| percentile(&times.warm, 0.99)),
            peaks[nth] as f64 / peaks[LOGIN] as f64,
            subjects[nth].archive_size() as f64 / subjects[LOGIN].archive_size() as f64,
        )
        .unwrap();
    }
    text + "\n![Init and first request](results.svg)\n"
}

/// Each peer's time to the first answer, divided by `login`'s.
fn ratios(subjects: &[Subject], times: &[Times]) -> String {
    let ratios = PEERS.map(|nth| {
        format!("{} {:.1}", subjects[nth].name, median(&times[nth].first) / median(&times[LOGIN].first))
    });
    format!("init + first request, divided by `login`'s: {}", ratios.join(", "))
}

/// The system behind TLS, as on AWS.
struct BehindTls {
    variables: Vec<(String, String)>,
    _proxies: [TlsProxy; 2],
}

impl BehindTls {
    async fn start(system: &System) -> Self {
        let tables = system.local.dynamodb.endpoint.trim_start_matches("http://").parse().unwrap();
        let tables = TlsProxy::start(tables, "localhost").await;
        let others = TlsProxy::start(system.local.address, "localhost").await;
        let roots = "target/bench/roots.pem";
        fs::write(roots, format!("{}{}", tables.root, others.root)).unwrap();
        let roots = fs::canonicalize(roots).unwrap().display().to_string();
        let at = |proxy: &TlsProxy, path: &str| format!("https://localhost:{}{path}", proxy.address.port());
        let variables = [
            ("AWS_ENDPOINT_URL_DYNAMODB", at(&tables, "")),
            ("AWS_ENDPOINT_URL_SNS", at(&others, "/_local/sns")),
            ("WECHAT_API_BASE", at(&others, "/_local/wechat")),
            ("SSL_CERT_FILE", roots.clone()),
            // Otherwise Go would also read this machine's roots, one file after another. On Lambda it reads one bundle.
            ("SSL_CERT_DIR", "/nonexistent".to_owned()),
            ("NODE_EXTRA_CA_CERTS", roots),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
        Self { variables, _proxies: [tables, others] }
    }
}

async fn over_tls(stage: &Stage<'_>, subjects: &[Subject], rounds: usize) -> String {
    let times = rounds_of(stage, subjects, rounds, 1).await;
    let mut text = "\n## With TLS\n\nDynamoDB, SNS and WeChat behind proxies that terminate TLS 1.3.\n\n\
                    | | init | init + first request |\n| --- | --- | --- |\n"
        .to_owned();
    for (subject, times) in subjects.iter().zip(&times) {
        writeln!(text, "| {} | {:.2} | {:.1} |", subject.name, median(&times.init), median(&times.first))
            .unwrap();
    }
    text + &format!("\nThe {}.\n", ratios(subjects, &times))
}

/// Measures with the share of a processor that each memory size gets.
async fn by_memory(stage: &Stage<'_>, subjects: &[Subject], rounds: usize) -> String {
    let mut text = format!(
        "\n## With Lambda's share of a processor\n\nWith TLS. The function runs in a cgroup with the share of a \
         processor that Lambda gives\nfor its memory (1,769 MB get one processor); {rounds} rounds. GB-s are for a million \
         warm requests. One millisecond of\neach init is spent entering the cgroup.\n\n\
         | | MB | init | init + first request | warm, median | GB-s |\n| --- | --- | --- | --- | --- | --- |\n"
    );
    let mut shares = Vec::new();
    for megabytes in SIZES {
        let Some(share) = Share::of(megabytes) else {
            return text + "\nThis machine allows no such limit.\n";
        };
        let stage = Stage { variables: stage.variables.clone(), under: share.command(), ..*stage };
        let times = rounds_of(&stage, subjects, rounds, WARM).await;
        for (subject, times) in subjects.iter().zip(&times) {
            let warm = median(&times.warm);
            writeln!(
                text,
                "| {} | {megabytes} | {:.1} | {:.0} | {warm:.2} | {:.0} |",
                subject.name,
                median(&times.init),
                median(&times.first),
                warm * f64::from(megabytes) / 1024.0 * 1000.0,
            )
            .unwrap();
        }
        shares.push(format!("- {megabytes} MB: {}", ratios(subjects, &times)));
    }
    text + &format!("\n{}\n", shares.join("\n"))
}

async fn instructions(stage: &Stage<'_>, subjects: &[Subject]) -> String {
    let stage = Stage { variables: Vec::new(), under: callgrind(), ..*stage };
    let mut text = "\n## Instructions\n\nCounted by callgrind, in millions.\n\n\
                    | | start to first answer | a request |\n| --- | --- | --- |\n"
        .to_owned();
    for subject in &subjects[..=LOGIN] {
        let counted = count(&stage, subject).await;
        writeln!(
            text,
            "| {} | {:.2} | {:.2} |",
            subject.name,
            counted.first as f64 / 1e6,
            counted.warm as f64 / 1e6
        )
        .unwrap();
    }
    text
}
