//! Starts `send-code` on Lambda.

use std::sync::Arc;

use lambda_http::{Error, run, service_fn};
use send_code::{Config, SECRETS, SendCode, sms::Sms};
use shared::{clock::SystemClock, config::Env, random::SystemRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let aws = shared::aws::config().await;
    let config = Env::of_process(&SECRETS, &aws).await.settings(Config::read)?;
    shared::telemetry::init(config.log_level);
    let dynamodb = aws_sdk_dynamodb::Client::new(&aws);
    let sms = Sms::sns(aws_sdk_sns::Client::new(&aws), config.attributes.clone());
    let function = SendCode::new(config, dynamodb, sms, Arc::new(SystemClock), Arc::new(SystemRandom));
    run(service_fn(async |request| Ok::<_, Error>(function.handle(request).await))).await
}
