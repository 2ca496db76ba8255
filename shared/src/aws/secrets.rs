//! Settings whose values are stored in Secrets Manager.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use futures_util::future::{join, join_all};

use super::{Aws, AwsFailure};
use crate::{
    clock::SystemClock,
    config::{ConfigError, Env, Setting},
};

/// Reads the settings with `read`, and the AWS configuration. A setting `NAME` of `secrets` that is given as
/// `NAME_SECRET_ARN` is first fetched from Secrets Manager. While it waits, it opens the given number of connections to
/// each of `services` (named as in `AWS_ENDPOINT_URL_…`), so that the first request finds them open.
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

/// Those of `secrets` that are given as an ARN.
fn arns(env: &Env, secrets: &[Setting]) -> Vec<(String, String)> {
    let missing = secrets.iter().map(|secret| secret.name).filter(|name| env.variable(name).is_none());
    missing
        .filter_map(|name| {
            let arn = env.variable(&format!("{name}_SECRET_ARN"))?;
            Some((name.to_owned(), arn.to_owned()))
        })
        .collect()
}

/// Fetches those of `secrets` that are given as an ARN, and stores their values in `env`.
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
            Ok(None) => env.wrong(format!("{name}_SECRET_ARN names a secret without a text value")),
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

/// Advice on a secret that could not be read.
fn advice(failure: &AwsFailure) -> &'static str {
    match failure.code() {
        Some("ResourceNotFoundException") => {
            "this region has no such secret, or the secret has no value yet; give it one"
        }
        Some("AccessDeniedException") => {
            "allow the function's role secretsmanager:GetSecretValue on it and, if your own key encrypts it, kms:Decrypt on that key"
        }
        Some("DecryptionFailure") => "the key that encrypts it is disabled or deleted",
        Some("InvalidRequestException") => "the secret is being deleted; restore it",
        _ => "try again; in a VPC, check its route to Secrets Manager",
    }
}
