//! The simulated codes of the button `getPhoneNumber`: their descriptions and their meaning.

use super::{
    codes::{Simulated, numbered, simulated},
    fault::Fault,
};

/// Every kind of code of the button, as docs/local.md, `--help` and the console list them.
pub const SIMULATED_PHONE_CODES: [Simulated; 16] = [
    simulated("13800138000", "any number: this one, every time", "任意手机号：就是这个号码，可以反复使用"),
    simulated("+85251234567", "a number of another country or region", "其他国家或地区的号码"),
    simulated(
        "13800138000-1",
        "this number, once; then errcode 40029",
        "这个号码，只能用一次，再用返回 40029",
    ),
    simulated(
        "13800138000@bob",
        "this number, but only for Bob; otherwise errcode 40029",
        "这个号码，只有 Bob 能用，其他人返回 40029",
    ),
    simulated(
        "e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144",
        "a code of the button: 13800138000, or the number chosen in the console, once",
        "按钮给出的 code：13800138000，或控制台里选定的号码，只能用一次",
    ),
    simulated("err-45011", "errcode 45011; any other number works, too", "返回 errcode 45011，其他数字同理"),
    simulated(
        "http-503",
        "HTTP status 503; any other status works, too",
        "返回 HTTP 状态码 503，其他状态码同理",
    ),
    simulated("html", "an HTML page instead of JSON", "返回网页而不是 JSON"),
    simulated("no-number", "JSON without a number", "返回的 JSON 里没有手机号"),
    simulated("another-app", "a number for another mini program", "返回的手机号属于另一个小程序"),
    simulated("half", "half an answer, then the connection breaks", "响应到一半连接中断"),
    simulated("close", "no answer, the connection breaks", "没有响应，连接中断"),
    simulated(
        "redirect",
        "a redirect to an address that names another number",
        "重定向到另一个地址，那里是另一个号码",
    ),
    simulated("huge", "10 MB of spaces before the number", "先返回 10 MB 空格，再返回手机号"),
    simulated("drip", "a byte every 200 ms, without end", "每 200 毫秒返回一个字节，没有尽头"),
    simulated("hang", "no answer", "一直不响应"),
];

/// A parsed code of the button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PhoneCode<'a> {
    /// An empty text.
    Missing,
    /// A number, every time.
    Number(Number<'a>),
    /// A number, once.
    Once(Number<'a>),
    /// A number, for the person with this name only.
    Of(Number<'a>, &'a str),
    /// A code that the button returned: once.
    OfButton,
    NoNumber,
    AnotherApp,
    Fault(Fault),
    /// A code that this WeChat never issued.
    Unknown,
}

impl<'a> PhoneCode<'a> {
    pub(super) fn read(code: &'a str) -> Self {
        match code {
            "" => Self::Missing,
            "no-number" => Self::NoNumber,
            "another-app" => Self::AnotherApp,
            _ if is_of_button(code) => Self::OfButton,
            _ => None
                .or_else(|| Some(Self::Fault(Fault::read(code)?)))
                .or_else(|| Some(Self::Number(Number::read(code)?)))
                .or_else(|| Some(Self::Once(Number::read(numbered(code)?)?)))
                .or_else(|| {
                    let (number, name) = code.split_once('@')?;
                    Some(Self::Of(Number::read(number)?, name))
                })
                .unwrap_or(Self::Unknown),
        }
    }
}

/// The form of WeChat's own example and of real codes: 64 hexadecimal digits.
fn is_of_button(code: &str) -> bool {
    code.len() == 64 && code.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A phone number in the parts of WeChat's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number<'a> {
    /// The country's calling code: `86`.
    pub(super) country: &'a str,
    /// The number without it.
    pub(super) pure: &'a str,
}

impl<'a> Number<'a> {
    /// Used where a code names an error and no number.
    pub(super) const EXAMPLE: Self = Self { country: "86", pure: "13800138000" };

    /// A number without a `+` is Chinese.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        if digits.len() == text.len() {
            return Some(Self { country: "86", pure: digits });
        }
        let (country, pure) = digits.split_at(calling_code_length(digits));
        Some(Self { country, pure })
    }
}

/// The length of a number's calling code, by the ITU's plan (E.164, Annex D): one digit, these two, or three.
fn calling_code_length(digits: &str) -> usize {
    const OF_TWO: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 \
                          65 66 81 82 84 86 90 91 92 93 94 95 98";
    match digits {
        _ if digits.starts_with(['1', '7']) => 1,
        _ if OF_TWO.split(' ').any(|code| digits.starts_with(code)) => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn every_listed_code_is_played() {
        use PhoneCode::{AnotherApp, Fault as Wrong, NoNumber, Of, OfButton, Once};
        let kinds = [
            PhoneCode::Number(Number::EXAMPLE),
            PhoneCode::Number(Number { country: "852", pure: "51234567" }),
            Once(Number::EXAMPLE),
            Of(Number::EXAMPLE, "bob"),
            OfButton,
            Wrong(Fault::Refusal(45011)),
            Wrong(Fault::Status(StatusCode::SERVICE_UNAVAILABLE)),
            Wrong(Fault::Page),
            NoNumber,
            AnotherApp,
            Wrong(Fault::Half),
            Wrong(Fault::Close),
            Wrong(Fault::Redirect),
            Wrong(Fault::Huge),
            Wrong(Fault::Drip),
            Wrong(Fault::Hang),
        ];
        assert_eq!(SIMULATED_PHONE_CODES.map(|simulated| PhoneCode::read(simulated.code)), kinds);
    }

    #[test]
    fn a_number_has_the_calling_code_of_its_country() {
        for (number, country, pure) in [
            ("+8613800138000", "86", "13800138000"),
            ("+12015550123", "1", "2015550123"),
            ("+447400123456", "44", "7400123456"),
            ("+85366123456", "853", "66123456"),
        ] {
            assert_eq!(Number::read(number), Some(Number { country, pure }));
        }
        for unknown in ["alice", "138", "+", "1380013800x", "13800138000-", "alice@bob", "alice-1"] {
            assert_eq!(PhoneCode::read(unknown), PhoneCode::Unknown, "{unknown}");
        }
    }
}
