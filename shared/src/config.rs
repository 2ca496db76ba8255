//! Settings: environment variables, read once, with all that is wrong said in one message.

use std::{
    collections::HashMap,
    fmt::{self, Display},
    str::FromStr,
};

use futures_util::future::{join, join_all};
use secrecy::SecretString;

use crate::aws::{Aws, AwsFailure};

/// The environment, and what was found wrong with it so far.
///
/// A settings struct reads all its variables, then takes them with `?`: every reader notes what is wrong and gives
/// `None`, so that one start tells everything.
pub struct Env {
    variables: HashMap<String, String>,
    wrong: Vec<String>,
}

/// What keeps a function from starting. Names variables, never their values.
#[derive(thiserror::Error)]
#[error("the settings are not complete:\n- {}", .0.join("\n- "))]
pub struct ConfigError(Vec<String>);

/// What a `main` that returns the error prints.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// The variables of the process's environment.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system")]
pub fn process_variables() -> impl Iterator<Item = (String, String)> {
    // A variable that is no Unicode reads with a replacement character, and fails where its form matters.
    std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
}

impl Env {
    /// Reads from these variables; an empty one counts as unset.
    #[must_use]
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        Self { variables, wrong: Vec::new() }
    }

    /// The process's environment.
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(process_variables())
    }

    /// Settings that `read` takes from here, and the AWS clients' set-up. A secret `NAME` of `secrets` that is given as
    /// `NAME_SECRET_ARN` is fetched from Secrets Manager first. While it waits for that, so many connections to each of
    /// `services`, by its name in `AWS_ENDPOINT_URL_…`, are opened for the first request.
    pub async fn settings_on_aws<T>(
        mut self,
        secrets: &[&str],
        services: &[(&str, usize)],
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<(Aws, T), ConfigError> {
        let aws = Aws::read(&mut self);
        let arns = self.secret_arns(secrets);
        if let Some(aws) = aws.as_ref().filter(|_| !arns.is_empty()) {
            let connections = join_all(services.iter().map(|service| aws.connect(*service)));
            join(self.fetch(arns, aws), connections).await;
        }
        self.settings(|env| {
            let settings = read(env);
            Some((aws?, settings?))
        })
    }

    /// The secrets among `names` that are given by the ARN of what holds them.
    fn secret_arns(&self, names: &[&str]) -> Vec<(String, String)> {
        let missing = names.iter().filter(|name| !self.variables.contains_key(**name));
        let arn = |name: &&str| self.variables.get(&format!("{name}_SECRET_ARN")).cloned();
        missing.filter_map(|name| Some(((*name).to_owned(), arn(name)?))).collect()
    }

    async fn fetch(&mut self, arns: Vec<(String, String)>, aws: &Aws) {
        let client = aws_sdk_secretsmanager::Client::new(&aws.of("SECRETS_MANAGER"));
        let fetched = arns.into_iter().map(|(name, arn)| {
            let request = client.get_secret_value().secret_id(arn);
            async move { (name, request.send().await) }
        });
        for (name, answer) in join_all(fetched).await {
            match answer.map(|secret| secret.secret_string) {
                Ok(Some(value)) => _ = self.variables.insert(name, value),
                Ok(None) => self.wrong.push(format!("{name}_SECRET_ARN names a secret that holds no text")),
                Err(error) => {
                    let failure = AwsFailure::new(&error);
                    self.wrong.push(format!(
                        "{name}_SECRET_ARN could not be read from Secrets Manager ({failure})"
                    ));
                }
            }
        }
    }

    /// Settings that `read` takes from here, or everything that is wrong.
    pub fn settings<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, ConfigError> {
        match read(&mut self) {
            Some(settings) if self.wrong.is_empty() => Ok(settings),
            _ => Err(ConfigError(self.wrong)),
        }
    }

    /// A variable that must be set.
    pub fn required(&mut self, name: &str) -> Option<String> {
        let value = self.optional(name);
        if value.is_none() {
            self.wrong.push(format!("{name} is not set"));
        }
        value
    }

    /// A variable that may be unset.
    pub fn optional(&mut self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    /// The variables whose names begin so.
    #[must_use]
    pub fn starting_with(&self, prefix: &str) -> HashMap<String, String> {
        let variables = self.variables.iter().filter(|(name, _)| name.starts_with(prefix));
        variables.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// A secret of at least `min_bytes` bytes, given as `NAME` or, through Secrets Manager, as `NAME_SECRET_ARN`.
    pub fn secret(&mut self, name: &str, min_bytes: usize) -> Option<SecretString> {
        match self.optional(name) {
            None if self.wrong.iter().any(|wrong| wrong.starts_with(name)) => None,
            None => self.wrong(format!("neither {name} nor {name}_SECRET_ARN is set")),
            Some(value) if value.len() < min_bytes => {
                self.wrong(format!("{name} is shorter than {min_bytes} bytes"))
            }
            Some(value) => Some(value.into()),
        }
    }

    /// A variable of another type, with its default.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str, default: T) -> Option<T> {
        match self.optional(name).map(|value| value.trim().parse::<T>()) {
            None => Some(default),
            Some(Ok(value)) => Some(value),
            Some(Err(error)) => self.wrong(format!("{name}: {error}")),
        }
    }

    /// A whole number between `min` and `max`, with its default.
    pub fn number(&mut self, name: &str, default: u64, min: u64, max: u64) -> Option<u64> {
        let value = self.parsed(name, default)?;
        if (min..=max).contains(&value) {
            return Some(value);
        }
        self.wrong(format!("{name} must be between {min} and {max}"))
    }

    /// Notes what is wrong.
    pub fn wrong<T>(&mut self, what: String) -> Option<T> {
        self.wrong.push(what);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(variables: &[(&str, &str)]) -> Env {
        Env::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_and_no_value_is() {
        let variables = [
            ("TICKET_KEY", "swordfish"),
            ("CODE_TTL_SECONDS", "soon"),
            ("CODE_MAX_ATTEMPTS", "0"),
            ("USERS_TABLE", " "),
        ];
        let error = env(&variables)
            .settings(|env| {
                let key = env.secret("TICKET_KEY", 32);
                let pepper = env.secret("CODE_PEPPER", 1);
                let ttl = env.number("CODE_TTL_SECONDS", 300, 30, 600);
                let attempts = env.number("CODE_MAX_ATTEMPTS", 5, 1, 10);
                let users = env.required("USERS_TABLE");
                Some((key?, pepper?, ttl?, attempts?, users?))
            })
            .err()
            .unwrap()
            .to_string();
        for name in [
            "TICKET_KEY",
            "CODE_PEPPER",
            "CODE_PEPPER_SECRET_ARN",
            "CODE_TTL_SECONDS",
            "CODE_MAX_ATTEMPTS",
            "USERS_TABLE",
        ] {
            assert!(error.contains(name), "{name} is not in {error}");
        }
        assert!(!error.contains("swordfish"));
    }

    #[test]
    fn what_is_unset_has_its_default() {
        let ttl = env(&[]).settings(|env| env.number("CODE_TTL_SECONDS", 300, 30, 600));
        assert_eq!(ttl.unwrap(), 300);
    }
}
