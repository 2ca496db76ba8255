//! Starts `login` on Lambda.

use std::sync::Arc;

use lambda_http::Error;
use login::{Config, Login, SECRETS};
use shared::{clock::SystemClock, config::Env, random::SystemRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let aws = shared::aws::config().await;
    let config = Env::of_process(&SECRETS, &aws).await.settings(Config::read)?;
    shared::telemetry::init(config.telemetry.clone());
    let dynamodb = aws_sdk_dynamodb::Client::new(&aws);
    let function = Login::new(config, dynamodb, Arc::new(SystemClock), Arc::new(SystemRandom));
    shared::lambda::run(async |request| function.handle(request).await).await
}
