//! What a problem counts as in the metrics.

use super::ProblemCode;

const LIMITS_REACHED: &str = "LimitsReached";

impl ProblemCode {
    /// The metric that counts it, under its name in `CloudWatch`: alarms and dashboards go by it.
    #[must_use]
    pub fn metric(self) -> Option<&'static str> {
        match self {
            // A wrong code was judged.
            Self::CodeIncorrect => Some("WrongCodes"),
            Self::ResendTooSoon
            | Self::PhoneLimitReached
            | Self::IpLimitReached
            | Self::OpenidLimitReached
            | Self::SmsBudgetExhausted
            | Self::TooManyAttempts => Some(LIMITS_REACHED),
            // The provider did not take a message.
            Self::SmsUnavailable => Some("SmsFailures"),
            // The provider refuses a number.
            Self::SmsRejected => Some("SmsRejections"),
            // WeChat is busy, down or throttles us.
            Self::WechatBusy | Self::WechatRateLimited | Self::WechatUnavailable => Some("WechatFailures"),
            // WeChat does not know us.
            Self::WechatMisconfigured => Some("WechatMisconfigured"),
            // DynamoDB is throttled or out of reach.
            Self::ServiceUnavailable => Some("ServiceUnavailable"),
            Self::InvalidRequest
            | Self::InvalidPhoneNumber
            | Self::UnsupportedCountry
            | Self::PayloadTooLarge
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::WechatCodeInvalid
            | Self::WechatCodeUsed
            | Self::WechatUserBlocked
            | Self::TicketRequired
            | Self::TicketInvalid
            | Self::TicketExpired
            | Self::OpenidMismatch
            | Self::CodeExpired
            | Self::CodeUsed
            | Self::PhoneTaken
            | Self::Internal => None,
        }
    }

    /// Whether it says that a limit holds. Such problems are one metric, whose dimension `Limit` is the code.
    #[must_use]
    pub fn is_limit(self) -> bool {
        self.metric() == Some(LIMITS_REACHED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_alarms_go_by_keeps_its_name() {
        let counted =
            ProblemCode::ALL.iter().filter_map(|code| Some(format!("{} {}", code.name(), code.metric()?)));
        assert_eq!(
            counted.collect::<Vec<_>>(),
            [
                "resend_too_soon LimitsReached",
                "phone_limit_reached LimitsReached",
                "ip_limit_reached LimitsReached",
                "openid_limit_reached LimitsReached",
                "sms_budget_exhausted LimitsReached",
                "sms_rejected SmsRejections",
                "sms_unavailable SmsFailures",
                "wechat_rate_limited WechatFailures",
                "wechat_busy WechatFailures",
                "wechat_unavailable WechatFailures",
                "wechat_misconfigured WechatMisconfigured",
                "code_incorrect WrongCodes",
                "too_many_attempts LimitsReached",
                "service_unavailable ServiceUnavailable",
            ]
        );
    }
}
