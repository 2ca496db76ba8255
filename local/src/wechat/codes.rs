//! The simulated codes of `uni.login`: their descriptions and their meaning.

use serde::Serialize;

use super::fault::Fault;

/// A code, and WeChat's answer to it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Simulated {
    /// The code, or an example of its kind.
    pub code: &'static str,
    /// The answer, in English.
    pub en: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
}

pub(super) const fn simulated(code: &'static str, en: &'static str, zh: &'static str) -> Simulated {
    Simulated { code, en, zh }
}

/// The code that WeChat's developer tools always return in a project without an `AppID`.
const MOCK: &str = "the code is a mock one";

/// Every kind of code of `uni.login`, as docs/local.md, `--help` and the console list them.
pub const SIMULATED: [Simulated; 14] = [
    simulated("alice", "any name: this person, every time", "任意名字：就是这个人，可以反复使用"),
    simulated("alice-1", "Alice, once; then errcode 40163", "Alice，只能用一次，再用返回 40163"),
    simulated(
        "0a3bCdEf1GhIjK2lMnOp3QrStU4vWxYz",
        "a code of `uni.login`: Alice, or the person chosen in the console, once",
        "`uni.login` 给出的 code：Alice，或控制台里选定的人，只能用一次",
    ),
    simulated(
        MOCK,
        "the developer tools' code without an AppID: the same person, every time",
        "开发者工具没有 AppID 时给出的 code：同一个人，可以反复使用",
    ),
    simulated("err-40029", "errcode 40029; any other number works, too", "返回 errcode 40029，其他数字同理"),
    simulated(
        "http-500",
        "HTTP status 500; any other status works, too",
        "返回 HTTP 状态码 500，其他状态码同理",
    ),
    simulated("html", "an HTML page instead of JSON", "返回网页而不是 JSON"),
    simulated("no-openid", "JSON without an openid", "返回的 JSON 里没有 openid"),
    simulated("half", "half an answer, then the connection breaks", "响应到一半连接中断"),
    simulated("close", "no answer, the connection breaks", "没有响应，连接中断"),
    simulated(
        "redirect",
        "a redirect to an address that names somebody else",
        "重定向到另一个地址，那里是另一个人",
    ),
    simulated("huge", "10 MB of spaces before the person", "先返回 10 MB 空格，再返回这个人"),
    simulated("drip", "a byte every 200 ms, without end", "每 200 毫秒返回一个字节，没有尽头"),
    simulated("hang", "no answer", "一直不响应"),
];

/// A parsed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code<'a> {
    /// An empty text.
    Missing,
    /// A person, every time.
    Name(&'a str),
    /// A person, once.
    Once(&'a str),
    /// A code that `uni.login` returned: once.
    OfUniLogin,
    /// [`MOCK`].
    Mock,
    NoOpenid,
    Fault(Fault),
}

impl<'a> Code<'a> {
    pub(super) fn read(code: &'a str) -> Self {
        match code {
            "" => Self::Missing,
            "no-openid" => Self::NoOpenid,
            MOCK => Self::Mock,
            _ if is_of_uni_login(code) => Self::OfUniLogin,
            _ => None
                .or_else(|| Some(Self::Fault(Fault::read(code)?)))
                .or_else(|| Some(Self::Once(numbered(code)?)))
                .unwrap_or(Self::Name(code)),
        }
    }
}

/// WeChat documents no format. Its codes are 32 letters and digits that begin with a 0; a name is not that long.
fn is_of_uni_login(code: &str) -> bool {
    code.len() >= 24
        && code.starts_with(|first: char| first.is_ascii_digit())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `alice` in `alice-1`.
pub(super) fn numbered(code: &str) -> Option<&str> {
    let (name, number) = code.rsplit_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn every_listed_code_is_played() {
        let kinds = [
            Code::Name("alice"),
            Code::Once("alice"),
            Code::OfUniLogin,
            Code::Mock,
            Code::Fault(Fault::Refusal(40029)),
            Code::Fault(Fault::Status(StatusCode::INTERNAL_SERVER_ERROR)),
            Code::Fault(Fault::Page),
            Code::NoOpenid,
            Code::Fault(Fault::Half),
            Code::Fault(Fault::Close),
            Code::Fault(Fault::Redirect),
            Code::Fault(Fault::Huge),
            Code::Fault(Fault::Drip),
            Code::Fault(Fault::Hang),
        ];
        assert_eq!(SIMULATED.map(|simulated| Code::read(simulated.code)), kinds);
    }

    #[test]
    fn any_name_is_a_name() {
        for name in ["user1", "张三", "mary-jane", "err-", "http-", "-1", "o_1", "13800138000"] {
            assert_eq!(Code::read(name), Code::Name(name));
        }
        assert_eq!(Code::read("err--1"), Code::Fault(Fault::Refusal(-1)));
        assert_eq!(Code::read("mary-jane-2"), Code::Once("mary-jane"));
        // A real code from WeChat.
        assert_eq!(Code::read("0716AVll20uHk94SLDml27etM946AVlq"), Code::OfUniLogin);
    }
}
