//! Settings: environment variables, read once, with all that is wrong said in one message.

use std::{
    collections::HashMap,
    fmt::{self, Display},
    str::FromStr,
};

use secrecy::SecretString;

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
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
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

    /// Sets a variable, to what it was found to stand for.
    pub(crate) fn set(&mut self, name: String, value: String) {
        self.variables.insert(name, value);
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
