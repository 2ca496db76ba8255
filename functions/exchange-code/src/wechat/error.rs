//! Why WeChat did not answer what it was asked.

use std::net::IpAddr;

use shared::problem::{Failure, Problem, ProblemCode};

use super::MAX_ANSWER_BYTES;

/// "System busy"; WeChat asks to try again.
const BUSY: i64 = -1;

/// The calls of WeChat's API, each with errcodes of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WechatCall {
    /// Who a person is.
    Code2Session,
    /// What a server's calls go by.
    StableToken,
    /// What a person's number is.
    GetUserPhoneNumber,
}

/// Why there is no answer to go by.
#[derive(Debug, thiserror::Error)]
pub enum WechatError {
    /// WeChat answered with an error of its own.
    #[error("WeChat's {call:?} answered errcode {errcode}")]
    Refused {
        /// The call.
        call: WechatCall,
        /// WeChat's number for it.
        errcode: i64,
        /// Our own address, where WeChat names it: it is not on WeChat's list (40164).
        address: Option<IpAddr>,
    },
    /// No connection, or one that broke. The error's URL, which holds a secret, was taken out.
    #[error("WeChat could not be reached")]
    Unreached(#[source] reqwest::Error),
    /// No whole answer in time.
    #[error("WeChat did not answer in time")]
    TimedOut,
    /// An HTTP status that WeChat's answers do not have.
    #[error("WeChat answered HTTP status {0}")]
    Status(u16),
    /// An answer that does not end where one should.
    #[error("WeChat's answer is over {MAX_ANSWER_BYTES} bytes")]
    TooLong,
    /// A page, say, in place of the answer.
    #[error("WeChat's answer is no JSON")]
    NotJson,
    /// Neither an error nor what was asked for.
    #[error("WeChat's {0:?} answered neither an error nor what was asked for")]
    Incomplete(WechatCall),
    /// A number that was given to another mini program.
    #[error("WeChat's watermark names another mini program")]
    AnotherApp,
}

impl WechatError {
    /// Whether the code can't have been used up by the attempt and another one may go through.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Refused { errcode, .. } => *errcode == BUSY,
            Self::Unreached(error) => error.is_connect(),
            _ => false,
        }
    }

    /// Whether the access token is not, or no longer, the one that WeChat takes.
    pub(super) fn is_of_token(&self) -> bool {
        matches!(self, Self::Refused { errcode: 40001 | 40014 | 42001, .. })
    }
}

impl Failure for WechatError {
    fn problem(&self) -> Problem {
        match self {
            Self::Refused { call, errcode, .. } => refusal(*call, *errcode),
            Self::AnotherApp => ProblemCode::PhoneCodeInvalid,
            Self::Unreached(_)
            | Self::TimedOut
            | Self::Status(_)
            | Self::TooLong
            | Self::NotJson
            | Self::Incomplete(_) => ProblemCode::WechatUnavailable,
        }
        .into()
    }
}

/// The address in `invalid ip 192.0.2.1 ipv6 ::ffff:192.0.2.1, not in whitelist`, and nothing else of a text of WeChat's.
pub(super) fn address_in(errmsg: &str) -> Option<IpAddr> {
    errmsg.split_once("invalid ip ")?.1.split([' ', ',']).next()?.parse().ok()
}

/// What a client is told of an errcode.
fn refusal(call: WechatCall, errcode: i64) -> ProblemCode {
    match (call, errcode) {
        (_, BUSY) => ProblemCode::WechatBusy,
        (_, 45009 | 45011) => ProblemCode::WechatRateLimited,
        (WechatCall::Code2Session, 40029) => ProblemCode::WechatCodeInvalid,
        (WechatCall::Code2Session, 40163) => ProblemCode::WechatCodeUsed,
        (WechatCall::Code2Session, 40226) => ProblemCode::WechatUserBlocked,
        // A code that was used, has expired or is another person's; 40013: one of another mini program.
        (WechatCall::GetUserPhoneNumber, 40029 | 40013) => ProblemCode::PhoneCodeInvalid,
        // 40013, 40125 and 40164 are a wrong AppID, a wrong secret and an address that is not on WeChat's list.
        _ => ProblemCode::WechatMisconfigured,
    }
}

impl From<reqwest::Error> for WechatError {
    fn from(error: reqwest::Error) -> Self {
        match error.without_url() {
            error if error.is_connect() => Self::Unreached(error),
            error if error.is_timeout() => Self::TimedOut,
            error => Self::Unreached(error),
        }
    }
}
