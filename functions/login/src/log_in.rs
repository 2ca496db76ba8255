//! `POST /login`: checks ticket, number and code, finds or creates the account, issues a token. A ticket that carries the number
//! needs no code.

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

/// Somebody logged in for the first time.
const LOGINS_NEW: Metric = Metric::named("LoginsNew");

/// Somebody logged in again.
const LOGINS_RETURNING: Metric = Metric::named("LoginsReturning");

const VERIFY_CODE: Field = Field::typed(
    "verifyCode",
    ["请输入验证码。", "Please enter the code."],
    ["请输入六位数字的验证码。", "Please enter the six digits of the code."],
);

/// What a client is answered.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LoginAnswer<'a> {
    /// A JWT, bound to the openid and its account, checked by the keys at `/.well-known/jwks.json`.
    token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the token expires.
    expires_in: u64,
    /// The account; the token's `sub`.
    user_id: &'a str,
    /// Whether this login made the account.
    is_new_user: bool,
}

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The request is not one for this function.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// WeChat's word for the person is missing or does not hold.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The request names one person and its ticket another.
    #[error("the openid is not the ticket's")]
    OpenidMismatch,
    /// The number is none that a code can have gone to.
    #[error(transparent)]
    PhoneNumber(#[from] PhoneNumberError),
    /// The code lets nobody in, or not this person.
    #[error(transparent)]
    Code(#[from] CheckError),
    /// The person has guessed wrong too often today, whatever the numbers.
    #[error("the person's guesses of the day are used up")]
    TooManyGuesses {
        /// Seconds until the next UTC day.
        retry_after: u64,
    },
    /// The wrong guesses could not be read or counted.
    #[error("the person's guesses could not be read or counted")]
    Guesses(#[source] AwsFailure),
    /// There is no account to let this person into.
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

/// What a login goes by.
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

    /// What the ticket vouches for; an openid beside it has to be the same.
    fn person(&self, fields: &Fields, now: Timestamp) -> Result<Vouched, LoginError> {
        let vouched = self.vouched_for(fields.optional_text("ticket")?, now)?;
        match fields.optional_text("openid")? {
            Some(openid) if openid != vouched.person.openid.as_str() => Err(LoginError::OpenidMismatch),
            _ => Ok(vouched),
        }
    }

    /// The number that a code was texted to.
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

    /// The number that WeChat has told of the person.
    async fn by_wechat(&self, call: &Call, vouched: &Vouched, number: &E164) -> Result<Proved, LoginError> {
        let number = self.countries.parse(number.as_str())?;
        call.concerns(&number);
        let person = call.step("person", self.accounts.look(vouched)).await.map_err(AccountError::from)?;
        Ok(Proved { number, by: By::Wechat, person })
    }
}
