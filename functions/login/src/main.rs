//! Starts `login` on Lambda.

use std::sync::Arc;

use lambda_http::Error;
use login::{Config, Login};
use shared::{
    check,
    clock::SystemClock,
    config::Env,
    http::{lambda, operator::OperatorEvent},
    random::SystemRandom,
    telemetry,
};

const CRATE: &str = env!("CARGO_CRATE_NAME");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::log_panics();
    let check = async |event: OperatorEvent, id: String| {
        check::answer(&event, &id, login::check(Env::of_process())).await
    };
    let (aws, config) = match Config::on_aws(Env::of_process()).await {
        Ok(started) => started,
        Err(error) => return lambda::run_unstarted(&error, CRATE, check).await,
    };
    telemetry::init(config.telemetry.clone(), &[CRATE]);
    let function = Login::new(config, &aws, Arc::new(SystemClock), Arc::new(SystemRandom));
    let operate = async |event: OperatorEvent, id: String| {
        if event.is_check() { check(event, id).await } else { function.operate(&event, &id).await }
    };
    lambda::run(async |request| function.handle(request).await, operate).await
}
