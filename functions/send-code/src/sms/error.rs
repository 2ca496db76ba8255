//! Why a message was refused, and the problem that a client sees (docs/adr/0014-sms-providers.md).

use shared::{
    net::JsonError,
    problem::{Failure, Problem, ProblemCode},
};

/// A provider's refusal or a connection's failure, without number, text and secret.
pub(super) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a message was refused.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// Refused for the number: it opted out, is invalid or blocked. Nothing was sent.
    #[error("the provider refuses the number")]
    NumberRefused(#[source] Cause),
    /// The provider's limit for this number is reached. Nothing was sent.
    #[error("the provider's limit for the number is reached")]
    NumberLimited(Window, #[source] Cause),
    /// The deployment is at fault until somebody fixes it: no money, a wrong key, an unapproved template. Nothing was sent.
    #[error("the provider refuses this deployment")]
    Misconfigured(#[source] Cause),
    /// A temporary failure: the provider is down or throttles. Nothing was sent.
    #[error("the provider did not accept the message")]
    Refused(#[source] Cause),
    /// There was no answer: the message may have been sent.
    #[error("the provider did not say whether it accepted the message")]
    InDoubt(#[source] Cause),
    /// `SMS_ROUTES` has no provider for the number's country.
    #[error("the number's country has no route")]
    NoRoute,
}

/// The window of a provider's limit for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// 30 seconds.
    HalfMinute,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day, as the provider counts it.
    Day,
}

/// The meaning of a provider's error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The number is at fault.
    Number,
    /// The number has reached a limit.
    Limit(Window),
    /// This deployment is at fault: money, configuration, signature. Also every unknown code.
    Ours,
    /// The provider is down or throttles, and will recover.
    Passing,
    /// The message may have been sent anyway.
    InDoubt,
}

/// An error code from a provider.
#[derive(Debug, thiserror::Error)]
#[error("{provider} answered {code}")]
struct Refusal {
    provider: &'static str,
    code: String,
}

/// An answer that says nothing about the message.
#[derive(Debug, thiserror::Error)]
#[error("{provider} answered HTTP status {status} and said nothing about this message")]
struct Unclear {
    provider: &'static str,
    status: u16,
}

impl SmsError {
    /// The error for a provider's error code.
    pub(super) fn refused(provider: &'static str, code: &str, meaning: Meaning) -> Self {
        // This is logged, so it must be a code: any other text could hold a number.
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

    /// An answer with this HTTP status that says nothing about the message.
    pub(super) fn unclear(provider: &'static str, status: u16) -> Self {
        Self::InDoubt(Box::new(Unclear { provider, status }))
    }

    /// Whether another provider may be tried: nothing was sent, and the number is not the cause.
    pub(super) fn may_fail_over(&self) -> bool {
        match self {
            Self::Misconfigured(_) | Self::Refused(_) | Self::NoRoute => true,
            Self::NumberRefused(_) | Self::NumberLimited(..) | Self::InDoubt(_) => false,
        }
    }

    /// Whether the provider is at fault, and not the number.
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
                "This number has reached this hour's limit of codes. Please try again in an hour.".to_owned(),
            ),
            Self::Day => Problem::from(ProblemCode::SmsRejected).detail(
                "该手机号今天不能再接收短信，请明天再试或换一个号码。".to_owned(),
                "This number has reached today's limit of messages. Please try again tomorrow, or use another number."
                    .to_owned(),
            ),
        }
    }
}
