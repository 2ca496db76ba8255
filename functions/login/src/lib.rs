//! Who a person is: logs them in, and publishes what checks their tokens.

use std::{convert::Infallible, sync::Arc};

use lambda_http::{Body, Request, Response};
use shared::{
    aws::Aws,
    clock::Clock,
    codes::CodesTable,
    http::{Route, serve},
    identity::TicketKey,
    phone::Countries,
    random::Random,
};

pub mod accounts;
mod audit;
mod config;
mod keys;
mod log_in;
pub mod token;

use accounts::Accounts;
pub use config::Config;
pub use log_in::{LoginAnswer, LoginError};
use token::Tokens;

/// What the function answers, a row a call.
pub static ROUTES: [Route<Login>; 3] = [
    Route::post("/login", |function, call| Box::pin(call.answer(function.log_in(call)))),
    Route::get(keys::JWKS_PATH, |function, call| {
        Box::pin(call.answer(async { Ok::<_, Infallible>(function.jwks()) }))
    }),
    Route::get(keys::DISCOVERY_PATH, |function, call| {
        Box::pin(call.answer(async { Ok::<_, Infallible>(function.discovery()) }))
    }),
];

/// The function, with all that it works with.
pub struct Login {
    codes: CodesTable,
    max_attempts: usize,
    accounts: Accounts,
    countries: Countries,
    ticket_key: TicketKey,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Login {
    /// The function by its settings.
    #[must_use]
    pub fn new(config: Config, aws: &Aws, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws.of("DYNAMODB"));
        Self {
            codes: CodesTable::new(dynamodb.clone(), config.codes_table, config.pepper),
            max_attempts: config.max_attempts,
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
        serve(self, &ROUTES, request).await
    }
}
