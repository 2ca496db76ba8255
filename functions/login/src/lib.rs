//! `POST /login`: checks ticket, number and code, finds or creates the account, issues a token.
//! `GET /.well-known/jwks.json` and `GET /.well-known/openid-configuration`: what checks the tokens.

use std::sync::Arc;

use futures_util::future::join;
use lambda_http::{Body, Request, Response, http::Method};
use serde::Serialize;
use shared::{
    aws::Aws,
    clock::Clock,
    codes::{Accepted, CheckError, CodesTable, VerifyCode},
    http::{Call, Fields, Reply, RequestError},
    identity::{TicketError, TicketKey, WechatIdentity},
    phone::{Countries, PhoneNumberError},
    problem::{Failure, Problem, ProblemCode},
    random::{self, Random},
    telemetry::Metric,
};

pub mod accounts;
mod audit;
mod config;
pub mod token;

use accounts::{AccountError, Accounts, Entry};
pub use config::Config;
use token::Tokens;

const JWKS_PATH: &str = "/.well-known/jwks.json";
const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";

/// Somebody logged in for the first time.
const LOGINS_NEW: Metric = Metric::named("LoginsNew");

/// Somebody logged in again.
const LOGINS_RETURNING: Metric = Metric::named("LoginsReturning");

/// The function, with all that it works with.
pub struct Login {
    codes: CodesTable,
    accounts: Accounts,
    countries: Countries,
    ticket_key: TicketKey,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

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
            Self::Account(error) => error.problem(),
            Self::Token(_) => ProblemCode::Internal.into(),
        }
    }
}

impl Login {
    /// The function by its settings.
    #[must_use]
    pub fn new(config: Config, aws: &Aws, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.of("DYNAMODB"));
        Self {
            codes: CodesTable::new(dynamodb.clone(), config.codes_table, config.pepper, config.policy),
            accounts: Accounts::new(dynamodb, config.users_table, config.conflict),
            countries: config.countries,
            ticket_key: config.ticket_key,
            tokens: Tokens::new(config.signing_keys, config.tokens),
            clock,
            random,
        }
    }

    /// Answers one request.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        let call = Call::new(request);
        if call.is_for(JWKS_PATH) {
            return call.answer(async { publish(&call, JWKS_PATH, self.tokens.jwks()) }).await;
        }
        if call.is_for(DISCOVERY_PATH) {
            return call.answer(async { publish(&call, DISCOVERY_PATH, &self.tokens.discovery()) }).await;
        }
        call.answer(Box::pin(self.login(&call))).await
    }

    async fn login(&self, call: &Call) -> Result<Reply, LoginError> {
        call.expect(Method::POST, "/login")?;
        let fields = call.fields()?;
        let now = self.clock.now();
        let person = self.person(&fields)?;
        let number = self.countries.parse(fields.text("phoneNumber")?)?;
        call.concerns(&number);
        let code = VerifyCode::parse(fields.text("verifyCode")?).ok_or(RequestError::Malformed {
            field: "verifyCode",
            chinese: "六位数字",
            english: "six digits",
        })?;

        let attempt = join(self.codes.check(&number, &code, &person, now), self.accounts.find(&person));
        let (accepted, known) = call.step("attempt", attempt).await;
        let Accepted { is_fixed } = accepted?;

        let account = self.accounts.settle(known?, &person, &number, now, &*self.random);
        let account = call.step("account", account).await;
        audit::tell(&account, &person, &number, is_fixed);
        let account = account?;
        let token = self.tokens.issue(&account.user_id, &person.openid, now, random::uuid(&*self.random))?;
        Ok(Reply::json(&LoginAnswer {
            token,
            token_type: "Bearer",
            expires_in: self.tokens.ttl(),
            user_id: &account.user_id,
            is_new_user: account.entry == Entry::Created,
        })
        .counted(if account.entry == Entry::Created { LOGINS_NEW } else { LOGINS_RETURNING }))
    }

    /// Whom the ticket vouches for; an openid beside it has to be the same.
    fn person(&self, fields: &Fields) -> Result<WechatIdentity, LoginError> {
        let ticket = fields.optional_text("ticket")?.ok_or(TicketError::Required)?;
        let person = self.ticket_key.verify(ticket, self.clock.now())?;
        match fields.optional_text("openid")? {
            Some(openid) if openid != person.openid.as_str() => Err(LoginError::OpenidMismatch),
            _ => Ok(person),
        }
    }
}

/// Answers what is the same for everybody.
fn publish(call: &Call, path: &'static str, document: &impl Serialize) -> Result<Reply, LoginError> {
    call.expect(Method::GET, path)?;
    Ok(Reply::json(document).cacheable("public, max-age=3600"))
}
