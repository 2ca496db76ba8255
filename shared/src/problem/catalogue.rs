//! Every problem of the contract: its code, its status, and what it says to a person.

macro_rules! codes {
    ($($name:ident)+) => {
        /// The stable `code` of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the catalogue below says what each one means")]
        pub enum ProblemCode {
            $($name,)+
        }

        impl ProblemCode {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

codes! {
    InvalidRequest
    InvalidPhoneNumber
    UnsupportedCountry
    PayloadTooLarge
    NotFound
    MethodNotAllowed
    ResendTooSoon
    PhoneLimitReached
    IpLimitReached
    OpenidLimitReached
    SmsBudgetExhausted
    SmsRejected
    SmsUnavailable
    WechatCodeInvalid
    WechatCodeUsed
    WechatUserBlocked
    WechatRateLimited
    WechatBusy
    WechatUnavailable
    WechatMisconfigured
    TicketRequired
    TicketInvalid
    TicketExpired
    OpenidMismatch
    CodeIncorrect
    CodeExpired
    CodeUsed
    TooManyAttempts
    PhoneTaken
    ServiceUnavailable
    Internal
}

pub(super) struct Entry {
    pub name: &'static str,
    pub status: u16,
    pub title: &'static str,
    pub chinese: &'static str,
    pub english: &'static str,
}

impl ProblemCode {
    /// The code as clients read it: `code_incorrect`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        self.entry().status
    }

    #[expect(clippy::too_many_lines, reason = "one table, read as one")]
    pub(super) const fn entry(self) -> Entry {
        let (name, status, title, chinese, english) = match self {
            Self::InvalidRequest => (
                "invalid_request",
                400,
                "Invalid request",
                "请求格式不正确。",
                "The request is not what this call expects.",
            ),
            Self::InvalidPhoneNumber => (
                "invalid_phone_number",
                400,
                "Invalid phone number",
                "请输入正确的手机号。",
                "Please enter a valid mobile number.",
            ),
            Self::UnsupportedCountry => (
                "unsupported_country",
                400,
                "Unsupported country",
                "暂不支持该国家或地区的手机号。",
                "Numbers of this country or region are not supported.",
            ),
            Self::PayloadTooLarge => (
                "payload_too_large",
                413,
                "Payload too large",
                "请求内容超过 4 KiB。",
                "The request body is larger than 4 KiB.",
            ),
            Self::NotFound => {
                ("not_found", 404, "Not found", "没有这个接口。", "There is nothing at this path.")
            }
            Self::MethodNotAllowed => (
                "method_not_allowed",
                405,
                "Method not allowed",
                "该接口不支持这种请求方法。",
                "This path does not answer this method.",
            ),
            Self::ResendTooSoon => (
                "resend_too_soon",
                429,
                "Code sent a moment ago",
                "验证码刚刚发送过，请在 {retryAfter} 秒后重试。",
                "A code was sent a moment ago. Please try again in {retryAfter} seconds.",
            ),
            Self::PhoneLimitReached => (
                "phone_limit_reached",
                429,
                "Too many codes for this number",
                "该手机号今天获取验证码的次数已达上限，请明天再试。",
                "This number has had all its codes for today. Please try again tomorrow.",
            ),
            Self::IpLimitReached => (
                "ip_limit_reached",
                429,
                "Too many codes for this address",
                "当前网络获取验证码的次数过多，请稍后再试。",
                "Too many codes were sent to this network. Please try again later.",
            ),
            Self::OpenidLimitReached => (
                "openid_limit_reached",
                429,
                "Too many codes for this WeChat account",
                "该微信账号今天获取验证码的次数已达上限，请明天再试。",
                "This WeChat account has had all its codes for today. Please try again tomorrow.",
            ),
            Self::SmsBudgetExhausted => (
                "sms_budget_exhausted",
                503,
                "No more messages today",
                "今天的短信发送量已达上限，请明天再试。",
                "All of today's messages have been sent. Please try again tomorrow.",
            ),
            Self::SmsRejected => (
                "sms_rejected",
                422,
                "Number refused",
                "无法向该手机号发送短信，请换一个号码。",
                "Messages cannot be sent to this number. Please use another one.",
            ),
            Self::SmsUnavailable => (
                "sms_unavailable",
                503,
                "SMS unavailable",
                "短信暂时无法发送，请稍后重试。",
                "The message could not be sent. Please try again.",
            ),
            Self::WechatCodeInvalid => (
                "wechat_code_invalid",
                400,
                "Invalid WeChat code",
                "微信登录凭证无效或已过期，请重新登录。",
                "WeChat's login code is invalid or has expired. Please log in again.",
            ),
            Self::WechatCodeUsed => (
                "wechat_code_used",
                400,
                "WeChat code used",
                "微信登录凭证已被使用，请重新登录。",
                "WeChat's login code has been used. Please log in again.",
            ),
            Self::WechatUserBlocked => (
                "wechat_user_blocked",
                403,
                "Blocked by WeChat",
                "该微信账号存在风险，已被微信限制登录。",
                "WeChat has blocked this account for its risk.",
            ),
            Self::WechatRateLimited => (
                "wechat_rate_limited",
                429,
                "WeChat rate limit",
                "微信登录过于频繁，请稍后重试。",
                "Too many WeChat logins. Please try again later.",
            ),
            Self::WechatBusy => (
                "wechat_busy",
                503,
                "WeChat busy",
                "微信系统繁忙，请稍后重试。",
                "WeChat is busy. Please try again later.",
            ),
            Self::WechatUnavailable => (
                "wechat_unavailable",
                502,
                "WeChat unavailable",
                "暂时无法连接微信，请稍后重试。",
                "WeChat could not be reached. Please try again later.",
            ),
            Self::WechatMisconfigured => (
                "wechat_misconfigured",
                500,
                "WeChat misconfigured",
                "微信登录配置有误，请联系客服。",
                "WeChat login is not set up correctly. Please contact support.",
            ),
            Self::TicketRequired => (
                "ticket_required",
                400,
                "Ticket required",
                "缺少微信登录票据，请重新登录。",
                "The ticket of the WeChat login is missing. Please log in again.",
            ),
            Self::TicketInvalid => (
                "ticket_invalid",
                400,
                "Invalid ticket",
                "微信登录票据无效，请重新登录。",
                "The ticket of the WeChat login is invalid. Please log in again.",
            ),
            Self::TicketExpired => (
                "ticket_expired",
                400,
                "Ticket expired",
                "微信登录票据已过期，请重新登录。",
                "The ticket of the WeChat login has expired. Please log in again.",
            ),
            Self::OpenidMismatch => (
                "openid_mismatch",
                400,
                "Openid mismatch",
                "微信身份不一致，请重新登录。",
                "The openid is not the one that the ticket was issued for.",
            ),
            Self::CodeIncorrect => (
                "code_incorrect",
                400,
                "Incorrect code",
                "验证码错误，还可以尝试 {attemptsLeft} 次。",
                "The code is wrong. Attempts left: {attemptsLeft}.",
            ),
            Self::CodeExpired => (
                "code_expired",
                400,
                "Code expired",
                "验证码已过期，请重新获取。",
                "The code has expired. Please ask for a new one.",
            ),
            Self::CodeUsed => (
                "code_used",
                400,
                "Code used",
                "验证码已被使用，请重新获取。",
                "The code has been used. Please ask for a new one.",
            ),
            Self::TooManyAttempts => (
                "too_many_attempts",
                429,
                "Too many attempts",
                "尝试次数过多，请重新获取验证码。",
                "Too many attempts. Please ask for a new code.",
            ),
            Self::PhoneTaken => (
                "phone_taken",
                409,
                "Number taken",
                "该手机号已绑定其他账号。",
                "This number belongs to another account.",
            ),
            Self::ServiceUnavailable => (
                "service_unavailable",
                503,
                "Service unavailable",
                "服务繁忙，请稍后重试。",
                "The service is busy. Please try again.",
            ),
            Self::Internal => (
                "internal",
                500,
                "Internal error",
                "系统出错了，请稍后重试。",
                "Something went wrong. Please try again later.",
            ),
        };
        Entry { name, status, title, chinese, english }
    }
}
