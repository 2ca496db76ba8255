//! Logs people in, and publishes the keys that verify their tokens.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response};
use shared::http::{Route, serve};

mod account;
pub mod accounts;
mod audit;
mod batch;
mod bearer;
mod check;
mod config;
mod delete_account;
mod function;
mod guesses;
mod keys;
mod known;
mod log_in;
mod log_out;
mod operators;
mod renew;
pub mod token;

pub use account::AccountAnswer;
pub use check::check;
pub use config::Config;
pub use function::Login;
pub use log_in::{LoginAnswer, LoginError};
pub use renew::RenewAnswer;

/// The routing table.
pub static ROUTES: [Route<Login>; 7] = [
    Route::post("/login", |function, call| Box::pin(call.answer(function.log_in(call)))),
    Route::post("/renew", |function, call| Box::pin(call.answer(function.renew(call)))),
    Route::get("/account", |function, call| Box::pin(call.answer(function.account(call)))),
    Route::delete("/account", |function, call| Box::pin(call.answer(function.delete_account(call)))),
    Route::post("/logout", |function, call| Box::pin(call.answer(function.log_out(call)))),
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
        serve(self, &ROUTES, &self.random, request).await
    }
}
