//! Who a person is: logs them in, and publishes what checks their tokens.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::http::{Route, serve};

pub mod accounts;
mod audit;
mod config;
mod function;
mod guesses;
mod keys;
mod known;
mod log_in;
pub mod token;

pub use config::Config;
pub use function::Login;
pub use log_in::{LoginAnswer, LoginError};

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

impl Login {
    /// Answers one request.
    pub async fn handle(&self, request: Request) -> Response<Body> {
        serve(self, &ROUTES, request).await
    }
}
