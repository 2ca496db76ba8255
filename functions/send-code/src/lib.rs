//! `POST /send-code`: texts a six-digit code to a phone number.

use std::sync::Arc;

use lambda_http::{Body, Request, Response, http::Method};
use serde::Serialize;
use shared::{
    clock::Clock,
    code::VerifyCode,
    codes::{Codes, SendError},
    http::{Call, Reply, RequestError},
    phone::{Countries, PhoneNumberError},
    problem::{Code, Failure, Problem},
    random::{self, Random},
};

mod config;
pub mod sms;

pub use config::{Config, SECRETS};
use sms::{Sms, SmsError, SmsText};

/// The function, with all that it works with.
pub struct SendCode {
    codes: Codes,
    sms: Sms,
    text: SmsText,
    countries: Countries,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
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
    /// The number is none that a code can go to.
    #[error(transparent)]
    PhoneNumber(#[from] PhoneNumberError),
    /// The number gets no code now.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The provider did not take the message.
    #[error(transparent)]
    Sms(#[from] SmsError),
}

impl Failure for SendCodeError {
    fn problem(&self) -> Problem {
        match self {
            Self::Request(error) => error.problem(),
            Self::PhoneNumber(error) => error.problem(),
            Self::Send(error) => error.problem(),
            Self::Sms(SmsError::Rejected(_)) => Code::SmsRejected.into(),
            Self::Sms(SmsError::Unavailable(_)) => Code::SmsUnavailable.into(),
        }
    }
}

impl SendCode {
    /// The function by its settings.
    #[must_use]
    pub fn new(
        config: Config,
        dynamodb: aws_sdk_dynamodb::Client,
        sms: Sms,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let codes = Codes::new(dynamodb, config.codes_table, config.pepper, config.policy);
        Self { codes, sms, text: config.text, countries: config.countries, clock, random }
    }

    /// Answers one request.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        let call = Call::new(request);
        call.answer(self.send(&call)).await
    }

    async fn send(&self, call: &Call) -> Result<Reply, SendCodeError> {
        call.expect(Method::POST, "/send-code")?;
        let number = self.countries.parse(call.fields()?.text("phoneNumber")?)?;
        call.concerns(&number);

        let code = VerifyCode::random(&*self.random);
        let send_id = random::uuid(&*self.random).to_string();
        let sent = self.codes.send(&number, &code, send_id, self.clock.now()).await?;

        if let Err(error) = self.sms.send(&number, self.text.with(&code)).await {
            if let Err(failure) = self.codes.take_back(sent).await {
                tracing::error!(%failure, "a send whose SMS failed could not be taken back");
            }
            return Err(error.into());
        }
        Ok(Reply::json(&Answer { expires_in: sent.expires_in, resend_after: sent.resend_after }))
    }
}
