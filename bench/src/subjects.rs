//! The programs that are measured.

use std::{fs, path::Path};

use serde_json::json;
use tests::events::with_body;

use crate::system::System;

/// Where `bench/run` puts its builds.
const BUILT: &str = "target/bench";

/// A function, and how it is started.
pub struct Subject {
    pub name: &'static str,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The path of the zip that is deployed.
    pub archive: String,
    request: Request,
}

/// The kind of request that a function gets.
enum Request {
    SendCode,
    ExchangeCode,
    Login,
    /// A call by a person who has just logged in: its method and path.
    AfterLogin(&'static str, &'static str),
}

/// The functions of this project.
pub fn ours() -> [Subject; 3] {
    [
        rust("send-code", Request::SendCode),
        rust("exchange-code", Request::ExchangeCode),
        rust("login", Request::Login),
    ]
}

/// The other calls that `login` answers, one subject for each.
pub fn after_login() -> [Subject; 4] {
    [
        ("renew", "POST", "/renew"),
        ("account", "GET", "/account"),
        ("logout", "POST", "/logout"),
        ("delete the account", "DELETE", "/account"),
    ]
    .map(|(name, method, path)| Subject { name, ..rust("login", Request::AfterLogin(method, path)) })
}

/// The floor, this project's functions, the peers.
pub fn all() -> Vec<Subject> {
    let mut subjects = vec![rust("floor", Request::ExchangeCode)];
    subjects.extend(ours());
    subjects.extend([go(), node()]);
    subjects
}

fn rust(name: &'static str, request: Request) -> Subject {
    Subject {
        name,
        command: vec![absolute(&format!("{BUILT}/lambda/{name}/bootstrap"))],
        archive: format!("{BUILT}/zip/{name}/bootstrap.zip"),
        request,
    }
}

/// The login in Go, with Amazon's own runtime client in it.
pub fn go() -> Subject {
    Subject {
        name: "login in Go",
        command: vec![absolute(&format!("{BUILT}/go/bootstrap"))],
        archive: format!("{BUILT}/zip/go.zip"),
        request: Request::Login,
    }
}

/// The Node.js that runs the peer.
pub const NODE: &str = "bench/node/node_modules/.bin/node";

/// The login on Node.js, under Amazon's own runtime client.
pub fn node() -> Subject {
    let client = absolute("bench/node/node_modules/aws-lambda-ric/index.mjs");
    let root = format!("LAMBDA_TASK_ROOT={}", absolute(&format!("{BUILT}/node")));
    let command = ["/usr/bin/env", &root, &absolute(NODE), &client, "login.handler"];
    Subject {
        name: "login on Node.js",
        command: command.map(str::to_owned).into(),
        archive: format!("{BUILT}/zip/node.zip"),
        request: Request::Login,
    }
}

fn absolute(path: &str) -> String {
    fs::canonicalize(path).unwrap().to_str().unwrap().to_owned()
}

impl Subject {
    /// An event that the function answers with success.
    pub async fn event(&self, system: &System) -> String {
        match self.request {
            Request::SendCode => with_body("send-code", &system.wants_a_code()).to_string(),
            Request::ExchangeCode => with_body("exchange-code", &system.has_a_wechat_code()).to_string(),
            Request::Login => with_body("login", &system.wants_in().await).to_string(),
            Request::AfterLogin(method, path) => {
                let login = system.wants_in().await;
                let token = system.post("/login", &login).await["token"].take();
                let mut event = with_body("login", &json!({ "ticket": login["ticket"] }));
                event["rawPath"] = path.into();
                event["requestContext"]["http"]["method"] = method.into();
                event["headers"]["authorization"] = format!("Bearer {}", token.as_str().unwrap()).into();
                event.to_string()
            }
        }
    }

    /// The size of the zip in bytes.
    pub fn archive_size(&self) -> u64 {
        fs::metadata(Path::new(&self.archive)).unwrap().len()
    }
}
