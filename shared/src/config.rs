//! Settings: environment variables, read once, with all that is wrong said in one message.

use std::{
    collections::HashMap,
    fmt::{self, Display},
    str::FromStr,
};

use secrecy::SecretString;

mod setting;

pub use setting::{Form, Setting};

/// The environment, and what was found wrong with it so far.
///
/// A settings struct reads all its variables, then takes them with `?`: every reader notes what is wrong and gives
/// `None`, so that one start tells everything.
pub struct Env {
    variables: HashMap<String, String>,
    wrong: Vec<String>,
    /// The settings that were read, in their order.
    #[cfg(feature = "openapi")]
    read: Vec<Setting>,
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

    /// Settings that `read` takes from here, or everything that is wrong.
    pub fn settings<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, ConfigError> {
        match read(&mut self) {
            Some(settings) if self.wrong.is_empty() => Ok(settings),
            _ => Err(ConfigError(self.wrong)),
        }
    }

    /// What a variable says.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The variables whose names begin so.
    #[must_use]
    pub fn starting_with(&self, prefix: &str) -> HashMap<String, String> {
        let variables = self.variables.iter().filter(|(name, _)| name.starts_with(prefix));
        variables.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// What a setting says; `None` where it is absent.
    pub fn optional(&mut self, setting: &Setting) -> Option<String> {
        #[cfg(feature = "openapi")]
        self.read.push(*setting);
        self.variables.get(setting.name).cloned()
    }

    /// Whether a setting is given, be it by the ARN of its secret.
    #[must_use]
    pub fn is_set(&self, setting: &Setting) -> bool {
        [setting.name, &format!("{}_SECRET_ARN", setting.name)]
            .iter()
            .any(|name| self.variables.contains_key(*name))
    }

    /// What a setting says that has to be there.
    pub fn required(&mut self, setting: &Setting) -> Option<String> {
        let value = self.optional(setting);
        if value.is_none() {
            self.wrong.push(format!("{} is not set", setting.name));
        }
        value
    }

    /// What a setting says, or its default.
    pub fn text(&mut self, setting: &Setting) -> String {
        self.optional(setting).or_else(|| setting.default()).unwrap_or_default()
    }

    /// A secret, given as `NAME` or, through Secrets Manager, as `NAME_SECRET_ARN`.
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

    /// A setting of another type.
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

    /// The settings that `read` takes from an environment, in their order.
    #[cfg(feature = "openapi")]
    pub fn asked<T>(mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Vec<Setting> {
        read(&mut self);
        self.read
    }

    /// Sets a variable, to what it was found to stand for.
    pub(crate) fn set(&mut self, name: String, value: String) {
        self.variables.insert(name, value);
    }

    /// What `read` takes from here, if nothing of that is wrong. Nothing is noted.
    pub fn part<T>(&self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        Self::new(self.variables.clone()).settings(read).ok()
    }

    /// Whether a secret is given by the ARN of what holds it.
    pub(crate) fn is_given_by_arn(&self, setting: &Setting) -> bool {
        self.variables.contains_key(&format!("{}_SECRET_ARN", setting.name))
    }

    /// All that was found wrong so far.
    pub(crate) fn take_wrong(&mut self) -> Vec<String> {
        std::mem::take(&mut self.wrong)
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
    fn what_is_unset_has_its_default() {
        let ttl = env(&[]).settings(|env| env.number(&Setting::number("CODE_TTL_SECONDS", 300, 30, 600)));
        assert_eq!(ttl.unwrap(), 300);
    }
}
