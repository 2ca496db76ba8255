//! Starts `login` on Lambda.

use std::sync::Arc;

use lambda_http::Error;
use login::{CONNECTIONS, Config, Login, SECRETS};
use shared::{clock::SystemClock, config::Env, phone::Countries, random::SystemRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut env = Env::of_process();
    let countries = Countries::read(&mut env);
    let read = |env: &mut Env| Config::read(env, countries);
    let (aws, config) = env.settings_on_aws(&SECRETS, &CONNECTIONS, read).await?;
    shared::telemetry::init(config.telemetry.clone());
    let dynamodb = aws_sdk_dynamodb::Client::new(&aws.of("DYNAMODB"));
    let function = Login::new(config, dynamodb, Arc::new(SystemClock), Arc::new(SystemRandom));
    shared::lambda::run(async |request| function.handle(request).await).await
}
