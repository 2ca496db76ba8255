//! Settings: environment variables, read once. One message reports all mistakes.

use std::{
    collections::HashMap,
    fmt::{self, Display},
    str::FromStr,
};

use secrecy::SecretString;

mod setting;

pub use setting::{Form, Setting};

/// The environment, and the mistakes found in it so far.
///
/// A settings struct reads all its variables first and takes them with `?` afterwards: each reader notes what is wrong and
/// returns `None`, so one start reports all mistakes.
pub struct Env {
    variables: HashMap<String, String>,
    wrong: Vec<String>,
    /// The settings that were read, in order.
    #[cfg(feature = "openapi")]
    read: Vec<Setting>,
}

/// Why a function cannot start. Names variables, never their values.
#[derive(thiserror::Error)]
#[error("the settings are incomplete or wrong:\n- {}", .0.join("\n- "))]
pub struct ConfigError(Vec<String>);

/// Printed when `main` returns the error.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// The process's environment variables.
#[expect(clippy::disallowed_methods, reason = "the only place that reads the environment")]
pub fn process_variables() -> impl Iterator<Item = (String, String)> {
    // A variable that is not Unicode gets replacement characters, and fails where its form is checked.
    std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
}

impl Env {
    /// Reads from these variables; an empty variable counts as unset.
    #[must_use]
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        Self {
            variables,
            wrong: Vec::new(),
            #[cfg(feature = "openapi")]
            read: Vec::new(),
        }
    }

    /// The process's environment.
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(process_variables())
    }

    /// The settings that `read` returns, or all mistakes.
    pub fn settings<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, ConfigError> {
        match read(&mut self) {
            Some(settings) if self.wrong.is_empty() => Ok(settings),
            _ => Err(ConfigError(self.wrong)),
        }
    }

    /// The value of a variable.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The variables whose names start with this prefix.
    #[must_use]
    pub fn starting_with(&self, prefix: &str) -> HashMap<String, String> {
        let variables = self.variables.iter().filter(|(name, _)| name.starts_with(prefix));
        variables.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The value of a setting; `None` where it is unset.
    pub fn optional(&mut self, setting: &Setting) -> Option<String> {
        #[cfg(feature = "openapi")]
        self.read.push(*setting);
        self.variables.get(setting.name).cloned()
    }

    /// Whether a setting is given, directly or as the ARN of its secret.
    #[must_use]
    pub fn is_set(&self, setting: &Setting) -> bool {
        [setting.name, &format!("{}_SECRET_ARN", setting.name)]
            .iter()
            .any(|name| self.variables.contains_key(*name))
    }

    /// The value of a required setting.
    pub fn required(&mut self, setting: &Setting) -> Option<String> {
        let value = self.optional(setting);
        if value.is_none() {
            self.wrong.push(format!("{} is not set", setting.name));
        }
        value
    }

    /// The value of a setting, or its default.
    pub fn text(&mut self, setting: &Setting) -> String {
        self.optional(setting).or_else(|| setting.default()).unwrap_or_default()
    }

    /// A secret, given as `NAME` or, from Secrets Manager, as `NAME_SECRET_ARN`.
    pub fn secret(&mut self, setting: &Setting) -> Option<SecretString> {
        let Setting { name, .. } = *setting;
        let least = if let Form::Secret(bytes) = setting.form { bytes } else { 1 };
        match self.optional(setting) {
            None if self.wrong.iter().any(|wrong| wrong.starts_with(name)) => None,
            None => self.wrong(format!("neither {name} nor {name}_SECRET_ARN is set")),
            Some(value) if value.len() < least => self.wrong(format!("{name} is shorter than {least} bytes")),
            Some(value) => Some(value.into()),
        }
    }

    /// A setting that is parsed into a type.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, setting: &Setting) -> Option<T> {
        match self.text(setting).trim().parse() {
            Ok(value) => Some(value),
            Err(error) => self.wrong(format!("{}: {error}", setting.name)),
        }
    }

    /// A whole number within the setting's bounds.
    pub fn number(&mut self, setting: &Setting) -> Option<u64> {
        let value = self.parsed(setting)?;
        match setting.form {
            Form::Number { min, max, .. } if !(min..=max).contains(&value) => {
                self.wrong(format!("{} must be between {min} and {max}", setting.name))
            }
            _ => Some(value),
        }
    }

    /// The settings that `read` reads from an environment, in order.
    #[cfg(feature = "openapi")]
    pub fn asked<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Vec<Setting> {
        read(&mut self);
        self.read
    }

    /// Stores the value of a variable that was fetched from elsewhere.
    pub(crate) fn set(&mut self, name: String, value: String) {
        self.variables.insert(name, value);
    }

    /// The result of `read`, if it finds no mistake. Notes no mistakes here.
    pub fn part<T>(&self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        Self::new(self.variables.clone()).settings(read).ok()
    }

    /// Whether a secret is given as an ARN.
    pub(crate) fn is_given_by_arn(&self, setting: &Setting) -> bool {
        self.variables.contains_key(&format!("{}_SECRET_ARN", setting.name))
    }

    /// The mistakes so far.
    pub(crate) fn take_wrong(&mut self) -> Vec<String> {
        std::mem::take(&mut self.wrong)
    }

    /// Notes a mistake.
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
    fn all_mistakes_are_reported_at_once_and_no_values() {
        let variables = [
            ("TICKET_KEY", "swordfish"),
            ("CODE_TTL_SECONDS", "soon"),
            ("CODE_MAX_ATTEMPTS", "0"),
            ("USERS_TABLE", " "),
        ];
        let error = env(&variables)
            .settings(|env| {
                let key = env.secret(&Setting::secret("TICKET_KEY", 32));
                let pepper = env.secret(&Setting::secret("CODE_PEPPER", 1));
                let ttl = env.number(&Setting::number("CODE_TTL_SECONDS", 300, 30, 600));
                let attempts = env.number(&Setting::number("CODE_MAX_ATTEMPTS", 5, 1, 10));
                let users = env.required(&Setting::required("USERS_TABLE"));
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
    fn an_unset_setting_has_its_default() {
        let ttl = env(&[]).settings(|env| env.number(&Setting::number("CODE_TTL_SECONDS", 300, 30, 600)));
        assert_eq!(ttl.unwrap(), 300);
    }
}
