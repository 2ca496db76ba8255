//! `PROXY_SECRET`: the client's address where a proxy stands in front of the API (docs/adr/0018-proxies.md).

use std::net::IpAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::{ExposeSecret, SecretString};
use shared::{
    config::{Env, Setting},
    http::Call,
};

/// The value of the header that a proxy sends.
pub(crate) const PROXY_SECRET: Setting = Setting::secret("PROXY_SECRET", SHORTEST)
    .about(
        "The value that your proxy sends in `x-proxy-secret`; 16 bytes or more, or several, separated by commas. `IP_HOURLY_LIMIT` then counts by \
         the address that this proxy has seen: the last one in `X-Forwarded-For` before its own.",
        "自己的代理在 `x-proxy-secret` 中发送的内容，至少 16 字节，可用逗号分隔多个。此时 `IP_HOURLY_LIMIT` 按该代理看到的地址计算，\
         即 `X-Forwarded-For` 中代理自己的地址前面的最后一个。",
    )
    .only(["if the limit by address has to see the address behind a proxy", "按地址限制要看到代理背后的地址时"]);

const SHORTEST: usize = 16;

/// The secrets of the proxies that are trusted about the client's address; none without the setting.
pub(crate) struct Proxy(Vec<SecretString>);

impl Proxy {
    /// Reads `PROXY_SECRET`.
    pub(crate) fn read(env: &mut Env) -> Option<Self> {
        let Some(list) = env.optional(&PROXY_SECRET) else { return Some(Self(Vec::new())) };
        let words: Vec<_> = list.split(',').map(str::trim).collect();
        if words.iter().any(|word| word.len() < SHORTEST || !word.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            return env.wrong(format!(
                "PROXY_SECRET is not a text of {SHORTEST} bytes or more without spaces, or several, separated by commas"
            ));
        }
        Some(Self(words.into_iter().map(SecretString::from).collect()))
    }

    /// The client's address: the one that the trusted proxy saw, otherwise the one that API Gateway saw.
    pub(crate) fn client(&self, call: &Call) -> Option<IpAddr> {
        let source = call.source()?;
        if !call.header("x-proxy-secret").is_some_and(|secrets| self.knows(secrets)) {
            return Some(source);
        }
        Some(call.header("x-forwarded-for").and_then(|list| forwarded(list, source)).unwrap_or(source))
    }

    /// Whether one of the secrets matches: during a rotation both ends may have two.
    fn knows(&self, secrets: &str) -> bool {
        let is_ours = |word: &str| {
            let ours = self.0.iter().map(|ours| ours.expose_secret().as_bytes());
            ours.filter(|ours| verify_slices_are_equal(ours, word.as_bytes()).is_ok()).count() > 0
        };
        secrets.split(',').any(|word| is_ours(word.trim()))
    }
}

/// The last address that the proxy at `source` saw. API Gateway appends `source` to what the proxy sends, so one `source` at the
/// end is skipped. Anything further left may come from the client.
fn forwarded(entries: &str, source: IpAddr) -> Option<IpAddr> {
    let mut seen = entries.rsplit(',').map(|entry| entry.trim().parse::<IpAddr>().ok());
    match seen.next()? {
        Some(last) if last == source => seen.next()?,
        last => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_last_that_the_proxy_has_seen() {
        let proxy = "198.51.100.1";
        for (list, address) in [
            // An HTTP API puts the proxy's own address last.
            ("203.0.113.9, 198.51.100.1", Some("203.0.113.9")),
            ("192.0.2.66, 203.0.113.9, 198.51.100.1", Some("203.0.113.9")),
            ("203.0.113.9,198.51.100.1", Some("203.0.113.9")),
            ("2001:db8::9, 198.51.100.1", Some("2001:db8::9")),
            // Other gateways append nothing.
            ("192.0.2.66, 203.0.113.9", Some("203.0.113.9")),
            ("203.0.113.9", Some("203.0.113.9")),
            // A client at the proxy's own address cannot choose another one.
            ("192.0.2.66, 198.51.100.1, 198.51.100.1", Some(proxy)),
            ("198.51.100.1", None),
            ("192.0.2.66, unknown, 198.51.100.1", None),
            ("192.0.2.66, 203.0.113.9:443, 198.51.100.1", None),
            ("192.0.2.66, junk", None),
            ("192.0.2.66,", None),
            ("", None),
        ] {
            let expected = address.map(|address| address.parse().unwrap());
            assert_eq!(forwarded(list, proxy.parse().unwrap()), expected, "{list:?}");
        }
    }
}
