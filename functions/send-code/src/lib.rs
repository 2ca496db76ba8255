//! `POST /send-code`: texts a six-digit code to a phone number.

use std::sync::Arc;

use futures_util::future::join;
use lambda_http::{Body, Request, Response};
use serde::Serialize;
use shared::{
    aws::Aws,
    clock::{Clock, Timestamp},
    codes::{CodePolicy, CodesTable, SendError, Sent, VerifyCode},
    http::{Call, Fields, PHONE_NUMBER, Reply, RequestError, Route, serve},
    identity::{TicketError, TicketKey, WechatIdentity},
    phone::{Countries, PhoneNumberError},
    problem::{Failure, Problem},
    random::{self, Random},
    telemetry::{AUDIT, Metric},
};

mod check;
mod config;
pub mod limits;
mod proxy;
pub mod reviewers;
pub mod sms;

pub use check::check;
pub use config::Config;
use limits::{LimitError, Limits};
use proxy::Proxy;
use reviewers::Reviewers;
use sms::{Sms, SmsError};

/// Counts sent codes.
const CODES_SENT: Metric = Metric::named("CodesSent");

/// The routing table.
pub static ROUTES: [Route<SendCode>; 1] =
    [Route::post("/send-code", |function, call| Box::pin(call.answer(function.send(call))))];

/// The function with its dependencies.
pub struct SendCode {
    codes: CodesTable,
    policy: CodePolicy,
    limits: Limits,
    proxy: Proxy,
    sms: Sms,
    countries: Countries,
    reviewers: Reviewers,
    ticket_key: TicketKey,
    require_ticket: bool,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// The answer to a client.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SendCodeAnswer {
    /// Seconds until the code expires.
    expires_in: u64,
    /// Seconds until the number may request another code.
    resend_after: u64,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum SendCodeError {
    /// The request is invalid.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The ticket is missing or invalid.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// Not a number that a code can be sent to.
    #[error(transparent)]
    PhoneNumber(#[from] PhoneNumberError),
    /// Too many codes were requested.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The number gets no code now.
    #[error(transparent)]
    Send(#[from] SendError),
    /// No provider accepted the message.
    #[error(transparent)]
    Sms(#[from] SmsError),
    /// The provider may have accepted the message: the code stays valid, and all counts stay.
    #[error("the message may have been sent")]
    InDoubt {
        /// Why the outcome is unknown.
        source: SmsError,
        /// Seconds until the number may request another code.
        retry_after: u64,
    },
}

impl Failure for SendCodeError {
    fn problem(&self) -> Problem {
        match self {
            Self::Request(error) => error.problem(),
            Self::Ticket(error) => error.problem(),
            Self::PhoneNumber(error) => error.problem(),
            Self::Limit(error) => error.problem(),
            Self::Send(error) => error.problem(),
            Self::Sms(error) => error.problem(),
            Self::InDoubt { source, retry_after } => source.problem().retry_after(*retry_after),
        }
    }
}

impl SendCode {
    /// Creates the function from its settings.
    #[must_use]
    pub fn new(config: Config, aws: &Aws, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.of("DYNAMODB"));
        let (table, pepper) = (config.codes_table, config.pepper);
        Self {
            limits: Limits::new(dynamodb.clone(), table.clone(), pepper.clone(), config.allowances),
            codes: CodesTable::new(dynamodb, table, pepper),
            policy: config.policy,
            proxy: config.proxy,
            sms: Sms::new(config.sms, aws, &clock, &random),
            countries: config.countries,
            reviewers: config.reviewers,
            ticket_key: config.ticket_key,
            require_ticket: config.require_ticket,
            clock,
            random,
        }
    }

    /// Answers one request.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        serve(self, &ROUTES, &self.random, request).await
    }

    async fn send(&self, call: &Call) -> Result<Reply, SendCodeError> {
        let fields = call.fields()?;
        let now = self.clock.now();
        let person = self.person(&fields, now)?;
        let number = self.countries.parse(fields.text(PHONE_NUMBER)?)?;
        call.concerns(&number);
        let send_id = random::uuid(&*self.random).to_string();

        if let Some(code) = self.reviewers.code_of(&number, now) {
            let sent =
                call.step("number", self.codes.place(&number, code, send_id, &self.policy, now)).await?;
            tracing::info!(target: AUDIT, audit = "reviewer_code", ?number, "a reviewer's number requested its fixed code");
            return Ok(answer(&sent));
        }

        let taken = self.limits.take(self.proxy.client(call), person.as_ref(), now, &*self.random);
        let taken = call.step("counters", taken).await?;
        let code = VerifyCode::random(&*self.random);
        let sent = match call
            .step("number", self.codes.send(&number, &code, send_id, &self.policy, person.is_none(), now))
            .await
        {
            Ok(sent) => sent,
            Err(error) => {
                self.limits.give_back(taken).await;
                return Err(error.into());
            }
        };
        match call.step("sms", self.sms.send(&number, &code)).await {
            Ok(()) => Ok(answer(&sent).counted(CODES_SENT)),
            // It may have been sent, so it counts as sent: its code works, and a retry must wait for the cooldown.
            Err(source @ SmsError::InDoubt(_)) => {
                Err(SendCodeError::InDoubt { source, retry_after: sent.resend_after })
            }
            Err(error) => {
                join(self.codes.undo(&sent), self.limits.give_back(taken)).await;
                Err(error.into())
            }
        }
    }

    /// The ticket's content. A ticket in the request has to be valid, even where none is required.
    fn person(&self, fields: &Fields, now: Timestamp) -> Result<Option<WechatIdentity>, SendCodeError> {
        match fields.optional_text("ticket")? {
            Some(ticket) => Ok(Some(self.ticket_key.verify(ticket, now)?.person)),
            None if self.require_ticket => Err(TicketError::Required.into()),
            None => Ok(None),
        }
    }
}

fn answer(sent: &Sent) -> Reply {
    Reply::json(&SendCodeAnswer { expires_in: sent.expires_in, resend_after: sent.resend_after })
}
