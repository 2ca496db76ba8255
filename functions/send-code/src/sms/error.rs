//! Why a message was not taken, and what that is to a client (docs/adr/0014-sms-providers.md).

use shared::{
    net::JsonError,
    problem::{Failure, Problem, ProblemCode},
};

/// Why a provider refused, or how the connection to it broke: without number, text and secret.
pub(super) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// Refused for the number: it opted out, is invalid or blocked. Nothing was sent.
    #[error("the provider refuses the number")]
    NumberRefused(#[source] Cause),
    /// The provider gives this number no more messages for a while. Nothing was sent.
    #[error("the provider gives the number no more messages for now")]
    NumberLimited(Window, #[source] Cause),
    /// Refused for us, and not until somebody acts: no money, a wrong key, a template that is not approved. Nothing was sent.
    #[error("the provider refuses this deployment")]
    Misconfigured(#[source] Cause),
    /// Refused for us, for a while: the provider is down or throttles. Nothing was sent.
    #[error("the provider did not take the message")]
    Refused(#[source] Cause),
    /// There was no answer: the message may have been sent.
    #[error("the provider did not say whether it took the message")]
    InDoubt(#[source] Cause),
    /// The settings give the number's country no provider.
    #[error("the number's country has no route")]
    NoRoute,
}

/// In how long a provider counts a number's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// 30 seconds.
    HalfMinute,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day, the provider's.
    Day,
}

/// What an error code of a provider's means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The number is at fault.
    Number,
    /// The number has had its messages.
    Limit(Window),
    /// This deployment is at fault: money, set-up, signature. Also every code that is not known.
    Ours,
    /// The provider is down or throttles, and will recover by itself.
    Passing,
    /// The message may have been sent all the same.
    InDoubt,
}

/// An error code that a provider answered with.
#[derive(Debug, thiserror::Error)]
#[error("{provider} answered {code}")]
struct Refusal {
    provider: &'static str,
    code: String,
}

/// An answer that neither takes the message nor refuses it.
#[derive(Debug, thiserror::Error)]
#[error("{provider} answered HTTP status {status} and nothing of this message")]
struct Unclear {
    provider: &'static str,
    status: u16,
}

impl SmsError {
    /// What a provider's error code is to us.
    pub(super) fn refused(provider: &'static str, code: &str, meaning: Meaning) -> Self {
        // Logged: whatever stands in the place of a code must not bring a number or a text along.
        let is_code = code.len() <= 80
            && code.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'_' | b'-'));
        let code = if is_code { code } else { "an error without a code" }.to_owned();
        let cause = Box::new(Refusal { provider, code });
        match meaning {
            Meaning::Number => Self::NumberRefused(cause),
            Meaning::Limit(window) => Self::NumberLimited(window, cause),
            Meaning::Ours => Self::Misconfigured(cause),
            Meaning::Passing => Self::Refused(cause),
            Meaning::InDoubt => Self::InDoubt(cause),
        }
    }

    /// An answer, of this HTTP status, that says nothing of the message.
    pub(super) fn unclear(provider: &'static str, status: u16) -> Self {
        Self::InDoubt(Box::new(Unclear { provider, status }))
    }

    /// Whether another provider may be asked: nothing was sent, and the number is not why.
    pub(super) fn may_fail_over(&self) -> bool {
        match self {
            Self::Misconfigured(_) | Self::Refused(_) | Self::NoRoute => true,
            Self::NumberRefused(_) | Self::NumberLimited(..) | Self::InDoubt(_) => false,
        }
    }

    /// Whether it is the provider that has failed, and not the number.
    pub(super) fn is_providers(&self) -> bool {
        match self {
            Self::Misconfigured(_) | Self::Refused(_) | Self::InDoubt(_) => true,
            Self::NumberRefused(_) | Self::NumberLimited(..) | Self::NoRoute => false,
        }
    }
}

impl From<JsonError> for SmsError {
    fn from(error: JsonError) -> Self {
        if error.is_in_doubt() { Self::InDoubt(error.into()) } else { Self::Refused(error.into()) }
    }
}

impl Failure for SmsError {
    fn problem(&self) -> Problem {
        match self {
            Self::NumberRefused(_) => ProblemCode::SmsRejected.into(),
            Self::NumberLimited(window, _) => window.problem(),
            Self::Misconfigured(_) | Self::Refused(_) | Self::InDoubt(_) | Self::NoRoute => {
                ProblemCode::SmsUnavailable.into()
            }
        }
    }
}

impl Window {
    fn problem(self) -> Problem {
        let soon = |seconds| Problem::from(ProblemCode::ResendTooSoon).retry_after(seconds);
        match self {
            Self::HalfMinute => soon(30),
            Self::Minute => soon(60),
            Self::Hour => soon(60 * 60).detail(
                "该手机号一小时内获取验证码的次数已达上限，请一小时后重试。".to_owned(),
                "This number has had all its codes for this hour. Please try again in an hour.".to_owned(),
            ),
            Self::Day => Problem::from(ProblemCode::SmsRejected).detail(
                "该手机号今天不能再接收短信，请明天再试或换一个号码。".to_owned(),
                "This number gets no more messages today. Please try again tomorrow, or use another one."
                    .to_owned(),
            ),
        }
    }
}
