//! `POST /exchange-code`: exchanges the one-time code of `uni.login` for an openid and a ticket that proves it. With the code of
//! WeChat's button `getPhoneNumber`, the ticket also proves the person's number.

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

/// The time limit of all calls to WeChat for one request: a client waits eight seconds at most.
const WHOLE: Duration = Duration::from_secs(7);

/// Codes of `uni.login` have 32 characters, those of the button 64.
const MOST_CODE_CHARACTERS: usize = 128;

/// How many seconds a number counts as proved: as long as WeChat's code for it and a code by SMS are valid.
const NUMBER_TTL: u64 = 300;

/// Counts issued tickets.
const TICKETS: Metric = Metric::named("TicketsIssued");

/// Counts numbers from WeChat, which charges for each.
const NUMBERS: Metric = Metric::named("WechatNumbers");

/// The routing table.
pub static ROUTES: [Route<ExchangeCode>; 1] =
    [Route::post("/exchange-code", |function, call| Box::pin(call.answer(function.exchange(call))))];

/// The function with its dependencies.
pub struct ExchangeCode {
    wechat: Wechat,
    apps: Apps,
    ticket_key: TicketKey,
    ticket_ttl: u64,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// The answer to a client.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ExchangeCodeAnswer<'a> {
    /// The person within this mini program. An identifier, not a secret.
    openid: &'a str,
    /// The person's id in all apps of the mini program's Open Platform account; absent without such an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    unionid: Option<&'a str>,
    /// The person's number, masked (`+86138****8000`), if the request had a `phoneCode`. The ticket holds the whole number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    phone_number: Option<String>,
    /// Proves the openid to `/login` and `/send-code`.
    ticket: String,
    /// Seconds until the ticket expires.
    expires_in: u64,
}

/// Why no ticket is issued.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeCodeError {
    /// The request is invalid.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The request names no mini program of this deployment.
    #[error(transparent)]
    App(#[from] AppError),
    /// WeChat returned no openid, or no number.
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
    /// Creates the function from its settings.
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

    /// Asks WeChat who the person is and, with the button's code, for their number. The access token for the number is fetched
    /// at the same time.
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

/// A code from WeChat, if the field is set.
fn code_of<'a>(fields: &'a Fields, field: &'static str) -> Result<Option<&'a str>, RequestError> {
    let code = fields.optional_text(field)?;
    match code.filter(|code| code.chars().count() > MOST_CODE_CHARACTERS) {
        Some(_) => Err(RequestError::Malformed(field.into())),
        None => Ok(code),
    }
}
