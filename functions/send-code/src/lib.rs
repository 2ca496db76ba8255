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

/// A code was texted.
const CODES_SENT: Metric = Metric::named("CodesSent");

/// What the function answers, a row a call.
pub static ROUTES: [Route<SendCode>; 1] =
    [Route::post("/send-code", |function, call| Box::pin(call.answer(function.send(call))))];

/// The function, with all that it works with.
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

/// What a client is answered.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SendCodeAnswer {
    /// Seconds until the code expires.
    expires_in: u64,
    /// Seconds until the number may ask again.
    resend_after: u64,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum SendCodeError {
    /// The request is not one for this function.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// WeChat's word for the person is missing or does not hold.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The number is none that a code can go to.
    #[error(transparent)]
    PhoneNumber(#[from] PhoneNumberError),
    /// Too many codes were asked for.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The number gets no code now.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The provider did not take the message.
    #[error(transparent)]
    Sms(#[from] SmsError),
    /// The provider may have taken the message: the code is live, and all counts stay.
    #[error("the message may have been sent")]
    InDoubt {
        /// How its answer was lost.
        source: SmsError,
        /// Seconds until the number may ask again.
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
    /// The function by its settings.
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
            tracing::info!(target: AUDIT, audit = "reviewer_code", ?number, "a reviewer's number asked for its fixed code");
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
            // What may have been sent counts as sent: its code lets its person in, and no second one is paid for meanwhile.
            Err(source @ SmsError::InDoubt(_)) => {
                Err(SendCodeError::InDoubt { source, retry_after: sent.resend_after })
            }
            Err(error) => {
                join(self.codes.undo(&sent), self.limits.give_back(taken)).await;
                Err(error.into())
            }
        }
    }

    /// Whom the ticket vouches for. One that came along has to hold, whether it was required or not.
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
