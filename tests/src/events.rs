//! The files of `events/`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, from_str};

/// The functions, by package and by their name in the template.
pub const FUNCTIONS: [(&str, &str); 3] =
    [("send-code", "SendCode"), ("exchange-code", "ExchangeCode"), ("login", "Login")];

/// A file of `events/`.
pub struct Event {
    /// The function's package.
    pub function: &'static str,
    /// The file's name without its ending.
    pub name: String,
    /// Its answer: `success`, with any suffix in the file's name, or a problem's `code`.
    pub expected: String,
    /// The event.
    pub json: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events")
}

impl Event {
    fn read(function: &'static str, file: &Path) -> Self {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let expected = if name.starts_with("success") { "success".to_owned() } else { name.clone() };
        Self { function, name, expected, json: fs::read_to_string(file).unwrap() }
    }
}

/// Every event, by function, successes first: later events build on them.
#[must_use]
pub fn all() -> Vec<Event> {
    let of_function = |(function, _): (&'static str, &str)| {
        let mut files: Vec<_> =
            fs::read_dir(folder().join(function)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let mut events: Vec<_> = files.iter().map(|file| Event::read(function, file)).collect();
        events.sort_by_key(|event| event.expected != "success");
        events
    };
    FUNCTIONS.into_iter().flat_map(of_function).collect()
}

/// The event with which a function succeeds, with another body.
#[must_use]
pub fn with_body(function: &str, body: &Value) -> Value {
    let file = fs::read_to_string(folder().join(function).join("success.json")).unwrap();
    let mut event: Value = from_str(&file).unwrap();
    event["body"] = body.to_string().into();
    event["isBase64Encoded"] = false.into();
    event
}

/// The settings of a function, by its name in the template, from `events/env.json`. Addresses are left out, since they
/// belong to another machine.
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

/// Sends events one after another: a later event may carry the token of an earlier answer.
#[derive(Default)]
pub struct Feed {
    token: String,
}

impl Feed {
    /// The event as it is sent.
    #[must_use]
    pub fn fill(&self, event: &Event) -> String {
        event.json.replace("{{token}}", &self.token)
    }

    /// The result of the function's answer, as events are named.
    pub fn outcome(&mut self, status: u16, body: &str) -> String {
        if status == 204 {
            return "success".into();
        }
        let body: Value = from_str(body).unwrap();
        if let Some(token) = body["token"].as_str() {
            token.clone_into(&mut self.token);
        }
        if status == 200 { "success".into() } else { body["code"].as_str().unwrap().to_owned() }
    }
}
