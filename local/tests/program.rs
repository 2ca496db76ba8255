//! The program as users start it: its output, its errors, and the data that it keeps.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    token::Verifier,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_local");

/// Runs it to its end.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(PROGRAM).args(arguments).envs(variables.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A path of this test's own, where no file exists.
fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("data")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn pause<T>() -> Option<T> {
    std::thread::sleep(std::time::Duration::from_millis(100));
    None
}

/// The running program. Dropping it kills it, without time to clean up.
struct Running {
    program: Child,
    out: BufReader<ChildStdout>,
    url: String,
    client: reqwest::Client,
}

impl Running {
    fn start(port: u16, arguments: &[&str]) -> Self {
        Self::with(&[], port, arguments)
    }

    fn with(variables: &[(&str, &str)], port: u16, arguments: &[&str]) -> Self {
        // A free port, or one that a test has just left, may be taken by another program.
        let starts = (0..50).find_map(|_| Self::try_start(variables, port, arguments).or_else(pause));
        let (program, out) = starts.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { program, out, url: format!("http://127.0.0.1:{port}"), client }
    }

    /// `None` where the port is taken.
    fn try_start(
        variables: &[(&str, &str)],
        port: u16,
        arguments: &[&str],
    ) -> Option<(Child, BufReader<ChildStdout>)> {
        let mut program = Command::new(PROGRAM)
            .args(arguments)
            .envs(variables.iter().copied())
            .env("PORT", port.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It listens before it prints.
        let mut first = String::new();
        let mut out = BufReader::new(program.stdout.take().unwrap());
        if out.read_line(&mut first).unwrap() > 0 {
            return Some((program, out));
        }
        let stopped = program.wait_with_output().unwrap();
        let wrong = text(&stopped.stderr);
        assert!(wrong.starts_with(&format!("port {port} is in use")), "{wrong}");
        None
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.url)).body(body.to_string());
        serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.url));
        serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
    }

    async fn texted(&self, number: &str) -> String {
        self.post("/send-code", json!({ "phoneNumber": number })).await;
        let messages = self.get("/_local/sms").await;
        let text = messages.as_array().unwrap().last().unwrap()["text"].as_str().unwrap();
        text.chars().filter(char::is_ascii_digit).take(6).collect()
    }

    async fn ticket(&self, code: &str) -> Value {
        self.post("/exchange-code", json!({ "code": code })).await["ticket"].take()
    }

    async fn log_in(&self, ticket: &Value, number: &str, code: &str) -> Value {
        self.post("/login", json!({ "ticket": ticket, "phoneNumber": number, "verifyCode": code })).await
    }

    /// Its output since its first line, on standard output and on standard error.
    fn stop(mut self) -> (String, String) {
        self.program.kill().unwrap();
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.program.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (out, err)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.program.kill();
        _ = self.program.wait();
    }
}

#[test]
fn help_is_an_answer_and_lists_every_code_of_wechats_and_every_word_of_the_providers() {
    for option in ["--help", "-h"] {
        let Output { status, stdout, stderr } = run(&[option], &[]);
        assert!(status.success() && stderr.is_empty());
        let said = text(&stdout);
        assert!(
            said.starts_with("usage: ")
                && ["--data FILE", "LISTEN ", "PORT "].iter().all(|it| said.contains(it)),
            "{said}"
        );
        for simulated in local::wechat::SIMULATED.iter().chain(&local::wechat::SIMULATED_PHONE_CODES) {
            let is_it = |line: &str| {
                line.trim_start().starts_with(&format!("{} ", simulated.code)) && line.ends_with(simulated.en)
            };
            assert!(said.lines().any(is_it), "{}", simulated.code);
        }
        for word in local::provider::WORDS {
            let is_it = |line: &str| line.trim_start().starts_with(word.word) && line.ends_with(word.en);
            assert!(said.lines().any(is_it), "{}", word.word);
        }
    }
}

#[test]
fn a_failed_start_is_explained_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().port();
    let other = file("other");
    std::fs::write(&other, "a letter to my landlord").unwrap();
    let other = other.to_str().unwrap();
    let nowhere = file("nowhere").join("data");
    let nowhere = nowhere.to_str().unwrap();
    for (arguments, port, sentence) in [
        (&[][..], "abc", "PORT must be the port to listen on, a whole number up to 65535"),
        (&[], "65536", "PORT must be the port to listen on, a whole number up to 65535"),
        (&[], &*taken.to_string(), &*format!("port {taken} is in use; try PORT={}", taken + 1)),
        (&["--data", ""], "0", "--data needs the name of a file; see --help"),
        (&["--data"], "0", "--data needs the name of a file; see --help"),
        (
            &["--data", other],
            "0",
            &*format!(
                "{other} is not a database: --data needs a file that it has created, or the name of a new file"
            ),
        ),
        (
            &["--data", nowhere],
            "0",
            &*format!("{nowhere} cannot be opened: No such file or directory (os error 2)"),
        ),
        (&["--sevices"], "0", "invalid option '--sevices'; see --help"),
        (&["tables"], "0", "unexpected argument \"tables\"; see --help"),
    ] {
        let Output { status, stdout, stderr } = run(arguments, &[("PORT", port)]);
        assert_eq!((status.code(), text(&stderr).trim_end()), (Some(1), sentence), "{arguments:?}");
        assert!(stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(std::fs::read_to_string(other).unwrap(), "a letter to my landlord");
}

#[test]
fn a_wrong_address_to_listen_on_is_explained_in_a_sentence() {
    let wants = "LISTEN must be an IP address to listen on, such as 127.0.0.1 or 0.0.0.0";
    // The last one is reserved for documentation and belongs to no machine.
    let not_here = "cannot listen on 192.0.2.1:0: ";
    for (host, sentence) in [("everywhere", wants), ("127.0.0.1:3000", wants), ("192.0.2.1", not_here)] {
        let Output { status, stdout, stderr } = run(&[], &[("LISTEN", host), ("PORT", "0")]);
        let said = text(&stderr);
        assert!(said.starts_with(sentence) && said.lines().count() == 1, "{host}: {said}");
        assert!(status.code() == Some(1) && stdout.is_empty(), "{host}");
    }
}

/// On Linux, all of 127.0.0.0/8 is this machine.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn other_machines_reach_it_only_where_listen_says_so() {
    let from_elsewhere = async |program: &Running| {
        let url = program.url.replace("127.0.0.1", "127.0.0.2");
        program.client.get(format!("{url}/.well-known/openid-configuration")).send().await
    };
    let program = Running::start(free_port(), &[]);
    assert!(from_elsewhere(&program).await.is_err());
    let (_, err) = program.stop();
    assert_eq!(err, "");

    let program = Running::with(&[("LISTEN", "0.0.0.0")], free_port(), &[]);
    let answer = from_elsewhere(&program).await.unwrap().bytes().await.unwrap();
    // 0.0.0.0 cannot be called.
    assert_eq!(serde_json::from_slice::<Value>(&answer).unwrap()["issuer"], program.url);
    let code = program.texted("13800138000").await;
    let ticket = program.ticket("alice").await;
    assert_eq!(program.log_in(&ticket, "13800138000", &code).await["isNewUser"], true);
    let (_, err) = program.stop();
    assert!(err.starts_with("It listens on 0.0.0.0: ") && err.lines().count() == 1, "{err}");
}

#[tokio::test]
async fn a_token_a_ticket_and_a_live_code_outlive_a_kill() {
    let (port, file) = (free_port(), file("kept"));
    let arguments = ["--services", "--data", file.to_str().unwrap()];
    let program = Running::start(port, &arguments[1..]);
    let code = program.texted("13800138000").await;
    let ticket = program.ticket("alice").await;
    let first = program.log_in(&ticket, "13800138000", &code).await;
    let live = program.texted("13900139000").await;
    program.stop();

    let program = Running::start(port, &arguments[1..]);
    let jwks = serde_json::from_value(program.get("/.well-known/jwks.json").await).unwrap();
    let verifier = Verifier::new(jwks, &program.url, "local");
    let claims = verifier.verify(first["token"].as_str().unwrap(), SystemClock.now()).unwrap();
    assert_eq!(first["userId"], claims.sub);
    let second = program.log_in(&ticket, "13900139000", &live).await;
    assert_eq!((&second["userId"], &second["isNewUser"]), (&first["userId"], &json!(false)), "{second}");
    program.stop();

    // Only their owner can read them, and functions that run elsewhere get the same ones.
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file).unwrap()) & 0o777, 0o600);
    let [one, two] = [(); 2].map(|()| Running::start(port, &arguments).stop().0);
    assert!(one.contains("TICKET_KEY=") && one == two);
}

#[test]
fn a_variable_wins_over_what_the_file_keeps() {
    let (port, file) = (free_port(), file("given"));
    let arguments = ["--services", "--data", file.to_str().unwrap()];
    let key_of = |variables: &[(&str, &str)]| {
        let (printed, _) = Running::with(variables, port, &arguments).stop();
        printed.lines().find_map(|line| line.strip_prefix("TICKET_KEY=").map(str::to_owned)).unwrap()
    };
    let kept = key_of(&[]);
    let given = "a key of one's own, 32 bytes or more";
    assert_eq!(key_of(&[("TICKET_KEY", given)]), format!("{given:?}"));
    assert_eq!(key_of(&[]), kept, "the file still has its own");
}

#[tokio::test]
async fn the_terminal_shows_what_to_do_and_messages_and_nothing_else() {
    let program = Running::start(free_port(), &[]);
    let code = program.texted("13800138000").await;
    let too_soon = program.post("/send-code", json!({ "phoneNumber": "13800138000" })).await;
    assert_eq!(too_soon["code"], "resend_too_soon");
    let ticket = program.ticket("alice").await;
    let wrong = if code == "000000" { "111111" } else { "000000" };
    assert_eq!(program.log_in(&ticket, "13800138000", wrong).await["code"], "code_incorrect");
    assert_eq!(program.log_in(&ticket, "13800138000", &code).await["isNewUser"], true);

    let (out, err) = program.stop();
    assert_eq!(err, "");
    let after_the_guide = out.split_once("/_local/sms\n").unwrap().1;
    assert_eq!(
        after_the_guide,
        format!("\nSMS to +8613800138000, by SNS\n  您的验证码是 {code}，5 分钟内有效。请勿告诉他人。\n")
    );
}

#[tokio::test]
async fn a_deployments_faults_are_shown_unasked() {
    let program = Running::start(free_port(), &[]);
    assert_eq!(
        program.post("/exchange-code", json!({ "code": "err-40125" })).await["code"],
        "wechat_misconfigured"
    );
    let (_, err) = program.stop();
    assert!(err.contains("ERROR") && err.contains("WeChat's Code2Session answered errcode 40125"), "{err}");
}
