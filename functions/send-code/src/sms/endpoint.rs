//! The address of a provider without an SDK.

use lambda_http::http::{
    HeaderMap, HeaderName, HeaderValue, Uri,
    header::{AUTHORIZATION, InvalidHeaderValue},
};
use shared::config::{Env, Setting};

/// An address such as `https://sms.tencentcloudapi.com`.
#[derive(Debug, Clone)]
pub(super) struct Endpoint(Uri);

impl Endpoint {
    /// Reads it; `default` is used where the setting is unset.
    pub(super) fn read(env: &mut Env, setting: &Setting, default: &str) -> Option<Self> {
        let address = env.optional(setting).unwrap_or_else(|| default.to_owned());
        match Self::parse(address.trim()) {
            Some(endpoint) => Some(endpoint),
            None => env.wrong(format!("{} is not an address such as {default}", setting.name)),
        }
    }

    fn parse(address: &str) -> Option<Self> {
        let url: Uri = address.parse().ok()?;
        let is_http = matches!(url.scheme_str(), Some("https" | "http"));
        let has_host = url.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        (is_http && has_host && url.query().is_none()).then_some(Self(url))
    }

    /// The value of the header `Host`.
    pub(super) fn host(&self) -> &str {
        self.0.authority().map_or("", |authority| authority.as_str())
    }

    pub(super) fn path(&self) -> &str {
        self.0.path()
    }

    /// The address with a query, encoded.
    pub(super) fn with(&self, query: &str) -> Uri {
        let url =
            format!("{}://{}{}?{query}", self.0.scheme_str().unwrap_or("https"), self.host(), self.path());
        url.parse().unwrap_or_else(|_| self.0.clone())
    }

    /// The address.
    pub(super) fn url(&self) -> Uri {
        self.0.clone()
    }
}

/// The headers of a signed request.
pub(super) fn headers(
    named: &[(&'static str, &str)],
    authorization: &str,
) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    for (name, value) in named {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
    }
    let mut authorization = HeaderValue::from_str(authorization)?;
    authorization.set_sensitive(true);
    headers.insert(AUTHORIZATION, authorization);
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_an_address_and_nothing_more() {
        let endpoint = Endpoint::parse("http://127.0.0.1:9000/_local/aliyun").unwrap();
        assert_eq!((endpoint.host(), endpoint.path()), ("127.0.0.1:9000", "/_local/aliyun"));
        assert_eq!(endpoint.with("a=b"), "http://127.0.0.1:9000/_local/aliyun?a=b");
        assert_eq!(Endpoint::parse("https://dysmsapi.aliyuncs.com").unwrap().path(), "/");
        for address in ["", "dysmsapi.aliyuncs.com", "ftp://a", "https://", "https://a:b@c", "https://a?b"] {
            assert!(Endpoint::parse(address).is_none(), "{address:?}");
        }
    }
}
