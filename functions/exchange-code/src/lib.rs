//! `POST /exchange-code`: turns the one-time code of `uni.login` into an openid, with a ticket that proves it. With the code of
//! WeChat's button `getPhoneNumber` the ticket proves the person's number, too.

use std::{sync::Arc, time::Duration};

use lambda_http::{Body, Request, Response};
use serde::Serialize;
use shared::{
    aws::Aws,
    clock::Clock,
    http::{Call, Fields, Reply, RequestError, Route, serve},
    identity::{TicketKey, Unionid, Vouched, WechatIdentity},
    phone::E164,
    problem::{Failure, Problem, ProblemCode},
    random::Random,
    telemetry::Metric,
};
use tokio::time::timeout;

mod apps;
mod check;
mod config;
mod wechat;

use apps::{App, AppError, Apps};
pub use check::check;
pub use config::Config;
use wechat::{Session, Wechat, WechatError};

/// Everything that WeChat is asked for one request: a client waits eight seconds at most.
const WHOLE: Duration = Duration::from_secs(7);

/// `uni.login`'s codes have 32 characters, the button's 64.
const MOST_CODE_CHARACTERS: usize = 128;

/// Seconds that a number is taken for proved: as long as WeChat's code for it and a code by SMS.
const NUMBER_TTL: u64 = 300;

/// A person has got a ticket.
const TICKETS: Metric = Metric::named("TicketsIssued");

/// WeChat has told a number, which it charges for.
const NUMBERS: Metric = Metric::named("WechatNumbers");

/// What the function answers, a row a call.
pub static ROUTES: [Route<ExchangeCode>; 1] =
    [Route::post("/exchange-code", |function, call| Box::pin(call.answer(function.exchange(call))))];

/// The function, with all that it works with.
pub struct ExchangeCode {
    wechat: Wechat,
    apps: Apps,
    ticket_key: TicketKey,
    ticket_ttl: u64,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
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
    unionid: Option<&'a str>,
    /// The person's number, masked (`+86138****8000`), where a `phoneCode` came: the ticket carries it whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    phone_number: Option<String>,
    /// Proves to `/login` and `/send-code` that WeChat vouched for the openid.
    ticket: String,
    /// Seconds until the ticket expires.
    expires_in: u64,
}

/// Why there is no ticket.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeCodeError {
    /// The request is not one for this function.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The request is for no mini program of this deployment.
    #[error(transparent)]
    App(#[from] AppError),
    /// WeChat named nobody, or no number.
    #[error(transparent)]
    Wechat(#[from] WechatError),
    /// The ticket could not be signed.
    #[error("the ticket could not be signed")]
    Ticket(#[from] jsonwebtoken::errors::Error),
}

impl Failure for ExchangeCodeError {
    fn problem(&self) -> Problem {
        match self {
            Self::Request(error) => error.problem(),
            Self::App(AppError::Unnamed) => RequestError::Missing("appId".into()).problem(),
            Self::App(AppError::Unknown) => ProblemCode::UnknownApp.into(),
            Self::Wechat(error) => error.problem(),
            Self::Ticket(_) => ProblemCode::Internal.into(),
        }
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
        let wechat = Wechat::new(config.wechat, aws.tls().clone(), clock.clone(), random.clone())?;
        let Config { apps, ticket_key, ticket_ttl, .. } = config;
        Ok(Self { wechat, apps, ticket_key, ticket_ttl, clock, random })
    }

    /// Answers one request.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        serve(self, &ROUTES, &self.random, request).await
    }

    async fn exchange(&self, call: &Call) -> Result<Reply, ExchangeCodeError> {
        let fields = call.fields()?;
        let app = self.apps.pick(fields.optional_text("appId")?)?;
        let code = code_of(&fields, "code")?.ok_or(RequestError::Missing("code".into()))?;
        let phone_code = code_of(&fields, "phoneCode")?;

        let asked = timeout(WHOLE, self.ask(app, code, phone_code));
        let (session, number) = call.step("wechat", asked).await.unwrap_or(Err(WechatError::TimedOut))?;

        let person = WechatIdentity { app_id: app.id.clone(), openid: session.openid };
        let vouched = Vouched { person, unionid: session.unionid, number, at: self.clock.now() };
        let ttl = if vouched.number.is_some() { self.ticket_ttl.min(NUMBER_TTL) } else { self.ticket_ttl };
        let ticket = self.ticket_key.issue(&vouched, ttl)?;
        let reply = Reply::json(&ExchangeCodeAnswer {
            openid: vouched.person.openid.as_str(),
            unionid: vouched.unionid.as_ref().map(Unionid::as_str),
            phone_number: vouched.number.as_ref().map(E164::masked),
            ticket,
            expires_in: ttl,
        })
        .counted(TICKETS);
        Ok(if vouched.number.is_some() { reply.counted(NUMBERS) } else { reply })
    }

    /// Who the person is and, with the button's code, what their number is. The access token that the number takes is fetched
    /// meanwhile.
    async fn ask(
        &self,
        app: &App,
        code: &str,
        phone_code: Option<&str>,
    ) -> Result<(Session, Option<E164>), WechatError> {
        let Some(phone_code) = phone_code else { return Ok((self.wechat.session(app, code).await?, None)) };
        let (session, token) = tokio::join!(self.wechat.session(app, code), self.wechat.access_token(app));
        let session = session?;
        let number = self.wechat.phone_number(app, token?, phone_code, &session.openid).await?;
        Ok((session, Some(number)))
    }
}

/// A code of WeChat's, if the field has one.
fn code_of<'a>(fields: &'a Fields, field: &'static str) -> Result<Option<&'a str>, RequestError> {
    let code = fields.optional_text(field)?;
    match code.filter(|code| code.chars().count() > MOST_CODE_CHARACTERS) {
        Some(_) => Err(RequestError::Malformed(field.into())),
        None => Ok(code),
    }
}
