//! `POST /login`: checks ticket, number and code, finds or creates the account, issues a token. If the ticket carries the
//! number, no code is needed.

use futures_util::future::join;
use serde::Serialize;
use shared::{
    aws::AwsFailure,
    clock::Timestamp,
    codes::{CheckError, VerifyCode},
    http::{Call, Field, Fields, PHONE_NUMBER, Reply, RequestError},
    identity::{TicketError, Vouched},
    phone::{E164, PhoneNumber, PhoneNumberError},
    problem::{Failure, Problem, ProblemCode},
    random,
    telemetry::Metric,
};

use crate::{
    accounts::{AccountError, By, Person, Proof},
    audit,
    function::Login,
};

/// Counts first logins.
const LOGINS_NEW: Metric = Metric::named("LoginsNew");

/// Counts later logins.
const LOGINS_RETURNING: Metric = Metric::named("LoginsReturning");

const VERIFY_CODE: Field = Field::typed(
    "verifyCode",
    ["请输入验证码。", "Please enter the code."],
    ["请输入六位数字的验证码。", "Please enter the six digits of the code."],
);

/// The answer to a client.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LoginAnswer<'a> {
    /// A JWT for the openid and its account; the keys at `/.well-known/jwks.json` verify it.
    token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the token expires.
    expires_in: u64,
    /// The account; the token's `sub`.
    user_id: &'a str,
    /// Whether this login created the account.
    is_new_user: bool,
}

/// Why a login is refused.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The request is invalid.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The ticket is missing or invalid.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The request's openid is not the ticket's.
    #[error("the openid is not the ticket's")]
    OpenidMismatch,
    /// Not a number that a code can be sent to.
    #[error(transparent)]
    PhoneNumber(#[from] PhoneNumberError),
    /// The code is wrong, expired or used.
    #[error(transparent)]
    Code(#[from] CheckError),
    /// The person has reached the day's limit of wrong guesses.
    #[error("the person has reached today's limit of wrong guesses")]
    TooManyGuesses {
        /// Seconds until the next UTC day.
        retry_after: u64,
    },
    /// The wrong guesses could not be read or counted.
    #[error("the person's guesses could not be read or counted")]
    Guesses(#[source] AwsFailure),
    /// No account for this person.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The token could not be signed.
    #[error("the token could not be signed")]
    Token(#[from] jsonwebtoken::errors::Error),
}

impl Failure for LoginError {
    fn problem(&self) -> Problem {
        match self {
            Self::Request(error) => error.problem(),
            Self::Ticket(error) => error.problem(),
            Self::OpenidMismatch => ProblemCode::OpenidMismatch.into(),
            Self::PhoneNumber(error) => error.problem(),
            Self::Code(error) => error.problem(),
            Self::TooManyGuesses { retry_after } => {
                Problem::from(ProblemCode::TooManyAttempts).retry_after(*retry_after).detail(
                    "今天输错的次数过多，请明天再试。".into(),
                    "Too many wrong codes today. Please try again tomorrow.".into(),
                )
            }
            Self::Guesses(failure) => failure.problem(),
            Self::Account(error) => error.problem(),
            Self::Token(_) => ProblemCode::Internal.into(),
        }
    }
}

/// The number that was proved, how, and the stored items of the person.
struct Proved {
    number: PhoneNumber,
    by: By,
    person: Person,
}

impl Login {
    pub(crate) async fn log_in(&self, call: &Call) -> Result<Reply, LoginError> {
        let fields = call.fields()?;
        let now = self.clock.now();
        let vouched = self.person(&fields, now)?;
        let is_typed =
            fields.optional_text(PHONE_NUMBER)?.is_some() || fields.optional_text(VERIFY_CODE)?.is_some();
        let Proved { number, by, person } = match &vouched.number {
            Some(number) if !is_typed => self.by_wechat(call, &vouched, number).await?,
            _ => self.by_sms(call, &fields, &vouched, now).await?,
        };

        let proof = Proof::new(&vouched, &number, by, now, &*self.random);
        let account = call.step("account", self.accounts.settle(person, &proof)).await;
        audit::tell(&account, &vouched.person, &number, by);
        let account = account?;
        let id = random::uuid(&*self.random);
        let token = self.tokens.issue(&account.user_id, &vouched.person, &account.sid, now, id)?;
        Ok(Reply::json(&LoginAnswer {
            token,
            token_type: "Bearer",
            expires_in: self.tokens.ttl(),
            user_id: &account.user_id,
            is_new_user: account.entry.is_new(),
        })
        .counted(if account.entry.is_new() { LOGINS_NEW } else { LOGINS_RETURNING }))
    }

    /// The ticket's content; an openid in the request has to match.
    fn person(&self, fields: &Fields, now: Timestamp) -> Result<Vouched, LoginError> {
        let vouched = self.vouched_for(fields.optional_text("ticket")?, now)?;
        match fields.optional_text("openid")? {
            Some(openid) if openid != vouched.person.openid.as_str() => Err(LoginError::OpenidMismatch),
            _ => Ok(vouched),
        }
    }

    /// The number that the code was sent to.
    async fn by_sms(
        &self,
        call: &Call,
        fields: &Fields,
        vouched: &Vouched,
        now: Timestamp,
    ) -> Result<Proved, LoginError> {
        let person = &vouched.person;
        let number = self.countries.parse(fields.text(PHONE_NUMBER)?)?;
        call.concerns(&number);
        let code =
            VerifyCode::parse(fields.text(VERIFY_CODE)?).ok_or(RequestError::Malformed(VERIFY_CODE))?;

        let attempt =
            join(self.codes.check(&number, &code, person, self.max_attempts, now), self.known(vouched, now));
        let (accepted, known) = call.step("attempt", attempt).await;
        let known = known.map_err(LoginError::Guesses)?;
        if !self.guesses.allow(known.guessed) {
            return Err(LoginError::TooManyGuesses { retry_after: now.seconds_until(now.next_day()) });
        }
        if let Err(CheckError::Incorrect { .. }) = accepted {
            call.step("guess", self.guesses.count(person, now)).await.map_err(LoginError::Guesses)?;
        }
        let by = if accepted?.is_fixed { By::FixedCode } else { By::Sms };
        Ok(Proved { number, by, person: known.person })
    }

    /// The number that WeChat named in the ticket.
    async fn by_wechat(&self, call: &Call, vouched: &Vouched, number: &E164) -> Result<Proved, LoginError> {
        let number = self.countries.parse(number.as_str())?;
        call.concerns(&number);
        let person = call.step("person", self.accounts.look(vouched)).await.map_err(AccountError::from)?;
        Ok(Proved { number, by: By::Wechat, person })
    }
}
