//! The files of `events/`, and what has to stand in the tables for them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use local::Local;
use serde_json::{Value, from_str};
use shared::{
    clock::Timestamp,
    code::VerifyCode,
    codes::{CodePolicy, Codes},
    config::Env,
    pepper::Pepper,
    phone::Countries,
};

/// The functions, by package and by their name in the template.
pub const FUNCTIONS: [(&str, &str); 3] =
    [("send-code", "SendCode"), ("exchange-code", "ExchangeCode"), ("login", "Login")];

/// A file of `events/`.
pub struct Event {
    /// The package of the function that it is for.
    pub function: &'static str,
    /// What it is answered: `success` or a problem's `code`.
    pub expected: String,
    /// The event.
    pub json: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// Every event, a function after the other.
#[must_use]
pub fn all() -> Vec<Event> {
    let of_function = |(function, _): (&'static str, &str)| {
        let mut files: Vec<_> =
            fs::read_dir(folder().join(function)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(move |file| Event {
            function,
            expected: file.file_stem().unwrap().to_string_lossy().into_owned(),
            json: fs::read_to_string(&file).unwrap(),
        })
    };
    FUNCTIONS.into_iter().flat_map(of_function).collect()
}

/// `events/env.json`: the settings of the function of this name in the template. Addresses are left out: they are those
/// of another machine.
#[must_use]
pub fn settings(name: &str) -> Vec<(String, String)> {
    let file = fs::read_to_string(folder().join("env.json")).unwrap();
    let mut functions: BTreeMap<String, BTreeMap<String, String>> = from_str(&file).unwrap();
    let settings = functions.remove(name).unwrap().into_iter();
    settings.filter(|(_, value)| !value.starts_with("http://host.docker.internal")).collect()
}

/// The settings of all functions.
#[must_use]
pub fn all_settings() -> Vec<(String, String)> {
    FUNCTIONS.iter().flat_map(|(_, name)| settings(name)).collect()
}

/// Puts the code into the tables that `login/success.json` brings.
pub async fn seed(local: &Local, now: Timestamp) {
    let (pepper, policy) =
        Env::new(all_settings()).settings(|env| Some((Pepper::read(env)?, CodePolicy::read(env)?))).unwrap();
    let number = Countries::new(&["CN"], "CN").unwrap().parse("13800138000").unwrap();
    let code = VerifyCode::parse("123456").unwrap();
    let codes = Codes::new(local.client.clone(), "codes".into(), pepper, policy);
    codes.send(&number, &code, "seeded".into(), now).await.unwrap();
}

/// What a function's answer comes to, as events are named.
#[must_use]
pub fn outcome(status: u16, body: &str) -> String {
    let body: Value = from_str(body).unwrap();
    match status {
        200 if body["keys"].is_array() => "jwks".into(),
        200 => "success".into(),
        _ => body["code"].as_str().unwrap().to_owned(),
    }
}
