//! WeChat's `code2Session`:
//! <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html>.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::{identity::Openid, net::ClientConfig, random::Random};
use tokio::time::{sleep, timeout};

const CONNECT: Duration = Duration::from_millis(1500);
/// One request, from the connection to the answer's last byte.
const ATTEMPT: Duration = Duration::from_millis(4500);
/// Both attempts and the pause between them: a client waits eight seconds at most.
const WHOLE: Duration = Duration::from_secs(7);
/// The shortest pause before the second attempt; jitter makes it up to twice as long.
const PAUSE: Duration = Duration::from_millis(100);
/// An answer has a few hundred bytes; one without end must not fill the memory.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// "System busy"; WeChat asks to try again.
const BUSY: i64 = -1;

/// WeChat's API, for one mini program.
pub(crate) struct Wechat {
    /// Keeps connections open for the next request.
    pooled: Client,
    tls: ClientConfig,
    /// Whether there has been a connection that may be open.
    may_reuse: AtomicBool,
    code2session: Url,
    app_id: String,
    app_secret: SecretString,
    random: Arc<dyn Random>,
}

/// Whom a code stands for. WeChat's `session_key` is not even read.
pub(crate) struct Session {
    pub(crate) openid: Openid,
    pub(crate) unionid: Option<String>,
}

/// Why WeChat named nobody.
#[derive(Debug, thiserror::Error)]
pub enum WechatError {
    /// WeChat answered with an error of its own.
    #[error("WeChat answered errcode {errcode}")]
    Refused {
        /// WeChat's number for it.
        errcode: i64,
    },
    /// No connection, or one that broke. The error's URL, which holds the secret, was taken out.
    #[error("WeChat could not be reached")]
    Unreached(#[source] reqwest::Error),
    /// No whole answer in time.
    #[error("WeChat did not answer in time")]
    TimedOut,
    /// An HTTP status that `code2Session` does not have.
    #[error("WeChat answered HTTP status {0}")]
    Status(u16),
    /// An answer that does not end where one should.
    #[error("WeChat's answer is over {MAX_ANSWER_BYTES} bytes")]
    TooLong,
    /// A page, say, in place of the answer.
    #[error("WeChat's answer is not the JSON of code2Session")]
    NotJson,
    /// Neither an error nor a person.
    #[error("WeChat's answer names no openid")]
    NoOpenid,
}

#[derive(Deserialize)]
struct Code2Session {
    errcode: Option<i64>,
    openid: Option<String>,
    unionid: Option<String>,
}

impl Wechat {
    pub(crate) fn new(
        code2session: Url,
        tls: ClientConfig,
        app_id: String,
        app_secret: SecretString,
        random: Arc<dyn Random>,
    ) -> Result<Self, reqwest::Error> {
        let pooled = client(tls.clone())?;
        let may_reuse = AtomicBool::new(false);
        Ok(Self { pooled, tls, may_reuse, code2session, app_id, app_secret, random })
    }

    /// Asks whom `code` stands for; a failure that may pass is tried once more, on a new connection if the old one broke.
    pub(crate) async fn session(&self, code: &str) -> Result<Session, WechatError> {
        let attempts = async {
            let may_reuse = self.may_reuse.load(Ordering::Relaxed);
            match self.ask(&self.pooled, code).await {
                Err(error) if error.may_pass() => {
                    sleep(self.pause()).await;
                    self.ask(&self.pooled, code).await
                }
                // A connection that was left open may have been closed by WeChat while the function slept. Whether or not
                // it has seen the code, the code is spent: asking again can only help.
                Err(WechatError::Unreached(error)) if may_reuse && error.is_request() => {
                    self.ask(&client(self.tls.clone())?, code).await
                }
                answer => answer,
            }
        };
        timeout(WHOLE, attempts).await.unwrap_or(Err(WechatError::TimedOut))
    }

    async fn ask(&self, client: &Client, code: &str) -> Result<Session, WechatError> {
        let query = [
            ("appid", self.app_id.as_str()),
            ("secret", self.app_secret.expose_secret()),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ];
        let mut response = client.get(self.code2session.clone()).query(&query).send().await?;
        self.may_reuse.store(true, Ordering::Relaxed);
        if !response.status().is_success() {
            return Err(WechatError::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER_BYTES {
                return Err(WechatError::TooLong);
            }
        }
        // WeChat sends its JSON as text/plain, so the content type says nothing.
        let answer: Code2Session = serde_json::from_slice(&body).map_err(|_| WechatError::NotJson)?;
        match answer {
            Code2Session { errcode: Some(errcode), .. } if errcode != 0 => {
                Err(WechatError::Refused { errcode })
            }
            Code2Session { openid, unionid, .. } => {
                let openid = openid.as_deref().and_then(Openid::parse).ok_or(WechatError::NoOpenid)?;
                Ok(Session { openid, unionid })
            }
        }
    }

    fn pause(&self) -> Duration {
        let mut jitter = [0];
        self.random.fill(&mut jitter);
        PAUSE + PAUSE * u32::from(jitter[0]) / 255
    }
}

/// A client without a connection yet.
fn client(tls: ClientConfig) -> Result<Client, reqwest::Error> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT)
        .timeout(ATTEMPT)
        // The URL holds the secret: it goes to the configured host and nowhere else.
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
}

impl WechatError {
    /// Whether the code can't have been used up by the attempt and another one may go through.
    fn may_pass(&self) -> bool {
        match self {
            Self::Refused { errcode } => *errcode == BUSY,
            Self::Unreached(error) => error.is_connect(),
            _ => false,
        }
    }
}

impl From<reqwest::Error> for WechatError {
    fn from(error: reqwest::Error) -> Self {
        match error.without_url() {
            error if error.is_connect() => Self::Unreached(error),
            error if error.is_timeout() => Self::TimedOut,
            error => Self::Unreached(error),
        }
    }
}
