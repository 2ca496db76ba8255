//! Settings whose secrets are kept in Secrets Manager.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use futures_util::future::{join, join_all};

use super::{Aws, AwsFailure};
use crate::{
    clock::SystemClock,
    config::{ConfigError, Env, Setting},
};

/// Settings that `read` takes from `env`, and the AWS clients' set-up. One of `secrets`, `NAME` say, that is given as
/// `NAME_SECRET_ARN` is fetched from Secrets Manager first. While it waits for that, so many connections to each of
/// `services`, by its name in `AWS_ENDPOINT_URL_…`, are opened for the first request.
pub async fn settings<T>(
    mut env: Env,
    secrets: &[Setting],
    services: &[(&str, usize)],
    read: impl FnOnce(&mut Env) -> Option<T>,
) -> Result<(Aws, T), ConfigError> {
    let aws = Aws::read(&mut env, Arc::new(SystemClock));
    let is_any_there = !arns(&env, secrets).is_empty();
    if let Some(aws) = aws.as_ref().filter(|_| is_any_there) {
        let connections = join_all(services.iter().map(|service| aws.connect(*service)));
        join(fetch(&mut env, secrets, aws), connections).await;
    }
    env.settings(|env| {
        let settings = read(env);
        Some((aws?, settings?))
    })
}

/// Those among `secrets` that are given by the ARN of what holds them.
fn arns(env: &Env, secrets: &[Setting]) -> Vec<(String, String)> {
    let missing = secrets.iter().map(|secret| secret.name).filter(|name| env.variable(name).is_none());
    missing
        .filter_map(|name| {
            let arn = env.variable(&format!("{name}_SECRET_ARN"))?;
            Some((name.to_owned(), arn.to_owned()))
        })
        .collect()
}

/// Puts those of `secrets` that are given by ARN in their places.
pub(crate) async fn fetch(env: &mut Env, secrets: &[Setting], aws: &Aws) {
    let arns = arns(env, secrets);
    let client = Client::new(&aws.of("SECRETS_MANAGER"));
    let fetched = arns.into_iter().map(|(name, arn)| {
        let request = client.get_secret_value().secret_id(arn);
        async move { (name, request.send().await) }
    });
    for (name, answer) in join_all(fetched).await {
        let value = match answer.map(|secret| secret.secret_string) {
            Ok(Some(value)) => Some(value),
            Ok(None) => env.wrong(format!("{name}_SECRET_ARN names a secret that holds no text")),
            Err(error) => {
                let failure = AwsFailure::new(&error);
                let advice = advice(&failure);
                env.wrong(format!(
                    "{name}_SECRET_ARN could not be read from Secrets Manager ({failure}): {advice}"
                ))
            }
        };
        if let Some(value) = value {
            env.set(name, value);
        }
    }
}

/// What to do about a secret that could not be read.
fn advice(failure: &AwsFailure) -> &'static str {
    match failure.code() {
        Some("ResourceNotFoundException") => {
            "there is no such secret in this region, or it has no value yet; put one in"
        }
        Some("AccessDeniedException") => {
            "let the function's role secretsmanager:GetSecretValue on it and, if a key of yours encrypts it, kms:Decrypt on that key"
        }
        Some("DecryptionFailure") => "the key that encrypts it is disabled or gone",
        Some("InvalidRequestException") => "the secret is being deleted; restore it",
        _ => "try again; in a VPC, look at its way to Secrets Manager",
    }
}
