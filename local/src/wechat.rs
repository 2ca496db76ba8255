//! WeChat's `code2Session`, played.
//!
//! A code is a script: it says who logs in or what goes wrong. [`PLAYED`] lists them.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    convert::Infallible,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Router,
    body::Body,
    extract::{RawQuery, State},
    http::{
        StatusCode,
        header::{CONTENT_TYPE, LOCATION},
    },
    response::{IntoResponse, Response},
    routing::{get, put},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use futures_util::stream;
use serde_json::{Value, json};

use crate::{
    broken::{broken_off, drip, page},
    service::{Service, query},
};

mod codes;

use codes::Code;
pub use codes::{PLAYED, Played};

/// How its calls are read.
pub(crate) const SERVICE: Service = Service {
    name: "WeChat",
    code: |parts| Some(query(parts, "js_code")),
    describe: |parts, _| ("code2Session".to_owned(), query(parts, "js_code")),
    error: |body| {
        let answer: Value = serde_json::from_slice(body).ok()?;
        answer["errcode"].as_i64().filter(|code| *code != 0).map(|code| format!("errcode {code}"))
    },
};

/// WeChat, with one mini program.
pub struct Wechat {
    app_id: String,
    secret: String,
    visitor: Mutex<String>,
    used: Mutex<HashSet<String>>,
    scripted: Mutex<VecDeque<String>>,
    requests: AtomicUsize,
    open_platform: AtomicBool,
}

/// A code that stands for nobody by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code of uni.login stands for a name or for what goes wrong, not for another code of its kind")]
pub struct NoVisitor;

impl Wechat {
    pub(crate) fn new(app_id: String, secret: String) -> Self {
        Self {
            app_id,
            secret,
            visitor: Mutex::new("alice".to_owned()),
            used: Mutex::default(),
            scripted: Mutex::default(),
            requests: AtomicUsize::new(0),
            open_platform: AtomicBool::new(false),
        }
    }

    /// Plays `code` at the next request, whatever code comes with it.
    pub fn play_next(&self, code: &str) {
        self.scripted.lock().unwrap_or_else(PoisonError::into_inner).push_back(code.to_owned());
    }

    /// Binds the mini program to an Open Platform account: answers bring a `unionid` from now on.
    pub fn bind_to_open_platform(&self) {
        self.open_platform.store(true, Ordering::Relaxed);
    }

    /// Whom the codes of `uni.login` stand for: who sits at WeChat's developer tools.
    #[must_use]
    pub fn visitor(&self) -> String {
        self.visitor.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on these codes stand for `code`: a name, or what goes wrong. Nothing changes where it is neither.
    pub fn set_visitor(&self, code: &str) -> Result<(), NoVisitor> {
        if matches!(Code::read(code), Code::Missing | Code::OfUniLogin | Code::Mock) {
            return Err(NoVisitor);
        }
        code.clone_into(&mut self.visitor.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    /// How many requests have come.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// The openid of the person of this name.
    #[must_use]
    pub fn openid(&self, name: &str) -> String {
        format!("o{}", &BASE64_URL_SAFE_NO_PAD.encode(self.hash("openid", name))[..27])
    }

    /// The `session_key` that goes with it, which nobody may ever see again.
    #[must_use]
    pub fn session_key(&self, name: &str) -> String {
        BASE64_STANDARD.encode(&self.hash("session", name)[..16])
    }

    fn unionid(&self, name: &str) -> String {
        format!("o{}", &BASE64_URL_SAFE_NO_PAD.encode(self.hash("unionid", name))[..27])
    }

    fn hash(&self, what: &str, name: &str) -> Vec<u8> {
        digest(&SHA256, format!("{what} of {name} at {}", self.app_id).as_bytes()).as_ref().to_vec()
    }

    fn code2session(&self, query: &str) -> Response {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let given = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let scripted = self.scripted.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match scripted.as_deref().unwrap_or(given("js_code")) {
            _ if given("appid") != self.app_id => refuse(40013, "invalid appid"),
            _ if given("secret") != self.secret => refuse(40125, "invalid appsecret"),
            _ if given("grant_type") != "authorization_code" => refuse(40002, "invalid grant_type"),
            code => self.play(code),
        }
    }

    fn play(&self, code: &str) -> Response {
        match Code::read(code) {
            Code::Missing => refuse(41008, "missing code"),
            Code::Once(_) | Code::OfUniLogin if !self.is_fresh(code) => refuse(40163, "code been used"),
            Code::Name(name) | Code::Once(name) => wechat_json(&self.session(name)),
            Code::OfUniLogin | Code::Mock => self.play(&self.visitor()),
            Code::Refusal(code) => refuse(code, "played"),
            Code::Status(status) => status.into_response(),
            Code::Page => page(StatusCode::OK),
            Code::NoOpenid => wechat_json(&json!({ "session_key": self.session_key("nobody") })),
            Code::Half => broken_off("{\"session_key\":"),
            Code::Close => broken_off(""),
            Code::Redirect => (StatusCode::FOUND, [(LOCATION, "/_local/wechat/elsewhere")]).into_response(),
            Code::Huge => (" ".repeat(10_000_000) + &self.session("huge").to_string()).into_response(),
            Code::Drip => drip(),
            Code::Hang => Body::from_stream(stream::pending::<Result<String, Infallible>>()).into_response(),
        }
    }

    /// Whether this is the first time that the code is used.
    fn is_fresh(&self, code: &str) -> bool {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(code.to_owned())
    }

    /// Who the person of this name is.
    fn session(&self, name: &str) -> Value {
        let mut session = json!({ "session_key": self.session_key(name), "openid": self.openid(name) });
        if self.open_platform.load(Ordering::Relaxed) {
            session["unionid"] = self.unionid(name).into();
        }
        session
    }
}

pub(crate) fn router(wechat: Arc<Wechat>) -> Router {
    Router::new()
        .route(
            "/_local/wechat/sns/jscode2session",
            get(async |State(wechat): State<Arc<Wechat>>, RawQuery(query): RawQuery| {
                wechat.code2session(&query.unwrap_or_default())
            }),
        )
        .route(
            "/_local/wechat/elsewhere",
            get(async |State(wechat): State<Arc<Wechat>>| wechat_json(&wechat.session("elsewhere"))),
        )
        .with_state(wechat)
}

/// What the console asks and says of the codes.
pub(crate) fn codes_router(wechat: Arc<Wechat>) -> Router {
    Router::new()
        .route("/_local/wechat/codes", get(list))
        .route("/_local/wechat/uni-login", put(choose))
        .with_state(wechat)
}

async fn list(State(wechat): State<Arc<Wechat>>) -> Response {
    let list = json!({ "uniLogin": wechat.visitor(), "played": PLAYED });
    ([(CONTENT_TYPE, "application/json")], list.to_string()).into_response()
}

async fn choose(State(wechat): State<Arc<Wechat>>, code: String) -> Response {
    match wechat.set_visitor(code.trim()) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

fn refuse(errcode: i64, errmsg: &str) -> Response {
    wechat_json(&json!({ "errcode": errcode, "errmsg": errmsg }))
}

/// JSON under WeChat's own content type.
fn wechat_json(answer: &Value) -> Response {
    ([(CONTENT_TYPE, "text/plain")], answer.to_string()).into_response()
}
