//! WeChat's API: how it is called, and what may go wrong. The calls are [`session`], [`access_token`] and
//! [`phone_number`].

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, RequestBuilder, Url, redirect};
use serde_json::Value;
use shared::{clock::Clock, net::ClientConfig, random::Random};
use tokio::time::sleep;

mod access_token;
mod error;
mod phone_number;
mod session;

pub(crate) use access_token::AccessToken;
pub use error::{WechatCall, WechatError};
pub(crate) use session::Session;

const CONNECT: Duration = Duration::from_millis(1500);
/// The time limit of one request, from connecting to the answer's last byte.
const ATTEMPT: Duration = Duration::from_millis(4500);
/// The shortest pause before the retry; jitter up to doubles it.
const PAUSE: Duration = Duration::from_millis(100);
/// Answers have a few hundred bytes; the limit protects the memory.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// WeChat's API.
pub(crate) struct Wechat {
    /// Keeps connections open for the next request.
    pooled: Client,
    tls: ClientConfig,
    /// Whether there may be an open connection.
    may_reuse: AtomicBool,
    base: Url,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// Builds a request with the client that is to send it.
type Request<'call> = &'call (dyn Fn(&Client) -> RequestBuilder + Send + Sync);

impl Wechat {
    pub(crate) fn new(
        base: Url,
        tls: ClientConfig,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, reqwest::Error> {
        let pooled = client(tls.clone())?;
        let may_reuse = AtomicBool::new(false);
        Ok(Self { pooled, tls, may_reuse, base, clock, random })
    }

    /// Calls WeChat, and retries once after a temporary failure, on a new connection if the old one broke.
    async fn ask(&self, call: WechatCall, request: Request<'_>) -> Result<Value, WechatError> {
        let may_reuse = self.may_reuse.load(Ordering::Relaxed);
        match self.ask_once(call, request(&self.pooled)).await {
            Err(error) if error.may_pass() => {
                sleep(self.pause()).await;
                self.ask_once(call, request(&self.pooled)).await
            }
            // WeChat may have closed an idle connection while the function was frozen. The code is spent whether or not
            // WeChat has seen it, so a retry can only help.
            Err(WechatError::Unreached(error)) if may_reuse && error.is_request() => {
                self.ask_once(call, request(&client(self.tls.clone())?)).await
            }
            answer => answer,
        }
    }

    async fn ask_once(&self, call: WechatCall, request: RequestBuilder) -> Result<Value, WechatError> {
        let mut response = request.send().await?;
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
        // WeChat sends its JSON as text/plain, so the content type is ignored.
        let answer: Value = serde_json::from_slice(&body).map_err(|_| WechatError::NotJson)?;
        match answer["errcode"].as_i64() {
            Some(errcode) if errcode != 0 => {
                let address = answer["errmsg"].as_str().and_then(error::address_in);
                Err(WechatError::Refused { call, errcode, address })
            }
            _ => Ok(answer),
        }
    }

    /// The URL of a call.
    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let base = url.path().to_owned();
        url.set_path(&(base + path));
        url
    }

    fn pause(&self) -> Duration {
        let mut jitter = [0];
        self.random.fill(&mut jitter);
        PAUSE + PAUSE * u32::from(jitter[0]) / 255
    }
}

/// A client without open connections.
fn client(tls: ClientConfig) -> Result<Client, reqwest::Error> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT)
        .timeout(ATTEMPT)
        // A URL holds a secret and must reach no other host, so no redirect is followed.
        .redirect(redirect::Policy::none())
        .no_proxy()
        .build()
}
