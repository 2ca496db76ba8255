//! Starts `login` on Lambda.

use std::sync::Arc;

use lambda_http::Error;
use login::{Config, Login};
use shared::{clock::SystemClock, config::Env, random::SystemRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    shared::telemetry::log_panics();
    let (aws, config) = Config::on_aws(Env::of_process()).await?;
    shared::telemetry::init(config.telemetry.clone(), &[env!("CARGO_CRATE_NAME")]);
    let function = Login::new(config, &aws, Arc::new(SystemClock), Arc::new(SystemRandom));
    shared::http::lambda::run_operated(
        async |request| function.handle(request).await,
        async |event, request_id| function.operate(&event, &request_id).await,
    )
    .await
}
