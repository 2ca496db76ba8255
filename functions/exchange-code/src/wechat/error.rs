//! Why a call to WeChat failed.

use std::net::IpAddr;

use shared::problem::{Failure, Problem, ProblemCode};

use super::MAX_ANSWER_BYTES;

/// "System busy"; WeChat's documentation says to retry.
const BUSY: i64 = -1;

/// The calls of WeChat's API. Each has its own errcodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WechatCall {
    /// Returns the person.
    Code2Session,
    /// Returns the token of server calls.
    StableToken,
    /// Returns the person's number.
    GetUserPhoneNumber,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum WechatError {
    /// WeChat answered with an errcode.
    #[error("WeChat's {call:?} answered errcode {errcode}")]
    Refused {
        /// The call.
        call: WechatCall,
        /// WeChat's error number.
        errcode: i64,
        /// Our own address, if WeChat names it because it is not on the IP allow-list (40164).
        address: Option<IpAddr>,
    },
    /// No connection, or a broken one. The URL, which holds a secret, is removed from the error.
    #[error("WeChat could not be reached")]
    Unreached(#[source] reqwest::Error),
    /// No whole answer within the time limit.
    #[error("WeChat did not answer in time")]
    TimedOut,
    /// An HTTP status other than 200.
    #[error("WeChat answered HTTP status {0}")]
    Status(u16),
    /// The answer is too long.
    #[error("WeChat's answer is longer than {MAX_ANSWER_BYTES} bytes")]
    TooLong,
    /// The answer is not JSON; a page, for example.
    #[error("WeChat's answer is not JSON")]
    NotJson,
    /// Neither an errcode nor the expected fields.
    #[error("WeChat's {0:?} answered with neither an error nor the expected fields")]
    Incomplete(WechatCall),
    /// The number was given to another mini program.
    #[error("WeChat's watermark names another mini program")]
    AnotherApp,
}

impl WechatError {
    /// Whether a retry may succeed, because the attempt cannot have spent the code.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Refused { errcode, .. } => *errcode == BUSY,
            Self::Unreached(error) => error.is_connect(),
            _ => false,
        }
    }

    /// Whether WeChat no longer accepts the access token.
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

/// The address in `invalid ip 192.0.2.1 ipv6 ::ffff:192.0.2.1, not in whitelist`. The rest of WeChat's text is not used.
pub(super) fn address_in(errmsg: &str) -> Option<IpAddr> {
    errmsg.split_once("invalid ip ")?.1.split([' ', ',']).next()?.parse().ok()
}

/// The problem that an errcode maps to.
fn refusal(call: WechatCall, errcode: i64) -> ProblemCode {
    match (call, errcode) {
        (_, BUSY) => ProblemCode::WechatBusy,
        (_, 45009 | 45011) => ProblemCode::WechatRateLimited,
        (WechatCall::Code2Session, 40029) => ProblemCode::WechatCodeInvalid,
        (WechatCall::Code2Session, 40163) => ProblemCode::WechatCodeUsed,
        (WechatCall::Code2Session, 40226) => ProblemCode::WechatUserBlocked,
        // A code that was used, has expired or belongs to another person; 40013: to another mini program.
        (WechatCall::GetUserPhoneNumber, 40029 | 40013) => ProblemCode::PhoneCodeInvalid,
        // 40013, 40125 and 40164 are a wrong AppID, a wrong secret, and an address that is not on the IP allow-list.
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
