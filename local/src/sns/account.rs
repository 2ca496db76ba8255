//! The account's attributes in its region: `GetSMSSandboxAccountStatus`, `GetSMSAttributes`
//! (<https://docs.aws.amazon.com/sns/latest/api/API_GetSMSAttributes.html>).

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, PoisonError},
};

/// The account: out of the sandbox, with a raised limit.
pub(super) struct Account(Mutex<State>);

struct State {
    is_in_sandbox: bool,
    attributes: BTreeMap<String, String>,
}

impl Default for Account {
    fn default() -> Self {
        let attributes = [("MonthlySpendLimit".to_owned(), "100".to_owned())].into();
        Self(Mutex::new(State { is_in_sandbox: false, attributes }))
    }
}

impl Account {
    pub(super) fn put_into_sandbox(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_in_sandbox = true;
    }

    pub(super) fn set(&self, attribute: &str, value: Option<&str>) {
        let attributes = &mut self.0.lock().unwrap_or_else(PoisonError::into_inner).attributes;
        match value {
            Some(value) => attributes.insert(attribute.to_owned(), value.to_owned()),
            None => attributes.remove(attribute),
        };
    }

    /// The inner element of the answer to this action, if the action is about the account.
    pub(super) fn answer(&self, action: &str) -> Option<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match action {
            "GetSMSSandboxAccountStatus" => {
                Some(format!("<IsInSandbox>{}</IsInSandbox>", state.is_in_sandbox))
            }
            "GetSMSAttributes" => {
                let mut entries = String::new();
                for (key, value) in &state.attributes {
                    _ = write!(entries, "<entry><key>{key}</key><value>{value}</value></entry>");
                }
                Some(format!("<attributes>{entries}</attributes>"))
            }
            _ => None,
        }
    }
}
