//! One row for every problem of the contract: its status and code, its title, the metric that counts it, and the text
//! for people in Chinese and in English. docs/errors.md is generated from these rows.

/// A row's content.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The code as clients read it: `code_incorrect`.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The kind of problem, in English.
    pub title: &'static str,
    /// The metric that counts it, by its name in `CloudWatch`. Alarms and dashboards use this name.
    pub metric: Option<&'static str>,
    /// The text for people in Chinese. `{retryAfter}` and `{attemptsLeft}` are filled in.
    pub chinese: &'static str,
    /// The same in English.
    pub english: &'static str,
}

macro_rules! problems {
    ($($code:ident: $status:literal $name:literal, $title:literal $(counted as $metric:literal)?
        zh $chinese:literal en $english:literal;)+) => {
        /// The stable `code` of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the row of each says what it means")]
        pub enum ProblemCode {
            $($code,)+
        }

        impl ProblemCode {
            /// All problems.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// Its row.
            #[must_use]
            pub const fn entry(self) -> Entry {
                match self {
                    $(Self::$code => Entry {
                        name: $name,
                        status: $status,
                        title: $title,
                        metric: [$(Some($metric),)? None][0],
                        chinese: $chinese,
                        english: $english,
                    },)+
                }
            }
        }
    };
}

problems! {
    InvalidRequest: 400 "invalid_request", "Invalid request"
        zh "请求格式不正确。"
        en "The request is not what this call expects.";
    InvalidPhoneNumber: 400 "invalid_phone_number", "Invalid phone number"
        zh "请输入正确的手机号。"
        en "Please enter a valid mobile number.";
    UnsupportedCountry: 400 "unsupported_country", "Unsupported country"
        zh "暂不支持该国家或地区的手机号。"
        en "Numbers of this country or region are not supported.";
    PayloadTooLarge: 413 "payload_too_large", "Payload too large"
        zh "请求内容超过 4 KiB。"
        en "The request body is larger than 4 KiB.";
    NotFound: 404 "not_found", "Not found"
        zh "没有这个接口。"
        en "This path does not exist.";
    MethodNotAllowed: 405 "method_not_allowed", "Method not allowed"
        zh "该接口不支持这种请求方法。"
        en "This path does not support this method.";
    ResendTooSoon: 429 "resend_too_soon", "Code sent recently" counted as "LimitsReached"
        zh "验证码刚刚发送过，请在 {retryAfter} 秒后重试。"
        en "A code was sent recently. Please try again in {retryAfter} seconds.";
    PhoneLimitReached: 429 "phone_limit_reached", "Too many codes for this number" counted as "LimitsReached"
        zh "该手机号今天获取验证码的次数已达上限，请明天再试。"
        en "This number has reached today's limit of codes. Please try again tomorrow.";
    IpLimitReached: 429 "ip_limit_reached", "Too many codes for this address" counted as "LimitsReached"
        zh "当前网络获取验证码的次数过多，请稍后再试。"
        en "Too many codes were requested from this network. Please try again later.";
    OpenidLimitReached: 429 "openid_limit_reached", "Too many codes for this WeChat account" counted as "LimitsReached"
        zh "该微信账号今天获取验证码的次数已达上限，请明天再试。"
        en "This WeChat account has reached today's limit of codes. Please try again tomorrow.";
    SmsBudgetExhausted: 503 "sms_budget_exhausted", "No more messages today" counted as "LimitsReached"
        zh "今天的短信发送量已达上限，请明天再试。"
        en "Today's limit of messages has been reached. Please try again tomorrow.";
    SmsRejected: 422 "sms_rejected", "Number refused" counted as "SmsRejections"
        zh "无法向该手机号发送短信，请换一个号码。"
        en "Messages cannot be sent to this number. Please use another number.";
    SmsUnavailable: 503 "sms_unavailable", "SMS unavailable" counted as "SmsFailures"
        zh "短信暂时无法发送，请稍后重试。"
        en "The message could not be sent. Please try again.";
    WechatCodeInvalid: 400 "wechat_code_invalid", "Invalid WeChat code"
        zh "微信登录凭证无效或已过期，请重新登录。"
        en "WeChat's login code is invalid or has expired. Please log in again.";
    WechatCodeUsed: 400 "wechat_code_used", "WeChat code used"
        zh "微信登录凭证已被使用，请重新登录。"
        en "WeChat's login code has been used. Please log in again.";
    WechatUserBlocked: 403 "wechat_user_blocked", "Blocked by WeChat"
        zh "该微信账号存在风险，已被微信限制登录。"
        en "WeChat considers this account risky and has blocked its login.";
    WechatRateLimited: 429 "wechat_rate_limited", "WeChat rate limit" counted as "WechatFailures"
        zh "微信登录过于频繁，请稍后重试。"
        en "Too many WeChat logins. Please try again later.";
    WechatBusy: 503 "wechat_busy", "WeChat busy" counted as "WechatFailures"
        zh "微信系统繁忙，请稍后重试。"
        en "WeChat is busy. Please try again later.";
    WechatUnavailable: 502 "wechat_unavailable", "WeChat unavailable" counted as "WechatFailures"
        zh "暂时无法连接微信，请稍后重试。"
        en "WeChat could not be reached. Please try again later.";
    WechatMisconfigured: 500 "wechat_misconfigured", "WeChat misconfigured" counted as "WechatMisconfigured"
        zh "微信登录配置有误，请联系客服。"
        en "WeChat login is not set up correctly. Please contact support.";
    PhoneCodeInvalid: 400 "phone_code_invalid", "Invalid code for the phone number"
        zh "微信的手机号授权无效或已过期，请重新授权，或使用短信验证码。"
        en "WeChat's permission for your phone number is invalid or has expired. Please allow it again, or use a code by SMS.";
    UnknownApp: 400 "unknown_app", "Unknown mini program"
        zh "未知的小程序。"
        en "Unknown mini program.";
    TicketRequired: 400 "ticket_required", "Ticket required"
        zh "缺少微信登录信息，请重新登录。"
        en "The WeChat login is missing. Please log in again.";
    TicketInvalid: 400 "ticket_invalid", "Invalid ticket"
        zh "微信登录信息无效，请重新登录。"
        en "The WeChat login is not valid. Please log in again.";
    TicketExpired: 400 "ticket_expired", "Ticket expired"
        zh "微信登录信息已过期，请重新登录。"
        en "The WeChat login has expired. Please log in again.";
    OpenidMismatch: 400 "openid_mismatch", "Openid mismatch"
        zh "微信身份不一致，请重新登录。"
        en "The WeChat identity does not match. Please log in again.";
    CodeIncorrect: 400 "code_incorrect", "Incorrect code" counted as "WrongCodes"
        zh "验证码错误，还可以尝试 {attemptsLeft} 次。"
        en "The code is wrong. Attempts left: {attemptsLeft}.";
    CodeExpired: 400 "code_expired", "Code expired"
        zh "验证码已过期，请重新获取。"
        en "The code has expired. Please ask for a new one.";
    CodeUsed: 400 "code_used", "Code used"
        zh "验证码已被使用，请重新获取。"
        en "The code has been used. Please ask for a new one.";
    TooManyAttempts: 429 "too_many_attempts", "Too many attempts" counted as "LimitsReached"
        zh "尝试次数过多，请重新获取验证码。"
        en "Too many attempts. Please ask for a new code.";
    PhoneTaken: 409 "phone_taken", "Number taken"
        zh "该手机号已绑定其他账号。"
        en "This number belongs to another account.";
    TokenRequired: 401 "token_required", "Token required"
        zh "请先登录。"
        en "Please log in first.";
    TokenInvalid: 401 "token_invalid", "Token invalid"
        zh "登录已失效，请重新登录。"
        en "You are no longer logged in. Please log in again.";
    LoginRequired: 401 "login_required", "Login required"
        zh "请用手机号重新登录。"
        en "Please log in with your phone number again.";
    AccountDisabled: 403 "account_disabled", "Account disabled"
        zh "该账号已被停用，请联系客服。"
        en "This account is disabled. Please contact support.";
    ServiceUnavailable: 503 "service_unavailable", "Service unavailable" counted as "ServiceUnavailable"
        zh "服务繁忙，请在 {retryAfter} 秒后重试。"
        en "The service is busy. Please try again in {retryAfter} seconds.";
    Internal: 500 "internal", "Internal error"
        zh "系统出错了，请稍后重试。"
        en "Something went wrong. Please try again later.";
}

/// The limits are one metric. Its dimension `Limit` is the code.
const LIMITS_REACHED: &str = "LimitsReached";

impl ProblemCode {
    /// The code as clients read it: `code_incorrect`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.entry().status
    }

    /// The metric that counts it.
    #[must_use]
    pub const fn metric(self) -> Option<&'static str> {
        self.entry().metric
    }

    /// Whether it reports a reached limit.
    #[must_use]
    pub fn is_limit(self) -> bool {
        self.metric() == Some(LIMITS_REACHED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_metrics_that_alarms_use_keep_their_names() {
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
