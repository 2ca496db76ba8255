//! The settings and secrets, as a cold start would read them now.

use std::sync::Arc;

use super::Check;
use crate::{
    aws::{self, Aws},
    clock::SystemClock,
    config::{Env, Setting},
};

/// The settings as read, and all mistakes in them.
pub struct Examined {
    /// The AWS configuration, if it can be read.
    pub aws: Option<Aws>,
    env: Env,
    secrets: Vec<Setting>,
    wrong: Vec<String>,
}

impl Examined {
    /// Fetches those of `secrets` that are given as an ARN, and reads all settings with `read`.
    pub async fn new<T>(
        mut env: Env,
        secrets: Vec<Setting>,
        read: impl FnOnce(&mut Env) -> Option<T>,
    ) -> Self {
        let aws = Aws::read(&mut env, Arc::new(SystemClock));
        if let Some(aws) = &aws {
            aws::fetch(&mut env, &secrets, aws).await;
        }
        read(&mut env);
        let wrong = env.take_wrong();
        Self { aws, env, secrets, wrong }
    }

    /// The result of `read`, if none of the settings that it reads is wrong.
    pub fn part<T>(&self, read: impl FnOnce(&mut Env) -> Option<T>) -> Option<T> {
        self.env.part(read)
    }

    /// A check for each secret, and one for all other settings.
    #[must_use]
    pub fn checks(&self) -> Vec<Check> {
        let is_of = |wrong: &str, name: &str| {
            let named = wrong.strip_prefix("neither ").unwrap_or(wrong).strip_prefix(name);
            named.is_some_and(|rest| {
                !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
            }) || wrong.starts_with(&format!("{name}_SECRET_ARN "))
        };
        let of_secret = |setting: &Setting| {
            let wrong: Vec<_> =
                self.wrong.iter().filter(|wrong| is_of(wrong, setting.name)).cloned().collect();
            if !wrong.is_empty() {
                return Some(Check::of(setting.name, Err(wrong.join("; "))));
            }
            // An optional secret may be absent.
            self.env.variable(setting.name)?;
            let found = if self.env.is_given_by_arn(setting) {
                format!("{}_SECRET_ARN was read from Secrets Manager and is well-formed", setting.name)
            } else {
                "is set as a variable and is well-formed".to_owned()
            };
            Some(Check::of(setting.name, Ok(found)))
        };
        let others: Vec<_> = self
            .wrong
            .iter()
            .filter(|wrong| !self.secrets.iter().any(|secret| is_of(wrong, secret.name)))
            .cloned()
            .collect();
        let settings = if others.is_empty() {
            Ok("all settings other than secrets can be read".to_owned())
        } else {
            Err(format!("{}: fix them; the function cannot start with them", others.join("; ")))
        };
        [Check::of("settings", settings)]
            .into_iter()
            .chain(self.secrets.iter().filter_map(of_secret))
            .collect()
    }
}
