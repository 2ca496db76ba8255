//! `POST /exchange-code`: turns the one-time code of `uni.login` into an openid, with a ticket that proves it.

use std::sync::Arc;

use lambda_http::{Body, Request, Response};
use serde::Serialize;
use shared::{
    aws::Aws,
    clock::Clock,
    http::{Call, Reply, RequestError, Route, serve},
    identity::{TicketKey, WechatIdentity},
    problem::{Failure, Problem, ProblemCode},
    random::Random,
};

mod config;
mod wechat;

pub use config::Config;
use wechat::{Wechat, WechatError};

/// WeChat's codes have 32 characters.
const MOST_CODE_CHARACTERS: usize = 128;

/// What the function answers, a row a call.
pub static ROUTES: [Route<ExchangeCode>; 1] =
    [Route::post("/exchange-code", |function, call| Box::pin(call.answer(function.exchange(call))))];

/// The function, with all that it works with.
pub struct ExchangeCode {
    wechat: Wechat,
    app_id: String,
    ticket_key: TicketKey,
    ticket_ttl: u64,
    clock: Arc<dyn Clock>,
}

/// What a client is answered.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExchangeCodeAnswer<'a> {
    /// The person, for this mini program. An identifier, not a secret.
    openid: &'a str,
    /// The person, for all apps of the Open Platform account that the mini program is bound to; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    unionid: Option<String>,
    /// Proves to `/login` and `/send-code` that WeChat vouched for the openid.
    ticket: String,
    /// Seconds until the ticket expires.
    expires_in: u64,
}

/// Why there is no openid.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeCodeError {
    /// The request is not one for this function.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// WeChat named nobody.
    #[error(transparent)]
    Wechat(#[from] WechatError),
    /// The ticket could not be signed.
    #[error("the ticket could not be signed")]
    Ticket(#[from] jsonwebtoken::errors::Error),
}

impl Failure for ExchangeCodeError {
    fn problem(&self) -> Problem {
        match self {
            Self::Request(error) => return error.problem(),
            Self::Wechat(WechatError::Refused { errcode }) => match errcode {
                40029 => ProblemCode::WechatCodeInvalid,
                40163 => ProblemCode::WechatCodeUsed,
                40226 => ProblemCode::WechatUserBlocked,
                45011 => ProblemCode::WechatRateLimited,
                -1 => ProblemCode::WechatBusy,
                // 40013, 40125 and 40164 are a wrong AppID, a wrong secret and an address that is not on WeChat's list.
                _ => ProblemCode::WechatMisconfigured,
            },
            Self::Wechat(
                WechatError::Unreached(_)
                | WechatError::TimedOut
                | WechatError::Status(_)
                | WechatError::TooLong
                | WechatError::NotJson
                | WechatError::NoOpenid,
            ) => ProblemCode::WechatUnavailable,
            Self::Ticket(_) => ProblemCode::Internal,
        }
        .into()
    }
}

impl ExchangeCode {
    /// The function by its settings.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(
        config: Config,
        aws: &Aws,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, reqwest::Error> {
        let wechat =
            Wechat::new(config.wechat, aws.tls().clone(), config.app_id.clone(), config.app_secret, random)?;
        Ok(Self {
            wechat,
            app_id: config.app_id,
            ticket_key: config.ticket_key,
            ticket_ttl: config.ticket_ttl,
            clock,
        })
    }

    /// Answers one request.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        serve(self, &ROUTES, request).await
    }

    async fn exchange(&self, call: &Call) -> Result<Reply, ExchangeCodeError> {
        let fields = call.fields()?;
        let code = fields.text("code")?;
        if code.chars().count() > MOST_CODE_CHARACTERS {
            return Err(RequestError::Malformed("code".into()).into());
        }
        let session = call.step("wechat", self.wechat.session(code)).await?;

        let identity = WechatIdentity { app_id: self.app_id.clone(), openid: session.openid };
        let ticket = self.ticket_key.issue(&identity, self.clock.now(), self.ticket_ttl)?;
        Ok(Reply::json(&ExchangeCodeAnswer {
            openid: identity.openid.as_str(),
            unionid: session.unionid,
            ticket,
            expires_in: self.ticket_ttl,
        }))
    }
}
